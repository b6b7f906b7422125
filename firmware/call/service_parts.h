/*
 * What the box does beside calls: health and tests of lines, sound cards, pages, recorded announcements: what the files
 * of firmware/call/ named below offer each other. Control thread.
 */
#ifndef BELFRY_CALL_SERVICE_PARTS_H
#define BELFRY_CALL_SERVICE_PARTS_H

#include "call/objects.h"

/* health.c: the lines, looked at once a second */
void health_begin(struct control *control);
/* places.c: ports of the settings where no telephone can be */
void places_look(struct control *control);

/* line_test.c: a technician's tests of telephones and B channels */
int line_test_begin(struct control *control, const struct control_test *wanted, uint32_t *id, struct fault *fault);
struct line_test_run *line_test_on(struct control *control, uint16_t channel); /* running; or NULL */
void line_test_end(struct line_test_run *run);
int line_test_stop(struct control *control, uint32_t id, struct fault *fault); /* 0: all */
void line_tests_report(struct control *control, const struct media_event *event);
void line_tests_view(const struct control *control, struct control_view *view);
void line_test_driver_event(struct phone *phone, const struct driver_event *event);
/* False: the test is over, the digit is dialled as ever. */
bool line_test_digit(struct phone *phone, char digit);
void line_test_phone_gone(struct phone *phone);
void line_tests_span_gone(struct control *control, unsigned span); /* it is about to be deleted */
void line_tests_init(struct control *control);

/* span_test.c: loops, bit-error tests and alarms of whole spans */
void span_tests_init(struct control *control);
MUST_CHECK int span_test_check(struct control *control, const struct control_test *wanted, struct fault *fault);
MUST_CHECK int span_test_start(struct line_test_run *run, struct fault *fault);
void span_test_over(struct line_test_run *run); /* run->running is false already */
bool span_test_is(const struct line_test_run *run);
bool span_tests_report(struct control *control, const struct media_event *event); /* false: not of a whole span */
void span_test_words(const struct line_test_run *run, char *text, size_t size);
int span_action(struct control *control, struct control_request *request);
/* Ends those of one span, or of all (0). True: there was one. */
bool span_tests_end(struct control *control, unsigned span);
void span_tests_none(struct control *control, unsigned span);   /* it has just been set up */
void span_tests_forget(struct control *control, unsigned span); /* it is about to be deleted */
bool span_tested(const struct control *control, unsigned span);
/* A loop that we have made: the alarm of it says more than that of the line. */
bool span_test_loops(const struct control *control, unsigned span);

/* diagnostics.c: what is wrong with the box, spoken */
void diagnostics_say(struct phone *phone);

/* sound.c: the sound cards */
void sounds_before(struct control *control, const struct config *config); /* these settings come next */
void sounds_settings(struct control *control);
bool sounds_take_events(struct control *control);
void sounds_silent(struct control *control, uint16_t channel, bool silent);
void sounds_view(const struct control *control, struct control_view *view);
void sound_card_use(struct control *control, unsigned card);
void sound_card_release(struct control *control, unsigned card);
/* Music of this name that a card gives, or NULL. */
const struct config_music *sound_music(const struct control *control, const char *name);

/* page.c */
void page_from_phone(struct phone *phone, const char *digits);
void page_live(struct phone *phone);
void page_digit(struct phone *phone, char digit);
void page_left(struct phone *phone);
bool page_played(struct control *control, uint32_t token); /* false: no page's */
int page_announce(struct control *control, struct control_request *request);
int page_stop(struct control *control, struct control_request *request);
void pages_end(struct control *control, const char *why);
void pages_card_lost(struct control *control, unsigned card);
bool pages_speaker_busy(const struct control *control, unsigned card);

/* headset.c: telephones at sound cards */
void headsets_attach(struct control *control, const struct config *config);
/* These settings come next, with other cards or headsets: none of them goes on. */
void headsets_detach(struct control *control);
/* The sound card does, or does not, work any more. */
void headset_works(struct control *control, unsigned card, bool works);
int headset_request(struct control *control, struct control_request *request);
/* What it does and for or with whom; NULL: the card is none. */
const char *headset_view(const struct control *control, unsigned card, char *who, size_t size);

/* monitor.c: a supervisor at an agent's calls */
bool monitor_begin(struct phone *phone, uint32_t agent, enum monitor_mode mode); /* false: no such agent there */
void monitor_digit(struct phone *phone, char digit);
void monitor_left(struct phone *phone); /* from phone_set_state() */
void monitors_step(struct control *control);

/* recorder.c: announcements recorded on the box */
int recorder_new(struct control *control);
void recorder_free(struct control *control);
void recorder_from_phone(struct phone *phone, const char *digits);
void recorder_digit(struct phone *phone, char digit);
void recorder_played(struct phone *phone);
void recorder_left(struct phone *phone);
int recorder_from_card(struct control *control, struct control_request *request);
int recorder_stop(struct control *control, struct control_request *request);
void recorder_card_lost(struct control *control, unsigned card);
void recorder_cards_change(struct control *control);
void recorder_taken(struct control *control);
void recorder_kept(struct control *control, const struct control_request *request);
void recorder_view(const struct control *control, char *text, size_t size);

#endif
