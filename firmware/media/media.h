/*
 * The real-time audio thread: one pass a media period over the channels in use; reads frames, runs detectors, mixes,
 * writes frames. In the pass it allocates nothing, takes no lock, and makes no system call but the driver's.
 *
 * Others steer it by commands (mailbox, control thread -> media) and hear from it by events (mailbox, media ->
 * control). A command takes effect at the next pass. A channel costs nothing until a command names it.
 *
 * What a channel sends is, in this order: the first that exists of a prompt/tone playback marked MEDIA_PLAY_OVER
 * (alone), or the mix of its bridge with a playback marked MEDIA_PLAY_MIX (whisper, beep), or a playback alone, or
 * silence.
 */
#ifndef BELFRY_MEDIA_MEDIA_H
#define BELFRY_MEDIA_MEDIA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/actor.h"
#include "base/attributes.h"
#include "base/fault.h"
#include "drivers/driver.h"
#include "drivers/sound.h"
#include "media/prompts.h"

#define MEDIA_PLAYLIST_MAX       20
#define MEDIA_FSK_BYTES          256
#define MEDIA_BRIDGE_MEMBERS_MAX 8

/* Channels are those of the spans, and behind them the sound cards. */
#define MEDIA_CHANNELS_MAX (DRIVER_CHANNELS_MAX + SOUND_CARDS_MAX)
static inline uint16_t media_sound_channel(unsigned card)
{
	return (uint16_t)(DRIVER_CHANNELS_MAX + card);
}

/* Call-progress tones; frequencies and cadence come from the country's table (libtonezone). */
enum media_tone {
	MEDIA_TONE_NONE,
	MEDIA_TONE_DIAL,
	MEDIA_TONE_RECALL_DIAL,
	MEDIA_TONE_STUTTER_DIAL,
	MEDIA_TONE_RINGBACK,
	MEDIA_TONE_BUSY,
	MEDIA_TONE_REORDER, /* congestion */
	MEDIA_TONE_HOWLER,
	MEDIA_TONE_CALL_WAITING,
	MEDIA_TONE_INFO, /* special information tone */
	MEDIA_TONE_BEEP,
	MEDIA_TONE_COUNT
};

enum media_caller_id { MEDIA_CALLER_ID_BELL202, MEDIA_CALLER_ID_V23, MEDIA_CALLER_ID_DTMF, MEDIA_CALLER_ID_NONE };

enum media_play_mode {
	MEDIA_PLAY_ALONE, /* replaces silence; a bridge wins over it */
	MEDIA_PLAY_MIX,   /* added to the bridge */
	MEDIA_PLAY_OVER   /* replaces the bridge while it lasts */
};

enum media_command_type {
	MEDIA_OPEN,      /* channel in use: detectors reset, DTMF listening if flag */
	MEDIA_CLOSE,     /* everything off, bridge left, silence; telephones keep their hook events */
	MEDIA_PLAY,      /* playlist once, or for ever with loop; replaces a running playback and tone */
	MEDIA_TONE,      /* tone until stopped; replaces a running playback. Call waiting and beep are mixed with a
	                    bridge, the others give way to it; MEDIA_TONE_NONE stops */
	MEDIA_STOP,      /* stops playback and tone; a MEDIA_PLAY_DONE(stopped) is sent for the playlist */
	MEDIA_DTMF,      /* listening on or off */
	MEDIA_BRIDGE,    /* channel and peer talk to each other; both must be open; leaves earlier bridges. With
	                    join: peer's bridge gets a further member (conference) */
	MEDIA_UNBRIDGE,  /* channel leaves its bridge */
	MEDIA_MUTE,      /* what the channel says is not heard by its bridge (flag) */
	MEDIA_LINE,      /* driver_set_line: ring with cadence, idle */
	MEDIA_CALLER_ID, /* sends the caller-ID burst (on-hook data) after 500 ms of silence, counted anew when the
	                    telephone rings meanwhile; given up when it is lifted or ringing is stopped. Needs no
	                    MEDIA_OPEN. With flag: to a lifted telephone that talks: alerting signal, and if the
	                    telephone acknowledges it, the burst (GR-30 3, EN 300 659-2 6.2.1); its party hears nothing
	                    of it */
	MEDIA_SEND_DTMF, /* digits, 80 ms on 80 ms off */
	MEDIA_TEST,      /* a technician's test instead of everything else on an open channel; MEDIA_TEST_OFF ends it */
	MEDIA_SPAN,      /* a span was started, changed or stopped: read driver_span_running() again */
	MEDIA_FEED, /* the channel hears what comes in on peer, which need not be open, until it is stopped or another
	               playback begins; while peer is a sound card that is silent or gone, play's prompts instead,
	               over and over. Any number may hear one */
	MEDIA_TAKE, /* what the channel says is kept in take (NULL: no more), which is media's until MEDIA_TAKE_DONE */
	MEDIA_SILENCE, /* a sound card is silent when nothing has come in for silence_ms; 0: never */
	MEDIA_COUNTRY  /* tone table of another country (prepared by media_country_load) */
};

