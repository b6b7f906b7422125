/* See acd_record.h. */
#include "acd/acd_record.h"

/* Never renumbered; 0 is no event. */
static const uint8_t event_codes[ACD_EVENT_COUNT] = {
    [ACD_SETTINGS] = 1,
    [ACD_AGENT_LOGIN] = 2,
    [ACD_AGENT_LOGOUT] = 3,
    [ACD_AGENT_PAUSE] = 4,
    [ACD_AGENT_READY] = 5,
    [ACD_AGENT_WRAP_UP_END] = 6,
    [ACD_AGENT_PHONE_BUSY] = 7,
    [ACD_AGENT_PHONE_FREE] = 8,
    [ACD_AGENT_UNPLUGGED] = 9,
    [ACD_ENQUEUE] = 10,
    [ACD_GONE] = 11,
    [ACD_WITHDRAW] = 12,
    [ACD_OFFER_RINGING] = 13,
    [ACD_OFFER_ANSWER] = 14,
    [ACD_OFFER_FAILED] = 15,
    [ACD_TALK_STARTED] = 16,
    [ACD_TALK_HOLD] = 17,
    [ACD_TALK_RESUMED] = 18,
    [ACD_TALK_ENDED] = 19,
    [ACD_TIME] = 20,
    [ACD_AGENT_WRAP_UP_MORE] = 21,
    [ACD_PLACE] = 22,
    [ACD_PRIORITY] = 23,
    [ACD_DAY] = 24,
    [ACD_RESTART] = 25,
    [ACD_AGENT_OWES] = 26,
    [ACD_AGENT_SETTLED] = 27,
    [ACD_TURNED_AWAY] = 28,
};

static const uint8_t decision_codes[ACD_D_COUNT] = {
    [ACD_D_ACCEPTED] = 1,   [ACD_D_REFUSED] = 2, [ACD_D_OFFER] = 3,       [ACD_D_OFFER_CANCEL] = 4,
    [ACD_D_WINNER] = 5,     [ACD_D_EXIT] = 6,    [ACD_D_AGENT_STATE] = 7, [ACD_D_AGENT_REFUSED] = 8,
    [ACD_D_UNEXPECTED] = 9, [ACD_D_PLACE] = 10,
};

/* The first seven fit in one byte of mask. Never reordered. */
static const struct code_row event_rows[] = {
    CODE_ROW(struct acd_event, call),         CODE_ROW(struct acd_event, offer),
    CODE_ROW(struct acd_event, agent),        CODE_ROW(struct acd_event, queue),
    CODE_ROW(struct acd_event, port),         CODE_ROW_TO(struct acd_event, result, ACD_OFFER_RESULT_COUNT - 1),
    CODE_ROW(struct acd_event, arrived_us),   CODE_ROW(struct acd_event, priority),
    CODE_ROW(struct acd_event, reason),       CODE_ROW_TO(struct acd_event, transferred, 1),
    CODE_ROW_TO(struct acd_event, head, 1),   CODE_ROW(struct acd_event, day),
    CODE_ROW(struct acd_event, utc_offset_s),
};

static const struct code_row decision_rows[] = {
    CODE_ROW(struct acd_decision, call),
    CODE_ROW(struct acd_decision, queue),
    CODE_ROW(struct acd_decision, agent),
    CODE_ROW(struct acd_decision, offer),
    CODE_ROW_TO(struct acd_decision, state, ACD_STATE_COUNT - 1),
    CODE_ROW(struct acd_decision, port),
    CODE_ROW(struct acd_decision, ring_ms),
    CODE_ROW(struct acd_decision, position),
    CODE_ROW_TO(struct acd_decision, result, ACD_OFFER_RESULT_COUNT - 1),
    CODE_ROW_TO(struct acd_decision, exit, ACD_EXIT_COUNT - 1),
    CODE_ROW_TO(struct acd_decision, refusal, ACD_REFUSAL_COUNT - 1),
    CODE_ROW_TO(struct acd_decision, wish_paused, 1),
    CODE_ROW(struct acd_decision, reason),
    CODE_ROW(struct acd_decision, revision), /* less that of the decision before */
    CODE_ROW(struct acd_decision, low_ms),
    CODE_ROW(struct acd_decision, high_ms),
    CODE_ROW(struct acd_decision, kept_us),
};

static const struct code_row settings_rows[] = {
    CODE_ROW(struct acd_settings, revision),
    CODE_ROW(struct acd_settings, offer_lease_ms),
    CODE_ROW_TO(struct acd_settings, choice, ACD_CHOICE_COUNT - 1),
    CODE_ROW(struct acd_settings, seed),
    CODE_ROW_TO(struct acd_settings, skill_count, ACD_SKILLS_MAX),
    CODE_ROW_TO(struct acd_settings, queue_count, CONFIG_QUEUES_MAX),
    CODE_ROW_TO(struct acd_settings, agent_count, CONFIG_AGENTS_MAX),
    CODE_ROW_TO(struct acd_settings, member_count, RECORD_MEMBERS_MAX),
    CODE_COLUMN(struct acd_settings, pause_limits, after_ms, UINT32_MAX),
    CODE_COLUMN(struct acd_settings, pause_limits, log_out, 1),
    CODE_ROW_TO(struct acd_settings, idle_after_wrap_up, 1),
    CODE_ROW_TO(struct acd_settings, idle_after_pause, 1),
    CODE_ROW_TO(struct acd_settings, idle_after_own_call, 1),
    CODE_ROW_TO(struct acd_settings, work_without_wrap_up, 1),
};

