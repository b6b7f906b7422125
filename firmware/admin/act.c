/*
 * Commands that do something to calls and agents, and the ends of a session.
 */
#include "admin/internal.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

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

/* The reason of a pause: its number, or its words. */
static int read_reason(struct admin *admin, struct session *session, const char *word)
{
	const struct config *config = admin->config;
	uint32_t reason;
	if (!text_to_u32(word, 0, 99, &reason)) {
		admin->request.reason = (uint8_t)reason;
		return 0;
	}
	for (uint32_t i = 0; config && i < config->reason_count; i++)
		if (!strcasecmp(config->reasons[i].text, word)) {
			admin->request.reason = config->reasons[i].number;
			return 0;
		}
	return fault_set(&session->fault, -EINVAL, "agent %u %s %s: expected a reason's number or name",
	                 admin->request.number, session->words.word[session->first + 1], word);
}

static int read_disposition(struct admin *admin, struct session *session, const char *word)
{
	text_copy(admin->request.text, sizeof(admin->request.text), word);
	return 0;
}

/* Where to log in. */
static int read_place(struct admin *admin, struct session *session, const char *word)
{
	char span[4] = "";
	const char *slash = strchr(word, '/');
	uint32_t s = 0, c = 0;
	if (!strcmp(word, "outside")) {
		admin->request.outside = true;
		return 0;
	}
	if (slash && (size_t)(slash - word) < sizeof(span))
		memcpy(span, word, (size_t)(slash - word));
	if (text_to_u32(span, 1, CONFIG_SPANS_MAX, &s) || text_to_u32(slash + 1, 1, 31, &c))
		return fault_set(&session->fault, -EINVAL,
		                 "agent %u login %s: expected a telephone, such as 2/1, or outside",
		                 admin->request.number, word);
	admin->request.port_span = (uint8_t)s;
	admin->request.port_timeslot = (uint8_t)c;
	return 0;
}

int begin_agent(struct admin *admin, struct session *session)
{
	static const struct {
		const char *word;
		enum control_request_type type;
		int (*more)(struct admin *admin, struct session *session, const char *word);
	} actions[] = {{"login", CONTROL_AGENT_LOGIN, read_place},
	               {"logout", CONTROL_AGENT_LOGOUT, read_reason},
	               {"pause", CONTROL_AGENT_PAUSE, read_reason},
	               {"ready", CONTROL_AGENT_READY, NULL},
	               {"disposition", CONTROL_AGENT_DISPOSITION, read_disposition}};
	struct words *words = &session->words;
	unsigned count = words->count - session->first;
	int found = -1;
	if (count < 2 || text_to_u32(words->word[session->first], 1, UINT32_MAX, &admin->request.number))
		return fault_set(&session->fault, -EINVAL,
		                 "agent: expected a number, then login [S/C|outside], logout [REASON], pause [REASON], "
		                 "ready or disposition CODE");
	const char *word = words->word[session->first + 1];
	for (int i = 0; i < (int)ARRAY_SIZE(actions); i++)
		if (!strncmp(actions[i].word, word, strlen(word)))
			found = found < 0 || !strcmp(actions[i].word, word) ? i : (int)ARRAY_SIZE(actions);
	if (found < 0 || found == (int)ARRAY_SIZE(actions))
		return fault_set(&session->fault, -EINVAL,
		                 "agent %u %s: expected login, logout, pause, ready or disposition",
		                 admin->request.number, word);
	if (count > (actions[found].more ? 3 : 2))
		return fault_set(&session->fault, -EINVAL, "agent %u %s %s: expected nothing more",
		                 admin->request.number, actions[found].word,
		                 words->word[session->first + (actions[found].more ? 3 : 2)]);
	admin->request.type = actions[found].type;
	admin->request.reason = 0;
	admin->request.port_span = admin->request.port_timeslot = 0;
	admin->request.outside = false;
	admin->request.text[0] = '\0';
	if (admin->request.type == CONTROL_AGENT_DISPOSITION && count < 3)
		return fault_set(&session->fault, -EINVAL, "agent %u disposition: expected a code of the queue",
		                 admin->request.number);
	return count == 3 ? actions[found].more(admin, session, words->word[session->first + 2]) : 0;
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
	if (!admin->trial_hook ||
	    (strcmp(what, "disk") != 0 && strcmp(what, "supply") != 0 && strcmp(what, "sound") != 0))
		return fault_set(&session->fault, -EINVAL,
		                 "debug: expected disk full, disk ok, supply failing, supply ok, sound lost, sound ok "
		                 "or clock SECONDS");
	int error = admin->trial_hook(admin->trial_user, what, word);
	return error ? fault_set(&session->fault, error, "debug %s %s: refused", what, word) : 0;
}

int run_exit(struct admin *admin, struct session *session)
{
	session->leaving = true;
	return 0;
}
