/* Telephones of a line that is cut already when they come: they are known to be cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "call/parts.h"
#include "drivers/driver_ops.h"

struct rig {
	struct control control;
	struct config config;
	struct config_span span;
	struct span_driver driver;
};

static int set_up(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	rig->control.phones = calloc(MEDIA_CHANNELS_MAX, sizeof(*rig->control.phones));
	rig->control.parts.driver = &rig->driver;
	assert_int_equal(dispositions_new(&rig->control), 0);
	assert_int_equal(timers_new(&rig->control.timers, 64), 0);
	rig->span = (struct config_span){.span = 2, .signalling = CONFIG_FXS};
	rig->config = (struct config){.spans = &rig->span, .span_count = 1};
	rig->driver.status[1].telephones = UINT32_C(1) << 3;
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	timers_free(rig->control.timers);
	free(rig->control.last_calls);
	free(rig->control.phones);
	free(rig);
	return 0;
}

static void telephones_of_a_cut_line_are_cut_from_the_start(void **state)
{
	struct rig *rig = *state;
	struct phone *phone = &rig->control.phones[driver_channel(2, 3)];

	rig->driver.status[1].alarms = SPAN_ALARM_RED;
	phones_attach(&rig->control, &rig->config);
	assert_true(phone->exists && phone->cut);
	assert_false(rig->control.phones[driver_channel(2, 4)].exists);
}

static void a_line_that_comes_back_whole_has_whole_telephones(void **state)
{
	struct rig *rig = *state;
	struct phone *phone = &rig->control.phones[driver_channel(2, 3)];

	phones_attach(&rig->control, &rig->config);
	phones_span_alarms(&rig->control, 2, SPAN_ALARM_YELLOW);
	assert_true(phone->cut);
	rig->config.span_count = 0;
	phones_attach(&rig->control, &rig->config);
	assert_false(phone->exists);
	rig->config.span_count = 1;
	phones_attach(&rig->control, &rig->config);
	assert_true(phone->exists);
	assert_false(phone->cut);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(telephones_of_a_cut_line_are_cut_from_the_start),
	    TEST(a_line_that_comes_back_whole_has_whole_telephones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
