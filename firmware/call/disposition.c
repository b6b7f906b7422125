/*
 * Dispositions: what a call was about, given by its agent with a code, in the call, in wrap-up or later, for the last
 * call it had. Where a queue demands one, the agent's wrap-up is not left before. Who owes one, and for which call, is
 * kept over a restart.
 */
#include "call/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_PREFIX "disposition "
#define OWES        "owes"
#define MAY         "may"

/* An agent's last call from a queue that has dispositions. */
struct last_call {
	uint32_t agent; /* 0: free */
	uint32_t call;
	char queue[CONFIG_NAME_BYTES];
	bool talks, given, owes;
};

int dispositions_new(struct control *control)
{
	control->last_calls = calloc(CONFIG_AGENTS_MAX, sizeof(*control->last_calls));
	return control->last_calls ? 0 : -ENOMEM;
}

static struct last_call *last_of(const struct control *control, uint32_t agent)
{
	uint32_t i;

	for (i = 0; agent && i < CONFIG_AGENTS_MAX; i++)
		if (control->last_calls[i].agent == agent)
			return &control->last_calls[i];
	return NULL;
}

static struct last_call *free_entry(const struct control *control)
{
	uint32_t i;

	for (i = 0; i < CONFIG_AGENTS_MAX; i++)
		if (!control->last_calls[i].agent)
			return &control->last_calls[i];
	return NULL;
}

static const struct config_queue *queue_named(const struct control *control, const char *name)
{
	const struct config *config = control->config;
	uint32_t i;

	for (i = 0; i < config->queue_count; i++)
		if (strcmp(config->queues[i].name, name) == 0)
			return &config->queues[i];
	return NULL;
}

static void keep(struct control *control, const struct last_call *last)
{
	char name[STORE_KEPT_BYTES], value[STORE_VALUE_BYTES];
	size_t name_used = 0, used = 0;

	text_append(name, sizeof(name), &name_used, KEPT_PREFIX "%u", last->agent);
	text_append(value, sizeof(value), &used, "%u %s %s", last->call, last->owes ? OWES : MAY, last->queue);
	if (store_keep(control->parts.store, name, last->call ? value : "") < 0)
		log_write(LOG_ERROR, LOG_CALL, "agent %u: the call that a disposition is due for could not be kept",
		          last->agent);
}

static void forget(struct control *control, struct last_call *last)
{
	last->call = 0;
	keep(control, last);
	*last = (struct last_call){.agent = 0};
}

static void tell(struct control *control, uint32_t agent, enum acd_event_type type)
{
	int32_t index = agent_index(control, agent);
	struct acd_event event = {.type = type, .agent = (acd_agent)index, .port = ACD_NONE};

	if (index >= 0)
		control_send_acd(control, &event);
}

/* ---- the call ---- */

void disposition_talk(const struct call *call, uint32_t agent)
{
	struct control *control = call->control;
	struct last_call *last = last_of(control, agent);

	if (!queue_settings(call)->disposition_count && !last)
		return;
	if (!last)
		last = free_entry(control);
	if (!last)
		return; /* as many entries as agents there can be: only until deleted ones are forgotten */
	if (last->owes)
		tell(control, agent, ACD_AGENT_SETTLED); /* cannot be: nobody who owes is offered a call */
	*last = (struct last_call){.agent = agent, .call = call->record.id, .talks = true};
	text_copy(last->queue, sizeof(last->queue), queue_settings(call)->name);
	if (queue_settings(call)->disposition_count)
		keep(control, last); /* after a power cut in it a code is for it, not for the one before */
}

void disposition_undone(const struct call *call, uint32_t agent)
{
	struct last_call *last = last_of(call->control, agent);

	if (last && last->call == call->record.id)
		forget(call->control, last);
}

/* An agent who gives the caller back has not dealt with the call. */
enum acd_talk_end disposition_talk_ends(struct call *call)
{
	struct control *control = call->control;
	struct last_call *last = last_of(control, call->record.agent);
	const struct config_queue *queue = queue_settings(call);

	if (call->given_back)
		return ACD_TALK_GIVEN_BACK;
	if (!last || last->call != call->record.id)
		return ACD_TALK_OVER;
	last->talks = false;
	last->owes = queue->disposition_count && queue->disposition_forced && !last->given;
	keep(control, last);
	return last->owes ? ACD_TALK_OWES : ACD_TALK_OVER;
}

