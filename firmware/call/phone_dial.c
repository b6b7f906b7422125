/*
 * What the digits of a telephone mean: keypad code, emergency number, extension, or a number outside. A number that is
 * complete but could grow waits for the matched-digit timer; one that is incomplete for the inter-digit timer; `#`
 * ends.
 */
#include "call/parts.h"

#include <string.h>

struct dialled {
	enum dial_match match;
	enum { MEANS_NOTHING, MEANS_CODE, MEANS_EMERGENCY, MEANS_EXTENSION, MEANS_QUEUE, MEANS_OUTSIDE } means;
	enum config_code code;
	const char *arguments; /* of the code; or the number after the outside prefix */
	uint32_t outside;
};

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Whole equals what was dialled: complete. Begins with it: partial. */
static enum dial_match compare(const char *dialled, const char *whole)
{
	if (strcmp(dialled, whole) == 0)
		return DIAL_COMPLETE;
	return starts(whole, dialled) ? DIAL_PARTIAL : DIAL_NOTHING;
}

static void better(struct dialled *best, enum dial_match match, int means)
{
	if (match == DIAL_PARTIAL && best->match == DIAL_COMPLETE)
		best->match = DIAL_MAY_GROW;
	else if (match == DIAL_COMPLETE && best->match == DIAL_PARTIAL)
		match = DIAL_MAY_GROW;
	if (match > best->match) {
		best->match = match;
		if (match >= DIAL_COMPLETE)
			best->means = means;
	}
}

static bool is_emergency(const struct config *config, const char *number, struct dialled *best)
{
	uint32_t i;

	for (i = 0; i < config->emergency_count; i++) {
		enum dial_match match = compare(number, config->emergency[i]);

		if (match == DIAL_COMPLETE) {
			*best = (struct dialled){DIAL_COMPLETE, MEANS_EMERGENCY, CODE_COUNT, number, 0};
			return true;
		}
		better(best, match, MEANS_EMERGENCY);
	}
	return false;
}

static void match_outside(const struct config *config, const char *digits, struct dialled *best)
{
	size_t longest = 0;
	uint32_t i;

	for (i = 0; i < config->outside_count; i++) {
		const char *prefix = config->outsides[i].prefix;
		size_t length = strlen(prefix);

		if (!starts(digits, prefix)) {
			better(best, compare(digits, prefix), MEANS_OUTSIDE);
			continue;
		}
		if (length < longest)
			continue;
		longest = length;
		best->outside = i;
		if (digits[length] == '\0' && length > 0) {
			better(best, DIAL_PARTIAL, MEANS_OUTSIDE);
			continue;
		}
		if (is_emergency(config, digits + length, best))
			return;
		best->match = DIAL_MAY_GROW;
		best->means = MEANS_OUTSIDE;
		best->arguments = digits + length;
	}
}

static struct dialled analyse(const struct phone *phone)
{
	const struct control *control = phone->control;
	const struct config *config = control->config;
	const char *digits = phone->digits;
	struct dialled best = {.match = DIAL_NOTHING};
	uint32_t i;

	if (phone->preset && is_emergency(config, digits + phone->preset, &best))
		return best; /* dialled over a question: no answer to it */
	if (is_emergency(config, digits, &best))
		return best;
	best.match = codes_match(control, digits, &best.code, &best.arguments);
	if (best.match >= DIAL_COMPLETE)
		best.means = MEANS_CODE;
	for (i = 0; i < config->emergency_count; i++)
		better(&best, compare(digits, config->emergency[i]), MEANS_EMERGENCY);
	for (i = 0; i < config->port_count; i++)
		if (config->ports[i].extension[0])
			better(&best, compare(digits, config->ports[i].extension), MEANS_EXTENSION);
	for (i = 0; i < config->queue_count; i++)
		if (config->queues[i].extension[0])
			better(&best, compare(digits, config->queues[i].extension), MEANS_QUEUE);
	if (best.means != MEANS_EXTENSION && best.means != MEANS_QUEUE && best.means != MEANS_CODE)
		match_outside(config, digits, &best);
	return best;
}

/* ---- class of service ---- */

static enum config_class class_of(const struct config *config, const char *number)
{
	bool america = strcmp(config->country, "us") == 0 || strcmp(config->country, "ca") == 0;

	if (starts(number, america ? "011" : "00"))
		return CONFIG_CLASS_INTERNATIONAL;
	if (starts(number, america ? "1" : "0"))
		return CONFIG_CLASS_NATIONAL;
	return CONFIG_CLASS_LOCAL;
}

/* What the telephone may call now: at night perhaps less. */
static enum config_class class_now(const struct phone *phone)
{
	const struct config *config = phone->control->config;
	const struct config_port *port = phone->settings;

	if (!port)
		return CONFIG_CLASS_NATIONAL;
	if (port->night_hours && port->night_hours <= config->hours_count &&
	    !hours_open(phone->control, &config->hours[port->night_hours - 1]))
		return port->night_class;
	return port->call_class;
}

static bool permitted(struct phone *phone, const char *number)
{
	enum config_class class = class_of(phone->control->config, number), allowed = class_now(phone);

	if (class > allowed || class == CONFIG_CLASS_INTERNATIONAL)
		caps_watch(phone);
	return class <= allowed;
}

/* ---- the call ---- */

