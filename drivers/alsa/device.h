/*
 * A card as it is opened: blocks of mono samples out and in, without waiting. pcm.c is the one with ALSA behind it;
 * tests have one of arrays. Private to drivers/alsa.
 */
#ifndef BELFRY_DRIVERS_ALSA_DEVICE_H
#define BELFRY_DRIVERS_ALSA_DEVICE_H

#include "base/fault.h"
#include "drivers/sound.h"

#define DEVICE_BUFFER_MS 240

struct device;

struct device_facts {
	bool plays, captures;
	uint32_t rate_hz;
};

struct device_ops {
	/* Both directions, as far as the card has them; -errno with a sentence. */
	int (*open)(struct device **out, const struct sound_card *card, struct device_facts *facts,
	            struct fault *fault);
	void (*close)(struct device *device);
	/* Frames that are on the way to the loudspeaker. -EPIPE: it ran dry and has been made ready again; -errno:
	 * lost. */
	int (*delay)(struct device *device, int32_t *frames);
	/* How many were taken, fewer if there is no room; errors as above. */
	int (*write)(struct device *device, const int16_t *samples, size_t count);
	/* How many there were, at most room. -EPIPE: some were lost. */
	int (*read)(struct device *device, int16_t *samples, size_t room);
};

extern const struct device_ops device_alsa;

/* mixer.c: volumes and the input choice, as far as the card has such controls. What it has not is said in text. */
void mixer_set(const struct sound_card *card, char *text, size_t size);

#endif
