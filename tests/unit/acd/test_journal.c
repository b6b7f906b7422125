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

#define EVENTS    3000
#define DECISIONS 20000

struct kept {
	uint8_t bytes[1 << 20];
	size_t count, record_at[EVENTS + 8];
	uint32_t records;
	struct acd_decision decisions[2][DECISIONS];
	uint32_t decision_count[2];
	int lane;
	bool full;
};

static int put(void *user, const void *bytes, size_t count)
{
	struct kept *kept = user;
	if (kept->full)
		return -ENOSPC;
	assert_true(kept->count + count <= sizeof(kept->bytes));
	memcpy(kept->bytes + kept->count, bytes, count);
	kept->record_at[kept->records++] = kept->count;
	kept->count += count;
	return 0;
}

static void note(void *user, const struct acd_decision *decision)
{
	struct kept *kept = user;
	assert_true(kept->decision_count[kept->lane] < DECISIONS);
	struct acd_decision *to = &kept->decisions[kept->lane][kept->decision_count[kept->lane]++];
	memset(to, 0, sizeof(*to)); /* padding */
	*to = *decision;
}

/* Every field that can be set is set. */
static struct acd_settings *settings(void)
{
	struct acd_settings *s;
	assert_int_equal(acd_settings_new(&s, 3, 6, 18), 0);
	*s = (struct acd_settings){.revision = 77,
	                           .queue_count = 3,
	                           .agent_count = 6,
	                           .member_count = 18,
	                           .queues = s->queues,
	                           .agents = s->agents,
	                           .members = s->members,
	                           .offer_lease_ms = 2000,
	                           .choice = ACD_CHOICE_SERVICE_OBJECTIVE,
	                           .seed = 5,
	                           .skill_count = 2,
	                           .skills = {"dutch", "sales"}};
	static const enum acd_strategy strategies[] = {ACD_SKILLS, ACD_WEIGHTED_RANDOM, ACD_LEAST_OCCUPIED};
	for (uint32_t i = 0; i < 3; i++) {
		s->queues[i] = (struct acd_queue_settings){.name = {'q', (char)('0' + i)},
		                                           .strategy = strategies[i],
		                                           .ring_time_ms = 9000,
		                                           .retry_ms = 1000 * i,
		                                           .wrap_up_ms = 3000,
		                                           .priority = (uint8_t)(3 + i),
		                                           .ageing_ms = 11000,
		                                           .weight = 1 + i,
		                                           .length_max = 20,
		                                           .wait_max_ms = 60000,
		                                           .service_level_ms = 7000,
		                                           .short_abandon_ms = 500,
		                                           .autopause_after = 3,
		                                           .join_states = (uint16_t)(i * 37),
		                                           .leave_states = (uint16_t)(i * 11),
		                                           .grace_ms = i * 1000,
		                                           .member_first = 6 * i,
		                                           .member_count = 6,
		                                           .need_count = 1,
		                                           .relax_count = 1,
		                                           .needs = {{.skill = 1, .level = 2, .weight = 3}},
		                                           .relax = {{.after_ms = 5000, .skill = 1, .level = 9}}};
		for (uint32_t j = 0; j < 6; j++)
			s->members[6 * i + j] = (struct acd_member){
			    .agent = (acd_agent)j, .penalty = (uint8_t)(j % 2), .weight = (uint8_t)(j + 1)};
	}
	for (uint32_t j = 0; j < 6; j++)
		s->agents[j] =
		    (struct acd_agent_settings){.number = 100 + j, .name = "agent", .level = {1, (uint8_t)(1 + j)}};
	return s;
}

static void feed(struct kept *kept, struct acd *acd, struct acd_journal *journal, struct acd_event event)
{
	assert_int_equal(acd_journal_write(journal, &event), 0);
	acd_decide(acd, &event, note, kept);
}

static uint32_t dice(uint64_t *random, uint32_t sides)
{
	*random = *random * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(*random >> 33) % sides;
}

/* A working day in short: all types of event, sensible or not. */
static struct kept *record(void)
{
	struct kept *kept = calloc(1, sizeof(*kept));
	struct acd_journal *journal;
	struct acd *acd;
	uint64_t random = 1, now_us = 0;
	assert_non_null(kept);
	assert_int_equal(acd_new(&acd), 0);
	assert_int_equal(acd_journal_new(&journal, put, kept), 0);
	for (uint64_t n = 1; n <= EVENTS; n++) {
		struct acd_event event = {.at_us = now_us += dice(&random, 400000), .sequence = n};
		event.type =
		    n == 1 || n == EVENTS / 2 ? ACD_SETTINGS : (enum acd_event_type)(1 + dice(&random, ACD_TIME));
		event.settings = event.type == ACD_SETTINGS ? settings() : NULL;
		event.agent = (acd_agent)dice(&random, 6);
		event.port = event.agent;
		event.call = (acd_call)(1 + n / 20 + dice(&random, 4));
		event.queue = (acd_queue)dice(&random, 3);
		event.offer = kept->decision_count[0] ? kept->decisions[0][kept->decision_count[0] - 1].offer : 0;
		event.priority = (uint8_t)dice(&random, 11);
		event.reason = (uint8_t)dice(&random, 9);
		event.transferred = dice(&random, 5) == 0;
		event.arrived_us = dice(&random, 3) ? 0 : now_us / 2;
		event.result = (enum acd_offer_result)dice(&random, ACD_OFFER_RESULT_COUNT);
		feed(kept, acd, journal, event);
	}
	acd_journal_free(journal);
	acd_free(acd);
	return kept;
}

