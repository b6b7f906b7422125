/*
 * Private to media/: the channels, their bridges, and what the files of this room ask of each other. Everything here
 * belongs to the media thread, but the mailboxes and the atomic counters.
 */
#ifndef BELFRY_MEDIA_INTERNAL_H
#define BELFRY_MEDIA_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/mailbox.h"
#include "dsp/caller_id.h"
#include "dsp/dtmf_detector.h"
#include "dsp/dtmf_sender.h"
#include "dsp/g711.h"
#include "dsp/tone_plan.h"
#include "media/channel_test.h"
#include "media/media.h"
#include "media/playback.h"

#define PERIOD             DRIVER_PERIOD_SAMPLES
#define CALLER_ID_DELAY_MS 500
#define COMMANDS_MAX       4096
#define EVENTS_MAX         (4 * DRIVER_CHANNELS_MAX)
/* Events that must not be lost wait here when the mailbox is full. */
#define BACKLOG_MAX (2 * DRIVER_CHANNELS_MAX)
#define NO_PLACE    UINT16_MAX

/* Why a channel is walked in the pass, as bits. */
enum use { USE_OPEN = 1, USE_CALLER_ID = 2 };

enum caller_id_phase {
	CALLER_ID_OFF,
	CALLER_ID_WAITING,  /* for the delay to pass */
	CALLER_ID_HELD,     /* the telephone rings again: the delay begins anew after it */
	CALLER_ID_ALERTING, /* off-hook: the alerting signal is sent */
	CALLER_ID_ASKING,   /* off-hook: the telephone's acknowledgement is awaited */
	CALLER_ID_SENDING
};

struct bridge {
	uint8_t count;
	bool in_driver;
	uint16_t member[MEDIA_BRIDGE_MEMBERS_MAX];
	uint64_t sum_period; /* the period that sum is of */
	int32_t sum[PERIOD];
};

struct channel {
	uint16_t number;
	uint16_t place; /* in media->active, or NO_PLACE */
	uint8_t use;    /* enum use */
	uint8_t law;    /* enum law */
	bool listening, muted, sending_digits;
	uint8_t caller_id; /* enum caller_id_phase */
	char digit;        /* heard now, or '\0' */
	bool caller_id_off_hook, was_muted;
	uint32_t caller_id_wait; /* samples */
	struct bridge *bridge;
	struct channel_test *test; /* NULL: none */
	struct media_take *take;   /* NULL: nothing is kept */
	uint64_t linear_period;    /* the period that linear is of */
	struct dtmf_detector detector;
	struct playback playback;
	struct dtmf_sender sender;
	struct caller_id_sender *caller_id_sender;
	struct tone_generator alerting; /* off-hook caller ID */
	int16_t linear[PERIOD];         /* received, decoded at most once a period */
};

/* A sound card, seen as a channel: mu-law. */
struct sound_port {
	uint8_t received[PERIOD], sent[PERIOD];
	bool working, silent;
	uint32_t silence_periods, quiet, loud; /* periods */
};

struct events {
	struct mailbox *box;
	struct media_event *backlog; /* a ring of BACKLOG_MAX */
	uint32_t first, waiting;
	bool full; /* said in the log */
	_Atomic uint64_t lost;
};

struct media {
	struct span_driver *driver;
	const struct prompts *prompts;
	const struct tone_plan *tones;
	struct mailbox *commands;
	struct events events;
	struct sound *sound; /* NULL: none */
	struct sound_port port[SOUND_CARDS_MAX];
	struct channel *channel; /* MEDIA_CHANNELS_MAX */
	uint16_t *active;        /* those in use, in the order in which they came */
	uint16_t active_count;
	struct bridge *bridge; /* half as many as channels */
	struct bridge **free_bridge;
	uint32_t free_bridges;
	uint64_t period; /* number of this one, from 1 */
	bool no_clock;
	uint64_t unheard_us; /* for how long no span has delivered */
	struct channel_test test[MEDIA_TESTS_MAX];
	_Atomic uint32_t open, bridges, playing, listening;
	_Atomic uint64_t periods, periods_late, refused;
	/* real time */
	pthread_t thread;
	bool thread_runs;
	_Atomic bool stop;
	_Atomic int driver_error;
	const struct actors *actors;
};

