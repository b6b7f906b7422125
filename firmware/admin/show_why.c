/*
 * why CALL: each offer of a call, who was rung and why not another, and how it stands if it waits. show queue NAME
 * next: the same, asked beforehand.
 */
#include "admin/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "admin/cell.h"
#include "base/clock.h"
#include "base/text.h"

/* A call that is rung about for longer shows its first offers; the answer says so. */
#define WHY_OFFERS_SHOWN 64

/* What the agents are ranked by after missed offers and penalty; least is first. */
static const char *const measure_titles[ACD_STRATEGY_COUNT] = {
    [ACD_RING_ALL] = "Place",        [ACD_LINEAR] = "Place",          [ACD_CIRCULAR] = "Places on",
    [ACD_LONGEST_IDLE] = "Idle for", [ACD_LEAST_OCCUPIED] = "Busy",   [ACD_FEWEST_CALLS] = "Calls",
    [ACD_LEAST_TALK] = "Talk",       [ACD_ROUND_ROBIN] = "Last rung", [ACD_RANDOM] = "Lot",
    [ACD_WEIGHTED_RANDOM] = "Lot",   [ACD_SKILLS] = "Sum of levels",  [ACD_ALLOCATION] = "Of its share",
};

static int no_room(struct session *session)
{
	return fault_set(&session->fault, -ENOMEM, "no memory for the answer");
}

static int take_room(struct admin *admin, struct session *session)
{
	if (!admin->why)
		admin->why = calloc(WHY_OFFERS_SHOWN, sizeof(*admin->why));
	admin->why_request.why = admin->why;
	return admin->why ? 0 : no_room(session);
}

int begin_why(struct admin *admin, struct session *session)
{
	struct words *words = &session->words;
	uint32_t call;
	if (words->count != session->first + 1 || text_to_u32(words->word[session->first], 1, UINT32_MAX, &call))
		return fault_set(&session->fault, -EINVAL, "why: expected the number of a call (see show calls)");
	admin->why_request.call = call;
	admin->why_request.max = WHY_OFFERS_SHOWN;
	return take_room(admin, session);
}

/* show queue NAME, or with "next": only who would be rung. */
static bool only_next(const struct session *session)
{
	return session->words.count == session->first + 2;
}

int begin_show_queue(struct admin *admin, struct session *session)
{
	struct words *words = &session->words;
	const struct config *config = admin->config;
	const char *name = words->count > session->first ? words->word[session->first] : NULL;
	const char *next = only_next(session) ? words->word[session->first + 1] : "next";
	if (!name || words->count > session->first + 2 || !*next || strncmp("next", next, strlen(next)))
		return fault_set(&session->fault, -EINVAL,
		                 "show queue: expected the name of a queue, and next or nothing more");
	for (uint32_t i = 0; config && i < config->queue_count; i++) {
		if (strcmp(config->queues[i].name, name))
			continue;
		admin->why_request.call = 0;
		admin->why_request.queue = (acd_queue)i;
		admin->why_request.max = 1;
		return take_room(admin, session);
	}
	return fault_set(&session->fault, -ENOENT, "there is no queue %s", name);
}

/* ---- for programs ---- */

static void json_agent(struct json *json, const struct config *config, const struct acd_why_agent *agent)
{
	char reason[16];
	bool candidate = agent->verdict == ACD_CANDIDATE;
	json_open(json, NULL, '{');
	json_digits(json, "agent", agent->number);
	json_text(json, "verdict", text_name(acd_verdict_names, ACD_VERDICT_COUNT, (int)agent->verdict));
	json_some(json, "rank", agent->rank);
	json_number(json, "missed", agent->missed);
	json_number(json, "penalty", agent->penalty);
	if (candidate)
		json_number(json, "measure", agent->measure);
	else
		json_null(json, "measure");
	if (candidate)
		json_number(json, "tie", agent->tie);
	else
		json_null(json, "tie");
	json_some(json, "reason", agent->reason);
	json_text(json, "reason_text", pause_reason(config, agent->reason, reason, sizeof(reason)));
	json_time(json, "until", agent->until_us ? clock_wall_at_us(agent->until_us) : 0);
	if (agent->ago_us != ACD_WHY_UNKNOWN)
		json_number(json, "ago_ms", agent->ago_us / US_PER_MS);
	else
		json_null(json, "ago_ms");
	json_close(json, '}');
}

/* Tenths of a priority, less than 0 after a long wait: what the priority has become by ageing. */
static int64_t aged_tenths(const struct acd_why *why)
{
	return why->priority * INT64_C(10) - (int64_t)(why->waited_us / US_PER_MS * 10 / why->ageing_ms);
}

static bool has_aged(const struct acd_why *why)
{
	return why->call && why->priority && why->ageing_ms;
}

