/* A telephone's states: hook, ring, tones, and what happens when it is left off the hook. */
#include "call/parts.h"

#include <string.h>

const char *const phone_state_names[PHONE_STATE_COUNT] = {
    "on-hook", "dialling", "prompt",   "ringing",     "in call", "tone",      "silent",    "howler",        "put aside",
    "standby", "test",     "zip tone", "acknowledge", "paging",  "recording", "listening", "no sound card",
};

static void stage_expired(void *argument);
static void digit_expired(void *argument);

struct phone *phone_at(const struct control *control, uint16_t channel)
{
	if (channel >= MEDIA_CHANNELS_MAX || !control->phones[channel].exists)
		return NULL;
	return &control->phones[channel];
}

void phone_set_state(struct phone *phone, enum phone_state state)
{
	log_write(LOG_DEBUG, LOG_CALL, "port %s: %s -> %s", phone->place, phone_state_names[phone->state],
	          phone_state_names[state]);
	timer_stop(phone->control->timers, &phone->digit_timer);
	timer_stop(phone->control->timers, &phone->stage_timer);
	if (phone->state == PHONE_PAGE && state != PHONE_PAGE)
		page_left(phone);
	if (phone->state == PHONE_RECORDER && state != PHONE_RECORDER)
		recorder_left(phone);
	if (phone->state == PHONE_MONITOR && state != PHONE_MONITOR)
		monitor_left(phone);
	if (phone->alerts)
		audio_ring_stop(phone->control, phone->channel);
	phone->alerts = phone->misdialled = false;
	phone->preset = 0;
	phone->state = state;
}

static void alarm_key(const struct phone *phone, char *key, size_t size)
{
	size_t used = 0;

	text_append(key, size, &used, "port %s off-hook", phone->place);
}

/* Sends an event of the agent who is logged in here, if anybody is. */
static void tell_of_agent(struct phone *phone, struct acd_event *event)
{
	int32_t index = phone->agent ? agent_index(phone->control, phone->agent) : -1;

	if (index < 0)
		return;
	event->port = phone->channel;
	event->agent = (acd_agent)index;
	control_send_acd(phone->control, event);
}

void phone_agent_in_use(struct phone *phone, bool in_use)
{
	struct acd_event event = {.type = in_use ? ACD_AGENT_PHONE_BUSY : ACD_AGENT_PHONE_FREE};

	if (phone->in_use == in_use)
		return;
	phone->in_use = in_use;
	if (in_use || !phone->cut)
		tell_of_agent(phone, &event);
}

/* Left off the hook for so long that the agent cannot be reached there: not offered to until it is hung up. */
void phone_unplugged(struct phone *phone)
{
	struct acd_event event = {.type = ACD_AGENT_UNPLUGGED};

	tell_of_agent(phone, &event);
}

static void span_cut(struct phone *phone, bool cut)
{
	struct acd_event event = {.type = ACD_AGENT_PHONE_FREE};

	if (phone->cut == cut)
		return;
	phone->cut = cut;
	if (cut)
		phone_unplugged(phone);
	else if (!phone->in_use) /* else when it is hung up */
		tell_of_agent(phone, &event);
}

void phones_span_alarms(struct control *control, unsigned span, uint32_t alarms)
{
	bool cut = alarms & (SPAN_ALARM_RED | SPAN_ALARM_YELLOW | SPAN_ALARM_BLUE);
	unsigned slot, pass;

	/* Those that ring come last: their callers are not to be offered to the others there. */
	for (pass = 0; pass < 2; pass++)
		for (slot = 1; slot <= DRIVER_PLACES_MAX; slot++) {
			struct phone *phone = &control->phones[driver_channel(span, slot)];

			if (phone->exists && (pass || phone->state != PHONE_RINGING))
				span_cut(phone, cut);
		}
}

/* ---- tones ---- */

void phone_dial_tone(struct phone *phone, enum media_tone tone)
{
	phone->digits[0] = '\0';
	phone->code_pending = false;
	phone->disposing = 0;
	phone_set_state(phone, PHONE_DIALLING);
	audio_tone(phone->control, phone->channel, tone);
	control_start(phone->control, &phone->digit_timer, TIMER_first_digit);
}

/* Whether an agent is logged in here who keeps the receiver lifted (agent N answer headset). */
static bool nailed_up(const struct phone *phone)
{
	int32_t index = phone->agent ? agent_index(phone->control, phone->agent) : -1;

	return index >= 0 && phone->control->config->agents[index].headset;
}

