/* The kernel's side of a span: found, configured as dahdi_cfg would, started. Only the span that is asked for. */
#include <errno.h>
#include <string.h>

#include <dahdi/tonezone.h>

#include "base/log.h"
#include "base/text.h"
#include "drivers/dahdi/dahdi.h"

/* Any zone does: DAHDI rings only with one loaded, cadences and tones are ours. */
#define TONE_ZONE "us"

static const char *const echo_cancellers[] = {"OSLEC", "MG2"};

/* The kernel counts channels through all spans: looks for the one that is timeslot 1 of its span. */
static int first_channel_find(struct dahdi_driver *d, int kernel)
{
	for (int number = 1; number < DAHDI_MAX_CHANNELS; number++) {
		struct dahdi_params found = {.channo = number};

		if (dahdi_ioctl(d->ctl, DAHDI_GET_PARAMS, &found) == 0 && found.spanno == kernel && found.chanpos == 1)
			return number;
	}
	return -ENODEV;
}

static int span_check(struct dahdi_driver *d, const struct driver_span *span, struct fault *fault)
{
	int kernel = d->span[span->span - 1].kernel;
	struct dahdi_spaninfo info = {.spanno = kernel};
	unsigned timeslots = driver_timeslots(span->type);
	int error = dahdi_ioctl(d->ctl, DAHDI_SPANSTAT, &info);

	if (error)
		return fault_set(fault, -ENODEV, "span %u: the kernel's span %d has gone", span->span, kernel);
	if (info.totalchans != (int)timeslots)
		return fault_set(fault, -EINVAL, "span %u: an %s has %u channels, the kernel's span \"%.20s\" has %d",
		                 span->span, span->type == SPAN_E1 ? "E1" : "T1", timeslots, info.name,
		                 info.totalchans);
	int first = first_channel_find(d, kernel);

	if (first < 0)
		return fault_set(fault, first,
		                 "span %u: its channels have no numbers yet (dahdi.ko auto_assign_spans=1)",
		                 span->span);
	d->span[span->span - 1].first_channel = first;
	return 0;
}

static int line_flags(const struct driver_span *span)
{
	static const int framing[] = {
	    [SPAN_FRAMING_CCS] = DAHDI_CONFIG_CCS,
	    [SPAN_FRAMING_CAS] = 0,
	    [SPAN_FRAMING_ESF] = DAHDI_CONFIG_ESF,
	    [SPAN_FRAMING_D4] = DAHDI_CONFIG_D4,
	};
	static const int coding[] = {
	    [SPAN_CODING_HDB3] = DAHDI_CONFIG_HDB3,
	    [SPAN_CODING_AMI] = DAHDI_CONFIG_AMI,
	    [SPAN_CODING_B8ZS] = DAHDI_CONFIG_B8ZS,
	};
	return framing[span->framing] | coding[span->coding] | (span->crc4 ? DAHDI_CONFIG_CRC4 : 0);
}

static int span_configure(struct dahdi_driver *d, const struct driver_span *span, struct fault *fault)
{
	struct dahdi_lineconfig line = {
	    .span = d->span[span->span - 1].kernel,
	    .lbo = span->line_build_out,
	    .lineconfig = line_flags(span),
	    .sync = span->clock_rank,
	};
	int error = dahdi_ioctl(d->ctl, DAHDI_SPANCONFIG, &line);

	if (error == -EINVAL)
		return fault_set(fault, error, "span %u: the card cannot do this framing and line coding", span->span);
	if (error)
		return fault_set(fault, error, "span %u: not configured: %s", span->span, strerror(-error));
	return 0;
}

static int signalling(const struct driver_span *span, unsigned timeslot)
{
	if (span->use == SPAN_USE_FXS)
		return DAHDI_SIG_FXOKS;
	return timeslot == driver_dchannel_timeslot(span->type) ? DAHDI_SIG_HDLCFCS : DAHDI_SIG_CLEAR;
}

static int channel_configure(struct dahdi_driver *d, const struct driver_span *span, unsigned timeslot,
                             struct fault *fault)
{
	int number = d->span[span->span - 1].first_channel + (int)timeslot - 1;
	struct dahdi_chanconfig channel = {
	    .chan = number,
	    .sigtype = signalling(span, timeslot),
	    .deflaw = span->law == SPAN_ALAW ? DAHDI_LAW_ALAW : DAHDI_LAW_MULAW,
	    .master = number,
	};
	int error = dahdi_ioctl(d->ctl, DAHDI_CHANCONFIG, &channel);

	if (error)
		return fault_set(fault, error, "channel %u/%u: the kernel refuses its signalling: %s", span->span,
		                 timeslot, strerror(-error));
	return 0;
}

static void echo_canceller_attach(struct dahdi_driver *d, const struct driver_span *span, unsigned timeslot)
{
	struct dahdi_attach_echocan attach = {.chan = d->span[span->span - 1].first_channel + (int)timeslot - 1};

	if (!driver_echo_cancelled(span, timeslot) || timeslot == driver_dchannel_timeslot(span->type))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(echo_cancellers); i++) {
		text_copy(attach.echocan, sizeof(attach.echocan), echo_cancellers[i]);
		if (dahdi_ioctl(d->ctl, DAHDI_ATTACH_ECHOCAN, &attach) == 0)
			return;
	}
	if (timeslot == 1)
		log_write(LOG_WARNING, LOG_DRIVER, "span %u: no echo canceller module is loaded", span->span);
}

int dahdi_config_span(struct dahdi_driver *d, const struct driver_span *span, struct fault *fault)
{
	int error = span_check(d, span, fault);

	if (!error)
		error = span_configure(d, span, fault);
	for (unsigned timeslot = 1; timeslot <= driver_timeslots(span->type) && !error; timeslot++) {
		error = channel_configure(d, span, timeslot, fault);
		if (!error)
			echo_canceller_attach(d, span, timeslot);
	}
	if (error)
		return error;
	error = dahdi_ioctl_int(d->ctl, DAHDI_STARTUP, d->span[span->span - 1].kernel);
	if (error)
		return fault_set(fault, error, "span %u: the card does not start it: %s", span->span, strerror(-error));
	return 0;
}

/* The kernel rings only with a tone zone. The library takes the control file by itself and closes what it is given. */
static int tone_zone_apply(int fd)
{
	char name[] = TONE_ZONE;
	const struct tone_zone *zone = tone_zone_find(name);

	if (!zone)
		return -ENODATA;
	int error = dahdi_ioctl_int(fd, DAHDI_SETTONEZONE, zone->zone);

	if (error == -ENODATA && tone_zone_register(-1, name) == 0)
		error = dahdi_ioctl_int(fd, DAHDI_SETTONEZONE, zone->zone);
	return error;
}

int dahdi_apply_telephone(int fd, const struct driver_span *span)
{
	struct dahdi_params params = {.channo = 0};
	int error = dahdi_ioctl(fd, DAHDI_GET_PARAMS, &params);

	if (error)
		return error;
	params.rxflashtime = (int)span->flash_max_ms;
	params.debouncetime = HOOK_DEBOUNCE_MS;
	error = dahdi_ioctl(fd, DAHDI_SET_PARAMS, &params);
	return error ? error : tone_zone_apply(fd);
}
