/*
 * What a supervisor does to those who wait: another priority, out of the queue, a queue emptied or closed for the day.
 */
#include "admin/internal.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

#define DESTINATIONS                                                                                                   \
	"queue Q, extension N, agent N, huntgroup H, menu M, hours H, announce PROMPT [then DEST], external NUMBER "   \
	"or hangup "                                                                                                   \
	"[CAUSE]"

/* The text behind the word "reason", or "" if there is none; the words from there on are taken off. -1: no text. */
static int take_reason(struct admin *admin, struct session *session, unsigned from)
{
	struct words *words = &session->words;
	admin->request.text[0] = '\0';
	for (unsigned i = from; i < words->count; i++) {
		if (strcmp(words->word[i], "reason"))
			continue;
		size_t used = 0;
		for (unsigned j = i + 1; j < words->count; j++)
			text_append(admin->request.text, sizeof(admin->request.text), &used, "%s%s",
			            j > i + 1 ? " " : "", words->word[j]);
		words->count = i;
		return used ? 0 : -1;
	}
	return 0;
}

/* One destination: the words from there on, up to "then" behind an announcement or to the end. The words taken; 0:
 * none. */
static unsigned take_step(const struct words *words, unsigned from, struct config_destination *to)
{
	unsigned count = words->count > from ? words->count - from : 0;
	int type = count ? text_name_index(config_destination_names, DEST_TYPE_COUNT, words->word[from]) : -1;
	uint32_t cause = 16;
	*to =
	    (struct config_destination){.type = type > 0 ? (enum config_destination_type)type : DEST_NONE, .then = -1};
	if (to->type == DEST_HANGUP) {
		if (count > 2 || (count == 2 && text_to_u32(words->word[from + 1], 1, 127, &cause)))
			return 0;
		to->cause = (uint8_t)cause;
		return count;
	}
	bool goes_on = to->type == DEST_ANNOUNCE && count > 3 && !strcmp(words->word[from + 2], "then");
	if (type <= 0 || (count != 2 && !goes_on) || strlen(words->word[from + 1]) >= sizeof(to->name))
		return 0;
	to->cause = (uint8_t)cause;
	text_copy(to->name, sizeof(to->name), words->word[from + 1]);
	return 2;
}

/* The words from there on to the end of the line: announcements, if any, and where callers go. */
static int take_route(struct admin *admin, struct session *session, unsigned from, const char *what)
{
	struct words *words = &session->words;
	struct control_request *request = &admin->request;
	request->route_count = 0;
	for (;;) {
		struct config_destination *to = &request->route[request->route_count];
		unsigned taken = take_step(words, from, to);
		if (!taken)
			return fault_set(&session->fault, -EINVAL, "%s: expected a destination: " DESTINATIONS, what);
		request->route_count++;
		from += taken;
		if (from == words->count)
			return 0;
		if (request->route_count == CONTROL_ROUTE_STEPS)
			return fault_set(&session->fault, -EINVAL, "%s: at most %d announcements and destinations",
			                 what, CONTROL_ROUTE_STEPS);
		to->then = request->route_count;
		from++; /* "then" */
	}
}

static bool is(const struct session *session, unsigned word, const char *name)
{
	return word < session->words.count && !strcmp(session->words.word[word], name);
}

int begin_call(struct admin *admin, struct session *session)
{
	struct words *words = &session->words;
	unsigned first = session->first;
	uint32_t priority;
	if (words->count < first + 2 || text_to_u32(words->word[first], 1, UINT32_MAX, &admin->request.number))
		return fault_set(&session->fault, -EINVAL,
		                 "call: expected the number of a call (see show calls), then priority or withdraw");
	int reason = take_reason(admin, session, first + 2);
	if (is(session, first + 1, "priority")) {
		if (words->count != first + 3 || text_to_u32(words->word[first + 2], 1, 10, &priority))
			return fault_set(&session->fault, -EINVAL, "call %u priority: expected 1 (first) to 10",
			                 admin->request.number);
		if (reason || !admin->request.text[0])
			return fault_set(&session->fault, -EINVAL,
			                 "call %u priority %u: expected reason TEXT, which is logged",
			                 admin->request.number, priority);
		admin->request.type = CONTROL_CALL_PRIORITY;
		admin->request.reason = (uint8_t)priority;
		return 0;
	}
	if (!is(session, first + 1, "withdraw"))
		return fault_set(&session->fault, -EINVAL, "call %u %s: expected priority or withdraw",
		                 admin->request.number, words->word[first + 1]);
	admin->request.type = CONTROL_CALL_WITHDRAW;
	return take_route(admin, session, first + 2, "call N withdraw");
}

static int queue_result(struct admin *admin, struct session *session)
{
	if (admin->request.result < 0)
		session->fault = admin->request.fault;
	return admin->request.result;
}

int run_call(struct admin *admin, struct session *session)
{
	return queue_result(admin, session);
}

int begin_queue(struct admin *admin, struct session *session)
{
	struct words *words = &session->words;
	unsigned first = session->first;
	if (words->count < first + 2 || strlen(words->word[first]) >= sizeof(admin->request.name))
		return fault_set(&session->fault, -EINVAL,
		                 "queue: expected the name of a queue, then evacuate or drain");
	text_copy(admin->request.name, sizeof(admin->request.name), words->word[first]);
	if (is(session, first + 1, "drain")) {
		bool on = words->count == first + 2 || is(session, first + 2, "on");
		if (words->count > first + 3 || (!on && !is(session, first + 2, "off")))
			return fault_set(&session->fault, -EINVAL, "queue %s drain: expected on or off",
			                 admin->request.name);
		admin->request.type = CONTROL_QUEUE_DRAIN;
		admin->request.reason = on;
		return 0;
	}
	if (!is(session, first + 1, "evacuate"))
		return fault_set(&session->fault, -EINVAL, "queue %s %s: expected evacuate or drain",
		                 admin->request.name, words->word[first + 1]);
	if (take_reason(admin, session, first + 2) || !admin->request.text[0])
		return fault_set(&session->fault, -EINVAL,
		                 "queue %s evacuate: expected reason TEXT behind the destination; it is kept with the "
		                 "calls",
		                 admin->request.name);
	admin->request.type = CONTROL_QUEUE_EVACUATE;
	return take_route(admin, session, first + 2, "queue Q evacuate");
}

int run_queue(struct admin *admin, struct session *session)
{
	int result = queue_result(admin, session);
	if (!result && admin->request.type == CONTROL_QUEUE_EVACUATE)
		fprintf(session->out, "%u callers are sent away\n", admin->request.number);
	return result;
}
