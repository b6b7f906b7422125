/* Alarms and line counters of a span, as the kernel keeps them. */
#include <string.h>

#include "base/text.h"
#include "drivers/dahdi/dahdi.h"

static uint32_t alarms_of(int kernel)
{
	static const struct {
		int kernel;
		enum span_alarm alarm;
	} map[] = {
	    {DAHDI_ALARM_RED | DAHDI_ALARM_LOS | DAHDI_ALARM_LFA | DAHDI_ALARM_LMFA, SPAN_ALARM_RED},
	    {DAHDI_ALARM_LOS, SPAN_ALARM_LOS},
	    {DAHDI_ALARM_LFA, SPAN_ALARM_LFA},
	    {DAHDI_ALARM_LMFA, SPAN_ALARM_LMFA},
	    {DAHDI_ALARM_YELLOW, SPAN_ALARM_YELLOW},
	    {DAHDI_ALARM_BLUE, SPAN_ALARM_BLUE},
	    {DAHDI_ALARM_LOOPBACK, SPAN_ALARM_LOOPBACK},
	    {DAHDI_ALARM_RECOVER, SPAN_ALARM_RECOVERING},
	    {DAHDI_ALARM_NOTOPEN, SPAN_ALARM_NOT_OPEN},
	};
	uint32_t alarms = 0;

	for (size_t i = 0; i < ARRAY_SIZE(map); i++)
		if (kernel & map[i].kernel)
			alarms |= map[i].alarm;
	return alarms;
}

/* A driver without the counter may report -1. */
static uint64_t kernel_count(int count)
{
	return count < 0 ? 0 : (uint64_t)count;
}

/* ITU-T G.826: a second with a defect is errored. */
static void second_account(const struct dahdi_driver *d, struct dahdi_span_state *state, uint32_t alarms)
{
	state->impaired = state->impaired || alarms & SPAN_ALARM_RED;
	if ((d->periods - state->second_began) * DRIVER_PERIOD_MS < 1000)
		return;
	state->errored_seconds += state->impaired;
	state->impaired = false;
	state->second_began = d->periods;
}

static void counts_of(const struct dahdi_span_state *state, const struct dahdi_spaninfo *info,
                      struct driver_span_counters *out)
{
	*out = (struct driver_span_counters){
	    .crc4_errors = kernel_count(info->crc4count),
	    .code_violations = kernel_count((int)info->cvcount),
	    .bipolar_violations = kernel_count(info->bpvcount),
	    .framing_errors = kernel_count((int)info->fecount),
	    .fas_errors = kernel_count(info->fascount),
	    .ebit_errors = kernel_count(info->ebitcount),
	    .bit_errors = kernel_count((int)info->becount),
	    .errored_seconds = dahdi_is_emulated(info) ? state->errored_seconds : kernel_count((int)info->errsec),
	    .interrupts_missed = kernel_count(info->irqmisses),
	};
}

static uint64_t since(uint64_t now, uint64_t before)
{
	return now >= before ? now - before : now;
}

/* Those that the kernel counts; the others are ours. */
static const size_t published[] = {
    offsetof(struct driver_span_counters, crc4_errors),       offsetof(struct driver_span_counters, code_violations),
    offsetof(struct driver_span_counters, framing_errors),    offsetof(struct driver_span_counters, bipolar_violations),
    offsetof(struct driver_span_counters, fas_errors),        offsetof(struct driver_span_counters, ebit_errors),
    offsetof(struct driver_span_counters, bit_errors),        offsetof(struct driver_span_counters, errored_seconds),
    offsetof(struct driver_span_counters, interrupts_missed),
};

static void counters_publish(struct dahdi_driver *d, unsigned span, const struct driver_span_counters *now)
{
	char *to = (char *)&d->base.status[span - 1].counters;
	const char *before = (const char *)&d->span[span - 1].before;

	for (size_t i = 0; i < ARRAY_SIZE(published); i++) {
		uint64_t is, was;

		memcpy(&is, (const char *)now + published[i], sizeof(is));
		memcpy(&was, before + published[i], sizeof(was));
		__atomic_store_n((uint64_t *)(void *)(to + published[i]), since(is, was), __ATOMIC_RELAXED);
	}
}

/*
 * wct4xxp, wcte43x and wcte13xp show a register of their framer there, whose bits tell of other things (loop codes, the
 * signalling timeslot); none of them ever has the framer look for a pattern.
 */
static bool pattern_seen(const struct dahdi_spaninfo *info)
{
	return info->prbs != 0 && dahdi_card_kind(info) == DAHDI_CARD_OTHER;
}

void dahdi_status_begin(struct dahdi_driver *d, unsigned span)
{
	struct dahdi_spaninfo info = {.spanno = d->span[span - 1].kernel};

	if (dahdi_ioctl(d->ctl, DAHDI_SPANSTAT, &info) == 0)
		counts_of(&d->span[span - 1], &info, &d->span[span - 1].before);
	dahdi_status_update(d, span);
}

void dahdi_status_update(struct dahdi_driver *d, unsigned span)
{
	struct dahdi_spaninfo info = {.spanno = d->span[span - 1].kernel};
	struct driver_span_counters now;

	if (dahdi_ioctl(d->ctl, DAHDI_SPANSTAT, &info) != 0) {
		driver_alarms_set(&d->base, span, SPAN_ALARM_RED | SPAN_ALARM_NOT_OPEN); /* the card has gone */
		return;
	}
	second_account(d, &d->span[span - 1], alarms_of(info.alarms));
	counts_of(&d->span[span - 1], &info, &now);
	counters_publish(d, span, &now);
	atomic_store_explicit(&d->base.status[span - 1].sync_source, dahdi_sync_source(d, span, &info),
	                      memory_order_relaxed);
	atomic_store_explicit(&d->base.status[span - 1].pattern, pattern_seen(&info), memory_order_relaxed);
	driver_alarms_set(&d->base, span,
	                  alarms_of(info.alarms) | (d->span[span - 1].looped ? SPAN_ALARM_LOOPBACK : 0));
}
