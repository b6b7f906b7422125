/* libpri's events as plain data, copied before libpri can overwrite its one slot. */
#include <string.h>

#include "base/text.h"
#include "line/pri_internal.h"

#define CHANNEL_SIGNALLING_ONLY (1 << 17)
#define CHANNEL_HELD            (1 << 18)
#define CHANNEL_INTERFACE       0x1ff00

const char *const pri_link_event_names[PRI_LINK_EVENT_COUNT] = {
    [PRI_LINK_NOTHING] = "NOTHING",
    [PRI_LINK_UP] = "UP",
    [PRI_LINK_DOWN] = "DOWN",
    [PRI_LINK_RING] = "SETUP",
    [PRI_LINK_DIGITS] = "INFORMATION",
    [PRI_LINK_SETUP_ACK] = "SETUP-ACKNOWLEDGE",
    [PRI_LINK_PROCEEDING] = "CALL-PROCEEDING",
    [PRI_LINK_PROGRESS] = "PROGRESS",
    [PRI_LINK_ALERTING] = "ALERTING",
    [PRI_LINK_CONNECT] = "CONNECT",
    [PRI_LINK_CONNECT_ACK] = "CONNECT-ACKNOWLEDGE",
    [PRI_LINK_DISCONNECT] = "DISCONNECT",
    [PRI_LINK_RELEASE] = "RELEASE",
    [PRI_LINK_RELEASED] = "RELEASED",
    [PRI_LINK_FACILITY] = "FACILITY",
    [PRI_LINK_NOTIFY] = "NOTIFY",
    [PRI_LINK_HOLD] = "HOLD",
    [PRI_LINK_RETRIEVE] = "RETRIEVE",
    [PRI_LINK_RESTART] = "RESTART",
    [PRI_LINK_RESTART_ACK] = "RESTART-ACKNOWLEDGE",
    [PRI_LINK_SERVICE] = "SERVICE",
    [PRI_LINK_MISMATCH] = "SIDE-MISMATCH",
    [PRI_LINK_OTHER] = "OTHER",
};

static enum pri_event_type type_of(const pri_event *event)
{
	static const uint8_t types[PRI_EVENT_CONNECT_ACK + 1] = {
	    [PRI_EVENT_DCHAN_UP] = PRI_LINK_UP,
	    [PRI_EVENT_DCHAN_DOWN] = PRI_LINK_DOWN,
	    [PRI_EVENT_RESTART] = PRI_LINK_RESTART,
	    [PRI_EVENT_CONFIG_ERR] = PRI_LINK_MISMATCH,
	    [PRI_EVENT_RING] = PRI_LINK_RING,
	    [PRI_EVENT_HANGUP] = PRI_LINK_RELEASE,
	    [PRI_EVENT_RINGING] = PRI_LINK_ALERTING,
	    [PRI_EVENT_ANSWER] = PRI_LINK_CONNECT,
	    [PRI_EVENT_HANGUP_ACK] = PRI_LINK_RELEASED,
	    [PRI_EVENT_RESTART_ACK] = PRI_LINK_RESTART_ACK,
	    [PRI_EVENT_FACILITY] = PRI_LINK_FACILITY,
	    [PRI_EVENT_INFO_RECEIVED] = PRI_LINK_DIGITS,
	    [PRI_EVENT_PROCEEDING] = PRI_LINK_PROCEEDING,
	    [PRI_EVENT_SETUP_ACK] = PRI_LINK_SETUP_ACK,
	    [PRI_EVENT_HANGUP_REQ] = PRI_LINK_DISCONNECT,
	    [PRI_EVENT_NOTIFY] = PRI_LINK_NOTIFY,
	    [PRI_EVENT_PROGRESS] = PRI_LINK_PROGRESS,
	    [PRI_EVENT_KEYPAD_DIGIT] = PRI_LINK_DIGITS,
	    [PRI_EVENT_SERVICE] = PRI_LINK_SERVICE,
	    [PRI_EVENT_HOLD] = PRI_LINK_HOLD,
	    [PRI_EVENT_RETRIEVE] = PRI_LINK_RETRIEVE,
	    [PRI_EVENT_CONNECT_ACK] = PRI_LINK_CONNECT_ACK,
	};
	if (event->e < PRI_EVENT_DCHAN_UP || event->e > PRI_EVENT_CONNECT_ACK)
		return PRI_LINK_OTHER;
	/* Not listed: acknowledgements of what we never ask for. */
	return types[event->e] != PRI_LINK_NOTHING ? (enum pri_event_type)types[event->e] : PRI_LINK_OTHER;
}

