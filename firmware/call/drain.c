/*
 * Before the box is restarted or switched off: no new calls but emergencies, until those in progress have ended.
 */
#include "call/parts.h"

#include <errno.h>

#define ALARM "drain"

static void done(struct control *control, int result)
{
	struct control_request *request = control->drain_request;

	control->drain_request = NULL;
	request->result = result;
	struct doorbell *bell = request->bell; /* the asker may end with the request */
	atomic_store_explicit(&request->done, true, memory_order_release);
	if (bell)
		doorbell_ring(bell);
}

bool no_new_calls(const struct control *control)
{
	return control->stopping || control->supply_failing || control->drain_request || control->drained;
}

void drain(struct control *control, struct control_request *request)
{
	if (control->drain_request) {
		done(control, -ECANCELED);
		alarm_clear(control, ALARM);
	}
	control->drained = false;
	if (!request->number) {
		log_write(LOG_NOTICE, LOG_CALL, "calls are taken again");
		return;
	}
	control->drain_request = request;
	alarm_raise(control, SEVERITY_MAJOR, ALARM, "No new calls are taken: %s, as %s has asked.", request->text,
	            request->name);
}

/* Wrap-up is an agent's, not a caller's. */
void drain_step(struct control *control)
{
	const struct call *call;

	if (!control->drain_request)
		return;
	for (call = control->first; call; call = call->next)
		if (call->state != CALL_WRAP_UP)
			return;
	done(control, 0);
	alarm_clear(control, ALARM);
	control->drained = true; /* it ends in a moment */
}