static void json_aged(struct json *json, const struct acd_why *why)
{
	json_digits(json, "waits_for", why->waits_for);
	if (has_aged(why))
		json_signed_tenths(json, "aged_priority", aged_tenths(why));
	else
		json_null(json, "aged_priority");
}

static void json_why(struct json *json, const char *name, const struct config *config, const struct acd_why *why)
{
	json_open(json, name, '{');
	json_time(json, "at", clock_wall_at_us(why->at_us));
	json_some(json, "call", why->call);
	json_some(json, "offer", why->offer);
	json_text(json, "queue", why->queue);
	json_text(json, "strategy", text_name(acd_strategy_names, ACD_STRATEGY_COUNT, (int)why->strategy));
	json_digits(json, "agent", why->agent_number);
	json_some(json, "priority", why->priority);
	json_number(json, "relaxed", why->stage);
	json_number(json, "waited_ms", why->waited_us / US_PER_MS);
	json_number(json, "kept_ms", why->kept_us / US_PER_MS);
	json_bool(json, "direct", why->direct);
	json_number(json, "others_waiting", why->waiting);
	json_open(json, "agents", '[');
	for (uint32_t i = 0; i < why->agent_count; i++)
		json_agent(json, config, &why->agents[i]);
	json_close(json, ']');
	json_number(json, "agents_left_out", why->left_out);
	json_aged(json, why);
	json_close(json, '}');
}

/* ---- for people ---- */

/* Idle for so long; rung so long ago, or before the box was started, or never. */
static void print_ago(FILE *out, enum acd_strategy strategy, uint64_t order, uint64_t ago_us)
{
	char text[32];
	size_t used = 0;
	uint64_t s = ago_us / US_PER_S;
	if (ago_us == ACD_WHY_UNKNOWN) {
		cell(out, -13, strategy == ACD_ROUND_ROBIN && order ? "before start" : NULL);
		return;
	}
	text_append(text, sizeof(text), &used, s < 60 ? "%" PRIu64 " s" : "%" PRIu64 ":%02" PRIu64 " min",
	            s < 60 ? s : s / 60, s % 60);
	cell_format(out, -13, "%s%s", text, strategy == ACD_ROUND_ROBIN ? " ago" : "");
}

static void print_measure(FILE *out, enum acd_strategy strategy, const struct acd_why_agent *agent)
{
	if (agent->verdict != ACD_CANDIDATE || strategy == ACD_RANDOM || strategy == ACD_WEIGHTED_RANDOM)
		cell(out, -13, NULL);
	else if (strategy == ACD_LEAST_TALK)
		cell_duration(out, -13, agent->measure / US_PER_MS);
	else if (strategy == ACD_LONGEST_IDLE || strategy == ACD_ROUND_ROBIN)
		print_ago(out, strategy, agent->measure, agent->ago_us);
	else if (strategy == ACD_LEAST_OCCUPIED || strategy == ACD_ALLOCATION)
		cell_format(out, -13, "%" PRIu64 "%%", (agent->measure * 100 + 32768) / 65536);
	else
		cell_format(out, -13, "%" PRIu64, agent->measure);
}

static void table_agent(FILE *out, const struct config *config, const struct acd_why *why,
                        const struct acd_why_agent *agent)
{
	char text[16];
	const char *reason = pause_reason(config, agent->reason, text, sizeof(text));
	cell_format(out, 8, "%u", agent->number);
	cell(out, 12, text_name(acd_verdict_names, ACD_VERDICT_COUNT, (int)agent->verdict));
	if (agent->rank)
		cell_format(out, -4, "%u", agent->rank);
	else
		cell(out, -4, NULL);
	cell_format(out, -6, "%u", agent->missed);
	cell_format(out, -7, "%u", agent->penalty);
	print_measure(out, why->strategy, agent);
	cell_time(out, agent->until_us ? clock_wall_at_us(agent->until_us) : 0);
	if (reason)
		fputs(reason, out);
	cell_end(out);
}

static void print_aged(FILE *out, const struct acd_why *why)
{
	int64_t tenths = aged_tenths(why);
	fprintf(out, " (%s%" PRIdMAX ".%" PRIdMAX " by ageing)", tenths < 0 ? "-" : "", imaxabs(tenths) / 10,
	        imaxabs(tenths) % 10);
}