bool disposition_owed(const struct control *control, uint32_t agent)
{
	const struct last_call *last = last_of(control, agent);

	return last && last->owes;
}

void disposition_carry(struct control *control, uint32_t agent)
{
	if (!disposition_owed(control, agent))
		return;
	tell(control, agent, ACD_AGENT_WRAP_UP_END); /* its time is not waited for */
	tell(control, agent, ACD_AGENT_SETTLED);     /* the log-out is followed now */
	tell(control, agent, ACD_AGENT_OWES);        /* and wrap-up goes on with the next log-in */
}

int disposition_refuses(const struct control *control, uint32_t agent, struct fault *fault)
{
	const struct last_call *last = last_of(control, agent);

	if (!last || !last->owes)
		return 0;
	return fault_set(fault, -EBUSY,
	                 "agent %u: wrap-up waits for the disposition of call %u, queue %s: %s and the code and # at "
	                 "the telephone, or agent %u disposition CODE",
	                 agent, last->call, last->queue, control->config->codes[CODE_DISPOSITION], agent);
}

/* ---- given ---- */

static const struct config_disposition *find(const struct config_queue *queue, const char *code)
{
	uint32_t i;

	for (i = 0; queue && i < queue->disposition_count; i++)
		if (strcmp(queue->dispositions[i].code, code) == 0)
			return &queue->dispositions[i];
	return NULL;
}

static int refuse_code(const struct config_queue *queue, uint32_t agent, const char *code, struct fault *fault)
{
	char list[160] = "";
	size_t used = 0;
	uint32_t i;

	for (i = 0; queue && i < queue->disposition_count; i++)
		text_append(list, sizeof(list), &used, "%s%s %s", i ? ", " : "", queue->dispositions[i].code,
		            queue->dispositions[i].text);
	return fault_set(fault, -EINVAL, "agent %u disposition %s: expected a code of queue %s: %s", agent, code,
	                 queue ? queue->name : "(deleted)", list[0] ? list : "it has none");
}

static void settle(struct control *control, struct last_call *last)
{
	last->owes = false;
	tell(control, last->agent, ACD_AGENT_SETTLED);
}

int disposition_give(struct control *control, uint32_t agent, const char *code, struct fault *fault)
{
	struct last_call *last = last_of(control, agent);
	const struct config_queue *queue = last ? queue_named(control, last->queue) : NULL;
	const struct config_disposition *found = find(queue, code);
	struct call *call = last ? call_by_id(control, last->call) : NULL;
	struct call_disposition given = {.agent = agent, .at_us = clock_wall_us()};
	int error;

	if (!last)
		return fault_set(fault, -ENOENT,
		                 "agent %u disposition %s: the agent has had no call of a queue with dispositions",
		                 agent, code);
	if (!found)
		return refuse_code(queue, agent, code, fault);
	text_copy(given.code, sizeof(given.code), found->code);
	text_copy(given.text, sizeof(given.text), found->text);
	error = store_dispose(control->parts.store, last->call, &given, agent);
	if (error && last->owes)
		settle(control, last); /* the calls come first: nobody is held back by a disk */
	if (error)
		return fault_set(fault, error, "agent %u disposition %s: it cannot be kept at the moment", agent, code);
	if (call) {
		call->record.disposition = given;
		call_note(call, TRACE_QUEUE, NULL, TRACE_IN, "disposition %s %s, by agent %u", given.code, given.text,
		          agent);
	}
	log_write(LOG_INFO, LOG_CALL, "call %08x: disposition %s %s, by agent %u", last->call, given.code, given.text,
	          agent);
	last->given = true;
	if (last->owes)
		settle(control, last);
	if (!last->talks)
		keep(control, last);
	return 0;
}

/* ---- at the telephone ---- */

static void say(struct phone *phone, const char *name)
{
	const char *names[] = {name, NULL};

	phone_say(phone, names);
}

void disposition_ask(struct phone *phone)
{
	phone_ask(phone, CODE_DISPOSITION, "agent-disposition");
}

void disposition_code(struct phone *phone, const char *code)
{
	struct fault fault = {""};

	if (!phone->agent) {
		say(phone, "invalid");
	} else if (!code[0]) {
		disposition_ask(phone);
	} else if (disposition_give(phone->control, phone->agent, code, &fault) < 0) {
		log_write(LOG_NOTICE, LOG_CALL, "port %s: %s", phone->place, fault.text);
		say(phone, "invalid");
	} else {
		phone->disposing = phone->agent; /* confirmed once it is on flash */
	}
}

