/*
 * The control actor, calls and what they are noted in: what the files of firmware/call named below offer each other.
 * Control thread.
 */
#ifndef BELFRY_CALL_CALL_PARTS_H
#define BELFRY_CALL_CALL_PARTS_H

#include "call/objects.h"

/* control.c */
void control_send_acd(struct control *control, const struct acd_event *event);

/* control_apply.c */
int control_apply(struct control *control, struct config *config, struct fault *fault);
/* Spans whose hardware cannot send the yellow alarm that their settings ask for: "1, 3"; "": none. */
void spans_without_yellow(const struct control *control, char *text, size_t size);

/* view.c */
void control_fill_view(struct control *control, struct control_view *view);

/* audio.c: commands to the media thread */
void audio_open(struct control *control, uint16_t channel, bool dtmf);
void audio_close(struct control *control, uint16_t channel);
void audio_stop(struct control *control, uint16_t channel);
void audio_test(struct control *control, uint16_t channel, enum media_test test);
void audio_tone(struct control *control, uint16_t channel, enum media_tone tone);
/* Plays prompts by name (NULL ends); unknown names are left out and logged. Returns the token of MEDIA_PLAY_DONE. */
uint32_t audio_play(struct control *control, uint16_t channel, const char *const *names);
void audio_music(struct control *control, uint16_t channel, const char *name);
/* What comes in on from, until it is stopped. */
void audio_feed(struct control *control, uint16_t channel, uint16_t from);
uint32_t audio_play_take(struct control *control, uint16_t channel, const struct media_take *take);
void audio_bridge(struct control *control, uint16_t a, uint16_t b);
/* Into the bridge that peer is in; muted: is not heard there. */
void audio_join(struct control *control, uint16_t channel, uint16_t peer, bool muted);
/* What comes in on from, added to what the channel hears. */
void audio_feed_beside(struct control *control, uint16_t channel, uint16_t from);
void audio_mute(struct control *control, uint16_t channel, bool muted);
void audio_send_digits(struct control *control, uint16_t channel, const char *digits);
void audio_unbridge(struct control *control, uint16_t channel);
void audio_ring(struct control *control, uint16_t channel);
/* Short rings, no call: how long they take, until audio_ring_stop() is due; 0: too many for a cadence. */
uint64_t audio_ring_bursts(struct control *control, uint16_t channel, unsigned bursts);
/* Into a talk, heard on this side alone. */
void audio_beeps(struct control *control, uint16_t channel, unsigned beeps);
void audio_ring_stop(struct control *control, uint16_t channel);
/* waiting: the telephone is lifted and talks. */
void audio_caller_id(struct phone *phone, const struct call *call, bool waiting);
prompt_id audio_prompt(const struct control *control, const char *name); /* PROMPT_NONE: there is none */
bool audio_prompt_exists(const struct control *control, const char *name);

/* call.c: the object and its ends */
struct call *call_new(struct control *control, enum call_direction direction);
void call_free(struct call *call);
struct call *call_by_id(const struct control *control, uint32_t id);
struct call *call_by_leg(const struct control *control, line_leg leg);
void call_bind_leg(struct call *call, struct party *party, line_leg leg, uint16_t channel);
void call_bind_phone(struct call *call, struct party *party, struct phone *phone);
void call_set_state(struct call *call, enum call_state state);
/* The A side hears that it is answered (CONNECT); nothing if it was. */
void call_answer(struct call *call);
/* Connects a and b: the talk path. */
void call_talk(struct call *call);
void call_unbridge(struct call *call);
/* Ends the call on both sides with this cause; outcome is kept if one was set before. */
void call_end(struct call *call, uint8_t cause, enum call_outcome outcome, const char *reason);
/* One side has gone by itself: cause and location are what it said. */
void call_side_gone(struct call *call, struct party *party, uint8_t cause, uint8_t location);
void call_side_released(struct call *call, struct party *party, uint8_t cause, uint8_t location);
/* The B side could not be reached, or has gone before it answered: tone or cause to A. */
void call_b_failed(struct call *call, uint8_t cause, const char *reason);
/* The B side is let go, the call goes on without it. */
void call_drop_b(struct call *call);
void call_finish(struct call *call);
/* Finishes a call that is being cleared once both sides and all offers are gone. */
void call_finish_if_gone(struct call *call);
/* The side of the call that is this telephone, one of the two. */
struct party *call_side_of(struct call *call, const struct phone *phone);
void call_hold(struct call *call, struct party *holder);
void call_resume(struct call *call);

