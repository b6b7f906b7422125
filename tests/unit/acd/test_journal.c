/*
 * The journal: what was decided when it was written is decided again when it is read; damage, cuts and disorder are
 * found where they are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>

#include "acd/acd_journal.h"
#include "same_shown.h"
#include "same_state.h"

#define EVENTS    4000
#define DECISIONS 40000

/* What the keeper has of one file, and where its pieces begin. */
struct kept {
	uint8_t events[1 << 21], decisions[1 << 20];
	size_t event_count, decision_count;
	size_t piece_at[2 * EVENTS];
	uint32_t pieces;
	uint32_t refuse; /* so many pieces are not taken */
};

struct run {
	struct acd *acd;
	struct acd_journal *journal;
	struct kept *kept;
	uint64_t random, now_us, sequence;
	uint32_t salt; /* other settings */
	acd_offer last_offer;
	acd_call won[6]; /* the last ones */
	uint32_t wins;
	acd_call entered[16];
	uint32_t entries;
	enum acd_event_type follows; /* what would be sensible next; ACD_SETTINGS: nothing */
	struct acd_decision decisions[DECISIONS];
	uint32_t decision_count;
};

static int put(void *user, const struct acd_journal_piece *piece)
{
	struct kept *kept = user;
	if (kept->refuse && kept->refuse--)
		return -ENOBUFS;
	if (piece->new_file)
		kept->event_count = kept->decision_count = kept->pieces = 0;
	assert_true(kept->event_count + piece->event_bytes <= sizeof(kept->events));
	assert_true(kept->decision_count + piece->decision_bytes <= sizeof(kept->decisions));
	if (piece->event_bytes)
		memcpy(kept->events + kept->event_count, piece->events, piece->event_bytes);
	if (piece->decision_bytes)
		memcpy(kept->decisions + kept->decision_count, piece->decisions, piece->decision_bytes);
	kept->piece_at[kept->pieces++] = kept->event_count;
	kept->event_count += piece->event_bytes;
	kept->decision_count += piece->decision_bytes;
	kept->piece_at[kept->pieces] = kept->event_count;
	return 0;
}

static void note(void *user, const struct acd_decision *decision)
{
	struct run *run = user;
	assert_true(run->decision_count < DECISIONS);
	run->decisions[run->decision_count++] = *decision;
	if (decision->offer)
		run->last_offer = decision->offer;
	if (decision->type == ACD_D_WINNER)
		run->won[run->wins++ % 6] = decision->call;
	if (decision->type == ACD_D_ACCEPTED)
		run->entered[run->entries++ % 16] = decision->call;
	if (decision->type == ACD_D_WINNER || decision->type == ACD_D_OFFER)
		run->follows = decision->type == ACD_D_OFFER ? ACD_OFFER_ANSWER : ACD_TALK_STARTED;
	if (run->journal)
		acd_journal_decision(run->journal, decision);
}

static uint32_t dice(uint64_t *random, uint32_t sides)
{
	*random = *random * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(*random >> 33) % sides;
}

#define QUEUES  3 /* with members; behind them one for direct calls, without */
#define AGENTS  6
#define MEMBERS (QUEUES * AGENTS)

/* Who is kept for an agent, who helps out, where else a call may go: drawn, so that each meets each. */
static void draw_queue(struct acd_queue_settings *queue, uint32_t i, uint64_t *random)
{
	queue->sticky_ms = dice(random, 2) ? 1000 * (1 + dice(random, 30)) : 0;
	for (uint32_t level = 0; level < ACD_RESERVES; level++) {
		struct acd_reserve *reserve = &queue->reserve[level];
		uint32_t waiting = dice(random, 2) ? 2 + dice(random, 6) + 3 * level : 0;
		uint32_t oldest_ms = dice(random, 2) ? 1000 * (2 + dice(random, 20)) : 0;
		uint32_t percent = dice(random, 2) ? 30 + dice(random, 60) : 0;
		*reserve = (struct acd_reserve){.waiting = waiting,
		                                .waiting_until = waiting / 2,
		                                .oldest_ms = oldest_ms,
		                                .oldest_until_ms = oldest_ms / 2,
		                                .level = (uint8_t)percent,
		                                .level_until = (uint8_t)(percent ? percent + 5 : 0)};
	}
	queue->best_count = dice(random, 3) ? 0 : 2;
	queue->best[0] = (acd_queue)(queue->best_count ? (i + 1) % QUEUES : 0);
	queue->best[1] = (acd_queue)(queue->best_count ? (i + 2) % QUEUES : 0);
}

