/*
 * Commands that do something to calls and agents, and the ends of a session.
 */
#include "admin/internal.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

int begin_clear_call(struct admin *admin, struct session *session)
{
	struct words *words = &session->words;
	if (words->count != session->first + 1 ||
	    text_to_u32(words->word[session->first], 1, UINT32_MAX, &admin->request.number))
		return fault_set(&session->fault, -EINVAL,
		                 "clear call: expected the number of a call (see show calls)");
	admin->request.type = CONTROL_CLEAR_CALL;
	return 0;
}

/* What control says; a sentence of our own where it gave none. */
static int request_result(struct admin *admin, struct session *session, const char *what)
{
	struct control_request *request = &admin->request;
	if (!request->result)
		return 0;
	session->fault = request->fault;
	if (session->fault.text[0])
		return request->result;
	return fault_set(&session->fault, request->result, "%s %u: %s", what, request->number,
	                 request->result == -ENOENT ? "there is none" : strerror(-request->result));
}

int run_clear_call(struct admin *admin, struct session *session)
{
	return request_result(admin, session, "call");
}

int begin_agent(struct admin *admin, struct session *session)
{
	static const struct {
		const char *word;
		enum control_request_type type;
	} actions[] = {
	    {"logout", CONTROL_AGENT_LOGOUT}, {"pause", CONTROL_AGENT_PAUSE}, {"ready", CONTROL_AGENT_READY}};
	struct words *words = &session->words;
	unsigned count = words->count - session->first;
	uint32_t reason = 0;
	if (count < 2 || count > 3 || text_to_u32(words->word[session->first], 1, UINT32_MAX, &admin->request.number))
		return fault_set(&session->fault, -EINVAL,
		                 "agent: expected a number, then logout, pause [REASON] or ready");
	const char *word = words->word[session->first + 1];
	bool pause = !strncmp("pause", word, strlen(word));
	if (count == 3 && (!pause || text_to_u32(words->word[session->first + 2], 0, 99, &reason)))
		return fault_set(&session->fault, -EINVAL, "agent %u %s %s: expected %s", admin->request.number, word,
		                 words->word[session->first + 2], pause ? "a reason's number" : "nothing more");
	admin->request.reason = (uint8_t)reason;
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		if (strncmp(actions[i].word, word, strlen(word)))
			continue;
		admin->request.type = actions[i].type;
		return 0;
	}
	return fault_set(&session->fault, -EINVAL, "agent %u %s: expected logout, pause or ready",
	                 admin->request.number, word);
}

int run_agent(struct admin *admin, struct session *session)
{
	return request_result(admin, session, "agent");
}

/* As if the wall clock were set by so many seconds. */
static int debug_clock(struct session *session, const char *word)
{
	bool back = *word == '-';
	uint32_t seconds;
	if (text_to_u32(word + back, 0, INT32_MAX, &seconds))
		return fault_set(&session->fault, -EINVAL, "debug clock: expected seconds, such as 3600 or -3600");
	clock_step_wall_us((back ? -(int64_t)seconds : (int64_t)seconds) * (int64_t)US_PER_S);
	return 0;
}

int run_debug(struct admin *admin, struct session *session)
{
	const struct words *words = &session->words;
	const char *what = words->count == session->first + 2 ? words->word[session->first] : "";
	const char *word = *what ? words->word[session->first + 1] : "";
	if (!strcmp(what, "clock"))
		return debug_clock(session, word);
	if (!admin->trial_hook || (strcmp(what, "disk") != 0 && strcmp(what, "supply") != 0))
		return fault_set(&session->fault, -EINVAL,
		                 "debug: expected disk full, disk ok, supply failing, supply ok or clock SECONDS");
	int error = admin->trial_hook(admin->trial_user, what, word);
	return error ? fault_set(&session->fault, error, "debug %s %s: refused", what, word) : 0;
}

int run_exit(struct admin *admin, struct session *session)
{
	session->leaving = true;
	return 0;
}
