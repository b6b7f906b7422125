/*
 * Keypad codes: log in, log out, pause, ready, end wrap-up, and those for supervisors. Every answer is spoken. Codes of
 * rooms that are not built yet are not in the table here and are refused as "invalid".
 */
#include "call/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct code_row {
	uint8_t arguments; /* how many, each ended by # */
	bool supervisor;   /* asks who is no supervisor, at a telephone that is none's, for number and PIN of one */
	void (*run)(struct phone *phone, const char *const *arguments);
};

/* ---- finding the agent ---- */

int32_t agent_index(const struct control *control, uint32_t number)
{
	uint32_t i;

	for (i = 0; control->config && i < control->config->agent_count; i++)
		if (control->config->agents[i].number == number)
			return (int32_t)i;
	return -1;
}

struct phone *agent_phone(const struct control *control, uint32_t number)
{
	uint32_t i;

	for (i = 0; number && i < MEDIA_CHANNELS_MAX; i++)
		if (control->phones[i].exists && control->phones[i].agent == number)
			return &control->phones[i];
	return NULL;
}

static void say(struct phone *phone, const char *name)
{
	const char *names[] = {name, NULL};

	phone_say(phone, names);
}

static void send(struct phone *phone, enum acd_event_type type, uint32_t number, uint8_t reason)
{
	int32_t index = agent_index(phone->control, number);
	struct acd_event event = {.type = type, .port = phone->channel, .reason = reason};

	if (index < 0)
		return;
	event.agent = (acd_agent)index;
	control_send_acd(phone->control, &event);
}

bool pin_right(struct control *control, uint32_t number, const char *pin, bool *shut)
{
	int32_t index = agent_index(control, number);

	*shut = index >= 0 && pin_locked(control, number);
	if (index < 0 || *shut)
		return false;
	if (config_pin_matches(&control->config->agents[index], pin)) {
		pin_passed(control, number);
		return true;
	}
	pin_failed(control, number);
	return false;
}

/* Nothing of the agent's goes on there: it may be logged out at once. */
static bool place_idle(const struct phone *phone, const struct remote *remote)
{
	if (phone)
		return (phone->state == PHONE_IDLE || phone->state == PHONE_STANDBY) && !phone->offer && !phone->call &&
		       !phone->held && !phone->waiting;
	return remote->stage == REMOTE_IDLE && !remote->line && !remote->offer && !remote->call && !remote->leg;
}

bool agent_leaves_place(struct control *control, uint32_t number)
{
	struct phone *phone = agent_phone(control, number);
	struct remote *remote = agent_remote(control, number);

	if (!phone && !remote)
		return true;
	if (!control->config->second_login_moves || !place_idle(phone, remote))
		return false;
	log_write(LOG_NOTICE, LOG_CALL, "agent %u: logged out at the former place, having logged in at another",
	          number);
	if (phone)
		send(phone, ACD_AGENT_LOGOUT, number, 0);
	else
		remote_send(remote, ACD_AGENT_LOGOUT, 0);
	disposition_carry(control, number);
	return true;
}

/* ---- the codes ---- */

static void login(struct phone *phone, const char *const *arguments)
{
	struct control *control = phone->control;
	const char *refused[] = {"agent-incorrect", "locked-out", NULL};
	bool shut = false;
	uint32_t number;

	if (text_to_u32(arguments[0], 1, UINT32_MAX, &number) < 0 || agent_index(control, number) < 0) {
		say(phone, "agent-incorrect");
		return;
	}
	if (!pin_right(control, number, arguments[1], &shut)) {
		if (!shut)
			log_write(LOG_NOTICE, LOG_CALL, "port %s: wrong PIN for agent %u", phone->place, number);
		refused[1] = shut ? refused[1] : NULL;
		phone_say(phone, refused);
		return;
	}
	if (phone->agent == number) {
		say(phone, "agent-alreadyon");
		return;
	}
	phone->login_agent = number;
	phone->code_pending = true;
	/* The telephone is lifted for the code itself: said first, so that no call is offered before it is hung up. */
	if (!phone->agent && agent_leaves_place(control, number)) {
		phone->login_busy = true;
		send(phone, ACD_AGENT_PHONE_BUSY, number, 0);
	}
	send(phone, ACD_AGENT_LOGIN, number, 0);
}

