/* The panel and the sensors: a folder stands for /sys, a pipe for /dev/input. */
#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "machine/machine.h"

#define KEY_CODE  408
#define DISK_ROOM 900 /* blocks that others than root may use */

static struct {
	char folder[64];
	struct doorbell *bell;
	struct machine *machine;
	uint64_t now_us;
	int resets, key, reset_error;
	bool read_only; /* its disk */
	unsigned room;  /* thereof left, of DISK_ROOM blocks */
} t;

/* In the place of the C library's: a disk that may fill up, or that the kernel lets nobody write to any more. */
int statvfs(const char *path, struct statvfs *disk)
{
	*disk = (struct statvfs){.f_bsize = 4096,
	                         .f_frsize = 4096,
	                         .f_blocks = DISK_ROOM + 100,
	                         .f_bfree = t.room + 100,
	                         .f_bavail = t.room,
	                         .f_flag = t.read_only ? ST_RDONLY : 0};
	return access(path, F_OK);
}

static void path_of(char *path, size_t size, const char *name)
{
	snprintf(path, size, "%s/%s", t.folder, name);
}

static void put(const char *name, const char *text)
{
	char path[128];

	path_of(path, sizeof(path), name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static char led(const char *name)
{
	char path[128], text[8] = "";

	snprintf(path, sizeof(path), "%s/%s/brightness", t.folder, name);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	return text[0];
}

static int reset_wanted(void *user)
{
	t.resets++;
	return t.reset_error;
}

static const char *const leds[] = {"g1", "r1", "gs", "rs", "relay"};

static int set_up(void **state)
{
	char path[128], board[2048];
	struct machine_settings settings = {.reset_wanted = reset_wanted};
	struct fault fault = {""};

	memset(&t, 0, sizeof(t));
	t.room = DISK_ROOM;
	snprintf(t.folder, sizeof(t.folder), "/tmp/belfry-machine-XXXXXX");
	assert_non_null(mkdtemp(t.folder));
	for (unsigned i = 0; i < sizeof(leds) / sizeof(leds[0]); i++) {
		path_of(path, sizeof(path), leds[i]);
		assert_int_equal(mkdir(path, 0755), 0);
		snprintf(path, sizeof(path), "%s/brightness", leds[i]);
		put(path, "x");
	}
	put("temp", "40000\n");
	put("life", "0x01 0x02\n");
	put("rtc", "1000\n");
	path_of(path, sizeof(path), "keys");
	assert_int_equal(mkfifo(path, 0600), 0);
	t.key = open(path, O_RDWR | O_NONBLOCK);
	snprintf(board, sizeof(board),
	         "# a board\nled span 1 %s/g1 %s/r1\nled status %s/gs %s/rs # the box\nrelay alarm %s/relay\n"
	         "button reset %s/keys %d\ntemperature case %s/temp 60 75\nwear flash %s/life 80 90\n"
	         "clock %s/rtc 60\ndisk data %s 99 100\nsupply %s/none 100\ntemperature maybe %s/hw*/temp 60 75\n"
	         "time-server %s/tracking 300\nsoftware %s/damaged\n",
	         t.folder, t.folder, t.folder, t.folder, t.folder, t.folder, KEY_CODE, t.folder, t.folder, t.folder,
	         t.folder, t.folder, t.folder, t.folder, t.folder);
	put("board", board);
	assert_int_equal(doorbell_new(&t.bell), 0);
	path_of(path, sizeof(path), "board");
	settings.board_file = path;
	settings.control_bell = t.bell;
	clock_start(UINT64_C(1000) * US_PER_S);
	assert_int_equal(machine_new(&t.machine, &settings, &fault), 0);
	return 0;
}

static int tear_down(void **state)
{
	char command[128];

	machine_free(t.machine);
	doorbell_free(t.bell);
	close(t.key);
	snprintf(command, sizeof(command), "%s", t.folder);
	for (unsigned i = 0; i < sizeof(leds) / sizeof(leds[0]); i++) {
		char path[160];
		snprintf(path, sizeof(path), "%s/%s/brightness", t.folder, leds[i]);
		unlink(path);
		snprintf(path, sizeof(path), "%s/%s", t.folder, leds[i]);
		rmdir(path);
	}
	static const char *const files[] = {"temp", "life", "rtc", "keys", "board", "tracking", "damaged"};
	for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[128];
		path_of(path, sizeof(path), files[i]);
		unlink(path);
	}
	return rmdir(command);
}

static void run_ms(unsigned ms)
{
	struct actor *actor = machine_actor(t.machine);

	for (unsigned i = 0; i < ms; i += 100) {
		t.now_us += 100 * US_PER_MS;
		actor->step(actor->self, t.now_us);
	}
}

static unsigned events(struct machine_event *last)
{
	struct machine_event event;
	unsigned count = 0;

	while (machine_next_event(t.machine, &event)) {
		*last = event;
		count++;
	}
	return count;
}

static void press(bool down)
{
	struct input_event event = {.type = EV_KEY, .code = KEY_CODE, .value = down};

	assert_int_equal(write(t.key, &event, sizeof(event)), sizeof(event));
}

static void lamps_show_the_picture(void **state)
{
	struct machine_picture picture = {.spans = {MACHINE_LAMP_GREEN}};
	bool seen[2] = {false, false};

	machine_show(t.machine, &picture);
	run_ms(1000);
	assert_int_equal(led("g1"), '1');
	assert_int_equal(led("r1"), '0');
	assert_int_equal(led("gs"), '1');
	assert_int_equal(led("relay"), '0');
	picture = (struct machine_picture){.spans = {MACHINE_LAMP_RED}, .major = true};
	machine_show(t.machine, &picture);
	run_ms(1000);
	assert_int_equal(led("g1"), '0');
	assert_int_equal(led("r1"), '1');
	assert_int_equal(led("gs"), '0');
	assert_int_equal(led("rs"), '1');
	assert_int_equal(led("relay"), '1');
	picture = (struct machine_picture){.spans = {MACHINE_LAMP_GREEN_BLINKS}, .minor = true};
	machine_show(t.machine, &picture);
	for (int i = 0; i < 4; i++) {
		run_ms(500);
		seen[led("g1") - '0'] = true;
		assert_int_equal(led("g1"), led("rs"));
	}
	assert_true(seen[0] && seen[1]);
	assert_int_equal(led("relay"), '0');
}

static void only_a_long_press_asks_for_a_reset(void **state)
{
	struct machine_event event;

	press(true);
	run_ms(9000);
	press(false);
	run_ms(5000);
	assert_int_equal(t.resets, 0);
	press(true);
	run_ms(9500);
	assert_int_equal(t.resets, 0);
	run_ms(2000);
	assert_int_equal(t.resets, 1);
	run_ms(20000);
	assert_int_equal(t.resets, 1);
	assert_int_equal(events(&event), 2); /* that of a failure, if there was one, is over */
	assert_int_equal(event.type, MACHINE_RESET_WANTED);
	assert_int_not_equal(led("gs"), led("rs")); /* taken: in turn */
}

static void a_reset_that_cannot_be_noted_is_said(void **state)
{
	struct machine_event event;

	t.reset_error = -ENOSPC;
	press(true);
	run_ms(11000);
	assert_int_equal(t.resets, 1);
	assert_int_equal(events(&event), 1);
	assert_int_equal(event.type, MACHINE_ALARM_RAISED);
	assert_int_equal(event.severity, SEVERITY_MAJOR);
	assert_non_null(strstr(event.text, "cannot be noted for the next start: No space left on device."));
	assert_int_equal(led("gs"), '1'); /* not taken: the status LED does not change */
	run_ms(20000);
	press(false);
	run_ms(1000);
	t.reset_error = 0;
	press(true);
	run_ms(11000);
	assert_int_equal(t.resets, 2);
	assert_int_equal(events(&event), 2);
	assert_int_equal(event.type, MACHINE_RESET_WANTED);
}

static void a_temperature_has_two_limits_and_comes_down_slowly(void **state)
{
	struct machine_event event;

	run_ms(6000);
	assert_int_equal(events(&event), 0);
	put("temp", "60000");
	run_ms(6000);
	assert_int_equal(events(&event), 1);
	assert_int_equal(event.type, MACHINE_ALARM_RAISED);
	assert_int_equal(event.severity, SEVERITY_MINOR);
	assert_non_null(strstr(event.text, "case: 60 degrees"));
	put("temp", "75400");
	run_ms(6000);
	assert_int_equal(events(&event), 1);
	assert_int_equal(event.severity, SEVERITY_MAJOR);
	put("temp", "74000");
	run_ms(6000);
	assert_int_equal(events(&event), 0);
	put("temp", "58500");
	run_ms(6000);
	assert_int_equal(events(&event), 1);
	assert_int_equal(event.severity, SEVERITY_MINOR);
	put("temp", "-12000");
	run_ms(6000);
	assert_int_equal(events(&event), 1);
	assert_int_equal(event.type, MACHINE_ALARM_OVER);
}

/* The minutes that the alarm says, 0: there is none. */
static unsigned unheard_min(const char *tracking)
{
	struct machine_event event;
	unsigned minutes = 0;

	put("tracking", tracking);
	run_ms(6000);
	while (machine_next_event(t.machine, &event)) {
		assert_string_equal(event.key, "sensor time-server");
		minutes = 0;
		if (event.type == MACHINE_ALARM_RAISED)
			assert_int_equal(sscanf(event.text, "No time server has been heard for %u min", &minutes), 1);
	}
	return minutes;
}

/* What chronyd says while it hears a server, while it hears none any more, and when it has never heard one. */
static void silent_time_servers_are_told(void **state)
{
	char line[128];
	unsigned long wall_s = (unsigned long)(clock_wall_us() / US_PER_S);

	snprintf(line, sizeof(line), "C0000207,192.0.2.7,3,%lu.5,0.001,0.1,0.2\n", wall_s - 200);
	assert_int_equal(unheard_min(line), 0);
	snprintf(line, sizeof(line), "C0000207,192.0.2.7,3,%lu.5,0.001,0.1,0.2\n", wall_s - 500);
	assert_in_range(unheard_min(line), 8, 9);
	snprintf(line, sizeof(line), "C0000207,192.0.2.7,3,%lu.5,0.001,0.1,0.2\n", wall_s);
	assert_int_equal(unheard_min(line), 0);
	assert_int_equal(unheard_min("00000000,,0,0.000000000,0.000,0,0\n"), 0);
}

static void damaged_software_is_told(void **state)
{
	struct machine_event event;

	put("damaged", "0\n");
	run_ms(6000);
	assert_int_equal(events(&event), 0);
	put("damaged", "1\n");
	run_ms(6000);
	assert_int_equal(events(&event), 1);
	assert_string_equal(event.key, "sensor software");
	assert_int_equal(event.severity, SEVERITY_MAJOR);
	assert_string_equal(event.text,
	                    "The software is damaged on its disk (in 1 place) and may restart the box. Restart it at "
	                    "a quiet hour; if this comes back, write the slot anew.");
	put("damaged", "0\n");
	run_ms(6000);
	assert_int_equal(events(&event), 1);
	assert_int_equal(event.type, MACHINE_ALARM_OVER);
}

static void wear_and_the_clock_are_told(void **state)
{
	struct machine_event event;

	put("life", "0x02 0x08\n");
	run_ms(6000);
	assert_int_equal(events(&event), 1);
	assert_non_null(strstr(event.text, "80 % of its life"));
	put("rtc", "1100\n");
	run_ms(6000);
	assert_int_equal(events(&event), 1);
	assert_string_equal(event.key, "sensor clock");
}

/* What is kept for root counts as room for nobody. */
static void a_full_disk_is_told(void **state)
{
	struct machine_event event;

	t.room = DISK_ROOM / 50;
	run_ms(6000);
	assert_int_equal(events(&event), 0);
	t.room = DISK_ROOM / 100;
	run_ms(6000);
	assert_int_equal(events(&event), 1);
	assert_string_equal(event.key, "sensor data");
	assert_int_equal(event.type, MACHINE_ALARM_RAISED);
	assert_int_equal(event.severity, SEVERITY_MINOR);
	t.room = 0;
	run_ms(6000);
	assert_int_equal(events(&event), 1);
	assert_int_equal(event.severity, SEVERITY_MAJOR);
	t.room = DISK_ROOM / 10;
	run_ms(6000);
	assert_int_equal(events(&event), 1);
	assert_int_equal(event.type, MACHINE_ALARM_OVER);
}

static void a_disk_that_can_only_be_read_is_told_at_once(void **state)
{
	struct machine_event event;

	t.read_only = true;
	run_ms(6000);
	assert_int_equal(events(&event), 1);
	assert_string_equal(event.key, "sensor data");
	assert_int_equal(event.severity, SEVERITY_CRITICAL);
	assert_non_null(strstr(event.text, "can be read but not written"));
	assert_non_null(strstr(event.text, "replace the disk."));
	t.read_only = false;
	run_ms(6000);
	assert_int_equal(events(&event), 1);
	assert_int_equal(event.type, MACHINE_ALARM_OVER);
}

static void a_sensor_that_cannot_be_read_is_said_after_three_tries(void **state)
{
	struct machine_event event;

	put("temp", "warm");
	run_ms(10000);
	assert_int_equal(events(&event), 0);
	run_ms(6000);
	assert_int_equal(events(&event), 1);
	assert_non_null(strstr(event.text, "cannot be read"));
	put("temp", "40000");
	run_ms(6000);
	assert_int_equal(events(&event), 1);
	assert_int_equal(event.type, MACHINE_ALARM_OVER);
}

/* A place with a star: what never was there is not missed, what was is. */
static void a_sensor_that_only_some_machines_have(void **state)
{
	struct machine_event event;
	char path[128];

	run_ms(20000);
	assert_int_equal(events(&event), 0);
	path_of(path, sizeof(path), "hw7");
	assert_int_equal(mkdir(path, 0755), 0);
	put("hw7/temp", "61000\n");
	run_ms(6000);
	assert_int_equal(events(&event), 1);
	assert_string_equal(event.key, "sensor maybe");
	assert_int_equal(event.severity, SEVERITY_MINOR);
	path_of(path, sizeof(path), "hw7/temp");
	assert_int_equal(unlink(path), 0);
	run_ms(20000);
	assert_int_equal(events(&event), 1);
	assert_non_null(strstr(event.text, "The sensor maybe cannot be read"));
	path_of(path, sizeof(path), "hw7");
	assert_int_equal(rmdir(path), 0);
}

static void wrong_board_files_are_refused_with_their_line(void **state)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
	    {"led span 1 /a /b\nfan 1\n", "line 2: \"fan\" is no part"},
	    {"led span 99 /a /b\n", "line 1: \"99\" does not fit"},
	    {"led status /a\n", "expected led status GREEN RED"},
	    {"temperature case /t 80 70\n", "\"70\" does not fit"},
	    {"temperature case /t 80 70 60\n", "expected temperature NAME FILE WARN LIMIT"},
	    {"button reset /dev/x ten\n", "\"ten\" does not fit"},
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct machine_settings settings = {.control_bell = t.bell};
		struct machine *machine;
		struct fault fault = {""};
		char path[128];

		put("board", rows[i].text);
		path_of(path, sizeof(path), "board");
		settings.board_file = path;
		assert_int_not_equal(machine_new(&machine, &settings, &fault), 0);
		if (!strstr(fault.text, rows[i].words))
			fail_msg("%s: %s", rows[i].words, fault.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(lamps_show_the_picture, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(only_a_long_press_asks_for_a_reset, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_reset_that_cannot_be_noted_is_said, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_temperature_has_two_limits_and_comes_down_slowly, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(damaged_software_is_told, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(silent_time_servers_are_told, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(wear_and_the_clock_are_told, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_full_disk_is_told, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_disk_that_can_only_be_read_is_told_at_once, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_sensor_that_cannot_be_read_is_said_after_three_tries, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_sensor_that_only_some_machines_have, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(wrong_board_files_are_refused_with_their_line, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
