/*
 * The log-in line (destination login): an agent who sits outside calls a number of the box, says who it is by number
 * and PIN, and is logged in at the number of the settings; after that the keypad codes for pause, ready and log-out are
 * taken. Whoever calls from an agent's own number is not asked for the agent's number. The PIN is always asked for.
 */
#include "call/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LOGIN_ATTEMPTS    3
#define SAME_DIGITS_LEAST 6 /* of two numbers, one with and one without its area code */

enum login_stage { LOGIN_NUMBER, LOGIN_PIN, LOGIN_CODES, LOGIN_BYE };

struct login_line {
	struct call *call; /* NULL: free */
	enum login_stage stage;
	uint32_t agent;
	uint8_t attempts;
	bool guessed;   /* the agent, by the calling number: the next thing expected is the PIN */
	bool pending;   /* the scheduler's answer is spoken when it comes */
	bool disposing; /* that a disposition is kept is spoken when it is */
	char digits[PHONE_DIGITS_MAX + 1];
};

int login_lines_new(struct control *control)
{
	control->logins = calloc(LOGIN_LINES_MAX, sizeof(*control->logins));
	return control->logins ? 0 : -ENOMEM;
}

/* ---- who calls ---- */

static bool same_number(const char *one, const char *other)
{
	size_t a = strlen(one), b = strlen(other), least = a < b ? a : b;

	return least >= SAME_DIGITS_LEAST && strcmp(one + a - least, other + b - least) == 0;
}

/* With and without the outside prefix that the settings may spell it with. */
static bool is_from(const struct config *config, const struct config_agent *agent, const char *from)
{
	uint32_t i;

	if (same_number(agent->outside, from))
		return true;
	for (i = 0; i < config->outside_count; i++) {
		size_t length = strlen(config->outsides[i].prefix);

		if (strncmp(agent->outside, config->outsides[i].prefix, length) == 0 &&
		    same_number(agent->outside + length, from))
			return true;
	}
	return false;
}

/* The one agent whose number this is; 0: none, or several share it. */
static uint32_t agent_from(const struct control *control, const char *from)
{
	const struct config *config = control->config;
	uint32_t i, found = 0;

	for (i = 0; i < config->agent_count; i++) {
		if (!config->agents[i].outside[0] || !is_from(config, &config->agents[i], from))
			continue;
		if (found)
			return 0;
		found = config->agents[i].number;
	}
	return found;
}

/* ---- what is said and asked ---- */

static void say(struct login_line *line, const char *first, const char *second)
{
	const char *names[] = {first, second, NULL};
	struct call *call = line->call;

	line->digits[0] = '\0';
	timer_stop(call->control->timers, &call->announce_timer);
	call->play_token = audio_play(call->control, call->a.channel, names);
}

static void goodbye(struct login_line *line, const char *first, const char *second)
{
	line->stage = LOGIN_BYE;
	say(line, first, second);
}

static const char *question(const struct login_line *line)
{
	return line->stage == LOGIN_NUMBER ? "agent-user" : "agent-pass";
}

void login_line_enter(struct call *call)
{
	struct control *control = call->control;
	struct login_line *line = NULL;
	uint32_t i;

	for (i = 0; i < LOGIN_LINES_MAX && !line; i++)
		if (!control->logins[i].call)
			line = &control->logins[i];
	if (!line) {
		call_b_failed(call, 42, "too many agents at the log-in line");
		return;
	}
	*line = (struct login_line){.call = call, .agent = agent_from(control, call->record.from)};
	line->guessed = line->agent != 0;
	line->stage = line->agent ? LOGIN_PIN : LOGIN_NUMBER;
	call->login = line;
	call->record.outcome = CALL_DIVERTED;
	text_copy(call->record.reason, sizeof(call->record.reason), "log-in line");
	call_answer(call);
	call_set_state(call, CALL_LOGIN);
	record_segment(call, SEGMENT_IVR);
	say(line, question(line), NULL);
}

/* ---- log-in ---- */

static void wrong(struct login_line *line)
{
	if (++line->attempts == LOGIN_ATTEMPTS) {
		goodbye(line, "agent-incorrect", NULL);
		return;
	}
	/* Whose number it is was only a guess by the caller's: somebody else may be calling from there. */
	line->stage = LOGIN_NUMBER;
	say(line, "agent-incorrect", NULL); /* and asks for the agent's number */
}

