/* The audit sweep: what it puts right only when it stands twice, and counters that do not add up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "call/parts.h"

struct rig {
	struct control control;
	struct config config;
	struct config_agent agent;
	struct acd_view *view;
};

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	rig->view = calloc(1, sizeof(*rig->view));
	rig->agent.number = 101;
	rig->config.agent_count = 1;
	rig->config.agents = &rig->agent;
	rig->control.config = &rig->config;
	rig->control.phones = calloc(MEDIA_CHANNELS_MAX, sizeof(*rig->control.phones));
	rig->control.channel_call = calloc(MEDIA_CHANNELS_MAX, sizeof(*rig->control.channel_call));
	assert_int_equal(remotes_new(&rig->control), 0);
	assert_int_equal(dispositions_new(&rig->control), 0);
	assert_int_equal(doorbell_new(&rig->control.parts.bell), 0);
	assert_int_equal(acd_actor_new(&rig->control.parts.acd, rig->control.parts.bell), 0);
	assert_int_equal(key_index_new(&rig->control.by_id, 16), 0);
	assert_int_equal(timers_new(&rig->control.timers, 64), 0);
	assert_int_equal(key_index_new(&rig->control.by_leg, 16), 0);
	assert_int_equal(line_new(&rig->control.line, NULL, rig->control.timers, &(struct line_handlers){0}), 0);
	assert_int_equal(sweep_new(&rig->control), 0);
	rig->view->agent_count = 1;
	rig->view->agents[0] = (struct acd_agent_view){.number = 101, .state = ACD_READY, .port = driver_channel(2, 1)};
	struct phone *phone = &rig->control.phones[driver_channel(2, 1)];
	*phone = (struct phone){.control = &rig->control, .exists = true, .agent = 101, .span = 2, .timeslot = 1};
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	sweep_free(&rig->control);
	line_free(rig->control.line);
	timers_free(rig->control.timers);
	key_index_free(rig->control.by_leg);
	key_index_free(rig->control.by_id);
	acd_actor_free(rig->control.parts.acd);
	doorbell_free(rig->control.parts.bell);
	free(rig->control.phones);
	free(rig->control.channel_call);
	free(rig->control.remotes);
	free(rig->control.last_calls);
	free(rig->view);
	free(rig);
	return 0;
}

/* Found once it may be a message on its way; found twice it is put right. */
static void put_right_at_the_second(struct rig *rig)
{
	uint64_t before = rig->control.sweep_counts.repaired;

	sweep_compare(&rig->control, rig->view);
	assert_int_equal(rig->control.sweep_counts.repaired, before);
	sweep_compare(&rig->control, rig->view);
	assert_int_equal(rig->control.sweep_counts.repaired, before + 1);
}

static void all_well_is_left_alone(void **state)
{
	struct rig *rig = *state;

	for (int i = 0; i < 5; i++)
		sweep_compare(&rig->control, rig->view);
	assert_int_equal(rig->control.sweep_counts.sweeps, 5);
	assert_int_equal(rig->control.sweep_counts.mismatches, 0);
	assert_int_equal(rig->control.alarm_count, 0);
}

static void an_agent_kept_for_no_call_is_freed(void **state)
{
	struct rig *rig = *state;

	rig->view->agents[0].state = ACD_TALKING;
	rig->view->agents[0].call = 7;
	put_right_at_the_second(rig);
}

static void what_stands_once_only_is_a_message_on_its_way(void **state)
{
	struct rig *rig = *state;

	for (int i = 0; i < 6; i++) {
		rig->view->agents[0].phone_busy = i % 2;
		sweep_compare(&rig->control, rig->view);
	}
	assert_int_equal(rig->control.sweep_counts.mismatches, 0);
}

static void telephone_and_scheduler_agree_again(void **state)
{
	struct rig *rig = *state;
	struct phone *phone = &rig->control.phones[driver_channel(2, 1)];

	rig->view->agents[0].phone_busy = true;
	put_right_at_the_second(rig);
	rig->view->agents[0].phone_busy = false;
	phone->in_use = true;
	phone->state = PHONE_DIALLING;
	put_right_at_the_second(rig);
	phone->in_use = false;
	phone->state = PHONE_IDLE;
	rig->view->agents[0].state = ACD_LOGGED_OUT;
	put_right_at_the_second(rig);
	assert_int_equal(phone->agent, 0);
	rig->view->agents[0].state = ACD_READY;
	put_right_at_the_second(rig);
}

static void figures_that_do_not_add_up_are_an_alarm(void **state)
{
	struct rig *rig = *state;
	struct acd_queue_view *queue = &rig->view->queues[0];

	rig->view->queue_count = 1;
	*queue = (struct acd_queue_view){.name = "sales",
	                                 .arrived = 12,
	                                 .refused = 1,
	                                 .short_abandoned = 1,
	                                 .offered = 10,
	                                 .answered = 6,
	                                 .abandoned = 1,
	                                 .diverted = 1,
	                                 .waiting = 1,
	                                 .ringing = 1};
	sweep_compare(&rig->control, rig->view);
	assert_int_equal(rig->control.alarm_count, 0);
	queue->answered = 7; /* one call counted twice */
	sweep_compare(&rig->control, rig->view);
	assert_int_equal(rig->control.alarm_count, 1);
	assert_non_null(strstr(rig->control.alarms[0].text, "Queue sales"));
	assert_int_equal(rig->control.sweep_counts.mismatches, 1);
}

