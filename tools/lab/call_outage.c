/* Times without signalling: what a call in them may have missed. */
#include "tools/lab/call.h"

#define RECOVER_SAMPLES (LAB_RECOVER_S * 8000u)

void calls_outage(struct span *span)
{
	uint64_t now = span->exchange->now;
	bool began = !span->out;
	span->out = fault_mutes(span) || !link_is_up(span->link);
	if (!span->out)
		return;
	if (began)
		span->out_since = now;
	span->out_until = now;
	for (struct lab_call *call = span->exchange->first_call; call; call = call->next)
		if (call->span == span && (!call->facts.let_go || call->facts.let_go >= span->out_since)) {
			call->facts.out_since = span->out_since;
			call->facts.out_until = now;
		}
}

void call_setup_ended(struct lab_call *call)
{
	struct lab_call_facts *facts = &call->facts;
	if (!facts->reached && facts->out_until && facts->out_until + RECOVER_SAMPLES >= facts->begun)
		facts->setup_out = true;
}

void call_reached(struct lab_call *call)
{
	if (call->facts.reached)
		return;
	call_setup_ended(call);
	call->facts.reached = call->exchange->now ? call->exchange->now : 1;
}