/* Dialled into the call itself, without putting the caller on hold: the keys of the code, then #. */
void disposition_call_digit(struct phone *phone, char digit)
{
	const char *keys = phone->control->config->codes[CODE_DISPOSITION];
	size_t length = strlen(phone->digits), key_length = strlen(keys);
	struct fault fault = {""};
	const struct call *call = phone->call;

	if (!phone->agent || !call || call->state != CALL_TALKING || !call->acd || call->b.kind != PARTY_PHONE ||
	    call->b.phone != phone)
		return;
	if (length == PHONE_DIGITS_MAX)
		length = 0;
	phone->digits[length] = digit;
	phone->digits[length + 1] = '\0';
	if (strncmp(keys, phone->digits, length < key_length ? length + 1 : key_length) != 0) {
		phone->digits[0] = digit == keys[0] ? digit : '\0';
		phone->digits[1] = '\0';
		return;
	}
	if (digit != '#' || length < key_length)
		return;
	phone->digits[length] = '\0';
	if (disposition_give(phone->control, phone->agent, phone->digits + key_length, &fault) < 0) {
		log_write(LOG_NOTICE, LOG_CALL, "port %s: %s", phone->place, fault.text);
		audio_beeps(phone->control, phone->channel, 2);
	} else {
		phone->disposing = phone->agent;
	}
	phone->digits[0] = '\0';
}

/* The telephone where it was given; giving it may have logged the agent out there. */
static struct phone *given_at(const struct control *control, uint32_t agent)
{
	uint32_t i;

	for (i = 0; agent && i < MEDIA_CHANNELS_MAX; i++)
		if (control->phones[i].exists && control->phones[i].disposing == agent)
			return &control->phones[i];
	return NULL;
}

/* On flash; or, written false, in memory until it can be. Who has dialled on meanwhile is not interrupted. */
void disposition_kept(struct control *control, uint32_t agent, bool written)
{
	struct phone *phone = given_at(control, agent);
	const char *prompt = written ? "agent-disposition-saved" : "beep";

	if (!written)
		log_write(LOG_WARNING, LOG_CALL, "agent %u: the disposition is not on flash yet", agent);
	if (!phone) {
		login_line_disposed(control, agent, prompt);
		return;
	}
	phone->disposing = 0;
	if (phone->state == PHONE_DIALLING && !phone->digits[0])
		say(phone, prompt);
	else if (phone->state == PHONE_IN_CALL)
		audio_beeps(control, phone->channel, 1);
}

/* ---- settings and restarts ---- */

void dispositions_settings(struct control *control, bool first)
{
	uint32_t i;

	for (i = 0; i < CONFIG_AGENTS_MAX; i++) {
		struct last_call *last = &control->last_calls[i];
		const struct config_queue *queue = last->agent ? queue_named(control, last->queue) : NULL;

		if (!last->agent)
			continue;
		if (agent_index(control, last->agent) < 0) {
			forget(control, last);
		} else if (last->owes && (!queue || !queue->disposition_forced)) {
			if (!first)
				settle(control, last);
			last->owes = false;
			keep(control, last);
		}
	}
}

void dispositions_read(struct control *control, const char *name, const char *value)
{
	char text[STORE_VALUE_BYTES], *rest = text, *call, *kind;
	struct last_call *last = free_entry(control);
	uint32_t agent, id;

	if (strncmp(name, KEPT_PREFIX, strlen(KEPT_PREFIX)) != 0 || !last ||
	    text_to_u32(name + strlen(KEPT_PREFIX), 1, UINT32_MAX, &agent) < 0 || !text_copy(text, sizeof(text), value))
		return;
	call = strsep(&rest, " ");
	kind = strsep(&rest, " ");
	if (!rest || text_to_u32(call, 1, UINT32_MAX, &id) < 0)
		return;
	*last = (struct last_call){.agent = agent, .call = id, .owes = strcmp(kind, OWES) == 0};
	last->given = !last->owes;
	text_copy(last->queue, sizeof(last->queue), rest);
}

void dispositions_restore(struct control *control)
{
	uint32_t i;

	for (i = 0; i < CONFIG_AGENTS_MAX; i++)
		if (control->last_calls[i].owes)
			tell(control, control->last_calls[i].agent, ACD_AGENT_OWES);
}
