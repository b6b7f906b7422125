/* The scheduler as an actor: sequence numbers, deadlines, views, and a reader who is behind loses nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "acd/acd_actor.h"
#include "base/timer.h"

#define SECOND UINT64_C(1000000)

struct rig {
	struct doorbell *bell;
	struct acd_actor *acd;
	struct actors actors;
};

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	assert_int_equal(doorbell_new(&rig->bell), 0);
	assert_int_equal(acd_actor_new(&rig->acd, rig->bell), 0);
	actors_add(&rig->actors, acd_actor_base(rig->acd));
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;
	acd_actor_free(rig->acd);
	doorbell_free(rig->bell);
	free(rig);
	return 0;
}

static void send(struct rig *rig, struct acd_event event)
{
	assert_int_equal(acd_actor_send(rig->acd, &event), 0);
}

static void send_settings(struct rig *rig, uint32_t agents)
{
	struct acd_settings *settings;
	assert_int_equal(acd_settings_new(&settings, 1, agents, agents), 0);
	settings->offer_lease_ms = 2000;
	settings->queues[0] = (struct acd_queue_settings){.name = "sales",
	                                                  .strategy = ACD_LONGEST_IDLE,
	                                                  .ring_time_ms = 15000,
	                                                  .priority = 5,
	                                                  .length_max = CONFIG_CALLS_MAX,
	                                                  .member_count = agents};
	for (uint32_t i = 0; i < agents; i++) {
		settings->agents[i].number = 100 + i;
		settings->members[i].agent = (acd_agent)i;
	}
	send(rig, (struct acd_event){.type = ACD_SETTINGS, .settings = settings});
}

static void deadlines_are_events_of_their_own(void **state)
{
	struct rig *rig = *state;
	struct acd_decision d;
	send_settings(rig, 1);
	send(rig, (struct acd_event){.type = ACD_AGENT_LOGIN, .agent = 0, .port = 3, .at_us = SECOND});
	send(rig, (struct acd_event){.type = ACD_ENQUEUE, .call = 1, .at_us = SECOND});
	actors_settle(&rig->actors, SECOND);
	uint64_t sequence = 0;
	while (acd_actor_next_decision(rig->acd, &d))
		sequence = d.cause_sequence;
	assert_int_equal(d.type, ACD_D_OFFER);
	assert_int_equal(sequence, 3);
	struct actor *actor = acd_actor_base(rig->acd);
	assert_true(actor->next_deadline_us(actor->self) == 3 * SECOND);
	actors_settle(&rig->actors, 3 * SECOND - 1);
	assert_false(acd_actor_next_decision(rig->acd, &d));
	actors_settle(&rig->actors, 4 * SECOND);
	assert_true(acd_actor_next_decision(rig->acd, &d));
	assert_int_equal(d.type, ACD_D_OFFER_CANCEL);
	assert_int_equal(d.cause_sequence, 4);
	assert_true(d.at_us == 3 * SECOND);
}

static void views_are_filled_in_on_its_thread(void **state)
{
	struct rig *rig = *state;
	struct acd_view *view = calloc(1, sizeof(*view));
	struct acd_view_request request = {.view = view, .bell = rig->bell};
	send_settings(rig, 2);
	assert_int_equal(acd_actor_ask_view(rig->acd, &request), 0);
	assert_false(request.done);
	actors_settle(&rig->actors, SECOND);
	assert_true(request.done);
	assert_int_equal(view->agent_count, 2);
	assert_string_equal(view->queues[0].name, "sales");
	free(view);
}

static void explanations_are_too(void **state)
{
	struct rig *rig = *state;
	struct acd_why *why = calloc(1, sizeof(*why));
	struct acd_why_request request = {.queue = 0, .why = why, .max = 1, .bell = rig->bell};
	send_settings(rig, 2);
	assert_int_equal(acd_actor_ask_why(rig->acd, &request), 0);
	actors_settle(&rig->actors, SECOND);
	assert_true(request.done);
	assert_int_equal(request.count, 1);
	assert_int_equal(why->agents[0].verdict, ACD_NOT_LOGGED_IN);
	free(why);
}

/* Nobody reads: events are refused in the end, but every decision of those taken arrives, in order. */
static void slow_reader_gets_every_decision(void **state)
{
	struct rig *rig = *state;
	struct acd_decision d;
	uint32_t sent = 0;
	send_settings(rig, 0);
	for (unsigned round = 0; round < 10; round++) {
		while (sent < 30000) {
			struct acd_event event = {
			    .type = sent % 2 ? ACD_GONE : ACD_ENQUEUE, .call = sent / 2 + 1, .at_us = SECOND};
			if (acd_actor_send(rig->acd, &event))
				break;
			sent++;
		}
		actors_settle(&rig->actors, SECOND);
	}
	assert_true(sent < 30000); /* the mailboxes are full */
	uint32_t accepted = 0;
	do {
		while (acd_actor_next_decision(rig->acd, &d)) {
			assert_int_equal(d.type, ACD_D_ACCEPTED);
			assert_int_equal(d.call, ++accepted);
		}
		actors_settle(&rig->actors, SECOND);
	} while (acd_actor_next_decision(rig->acd, &d) && d.call == ++accepted);
	assert_int_equal(accepted, (sent + 1) / 2);
}

/* W08: whoever shows something never waits for whoever changes it, however far behind its reader is. */
static void a_view_is_given_while_the_reader_of_decisions_is_behind(void **state)
{
	struct rig *rig = *state;
	struct acd_view *view = calloc(1, sizeof(*view));
	struct acd_view_request request = {.view = view};
	send_settings(rig, 0);
	for (unsigned round = 0; round < 10; round++) {
		for (uint32_t i = 0; i < 30000; i++) {
			struct acd_event event = {.type = ACD_ENQUEUE, .call = 1, .at_us = SECOND};
			if (acd_actor_send(rig->acd, &event))
				break;
		}
		actors_settle(&rig->actors, SECOND);
	}
	assert_int_not_equal(acd_actor_send(rig->acd, &(struct acd_event){.type = ACD_TIME}), 0); /* all is full */
	assert_int_equal(acd_actor_ask_view(rig->acd, &request), 0);
	actors_settle(&rig->actors, SECOND);
	assert_true(request.done);
	assert_int_equal(view->queues[0].waiting, 1);
	free(view);
}

static void settings_never_taken_are_freed(void **state)
{
	struct rig *rig = *state;
	send_settings(rig, 1); /* the leak checker is the judge */
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(deadlines_are_events_of_their_own),
	    TEST(views_are_filled_in_on_its_thread),
	    TEST(explanations_are_too),
	    TEST(slow_reader_gets_every_decision),
	    TEST(a_view_is_given_while_the_reader_of_decisions_is_behind),
	    TEST(settings_never_taken_are_freed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
