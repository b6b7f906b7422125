/*
 * A supervisor's headset: a telephone at a sound card. It has neither hook nor bell nor keys: it rings in the headset
 * itself, the console lifts, dials and hangs up, and when a call is over it hangs up by itself. All else is as with any
 * telephone. Without its card it is out of service, and whoever talks there is let go.
 */
#include "call/parts.h"

#include <errno.h>
#include <string.h>

static struct phone *headset_at(const struct control *control, unsigned card)
{
	return phone_at(control, media_sound_channel(card));
}

/* ---- settings ---- */

static void attach(struct control *control, const struct config *config, const struct config_port *port)
{
	struct phone *phone = &control->phones[media_sound_channel(port->timeslot)];

	if (!phone->control)
		phone_init(phone, control, media_sound_channel(port->timeslot));
	if (!phone->exists)
		phone_set_state(phone, sound_working(control->parts.sound, port->timeslot) ? PHONE_IDLE : PHONE_GONE);
	phone->exists = phone->headset = true;
	phone->settings = port;
	phone->answers_itself = config->sounds[port->timeslot].answers_itself;
	text_copy(phone->place, sizeof(phone->place), config->sounds[port->timeslot].name);
}

void headsets_attach(struct control *control, const struct config *config)
{
	uint32_t i;

	for (i = 0; control->parts.sound && i < config->port_count; i++)
		if (config->ports[i].span == CONFIG_HEADSET_SPAN)
			attach(control, config, &config->ports[i]);
}

void headsets_detach(struct control *control)
{
	unsigned i;

	for (i = 0; i < SOUND_CARDS_MAX; i++)
		if (headset_at(control, i))
			phone_detach(headset_at(control, i));
}

/* ---- the card ---- */

void headset_works(struct control *control, unsigned card, bool works)
{
	struct phone *phone = headset_at(control, card);

	if (!phone || works == (phone->state != PHONE_GONE))
		return;
	if (works) {
		phone_set_state(phone, PHONE_IDLE);
		phone_agent_in_use(phone, false);
		return;
	}
	phone_drop(phone, "the headset's sound card is lost");
	phone_set_state(phone, PHONE_GONE);
	phone_agent_in_use(phone, true);
	phone_unplugged(phone);
}

/* ---- the console ---- */

static struct phone *named(struct control *control, const char *name, struct fault *fault)
{
	struct phone *found = NULL;
	unsigned i;

	for (i = 0; i < SOUND_CARDS_MAX; i++) {
		struct phone *phone = headset_at(control, i);

		if (!phone || (name[0] && strcmp(phone->place, name) != 0))
			continue;
		if (found) {
			fault_set(fault, -EINVAL, "headset: there are several, expected the name of one, such as %s",
			          found->place);
			return NULL;
		}
		found = phone;
	}
	if (!found && name[0])
		fault_set(fault, -ENOENT, "headset %s: there is none of this name", name);
	else if (!found)
		fault_set(fault, -ENOENT,
		          "headset: there is none; expected a setting such as: sound main extension 299");
	return found;
}

static int refused(const struct phone *phone, const char *action, struct fault *fault)
{
	return fault_set(fault, -EBUSY, "headset %s %s: not now (%s)", phone->place, action,
	                 phone_state_names[phone->state]);
}

/* Who rings is sent away: a call for an agent to the next one. */
static int decline(struct phone *phone, struct fault *fault)
{
	struct call *call = phone->call;

	if (!phone->offer && (!call || call->b.phone != phone))
		return refused(phone, "hang-up", fault); /* it rings together with others */
	if (phone->offer) {
		phone_offer_declined(phone);
		phone->call = NULL;
		phone_ring_stop(phone);
		return 0;
	}
	call_b_failed(call, 21, "declined");
	return 0;
}

/* In a talk the digits are for the far end. */
static void press(struct phone *phone, const char *digits)
{
	struct call *call = phone->call;

	if (phone->state == PHONE_IN_CALL && call && call->state == CALL_TALKING) {
		const struct party *far = call_side_of(call, phone) == &call->a ? &call->b : &call->a;

		audio_send_digits(phone->control, far->channel, digits);
		return;
	}
	for (; *digits; digits++)
		phone_digit(phone, *digits);
}

static int call_out(struct phone *phone, const char *digits, struct fault *fault)
{
	if (phone->state != PHONE_IDLE && phone->state != PHONE_STANDBY && phone->state != PHONE_DIALLING)
		return refused(phone, "call", fault);
	if (phone->state == PHONE_IDLE)
		phone_lift(phone);
	press(phone, digits);
	if (phone->state == PHONE_DIALLING && phone->digits[0])
		phone_dial(phone, true);
	return 0;
}

static int carry_out(struct phone *phone, const struct control_request *request, struct fault *fault)
{
	switch (request->headset) {
	case HEADSET_ANSWER:
		if (phone->state != PHONE_RINGING)
			return refused(phone, "answer", fault);
		phone_lift(phone);
		return 0;
	case HEADSET_HANG_UP:
		if (phone->state == PHONE_RINGING)
			return decline(phone, fault);
		if (phone->state == PHONE_IDLE)
			return refused(phone, "hang-up", fault);
		phone_hang_up(phone);
		return 0;
	case HEADSET_FLASH:
		if (phone->state == PHONE_IDLE || phone->state == PHONE_RINGING)
			return refused(phone, "flash", fault);
		phone_flash(phone);
		return 0;
	case HEADSET_CALL:
		return call_out(phone, request->text, fault);
	case HEADSET_DIAL:
		if (phone->state == PHONE_IDLE || phone->state == PHONE_RINGING)
			return refused(phone, "dial", fault);
		press(phone, request->text);
		return 0;
	case HEADSET_COUNT:
		break;
	}
	return -EINVAL;
}

int headset_request(struct control *control, struct control_request *request)
{
	struct phone *phone = named(control, request->name, &request->fault);
	size_t used = 0;
	char who[STORE_NUMBER_BYTES];
	const char *state;
	int error;

	if (!phone)
		return -ENOENT;
	if (phone->state == PHONE_GONE)
		return fault_set(&request->fault, -ENODEV, "headset %s: its sound card does not work, see show sound",
		                 phone->place);
	error = carry_out(phone, request, &request->fault);
	if (error)
		return error;
	state = headset_view(control, phone->channel - DRIVER_CHANNELS_MAX, who, sizeof(who));
	text_append(request->text_long, sizeof(request->text_long), &used, "Headset %s: %s%s%s", phone->place, state,
	            who[0] ? ", " : "", who);
	return 0;
}

const char *headset_view(const struct control *control, unsigned card, char *who, size_t size)
{
	const struct phone *phone = headset_at(control, card);
	const struct call *call;
	size_t used = 0;

	who[0] = '\0';
	if (!phone)
		return NULL;
	call = phone->call ? phone->call : phone->offer ? call_by_id(control, phone->offer_call) : NULL;
	if (call)
		text_append(who, size, &used, "%s", call->a.phone == phone ? call->record.to : call->record.from);
	else if (phone->state == PHONE_MONITOR)
		text_append(who, size, &used, "agent %u", phone->monitor.agent);
	return phone_state_names[phone->state];
}