static const struct code_row queue_rows[] = {
    CODE_ROW_TO(struct acd_queue_settings, strategy, ACD_STRATEGY_COUNT - 1),
    CODE_ROW(struct acd_queue_settings, ring_time_ms),
    CODE_ROW(struct acd_queue_settings, retry_ms),
    CODE_ROW(struct acd_queue_settings, wrap_up_ms),
    CODE_ROW(struct acd_queue_settings, priority),
    CODE_ROW(struct acd_queue_settings, ageing_ms),
    CODE_ROW(struct acd_queue_settings, weight),
    CODE_ROW(struct acd_queue_settings, length_max),
    CODE_ROW(struct acd_queue_settings, wait_max_ms),
    CODE_ROW(struct acd_queue_settings, service_level_ms),
    CODE_ROW(struct acd_queue_settings, short_abandon_ms),
    CODE_ROW_TO(struct acd_queue_settings, join_states, ACD_STATES_ALL),
    CODE_ROW_TO(struct acd_queue_settings, leave_states, ACD_STATES_ALL),
    CODE_ROW(struct acd_queue_settings, grace_ms),
    CODE_ROW(struct acd_queue_settings, autopause_after),
    CODE_ROW(struct acd_queue_settings, member_first),
    CODE_ROW(struct acd_queue_settings, member_count),
    CODE_ROW_TO(struct acd_queue_settings, need_count, ACD_NEEDS_MAX),
    CODE_ROW_TO(struct acd_queue_settings, relax_count, ACD_RELAX_MAX),
    CODE_COLUMN(struct acd_queue_settings, needs, skill, UINT8_MAX),
    CODE_COLUMN(struct acd_queue_settings, needs, level, UINT8_MAX),
    CODE_COLUMN(struct acd_queue_settings, needs, weight, UINT8_MAX),
    CODE_COLUMN(struct acd_queue_settings, relax, after_ms, UINT64_MAX),
    CODE_COLUMN(struct acd_queue_settings, relax, skill, UINT8_MAX),
    CODE_COLUMN(struct acd_queue_settings, relax, level, UINT8_MAX),
    CODE_ROW_TO(struct acd_queue_settings, autopause_on, ACD_MISS_COUNT - 1),
    CODE_ROW_TO(struct acd_queue_settings, autopause_here, 1),
    CODE_ROW(struct acd_queue_settings, autopause_delay_ms),
    CODE_ROW(struct acd_queue_settings, progressive_ms),
    CODE_ROW(struct acd_queue_settings, sticky_ms),
    CODE_ROW_TO(struct acd_queue_settings, direct, 1),
    CODE_COLUMN(struct acd_queue_settings, reserve, waiting, UINT32_MAX),
    CODE_COLUMN(struct acd_queue_settings, reserve, waiting_until, UINT32_MAX),
    CODE_COLUMN(struct acd_queue_settings, reserve, oldest_ms, UINT64_MAX),
    CODE_COLUMN(struct acd_queue_settings, reserve, oldest_until_ms, UINT64_MAX),
    CODE_COLUMN(struct acd_queue_settings, reserve, level, UINT8_MAX),
    CODE_COLUMN(struct acd_queue_settings, reserve, level_until, UINT8_MAX),
    CODE_ROW_TO(struct acd_queue_settings, best_count, ACD_BEST_MAX),
    CODE_ARRAY(struct acd_queue_settings, best, UINT16_MAX),
    CODE_ROW_TO(struct acd_queue_settings, share_strict, 1),
    CODE_ROW_TO(struct acd_queue_settings, skip, ACD_SKIP_COUNT - 1),
};

static const struct code_row agent_rows[] = {
    CODE_ROW(struct acd_agent_settings, number),
    CODE_ROW_TO(struct acd_agent_settings, headset, 1),
    CODE_ARRAY(struct acd_agent_settings, level, UINT8_MAX),
    CODE_ROW_TO(struct acd_agent_settings, own_wrap_up, 1),
    CODE_ROW(struct acd_agent_settings, wrap_up_ms),
    CODE_ROW_TO(struct acd_agent_settings, direct_in_turn, 1),
    CODE_ROW_TO(struct acd_agent_settings, prefer, ACD_PREFER_COUNT - 1),
    CODE_ROW(struct acd_agent_settings, occupancy_max),
    CODE_ROW(struct acd_agent_settings, rest_ms),
    CODE_ROW(struct acd_agent_settings, ring_time_ms),
    CODE_ROW(struct acd_agent_settings, retry_ms),
};

