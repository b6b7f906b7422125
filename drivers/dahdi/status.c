/* Alarms and line counters of a span, as the kernel keeps them. */
#include "drivers/dahdi/dahdi.h"

static uint32_t alarms_of(int kernel)
{
	static const struct {
		int kernel;
		enum span_alarm alarm;
	} map[] = {
	    {DAHDI_ALARM_RED | DAHDI_ALARM_LOS | DAHDI_ALARM_LFA | DAHDI_ALARM_LMFA, SPAN_ALARM_RED},
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

static void counts_of(const struct dahdi_spaninfo *info, struct driver_span_counters *out)
{
	*out = (struct driver_span_counters){
	    .crc4_errors = kernel_count(info->crc4count),
	    .code_violations = kernel_count((int)info->cvcount) + kernel_count(info->bpvcount),
	    .framing_errors = kernel_count((int)info->fecount) + kernel_count(info->fascount),
	    .errored_seconds = kernel_count((int)info->errsec),
	    .periods_missed = 0,
	    .slips = 0,
	};
}

static uint64_t since(uint64_t now, uint64_t before)
{
	return now >= before ? now - before : now;
}

static void counters_publish(struct dahdi_driver *d, unsigned span, const struct driver_span_counters *now)
{
	struct driver_span_counters *to = &d->base.status[span - 1].counters;
	const struct driver_span_counters *before = &d->span[span - 1].before;

	__atomic_store_n(&to->crc4_errors, since(now->crc4_errors, before->crc4_errors), __ATOMIC_RELAXED);
	__atomic_store_n(&to->code_violations, since(now->code_violations, before->code_violations), __ATOMIC_RELAXED);
	__atomic_store_n(&to->framing_errors, since(now->framing_errors, before->framing_errors), __ATOMIC_RELAXED);
	__atomic_store_n(&to->errored_seconds, since(now->errored_seconds, before->errored_seconds), __ATOMIC_RELAXED);
}

void dahdi_status_begin(struct dahdi_driver *d, unsigned span)
{
	struct dahdi_spaninfo info = {.spanno = (int)span};

	if (dahdi_ioctl(d->ctl, DAHDI_SPANSTAT, &info) == 0)
		counts_of(&info, &d->span[span - 1].before);
	dahdi_status_update(d, span);
}

void dahdi_status_update(struct dahdi_driver *d, unsigned span)
{
	struct dahdi_spaninfo info = {.spanno = (int)span};
	struct driver_span_counters now;

	if (dahdi_ioctl(d->ctl, DAHDI_SPANSTAT, &info) != 0) {
		driver_alarms_set(&d->base, span, SPAN_ALARM_RED | SPAN_ALARM_NOT_OPEN); /* the card has gone */
		return;
	}
	counts_of(&info, &now);
	counters_publish(d, span, &now);
	driver_alarms_set(&d->base, span, alarms_of(info.alarms));
}
