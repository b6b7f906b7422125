/*
 * `commit confirm`: the wait for the confirmation, on the belfry clock, and the undoing when it does not come. What is
 * left of the wait is written down every few seconds, so that it goes on where it was after a crash or a power cut.
 */
#include "admin/internal.h"

#include <string.h>

#include "admin/own_prompts.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/timer.h"

#define KEEP_US  UINT64_C(10000000)
#define RETRY_US UINT64_C(60000000) /* after an undo that failed */

void confirm_watch(struct admin *admin)
{
	uint64_t left_ms;
	uint32_t undo_to;
	admin->confirmation.due_us = admin->confirmation.keep_us = TIMER_NEVER;
	if (!settings_unconfirmed(admin->parts.settings, &left_ms, &undo_to))
		return;
	admin->confirmation.due_us = admin->now_us + left_ms * US_PER_MS;
	admin->confirmation.keep_us = admin->now_us + KEEP_US;
}

void confirm_undo_now(struct admin *admin)
{
	if (admin->confirmation.due_us != TIMER_NEVER)
		admin->confirmation.due_us = admin->now_us;
}

uint64_t confirm_left_ms(const struct admin *admin)
{
	uint64_t due_us = admin->confirmation.due_us;
	return due_us == TIMER_NEVER || due_us < admin->now_us ? 0 : (due_us - admin->now_us) / US_PER_MS;
}

void confirm_keep(struct admin *admin, bool at_once)
{
	struct confirmation *wait = &admin->confirmation;
	if (wait->due_us == TIMER_NEVER || wait->undoing || (!at_once && admin->now_us < wait->keep_us))
		return;
	int error = settings_keep_left(admin->parts.settings, confirm_left_ms(admin));
	if (error)
		log_write(LOG_WARNING, LOG_ADMIN, "the wait for a confirmation cannot be written down: %s",
		          strerror(-error));
	wait->keep_us = admin->now_us + KEEP_US;
}

uint64_t confirm_deadline_us(const struct admin *admin)
{
	const struct confirmation *wait = &admin->confirmation;
	if (wait->undoing)
		return TIMER_NEVER; /* control rings */
	return wait->due_us < wait->keep_us ? wait->due_us : wait->keep_us;
}

bool confirm_due(const struct admin *admin)
{
	return admin->now_us >= admin->confirmation.due_us;
}

static void undo_failed(struct admin *admin, const char *why)
{
	struct confirmation *wait = &admin->confirmation;
	log_write(LOG_ERROR, LOG_ADMIN, "settings that nobody confirmed could not be undone, tried again soon: %s",
	          why);
	candidate_free(wait->candidate);
	wait->candidate = NULL;
	wait->undoing = false;
	wait->due_us = admin->now_us + RETRY_US;
}

void confirm_begin_undo(struct admin *admin)
{
	struct confirmation *wait = &admin->confirmation;
	struct fault fault = {"no memory left"};
	struct settings_revision now;
	int error = settings_revision(admin->parts.settings, 0, &now);
	if (!error)
		error = candidate_new(&wait->candidate, admin->parts.settings);
	if (!error)
		error = candidate_undo(wait->candidate, now.number - now.undo_to, &fault);
	memset(&admin->request, 0, sizeof(admin->request));
	if (!error)
		error = candidate_build_stored(wait->candidate, &admin->request.config, &fault);
	if (!error) {
		own_prompts_keep(admin->request.config, admin->parts.prompts, admin->parts.data_folder);
		error = job_ask_control(admin, CONTROL_APPLY);
		if (error)
			config_free(admin->request.config);
	}
	wait->undoing = !error;
	if (error)
		undo_failed(admin, fault.text);
}

static void undone(struct admin *admin)
{
	struct settings_revision now, note = {.user = "belfryd", .from = "timer"};
	struct fault fault = {""};
	size_t used = 0;
	if (settings_revision(admin->parts.settings, 0, &now))
		return;
	text_append(note.comment, sizeof(note.comment), &used, "revision %u was not confirmed: back to revision %u",
	            now.number, now.undo_to);
	if (settings_write_ahead(admin->parts.settings, admin->confirmation.candidate, &note, &fault)) {
		undo_failed(admin, fault.text);
		return;
	}
	settings_adopt(admin->parts.settings);
	log_write(LOG_NOTICE, LOG_ADMIN, "settings: %s", note.comment);
	confirm_watch(admin);
	if (admin_refresh_config(admin, &fault))
		log_write(LOG_ERROR, LOG_ADMIN, "settings in force cannot be shown: %s", fault.text);
	candidate_free(admin->confirmation.candidate);
	admin->confirmation.candidate = NULL;
	admin->confirmation.undoing = false;
}

bool confirm_step_undo(struct admin *admin)
{
	if (!job_done(&admin->request.done))
		return false;
	admin->request_open = false;
	if (admin->request.result) {
		config_free(admin->request.config);
		undo_failed(admin, admin->request.fault.text);
	} else {
		undone(admin);
	}
	return true;
}

void confirm_end(struct admin *admin)
{
	confirm_keep(admin, true);
	candidate_free(admin->confirmation.candidate);
}