static void take_number(struct login_line *line)
{
	if (text_to_u32(line->digits, 1, UINT32_MAX, &line->agent) < 0)
		line->agent = 0;
	line->stage = LOGIN_PIN; /* also for a number that is nobody's: only the PIN is found wrong */
	say(line, question(line), NULL);
}

/* The same agent at the line a second time: the first call has no say any more. */
static void take_over(struct remote *remote, struct call *call)
{
	if (remote->line && remote->line != call && remote->line->login)
		remote->line->login->stage = LOGIN_BYE;
	remote->line = call;
	if (!remote->offer)
		remote_in_use(remote);
}

static void log_in(struct login_line *line)
{
	struct control *control = line->call->control;
	struct remote *remote = agent_remote(control, line->agent);
	struct fault fault = {""};
	int error;

	line->stage = LOGIN_CODES;
	line->call->record.agent = line->agent;
	if (remote) {
		take_over(remote, line->call);
		say(line, "agent-alreadyon", NULL);
		return;
	}
	line->pending = true;
	error = remote_log_in(control, line->agent, line->call, &fault);
	if (!error)
		return;
	log_write(LOG_NOTICE, LOG_CALL, "log-in line: %s", fault.text);
	if (error == -EBUSY)
		goodbye(line, "agent-alreadyon", NULL);
	else
		goodbye(line, "agent-incorrect", "invalid");
}

/* Who was known by the calling number says it all the same, as from any other telephone: that is no PIN. */
static bool is_own_number(const struct login_line *line)
{
	const struct config *config = line->call->control->config;
	int32_t index = agent_index(line->call->control, line->agent);
	uint32_t number;

	return line->guessed && index >= 0 && text_to_u32(line->digits, 1, UINT32_MAX, &number) == 0 &&
	       number == line->agent && !config_pin_matches(&config->agents[index], line->digits);
}

static void take_pin(struct login_line *line)
{
	struct control *control = line->call->control;
	bool shut = false;

	if (is_own_number(line)) {
		line->guessed = false;
		say(line, question(line), NULL);
		return;
	}
	if (pin_right(control, line->agent, line->digits, &shut)) {
		log_in(line);
		return;
	}
	log_write(LOG_NOTICE, LOG_CALL, "call %08x: log-in line: %s for agent %u, from %s", line->call->record.id,
	          shut ? "locked" : "wrong PIN", line->agent, line->call->record.from);
	if (shut)
		goodbye(line, "agent-incorrect", "locked-out");
	else
		wrong(line);
}

/* ---- codes ---- */

/* The code of the agent's last call. */
static bool dispose(struct login_line *line, const char *arguments)
{
	char code[CONFIG_DISPOSITION_BYTES] = "";
	size_t length = strcspn(arguments, "#");
	struct fault fault = {""};

	if (length >= sizeof(code))
		return false;
	memcpy(code, arguments, length);
	line->disposing = disposition_give(line->call->control, line->agent, code, &fault) == 0;
	if (line->disposing)
		return true;
	log_write(LOG_NOTICE, LOG_CALL, "log-in line: %s", fault.text);
	return false;
}

static bool carry_out(struct login_line *line, enum config_code code, const char *arguments)
{
	static const enum acd_event_type events[CODE_COUNT] = {[CODE_LOGOUT] = ACD_AGENT_LOGOUT,
	                                                       [CODE_PAUSE] = ACD_AGENT_PAUSE,
	                                                       [CODE_READY] = ACD_AGENT_READY,
	                                                       [CODE_WRAP_UP] = ACD_AGENT_WRAP_UP_END,
	                                                       [CODE_WRAP_UP_MORE] = ACD_AGENT_WRAP_UP_MORE};
	struct control *control = line->call->control;
	struct remote *remote = agent_remote(control, line->agent);
	char digits[4] = "";
	uint32_t reason = 0;
	size_t length = strcspn(arguments, "#");

	if (remote && code == CODE_DISPOSITION)
		return dispose(line, arguments);
	if (!remote || !events[code] || length >= sizeof(digits))
		return false;
	memcpy(digits, arguments, length);
	digits[length] = '\0';
	if ((code == CODE_PAUSE || code == CODE_LOGOUT) && length && text_to_u32(digits, 0, 99, &reason) < 0)
		return false;
	if ((code == CODE_PAUSE && !pause_allowed(control, (uint8_t)reason)) ||
	    (code == CODE_LOGOUT && !logout_allowed(control, (uint8_t)reason)))
		return false;
	if (events[code] != ACD_AGENT_PAUSE && events[code] != ACD_AGENT_WRAP_UP_MORE &&
	    disposition_owed(control, line->agent)) {
		say(line, "agent-disposition", NULL);
		return true;
	}
	line->pending = true;
	remote_send(remote, events[code], (uint8_t)reason);
	return true;
}

