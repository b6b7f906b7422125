/*
 * The health of one span in plain words: its counters, alarms and D channel, watched once a second over the last hour,
 * become findings, each a sentence with the likely cause and what to do, and whether it grows worse.
 *
 * Pure: it is given samples and times, and reads nothing itself. It lives on the control thread. A span that is not
 * sampled has no findings.
 */
#ifndef BELFRY_LINE_HEALTH_H
#define BELFRY_LINE_HEALTH_H

#include "line/line.h"

#define HEALTH_MINUTES      60
#define HEALTH_FINDINGS_MAX 6
#define HEALTH_TEXT_BYTES   240

/* In the order of their weight: what stands first hides what follows from it. */
enum health_finding {
	HEALTH_NOT_OPEN,       /* the card is gone, or never was there */
	HEALTH_NO_SIGNAL,      /* red */
	HEALTH_ALL_ONES,       /* blue */
	HEALTH_LOOPED,         /* loopback */
	HEALTH_FAR_NO_SIGNAL,  /* yellow */
	HEALTH_CLOCK,          /* slips: the two ends do not run from one clock */
	HEALTH_DCHANNEL_DOWN,  /* the line is good, Q.921 is not up */
	HEALTH_DCHANNEL_FLAPS, /* Q.921 was lost again and again while the line was good */
	HEALTH_BIT_ERRORS,     /* CRC, code violations, framing, HDLC check sums */
	HEALTH_FRAMES_LOST,    /* TDM over Ethernet: frames that never came */
	HEALTH_UNANSWERED,     /* the other end does not answer messages */
	HEALTH_RESTARTS,       /* the other end restarts channels again and again */
	HEALTH_FINDING_COUNT
};
extern const char *const health_finding_names[HEALTH_FINDING_COUNT]; /* "no-signal" */

enum health_trend { HEALTH_STEADY, HEALTH_WORSE, HEALTH_BETTER, HEALTH_OVER, HEALTH_NEW, HEALTH_TREND_COUNT };
extern const char *const health_trend_names[HEALTH_TREND_COUNT]; /* "getting worse" */

/* What is counted, a minute each. */
enum health_count {
	HEALTH_COUNT_SLIPS,
	HEALTH_COUNT_LOST,
	HEALTH_COUNT_BIT_ERRORS,
	HEALTH_COUNT_ERRORED_SECONDS,
	HEALTH_COUNT_DCHANNEL_LOSSES,
	HEALTH_COUNT_UNANSWERED,
	HEALTH_COUNT_RESTARTS,
	HEALTH_COUNTS
};

struct health_sample {
	uint64_t at_us; /* clock_now_us() */
	const struct line_span_status *status;
	const struct driver_span_counters *counters;
	unsigned clock_source; /* the span that the clock follows; 0: none */
};

struct health {
	bool begun;
	uint8_t span;
	uint64_t first_us, at_us, minute;
	uint64_t seen[HEALTH_COUNTS]; /* the counters at the last sample */
	uint32_t minutes[HEALTH_MINUTES][HEALTH_COUNTS];
	uint64_t last_us[HEALTH_COUNTS]; /* when it last grew */
	struct line_span_status status;
	unsigned clock_source;
	uint64_t alarms_us, dchannel_us; /* since when they are as they are */
};

struct health_report {
	enum health_finding finding;
	enum health_trend trend;
	uint64_t since_us; /* clock_now_us() of its begin, or of the last time it was counted */
	char text[HEALTH_TEXT_BYTES];
};

/* Forgets everything: the span was stopped or set anew. */
void health_reset(struct health *health);
/* One sample; once a second. Counters that run backwards (a driver opened anew) begin again. */
void health_sample(struct health *health, const struct health_sample *sample);
/* Up to max findings, the gravest first; 0: the span is well. Returns how many. */
unsigned health_findings(const struct health *health, struct health_report *out, unsigned max);

#endif