int phone_log_in(struct phone *phone, uint32_t number, struct fault *fault)
{
	struct control *control = phone->control;

	if (phone->agent == number)
		return fault_set(fault, -EBUSY, "agent %u is logged in already", number);
	if (phone->agent || phone->login_agent)
		return fault_set(fault, -EBUSY, "agent %u login: agent %u is logged in at port %s", number,
		                 phone->agent ? phone->agent : phone->login_agent, phone->place);
	if (!agent_leaves_place(control, number))
		return fault_set(fault, -EBUSY, "agent %u is logged in already", number);
	phone->login_agent = number;
	phone->code_pending = false;
	phone->login_busy = phone->state != PHONE_IDLE || phone->cut; /* cut: unplugged once logged in */
	if (phone->login_busy)
		send(phone, ACD_AGENT_PHONE_BUSY, number, 0);
	send(phone, ACD_AGENT_LOGIN, number, 0);
	return 0;
}

static void of_own_agent(struct phone *phone, enum acd_event_type type, uint8_t reason)
{
	if (!phone->agent) {
		say(phone, "invalid");
		return;
	}
	phone->code_pending = true;
	send(phone, type, phone->agent, reason);
}

/* How many reasons there are for this; *known: reason is one of them. */
static uint32_t reasons_for(const struct config *config, enum config_reason_use use, uint8_t reason, bool *known)
{
	uint32_t i, count = 0;

	*known = false;
	for (i = 0; i < config->reason_count; i++) {
		if (config->reasons[i].use != use && config->reasons[i].use != CONFIG_FOR_BOTH)
			continue;
		count++;
		*known |= config->reasons[i].number == reason;
	}
	return count;
}

bool pause_allowed(const struct control *control, uint8_t reason)
{
	bool known;
	uint32_t count = reasons_for(control->config, CONFIG_FOR_PAUSE, reason, &known);

	return known || count == 0 || (reason == 0 && !control->config->pause_reason_forced);
}

bool logout_allowed(const struct control *control, uint8_t reason)
{
	bool known;
	uint32_t count = reasons_for(control->config, CONFIG_FOR_LOGOUT, reason, &known);

	return known || (reason == 0 && (count == 0 || !control->config->logout_reason_forced));
}

static bool logout_has_reasons(const struct control *control)
{
	bool known;

	return reasons_for(control->config, CONFIG_FOR_LOGOUT, 0, &known) > 0;
}

/* The code stands as dialled so far: the reason and # complete it. */
void phone_ask(struct phone *phone, enum config_code code, const char *prompt)
{
	const char *names[] = {prompt, NULL};

	phone_set_state(phone, PHONE_DIALLING);
	text_copy(phone->digits, sizeof(phone->digits), phone->control->config->codes[code]);
	audio_play(phone->control, phone->channel, names);
	phone->preset = (uint8_t)strlen(phone->digits);
	control_start(phone->control, &phone->digit_timer, TIMER_first_digit);
}

static void pause_code(struct phone *phone, const char *const *arguments)
{
	uint32_t reason = 0;
	bool right = !arguments[0][0] || text_to_u32(arguments[0], 0, 99, &reason) == 0;

	if (right && pause_allowed(phone->control, (uint8_t)reason))
		of_own_agent(phone, ACD_AGENT_PAUSE, (uint8_t)reason);
	else if (right && reason == 0)
		phone_ask(phone, CODE_PAUSE, "agent-pause-reason");
	else
		say(phone, "invalid");
}

/* Wrap-up is not left before the disposition that the queue demands: it is asked for. */
static bool owes_disposition(struct phone *phone)
{
	if (!phone->agent || !disposition_owed(phone->control, phone->agent))
		return false;
	disposition_ask(phone);
	return true;
}