static struct acd_queue_settings queue_settings(uint32_t i, uint32_t variant)
{
	return (struct acd_queue_settings){.name = {'q', (char)('0' + i)},
	                                   .strategy = (enum acd_strategy)((variant + 4 * i) % ACD_STRATEGY_COUNT),
	                                   .ring_time_ms = 30000,
	                                   .retry_ms = 1000 * i,
	                                   .wrap_up_ms = 3000,
	                                   .priority = (uint8_t)(3 + i),
	                                   .ageing_ms = 11000,
	                                   .weight = 1 + i,
	                                   .length_max = 20,
	                                   .wait_max_ms = 60000,
	                                   .service_level_ms = 7000,
	                                   .short_abandon_ms = 500,
	                                   .autopause_after = (uint8_t)(1 + variant % 3),
	                                   .autopause_on = (enum acd_miss)(variant % ACD_MISS_COUNT),
	                                   .autopause_here = i != 1,
	                                   .autopause_delay_ms = 900 + 4000 * (variant % 2),
	                                   .share_strict = variant % 2,
	                                   .progressive_ms = variant % 2 ? 1500 : 0,
	                                   .join_states = i == 1 ? ACD_STATES_STAFFED : 0,
	                                   .leave_states = i != 2        ? 0
	                                                   : variant % 2 ? ACD_STATES_ALL & ~ACD_STATE_BIT(ACD_READY)
	                                                                 : ACD_STATE_BIT(ACD_LOGGED_OUT) |
	                                                                       ACD_STATE_BIT(ACD_PAUSED),
	                                   .grace_ms = 700 * i,
	                                   .member_first = AGENTS * i,
	                                   .member_count = AGENTS,
	                                   .need_count = 1,
	                                   .relax_count = 1,
	                                   .skip = ACD_SKIP_ALL,
	                                   .needs = {{.skill = 1, .level = 2, .weight = 3}},
	                                   .relax = {{.after_ms = 5000, .skill = 1, .level = 9}}};
}

static struct acd_member member_settings(uint32_t agent, uint32_t variant, uint64_t *random)
{
	return (struct acd_member){.agent = (acd_agent)agent,
	                           .penalty = (uint8_t)(variant % 3 == 2 && agent % 2),
	                           .weight = (uint8_t)(agent + 1),
	                           .reserve = (uint8_t)(dice(random, 3) ? 0 : 1 + dice(random, ACD_RESERVES)),
	                           .share = (uint8_t)dice(random, 101)};
}

/* Fair load is told by the half hour: the limits are such that they are met within minutes. */
static struct acd_agent_settings agent_settings(uint32_t agent, uint64_t *random)
{
	return (struct acd_agent_settings){.number = 100 + agent,
	                                   .name = "agent",
	                                   .headset = agent % 2,
	                                   .own_wrap_up = dice(random, 2),
	                                   .wrap_up_ms = 850 * dice(random, 3),
	                                   .level = {1, (uint8_t)(1 + agent)},
	                                   .direct_in_turn = dice(random, 2),
	                                   .prefer = (enum acd_prefer)dice(random, ACD_PREFER_COUNT),
	                                   .occupancy_max = (uint8_t)(dice(random, 2) ? 0 : 1 + dice(random, 9)),
	                                   .rest_ms = dice(random, 2) ? 0 : 100 * dice(random, 40),
	                                   .ring_time_ms = dice(random, 2) ? 0 : 5000,
	                                   .retry_ms = dice(random, 2) ? 0 : 1000};
}