static void standby(struct phone *phone)
{
	phone->digits[0] = '\0';
	phone_set_state(phone, PHONE_STANDBY);
	if (phone->waiting)
		audio_tone(phone->control, phone->channel, MEDIA_TONE_CALL_WAITING);
	else
		audio_stop(phone->control, phone->channel);
	phone_standby_free(phone);
}

void phone_standby_free(struct phone *phone)
{
	if (phone->state == PHONE_STANDBY && !phone->waiting && !phone->held)
		phone_agent_in_use(phone, false);
}

static const char *const beep[] = {"beep", NULL};

void phone_tone(struct phone *phone, uint8_t cause)
{
	if (nailed_up(phone)) {
		/* The call is over: a beep says so, and the headset waits for the next. */
		phone_agent_in_use(phone, true);
		phone_say(phone, beep);
		return;
	}
	if (phone->headset) {
		phone_say(phone, beep); /* then it is hung up: nobody is there to do that */
		return;
	}
	phone->digits[0] = '\0';
	phone_set_state(phone, PHONE_TONE);
	audio_tone(phone->control, phone->channel, cause == 17 || cause == 16 ? MEDIA_TONE_BUSY : MEDIA_TONE_REORDER);
	control_start(phone->control, &phone->stage_timer, TIMER_busy_tone);
}

void phone_say(struct phone *phone, const char *const *names)
{
	phone_set_state(phone, PHONE_PROMPT);
	phone->play_token = audio_play(phone->control, phone->channel, names);
}

static void prompt_over(struct phone *phone)
{
	if (nailed_up(phone))
		standby(phone);
	else if (phone->headset)
		phone_hang_up(phone);
	else
		phone_dial_tone(phone, MEDIA_TONE_DIAL);
}

void phone_play_done(struct phone *phone, uint32_t token)
{
	if (phone->play_token != token)
		return;
	phone->play_token = 0;
	if (phone->state == PHONE_ZIP)
		phone_offer_lifted(phone);
	else if (phone->state == PHONE_PAGE)
		page_live(phone);
	else if (phone->state == PHONE_RECORDER)
		recorder_played(phone);
	else if (phone->state == PHONE_IN_CALL && phone->offer)
		queue_whisper_done(phone);
	else if (phone->state == PHONE_PROMPT && !phone->misdialled) /* else when dialling pauses */
		prompt_over(phone);
}

void phone_off_hook_over(struct phone *phone)
{
	char key[32];

	alarm_key(phone, key, sizeof(key));
	alarm_clear(phone->control, key);
}

/* Left off the hook: tone, silence, howler, then put aside with an alarm. */
static void stage_expired(void *argument)
{
	struct phone *phone = argument;
	struct control *control = phone->control;
	char key[32];

	switch (phone->state) {
	case PHONE_IDLE:
		phone_set_state(phone, PHONE_IDLE); /* its alert is over */
		break;
	case PHONE_RINGING:
		phone_lift(phone); /* a headset that answers by itself */
		break;
	case PHONE_ACK:
		phone_ack_missing(phone);
		break;
	case PHONE_TONE:
		phone_set_state(phone, PHONE_SILENT);
		audio_stop(control, phone->channel);
		control_start(control, &phone->stage_timer, TIMER_howler_after);
		break;
	case PHONE_SILENT:
		phone_set_state(phone, PHONE_HOWLER);
		audio_tone(control, phone->channel, MEDIA_TONE_HOWLER);
		alarm_key(phone, key, sizeof(key));
		alarm_raise(control, SEVERITY_MINOR, key, "Port %s: the telephone is left off the hook.", phone->place);
		phone_unplugged(phone);
		control_start(control, &phone->stage_timer, TIMER_howler);
		break;
	case PHONE_HOWLER:
		phone_set_state(phone, PHONE_ASIDE);
		audio_stop(control, phone->channel);
		break;
	default:
		break;
	}
}

/* The refused number is dialled to its end. The prompt may have come to its end before. */
static void misdialled_over(struct phone *phone)
{
	timer_stop(phone->control->timers, &phone->digit_timer);
	phone->misdialled = false;
	if (phone->state == PHONE_PROMPT && !phone->play_token)
		prompt_over(phone);
}

static void digit_expired(void *argument)
{
	struct phone *phone = argument;

	if (phone->misdialled) {
		misdialled_over(phone);
		return;
	}
	if (phone->state != PHONE_DIALLING)
		return;
	if (strlen(phone->digits) > phone->preset) /* else a question was not answered */
		phone_dial(phone, true);
	else
		phone_tone(phone, 0);
}

