/*
 * Commands that need others: views of control and of the scheduler, or something done by control. One at a time, in
 * the order in which they were typed; nobody waits: each step looks whether the answer has come.
 */
#include "admin/internal.h"

#include <errno.h>
#include <string.h>

#include "admin/own_prompts.h"

bool job_done(const _Atomic bool *flag)
{
	return atomic_load_explicit(flag, memory_order_acquire);
}

static struct session *next_waiting(struct admin *admin)
{
	struct session *next = NULL;
	for (unsigned i = 0; i < SESSIONS_MAX; i++) {
		struct session *session = &admin->sessions[i];
		if (session->fd >= 0 && session->state == SESSION_WAITING && (!next || session->ticket < next->ticket))
			next = session;
	}
	return next;
}

int job_ask_control(struct admin *admin, enum control_request_type type)
{
	admin->request.type = type;
	admin->request.bell = admin->bell;
	admin->request.result = 0;
	admin->request.fault.text[0] = '\0';
	atomic_store(&admin->request.done, false);
	int error = control_ask(admin->parts.control, &admin->request);
	admin->request_open = !error;
	return error;
}

static int ask_acd(struct admin *admin)
{
	admin->acd_request.view = admin->acd_view;
	admin->acd_request.bell = admin->bell;
	atomic_store(&admin->acd_request.done, false);
	int error = acd_actor_ask_view(admin->parts.acd, &admin->acd_request);
	admin->acd_open = !error;
	return error;
}

static int ask_why(struct admin *admin)
{
	admin->why_request.bell = admin->bell;
	admin->why_request.count = 0;
	atomic_store(&admin->why_request.done, false);
	int error = acd_actor_ask_why(admin->parts.acd, &admin->why_request);
	admin->why_open = !error;
	return error;
}

/* Asks for all that the command needs. 0: asked; 1: nothing to wait for; -errno. */
static int ask(struct admin *admin, struct session *session)
{
	const struct command *command = session->command;
	int error = 0;
	if (command->needs & NEEDS_REQUEST) {
		memset(&admin->request, 0, sizeof(admin->request));
		error = command->begin(admin, session);
		if (error)
			return error;
		error = job_ask_control(admin, admin->request.type);
		if (error && admin->request.type == CONTROL_APPLY)
			commit_abandoned(admin, session);
	}
	if (command->needs & NEEDS_WHY) {
		error = command->begin(admin, session);
		if (error)
			return error;
		error = ask_why(admin);
	}
	if (!error && (command->needs & NEEDS_CONTROL_VIEW)) {
		memset(&admin->request, 0, sizeof(admin->request));
		admin->request.view = admin->control_view;
		error = job_ask_control(admin, CONTROL_VIEW);
	}
	if (!error && (command->needs & NEEDS_ACD_VIEW))
		error = ask_acd(admin);
	return error ? fault_set(&session->fault, error, "the box is too busy to answer: try again") : 0;
}

void session_done(struct admin *admin, struct session *session, int result)
{
	session->state = SESSION_IDLE;
	if (session->gone) {
		audit_command(admin, session, result);
		session_close(session);
	} else
		command_finish(admin, session, result);
}

static void finish(struct admin *admin, struct session *session, int result)
{
	admin->busy = NULL;
	session_done(admin, session, result);
}

static bool start_next(struct admin *admin)
{
	struct session *session = next_waiting(admin);
	if (!session)
		return false;
	session->state = SESSION_RUNNING;
	admin->busy = session;
	int result = ask(admin, session);
	if (result == 1)
		finish(admin, session, session->command->run(admin, session));
	else if (result < 0 && !admin->request_open)
		finish(admin, session, result); /* else: the view asked for must come back first */
	return true;
}

/* A commit that control has taken but that could not be saved is taken back before the session hears of it. */
static bool revert(struct admin *admin, struct session *session, int result)
{
	if (result != -EREMOTEIO)
		return false;
	memset(&admin->request, 0, sizeof(admin->request));
	int error = settings_build(admin->parts.settings, &admin->request.config, &session->fault);
	if (!error) {
		own_prompts_keep(admin->request.config, admin->parts.prompts, admin->parts.data_folder);
		error = job_ask_control(admin, CONTROL_APPLY);
	}
	admin->reverting = !error;
	if (error && admin->request.config)
		config_free(admin->request.config);
	return !error;
}

bool jobs_step(struct admin *admin)
{
	struct session *session = admin->busy;
	if (admin->confirmation.undoing)
		return confirm_step_undo(admin);
	if (!session && confirm_due(admin)) {
		confirm_begin_undo(admin);
		return true;
	}
	if (!session)
		return start_next(admin);
	if ((admin->request_open && !job_done(&admin->request.done)) ||
	    (admin->acd_open && !job_done(&admin->acd_request.done)) ||
	    (admin->why_open && !job_done(&admin->why_request.done)))
		return false;
	bool refused = (session->command->needs & NEEDS_ACD_VIEW) && !admin->acd_open;
	admin->request_open = admin->acd_open = admin->why_open = false;
	int result;
	if (admin->reverting) {
		admin->reverting = false;
		result = commit_reverted(admin, session);
	} else {
		result = refused ? -EBUSY : session->command->run(admin, session);
		if (revert(admin, session, result))
			return true;
	}
	finish(admin, session, result);
	return true;
}
