/*
 * A folder of its own for each test, timers registered as main.c does, and short forms for what tests do all the time.
 */
#ifndef TESTS_CONFIG_FIXTURE_H
#define TESTS_CONFIG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/settings.h"
#include "line/timer_rows.h"
#include "tests/unit/scratch.h"

#define TIMER_AS_SETTING(name, initial_ms, low_ms, high_ms, help) {#name, help, initial_ms, low_ms, high_ms},
static const struct settings_timer fixture_timers[] = {TIMER_ROWS(TIMER_AS_SETTING)};

struct fixture {
	char folder[64];
	struct settings *settings;
	struct candidate *candidate;
	struct fault fault;
	char warnings[4096];
};

static inline int fixture_set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	settings_register_timers(fixture_timers, ARRAY_SIZE(fixture_timers));
	settings_set_strategy_check(NULL);
	settings_set_prompt_check(NULL);
	settings_set_writer(NULL);
	if (!scratch_new(f->folder, sizeof(f->folder), "config") || settings_load(&f->settings, f->folder, &f->fault) ||
	    candidate_new(&f->candidate, f->settings))
		return -1;
	*state = f;
	return 0;
}

/* All files of a folder, those of the power-cut log too. */
static inline void fixture_empty(const char *folder)
{
	DIR *open_folder = opendir(folder);
	struct dirent *entry;
	while (open_folder && (entry = readdir(open_folder))) {
		char *path = NULL;
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		assert_true(asprintf(&path, "%s/%s", folder, entry->d_name) > 0);
		if (unlink(path)) {
			fixture_empty(path);
			rmdir(path);
		}
		free(path);
	}
	if (open_folder)
		closedir(open_folder);
}

static inline int fixture_tear_down(void **state)
{
	struct fixture *f = *state;
	candidate_free(f->candidate);
	settings_free(f->settings);
	fixture_empty(f->folder);
	rmdir(f->folder);
	free(f);
	return 0;
}

static inline void set(struct fixture *f, const char *line)
{
	f->fault.text[0] = '\0';
	int error = candidate_set(f->candidate, line, &f->fault);
	if (error)
		fail_msg("%s: %s", line, f->fault.text);
}

static inline void set_all(struct fixture *f, const char *const *lines)
{
	for (; *lines; lines++)
		set(f, *lines);
}

static inline void refused(struct fixture *f, const char *line, const char *sentence)
{
	char *before = candidate_text(f->candidate, "", true);
	f->fault.text[0] = '\0';
	if (!candidate_set(f->candidate, line, &f->fault))
		fail_msg("%s: taken, expected: %s", line, sentence);
	assert_string_equal(f->fault.text, sentence);
	char *after = candidate_text(f->candidate, "", true);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static inline struct config *built(struct fixture *f)
{
	struct config *config = NULL;
	if (candidate_build(f->candidate, &config, f->warnings, sizeof(f->warnings), &f->fault))
		fail_msg("build: %s", f->fault.text);
	return config;
}

static inline void build_refused(struct fixture *f, const char *sentence)
{
	struct config *config = (struct config *)&f->fault, *kept = config;
	f->fault.text[0] = '\0';
	if (!candidate_build(f->candidate, &config, NULL, 0, &f->fault))
		fail_msg("built, expected: %s", sentence);
	assert_string_equal(f->fault.text, sentence);
	assert_ptr_equal(config, kept);
}

#endif