static struct call *begin(struct phone *phone, enum call_direction direction, const char *to)
{
	struct call *call = call_new(phone->control, direction);
	struct call_record *record;
	size_t used = 0;

	if (!call) {
		phone_tone(phone, 42);
		return NULL;
	}
	record = &call->record;
	call_bind_phone(call, &call->a, phone);
	call->a.answered = true;
	if (phone->settings)
		text_copy(record->name, sizeof(record->name), phone->settings->name);
	text_append(record->port, sizeof(record->port), &used, "%.7s", phone->place);
	text_copy(record->from, sizeof(record->from),
	          phone->settings && phone->settings->extension[0] ? phone->settings->extension : record->port);
	text_copy(record->from_raw, sizeof(record->from_raw), record->from);
	text_copy(record->to, sizeof(record->to), to);
	call_note(call, TRACE_DIALLED, &call->a, TRACE_IN, "dials %s", to);
	phone_set_state(phone, PHONE_IN_CALL);
	audio_stop(phone->control, phone->channel);
	record_post(call, false);
	return call;
}

static void call_extension(struct phone *phone)
{
	struct call *call = begin(phone, CALL_INTERNAL, phone->digits);
	struct phone *other;

	if (!call)
		return;
	other = extension_find(phone->control, call->record.to);
	if (other)
		extension_call(call, other);
	else
		call_b_failed(call, 27, "telephone is out of service");
}

static void refuse(struct phone *phone, const char *first, const char *second)
{
	const char *names[3] = {first, second, NULL};

	phone->digits[0] = '\0';
	phone_say(phone, names);
}

/* With somebody on hold that one goes to the queue, at once: nothing can be talked over with a queue first. */
static void call_queue(struct phone *phone)
{
	static const char *const names[] = {"transferring", NULL};
	int32_t queue = queue_find_extension(phone->control, phone->digits);
	struct call *call;

	if (queue < 0)
		return;
	if (phone->held) {
		queue_transfer(phone, phone->held, (uint32_t)queue);
		phone->digits[0] = '\0';
		phone_say(phone, names);
		return;
	}
	call = begin(phone, CALL_INTERNAL, phone->digits);
	if (call)
		queue_enter(call, (uint32_t)queue);
}

static void call_outside(struct phone *phone, const struct dialled *dialled)
{
	char number[PHONE_DIGITS_MAX + 1];
	struct call *call;

	text_copy(number, sizeof(number), dialled->arguments);
	bool allowed = permitted(phone, number);

	if (!allowed || caps_reached(phone->control, phone, dialled->outside)) {
		log_write(LOG_NOTICE, LOG_CALL, "port %s: %s is %s", phone->place, phone->digits,
		          allowed ? "refused: the limit of calls out is reached" : "beyond its class of service");
		refuse(phone, audio_prompt_exists(phone->control, "not-permitted") ? "not-permitted" : "pbx-invalid",
		       NULL);
		return;
	}
	if (no_new_calls(phone->control)) {
		phone_tone(phone, 41);
		return;
	}
	text_copy(number, sizeof(number), phone->digits);
	call = begin(phone, CALL_OUT, number);
	if (call)
		outside_call(call, dialled->outside, number);
}

static void call_emergency(struct phone *phone, const char *number)
{
	char digits[PHONE_DIGITS_MAX + 1];
	struct call *call;

	text_copy(digits, sizeof(digits), number);
	call = begin(phone, CALL_OUT, digits);
	if (call)
		outside_emergency(call, digits);
}

static void carry_out(struct phone *phone, const struct dialled *dialled, bool ended)
{
	timer_stop(phone->control->timers, &phone->digit_timer);
	switch (dialled->means) {
	case MEANS_CODE:
		codes_run(phone, dialled->code, dialled->arguments, ended);
		break;
	case MEANS_EMERGENCY:
		call_emergency(phone, dialled->arguments ? dialled->arguments : phone->digits);
		break;
	case MEANS_QUEUE:
		call_queue(phone);
		break;
	case MEANS_EXTENSION:
		call_extension(phone);
		break;
	case MEANS_OUTSIDE:
		call_outside(phone, dialled);
		break;
	case MEANS_NOTHING:
		refuse(phone, "pbx-invalid", NULL);
		phone->misdialled = !ended; /* ended: what comes next is another number */
		if (phone->misdialled)
			control_start(phone->control, &phone->digit_timer, TIMER_dialled_on);
		break;
	}
}

void phone_dial(struct phone *phone, bool ended)
{
	size_t length = strlen(phone->digits);
	struct dialled dialled = analyse(phone);

	/* `#` ends a number; in a code it belongs to the code. */
	if (length > 1 && phone->digits[length - 1] == '#' && phone->digits[0] != '*') {
		phone->digits[length - 1] = '\0';
		dialled = analyse(phone);
		ended = true;
	}
	if (dialled.match == DIAL_NOTHING) {
		dialled.means = MEANS_NOTHING;
		carry_out(phone, &dialled, ended);
	} else if (dialled.match == DIAL_COMPLETE || (ended && dialled.match == DIAL_MAY_GROW)) {
		carry_out(phone, &dialled, ended);
	} else if (ended) {
		dialled.means = MEANS_NOTHING;
		carry_out(phone, &dialled, ended);
	} else {
		control_start(phone->control, &phone->digit_timer,
		              dialled.match == DIAL_MAY_GROW ? TIMER_matched_digit : TIMER_inter_digit);
	}
}
