/*
 * request restart, request power-off: the machine of the box; of a program on somebody's host only the program ends.
 * With "drain" no new calls are taken and those in progress may end first.
 */
#include "admin/internal.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/timer.h"

#define DRAIN_MS     UINT64_C(1800000) /* unless something else is said */
#define DRAIN_MS_MAX UINT64_C(86400000)
#define ANSWER_US    (200 * US_PER_MS) /* the answer goes out first */

static enum power_kind kind_of(const struct session *session)
{
	return !strcmp(session->command->words, "request restart") ? POWER_RESTART : POWER_OFF;
}

static bool is_box(const struct admin *admin)
{
	return admin->parts.boot && admin->parts.boot->folder[0];
}

static const char *what_happens(const struct admin *admin, enum power_kind kind)
{
	if (!is_box(admin))
		return "belfryd ends (it is a program on this host, whose machine goes on)";
	return kind == POWER_RESTART ? "the box restarts" : "the box switches itself off";
}

/* [drain [DURATION]] confirm. 0: confirmed; 1: not yet. */
static int take_words(struct session *session, bool *drain, uint64_t *drain_ms)
{
	struct words *words = &session->words;
	unsigned at = session->first;
	*drain = at < words->count && !strcmp(words->word[at], "drain");
	*drain_ms = DRAIN_MS;
	at += *drain;
	if (*drain && at < words->count && strcmp(words->word[at], "confirm") != 0 &&
	    (text_to_duration_ms(words->word[at++], drain_ms) || *drain_ms < 1000 || *drain_ms > DRAIN_MS_MAX))
		return fault_set(&session->fault, -EINVAL,
		                 "%s drain %s: expected a duration from 1s to 24h, or confirm", session->command->words,
		                 words->word[at - 1]);
	if (at == words->count)
		return 1;
	if (at + 1 == words->count && !strcmp(words->word[at], "confirm"))
		return 0;
	return fault_set(&session->fault, -EINVAL, "%s: expected %s", session->command->words,
	                 session->command->arguments);
}

/* How many calls there are is asked for in any case. */
int begin_power(struct admin *admin, struct session *session)
{
	bool drain;
	uint64_t drain_ms;
	int result = take_words(session, &drain, &drain_ms);
	if (result < 0)
		return result;
	if (is_box(admin) && !power_watched(admin->parts.boot->folder))
		return fault_set(
		    &session->fault, -ENOTSUP,
		    "%s: this box's system does not listen for that; its supply may be switched off at any "
		    "time, no record is lost by it",
		    session->command->words);
	if (admin->power.kind != POWER_NONE)
		return fault_set(&session->fault, -EBUSY, "%s: %s is under way already: \"request cancel\" ends it",
		                 session->command->words, power_names[admin->power.kind]);
	if (admin->power.ending && !job_done(&admin->power.end.done))
		return fault_set(&session->fault, -EBUSY, "the box is too busy to answer: try again");
	admin->power.ending = false;
	admin->request.type = CONTROL_VIEW;
	admin->request.view = admin->control_view;
	return 0;
}

static uint32_t calls_of(const struct admin *admin)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < admin->control_view->call_count; i++)
		count += !admin->control_view->calls[i].record.ended_us;
	return count;
}

static int ask_first(struct admin *admin, struct session *session, enum power_kind kind, uint32_t calls)
{
	const char *words = session->command->words;
	if (!calls)
		return fault_set(&session->fault, -EINVAL, "%s: %s; no call is up; type \"%s confirm\" to have it",
		                 words, what_happens(admin, kind), words);
	return fault_set(&session->fault, -EINVAL,
	                 "%s: %s, and %u call%s would be cut; type \"%s drain confirm\" to let them end first, or "
	                 "\"%s confirm\"",
	                 words, what_happens(admin, kind), calls, calls == 1 ? "" : "s", words, words);
}

