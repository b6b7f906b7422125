/*
 * Sound cards of the box: loudspeaker out, line in. What is above knows cards by number (0 to SOUND_CARDS_MAX - 1) and
 * exchanges one media period of linear samples at 8 kHz with each; rates, the card's own clock, a card that is pulled
 * out and comes back are this room's business.
 *
 * Threads: an actor of its own (SCHED_FIFO, below control) alone talks to the cards.
 * Functions marked [media] never wait and make no system call; [control] ones send messages. sound_new/free: main.
 */
#ifndef BELFRY_DRIVERS_SOUND_H
#define BELFRY_DRIVERS_SOUND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/actor.h"
#include "base/attributes.h"
#include "config_limits.h"
#include "drivers/driver.h"

#define SOUND_CARDS_MAX    CONFIG_SOUND_CARDS_MAX
#define SOUND_NAME_BYTES   32
#define SOUND_DEVICE_BYTES 64
#define SOUND_TEXT_BYTES   160
#define SOUND_AS_IT_IS     UINT16_MAX /* a volume that is not touched */

/* What a card is to be; device "": no card. Compared as bytes: set to zero before it is filled in. */
struct sound_card {
	char device[SOUND_DEVICE_BYTES]; /* ALSA's name: "hw:0", "default" */
	char input[SOUND_NAME_BYTES];    /* input choice ("Line", "Mic"); "": as it is */
	uint32_t rate_hz;                /* asked for; the card takes the nearest that it has */
	uint16_t volume, input_volume;   /* percent of the control's range, or SOUND_AS_IT_IS */
};

/* A card begins or ceases to work. Tried again by itself, after 1 s, 2 s ... 60 s. */
struct sound_event {
	uint8_t card;
	bool working;
	char text[SOUND_TEXT_BYTES]; /* what is wrong, or what is there, in words */
};

struct sound_status {
	bool wanted, working, plays, captures;
	uint32_t rate_hz;                     /* the card's */
	int32_t play_ppm, capture_ppm;        /* the card's clock against the line's, as corrected now */
	uint32_t play_delay_ms;               /* from media to the loudspeaker */
	uint32_t underruns, overruns, losses; /* gaps played, samples thrown away, times that it ceased to work */
	char text[SOUND_TEXT_BYTES];          /* as in the last event */
};

struct sound;

/* control_bell: rung for each event. virtual_time: the lab's; a card follows the clock at once, nothing is corrected.
 */
MUST_CHECK int sound_new(struct sound **out, bool virtual_time, struct doorbell *control_bell);
void sound_free(struct sound *sound);
struct actor *sound_actor(struct sound *sound);

/* [control] Another card in this place, or none. A card that stays as it is goes on. */
void sound_set(struct sound *sound, unsigned card, const struct sound_card *settings);
bool sound_next_event(struct sound *sound, struct sound_event *event); /* [control] */

/* [media] */
bool sound_working(const struct sound *sound, unsigned card);
/* [media] One period each way: to is played, from is filled with what came in (silence if there is nothing). */
void sound_exchange(struct sound *sound, unsigned card, const int16_t to[DRIVER_PERIOD_SAMPLES],
                    int16_t from[DRIVER_PERIOD_SAMPLES]);

/* [any] Approximate. */
void sound_status(const struct sound *sound, unsigned card, struct sound_status *out);
/* [any] For trials: as if the card were pulled out, or back again. */
void sound_pretend_lost(struct sound *sound, unsigned card, bool lost);

#endif