/* ---- ringing ---- */

void phone_ring(struct phone *phone, struct call *call, acd_offer offer)
{
	phone_set_state(phone, PHONE_RINGING);
	phone->offer = offer;
	phone->offer_call = call->record.id;
	phone->caller_id_due = !phone->settings || phone->settings->caller_id != CONFIG_CALLER_ID_NONE;
	phone->ring_from_us = phone->control->now_us;
	phone_note(phone, call->record.id, TRACE_RING, TRACE_OUT, "rings");
	audio_open(phone->control, phone->channel, true);
	audio_ring(phone->control, phone->channel);
	if (phone->headset)
		phone->caller_id_due = false;
	if (phone->answers_itself)
		control_start(phone->control, &phone->stage_timer, TIMER_headset_answer);
}

void phone_alert(struct phone *phone, unsigned bursts)
{
	uint64_t lasts_us;

	if (phone->state != PHONE_IDLE || phone->offer || phone->call)
		return;
	lasts_us = audio_ring_bursts(phone->control, phone->channel, bursts);
	phone->alerts = lasts_us > 0;
	if (phone->alerts)
		timer_start(phone->control->timers, &phone->stage_timer, phone->control->now_us + lasts_us);
}

void phone_zip(struct phone *phone, struct call *call, acd_offer offer)
{
	phone_set_state(phone, PHONE_ZIP);
	phone->offer = offer;
	phone->offer_call = call->record.id;
	phone->ring_from_us = phone->control->now_us;
	phone_note(phone, call->record.id, TRACE_RING, TRACE_OUT, "zip tone on the headset");
	phone->play_token = audio_play(phone->control, phone->channel, beep);
}

void phone_ring_stop(struct phone *phone)
{
	phone_set_state(phone, PHONE_IDLE);
	phone->caller_id_due = false;
	audio_ring_stop(phone->control, phone->channel);
	audio_close(phone->control, phone->channel);
	phone_agent_in_use(phone, false);
}

#define FIRST_RING_LEAST_US (200 * US_PER_MS) /* no country's first ring is so short */

static void first_ring_ended(struct phone *phone)
{
	struct call *call = call_by_id(phone->control, phone->offer_call);

	if (phone->state != PHONE_RINGING || !phone->caller_id_due)
		return;
	if (phone->control->now_us < phone->ring_from_us + FIRST_RING_LEAST_US)
		return; /* that was the end of an alert before */
	phone->caller_id_due = false;
	if (call)
		audio_caller_id(phone, call, false);
}

/* ---- hook ---- */

static void lifted_ringing(struct phone *phone)
{
	phone->caller_id_due = false;
	phone_note(phone, phone->offer_call, TRACE_LIFTED, TRACE_IN, "lifted");
	audio_ring_stop(phone->control, phone->channel);
	phone_set_state(phone, PHONE_IN_CALL);
	if (phone->offer)
		phone_offer_lifted(phone);
	else if (phone->call)
		extension_lifted(phone->call, phone);
}

void phone_lift(struct phone *phone)
{
	if (phone->state == PHONE_RINGING) {
		lifted_ringing(phone);
	} else if (phone->state == PHONE_IDLE) {
		phone_agent_in_use(phone, true);
		audio_open(phone->control, phone->channel, true);
		if (nailed_up(phone))
			phone_say(phone, beep);
		else
			phone_dial_tone(phone, MEDIA_TONE_DIAL);
	}
}

void phone_offer_declined(struct phone *phone)
{
	struct acd_event event = {.type = ACD_OFFER_FAILED, .offer = phone->offer, .result = ACD_OFFER_DECLINED};

	control_send_acd(phone->control, &event);
	queue_offer_over(phone, ACD_OFFER_DECLINED, phone->control->now_us - phone->ring_from_us);
}

static void hang_up(struct phone *phone, uint8_t cause)
{
	struct call *call = phone->call, *held = phone->held;
	char key[32];

	if (phone->state == PHONE_IDLE || phone->state == PHONE_RINGING || phone->state == PHONE_GONE)
		return;
	if (waiting_hung_up(phone))
		return;
	reaction_begins(phone);
	phone->call = NULL;
	phone->held = NULL;
	phone_set_state(phone, PHONE_IDLE);
	if (phone->offer)
		phone_offer_declined(phone); /* lifted and dropped before the talk path was there */
	if (held && call && (call->state == CALL_TALKING || call->state == CALL_RINGING))
		transfer_complete(phone, held, call);
	else if (call && !queue_picked_up_only(phone, call))
		call_side_gone(call, call->a.phone == phone ? &call->a : &call->b, cause, 0);
	audio_close(phone->control, phone->channel);
	alarm_key(phone, key, sizeof(key));
	alarm_clear(phone->control, key);
	if (held && held->state == CALL_HELD)
		transfer_recall(phone, held);
	else
		phone_agent_in_use(phone, false);
}

