/*
 * The audit sweep's part for B channels (B13): what the line holds for a call, and what calls think they hold. A
 * finding that stands in two sweeps is put right, counted and an alarm; a channel whose call is being cleared is left
 * alone.
 *
 * The far end is not asked (Q.931 5.8.10, STATUS ENQUIRY): libpri answers it, but has no way to send one.
 */
#include "call/parts.h"

#include <errno.h>
#include <stdlib.h>

struct seen {
	line_leg leg;  /* of the line, with no call of ours; 0: none */
	uint32_t call; /* of ours, with no leg of the line; 0: none */
};

struct sweep_channels {
	struct seen seen[DRIVER_CHANNELS_MAX];
	uint32_t repaired; /* in this round */
};

int sweep_channels_new(struct control *control)
{
	control->sweep_channels = calloc(1, sizeof(*control->sweep_channels));
	return control->sweep_channels ? 0 : -ENOMEM;
}

static struct party *party_on(struct call *call, uint16_t channel)
{
	if (call->a.kind == PARTY_LEG && call->a.channel == channel)
		return &call->a;
	return call->b.kind == PARTY_LEG && call->b.channel == channel ? &call->b : NULL;
}

static void repaired(struct control *control)
{
	control->sweep_counts.mismatches++;
	control->sweep_counts.repaired++;
	control->sweep_channels->repaired++;
}

/* Held by the line, for a call that nobody here knows. */
static void release_leg(struct control *control, uint16_t channel, line_leg leg)
{
	log_write(LOG_WARNING, LOG_CALL, "B channel %u/%u was held for a call that is over; cleared",
	          driver_channel_span(channel), driver_channel_timeslot(channel));
	repaired(control);
	line_leg_clear(control->line, leg, 41);
}

/* A call holds it, of which the line knows nothing. */
static void release_call(struct control *control, uint16_t channel, struct call *call)
{
	struct party *party = party_on(call, channel);

	log_write(LOG_WARNING, LOG_CALL, "call %08x held B channel %u/%u, where the line has no call; ended",
	          call->record.id, driver_channel_span(channel), driver_channel_timeslot(channel));
	repaired(control);
	if (party)
		call_side_released(call, party, 41, 0);
	else
		control->channel_call[channel] = NULL;
}

void sweep_channel(struct control *control, uint16_t channel, line_leg held)
{
	struct call *call = control->channel_call[channel];
	const struct party *party = call ? party_on(call, channel) : NULL;
	struct seen *before = &control->sweep_channels->seen[channel];
	struct seen now = {.leg = held && !call_by_leg(control, held) ? held : 0,
	                   .call =
	                       call && (!party || !line_leg_exists(control->line, party->leg)) ? call->record.id : 0};

	if (now.leg && now.leg == before->leg)
		release_leg(control, channel, now.leg);
	if (now.call && now.call == before->call)
		release_call(control, channel, call);
	*before = now;
}

void sweep_channels_compare(struct control *control)
{
	struct sweep_channels *sweep = control->sweep_channels;
	uint16_t channel;

	sweep->repaired = 0;
	for (channel = 0; channel < DRIVER_CHANNELS_MAX; channel++)
		sweep_channel(control, channel, line_channel_leg(control->line, channel));
	if (sweep->repaired)
		alarm_raise(
		    control, SEVERITY_MINOR, "channels",
		    "B channels and calls did not agree (%u, put right): see show log; tell support if it recurs.",
		    sweep->repaired);
	else
		alarm_clear(control, "channels");
}
