/*
 * Fuzz target: settings text. What is taken must be printed as text that is taken again and prints the same; what is
 * refused must change nothing and be said in a sentence.
 */
#include <stdlib.h>
#include <string.h>

#include "config/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct settings_timer timers[] = {{"T303", "SETUP sent", 4000, 1000, 20000}};
static struct settings *settings;

static void no_word(void *user, const char *word, const char *help)
{
}

static void must(bool right)
{
	if (!right)
		abort();
}

static void check_round_trip(struct candidate *candidate)
{
	struct candidate *again = NULL;
	struct fault fault = {""};
	char *text = candidate_text(candidate, "", true);
	must(text && !candidate_new(&again, settings));
	must(!candidate_load_text(again, text, &fault));
	char *other = candidate_text(again, "", true);
	must(other && !strcmp(text, other));
	free(text);
	free(other);
	candidate_free(again);
}

static void check_build(struct candidate *candidate)
{
	char warnings[1000];
	struct config *config = NULL;
	struct fault fault = {""};
	if (candidate_build(candidate, &config, warnings, sizeof(warnings), &fault)) {
		must(fault.text[0] && !config);
		return;
	}
	config_match_did(config, "8005551000");
	config_did_may_grow(config, "8005");
	config_free(config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fault fault = {""};
	struct candidate *candidate;
	settings_register_timers(timers, 1);
	must(settings || !settings_load(&settings, "/nonexistent", &fault));
	must(!candidate_new(&candidate, settings));
	char *text = calloc(1, size + 1);
	must(text != NULL);
	memcpy(text, data, size);
	candidate_complete(candidate, text, no_word, NULL);
	if (candidate_load_text(candidate, text, &fault))
		must(fault.text[0] && !candidate_changed(candidate));
	/* Line by line too: then later lines meet a tree that has earlier ones. */
	for (char *at = text, *line; (line = strsep(&at, "\n"));) {
		(void)!candidate_set(candidate, line, &fault);
		(void)!candidate_delete(candidate, line + (line[0] == 'd'), &fault);
		(void)!candidate_set(candidate, line, &fault);
	}
	check_round_trip(candidate);
	check_build(candidate);
	free(text);
	candidate_free(candidate);
	return 0;
}