void phone_hang_up(struct phone *phone)
{
	hang_up(phone, 0);
}

/* Lifted, and neither in a call nor at something that a flash has a meaning for: it is as if lifted anew. */
static bool begins_again(const struct phone *phone)
{
	switch (phone->state) {
	case PHONE_DIALLING:
	case PHONE_PROMPT:
	case PHONE_TONE:
	case PHONE_SILENT:
	case PHONE_HOWLER:
	case PHONE_ASIDE:
		return true;
	default:
		return false;
	}
}

/* Flash in a call: hold and recall dial tone. With a call on hold: back to it. */
void phone_flash(struct phone *phone)
{
	struct call *call = phone->call, *held = phone->held;

	if (waiting_flash(phone))
		return;
	if (phone->state == PHONE_IN_CALL && call && call->state == CALL_TALKING && !held) {
		phone->held = call;
		phone->call = NULL;
		call_hold(call, call->a.phone == phone ? &call->a : &call->b);
		phone_dial_tone(phone, MEDIA_TONE_RECALL_DIAL);
	} else if (held && phone->state != PHONE_IDLE && phone->state != PHONE_RINGING) {
		phone->held = NULL;
		if (call) {
			phone->call = NULL;
			call_side_gone(call, call->a.phone == phone ? &call->a : &call->b, 0, 0);
		}
		phone->call = held;
		phone_set_state(phone, PHONE_IN_CALL);
		audio_stop(phone->control, phone->channel);
		call_resume(held);
	} else if (begins_again(phone)) {
		phone_off_hook_over(phone);
		phone_dial_tone(phone, MEDIA_TONE_DIAL);
	}
}

void phone_driver_event(struct phone *phone, const struct driver_event *event)
{
	if (phone->state == PHONE_TEST) {
		line_test_driver_event(phone, event);
		return;
	}
	switch (event->type) {
	case DRIVER_OFF_HOOK:
		phone_lift(phone);
		break;
	case DRIVER_ON_HOOK:
		phone_hang_up(phone);
		break;
	case DRIVER_FLASH:
		phone_flash(phone);
		break;
	case DRIVER_PULSE_DIGIT:
		if (!phone->no_pulse_dialling)
			phone_digit(phone, event->digit);
		break;
	case DRIVER_RINGER_OFF:
		first_ring_ended(phone);
		break;
	default:
		break;
	}
}

/* 5112 is a wrong number, and no emergency call. `#` ends it, and so does a short pause: then 112 is one. */
static void dialled_on(struct phone *phone, char digit)
{
	if (digit == '#')
		misdialled_over(phone);
	else
		control_start(phone->control, &phone->digit_timer, TIMER_dialled_on);
}

void phone_digit(struct phone *phone, char digit)
{
	size_t length;

	if (phone->state == PHONE_TEST && line_test_digit(phone, digit))
		return;
	if (phone->misdialled) {
		dialled_on(phone, digit);
		return;
	}
	length = strlen(phone->digits);
	switch (phone->state) {
	case PHONE_PROMPT: /* the next thing is dialled over the prompt */
	case PHONE_TONE:   /* a number can be dialled at any time: an emergency call must always be possible */
	case PHONE_SILENT:
	case PHONE_HOWLER:
	case PHONE_ASIDE:
	case PHONE_STANDBY:
		phone_agent_in_use(phone, true);
		phone->digits[0] = '\0';
		length = 0;
		phone_set_state(phone, PHONE_DIALLING);
		break;
	case PHONE_DIALLING:
		break;
	case PHONE_ACK:
		phone_ack_digit(phone, digit);
		return;
	case PHONE_PAGE:
		page_digit(phone, digit);
		return;
	case PHONE_RECORDER:
		recorder_digit(phone, digit);
		return;
	case PHONE_MONITOR:
		monitor_digit(phone, digit);
		return;
	case PHONE_IN_CALL:
		if (phone->call && phone->call->state == CALL_QUEUED && phone->call->a.phone == phone)
			queue_digit(phone->call, digit);
		else
			disposition_call_digit(phone, digit);
		return;
	default:
		return;
	}
	if (length == 0) {
		audio_stop(phone->control, phone->channel);
		phone->preset = 0;
	}
	if (length == PHONE_DIGITS_MAX)
		return;
	phone->digits[length] = digit;
	phone->digits[length + 1] = '\0';
	phone_dial(phone, false);
}