static void logout(struct phone *phone, const char *const *arguments)
{
	uint32_t reason = 0;
	bool right = !arguments[0][0] || text_to_u32(arguments[0], 0, 99, &reason) == 0;

	if (owes_disposition(phone))
		return;
	if (!phone->agent || !right)
		say(phone, "invalid");
	else if (logout_allowed(phone->control, (uint8_t)reason))
		of_own_agent(phone, ACD_AGENT_LOGOUT, (uint8_t)reason);
	else if (reason == 0)
		phone_ask(phone, CODE_LOGOUT, "enter-reason");
	else
		say(phone, "invalid");
}

static void disposition(struct phone *phone, const char *const *arguments)
{
	disposition_code(phone, arguments[0]);
}

static void ready(struct phone *phone, const char *const *arguments)
{
	if (!owes_disposition(phone))
		of_own_agent(phone, ACD_AGENT_READY, 0);
}

static void wrap_up_end(struct phone *phone, const char *const *arguments)
{
	if (!owes_disposition(phone))
		of_own_agent(phone, ACD_AGENT_WRAP_UP_END, 0);
}

static void diagnostics(struct phone *phone, const char *const *arguments)
{
	diagnostics_say(phone);
}

static void wrap_up_more(struct phone *phone, const char *const *arguments)
{
	of_own_agent(phone, ACD_AGENT_WRAP_UP_MORE, 0);
}

/* By name where hours have numbers for names, else by their place in the settings, from 1. */
static const struct config_hours *hours_of(const struct config *config, const char *digits)
{
	int32_t named = config_find_hours(config, digits);
	uint32_t place;

	if (named >= 0)
		return &config->hours[named];
	if (text_to_u32(digits, 1, config->hours_count, &place) < 0)
		return NULL;
	return &config->hours[place - 1];
}

static void night_switch(struct phone *phone, const char *const *arguments)
{
	const struct config_hours *hours = hours_of(phone->control->config, arguments[0]);
	bool on;

	if (!hours) {
		say(phone, "invalid");
		return;
	}
	on = hours_night_switch(phone->control, hours);
	log_write(LOG_NOTICE, LOG_CALL, "hours %s: night switch %s, by port %s", hours->name, on ? "on" : "off",
	          phone->place);
	say(phone, on ? "night-on" : "night-off");
}

static void page_code(struct phone *phone, const char *const *arguments)
{
	page_from_phone(phone, arguments[0]);
}

static void recorder_code(struct phone *phone, const char *const *arguments)
{
	recorder_from_phone(phone, arguments[0]);
}

static void monitor_code(struct phone *phone, const char *agent, enum monitor_mode mode)
{
	uint32_t number;

	if (text_to_u32(agent, 1, UINT32_MAX, &number) < 0 || !monitor_begin(phone, number, mode))
		say(phone, "no-call-to-hear");
}

static void listen_code(struct phone *phone, const char *const *arguments)
{
	monitor_code(phone, arguments[0], MONITOR_LISTEN);
}

static void whisper_code(struct phone *phone, const char *const *arguments)
{
	monitor_code(phone, arguments[0], MONITOR_WHISPER);
}

static void barge_code(struct phone *phone, const char *const *arguments)
{
	monitor_code(phone, arguments[0], MONITOR_BARGE);
}

/* With the caller on hold: back to the head of the queue. */
static void requeue(struct phone *phone, const char *const *arguments)
{
	say(phone, queue_give_back(phone, phone->held) ? "transferring" : "invalid");
}