/* How many events could be read; decided again in the other lane. */
static uint64_t replay(struct kept *kept, struct acd_journal_reader *reader, size_t count)
{
	struct acd *acd;
	struct acd_event event;
	uint64_t events = 0;
	assert_int_equal(acd_new(&acd), 0);
	assert_int_equal(acd_journal_open(reader, kept->bytes, count), 0);
	kept->lane = 1;
	kept->decision_count[1] = 0;
	for (; acd_journal_next(reader, &event); events++)
		acd_decide(acd, &event, note, kept);
	acd_free(acd);
	return events;
}

static void the_same_decisions_come_again(void **state)
{
	struct kept *kept = record();
	struct acd_journal_reader reader;
	assert_int_equal(replay(kept, &reader, kept->count), EVENTS);
	assert_null(reader.fault);
	assert_true(kept->decision_count[0] > EVENTS);
	assert_int_equal(kept->decision_count[0], kept->decision_count[1]);
	assert_memory_equal(kept->decisions[0], kept->decisions[1],
	                    kept->decision_count[0] * sizeof(struct acd_decision));
	free(kept);
}

static void a_journal_that_is_cut_is_read_up_to_there(void **state)
{
	struct kept *kept = record();
	struct acd_journal_reader reader;
	for (uint32_t n = 1; n < 40; n++)
		for (size_t cut = kept->record_at[n]; cut < kept->record_at[n + 1]; cut += n == 1 ? 97 : 1) {
			assert_int_equal(acd_journal_open(&reader, kept->bytes, cut), 0);
			struct acd_event event;
			uint32_t read = 0;
			for (; acd_journal_next(&reader, &event); read++)
				acd_settings_free(event.settings);
			assert_int_equal(read, n - 1);
			assert_int_equal(reader.at, kept->record_at[n]);
			assert_int_equal(reader.fault != NULL, cut != kept->record_at[n]);
			assert_int_equal(reader.sequence, n - 1);
		}
	free(kept);
}

static void every_damaged_byte_is_found_in_its_record(void **state)
{
	struct kept *kept = record();
	struct acd_journal_reader reader;
	for (size_t at = kept->record_at[1]; at < kept->record_at[30]; at++) {
		uint32_t n = 1;
		struct acd_event event;
		kept->bytes[at] ^= 0x10;
		assert_int_equal(acd_journal_open(&reader, kept->bytes, kept->count), 0);
		while (acd_journal_next(&reader, &event))
			acd_settings_free(event.settings);
		while (kept->record_at[n + 1] <= at)
			n++;
		assert_non_null(reader.fault);
		assert_int_equal(reader.at, kept->record_at[n]);
		kept->bytes[at] ^= 0x10;
	}
	free(kept);
}

static void records_in_the_wrong_order_or_missing_are_a_fault(void **state)
{
	struct kept *kept = record();
	struct acd_journal_reader reader;
	size_t from = kept->record_at[11], length = kept->record_at[12] - from;
	memmove(kept->bytes + from, kept->bytes + from + length, kept->count - from - length);
	assert_int_equal(replay(kept, &reader, kept->count - length), 10);
	assert_string_equal(reader.fault, "a record is damaged or out of order");
	free(kept);
}

static void another_version_is_refused_with_a_sentence(void **state)
{
	struct acd_journal_reader reader;
	assert_int_equal(acd_journal_open(&reader, "BELFRYJ9....", 12), -EPROTO);
	assert_string_equal(reader.fault, "the journal is of another version; this one reads version 1");
	assert_int_equal(acd_journal_open(&reader, "SQLite format 3", 15), -EPROTO);
	assert_int_equal(acd_journal_open(&reader, "", 0), -EPROTO);
}

static void what_the_keeper_says_is_passed_on(void **state)
{
	struct kept *kept = calloc(1, sizeof(*kept));
	struct acd_journal *journal;
	assert_int_equal(acd_journal_new(&journal, put, kept), 0);
	kept->full = true;
	assert_int_equal(acd_journal_write(journal, &(struct acd_event){.type = ACD_TIME}), -ENOSPC);
	kept->full = false;
	assert_int_equal(acd_journal_write(journal, &(struct acd_event){.type = ACD_EVENT_COUNT}), -EINVAL);
	assert_int_equal(acd_journal_write(journal, &(struct acd_event){.type = ACD_TIME, .sequence = 1}), 0);
	struct acd_journal_reader reader;
	assert_int_equal(replay(kept, &reader, kept->count), 1);
	assert_null(reader.fault);
	acd_journal_free(journal);
	free(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_same_decisions_come_again),
	    cmocka_unit_test(a_journal_that_is_cut_is_read_up_to_there),
	    cmocka_unit_test(every_damaged_byte_is_found_in_its_record),
	    cmocka_unit_test(records_in_the_wrong_order_or_missing_are_a_fault),
	    cmocka_unit_test(another_version_is_refused_with_a_sentence),
	    cmocka_unit_test(what_the_keeper_says_is_passed_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