/* Every field that can be set is set. */
static struct acd_settings *settings(uint32_t variant)
{
	struct acd_settings *s;
	uint64_t random = variant;
	assert_int_equal(acd_settings_new(&s, QUEUES + 1, AGENTS, MEMBERS), 0);
	*s =
	    (struct acd_settings){.revision = 77 + variant,
	                          .queue_count = QUEUES + 1,
	                          .agent_count = AGENTS,
	                          .member_count = MEMBERS,
	                          .queues = s->queues,
	                          .agents = s->agents,
	                          .members = s->members,
	                          .offer_lease_ms = 20000,
	                          .choice = ACD_CHOICE_SERVICE_OBJECTIVE,
	                          .idle_after_wrap_up = true,
	                          .idle_after_pause = variant % 2 == 0,
	                          .idle_after_own_call = variant % 3 == 0,
	                          .work_without_wrap_up = variant % 2 == 1,
	                          .seed = 5,
	                          .pause_limits = {[4] = {.after_ms = 3000, .log_out = true}, [5] = {.after_ms = 4000}},
	                          .skill_count = 2,
	                          .skills = {"dutch", "sales"}};
	for (uint32_t i = 0; i < QUEUES; i++) {
		s->queues[i] = queue_settings(i, variant);
		draw_queue(&s->queues[i], i, &random);
		for (uint32_t j = 0; j < AGENTS; j++)
			s->members[AGENTS * i + j] = member_settings(j, variant, &random);
	}
	s->queues[QUEUES] = (struct acd_queue_settings){
	    .name = "direct", .direct = true, .priority = 5, .ring_time_ms = 9000, .wait_max_ms = 40000};
	for (uint32_t j = 0; j < AGENTS; j++)
		s->agents[j] = agent_settings(j, &random);
	return s;
}

static struct run *run_new(struct kept *kept, uint64_t seed)
{
	struct run *run = calloc(1, sizeof(*run));
	assert_non_null(run);
	run->random = seed;
	run->salt = (uint32_t)seed;
	run->kept = kept;
	assert_int_equal(acd_new(&run->acd), 0);
	assert_int_equal(acd_journal_new(&run->journal, put, kept), 0);
	assert_int_equal(acd_journal_begin_file(run->journal, run->acd), 0);
	return run;
}

static void run_free(struct run *run)
{
	acd_journal_free(run->journal);
	acd_free(run->acd);
	free(run);
}

/* Any type of event, sensible or not; settings now and then. */
static enum acd_event_type any_type(struct run *run)
{
	static const enum acd_event_type sensible[] = {
	    ACD_AGENT_LOGIN, ACD_AGENT_READY,        ACD_AGENT_READY, ACD_AGENT_PHONE_FREE,
	    ACD_ENQUEUE,     ACD_AGENT_WRAP_UP_MORE, ACD_GONE,        ACD_GONE,
	    ACD_GONE,        ACD_TALK_ENDED,         ACD_TALK_ENDED,  ACD_TALK_ENDED,
	    ACD_TALK_ENDED,  ACD_TALK_ENDED};
	enum acd_event_type follows = run->follows;
	run->follows = ACD_SETTINGS;
	if (follows && dice(&run->random, 8))
		return follows;
	if (dice(&run->random, 12))
		return sensible[dice(&run->random, sizeof(sensible) / sizeof(sensible[0]))];
	return (enum acd_event_type)(1 + dice(&run->random, ACD_TIME));
}

static struct acd_event any_event(struct run *run)
{
	uint64_t n = ++run->sequence;
	struct acd_event event = {.at_us = run->now_us += dice(&run->random, 400000), .sequence = n};
	event.type = n == 1 || n % 500 == 0 ? ACD_SETTINGS : any_type(run);
	if (n % 700 == 0)
		event = (struct acd_event){.type = ACD_RESTART, .at_us = run->now_us = 7, .sequence = n};
	if (n % 450 == 0)
		event = (struct acd_event){.type = ACD_DAY, .at_us = run->now_us, .sequence = n};
	event.day = (uint32_t)(n / 900 + 20261122);
	event.utc_offset_s = -3600;
	event.settings = event.type == ACD_SETTINGS ? settings((uint32_t)(n / 500 + 5 * run->salt)) : NULL;
	event.agent = (acd_agent)dice(&run->random, AGENTS);
	event.port = event.agent;
	event.call = (acd_call)(1 + n / 4 + dice(&run->random, 4));
	if (event.type >= ACD_TALK_STARTED && event.type <= ACD_TALK_ENDED && dice(&run->random, 9))
		event.call = run->won[event.type == ACD_TALK_STARTED ? (run->wins + 5) % 6 : dice(&run->random, 6)];
	if (event.type == ACD_GONE)
		event.call = run->entered[dice(&run->random, 16)];
	event.queue = (acd_queue)dice(&run->random, QUEUES + 1);
	if (event.type == ACD_ENQUEUE && dice(&run->random, 3) == 0)
		event.agent = ACD_NONE;
	event.head = event.type == ACD_ENQUEUE && dice(&run->random, 9) == 0;
	event.offer = run->last_offer - (dice(&run->random, 4) ? 0 : dice(&run->random, 3));
	event.priority = (uint8_t)dice(&run->random, 11);
	event.reason = (uint8_t)dice(&run->random, 9);
	event.transferred = dice(&run->random, 5) == 0;
	event.arrived_us =
	    dice(&run->random, 3) || run->now_us < 30000000 ? 0 : run->now_us - dice(&run->random, 30000000);
	if (event.type == ACD_DAY || event.type == ACD_RESTART)
		event.arrived_us = UINT64_C(1795300000000000) + n * 1000000;
	event.result = (enum acd_offer_result)dice(&run->random, ACD_OFFER_RESULT_COUNT);
	return event;
}

