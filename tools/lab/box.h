/*
 * The box under test with everything around it: its process or machine, the exchange on its wires, its settings, its
 * console, its wall clock.
 *
 * One thread, the lab's. Lab time passes only in box_period(). What takes lab time (to come up, an answer, to stop) is
 * asked for by polling between periods; box_wait_ready() and box_ask_now() are the loops for callers without
 * coroutines. Errors are text.
 */
#ifndef BELFRY_LAB_BOX_H
#define BELFRY_LAB_BOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exchange.h"
#include "target.h"

#define BOX_PERIOD_SAMPLES 80u
#define BOX_SECOND         8000u
#define BOX_ERROR_BYTES    2048u
#define BOX_READY_S        20.0         /* lab time for D channels and phones to come up */
#define BOX_STOP_S         60.0         /* lab time for an orderly end */
#define BOX_DEFAULT_UNIX   1772618400.0 /* 2026-03-04 10:00 UTC, a Wednesday: runs repeat */
#define BOX_SETTINGS_MAX   4096u

/* What a scenario says about the lab's end of a span; -1: as the box's settings imply. */
struct box_span_override {
	unsigned span;
	int switch_type, network_side, mulaw, missing;
};

struct box_settings {
	enum target_kind kind;
	bool real_time, power_cut, disk_faults;
	uint64_t seed;
	const char *pcap, *spool; /* or NULL */
	const char *asound;       /* host: an ALSA configuration file for the box, or NULL */
	double unix_time;
	const char *const *lines; /* settings, with or without leading "set" */
	size_t line_count;
	struct box_span_override overrides[LAB_SPANS_MAX];
	size_t override_count;
};

struct box;

/* Makes folder, exchange and target, and starts it. 0 or -errno with error. */
int box_new(struct box **out, const struct box_settings *settings, char *error, size_t size);
/* A box that somebody else runs: what is on its wires is ours, the exchange included; its console is not. */
int box_attend(struct box **out, struct exchange *exchange, const struct lab_span *spans, unsigned count);
void box_free(struct box *box); /* and its folder, unless */
void box_keep(struct box *box);

struct exchange *box_exchange(struct box *box);
struct target *box_target(struct box *box);
const char *box_folder(const struct box *box);
const char *box_console_path(const struct box *box);
uint64_t box_now(const struct box *box);
double box_seconds(uint64_t samples);
/* The box's wall clock as the lab set it going, at a moment of the lab's clock. */
double box_unix_time(const struct box *box, uint64_t samples);

/* One period. -errno with error when the box has died or hangs although it should be running. */
int box_period(struct box *box, char *error, size_t size);

/* After box_new and box_start: 1 ready for calls, 0 not yet, -errno it will not be. */
int box_ready(struct box *box, char *error, size_t size);
int box_wait_ready(struct box *box, char *error, size_t size);

bool box_running(const struct box *box);
int box_start(struct box *box, char *error, size_t size);
int box_terminate(struct box *box, char *error, size_t size); /* ended when box_running() is false */
int box_kill(struct box *box, bool power_cut, char *error, size_t size);

/* Console: begin, then poll between periods: 1 answered, 0 lab time must pass, -errno. Waits a little in wall time
 * first, and as long as the box is working. */
int box_ask(struct box *box, const char *line, char *error, size_t size);
int box_answered(struct box *box, char *error, size_t size);
bool box_asking(const struct box *box); /* a question is open */
/* Whole question and answer, running periods as needed. 0: status 0; -EINVAL: refused, error says in the box's words.
 */
int box_ask_now(struct box *box, const char *line, char *error, size_t size);
const char *box_answer(const struct box *box);
int box_answer_status(const struct box *box);
/* The console line for a settings line ("set " in front unless it is a command already). */
void box_set_line(char *line, size_t size, const char *setting);
/* The exchange's spans follow settings lines that were committed. */
int box_follow_settings(struct box *box, const char *const *lines, size_t count, char *error, size_t size);

/* A calling number that nobody else in this box's life has. */
void box_new_number(struct box *box, char *number, size_t size);

unsigned box_span_count(const struct box *box);
const struct lab_span *box_span(const struct box *box, unsigned index);

/* ---- helpers with a file of their own ---- */

struct box_plan {
	struct lab_span spans[LAB_SPANS_MAX];
	bool carried[LAB_SPANS_MAX]; /* signalling that the lab can play */
	unsigned count;
};
/* Reads `span N type|signalling|switch|overlap|law` out of a settings line; other lines do nothing. */
void box_plan_line(struct box_plan *plan, const char *line);
void box_plan_override(struct box_plan *plan, const struct box_span_override *override);
/* Name of a switch type as the settings spell it; -1: unknown. */
int box_switch_type(const char *name);

/* "2026-03-29 01:55[:30] Europe/Berlin" (zone may be missing: UTC) -> seconds since 1970. */
int box_parse_date(const char *text, double *unix_time, char *error, size_t size);
/* "2026-03-04T10:00:01.230Z", as records say it; NAN: not a time. */
double box_parse_iso(const char *text);

#endif
