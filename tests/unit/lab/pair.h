/*
 * Two exchanges back to back: the lab as the network and, in the box's place, the lab as the user. No socket is used:
 * frames go straight across.
 */
#ifndef BELFRY_TESTS_LAB_PAIR_H
#define BELFRY_TESTS_LAB_PAIR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/lab/party.h"
#include "tools/lab/pri.h"
#include "tools/lab/wire.h"

#define PROMPTS "/usr/share/asterisk/sounds/en_US_f_Allison"

static inline struct exchange *pair_exchange(const char *which, const char *pcap)
{
	static unsigned count;
	char error[LAB_TEXT] = "", local[80], remote[100];
	struct exchange *exchange = NULL;
	snprintf(local, sizeof(local), "/tmp/belfry-lab-test-%d-%s-%u", (int)getpid(), which, count++);
	snprintf(remote, sizeof(remote), "%s-peer", local);
	struct exchange_settings settings = {.transport = LAB_TO_PROCESS,
	                                     .local_path = local,
	                                     .remote_path = remote,
	                                     .seed = 7,
	                                     .pcap_path = pcap,
	                                     .prompt_folder = {PROMPTS}};
	assert_int_equal(exchange_new(&exchange, &settings, error, sizeof(error)), 0);
	return exchange;
}

static inline void pair_span(struct exchange *exchange, struct lab_span span)
{
	char error[LAB_TEXT] = "";
	assert_int_equal(exchange_add_span(exchange, &span, error, sizeof(error)), 0);
}

static inline void pair_across(void *user, const uint8_t *frame, size_t bytes)
{
	wire_hear(user, frame, bytes);
}

static inline void pair_half(struct exchange *from, struct exchange *to)
{
	for (unsigned ms = 0; ms < PERIOD_MS; ms++)
		for (unsigned i = 0; i < from->span_count; i++)
			wire_send_frames(from->spans[from->order[i]], ms, pair_across, to);
}

static inline void pair_period(struct exchange *a, struct exchange *b)
{
	wire_prepare(a);
	wire_prepare(b);
	for (unsigned i = 0; i < a->span_count; i++)
		a->spans[a->order[i]]->heard_to = a->now;
	for (unsigned i = 0; i < b->span_count; i++)
		b->spans[b->order[i]]->heard_to = b->now;
	pair_half(a, b);
	pair_half(b, a);
	a->now += PERIOD_SAMPLES;
	b->now += PERIOD_SAMPLES;
	wire_settle(a);
	wire_settle(b);
}

static inline void pair_run(struct exchange *a, struct exchange *b, double seconds)
{
	for (int i = 0; i < (int)(seconds * 100); i++)
		pair_period(a, b);
}

static inline struct lab_call_request pair_request(unsigned span, const char *to, const char *from)
{
	struct lab_call_request request = {
	    .span = span, .ton = -1, .npi = -1, .presentation = -1, .redirecting_reason = -1, .bearer = -1};
	snprintf(request.to, sizeof(request.to), "%s", to);
	snprintf(request.from, sizeof(request.from), "%s", from);
	return request;
}

/* A call over an E1 trunk between the two, answered. */
static inline void pair_call(struct exchange *network, struct exchange *user, const struct lab_call_request *request,
                             struct lab_call **out, struct lab_call **in)
{
	char error[LAB_TEXT] = "";
	struct lab_span span = {.span = 1, .e1 = true, .network_side = true};
	pair_span(network, span);
	span.network_side = false;
	pair_span(user, span);
	pair_run(network, user, 2);
	assert_int_equal(call_out(network, request, out, error, sizeof(error)), 0);
	*in = NULL;
	for (int i = 0; i < 50 && !*in; i++) {
		pair_period(network, user);
		*in = call_incoming(user, 1);
	}
	assert_non_null(*in);
	call_answer(*in);
	pair_run(network, user, 0.2);
}

#endif