static const struct code_row rows[CODE_COUNT] = {
    [CODE_LOGIN] = {2, false, login},
    [CODE_LOGOUT] = {0, false, logout},
    [CODE_PAUSE] = {1, false, pause_code},
    [CODE_READY] = {0, false, ready},
    [CODE_WRAP_UP] = {0, false, wrap_up_end},
    [CODE_DISPOSITION] = {1, false, disposition},
    [CODE_WRAP_UP_MORE] = {0, false, wrap_up_more},
    [CODE_DIAGNOSTICS] = {0, false, diagnostics},
    [CODE_NIGHT_SWITCH] = {1, false, night_switch},
    [CODE_REQUEUE] = {0, false, requeue},
    [CODE_PAGE] = {1, false, page_code},
    [CODE_RECORDER] = {1, true, recorder_code},
    [CODE_LISTEN] = {1, true, listen_code},
    [CODE_WHISPER] = {1, true, whisper_code},
    [CODE_BARGE] = {1, true, barge_code},
};

/* ---- matching ---- */

static unsigned hashes(const char *text)
{
	unsigned count = 0;

	for (; *text; text++)
		count += *text == '#';
	return count;
}

/* Where there are reasons for logging out, that code goes on; nothing more, or # alone, is none. */
static unsigned arguments_of(const struct control *control, enum config_code code)
{
	return code == CODE_LOGOUT ? logout_has_reasons(control) : rows[code].arguments;
}

static enum dial_match match_arguments(const struct control *control, enum config_code code, const char *arguments)
{
	if (hashes(arguments) >= arguments_of(control, code))
		return DIAL_COMPLETE;
	return code == CODE_LOGOUT ? DIAL_MAY_GROW : DIAL_PARTIAL;
}

enum dial_match codes_match(const struct control *control, const char *digits, enum config_code *code,
                            const char **arguments)
{
	enum dial_match best = DIAL_NOTHING;
	size_t length = strlen(digits);
	int i;

	for (i = 0; i < CODE_COUNT; i++) {
		const char *keys = control->config->codes[i];
		size_t key_length = strlen(keys);

		if (!rows[i].run || key_length == 0)
			continue;
		if (length < key_length) {
			if (strncmp(keys, digits, length) == 0)
				best = DIAL_PARTIAL;
		} else if (strncmp(keys, digits, key_length) == 0) {
			*code = (enum config_code)i;
			*arguments = digits + key_length;
			return match_arguments(control, *code, *arguments);
		}
	}
	return best;
}

/* ---- who may ---- */

#define ARGUMENTS_MAX 3 /* the code's own, then a supervisor's number and PIN */

static bool is_supervisor(const struct control *control, uint32_t number)
{
	int32_t index = number ? agent_index(control, number) : -1;

	return index >= 0 && control->config->agents[index].supervisor;
}

/* The code stands as dialled so far; what is missing completes it. ended: nothing came. */
static void ask_supervisor(struct phone *phone, const char *dialled, unsigned missing, bool ended)
{
	const char *names[] = {missing == 2 ? "agent-user" : "agent-pass", NULL};

	if (ended) {
		say(phone, "invalid");
		return;
	}
	if (dialled[strlen(dialled) - 1] == '#')
		audio_play(phone->control, phone->channel, names);
	else
		audio_stop(phone->control, phone->channel);
	control_start(phone->control, &phone->digit_timer, TIMER_first_digit);
}

static bool supervisor_proven(struct phone *phone, const char *agent, const char *pin)
{
	const char *refused[] = {"agent-incorrect", NULL, NULL};
	uint32_t number = 0;
	bool shut = false;

	if (text_to_u32(agent, 1, UINT32_MAX, &number) == 0 && pin_right(phone->control, number, pin, &shut)) {
		if (is_supervisor(phone->control, number))
			return true;
		refused[0] = "not-permitted";
	}
	log_write(LOG_NOTICE, LOG_CALL, "port %s: refused what a supervisor may do, agent %u%s", phone->place, number,
	          shut ? " is locked out" : "");
	refused[1] = shut ? "locked-out" : NULL;
	phone->digits[0] = '\0';
	phone_say(phone, refused);
	return false;
}

