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

/* Digital spans have the timeslots of their type, whatever their use. */
static int timeslots_check(const struct driver_span *span, const struct dahdi_spaninfo *info, struct fault *fault)
{
	unsigned timeslots = driver_timeslots(span->type);

	if (info->totalchans == (int)timeslots)
		return 0;
	return fault_set(fault, -EINVAL, "span %u: %s has %u channels, the kernel's span \"%.20s\" has %d", span->span,
	                 span->type == SPAN_E1 ? "an E1" : "a T1", timeslots, info->name, info->totalchans);
}

static int span_check(struct dahdi_driver *d, const struct driver_span *span, struct fault *fault)
{
	struct dahdi_span_state *state = &d->span[span->span - 1];
	struct dahdi_spaninfo info = {.spanno = state->kernel};
	int error = dahdi_ioctl(d->ctl, DAHDI_SPANSTAT, &info);

	if (error)
		return fault_set(fault, -ENODEV, "span %u: the kernel's span %d has gone", span->span, info.spanno);
	state->analogue = info.linecompat == 0;
	atomic_store_explicit(&d->base.status[span->span - 1].emulated, dahdi_is_emulated(&info), memory_order_relaxed);
	if (state->analogue && span->use != SPAN_USE_FXS)
		return fault_set(fault, -EINVAL,
		                 "span %u: \"%.39s\" is an analogue card: telephones only (signalling fxs)", span->span,
		                 info.desc);
	error = state->analogue ? 0 : timeslots_check(span, &info, fault);
	if (error)
		return error;
	state->first_channel = dahdi_first_channel(d, state->kernel);
	if (state->first_channel < 0)
		return fault_set(fault, state->first_channel,
		                 "span %u: its channels have no numbers yet (dahdi.ko auto_assign_spans=1)",
		                 span->span);
	return dahdi_places_check(d, span, &info, fault);
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
	return framing[span->framing] | coding[span->coding] | (span->crc4 ? DAHDI_CONFIG_CRC4 : 0) |
	       (span->yellow_when_closed ? DAHDI_CONFIG_NOTOPEN : 0);
}

int dahdi_line_tell(struct dahdi_driver *d, int kernel, const struct driver_span *span, unsigned card_rank,
                    struct fault *fault)
{
	struct dahdi_lineconfig line = {
	    .span = kernel,
	    .lbo = span->line_build_out,
	    .lineconfig = line_flags(span),
	    .sync = (int)card_rank,
	};
	int error = dahdi_ioctl(d->ctl, DAHDI_SPANCONFIG, &line);

	if (error == -EINVAL)
		return fault_set(fault, error, "span %u: the card cannot do this framing and line coding", span->span);
	if (error)
		return fault_set(fault, error, "span %u: not configured: %s", span->span, strerror(-error));
	return 0;
}

int dahdi_config_line(struct dahdi_driver *d, const struct driver_span *span, struct fault *fault)
{
	/* nothing on a line to be set, and the kernel would refuse it */
	if (d->span[span->span - 1].analogue)
		return 0;
	return dahdi_line_tell(d, d->span[span->span - 1].kernel, span, dahdi_card_rank(d, span), fault);
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
	const struct dahdi_span_state *state = &d->span[span->span - 1];
	int number = state->first_channel + (int)timeslot - 1, law = DAHDI_LAW_DEFAULT;

	if (!state->analogue)
		law = span->law == SPAN_ALAW ? DAHDI_LAW_ALAW : DAHDI_LAW_MULAW;
	struct dahdi_chanconfig channel = {
	    .chan = number,
	    .sigtype = signalling(span, timeslot),
	    .deflaw = law,
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
		error = dahdi_config_line(d, span, fault);
	for (unsigned timeslot = 1; timeslot <= DRIVER_TIMESLOTS_MAX && !error; timeslot++) {
		if (!dahdi_has_place(d, span->span, timeslot))
			continue;
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
