/* See words.h. */
#include "tools/sim/words.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"

void decision_line(char *text, size_t size, const struct acd_decision *d)
{
	snprintf(text, size,
	         "%" PRIu64 " %" PRIu64 " %s call=%" PRIu32 " queue=%u agent=%u offer=%" PRIu32
	         " port=%u ring_ms=%" PRIu32 " position=%" PRIu32 " low_ms=%" PRIu32 " high_ms=%" PRIu32
	         " result=%s exit=%s state=%s refusal=%s wish_paused=%d reason=%u revision=%" PRIu32,
	         d->at_us, d->cause_sequence, acd_decision_names[d->type], d->call, d->queue, d->agent, d->offer,
	         d->port, d->ring_ms, d->position, d->low_ms, d->high_ms, acd_offer_result_names[d->result],
	         acd_exit_names[d->exit], acd_state_names[d->state], acd_refusal_names[d->refusal], d->wish_paused,
	         d->reason, d->revision);
}

static void agent_words(char *text, size_t size, acd_agent agent, const struct acd_view *view)
{
	if (agent < view->agent_count)
		snprintf(text, size, "agent %" PRIu32, view->agents[agent].number);
	else
		snprintf(text, size, "an agent no longer in the settings");
}

static const char *queue_words(acd_queue queue, const struct acd_view *view)
{
	return queue < view->queue_count ? view->queues[queue].name : "(none)";
}

void decision_words(char *text, size_t size, const struct acd_decision *d, const struct acd_view *view)
{
	char agent[64];
	size_t used = 0;
	agent_words(agent, sizeof(agent), d->agent, view);
	text_append(text, size, &used,
	            "%.3f s after the box's start (event %" PRIu64 "): ", (double)d->at_us / (double)US_PER_S,
	            d->cause_sequence);
	switch (d->type) {
	case ACD_D_ACCEPTED:
	case ACD_D_PLACE:
		text_append(text, size, &used, "call %" PRIu32 " waits in queue %s at place %" PRIu32, d->call,
		            queue_words(d->queue, view), d->position);
		break;
	case ACD_D_REFUSED:
	case ACD_D_EXIT:
		text_append(text, size, &used, "call %" PRIu32 " %s queue %s (%s)", d->call,
		            d->type == ACD_D_EXIT ? "leaves" : "is refused by", queue_words(d->queue, view),
		            acd_exit_names[d->exit]);
		break;
	case ACD_D_OFFER:
		text_append(text, size, &used, "call %" PRIu32 " of queue %s is offered to %s for %" PRIu32 " ms",
		            d->call, queue_words(d->queue, view), agent, d->ring_ms);
		break;
	case ACD_D_OFFER_CANCEL:
		text_append(text, size, &used, "the offer of call %" PRIu32 " to %s ends (%s)", d->call, agent,
		            acd_offer_result_names[d->result]);
		break;
	case ACD_D_WINNER:
		text_append(text, size, &used, "call %" PRIu32 " is connected to %s", d->call, agent);
		break;
	case ACD_D_AGENT_STATE:
		text_append(text, size, &used, "%s is %s%s", agent, acd_state_names[d->state],
		            d->wish_paused ? " and wants a pause" : "");
		break;
	case ACD_D_AGENT_REFUSED:
		text_append(text, size, &used, "%s is refused (%s)", agent, acd_refusal_names[d->refusal]);
		break;
	default:
		text_append(text, size, &used, "the event does not fit (call %" PRIu32 ", offer %" PRIu32 ")", d->call,
		            d->offer);
	}
}