/* call_record.c */
/* durable: incoming_durable() follows once it is on flash. False: the store could not take it, nothing follows. */
bool record_post(struct call *call, bool durable);
void record_segment(struct call *call, enum segment_kind kind);
void record_segment_end(struct call *call);
void record_offer(struct call *call, uint32_t agent, enum acd_offer_result result, uint64_t ring_us);
void record_close(struct call *call);
uint32_t call_waited_again_ms(const struct call *call); /* in a queue after an answer: neither talk nor hold */

/* note.c: what happens is told to the trace. party NULL: the box itself. */
void call_note(const struct call *call, enum trace_kind kind, const struct party *party, enum trace_way way,
               const char *format, ...) PRINTF_LIKE(5, 6);
/* A telephone that is not, or not yet, a party of the call. */
void phone_note(const struct phone *phone, uint32_t call, enum trace_kind kind, enum trace_way way, const char *format,
                ...) PRINTF_LIKE(5, 6);
void call_note_leg(const struct call *call, const struct party *party); /* which frames are the call's */
void frame_seen(void *control, unsigned span, bool sent, const uint8_t *bytes, size_t count, uint64_t at_us);
void trouble_seen(void *control, unsigned span, line_leg leg, enum line_trouble trouble, const char *what);

/* alarms.c */
void alarm_raise(struct control *control, enum severity severity, const char *key, const char *format, ...)
    PRINTF_LIKE(4, 5);
void alarm_clear(struct control *control, const char *key);
/* Those whose key has this word in it and is about nothing that the settings still know. */
void alarms_clear_unless(struct control *control, const char *word,
                         bool (*known)(const struct control *control, const char *key));
void alarms_receivers(struct control *control, const struct config *config); /* settings: who is told */
bool alarm_stands(const struct control *control, const char *key);

/* zone.c: libc's time zone */
/* 2026-01-01: no box is older than its software. */
#define FIRST_WALL_US (UINT64_C(1767225600) * US_PER_S)
void zone_begin(void); /* before there are threads */
void zone_set(struct control *control, const char *name);
void zone_fill_view(struct control *control, struct control_zone_view *view);
/*
 * "YYYY-MM-DD HH:MM" or with ":SS", as a clock on the wall shows it, in seconds since 1970 UTC. Of an hour that comes
 * twice it is one of both. -EINVAL, with what was expected; -ERANGE: a time that does not exist, or before the
 * software.
 */
MUST_CHECK int zone_wall_s(const char *local, int64_t *wall_s, struct fault *fault);
/* "2026-11-22 18:05:00 CET". */
void zone_format(int64_t wall_s, char *text, size_t size);

/* day.c: settings are in force, or the zone has changed. */
void day_watch(struct control *control);

/* drain.c: before the box is restarted */
/* Whatever the reason; emergency calls from telephones go all the same. */
bool no_new_calls(const struct control *control);
void drain(struct control *control, struct control_request *request);
/* Looks whether the last call has ended. */
void drain_step(struct control *control);

/* front_panel.c: what the machine says, and what its panel shows */
bool machine_take_events(struct control *control);
void panel_update(struct control *control);

static inline uint64_t control_timer_us(const struct control *control, enum timer_row row)
{
	return control->timer_values.ms[row] * US_PER_MS;
}
static inline void control_start(struct control *control, struct timer *timer, enum timer_row row)
{
	timer_start(control->timers, timer, control->now_us + control_timer_us(control, row));
}

#endif