static void table_why(FILE *out, const struct config *config, const struct acd_why *why)
{
	const char *title = text_name(measure_titles, ACD_STRATEGY_COUNT, (int)why->strategy);
	fprintf(out, "  queue %s, %s", why->queue,
	        text_name(acd_strategy_names, ACD_STRATEGY_COUNT, (int)why->strategy));
	if (why->call)
		fprintf(out, ", priority %u", why->priority);
	if (has_aged(why))
		print_aged(out, why);
	if (why->call)
		fprintf(out, ", waited %" PRIu64 " s, %u others wait", why->waited_us / US_PER_S, why->waiting);
	if (why->waits_for && !why->direct)
		fprintf(out, ", kept for agent %u of last time", why->waits_for);
	else if (why->direct)
		fputs(", for this agent alone", out);
	else if (why->kept_us)
		fprintf(out, ", kept for the agent of last time: %" PRIu64 " s", why->kept_us / US_PER_S);
	if (why->stage)
		fprintf(out, ", step %u of relaxation", why->stage);
	fputc('\n', out);
	fprintf(out, "  Agent    Verdict      Rank Missed Penalty %13s Until (UTC)\n", title);
	for (uint32_t i = 0; i < why->agent_count; i++) {
		fputs("  ", out);
		table_agent(out, config, why, &why->agents[i]);
	}
	if (why->left_out)
		fprintf(out, "  and %u more agents\n", why->left_out);
}

/* The scheduler's time is that of its last event; who waits has waited on since. */
static void bring_up_to_date(struct acd_why *why)
{
	uint64_t now_us = clock_now_us();
	if (why->offer || now_us <= why->at_us)
		return;
	if (why->call)
		why->waited_us += now_us - why->at_us;
	why->at_us = now_us;
}

/* Who gets a caller who waits. */
static void print_standing(FILE *out, const struct acd_why *why)
{
	if (why->agent_number)
		fprintf(out, "for agent %u\n", why->agent_number);
	else if (why->waits_for)
		fprintf(out, "for agent %u, who is not free\n", why->waits_for);
	else if (why->agent_count && why->agents[0].verdict == ACD_CANDIDATE)
		fputs("for an agent drawn by lot\n", out);
	else
		fputs("no agent is free for it\n", out);
}

static void print_offer(FILE *out, const struct acd_why *why)
{
	cell_time(out, clock_wall_at_us(why->at_us));
	if (why->offer) {
		fprintf(out, "offer %u to agent %u\n", why->offer, why->agent_number);
	} else {
		fputs("waits, ", out);
		print_standing(out, why);
	}
}

int run_why(struct admin *admin, struct session *session)
{
	FILE *out = session->out;
	struct json json = {.out = out};
	uint32_t count = admin->why_request.count;
	if (count)
		bring_up_to_date(&admin->why[count - 1]);
	if (session->json) {
		json_open(&json, NULL, '[');
		for (uint32_t i = 0; i < count; i++)
			json_why(&json, NULL, admin->config, &admin->why[i]);
		json_close(&json, ']');
		return 0;
	}
	if (!count)
		return fault_set(&session->fault, -ENOENT,
		                 "call %u: no offer is known (kept for the last %d offers of the box)",
		                 admin->why_request.call, ACD_WHY_OFFERS);
	for (uint32_t i = 0; i < count; i++) {
		print_offer(out, &admin->why[i]);
		table_why(out, admin->config, &admin->why[i]);
	}
	if (count == WHY_OFFERS_SHOWN)
		fprintf(out, "the first %d offers\n", WHY_OFFERS_SHOWN);
	return 0;
}

static const struct acd_queue_view *queue_view(const struct admin *admin, const char *name)
{
	for (uint32_t i = 0; i < admin->acd_view->queue_count; i++)
		if (!strcmp(admin->acd_view->queues[i].name, name))
			return &admin->acd_view->queues[i];
	return NULL;
}

static void json_whole(struct json *json, const struct admin *admin, const struct acd_queue_view *queue)
{
	json_open(json, NULL, '{');
	json_queue(json, admin, queue);
	json_why(json, "next", admin->config, &admin->why[0]);
	json_close(json, '}');
}

int run_show_queue(struct admin *admin, struct session *session)
{
	FILE *out = session->out;
	struct json json = {.out = out};
	struct acd_why *why = &admin->why[0];
	const char *name = session->words.word[session->first];
	const struct acd_queue_view *queue = queue_view(admin, name);
	bool next = only_next(session);
	/* The scheduler may be one commit behind or ahead of the names here. */
	if (!admin->why_request.count || strcmp(why->queue, name) || (!queue && !next))
		return fault_set(&session->fault, -EAGAIN, "the settings are just being changed: try again");
	bring_up_to_date(why);
	if (session->json) {
		if (next)
			json_why(&json, NULL, admin->config, why);
		else
			json_whole(&json, admin, queue);
		return 0;
	}
	if (!next) {
		table_queues(out);
		table_queue(out, admin, queue, session->steady);
		print_forecast(out, queue);
	}
	if (why->call)
		fprintf(out, "next is call %u, ", why->call);
	else
		fputs("nobody waits, ", out);
	print_standing(out, why);
	table_why(out, admin->config, why);
	return 0;
}