void codes_run(struct phone *phone, enum config_code code, const char *arguments, bool ended)
{
	const char *list[ARGUMENTS_MAX] = {"", "", ""};
	const struct code_row *row = &rows[code];
	bool prove = row->supervisor && !(phone->settings && phone->settings->supervisor) &&
	             !is_supervisor(phone->control, phone->agent);
	unsigned i, own = arguments_of(phone->control, code), wanted = own + (prove ? 2u : 0u);
	char copy[PHONE_DIGITS_MAX + 2];
	char *at = copy;

	text_copy(copy, sizeof(copy), arguments);
	if (ended && code == CODE_LOGOUT && !hashes(arguments)) {
		text_copy(copy + strlen(copy), sizeof(copy) - strlen(copy), "#");
	} else if (hashes(arguments) < wanted) {
		ask_supervisor(phone, arguments, wanted - hashes(arguments), ended);
		return;
	}
	phone->digits[0] = '\0';
	phone->preset = 0;
	for (i = 0; i < wanted; i++) {
		char *end = strchr(at, '#');

		if (!end)
			break;
		*end = '\0';
		list[i] = at;
		at = end + 1;
	}
	if (!prove || supervisor_proven(phone, list[own], list[own + 1]))
		row->run(phone, list);
}

/* ---- the scheduler's answer ---- */

/* The telephone that the decision is about: an agent may be logged in at one and try to log in at another. */
static struct phone *phone_meant(const struct control *control, const struct acd_decision *decision, uint32_t number)
{
	struct phone *phone = phone_at(control, decision->port);

	if (phone && number && (phone->agent == number || phone->login_agent == number))
		return phone;
	return agent_phone(control, number);
}

static const char *const state_prompts[ACD_STATE_COUNT] = {
    [ACD_LOGGED_OUT] = "agent-loggedoff",
    [ACD_PAUSED] = "agent-pause",
    [ACD_READY] = "agent-ready",
};

static void answer(struct phone *phone, const char *prompt)
{
	if (!phone->code_pending)
		return;
	phone->code_pending = false;
	if (phone->state == PHONE_DIALLING)
		say(phone, prompt && audio_prompt_exists(phone->control, prompt) ? prompt : "beep");
}

static void logged_in(struct phone *phone)
{
	phone->agent = phone->login_agent;
	phone->login_agent = 0;
	answer(phone, "agent-loginok");
	phone->in_use = phone->login_busy;
	phone->login_busy = false;
	phone_agent_in_use(phone, phone->state != PHONE_IDLE);
	if (phone->cut)
		phone_unplugged(phone);
}

static void refused(struct phone *phone, enum acd_refusal refusal)
{
	static const char *const prompts[ACD_REFUSAL_COUNT] = {
	    [ACD_REFUSAL_UNKNOWN_AGENT] = "agent-incorrect",
	    [ACD_REFUSAL_ALREADY_LOGGED_IN] = "agent-alreadyon",
	    [ACD_REFUSAL_PORT_IN_USE] = "agent-alreadyon",
	    [ACD_REFUSAL_NOT_LOGGED_IN] = "invalid",
	};

	if (phone->login_busy)
		send(phone, ACD_AGENT_PHONE_FREE, phone->login_agent, 0);
	phone->login_busy = false;
	phone->login_agent = 0;
	answer(phone, prompts[refusal] ? prompts[refusal] : "invalid");
}

void codes_agent_decided(struct control *control, const struct acd_decision *decision)
{
	uint32_t number = decided_agent(control, decision);
	struct phone *phone = phone_meant(control, decision, number);

	if (!phone)
		return;
	if (decision->type == ACD_D_UNEXPECTED) {
		answer(phone, "invalid"); /* such as the end of a wrap-up that is none */
		return;
	}
	if (decision->type == ACD_D_AGENT_REFUSED) {
		refused(phone, decision->refusal);
		return;
	}
	if (phone->login_agent == number && decision->state != ACD_LOGGED_OUT) {
		logged_in(phone);
		return;
	}
	if (decision->state == ACD_LOGGED_OUT)
		phone->agent = 0;
	answer(phone, decision->wish_paused && decision->state != ACD_LOGGED_OUT ? "agent-pause"
	                                                                         : state_prompts[decision->state]);
}