static void feed(struct run *run, const struct acd_event *event)
{
	acd_journal_event(run->journal, event);
	acd_decide(run->acd, event, note, run);
	if (event->sequence % 3 == 0 || acd_journal_wants_flush(run->journal))
		acd_journal_flush(run->journal, run->acd);
}

static struct run *work(struct kept *kept, uint64_t seed, uint32_t events)
{
	struct run *run = run_new(kept, seed);
	for (uint32_t n = 0; n < events; n++) {
		struct acd_event event = any_event(run);
		feed(run, &event);
	}
	acd_journal_flush(run->journal, run->acd);
	return run;
}

static struct kept *keeper(void)
{
	struct kept *kept = calloc(1, sizeof(*kept));
	assert_non_null(kept);
	return kept;
}

/* Reads and decides all that can be read; both streams are made again in `again`. */
static uint64_t replay(struct acd_journal_reader *reader, const struct kept *kept, size_t count, struct run *run,
                       struct kept *again)
{
	enum acd_journal_item item;
	struct acd_event event;
	uint64_t events = 0;
	if (acd_journal_open(reader, kept->events, count) < 0)
		return 0;
	assert_int_equal(acd_journal_new(&run->journal, put, again), 0);
	while ((item = acd_journal_next(reader, &event)) != ACD_JOURNAL_END) {
		if (item == ACD_JOURNAL_STATE) {
			acd_free(run->acd);
			run->acd = NULL;
			if (acd_journal_restore(reader, &run->acd) < 0)
				break;
			if (reader->lost)
				acd_journal_lose(run->journal, reader->lost, run->acd);
			else
				assert_int_equal(acd_journal_begin_file(run->journal, run->acd), 0);
		} else if (item == ACD_JOURNAL_EVENT) {
			acd_journal_event(run->journal, &event);
			acd_decide(run->acd, &event, note, run);
			events++;
		} else {
			acd_journal_flush(run->journal, run->acd);
		}
	}
	return events;
}

static void assert_same_from(const struct acd_decision *a, const struct acd_decision *b, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (!same_decision(&a[i], &b[i]))
			fail_msg("decision %u differs: %s and %s", i, acd_decision_names[a[i].type],
			         acd_decision_names[b[i].type]);
}

static void assert_same_decisions(const struct run *a, uint32_t from, const struct run *b)
{
	assert_int_equal(a->decision_count - from, b->decision_count);
	assert_same_from(a->decisions + from, b->decisions, b->decision_count);
}

static void assert_nothing(const char *differs)
{
	if (differs)
		fail_msg("%s differs", differs);
}

/* What is shown is the same too: counters decide nothing, and would be missed by nobody. */
static void assert_same_views(const struct run *a, const struct run *b)
{
	struct acd_view *view = calloc(2, sizeof(*view));
	assert_non_null(view);
	acd_look(a->acd, &view[0]);
	acd_look(b->acd, &view[1]);
	assert_nothing(view_differs(&view[0], &view[1]));
	free(view);
}

/* And who would be next, with each agent's reason. */
static void assert_same_outlook(const struct run *a, const struct run *b)
{
	struct acd_why *why = calloc(2, sizeof(*why));
	assert_non_null(why);
	for (acd_queue queue = 0; queue <= QUEUES; queue++) {
		bool there = acd_explain_next(a->acd, queue, &why[0]);
		assert_int_equal(there, acd_explain_next(b->acd, queue, &why[1]));
		if (there)
			assert_nothing(why_differs(&why[0], &why[1]));
	}
	free(why);
}

