#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/boot_facts.h"

static char folder[] = "/tmp/belfry-facts-XXXXXX";

static void put(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int make_folder(void **state)
{
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	static const char *const names[] = {"identity", "slot", "alarms", "manifest", "network"};
	char path[128];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	return rmdir(folder);
}

static void test_nothing(void **state)
{
	struct boot_facts facts;

	boot_facts_read(&facts, NULL);
	assert_string_equal(facts.serial, "");
	boot_facts_read(&facts, "/nonexistent");
	assert_int_equal(facts.alarm_count + facts.mac_count + facts.ignored, 0);
}

static void test_identity(void **state)
{
	struct boot_facts facts;

	put("identity",
	    "serial BF-26-0001\nmac 02:00:00:00:00:01\nhostname belfry-bf-26-0001\nmac 02:00:00:00:00:02\nplanet 9\n");
	put("slot", "root-b\n");
	boot_facts_read(&facts, folder);
	assert_string_equal(facts.serial, "BF-26-0001");
	assert_string_equal(facts.hostname, "belfry-bf-26-0001");
	assert_string_equal(facts.slot, "root-b");
	assert_int_equal(facts.mac_count, 2);
	assert_string_equal(facts.mac[1], "02:00:00:00:00:02");
	assert_int_equal(facts.ignored, 1);
}

/* What a worn flash says does not reach a terminal as it is, and does not overrun. */
static void test_damaged(void **state)
{
	struct boot_facts facts;
	char text[2048];
	size_t i;

	put("identity", "serial \033[2JBF\n");
	boot_facts_read(&facts, folder);
	assert_string_equal(facts.serial, "?[2JBF");
	memset(text, 'a', sizeof(text));
	memcpy(text, "serial ", 7);
	text[sizeof(text) - 1] = '\0';
	put("identity", text);
	boot_facts_read(&facts, folder);
	assert_int_equal(strlen(facts.serial), sizeof(facts.serial) - 1);
	for (i = 0; i < 20; i++)
		memcpy(text + i * 6, "mac x\n", 6);
	text[i * 6] = '\0';
	put("identity", text);
	boot_facts_read(&facts, folder);
	assert_int_equal(facts.mac_count, BOOT_MACS_MAX);
	assert_int_equal(facts.ignored, 20 - BOOT_MACS_MAX);
}

static void test_alarms(void **state)
{
	struct boot_facts facts;
	int i;

	put("identity", "");
	put("alarms", "conf-lost critical The settings were unreadable.\ndata-lost odd No data.\nhalf\n");
	boot_facts_read(&facts, folder);
	assert_int_equal(facts.alarm_count, 2);
	assert_string_equal(facts.alarm[0].key, "conf-lost");
	assert_int_equal(facts.alarm[0].severity, SEVERITY_CRITICAL);
	assert_string_equal(facts.alarm[0].text, "The settings were unreadable.");
	assert_int_equal(facts.alarm[1].severity, SEVERITY_MAJOR);
	assert_int_equal(facts.ignored, 1);
	for (i = facts.alarm_count; i < BOOT_ALARMS_MAX; i++)
		assert_true(boot_facts_add_alarm(&facts, "one", SEVERITY_MINOR, "number %d", i));
	assert_false(boot_facts_add_alarm(&facts, "more", SEVERITY_MINOR, "too many"));
	assert_string_equal(facts.alarm[BOOT_ALARMS_MAX - 1].text, "number 7");
}

static void note_component(void *user, const char *name, const char *version)
{
	char *text = user;

	snprintf(text + strlen(text), 256 - strlen(text), "%s=%s;", name, version);
}

static void test_components(void **state)
{
	struct boot_facts facts;
	char text[256] = "";

	put("manifest", "whole base-files 12.4+deb12u11 amd64 0f\npart dahdi 1:3.1.0-2 amd64 ab\nbroken\n");
	boot_facts_read(&facts, folder);
	boot_facts_each_component(&facts, note_component, text);
	assert_string_equal(text, "base-files=12.4+deb12u11;dahdi=1:3.1.0-2;");
}

static void test_network(void **state)
{
	struct boot_facts facts;
	char text[256] = "";

	boot_facts_read(&facts, folder);
	boot_facts_each_network(&facts, note_component, text);
	assert_string_equal(text, "");
	put("network", "card eth1\naddress 192.0.2.10/24\nodd\nssh-key SHA256:ab\001c\n");
	boot_facts_each_network(&facts, note_component, text);
	assert_string_equal(text, "card=eth1;address=192.0.2.10/24;ssh-key=SHA256:ab?c;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nothing), cmocka_unit_test(test_identity),   cmocka_unit_test(test_damaged),
	    cmocka_unit_test(test_alarms),  cmocka_unit_test(test_components), cmocka_unit_test(test_network),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