static void copy_channel(struct pri_link_event *out, int channel)
{
	out->timeslot = PRI_TIMESLOT_ANY;
	if (channel < 0)
		return;
	out->timeslot = (uint8_t)(channel & 0xff);
	out->interface = (uint32_t)channel & CHANNEL_INTERFACE;
	out->signalling_only = (channel & CHANNEL_SIGNALLING_ONLY) != 0;
}

static void copy_party(struct pri_link_event *out, const struct pri_party_id *id)
{
	if (id->number.valid) {
		out->number_present = id->number.str[0] != '\0';
		pri_party_from_number(&out->setup.calling, id->number.str, id->number.plan, id->number.presentation);
	}
	if (id->name.valid && id->name.str[0] != '\0') {
		out->name_present = true;
		out->setup.name_presentation = pri_party_presentation(id->name.presentation);
		pri_party_from_name(out->setup.calling_name, sizeof out->setup.calling_name, id->name.str,
		                    id->name.char_set);
	}
}

static void copy_redirecting(struct line_setup *setup, const struct pri_party_redirecting *redirecting)
{
	const struct pri_party_number *from = &redirecting->from.number, *first = &redirecting->orig_called.number;
	if (from->valid)
		pri_party_from_number(&setup->redirecting, from->str, from->plan, from->presentation);
	if (first->valid)
		pri_party_from_number(&setup->original_called, first->str, first->plan, first->presentation);
	setup->redirecting_reason = (uint8_t)(redirecting->reason & 0x0f);
}

/* Sub-commands carry what came in Facility elements. Those that ask for services we do not offer go unanswered here:
 * libpri answers them itself unless the service is enabled. */
static void copy_subcommands(struct pri_link_event *out, const struct pri_subcommands *commands)
{
	for (int i = 0; commands != NULL && i < commands->counter_subcmd; i++) {
		const struct pri_subcommand *command = &commands->subcmd[i];
		if (command->cmd == PRI_SUBCMD_CONNECTED_LINE)
			copy_party(out, &command->u.connected_line.id);
		else if (command->cmd == PRI_SUBCMD_REDIRECTING)
			copy_redirecting(&out->setup, &command->u.redirecting);
	}
}

static void copy_ring(const struct pri_link *link, struct pri_link_event *out, const pri_event_ring *ring)
{
	struct line_setup *setup = &out->setup;
	out->call = ring->call;
	out->cref = (uint32_t)ring->cref & 0xffff;
	copy_channel(out, ring->channel);
	out->exclusive = !ring->flexible;
	copy_party(out, &ring->calling);
	if (!out->number_present && ring->callingani[0] != '\0')
		pri_party_from_number(&setup->calling, ring->callingani, ring->callingplanani, PRI_PRES_NETWORK_NUMBER);
	if (!out->number_present && setup->calling.digits[0] == '\0' && !ring->calling.number.valid)
		setup->calling.presentation = LINE_PRESENTATION_UNAVAILABLE;
	pri_party_from_number(&setup->called, ring->callednum, ring->calledplan, 0);
	copy_subcommands(out, ring->subcmds);
	setup->span = link->settings.span;
	setup->exclusive = out->exclusive;
	setup->complete = ring->complete != 0;
	setup->bearer = (uint8_t)(ring->ctype & 0x1f);
	setup->name_follows = link->facts.name_follows && setup->calling_name[0] == '\0';
	pri_party_from_name(setup->user_user, sizeof setup->user_user, ring->useruserinfo, 0);
	if (setup->called.digits[0] == '\0' && ring->keypad_digits[0] != '\0')
		pri_party_from_number(&setup->called, ring->keypad_digits, 0, 0);
	out->inband = (ring->progressmask & PRI_PROG_INBAND_AVAILABLE) != 0;
}

static void copy_hangup(const struct pri_link *link, struct pri_link_event *out, const pri_event_hangup *hangup)
{
	out->call = hangup->call;
	copy_channel(out, hangup->channel);
	out->cause = hangup->cause > 0 && hangup->cause <= 127 ? (uint8_t)hangup->cause : 0;
	out->cause_location = link->facts.cause_present ? link->facts.cause_location : 0;
	out->inband = link->facts.inband;
}

static void copy_progress(struct pri_link_event *out, struct q931_call *call, int channel, int progressmask,
                          const struct pri_subcommands *commands)
{
	const int inband = PRI_PROG_INBAND_AVAILABLE | PRI_PROG_CALL_NOT_E2E_ISDN;
	out->call = call;
	copy_channel(out, channel);
	out->inband = (progressmask & inband) != 0;
	copy_subcommands(out, commands);
}

