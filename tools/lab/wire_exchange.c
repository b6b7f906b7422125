/* The exchange as a whole. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lab/call.h"
#include "tools/lab/capture.h"
#include "tools/lab/phone.h"
#include "tools/lab/prompt_ear.h"
#include "tools/lab/transport.h"

#define TIDY_SAMPLES 80000 /* every 10 s */

static int copy_settings(struct exchange *exchange, const struct exchange_settings *settings)
{
	exchange->settings = *settings;
	if (!settings->local_path || !settings->remote_path ||
	    strlen(settings->local_path) >= sizeof(exchange->local_path) ||
	    strlen(settings->remote_path) >= sizeof(exchange->remote_path))
		return -EINVAL;
	memcpy(exchange->local_path, settings->local_path, strlen(settings->local_path) + 1);
	memcpy(exchange->remote_path, settings->remote_path, strlen(settings->remote_path) + 1);
	for (unsigned i = 0; i < 4 && settings->prompt_folder[i]; i++)
		snprintf(exchange->prompt_folder[i], LAB_TEXT, "%s", settings->prompt_folder[i]);
	return 0;
}

int exchange_new(struct exchange **out, const struct exchange_settings *settings, char *error, size_t size)
{
	struct exchange *exchange = calloc(1, sizeof(*exchange));
	if (!exchange)
		return -ENOMEM;
	law_init();
	int status = copy_settings(exchange, settings);
	if (status)
		snprintf(error, size, "the exchange needs two socket paths of at most %zu characters",
		         sizeof(exchange->local_path) - 1);
	else
		status = capture_new(&exchange->capture, settings->pcap_path, error, size);
	if (!status)
		status = settings->transport == LAB_TO_PROCESS
		             ? transport_process_new(&exchange->transport, exchange, error, size)
		             : transport_ethernet_new(&exchange->transport, exchange, error, size);
	if (status) {
		exchange_free(exchange);
		return status;
	}
	*out = exchange;
	return 0;
}

void exchange_free(struct exchange *exchange)
{
	if (!exchange)
		return;
	calls_free(exchange);
	for (unsigned i = 0; i < exchange->span_count; i++)
		span_free(exchange->spans[exchange->order[i]]);
	if (exchange->transport)
		exchange->transport->close(exchange->transport);
	capture_free(exchange->capture);
	prompt_library_free();
	free(exchange);
}

int exchange_add_span(struct exchange *exchange, const struct lab_span *span, char *error, size_t size)
{
	if (!span->span || span->span > LAB_SPANS_MAX) {
		snprintf(error, size, "span %u: spans are 1 to %u", span->span, LAB_SPANS_MAX);
		return -EINVAL;
	}
	if (exchange->spans[span->span])
		return span_change(exchange->spans[span->span], span, error, size);
	int status = span_new(&exchange->spans[span->span], exchange, span, error, size);
	if (status)
		return status;
	unsigned at = exchange->span_count++; /* frames go out in the order of the spans */
	for (; at && exchange->order[at - 1] > span->span; at--)
		exchange->order[at] = exchange->order[at - 1];
	exchange->order[at] = span->span;
	return 0;
}

int exchange_period(struct exchange *exchange, double wall_budget_s)
{
	link_clock_set(exchange->now);
	int status = exchange->transport->period(exchange->transport, exchange, wall_budget_s);
	exchange->now += PERIOD_SAMPLES;
	wire_settle(exchange);
	if (exchange->now % TIDY_SAMPLES == 0)
		call_tidy(exchange);
	return status;
}

void exchange_set_alive(struct exchange *exchange, bool (*alive)(void *user), void *user)
{
	exchange->alive = alive;
	exchange->alive_user = user;
}

uint64_t exchange_now_samples(const struct exchange *exchange)
{
	return exchange->now;
}

void exchange_box_restarted(struct exchange *exchange)
{
	exchange->transport->box_restarted(exchange->transport);
	for (unsigned i = 0; i < exchange->span_count; i++) {
		struct span *span = exchange->spans[exchange->order[i]];
		span->rx_known = false;
		span->d_in_count = 0;
		if (span->hdlc)
			hdlc_reset(span->hdlc);
	}
	capture_remark(exchange->capture, exchange->now, "the box was restarted");
}

void exchange_trace_tail(const struct exchange *exchange, char *text, size_t size, unsigned lines)
{
	capture_tail(exchange->capture, text, size, lines);
}

void exchange_counters(const struct exchange *exchange, struct lab_counters *out)
{
	*out = exchange->counters;
}

bool exchange_dchannel_up(const struct exchange *exchange, unsigned number)
{
	const struct span *span = number <= LAB_SPANS_MAX ? exchange->spans[number] : NULL;
	return span && span->link && link_is_up(span->link);
}

struct lab_phone *phone_at(struct exchange *exchange, unsigned number, unsigned timeslot)
{
	const struct span *span = number <= LAB_SPANS_MAX ? exchange->spans[number] : NULL;
	return span && timeslot < CHANNELS_MAX ? span->phones[timeslot] : NULL;
}
