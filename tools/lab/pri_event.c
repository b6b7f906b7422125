/* libpri's events in our words. What an event says is copied at once: libpri has one slot a controller. */
#include "tools/lab/pri_private.h"

#include <stdio.h>

#define CHANNEL_BITS 0xff

static unsigned channel_of(int channel)
{
	unsigned number = (unsigned)channel & CHANNEL_BITS;
	return channel < 0 || number == CHANNEL_BITS ? 0 : number;
}

static bool inband(int progressmask)
{
	return progressmask & (PRI_PROG_INBAND_AVAILABLE | PRI_PROG_CALL_NOT_E2E_ISDN);
}

static void take_ring(struct link_event *out, const pri_event_ring *ring)
{
	out->type = LINK_SETUP;
	out->call = ring->call;
	out->channel = channel_of(ring->channel);
	out->flexible = ring->flexible;
	out->complete = ring->complete;
	out->presentation = (ring->callingpres & PRI_PRES_RESTRICTION) >> 5;
	snprintf(out->to, sizeof(out->to), "%.47s", ring->callednum);
	snprintf(out->from, sizeof(out->from), "%.47s", ring->callingnum);
	snprintf(out->name, sizeof(out->name), "%.63s", ring->callingname);
	snprintf(out->redirecting, sizeof(out->redirecting), "%.47s", ring->redirectingnum);
}

static void take_connected(struct link_event *out, const struct pri_subcommands *commands)
{
	for (int i = 0; commands && i < commands->counter_subcmd; i++) {
		const struct pri_subcommand *command = &commands->subcmd[i];
		if (command->cmd == PRI_SUBCMD_CONNECTED_LINE)
			snprintf(out->connected, sizeof(out->connected), "%.47s",
			         command->u.connected_line.id.number.str);
	}
}

static void take_step(struct link_event *out, enum link_event_type type, q931_call *call, int channel, int mask)
{
	out->type = type;
	out->call = call;
	out->channel = channel_of(channel);
	out->inband = inband(mask);
}

static bool take_progress(struct link_event *out, const pri_event *event)
{
	switch (event->e) {
	case PRI_EVENT_SETUP_ACK:
		take_step(out, LINK_SETUP_ACK, event->setup_ack.call, event->setup_ack.channel,
		          event->setup_ack.progressmask);
		return true;
	case PRI_EVENT_PROCEEDING:
		take_step(out, LINK_PROCEEDING, event->proceeding.call, event->proceeding.channel,
		          event->proceeding.progressmask);
		return true;
	case PRI_EVENT_PROGRESS:
		take_step(out, LINK_PROGRESS, event->proceeding.call, event->proceeding.channel,
		          event->proceeding.progressmask);
		out->cause = event->proceeding.cause;
		return true;
	case PRI_EVENT_RINGING:
		take_step(out, LINK_ALERTING, event->ringing.call, event->ringing.channel, event->ringing.progressmask);
		take_connected(out, event->ringing.subcmds);
		return true;
	case PRI_EVENT_ANSWER:
		take_step(out, LINK_ANSWER, event->answer.call, event->answer.channel, event->answer.progressmask);
		take_connected(out, event->answer.subcmds);
		return true;
	default:
		return false;
	}
}

static bool take_clearing(struct link_event *out, const pri_event *event)
{
	switch (event->e) {
	case PRI_EVENT_HANGUP_REQ:
		out->type = LINK_DISCONNECT;
		break;
	case PRI_EVENT_HANGUP:
	case PRI_EVENT_HANGUP_ACK:
		out->type = LINK_RELEASED;
		break;
	default:
		return false;
	}
	out->call = event->hangup.call;
	out->channel = channel_of(event->hangup.channel);
	out->cause = event->hangup.cause;
	return true;
}

static void take_other(struct link_event *out, const pri_event *event)
{
	switch (event->e) {
	case PRI_EVENT_RING:
		take_ring(out, &event->ring);
		break;
	case PRI_EVENT_INFO_RECEIVED:
		take_ring(out, &event->ring);
		out->type = LINK_DIGITS;
		break;
	case PRI_EVENT_RESTART:
		out->type = LINK_RESTART;
		out->channel = channel_of(event->restart.channel);
		break;
	case PRI_EVENT_HOLD:
		out->type = LINK_HOLD;
		out->call = event->hold.call;
		break;
	case PRI_EVENT_RETRIEVE:
		out->type = LINK_RETRIEVE;
		out->call = event->retrieve.call;
		out->channel = channel_of(event->retrieve.channel);
		break;
	case PRI_EVENT_DCHAN_UP:
		out->type = LINK_UP;
		break;
	case PRI_EVENT_DCHAN_DOWN:
		out->type = LINK_DOWN;
		break;
	default:
		break;
	}
}

void link_handle(struct link *link, const pri_event *event)
{
	struct link_event out = {.type = LINK_OTHER, .cause = -1};
	if (!take_progress(&out, event) && !take_clearing(&out, event))
		take_other(&out, event);
	if (out.type == LINK_UP)
		link->up = true;
	if (out.type == LINK_DOWN)
		link->up = false;
	if (out.type != LINK_OTHER)
		link->settings.event(link->settings.user, &out);
}
