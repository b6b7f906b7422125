/* The far end of a machine's spans, without a scenario. */
#include "attend.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "attend_lines.h"
#include "box.h"
#include "target.h"

#define SECOND         8000u
#define ANSWER_AFTER   (3 * SECOND)
#define FINISHED_AFTER SECOND
#define TONE_HZ        1004
#define TONE_DBM0      (-16)
#define CALLS_MAX      16
#define ERROR_BYTES    256

struct attended {
	struct exchange *exchange;
	struct lab_span spans[LAB_SPANS_MAX];
	unsigned count;
	struct lab_call *calls[CALLS_MAX]; /* from the box */
};

static volatile sig_atomic_t ended;

static void end(int signal_number)
{
	ended = 1;
}

static int add_span(struct attended *attended, const struct lab_span *span, char *error, size_t size)
{
	if (attended->count == LAB_SPANS_MAX) {
		snprintf(error, size, "at most %d spans", LAB_SPANS_MAX);
		return -E2BIG;
	}
	attended->spans[attended->count++] = *span;
	return exchange_add_span(attended->exchange, span, error, size);
}

static int add_spans(struct attended *attended, const char *spans, char *error, size_t size)
{
	const char *at = spans;
	while (*at) {
		char *after;
		unsigned long number = strtoul(at, &after, 10);
		unsigned long channels = *after == ':' ? strtoul(after + 1, &after, 10) : 0;
		if ((*after && *after != ',') || (channels != 31 && channels != 24)) {
			snprintf(error, size, "spans are given as 1:31,2:24, not \"%s\"", spans);
			return -EINVAL;
		}
		struct lab_span span = {.span = (unsigned)number,
		                        .e1 = channels == 31,
		                        .mulaw = channels == 24,
		                        .kind = channels == 31 ? LAB_SPAN_PRI : LAB_SPAN_PHONES,
		                        .switch_type = LAB_EUROISDN,
		                        .network_side = true};
		int r = add_span(attended, &span, error, size);
		if (r)
			return r;
		at = *after ? after + 1 : after;
	}
	return 0;
}

static void take_call(struct attended *attended, struct lab_call *call)
{
	struct lab_call_facts facts;
	call_facts(call, &facts);
	for (unsigned i = 0; i < CALLS_MAX; i++) {
		if (attended->calls[i])
			continue;
		attended->calls[i] = call;
		printf("span %u: the box calls %s from %s\n", facts.span, facts.to, facts.from);
		call_alert(call);
		return;
	}
	call_reject(call, 34);
	call_forget(call);
}

static void go_on_with(struct attended *attended, struct lab_call **call)
{
	struct lab_call_facts facts;
	uint64_t now = exchange_now_samples(attended->exchange);
	call_facts(*call, &facts);
	if (facts.ended && now > facts.ended + FINISHED_AFTER) {
		printf("span %u: the call to %s has ended, cause %d\n", facts.span, facts.to, facts.cause);
		call_forget(*call);
		*call = NULL;
	} else if (!facts.ended && !facts.answered && now > facts.begun + ANSWER_AFTER) {
		call_answer(*call);
		party_say_tone(call_party(*call), TONE_HZ, TONE_DBM0);
	}
}

static void attend_calls(struct attended *attended)
{
	for (unsigned i = 0; i < attended->count; i++) {
		const struct lab_span *span = &attended->spans[i];
		struct lab_call *call =
		    span->kind == LAB_SPAN_PRI ? call_incoming(attended->exchange, span->span) : NULL;
		if (call)
			take_call(attended, call);
	}
	for (unsigned i = 0; i < CALLS_MAX; i++)
		if (attended->calls[i])
			go_on_with(attended, &attended->calls[i]);
}

static int open_exchange(struct attended *attended, const struct attend_options *options, char *error, size_t size)
{
	const struct exchange_settings settings = {.transport = LAB_TO_ETHERNET,
	                                           .local_path = options->lab_socket,
	                                           .remote_path = options->box_socket,
	                                           .real_time = true,
	                                           .seed = options->seed,
	                                           .prompt_folder = {LAB_PROMPTS, target_prompts()}};
	int r = exchange_new(&attended->exchange, &settings, error, size);
	return r ? r : add_spans(attended, options->spans, error, size);
}

static void attend_until_gone(struct attended *attended, struct attend_lines *lines)
{
	bool there = false;
	while (!ended) {
		int period = exchange_period(attended->exchange, 0);
		if (there && period == -EPIPE)
			break;
		there = there || period == 0;
		attend_lines_run(lines); /* first: who waits for a call of the box's has it */
		attend_calls(attended);
	}
}

int attend_run(const struct attend_options *options)
{
	struct attended attended = {0};
	struct attend_lines *lines = NULL;
	struct box *box = NULL;
	char error[ERROR_BYTES] = "no memory";
	int r = open_exchange(&attended, options, error, sizeof error);
	if (!r)
		r = box_attend(&box, attended.exchange, attended.spans, attended.count);
	if (!r)
		r = attend_lines_new(&lines, box, options->tell_socket, options->seed, error, sizeof error);
	signal(SIGINT, end);
	signal(SIGTERM, end);
	if (r)
		fprintf(stderr, "belfry-lab: %s\n", error);
	else
		attend_until_gone(&attended, lines);
	attend_lines_free(lines);
	if (box)
		box_free(box);
	else
		exchange_free(attended.exchange);
	return r != 0;
}
