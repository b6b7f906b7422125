/* What goes wrong on purpose. Everything random is from the seed, a sequence of its own for every span. */
#include "tools/lab/exchange.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tools/lab/capture.h"
#include "tools/lab/party.h"
#include "tools/lab/phone.h"
#include "tools/lab/pri.h"
#include "tools/lab/wire.h"

enum { ALARM_NONE, ALARM_RED, ALARM_YELLOW, ALARM_BLUE };

static double chance(struct span *span) /* 0 .. 1 */
{
	uint64_t *random = &span->faults.random;
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return (double)(*random >> 11) / 9007199254740992.0;
}

bool fault_cut(const struct span *span)
{
	return span->conf.missing || span->faults.l1_down || span->faults.alarm == ALARM_RED;
}

bool fault_mutes(const struct span *span)
{
	return fault_cut(span) || span->faults.dchannel_dead || span->faults.alarm == ALARM_BLUE;
}

uint8_t fault_flags(const struct span *span)
{
	return FLAG_SIGNALLING | (span->faults.alarm == ALARM_YELLOW ? FLAG_YELLOW : 0);
}

unsigned fault_frames(struct span *span)
{
	struct span_faults *faults = &span->faults;
	faults->ppm_phase += faults->ppm / 1e6;
	if (faults->ppm_phase >= 1) {
		faults->ppm_phase -= 1;
		return 2;
	}
	if (faults->ppm_phase <= -1) {
		faults->ppm_phase += 1;
		return 0;
	}
	return 1;
}

static void flip_bits(struct span *span, uint8_t *samples, size_t bytes)
{
	double octet = span->faults.ber * 8;
	for (size_t i = 0; i < bytes; i++)
		if (chance(span) < octet)
			samples[i] ^= (uint8_t)(1u << (unsigned)(chance(span) * 7.999));
}

static void deliver(struct span *span, const uint8_t *frame, size_t bytes, wire_out *out, void *user)
{
	if (span->faults.truncate > 0 && chance(span) * 100 < span->faults.truncate)
		bytes = FRAME_ETHERTYPE + 2 + (size_t)(chance(span) * (double)(bytes - FRAME_ETHERTYPE - 3));
	out(user, frame, bytes);
	if (span->faults.duplicate > 0 && chance(span) * 100 < span->faults.duplicate)
		out(user, frame, bytes);
}

static void send_late_ones(struct span *span, uint64_t at_samples, wire_out *out, void *user)
{
	struct span_faults *faults = &span->faults;
	unsigned done = 0;
	while (done < faults->late_count && faults->late[done].due_samples <= at_samples) {
		deliver(span, faults->late[done].frame, faults->late[done].bytes, out, user);
		done++;
	}
	faults->late_count -= done;
	if (done)
		memmove(faults->late, faults->late + done, faults->late_count * sizeof(faults->late[0]));
}

/* Jitter: every frame is held back by up to late_ms, in order. */
static void hold_back(struct span *span, uint64_t at_samples, const uint8_t *frame)
{
	struct span_faults *faults = &span->faults;
	if (faults->late_count == LAB_LATE_FRAMES) {
		faults->late_overflow++;
		return;
	}
	uint64_t due = at_samples + 8 * (uint64_t)(chance(span) * (faults->late_ms + 1));
	if (faults->late_count && due < faults->late[faults->late_count - 1].due_samples)
		due = faults->late[faults->late_count - 1].due_samples;
	faults->late[faults->late_count].due_samples = due;
	faults->late[faults->late_count].bytes = span->frame_bytes;
	memcpy(faults->late[faults->late_count].frame, frame, span->frame_bytes);
	faults->late_count++;
}

void fault_send(struct span *span, uint64_t at_samples, uint8_t *frame, wire_out *out, void *user)
{
	struct span_faults *faults = &span->faults;
	if (faults->alarm == ALARM_BLUE)
		memset(frame + FRAME_SIGNALLING, 0xff, span->frame_bytes - FRAME_SIGNALLING);
	if (faults->ber > 0)
		flip_bits(span, frame + span->samples_at, span->frame_bytes - span->samples_at);
	bool lost = faults->loss > 0 && chance(span) * 100 < faults->loss;
	if (!lost && !faults->late_ms && !faults->late_count)
		deliver(span, frame, span->frame_bytes, out, user);
	else if (!lost)
		hold_back(span, at_samples, frame);
	if (faults->late_count)
		send_late_ones(span, at_samples, out, user);
}

void fault_clear(struct lab_fault *fault)
{
	*fault = (struct lab_fault){.l1 = -1,
	                            .alarm = -1,
	                            .dchannel = -1,
	                            .loss_percent = -1,
	                            .duplicate_percent = -1,
	                            .truncate_percent = -1,
	                            .late_ms = -1,
	                            .ber = -1,
	                            .ppm = NAN,
	                            .glare = -1,
	                            .echo_ms = NAN,
	                            .echo_db = NAN,
	                            .noise_dbm0 = NAN,
	                            .stuck_offhook = -1,
	                            .loop = -1};
}