static void the_same_decisions_come_again_byte_for_byte(void **state)
{
	for (uint64_t seed = 1; seed < 6; seed++) {
		struct kept *kept = keeper(), *again = keeper();
		struct run *run = work(kept, seed, EVENTS), *second = calloc(1, sizeof(*second));
		struct acd_journal_reader reader;
		assert_int_equal(replay(&reader, kept, kept->event_count, second, again), EVENTS);
		assert_null(reader.fault);
		assert_true(run->decision_count > EVENTS / 2);
		assert_same_decisions(run, 0, second);
		assert_int_equal(kept->decision_count, again->decision_count);
		assert_memory_equal(kept->decisions, again->decisions, kept->decision_count);
		assert_int_equal(kept->event_count, again->event_count);
		assert_memory_equal(kept->events, again->events, kept->event_count);
		run_free(run);
		run_free(second);
		free(kept);
		free(again);
	}
}

/* Of a file in which nothing but the state is yet. */
static void assert_what_is_kept_is_all(const struct kept *kept, const struct acd *acd)
{
	struct acd_journal_reader reader;
	struct acd_event event;
	struct acd *again;
	assert_int_equal(acd_journal_open(&reader, kept->events, kept->event_count), 0);
	assert_int_equal(acd_journal_next(&reader, &event), ACD_JOURNAL_STATE);
	assert_int_equal(acd_journal_restore(&reader, &again), 0);
	assert_same_state(acd, again);
	acd_free(again);
}

/* A file may begin anywhere: from its state on everything is decided as it was. A forgotten row of state shows here. */
static void from_the_state_at_any_moment_on_all_is_decided_the_same(void **state)
{
	struct kept *kept = keeper(), *again = keeper();
	for (uint64_t seed = 10; seed < 22; seed++) {
		struct run *run = work(kept, seed, 300);
		for (uint32_t round = 0; round < 60; round++) {
			struct run *second = calloc(1, sizeof(*second));
			struct acd_journal_reader reader;
			uint32_t before = run->decision_count;
			assert_int_equal(acd_journal_begin_file(run->journal, run->acd), 0);
			assert_what_is_kept_is_all(kept, run->acd);
			for (uint32_t n = 0; n < 80; n++) {
				struct acd_event event = any_event(run);
				feed(run, &event);
			}
			acd_journal_flush(run->journal, run->acd);
			assert_int_equal(replay(&reader, kept, kept->event_count, second, again), 80);
			assert_null(reader.fault);
			assert_same_decisions(run, before, second);
			assert_same_views(run, second);
			assert_same_outlook(run, second);
			assert_same_state(run->acd, second->acd);
			assert_memory_equal(kept->events, again->events, kept->event_count);
			run_free(second);
		}
		run_free(run);
	}
	free(kept);
	free(again);
}

static void what_could_not_be_kept_is_a_gap_and_the_state_follows(void **state)
{
	struct kept *kept = keeper(), *again = keeper();
	struct run *run = run_new(kept, 3), *second = calloc(1, sizeof(*second));
	struct acd_journal_reader reader;
	struct acd_journal_figures figures;
	for (uint32_t n = 0; n < EVENTS; n++) {
		struct acd_event event = any_event(run);
		if (n == 1000)
			kept->refuse = 40;
		feed(run, &event);
	}
	acd_journal_flush(run->journal, run->acd);
	acd_journal_figures(run->journal, &figures);
	assert_int_equal(figures.gaps, 1);
	assert_in_range(figures.lost_events, 60, 120);
	uint64_t events = replay(&reader, kept, kept->event_count, second, again);
	assert_null(reader.fault);
	assert_int_equal(events, EVENTS - figures.lost_events);
	assert_int_equal(kept->decision_count, again->decision_count);
	assert_memory_equal(kept->decisions, again->decisions, kept->decision_count);
	assert_same_from(&run->decisions[run->decision_count - 500], &second->decisions[second->decision_count - 500],
	                 500);
	run_free(run);
	run_free(second);
	free(kept);
	free(again);
}

