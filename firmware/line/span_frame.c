/* What a span has to say about single D-channel frames. */
#include "base/clock.h"
#include "line/line_internal.h"

bool span_call_known(void *argument, uint32_t cref)
{
	return leg_of_cref(argument, cref) != NULL;
}

/* Where libpri's messages fall short: progress in DISCONNECT, and user-user data in a SETUP that T303 repeats. */
size_t span_edit_sent(void *argument, const struct q931_facts *facts, const uint8_t *frame, size_t count, uint8_t *out,
                      size_t size)
{
	const struct leg *leg = leg_of_cref(argument, facts->cref);
	if (leg == NULL)
		return 0;
	if (facts->message == Q931_MSG_DISCONNECT && leg->state == LEG_MESSAGE)
		return q931_disconnect_with_inband(frame, count, out, size);
	if (facts->message == Q931_MSG_SETUP && leg->setup.user_user[0] != '\0' && !facts->user_user)
		return q931_setup_with_user_user(frame, count, leg->setup.user_user, out, size);
	return 0;
}

void span_on_frame(void *argument, bool sent, const uint8_t *bytes, size_t count)
{
	const struct span *span = argument;
	const struct line_handlers *handlers = &span->line->handlers;
	if (handlers->frame != NULL)
		handlers->frame(handlers->user, span->number, sent, bytes, count, clock_now_us());
}

void span_on_screened(void *argument, enum q931_verdict verdict)
{
	struct span *span = argument;
	span->frames_screened++;
	line_trouble(span, NULL, LINE_TROUBLE_PROTOCOL, "a frame of the far end was screened: %s",
	             q931_verdict_names[verdict]);
}
