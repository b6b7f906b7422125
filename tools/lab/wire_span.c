/* Making a span: its blank frame, its D channel or its telephones. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lab/call.h"
#include "tools/lab/capture.h"
#include "tools/lab/phone.h"

#define E1_CHANNELS  31
#define E1_DCHANNEL  16
#define T1_CHANNELS  24
#define T1_DCHANNEL  24
#define BITS_ON_HOOK 0x5

/* The lab's own address, which the guest's dynamic spans name; the box's is learned and broadcast until then. */
static const uint8_t lab_address[6] = {0x02, 0xbe, 0x1f, 0x00, 0x00, 0x01};

static void make_blank(struct span *span)
{
	uint8_t *frame = span->blank;
	memset(frame, 0xff, 6);
	memcpy(frame + 6, lab_address, sizeof(lab_address));
	put16(frame + FRAME_ETHERTYPE, 0xd00d);
	put16(frame + FRAME_SPAN, span->conf.span);
	frame[FRAME_SAMPLE_COUNT] = FRAME_SAMPLES;
	put16(frame + FRAME_CHANNELS, span->channels);
	span->samples_at = FRAME_SIGNALLING + (span->channels + 3) / 4 * 2;
	span->frame_bytes = (uint16_t)(span->samples_at + span->channels * FRAME_SAMPLES);
	memset(frame + span->samples_at, span->idle, span->channels * FRAME_SAMPLES);
}

static void frame_in(void *user, const uint8_t *frame, size_t bytes)
{
	struct span *span = user;
	capture_frame(span->exchange->capture, span->conf.span, false, span->conf.network_side, span->exchange->now,
	              frame, bytes);
	call_frame_in(span, frame, bytes);
}

static void frame_out(void *user, const uint8_t *frame, size_t bytes)
{
	struct span *span = user;
	if (span->faults.dchannel_dead || fault_cut(span))
		return; /* a line that is cut keeps nothing for later */
	capture_frame(span->exchange->capture, span->conf.span, true, span->conf.network_side, span->exchange->now,
	              frame, bytes);
	if (hdlc_send(span->hdlc, frame, bytes))
		capture_remark(span->exchange->capture, span->exchange->now,
		               "frame lost: the D channel's queue is full");
}

static int open_pri(struct span *span, char *error, size_t size)
{
	const struct lab_span *conf = &span->conf;
	struct link_settings settings = {.switch_type = conf->switch_type,
	                                 .e1 = conf->e1,
	                                 .network_side = conf->network_side,
	                                 .overlap = conf->overlap,
	                                 .mulaw = conf->mulaw,
	                                 .send = frame_out,
	                                 .event = call_link_event,
	                                 .user = span};
	span->dchannel = conf->e1 ? E1_DCHANNEL : T1_DCHANNEL;
	int status = hdlc_new(&span->hdlc, frame_in, span);
	link_clock_set(span->exchange->now);
	return status ? status : link_new(&span->link, &settings, error, size);
}

static int open_phones(struct span *span)
{
	int status = 0;
	memset(span->cas, BITS_ON_HOOK, sizeof(span->cas));
	for (unsigned timeslot = 1; timeslot <= span->channels && !status; timeslot++) {
		if (!span->phones[timeslot])
			status = phone_new(&span->phones[timeslot], span, timeslot);
		if (!status)
			span->party[timeslot] = phone_party(span->phones[timeslot]);
	}
	return status;
}

static int open_span(struct span *span, char *error, size_t size)
{
	span->channels = span->conf.e1 ? E1_CHANNELS : T1_CHANNELS;
	span->idle = law_idle(span->conf.mulaw);
	make_blank(span);
	return span->conf.kind == LAB_SPAN_PRI ? open_pri(span, error, size) : open_phones(span);
}

int span_new(struct span **out, struct exchange *exchange, const struct lab_span *conf, char *error, size_t size)
{
	struct span *span = calloc(1, sizeof(*span));
	if (!span)
		return -ENOMEM;
	span->exchange = exchange;
	span->conf = *conf;
	span->cause_location = -1;
	span->heard_to = exchange->now;
	span->faults.random = (exchange->settings.seed + 1) * 0x9e3779b97f4a7c15u + conf->span;
	int status = open_span(span, error, size);
	if (status) {
		span_free(span);
		return status;
	}
	*out = span;
	return 0;
}

static void end_calls(struct span *span)
{
	for (struct lab_call *call = span->exchange->first_call; call; call = call->next) {
		if (call->span != span || !call->handle)
			continue;
		call_end(call, false, 0);
		call_let_go(call);
	}
}

int span_change(struct span *span, const struct lab_span *conf, char *error, size_t size)
{
	bool phones = span->conf.kind == LAB_SPAN_PHONES && conf->kind == LAB_SPAN_PHONES;
	span->rx_known = false;
	if (phones) { /* a scenario holds on to its telephones */
		span->conf.missing = conf->missing;
		return 0;
	}
	end_calls(span);
	for (unsigned timeslot = 1; timeslot < CHANNELS_MAX; timeslot++)
		if (span->phones[timeslot])
			span->party[timeslot] = NULL; /* kept, since somebody may still ask it, but not connected */
	link_free(span->link);
	hdlc_free(span->hdlc);
	span->link = NULL;
	span->hdlc = NULL;
	span->dchannel = span->d_in_count = 0;
	span->conf = *conf;
	return open_span(span, error, size);
}

void span_free(struct span *span)
{
	if (!span)
		return;
	for (unsigned timeslot = 1; timeslot < CHANNELS_MAX; timeslot++)
		phone_free(span->phones[timeslot]);
	link_free(span->link);
	hdlc_free(span->hdlc);
	free(span);
}