static void the_decisions_kept_are_those_that_were_made(void **state)
{
	struct kept *kept = keeper();
	struct run *run = work(kept, 4, EVENTS);
	struct acd_journal_reader reader;
	struct acd_decision decision;
	bool gap;
	assert_int_equal(acd_journal_open_decisions(&reader, kept->decisions, kept->decision_count), 0);
	for (uint32_t n = 0; n < run->decision_count; n++) {
		memset(&decision, 0, sizeof(decision));
		assert_true(acd_journal_next_decision(&reader, &decision, &gap));
		assert_false(gap);
		assert_int_equal(decision.at_us, run->decisions[n].at_us);
		assert_int_equal(decision.cause_sequence, run->decisions[n].cause_sequence);
		assert_int_equal(decision.type, run->decisions[n].type);
		assert_int_equal(decision.call, run->decisions[n].call);
		assert_int_equal(decision.agent, run->decisions[n].agent);
		assert_int_equal(decision.state, run->decisions[n].state);
		assert_int_equal(decision.revision, run->decisions[n].revision);
	}
	assert_false(acd_journal_next_decision(&reader, &decision, &gap));
	assert_null(reader.fault);
	run_free(run);
	free(kept);
}

/* How many events can be read; nothing is decided. */
static uint64_t read_only(struct acd_journal_reader *reader, const uint8_t *bytes, size_t count)
{
	enum acd_journal_item item;
	struct acd_event event;
	uint64_t events = 0;
	if (acd_journal_open(reader, bytes, count) < 0)
		return 0;
	while ((item = acd_journal_next(reader, &event)) != ACD_JOURNAL_END) {
		events += item == ACD_JOURNAL_EVENT;
		if (item == ACD_JOURNAL_EVENT)
			acd_settings_free(event.settings);
	}
	return events;
}

static void a_journal_that_is_cut_is_read_up_to_there(void **state)
{
	struct kept *kept = keeper();
	struct run *run = work(kept, 1, 200);
	struct acd_journal_reader reader;
	for (uint32_t n = 1; n < 40; n++)
		for (size_t cut = kept->piece_at[n]; cut < kept->piece_at[n + 1]; cut += n == 1 ? 97 : 1) {
			assert_int_equal(read_only(&reader, kept->events, cut), 3 * (n - 1));
			assert_int_equal(reader.at, kept->piece_at[n]);
			assert_int_equal(reader.fault != NULL, cut != kept->piece_at[n]);
			assert_int_equal(reader.sequence, 3 * (n - 1));
		}
	run_free(run);
	free(kept);
}

/* As when the power goes: the file has its size, its end was not written. */
static void an_end_that_was_not_written_is_told_apart_from_damage(void **state)
{
	struct kept *kept = keeper();
	struct run *run = work(kept, 1, 200);
	struct acd_journal_reader reader;
	size_t at = kept->piece_at[20], whole = kept->event_count;
	memset(kept->events + at + 4, 0, sizeof(kept->events) - at - 4);
	assert_int_equal(read_only(&reader, kept->events, whole), 57);
	assert_true(reader.torn);
	assert_int_equal(reader.at, at);
	kept->events[whole - 1] = 1;
	assert_int_equal(read_only(&reader, kept->events, whole), 57);
	assert_non_null(reader.fault);
	assert_false(reader.torn);
	run_free(run);
	free(kept);
}

static void every_damaged_byte_is_found_in_its_record(void **state)
{
	struct kept *kept = keeper();
	struct run *run = work(kept, 1, 200);
	struct acd_journal_reader reader;
	for (size_t at = kept->piece_at[1]; at < kept->piece_at[30]; at++) {
		uint32_t n = 1;
		kept->events[at] ^= 0x10;
		read_only(&reader, kept->events, kept->event_count);
		while (kept->piece_at[n + 1] <= at)
			n++;
		assert_non_null(reader.fault);
		assert_int_equal(reader.at, kept->piece_at[n]);
		kept->events[at] ^= 0x10;
	}
	run_free(run);
	free(kept);
}

static void records_in_the_wrong_order_or_missing_are_a_fault(void **state)
{
	struct kept *kept = keeper();
	struct run *run = work(kept, 1, 200);
	struct acd_journal_reader reader;
	size_t from = kept->piece_at[11], length = kept->piece_at[12] - from;
	memmove(kept->events + from, kept->events + from + length, kept->event_count - from - length);
	assert_int_equal(read_only(&reader, kept->events, kept->event_count - length), 30);
	assert_string_equal(reader.fault, "a record is damaged or out of order");
	run_free(run);
	free(kept);
}