/* ended: no further digit comes. */
static void take_code(struct login_line *line, bool ended)
{
	const char *arguments = "";
	enum config_code code = CODE_COUNT;
	enum dial_match match = codes_match(line->call->control, line->digits, &code, &arguments);

	if (match == DIAL_PARTIAL || (match == DIAL_MAY_GROW && !ended)) {
		control_start(line->call->control, &line->call->announce_timer, TIMER_inter_digit);
		return;
	}
	if ((match != DIAL_COMPLETE && match != DIAL_MAY_GROW) || !carry_out(line, code, arguments))
		say(line, "invalid", NULL);
	line->digits[0] = '\0';
}

void login_line_say(struct call *call, const char *prompt)
{
	struct login_line *line = call->login;

	if (!line || !line->pending)
		return;
	line->pending = false;
	prompt = prompt && audio_prompt_exists(call->control, prompt) ? prompt : "beep";
	if (agent_remote(call->control, line->agent))
		say(line, prompt, NULL);
	else
		goodbye(line, prompt, NULL);
}

void login_line_disposed(struct control *control, uint32_t agent, const char *prompt)
{
	uint32_t i;

	for (i = 0; i < LOGIN_LINES_MAX; i++) {
		struct login_line *line = &control->logins[i];

		if (!line->call || !line->disposing || line->agent != agent)
			continue;
		line->disposing = false;
		if (line->digits[0] && agent_remote(control, agent))
			continue; /* dials on already */
		line->pending = true;
		login_line_say(line->call, prompt);
	}
}

/* ---- what the caller does ---- */

void login_line_digit(struct call *call, char digit)
{
	struct login_line *line = call->login;
	size_t length = strlen(line->digits);

	if (line->stage == LOGIN_BYE || line->pending)
		return;
	call->play_token = 0;
	audio_stop(call->control, call->a.channel);
	control_start(call->control, &call->announce_timer, TIMER_inter_digit);
	if (digit == '#' && line->stage == LOGIN_NUMBER) {
		take_number(line);
		return;
	}
	if (digit == '#' && line->stage == LOGIN_PIN) {
		take_pin(line);
		return;
	}
	if (length < PHONE_DIGITS_MAX) {
		line->digits[length] = digit;
		line->digits[length + 1] = '\0';
	}
	if (line->stage == LOGIN_CODES)
		take_code(line, false);
}

void login_line_played(struct call *call)
{
	if (call->login->stage == LOGIN_BYE)
		call_end(call, 16, CALL_DIVERTED, NULL);
	else
		control_start(call->control, &call->announce_timer, TIMER_first_digit);
}

void login_line_expired(struct call *call)
{
	struct login_line *line = call->login;
	const char *arguments = "";
	enum config_code code = CODE_COUNT;

	if (line && line->stage == LOGIN_CODES && line->digits[0] &&
	    codes_match(call->control, line->digits, &code, &arguments) == DIAL_MAY_GROW) {
		take_code(line, true);
		return;
	}
	call_end(call, 16, CALL_DIVERTED, NULL);
}

void login_line_ends(struct call *call)
{
	struct login_line *line = call->login;
	struct remote *remote = agent_remote(call->control, line->agent);
	uint32_t i;

	for (i = 0; !remote && i < REMOTE_PLACES; i++)
		if (call->control->remotes[i].line == call)
			remote = &call->control->remotes[i]; /* its log-in is being decided */
	line->call = NULL;
	call->login = NULL;
	if (!remote || remote->line != call)
		return;
	remote->line = NULL;
	if (!remote->offer)
		remote_in_use(remote);
}