static const struct code_row member_rows[] = {
    CODE_ROW(struct acd_member, agent),   CODE_ROW(struct acd_member, penalty), CODE_ROW(struct acd_member, weight),
    CODE_ROW(struct acd_member, reserve), CODE_ROW(struct acd_member, share),
};

/* ---- events and decisions ---- */

/* The code of what is written, or what the code read stands for; count: no such. */
static unsigned code_of(struct cursor *cursor, const uint8_t *codes, unsigned count, unsigned type, const char *fault)
{
	uint64_t code = code_number(cursor, cursor->out ? codes[type] : 0);
	if (cursor->out)
		return type;
	for (type = 0; type < count && (!code || codes[type] != code);)
		type++;
	if (type == count)
		code_fault(cursor, fault);
	return type;
}

static void time_since(struct cursor *cursor, struct record_base *base, uint64_t *at_us)
{
	*at_us = base->at_us + (uint64_t)code_signed(cursor, (int64_t)(*at_us - base->at_us));
	base->at_us = *at_us;
}

void record_event(struct cursor *cursor, struct record_base *base, struct acd_event *event)
{
	unsigned type =
	    code_of(cursor, event_codes, ACD_EVENT_COUNT, event->type, "an event that this version does not know");
	if (type == ACD_EVENT_COUNT)
		return;
	event->type = (enum acd_event_type)type;
	time_since(cursor, base, &event->at_us);
	event->sequence = ++base->sequence;
	code_sparse(cursor, event_rows, CODE_ROWS(event_rows), event);
}

void record_decision(struct cursor *cursor, struct record_base *base, struct acd_decision *decision)
{
	uint32_t revision = decision->revision;
	unsigned type =
	    code_of(cursor, decision_codes, ACD_D_COUNT, decision->type, "a decision that this version does not know");
	if (type == ACD_D_COUNT)
		return;
	decision->type = (enum acd_decision_type)type;
	time_since(cursor, base, &decision->at_us);
	base->sequence += code_number(cursor, decision->cause_sequence - base->sequence);
	decision->cause_sequence = base->sequence;
	decision->revision = cursor->out ? revision - base->revision : 0;
	code_sparse(cursor, decision_rows, CODE_ROWS(decision_rows), decision);
	decision->revision = cursor->out ? revision : base->revision + decision->revision;
	base->revision = decision->revision;
}

/* ---- settings ---- */

struct row_counts {
	uint32_t head, queue, agent, member;
};

static struct row_counts row_counts(struct cursor *cursor)
{
	struct row_counts rows;
	rows.head = code_row_count(cursor, CODE_ROWS(settings_rows));
	rows.queue = code_row_count(cursor, CODE_ROWS(queue_rows));
	rows.agent = code_row_count(cursor, CODE_ROWS(agent_rows));
	rows.member = code_row_count(cursor, CODE_ROWS(member_rows));
	return rows;
}

static void tables(struct cursor *cursor, const struct row_counts *rows, struct acd_settings *settings)
{
	for (uint32_t i = 0; i < settings->skill_count && !cursor->fault; i++)
		code_text(cursor, settings->skills[i], ACD_NAME_BYTES);
	for (uint32_t i = 0; i < settings->queue_count && !cursor->fault; i++) {
		code_text(cursor, settings->queues[i].name, ACD_NAME_BYTES);
		code_rows(cursor, queue_rows, rows->queue, &settings->queues[i]);
	}
	for (uint32_t i = 0; i < settings->agent_count && !cursor->fault; i++) {
		code_text(cursor, settings->agents[i].name, ACD_NAME_BYTES);
		code_rows(cursor, agent_rows, rows->agent, &settings->agents[i]);
	}
	for (uint32_t i = 0; i < settings->member_count && !cursor->fault; i++)
		code_rows(cursor, member_rows, rows->member, &settings->members[i]);
}

/* Room for as much as the head says, which the head itself is then copied into. */
static struct acd_settings *make_room(struct cursor *cursor, const struct acd_settings *head)
{
	struct acd_settings *settings;
	if (cursor->fault ||
	    acd_settings_new(&settings, head->queue_count, head->agent_count, head->member_count) < 0) {
		code_fault(cursor, "out of memory");
		return NULL;
	}
	struct acd_queue_settings *queues = settings->queues;
	struct acd_agent_settings *agents = settings->agents;
	struct acd_member *members = settings->members;
	*settings = *head;
	settings->queues = queues;
	settings->agents = agents;
	settings->members = members;
	return settings;
}

void record_settings(struct cursor *cursor, struct acd_settings **settings)
{
	struct acd_settings head = {0};
	struct row_counts rows = row_counts(cursor);
	code_rows(cursor, settings_rows, rows.head, cursor->out ? *settings : &head);
	if (cursor->out) {
		tables(cursor, &rows, *settings);
		return;
	}
	*settings = make_room(cursor, &head);
	if (*settings)
		tables(cursor, &rows, *settings);
	if (cursor->fault) {
		acd_settings_free(*settings);
		*settings = NULL;
	}
}