/* Its figures are of no day any more; those of a queue that stays keep their alarm. */
static void a_deleted_queue_takes_its_alarm_with_it(void **state)
{
	struct rig *rig = *state;
	struct config_queue queues[2] = {{.name = "sales"}, {.name = "support"}};

	rig->config.queues = queues;
	rig->config.queue_count = rig->view->queue_count = 2;
	for (int i = 0; i < 2; i++) {
		rig->view->queues[i] = (struct acd_queue_view){.arrived = 2, .offered = 2, .answered = 1};
		text_copy(rig->view->queues[i].name, sizeof(rig->view->queues[i].name), queues[i].name);
	}
	sweep_compare(&rig->control, rig->view);
	sweep_compare(&rig->control, rig->view);
	assert_int_equal(rig->control.alarm_count, 2);
	rig->config.queue_count = rig->view->queue_count = 1;
	sweep_compare(&rig->control, rig->view);
	assert_int_equal(rig->control.alarm_count, 1);
	assert_non_null(strstr(rig->control.alarms[0].text, "Queue sales"));
	rig->config.queue_count = 0;
}

static void agents_outside_are_looked_at_too(void **state)
{
	struct rig *rig = *state;
	struct remote *remote = &rig->control.remotes[3];

	rig->control.phones[driver_channel(2, 1)].agent = 0;
	rig->view->agents[0].port = remote->place;
	put_right_at_the_second(rig); /* the scheduler thinks so, the place does not know */
	remote->agent = 101;
	for (int i = 0; i < 3; i++)
		sweep_compare(&rig->control, rig->view);
	assert_int_equal(rig->control.sweep_counts.mismatches, 1);
	rig->view->agents[0].phone_busy = true;
	put_right_at_the_second(rig);
	rig->view->agents[0] = (struct acd_agent_view){.number = 101, .state = ACD_LOGGED_OUT, .port = ACD_NONE};
	put_right_at_the_second(rig);
	assert_int_equal(remote->agent, 0);
}

#define B_CHANNEL driver_channel(1, 5)

static void a_b_channel_held_for_nothing_is_given_back(void **state)
{
	struct rig *rig = *state;

	sweep_channel(&rig->control, B_CHANNEL, 0x10001);
	sweep_channel(&rig->control, B_CHANNEL, 0);
	sweep_channel(&rig->control, B_CHANNEL, 0x10001);
	sweep_channel(&rig->control, B_CHANNEL, 0x20001); /* another call */
	assert_int_equal(rig->control.sweep_counts.repaired, 0);
	sweep_channel(&rig->control, B_CHANNEL, 0x20001);
	assert_int_equal(rig->control.sweep_counts.repaired, 1);
}

static void a_call_on_a_channel_that_the_line_does_not_hold_ends(void **state)
{
	struct rig *rig = *state;
	struct call call = {.control = &rig->control, .state = CALL_TALKING, .record.id = 9, .queue = -1};

	/* The channel was moved elsewhere: this entry is left over. */
	rig->control.channel_call[B_CHANNEL] = &call;
	sweep_channel(&rig->control, B_CHANNEL, 0);
	assert_ptr_equal(rig->control.channel_call[B_CHANNEL], &call);
	sweep_channel(&rig->control, B_CHANNEL, 0);
	assert_null(rig->control.channel_call[B_CHANNEL]);
	assert_int_equal(rig->control.sweep_counts.repaired, 1);
	/* One that both know is left alone. */
	key_index_put(rig->control.by_leg, 0x10002, &call);
	sweep_channel(&rig->control, B_CHANNEL, 0x10002);
	sweep_channel(&rig->control, B_CHANNEL, 0x10002);
	assert_int_equal(rig->control.sweep_counts.repaired, 1);
}

static void an_agents_seconds_must_add_up(void **state)
{
	struct rig *rig = *state;
	struct acd_agent_view *agent = &rig->view->agents[0];

	agent->login_us = 5;
	agent->since_us = 105;
	agent->state_us[ACD_READY] = 60;
	agent->state_us[ACD_TALKING] = 40;
	sweep_compare(&rig->control, rig->view);
	assert_int_equal(rig->control.alarm_count, 0);
	agent->state_us[ACD_TALKING] = 41;
	sweep_compare(&rig->control, rig->view);
	assert_int_equal(rig->control.alarm_count, 1);
}

static void offers_that_nobody_confirms_are_an_alarm_while_they_happen(void **state)
{
	struct rig *rig = *state;

	rig->view->leases_expired = 2;
	sweep_compare(&rig->control, rig->view);
	assert_int_equal(rig->control.alarm_count, 1);
	sweep_compare(&rig->control, rig->view);
	assert_int_equal(rig->control.alarm_count, 0);
	assert_int_equal(rig->control.sweep_counts.leases_expired, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(all_well_is_left_alone),
	    TEST(an_agent_kept_for_no_call_is_freed),
	    TEST(what_stands_once_only_is_a_message_on_its_way),
	    TEST(telephone_and_scheduler_agree_again),
	    TEST(figures_that_do_not_add_up_are_an_alarm),
	    TEST(a_deleted_queue_takes_its_alarm_with_it),
	    TEST(agents_outside_are_looked_at_too),
	    TEST(a_b_channel_held_for_nothing_is_given_back),
	    TEST(a_call_on_a_channel_that_the_line_does_not_hold_ends),
	    TEST(an_agents_seconds_must_add_up),
	    TEST(offers_that_nobody_confirms_are_an_alarm_while_they_happen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
