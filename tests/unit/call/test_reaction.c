/* How soon a free agent is rung for who waits: what is counted, what is not, and the sentence at the stop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/log.h"
#include "base/text.h"
#include "call/parts.h"

#define LAST_KEPT 4096

struct rig {
	struct control control;
	struct phone phone;
	char said[512];
	uint32_t lines;
};

static void hear(void *argument, uint64_t wall_us, enum log_level level, enum log_room room, const char *text)
{
	struct rig *rig = argument;

	assert_int_equal(level, LOG_INFO);
	text_copy(rig->said, sizeof(rig->said), text);
	rig->lines++;
}

static void say(struct rig *rig)
{
	rig->lines = 0;
	reaction_say(&rig->control);
	log_drain(hear, rig);
}

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	assert_int_equal(log_start(LOG_INFO), 0);
	rig->phone.control = &rig->control;
	rig->control.now_us = 5000000;
	assert_int_equal(reaction_new(&rig->control), 0);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	reaction_free(&rig->control);
	assert_null(rig->control.reaction);
	log_stop();
	free(rig);
	return 0;
}

/* Hangs up, and is rung for a caller whom the scheduler gave out at that moment. */
static void rung_at_once(struct rig *rig)
{
	rig->control.now_us += 1000;
	reaction_begins(&rig->phone);
	reaction_rings(&rig->phone, rig->control.now_us);
}

static void nothing_is_said_where_nobody_was_rung(void **state)
{
	struct rig *rig = *state;

	say(rig);
	assert_int_equal(rig->lines, 0);
	reaction_begins(&rig->phone);
	say(rig);
	assert_int_equal(rig->lines, 0);
}

static void only_callers_who_waited_count_and_each_once(void **state)
{
	struct rig *rig = *state;

	rung_at_once(rig);
	reaction_rings(&rig->phone, rig->control.now_us); /* a second caller after the same call */
	reaction_begins(&rig->phone);
	reaction_rings(&rig->phone, rig->control.now_us + 20000); /* came when the agent had been free for a while */
	rung_at_once(rig);
	say(rig);
	assert_int_equal(rig->lines, 1);
	assert_non_null(strstr(rig->said, "free agents were rung for who waited 2 times"));
}

/* The number behind these words of the sentence. */
static uint32_t figure(const char *said, const char *words)
{
	const char *at = strstr(said, words);
	char number[16] = "";
	uint32_t value = 0;

	assert_non_null(at);
	at += strlen(words);
	for (size_t i = 0; i + 1 < sizeof(number) && at[i] >= '0' && at[i] <= '9'; i++)
		number[i] = at[i];
	assert_int_equal(text_to_u32(number, 0, UINT32_MAX, &value), 0);
	return value;
}

static void the_last_ones_are_told_in_order_of_length(void **state)
{
	struct rig *rig = *state;

	for (int i = 0; i < LAST_KEPT + 10; i++)
		rung_at_once(rig);
	say(rig);
	assert_int_equal(figure(rig->said, "waited "), LAST_KEPT);
	assert_true(figure(rig->said, "half of them within ") <= figure(rig->said, "95 of 100 within "));
	assert_true(figure(rig->said, "95 of 100 within ") <= figure(rig->said, "the slowest after "));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(nothing_is_said_where_nobody_was_rung),
	    TEST(only_callers_who_waited_count_and_each_once),
	    TEST(the_last_ones_are_told_in_order_of_length),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
