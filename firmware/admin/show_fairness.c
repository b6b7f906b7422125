/*
 * show fairness: how evenly work is spread over the agents who are logged in; show sweep: whether the books agree.
 */
#include "admin/internal.h"

#include <inttypes.h>

#include "admin/cell.h"
#include "base/clock.h"
#include "base/text.h"

struct share {
	uint64_t staffed_us, work_us;
	uint32_t occupancy, calls_an_hour; /* in 1/1000; in 1/10 */
};

struct spread {
	uint32_t agents, least, most;
	uint64_t sum;
};

/* Up to now, also in the state that lasts. */
static bool share_of(const struct admin *admin, const struct acd_agent_view *agent, struct share *share)
{
	bool works = agent->state >= ACD_RESERVED && agent->state <= ACD_WRAP_UP;
	uint64_t now_us = admin->now_us > agent->since_us ? admin->now_us : agent->since_us;

	*share = (struct share){.staffed_us = now_us - agent->login_us, .work_us = agent->work_us};
	if (agent->state == ACD_LOGGED_OUT || share->staffed_us == 0)
		return false;
	share->work_us += works ? now_us - agent->since_us : 0;
	share->occupancy = (uint32_t)(share->work_us * 1000 / share->staffed_us);
	share->calls_an_hour = (uint32_t)(agent->login_calls * UINT64_C(36000) * US_PER_S / share->staffed_us);
	return true;
}

static void count(struct spread *spread, uint32_t value)
{
	if (spread->agents == 0 || value < spread->least)
		spread->least = value;
	if (spread->agents == 0 || value > spread->most)
		spread->most = value;
	spread->sum += value;
	spread->agents++;
}

static uint64_t mean(const struct spread *spread)
{
	return spread->agents ? spread->sum / spread->agents : 0;
}

static void json_spread(struct json *json, const char *name, const struct spread *spread)
{
	json_open(json, name, '{');
	json_tenths(json, "least", spread->least);
	json_tenths(json, "mean", mean(spread));
	json_tenths(json, "most", spread->most);
	json_close(json, '}');
}

static void json_share(struct json *json, const struct acd_agent_view *agent, const struct share *share)
{
	json_open(json, NULL, '{');
	json_digits(json, "agent", agent->number);
	json_number(json, "calls", agent->calls);
	json_number(json, "direct_calls", agent->direct_calls);
	json_number(json, "login_calls", agent->login_calls);
	json_number(json, "staffed_ms", share->staffed_us / US_PER_MS);
	json_number(json, "work_ms", share->work_us / US_PER_MS);
	json_tenths(json, "occupancy", share->occupancy);
	json_tenths(json, "calls_an_hour", share->calls_an_hour);
	json_close(json, '}');
}

static void table_share(FILE *out, const struct acd_agent_view *agent, const struct share *share)
{
	cell_format(out, 8, "%u", agent->number);
	cell(out, 14, agent->name);
	cell_duration(out, -9, share->staffed_us / US_PER_MS);
	cell_duration(out, -9, share->work_us / US_PER_MS);
	cell_format(out, -10, "%u.%u%%", share->occupancy / 10, share->occupancy % 10);
	cell_format(out, -6, "%u", agent->login_calls);
	cell_format(out, -9, "%u.%u", share->calls_an_hour / 10, share->calls_an_hour % 10);
	cell_end(out);
}

static void table_spread(FILE *out, const struct spread *occupancy, const struct spread *calls)
{
	if (occupancy->agents < 2) {
		fprintf(out, "Fewer than two agents are logged in: there is nothing to compare.\n");
		return;
	}
	fprintf(out,
	        "Occupancy %u.%u%% to %u.%u%%, mean %" PRIu64 ".%" PRIu64 "%%; calls an hour %u.%u to %u.%u, mean "
	        "%" PRIu64 ".%" PRIu64 ".\n",
	        occupancy->least / 10, occupancy->least % 10, occupancy->most / 10, occupancy->most % 10,
	        mean(occupancy) / 10, mean(occupancy) % 10, calls->least / 10, calls->least % 10, calls->most / 10,
	        calls->most % 10, mean(calls) / 10, mean(calls) % 10);
}

int run_show_fairness(struct admin *admin, struct session *session)
{
	const struct acd_view *view = admin->acd_view;
	struct json json = {.out = session->out};
	struct spread occupancy = {0}, calls = {0};
	struct share share;

	if (session->json) {
		json_open(&json, NULL, '{');
		json_open(&json, "agents", '[');
	} else {
		fprintf(session->out, "Agent    Name             Staffed      Work  Occupancy  Calls an hour\n");
	}
	for (uint32_t i = 0; i < view->agent_count; i++) {
		if (!share_of(admin, &view->agents[i], &share))
			continue;
		count(&occupancy, share.occupancy);
		count(&calls, share.calls_an_hour);
		if (session->json)
			json_share(&json, &view->agents[i], &share);
		else
			table_share(session->out, &view->agents[i], &share);
	}
	if (!session->json) {
		table_spread(session->out, &occupancy, &calls);
		return 0;
	}
	json_close(&json, ']');
	json_spread(&json, "occupancy", &occupancy);
	json_spread(&json, "calls_an_hour", &calls);
	json_close(&json, '}');
	return 0;
}

int run_show_sweep(struct admin *admin, struct session *session)
{
	const struct control_sweep_counts *sweep = &admin->control_view->sweep;
	struct json json = {.out = session->out};

	if (session->json) {
		json_open(&json, NULL, '{');
		json_number(&json, "sweeps", sweep->sweeps);
		json_number(&json, "mismatches", sweep->mismatches);
		json_number(&json, "repaired", sweep->repaired);
		json_number(&json, "leases_expired", sweep->leases_expired);
		json_close(&json, '}');
		return 0;
	}
	fprintf(session->out,
	        "%" PRIu64 " sweeps: scheduler, calls, telephones, channels disagreed %" PRIu64 " times, %" PRIu64
	        " put right;\n%" PRIu64 " offers ended because nobody confirmed them.\n",
	        sweep->sweeps, sweep->mismatches, sweep->repaired, sweep->leases_expired);
	return 0;
}
