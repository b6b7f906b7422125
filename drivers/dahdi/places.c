/*
 * Where a span's telephones are. A channel bank on a T1 has one in every timeslot; an analogue card has as many places
 * as it is big, and in each a module for a telephone (FXS), one for a line (FXO), or none.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "drivers/dahdi/dahdi.h"

/* The kernel counts channels through all spans: looks for the one that is timeslot 1 of its span. */
int dahdi_first_channel(struct dahdi_driver *d, int kernel)
{
	for (int number = 1; number < DAHDI_MAX_CHANNELS; number++) {
		struct dahdi_params found = {.channo = number};

		if (dahdi_ioctl(d->ctl, DAHDI_GET_PARAMS, &found) == 0 && found.spanno == kernel && found.chanpos == 1)
			return number;
	}
	return -ENODEV;
}

/* The signalling names the far end: whoever can speak FXO signalling has a telephone on it. */
static bool can(const struct dahdi_params *channel, int signalling)
{
	return (channel->sigcap & signalling) == signalling;
}

void dahdi_places_read(struct dahdi_driver *d, int first_channel, unsigned count, struct driver_places *out)
{
	memset(out, 0, sizeof(*out));
	for (unsigned place = 1; place <= count && place <= DRIVER_PLACES_MAX; place++) {
		struct dahdi_params channel = {.channo = first_channel + (int)place - 1};
		bool known = dahdi_ioctl(d->ctl, DAHDI_GET_PARAMS, &channel) == 0;

		if (known && can(&channel, DAHDI_SIG_FXOKS))
			out->telephones |= UINT32_C(1) << place;
		else if (known && can(&channel, DAHDI_SIG_FXSKS))
			out->lines |= UINT32_C(1) << place;
		else
			out->empty |= UINT32_C(1) << place;
	}
}

int dahdi_places_check(struct dahdi_driver *d, const struct driver_span *span, const struct dahdi_spaninfo *info,
                       struct fault *fault)
{
	struct dahdi_span_state *state = &d->span[span->span - 1];
	struct driver_places places;

	if (span->use != SPAN_USE_FXS) {
		state->places = (UINT32_C(2) << driver_timeslots(span->type)) - 2;
		return 0;
	}
	if (info->totalchans < 1 || info->totalchans > DRIVER_PLACES_MAX)
		return fault_set(fault, -EINVAL, "span %u: \"%.39s\" has %d places, a span can have 1 to %d",
		                 span->span, info->desc, info->totalchans, DRIVER_PLACES_MAX);
	dahdi_places_read(d, state->first_channel, (unsigned)info->totalchans, &places);
	if (!places.telephones)
		return fault_set(fault, -EINVAL,
		                 "span %u: \"%.39s\" has no module for telephones (FXS) in any of its %d places",
		                 span->span, info->desc, info->totalchans);
	state->places = places.telephones;
	driver_places_set(&d->base, span->span, &places, state->analogue);
	return 0;
}

int dahdi_law_check(int fd, const struct driver_span *span, struct fault *fault)
{
	struct dahdi_params params = {.channo = 0};
	int error = dahdi_ioctl_int(fd, DAHDI_SETLAW, DAHDI_LAW_DEFAULT);

	if (!error)
		error = dahdi_ioctl(fd, DAHDI_GET_PARAMS, &params);
	if (error)
		return fault_set(fault, error, "span %u: its card does not tell its law: %s", span->span,
		                 strerror(-error));
	enum span_law law = params.curlaw == DAHDI_LAW_ALAW ? SPAN_ALAW : SPAN_MULAW;

	if (law == span->law)
		return 0;
	return fault_set(fault, -EINVAL, "span %u: its card sends %s: set span %u law %s", span->span,
	                 law == SPAN_ALAW ? "A-law" : "mu-law", span->span, law == SPAN_ALAW ? "alaw" : "mulaw");
}