static int parse_hex(const char *hex, uint8_t *out, size_t room, size_t *bytes)
{
	*bytes = 0;
	while (*hex) {
		unsigned octet = 0;
		for (int digit = 0; digit < 2; digit++) {
			while (*hex == ' ' || *hex == ':')
				hex++;
			const char *values = "0123456789abcdef0123456789ABCDEF";
			const char *at = *hex ? strchr(values, *hex++) : NULL;
			if (!at)
				return -EINVAL;
			octet = octet << 4 | (unsigned)((at - values) & 0x0f);
		}
		if (*bytes == room)
			return -EMSGSIZE;
		out[(*bytes)++] = (uint8_t)octet;
		while (*hex == ' ' || *hex == ':')
			hex++;
	}
	return *bytes ? 0 : -EINVAL;
}

static int inject(struct span *span, const char *hex, bool whole_frame, char *error, size_t size)
{
	uint8_t octets[260];
	size_t bytes;
	if (!span->link) {
		snprintf(error, size, "span %u has no D channel", span->conf.span);
		return -ENODEV;
	}
	int status = parse_hex(hex, octets, sizeof(octets), &bytes);
	if (status) {
		snprintf(error, size, "not %zu octets at most in hexadecimal: %.64s", sizeof(octets), hex);
		return status;
	}
	if (!whole_frame)
		return link_inject(span->link, octets, bytes);
	capture_frame(span->exchange->capture, span->conf.span, true, span->conf.network_side, span->exchange->now,
	              octets, bytes);
	return hdlc_send(span->hdlc, octets, bytes);
}

static void set_if(double value, double *where)
{
	if (value >= 0)
		*where = value;
}

static void set_span(struct span *span, const struct lab_fault *fault)
{
	struct span_faults *faults = &span->faults;
	if (fault->l1 >= 0)
		faults->l1_down = !fault->l1;
	if (fault->alarm >= 0)
		faults->alarm = fault->alarm;
	if (fault->dchannel >= 0) {
		faults->dchannel_dead = !fault->dchannel;
		if (span->hdlc)
			hdlc_reset(span->hdlc);
	}
	set_if(fault->loss_percent, &faults->loss);
	set_if(fault->duplicate_percent, &faults->duplicate);
	set_if(fault->truncate_percent, &faults->truncate);
	set_if(fault->ber, &faults->ber);
	if (fault->late_ms >= 0)
		faults->late_ms = (unsigned)fault->late_ms;
	if (!isnan(fault->ppm))
		faults->ppm = fault->ppm;
	if (fault->glare >= 0)
		faults->glare = fault->glare;
}

static void set_channel(struct span *span, unsigned timeslot, const struct lab_fault *fault)
{
	struct impairment *impairment = &span->impairments[timeslot];
	if (fault->stuck_offhook >= 0 && span->phones[timeslot])
		span->phones[timeslot]->stuck_offhook = fault->stuck_offhook;
	if (fault->loop >= 0 && timeslot != span->dchannel)
		span->looped = (span->looped & ~(1u << timeslot)) | (uint32_t)fault->loop << timeslot;
	if (!isnan(fault->echo_ms))
		impairment->echo_samples = (unsigned)(fault->echo_ms * 8);
	if (!isnan(fault->echo_db))
		impairment->echo_gain = pow(10, -fabs(fault->echo_db) / 20);
	if (!isnan(fault->noise_dbm0))
		impairment->noise_rms =
		    fault->noise_dbm0 > LAW_SILENCE_DBM0 ? law_rms(span->conf.mulaw, fault->noise_dbm0) : 0;
}

int exchange_fault(struct exchange *exchange, const struct lab_fault *fault, char *error, size_t size)
{
	bool found = false;
	int status = 0;
	for (unsigned i = 0; i < exchange->span_count && !status; i++) {
		struct span *span = exchange->spans[exchange->order[i]];
		if (fault->span && fault->span != span->conf.span)
			continue;
		found = true;
		set_span(span, fault);
		for (unsigned timeslot = 1; timeslot <= span->channels; timeslot++)
			if (!fault->channel || fault->channel == timeslot)
				set_channel(span, timeslot, fault);
		if (fault->q931_hex)
			status = inject(span, fault->q931_hex, false, error, size);
		if (fault->q921_hex && !status)
			status = inject(span, fault->q921_hex, true, error, size);
	}
	if (!found) {
		snprintf(error, size, "span %u is not one of the lab's", fault->span);
		return -ENODEV;
	}
	return status;
}