static void copy_digits(struct pri_link_event *out, struct q931_call *call, const char *digits)
{
	struct line_number number;
	out->call = call;
	pri_party_from_number(&number, digits, 0, 0);
	text_copy(out->digits, sizeof out->digits, number.digits);
}

static void copy_call(struct pri_link_event *out, struct q931_call *call, int channel)
{
	out->call = call;
	copy_channel(out, channel);
}

/* Some switches send the name in a Display of its own (T16). */
static void copy_display(struct pri_link_event *out, const struct pri_subcommands *commands)
{
	for (int i = 0; commands != NULL && i < commands->counter_subcmd && !out->name_present; i++) {
		const struct pri_subcommand *command = &commands->subcmd[i];
		if (command->cmd != PRI_SUBCMD_DISPLAY_TEXT)
			continue;
		pri_party_from_name(out->setup.calling_name, sizeof out->setup.calling_name, command->u.display.text,
		                    command->u.display.char_set);
		out->display_only = out->name_present = out->setup.calling_name[0] != '\0';
	}
}

static void copy_facility(struct pri_link_event *out, const struct pri_event_facility *facility)
{
	out->call = facility->call;
	copy_subcommands(out, facility->subcmds);
	copy_display(out, facility->subcmds);
}

static void copy_fields(const struct pri_link *link, const pri_event *event, struct pri_link_event *out)
{
	switch (event->e) {
	case PRI_EVENT_RING:
		copy_ring(link, out, &event->ring);
		break;
	case PRI_EVENT_INFO_RECEIVED:
		copy_digits(out, event->ring.call, event->ring.callednum);
		out->setup.complete = event->ring.complete != 0;
		break;
	case PRI_EVENT_KEYPAD_DIGIT:
		copy_digits(out, event->digit.call, event->digit.digits);
		break;
	case PRI_EVENT_SETUP_ACK:
		copy_progress(out, event->setup_ack.call, event->setup_ack.channel, event->setup_ack.progressmask,
		              event->setup_ack.subcmds);
		break;
	case PRI_EVENT_PROCEEDING:
	case PRI_EVENT_PROGRESS:
		copy_progress(out, event->proceeding.call, event->proceeding.channel, event->proceeding.progressmask,
		              event->proceeding.subcmds);
		break;
	case PRI_EVENT_RINGING:
		copy_progress(out, event->ringing.call, event->ringing.channel, event->ringing.progressmask,
		              event->ringing.subcmds);
		break;
	case PRI_EVENT_ANSWER:
		copy_progress(out, event->answer.call, event->answer.channel, event->answer.progressmask,
		              event->answer.subcmds);
		break;
	case PRI_EVENT_CONNECT_ACK:
		copy_call(out, event->connect_ack.call, event->connect_ack.channel);
		break;
	case PRI_EVENT_HANGUP_REQ:
	case PRI_EVENT_HANGUP:
	case PRI_EVENT_HANGUP_ACK:
		copy_hangup(link, out, &event->hangup);
		break;
	case PRI_EVENT_FACILITY:
		copy_facility(out, &event->facility);
		break;
	case PRI_EVENT_NOTIFY:
		copy_call(out, event->notify.call, event->notify.channel);
		copy_subcommands(out, event->notify.subcmds);
		break;
	case PRI_EVENT_HOLD:
		copy_call(out, event->hold.call, event->hold.channel);
		break;
	case PRI_EVENT_RETRIEVE:
		copy_call(out, event->retrieve.call, event->retrieve.channel);
		out->exclusive = !event->retrieve.flexible;
		break;
	case PRI_EVENT_RESTART:
	case PRI_EVENT_RESTART_ACK:
		copy_channel(out, event->restart.channel);
		break;
	case PRI_EVENT_SERVICE:
		copy_channel(out, event->service.channel);
		out->in_service = event->service.changestatus == 0;
		break;
	default:
		break;
	}
}

void pri_event_copy(const struct pri_link *link, const pri_event *event, struct pri_link_event *out)
{
	memset(out, 0, sizeof *out);
	out->cause = link->facts.cause_present ? link->facts.cause : 0;
	out->cause_location = link->facts.cause_location;
	out->message = link->facts.message;
	out->cref = link->facts.cref;
	if (event == NULL)
		return;
	out->type = type_of(event);
	/* A SERVICE message for the whole span comes as D channel up or down; it is about service, not about Q.921. */
	if (link->facts.maintenance && (out->type == PRI_LINK_UP || out->type == PRI_LINK_DOWN)) {
		out->in_service = out->type == PRI_LINK_UP;
		out->type = PRI_LINK_SERVICE;
		return;
	}
	copy_fields(link, event, out);
}