static void another_version_is_refused_with_a_sentence(void **state)
{
	struct acd_journal_reader reader;
	assert_int_equal(acd_journal_open(&reader, "BELFRYJ1....", 12), -EPROTO);
	assert_string_equal(reader.fault,
	                    "the journal is of another version, where other decisions may be right; this one reads "
	                    "version 3; use the belfry-sim of the software that wrote it");
	assert_int_equal(acd_journal_open_older(&reader, "BELFRYJ1....", 12), -EPROTO);
	assert_int_equal(acd_journal_open_older(&reader, "BELFRYJ4....", 12), -EPROTO);
	assert_int_equal(acd_journal_open(&reader, "BELFRYJ3\x03....", 13), -EPROTO);
	assert_non_null(strstr(reader.fault, "other limits"));
	assert_int_equal(acd_journal_open(&reader, "SQLite format 3", 15), -EPROTO);
	assert_int_equal(acd_journal_open(&reader, "", 0), -EPROTO);
}

static void every_type_of_event_can_be_kept(void **state)
{
	struct kept *kept = keeper();
	struct run *run = run_new(kept, 1);
	struct acd_journal_reader reader;
	for (unsigned type = 0; type < ACD_EVENT_COUNT; type++)
		feed(run, &(struct acd_event){.type = (enum acd_event_type)type, .sequence = ++run->sequence});
	acd_journal_flush(run->journal, run->acd);
	assert_int_equal(read_only(&reader, kept->events, kept->event_count), ACD_EVENT_COUNT);
	run_free(run);
	free(kept);
}

static void a_call_costs_few_bytes(void **state)
{
	struct kept *kept = keeper();
	struct run *run = run_new(kept, 1);
	size_t before = 0;
	for (uint32_t call = 0; call < 101; call++) {
		struct acd_event events[] = {
		    {.type = ACD_ENQUEUE, .call = 70000 + call, .arrived_us = run->now_us},
		    {.type = ACD_OFFER_RINGING, .offer = call + 1},
		    {.type = ACD_OFFER_ANSWER, .offer = call + 1},
		    {.type = ACD_TALK_STARTED, .call = 70000 + call},
		    {.type = ACD_TALK_ENDED, .call = 70000 + call},
		    {.type = ACD_TIME},
		};
		if (!call) {
			struct acd_settings *one;
			assert_int_equal(acd_settings_new(&one, 1, 1, 1), 0);
			one->queues[0].member_count = 1;
			one->queues[0].wrap_up_ms = 4000;
			one->queues[0].ring_time_ms = one->offer_lease_ms = 20000;
			one->agents[0].number = 1;
			feed(run,
			     &(struct acd_event){.type = ACD_SETTINGS, .sequence = ++run->sequence, .settings = one});
			feed(run, &(struct acd_event){.type = ACD_AGENT_LOGIN, .sequence = ++run->sequence});
		}
		if (call == 1)
			before = kept->event_count + kept->decision_count;
		for (unsigned i = 0; i < 6; i++) {
			events[i].at_us = run->now_us += 5000000;
			events[i].sequence = ++run->sequence;
			feed(run, &events[i]);
			acd_journal_flush(run->journal, run->acd);
		}
	}
	size_t bytes = (kept->event_count + kept->decision_count - before) / 100;
	print_message("a call with wrap-up, each event a frame of its own: %zu bytes\n", bytes);
	assert_in_range(bytes, 60, 230);
	run_free(run);
	free(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_same_decisions_come_again_byte_for_byte),
	    cmocka_unit_test(from_the_state_at_any_moment_on_all_is_decided_the_same),
	    cmocka_unit_test(what_could_not_be_kept_is_a_gap_and_the_state_follows),
	    cmocka_unit_test(the_decisions_kept_are_those_that_were_made),
	    cmocka_unit_test(a_journal_that_is_cut_is_read_up_to_there),
	    cmocka_unit_test(an_end_that_was_not_written_is_told_apart_from_damage),
	    cmocka_unit_test(every_damaged_byte_is_found_in_its_record),
	    cmocka_unit_test(records_in_the_wrong_order_or_missing_are_a_fault),
	    cmocka_unit_test(another_version_is_refused_with_a_sentence),
	    cmocka_unit_test(every_type_of_event_can_be_kept),
	    cmocka_unit_test(a_call_costs_few_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