/* ---- settings ---- */

static const struct config_port *port_row(const struct config *config, unsigned span, unsigned timeslot)
{
	uint32_t i;

	for (i = 0; i < config->port_count; i++)
		if (config->ports[i].span == span && config->ports[i].timeslot == timeslot)
			return &config->ports[i];
	return NULL;
}

void phone_init(struct phone *phone, struct control *control, uint16_t channel)
{
	size_t used = 0;

	phone->control = control;
	phone->channel = channel;
	phone->span = (uint8_t)driver_channel_span(channel);
	phone->timeslot = (uint8_t)driver_channel_timeslot(channel);
	text_append(phone->place, sizeof(phone->place), &used, "%u/%u", phone->span, phone->timeslot);
	timer_init(&phone->digit_timer, "digit", digit_expired, phone);
	timer_init(&phone->stage_timer, "off-hook stage", stage_expired, phone);
}

static void attach(struct control *control, const struct config *config, unsigned span, unsigned timeslot)
{
	struct phone *phone = &control->phones[driver_channel(span, timeslot)];

	if (!phone->control)
		phone_init(phone, control, driver_channel(span, timeslot));
	phone->exists = true;
	phone->settings = port_row(config, span, timeslot);
	phone->no_tone_dialling = phone->settings && phone->settings->dial == CONFIG_DIAL_PULSE;
	phone->no_pulse_dialling = phone->settings && phone->settings->dial == CONFIG_DIAL_TONE;
}

void phone_drop(struct phone *phone, const char *why)
{
	if (phone->state == PHONE_RINGING) {
		if (phone->offer)
			phone_offer_declined(phone);
		else if (phone->call)
			huntgroup_phone_gone(phone->call, phone);
		if (phone->state == PHONE_RINGING)
			phone_ring_stop(phone);
	}
	if (phone->waiting)
		call_b_failed(phone->waiting, 27, why);
	phone->swaps = false;
	if (phone->call && phone->call->state == CALL_TALKING && !phone->held && !phone->call->record.reason[0])
		text_copy(phone->call->record.reason, sizeof(phone->call->record.reason), why);
	hang_up(phone, 41);                /* nobody has hung up: not the normal clearing that 16 would be */
	if (phone->state == PHONE_RINGING) /* for whom it held */
		call_end(phone->call, 27, CALL_WITHDRAWN, why);
}

/* A span is no longer a bank of telephones, a card no headset: whoever used one is hung up. */
void phone_detach(struct phone *phone)
{
	struct acd_event logout = {.type = ACD_AGENT_LOGOUT};

	line_test_phone_gone(phone);
	phone_drop(phone, "telephone removed");
	phone->exists = false;
	phone->settings = NULL;
	tell_of_agent(phone, &logout);
	disposition_carry(phone->control, phone->agent);
	phone->agent = 0;
}

void phones_attach(struct control *control, const struct config *config)
{
	bool wanted[CONFIG_SPANS_MAX + 1] = {false};
	uint16_t channel;
	uint32_t i, slot;

	for (i = 0; i < config->span_count; i++)
		wanted[config->spans[i].span] = config->spans[i].signalling == CONFIG_FXS;
	for (channel = 0; channel < DRIVER_CHANNELS_MAX; channel++)
		if (control->phones[channel].exists && !wanted[driver_channel_span(channel)])
			phone_detach(&control->phones[channel]);
	for (i = 1; i <= CONFIG_SPANS_MAX; i++)
		for (slot = 1; wanted[i] && slot <= DRIVER_PLACES_MAX; slot++) {
			struct phone *phone = &control->phones[driver_channel(i, slot)];

			if (driver_port(control->parts.driver, i, slot) == DRIVER_PORT_TELEPHONE)
				attach(control, config, i, slot);
			else if (phone->exists)
				phone_detach(phone);
		}
	/* The span was started before, and its alarms were told of when there were no telephones yet. */
	for (i = 1; i <= CONFIG_SPANS_MAX; i++)
		if (wanted[i])
			phones_span_alarms(control, i, driver_span_alarms(control->parts.driver, i));
	headsets_attach(control, config);
}
