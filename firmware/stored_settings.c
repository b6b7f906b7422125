/* The stored settings at the start: what they are told of other rooms, read, and applied before the first call. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "admin/own_prompts.h"
#include "base/log.h"
#include "box.h"
#include "line/timer_rows.h"
#include "store/durable.h"

static const struct box *known; /* whose prompts the settings may name */

static bool strategy_available(int strategy)
{
	return acd_strategy_available((enum acd_strategy)strategy);
}

static bool prompt_known(const char *name)
{
	return prompts_find(known->prompts, name) != PROMPT_NONE;
}

void box_introduce_settings(struct box *box)
{
	static struct settings_timer rows[TIMER_ROW_COUNT];
	int i;

	known = box;
	for (i = 0; i < TIMER_ROW_COUNT; i++)
		rows[i] = (struct settings_timer){timer_rows[i].name, timer_rows[i].help, timer_rows[i].initial_ms,
		                                  timer_rows[i].low_ms, timer_rows[i].high_ms};
	settings_register_timers(rows, TIMER_ROW_COUNT);
	settings_set_strategy_check(strategy_available);
	settings_set_prompt_check(prompt_known);
	settings_set_writer(durable_replace);
}

/* The calls come first: a box with factory settings and an alarm can be set up, one that does not start cannot. */
static int open_settings(struct box *box, struct fault *fault)
{
	struct fault why = {""};
	int error = settings_load(&box->settings, box->options.conf, &why);

	if (!error) {
		if (settings_key_lost(box->settings))
			boot_facts_add_alarm(&box->boot, "key-lost", SEVERITY_CRITICAL,
			                     "The box's key was missing and is a new one: set the agents' PINs again. "
			                     "Older entries of the audit log cannot be checked.");
		return 0;
	}
	log_write(LOG_ERROR, LOG_CONFIG, "the settings cannot be read, going on with factory settings: %s", why.text);
	boot_facts_add_alarm(&box->boot, "settings-damaged", SEVERITY_CRITICAL,
	                     "The settings cannot be read (%s). The box runs with factory settings.", why.text);
	return settings_load_factory(&box->settings, box->options.conf, fault);
}

/* Takes over the start-up file, if there is one, as a commit like any other. */
static int load_startup_file(struct box *box, struct fault *fault)
{
	static char text[1 << 20];
	struct candidate *candidate;
	struct config *config;
	size_t count;
	FILE *file;
	int error;

	if (!box->options.settings)
		return 0;
	file = fopen(box->options.settings, "r");
	if (!file)
		return fault_set(fault, -errno, "start-up file %s: %s", box->options.settings, strerror(errno));
	count = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[count] = '\0';
	error = candidate_new(&candidate, box->settings);
	if (error)
		return fault_set(fault, error, "no memory for the start-up file");
	error = candidate_load_text(candidate, text, fault);
	if (!error)
		error = candidate_build(candidate, &config, NULL, 0, fault);
	if (!error) {
		config_free(config);
		error = settings_commit(box->settings, candidate, fault);
	}
	candidate_free(candidate);
	return error ? fault_add(fault, error, "start-up file %s", box->options.settings) : 0;
}

int box_read_settings(struct box *box, struct fault *fault)
{
	struct fault why = {""};
	int error = open_settings(box, fault);

	if (!error)
		error = load_startup_file(box, fault);
	if (!error && settings_build_at_start(box->settings, &box->stored, &why) < 0) {
		log_write(LOG_ERROR, LOG_CONFIG, "the stored settings cannot be used: %s", why.text);
		boot_facts_add_alarm(&box->boot, "settings-refused", SEVERITY_CRITICAL,
		                     "The box takes no calls, its settings cannot be used: %s", why.text);
	}
	return error;
}

/* The stored settings are applied before the first call; if they cannot be, the box runs without any and says so. */
void box_apply_settings(struct box *box)
{
	struct control_request request = {.type = CONTROL_APPLY, .config = box->stored};

	box->stored = NULL;
	if (!request.config) {
		admin_settings_refused(box->admin);
		return;
	}
	own_prompts_keep(request.config, box->prompts, box->options.data);
	if (control_ask(box->control, &request) < 0)
		return;
	box_settle(box);
	if (request.result < 0) {
		log_write(LOG_ERROR, LOG_CONFIG, "the stored settings could not be applied: %s", request.fault.text);
		config_free(request.config);
		admin_settings_refused(box->admin);
	}
}
