/*
 * One card: opened, kept going, given up and tried again. Private to drivers/alsa; the rings are all that other
 * threads touch.
 */
#ifndef BELFRY_DRIVERS_ALSA_CARD_H
#define BELFRY_DRIVERS_ALSA_CARD_H

#include "drivers/alsa/convert.h"
#include "drivers/alsa/device.h"
#include "drivers/alsa/sample_ring.h"
#include "drivers/alsa/steer.h"

#define CARD_PLAY_TARGET_MS    80 /* from media to the loudspeaker: without a line the clock goes on in steps of 30 ms */
#define CARD_CAPTURE_TARGET_MS 60

/* One direction of a card. */
struct card_way {
	struct sample_ring ring;
	struct convert *convert;
	struct steer steer;
	_Atomic int32_t ppm;
};

struct card {
	const struct device_ops *ops;
	bool virtual_time;
	struct card_way play, capture;
	_Atomic bool working, pretend_lost;
	_Atomic uint64_t exchanged_us;  /* CLOCK_MONOTONIC of media's last exchange; 0: none yet */
	_Atomic uint32_t missed, delay; /* of media: periods without input; play delay in ms */
	_Atomic uint32_t underruns, overruns, losses;
	/* the card's own thread */
	struct sound_card settings;
	struct device *device;
	struct device_facts facts;
	uint64_t try_us, serviced_us, moved_us; /* belfry clock: when to open again, last service, last progress */
	uint64_t began_us;                      /* working since */
	uint32_t back_off_s;
	double capture_debt; /* virtual time: frames not read yet */
	bool filled;         /* something is on its way to the loudspeaker */
	char text[SOUND_TEXT_BYTES];
	/* media's */
	bool primed;
};

/* All return true if the card has begun or ceased to work: card->text says why. */
bool card_set(struct card *card, const struct sound_card *settings, uint64_t now_us);
/* Once a period. mono_us: CLOCK_MONOTONIC. */
bool card_service(struct card *card, uint64_t now_us, uint64_t mono_us);
void card_close(struct card *card);
/* Media's thread: as sound_exchange(). */
void card_exchange(struct card *card, uint64_t mono_us, const int16_t *to, int16_t *from);

#endif