/* What a line test sends; what is received is measured in all of them. */
enum media_test {
	MEDIA_TEST_OFF,
	MEDIA_TEST_LEVEL,      /* silence */
	MEDIA_TEST_TONE,       /* 1,004 Hz at -10 dBm0 */
	MEDIA_TEST_ECHO,       /* what is received, bit for bit */
	MEDIA_TEST_BIT_ERRORS, /* pattern 2^15-1 (O.151), looked for in what is received */
	MEDIA_TEST_WRONG_BIT   /* one wrong bit in the pattern that is being sent; begins no test */
};
#define MEDIA_TESTS_MAX (8 + DRIVER_TIMESLOTS_MAX) /* at once: a whole span and some more */

/* A recording in memory: mu-law. */
struct media_take {
	uint8_t *bytes;
	uint32_t size, count; /* room, and what is there */
};

struct media_play {
	uint32_t token; /* comes back in MEDIA_PLAY_DONE; 0: nobody waits */
	enum media_play_mode mode;
	bool loop;
	uint8_t count;
	const struct media_take *take; /* instead of prompts, or NULL */
	prompt_id prompt[MEDIA_PLAYLIST_MAX];
	uint32_t start_samples; /* into the first prompt (music goes on where it was) */
};

struct media_command {
	enum media_command_type type;
	uint16_t channel, peer;
	bool flag; /* DTMF on, mute on, bridge: join */
	union {
		struct media_play play;
		enum media_tone tone;
		enum media_test test;
		struct {
			enum driver_line line;
			struct driver_cadence cadence;
		} line;
		struct {
			enum media_caller_id standard;
			uint16_t bytes;
			uint8_t message[MEDIA_FSK_BYTES]; /* built by dsp/caller_id: MDMF/SDMF, or DTMF digits */
		} caller_id;
		char digits[64];
		struct media_take *take;
		uint32_t silence_ms;
		void *country;
	};
};

enum media_event_type {
	MEDIA_DTMF_BEGIN, /* digit recognised (after the guard time); the call acts on this */
	MEDIA_DTMF_END,
	MEDIA_PLAY_DONE, /* token; stopped: cut short by a command */
	MEDIA_CALLER_ID_DONE,
	MEDIA_DIGITS_DONE,
	MEDIA_TEST_REPORT, /* once a second of a test, and at its end */
	MEDIA_DRIVER,      /* driver event: hook, flash, pulse digit, ringer, alarm, clock source */
	MEDIA_TAKE_DONE,   /* full, stopped, or the channel was closed */
	MEDIA_SILENT,      /* a sound card's input: flag true: nothing has come in for a while; false: it has */
	MEDIA_NO_CLOCK,    /* flag true: no span delivers, time goes on by the fallback clock; false: a span is back */
};

struct media_event {
	enum media_event_type type;
	uint16_t channel;
	uint64_t at_us;
	union {
		char digit;
		struct {
			uint32_t token;
			bool stopped;
		} play;
		struct driver_event driver;
		struct {
			bool synchronised;
			uint64_t bits, errors;     /* of the pattern, since the test began */
			uint32_t losses;           /* of the pattern's synchronisation */
			int16_t level_tenths_dbm0; /* received since the last report; -700: nothing */
		} test;
		bool flag;
	};
};

struct media;

/* bell: the control actor's doorbell, rung when an event is sent. */
MUST_CHECK int media_new(struct media **out, struct span_driver *driver, const struct prompts *prompts,
                         struct doorbell *bell);
void media_free(struct media *media);
/* Before the threads have begun: cards that media plays to and hears. */
void media_set_sound(struct media *media, struct sound *sound);

/* Control thread. 0, or -ENOBUFS (counted, logged). */
MUST_CHECK int media_send(struct media *media, const struct media_command *command);
/* Control thread: next event; false when there is none. */
bool media_next_event(struct media *media, struct media_event *event);

/*
 * Loads the tones of a country ("us", "de") for MEDIA_COUNTRY; any thread but media. *out stays media's and is never
 * freed. -ENOENT: unknown country.
 */
MUST_CHECK int media_country_load(const char *country, void **out, struct fault *fault);

/*
 * Media thread: one pass if a period is there: commands, driver_period_begin, audio, events, driver_period_end;
 * advances the clock. defer: as in driver_period_end(). 1: a period passed; 0: nothing there; -errno: driver dead.
 */
MUST_CHECK int media_pass(struct media *media, bool defer);

/* Real time: runs media_pass() for ever on its own SCHED_FIFO thread, ticking the actors, until media_stop_thread. */
MUST_CHECK int media_start_thread(struct media *media, const struct actors *actors);
void media_stop_thread(struct media *media);

struct media_status {
	uint32_t channels_open, bridges, playing, listening;
	uint64_t periods, periods_late, commands_refused, events_lost;
	int driver_error; /* -errno: the driver is dead and the audio thread has ended */
};
void media_status(const struct media *media, struct media_status *out); /* any thread; approximate */

#endif
