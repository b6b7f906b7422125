/* The record of a call: its segments and offers as they happen, and the snapshots that go to the store. */
#include "call/parts.h"

#include <string.h>

static uint32_t since_arrival_ms(const struct call *call)
{
	return (uint32_t)((call->control->now_us - call->arrived_us) / US_PER_MS);
}

bool record_post(struct call *call, bool durable)
{
	if (store_post(call->control->parts.store, &call->record, durable ? call->record.id : 0) == 0)
		return true;
	log_write(LOG_ERROR, LOG_CALL, "call %08x: its record could not be handed over", call->record.id);
	return false;
}

void record_segment_end(struct call *call)
{
	if (call->segment_open && call->record.segment_count > 0)
		call->record.segments[call->record.segment_count - 1].end_ms = since_arrival_ms(call);
	call->segment_open = false;
}

void record_segment(struct call *call, enum segment_kind kind)
{
	struct call_record *record = &call->record;
	struct call_segment *segment;

	record_segment_end(call);
	if (record->segment_count == STORE_SEGMENTS_MAX) {
		record->segments_dropped++;
		return;
	}
	segment = &record->segments[record->segment_count++];
	memset(segment, 0, sizeof(*segment));
	segment->kind = (uint8_t)kind;
	segment->start_ms = segment->end_ms = since_arrival_ms(call);
	/* The agent's part is over once the scheduler has been told: who talks on after a transfer is somebody else. */
	if (kind == SEGMENT_WRAP_UP || ((kind == SEGMENT_TALK || kind == SEGMENT_HOLD) && call->acd))
		segment->agent = record->agent;
	if (call->queue >= 0)
		text_copy(segment->queue, sizeof(segment->queue), record->queue);
	call->segment_open = true;
}

void record_offer(struct call *call, uint32_t agent, enum acd_offer_result result, uint64_t ring_us)
{
	struct call_record *record = &call->record;
	struct call_offer *offer;

	call_note(call, TRACE_OFFER_OVER, NULL, TRACE_HERE, "agent %u: %s after %u ms", agent,
	          text_name(acd_offer_result_names, ACD_OFFER_RESULT_COUNT, (int)result),
	          (unsigned)(ring_us / US_PER_MS));
	if (record->offer_count == STORE_OFFERS_MAX) {
		record->offers_dropped++;
		return;
	}
	offer = &record->offers[record->offer_count++];
	offer->agent = agent;
	offer->result = (uint8_t)result;
	offer->ring_ms = (uint32_t)(ring_us / US_PER_MS);
}

uint32_t call_waited_again_ms(const struct call *call)
{
	uint64_t now_us = call->cleared_us ? call->cleared_us : call->control->now_us;

	return call->again_ms + (call->again_from_us ? (uint32_t)((now_us - call->again_from_us) / US_PER_MS) : 0);
}

/*
 * The call is over: times and outcome become final, and the whole record goes to the store. People have talked, held
 * and waited until it was cleared; until the network confirms that (T305, T308), only its channel is in use.
 */
void record_close(struct call *call)
{
	struct call_record *record = &call->record;
	uint64_t now_us = call->control->now_us, end_us = call->cleared_us ? call->cleared_us : now_us;

	if (record->ended)
		return;
	record_segment_end(call);
	caps_ended(call);
	record->ended = true;
	/* By the call's own length: a wall clock that was set meanwhile puts no end before its beginning. */
	record->ended_us = record->arrived_us + (now_us - call->arrived_us);
	if (call->hold_from_us)
		record->hold_ms += (uint32_t)((end_us - call->hold_from_us) / US_PER_MS);
	if (call->answered_us)
		record->talk_ms =
		    (uint32_t)((end_us - call->answered_us) / US_PER_MS) - record->hold_ms - call_waited_again_ms(call);
	else
		record->wait_ms = (uint32_t)((end_us - call->arrived_us) / US_PER_MS);
	if (record->cause == 0)
		record->cause = record->cause_sent ? record->cause_sent : call->end_cause;
	if (record->outcome == CALL_OUTCOME_NONE)
		record->outcome = call->answered_us ? CALL_ANSWERED : CALL_ABANDONED;
	record_post(call, false);
	log_write(LOG_INFO, LOG_CALL, "call %08x ended: %s, cause %u, talked %u ms", record->id,
	          call_outcome_names[record->outcome], record->cause, record->talk_ms);
}