static int begin_drain(struct admin *admin, struct session *session, uint64_t drain_ms)
{
	struct power *power = &admin->power;
	memset(&power->request, 0, sizeof(power->request));
	power->request.type = CONTROL_DRAIN;
	power->request.number = 1;
	power->request.bell = admin->bell;
	text_copy(power->request.name, sizeof(power->request.name), session->user);
	text_copy(power->request.text, sizeof(power->request.text),
	          power->kind == POWER_RESTART ? "the box is to be restarted" : "the box is to be switched off");
	power->due_us = admin->now_us + drain_ms * US_PER_MS;
	int error = control_ask(admin->parts.control, &power->request);
	power->draining = !error;
	return error ? fault_set(&session->fault, error, "the box is too busy to answer: try again") : 0;
}

int run_power(struct admin *admin, struct session *session)
{
	enum power_kind kind = kind_of(session);
	struct power *power = &admin->power;
	char patience[24];
	bool drain;
	uint64_t drain_ms;
	uint32_t calls = calls_of(admin);
	int result = take_words(session, &drain, &drain_ms);
	if (result)
		return result < 0 ? result : ask_first(admin, session, kind, calls);
	power->kind = kind;
	power->due_us = admin->now_us + ANSWER_US;
	text_copy(power->user, sizeof(power->user), session->user);
	if (drain && (result = begin_drain(admin, session, drain_ms))) {
		power->kind = POWER_NONE;
		return result;
	}
	text_from_duration_ms(drain_ms, patience, sizeof(patience));
	if (drain)
		fprintf(session->out,
		        "no new calls are taken; %s when %u call%s ha%s ended, in %s at the latest; \"request cancel\" "
		        "until then\n",
		        what_happens(admin, kind), calls, calls == 1 ? "" : "s", calls == 1 ? "s" : "ve", patience);
	else
		fprintf(session->out, "%s now; %u call%s cut\n", what_happens(admin, kind), calls,
		        calls == 1 ? " is" : "s are");
	log_write(LOG_NOTICE, LOG_ADMIN, "%s%s asked for by %s", power_names[kind], drain ? " after the last call" : "",
	          session->user);
	return 0;
}

/* Takes new calls again. */
static void end_drain(struct admin *admin)
{
	struct power *power = &admin->power;
	power->end = (struct control_request){.type = CONTROL_DRAIN, .number = 0};
	if (control_ask(admin->parts.control, &power->end))
		log_write(LOG_ERROR, LOG_ADMIN, "calls could not be let in again: say \"request cancel\" once more");
	else
		power->kind = POWER_NONE;
	power->ending = power->kind == POWER_NONE;
}

int run_power_cancel(struct admin *admin, struct session *session)
{
	if (admin->power.kind == POWER_NONE)
		return fault_set(&session->fault, -ENOENT, "request cancel: nothing was asked for");
	if (admin->power.draining || admin->power.drained)
		end_drain(admin);
	else
		admin->power.kind = POWER_NONE;
	if (admin->power.kind != POWER_NONE)
		return fault_set(&session->fault, -EBUSY, "the box is too busy to answer: try again");
	admin->power.draining = admin->power.drained = false;
	fprintf(session->out, "neither restarted nor switched off; calls are taken\n");
	return 0;
}

/* An orderly stop: calls end, records are complete. */
static void act(struct admin *admin)
{
	struct power *power = &admin->power;
	int error = 0;
	if (is_box(admin))
		error = power_ask(admin->parts.socket_path, power->kind);
	else if (kill(getpid(), SIGTERM))
		error = -errno;
	power->due_us = TIMER_NEVER;
	if (!error)
		return;
	log_write(LOG_ERROR, LOG_ADMIN, "%s asked for by %s: %s; the box goes on", power_names[power->kind],
	          power->user, strerror(-error));
	if (power->drained)
		end_drain(admin);
	power->draining = power->drained = false;
	power->kind = POWER_NONE;
}

bool power_step(struct admin *admin)
{
	struct power *power = &admin->power;
	if (power->kind == POWER_NONE || power->due_us == TIMER_NEVER)
		return false;
	if (power->draining && job_done(&power->request.done)) {
		power->draining = false;
		power->drained = true;
		power->due_us = admin->now_us; /* the last call has ended */
	}
	if (admin->now_us < power->due_us)
		return false;
	power->drained |= power->draining; /* no longer waited for */
	act(admin);
	return true;
}

uint64_t power_deadline_us(const struct admin *admin)
{
	return admin->power.kind == POWER_NONE ? TIMER_NEVER : admin->power.due_us;
}