/* ---- events.c ---- */
MUST_CHECK int events_start(struct events *events, struct doorbell *bell);
void events_release(struct events *events);
/* Stamps it with now. */
void events_send(struct events *events, struct media_event *event);
/* Sends what waited, as far as there is room. */
void events_retry(struct events *events);

/* ---- channel.c ---- */
struct channel *channel_at(struct media *media, uint16_t number); /* NULL: no such channel */
void channel_read_law(struct media *media, struct channel *c);
void channel_open(struct media *media, struct channel *c, bool listening);
void channel_close(struct media *media, struct channel *c);
void channel_listen(struct media *media, struct channel *c, bool on);
MUST_CHECK int channel_play(struct media *media, struct channel *c, const struct media_play *play);
void channel_tone(struct media *media, struct channel *c, enum media_tone tone);
void channel_feed(struct media *media, struct channel *c, const struct channel *from, const struct media_play *instead);
void channel_stop(struct media *media, struct channel *c);
void channel_send_digits(struct media *media, struct channel *c, const char *digits, size_t count);
MUST_CHECK int channel_caller_id(struct media *media, struct channel *c, const struct media_command *command);
/* The burst is over, or must be: what is left of it is not sent. */
void channel_end_caller_id(struct media *media, struct channel *c);
void channel_driver_event(struct media *media, struct channel *c, enum driver_event_type type);

/* ---- bridge.c ---- */
MUST_CHECK int bridge_join(struct media *media, struct channel *c, struct channel *peer, bool join);
void bridge_leave(struct media *media, struct channel *c);
/* After a change to what a member sends or says: in the driver if nothing is altered, else here. */
void bridge_review(struct media *media, struct bridge *b);
/* What c hears of its bridge, in its own law. False: nothing, send silence. */
bool bridge_bytes(struct media *media, struct channel *c, uint8_t *out);
bool bridge_samples(struct media *media, struct channel *c, int16_t *out);

/* ---- audio.c ---- */
const int16_t *channel_linear(struct media *media, struct channel *c);
void audio_listen(struct media *media, struct channel *c);
void audio_send(struct media *media, struct channel *c, uint8_t *out);
/* A period without samples: playbacks go on unheard. */
void audio_skip(struct media *media, struct channel *c);

/* ---- sound_port.c: the sound cards as channels ---- */
void sound_port_init(struct sound_port *port);
/* Once a period, after everybody has sent. */
void sound_ports_exchange(struct media *media);
/* Of any channel: what came in, and where to put what goes out; PERIOD bytes of its law. */
const uint8_t *channel_received(struct media *media, const struct channel *c);
uint8_t *channel_transmit(struct media *media, const struct channel *c);
/* What a channel plays is another's input. False: it is not, or that is silent or gone: the prompts instead. */
bool feed_bytes(struct media *media, const struct channel *c, uint8_t *out);
bool feed_samples(struct media *media, const struct channel *c, int16_t *out);

/* ---- take.c: what a channel says is kept ---- */
void channel_take_begin(struct channel *c, struct media_take *take);
void channel_take_period(struct media *media, struct channel *c);
void channel_take_end(struct media *media, struct channel *c);

/* ---- call_waiting.c: caller ID to a lifted telephone ---- */
/* Its wait is over: the alerting signal begins, its party is cut off until the end. */
void call_waiting_begin(struct media *media, struct channel *c);
void call_waiting_end(struct media *media, struct channel *c);
/* One period while alerting or asking. */
void call_waiting_send(struct media *media, struct channel *c, uint8_t *out);
/* A digit of the telephone; true: it was the acknowledgement, and nobody else's business. */
bool call_waiting_digit(struct channel *c, char digit);

/* ---- commands.c ---- */
void commands_run(struct media *media);

#endif
