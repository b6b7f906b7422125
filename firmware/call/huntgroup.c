/*
 * Hunt groups: telephones and outside numbers that are rung for one call, together or one after the other. Who is
 * engaged is passed over. When nobody takes it, the call goes to the group's final destination.
 */
#include "call/parts.h"

#include <string.h>

static const struct config_huntgroup *settings(const struct call *call)
{
	return &call->control->config->huntgroups[call->huntgroup];
}

static void over(struct call *call)
{
	int32_t final = settings(call)->final;

	log_write(LOG_INFO, LOG_CALL, "call %08x: hunt group %s: nobody takes it", call->record.id,
	          settings(call)->name);
	call->huntgroup = -1;
	record_segment_end(call);
	audio_stop(call->control, call->a.channel); /* the ringing tone */
	call_set_state(call, CALL_SETUP);
	destination_run(call, final);
}

static struct phone *phone_of(const struct control *control, const struct config_destination *member)
{
	uint32_t number;

	if (member->type == DEST_EXTENSION)
		return extension_find(control, member->name);
	if (member->type == DEST_AGENT && text_to_u32(member->name, 1, UINT32_MAX, &number) == 0)
		return agent_phone(control, number);
	return NULL;
}

static const struct config_destination *destination_of(const struct call *call, uint32_t member)
{
	return &call->control->config->destinations[settings(call)->members[member].destination];
}

static void ring_for(struct call *call, uint64_t ms)
{
	timer_start(call->control->timers, &call->ring_timer, call->control->now_us + ms * US_PER_MS);
}

/* ---- one after the other ---- */

/* False: it is engaged, or not there. */
static bool try_member(struct call *call, uint32_t member)
{
	const struct config_destination *to = destination_of(call, member);
	uint64_t ring_ms = settings(call)->members[member].ring_ms;
	struct phone *phone = phone_of(call->control, to);

	if (to->type == DEST_EXTERNAL) {
		ring_for(call, ring_ms);
		destination_external(call, to->name); /* it may fail at once: huntgroup_goes_on() is asked then */
		return true;
	}
	if (!phone || phone->state != PHONE_IDLE)
		return false;
	extension_ring(call, phone);
	ring_for(call, ring_ms);
	return true;
}

static void next_member(struct call *call)
{
	const struct config_huntgroup *group = settings(call);

	while (call->hunt_tried < group->member_count) {
		uint32_t member = (call->hunt_first + call->hunt_tried++) % group->member_count;

		call->control->hunt_next[call->huntgroup] = (member + 1) % group->member_count;
		if (try_member(call, member))
			return;
	}
	over(call);
}

bool huntgroup_goes_on(struct call *call)
{
	if (call->huntgroup < 0 || call->state == CALL_CLEARING || call->answered_us)
		return false;
	call_drop_b(call);
	call->record.cause = call->record.cause_location = 0; /* that of one member is not the call's */
	next_member(call);
	return true;
}

/* ---- all at once ---- */

static bool rings_for(const struct phone *phone, const struct call *call)
{
	return phone->exists && phone->state == PHONE_RINGING && phone->call == call && !phone->offer;
}

static void silence(struct phone *phone)
{
	phone->call = NULL;
	phone_ring_stop(phone);
}

/* All telephones that ring for the call, but one. */
static void silence_others(struct call *call, const struct phone *but)
{
	struct control *control = call->control;
	uint32_t i;

	for (i = 0; i < MEDIA_CHANNELS_MAX; i++)
		if (&control->phones[i] != but && rings_for(&control->phones[i], call))
			silence(&control->phones[i]);
}

static bool ring_one(struct call *call, struct phone *phone)
{
	if (!phone || phone->state != PHONE_IDLE || phone->cut)
		return false;
	phone->call = call;
	phone_agent_in_use(phone, true);
	phone_ring(phone, call, 0);
	return true;
}

/* Stops those who have rung long enough; how long until the next, 0: none rings any more. */
static uint64_t stop_rung_out(struct call *call, uint64_t rung_ms)
{
	const struct config_huntgroup *group = settings(call);
	uint64_t next_ms = 0;
	uint32_t i;

	for (i = 0; i < group->member_count; i++) {
		struct phone *phone = phone_of(call->control, destination_of(call, i));
		uint64_t ring_ms = group->members[i].ring_ms;

		if (!phone || !rings_for(phone, call))
			continue;
		if (ring_ms <= rung_ms)
			silence(phone);
		else if (next_ms == 0 || ring_ms < next_ms)
			next_ms = ring_ms;
	}
	return next_ms ? next_ms - rung_ms : 0;
}

static void ring_all(struct call *call)
{
	const struct config_huntgroup *group = settings(call);
	bool rings = false;
	uint32_t i;

	call->hunt_tried = group->member_count;
	for (i = 0; i < group->member_count; i++)
		rings |= ring_one(call, phone_of(call->control, destination_of(call, i)));
	if (!rings) {
		over(call);
		return;
	}
	call_set_state(call, CALL_RINGING);
	record_segment(call, SEGMENT_RING);
	call->ring_from_us = call->control->now_us;
	ring_for(call, stop_rung_out(call, 0));
	extension_tell_ringing(call);
}

bool huntgroup_rung_out(struct call *call)
{
	uint64_t rung_ms = (call->control->now_us - call->ring_from_us) / US_PER_MS, left_ms;

	if (call->huntgroup < 0 || settings(call)->order != CONFIG_HUNT_ALL)
		return false;
	left_ms = stop_rung_out(call, rung_ms);
	if (left_ms == 0)
		silence_others(call, NULL); /* members that the settings no longer have */
	if (left_ms)
		ring_for(call, left_ms);
	else
		over(call);
	return true;
}

void huntgroup_taken(struct call *call, struct phone *phone)
{
	if (call->huntgroup < 0)
		return;
	if (call->b.kind == PARTY_NONE) {
		silence_others(call, phone);
		call_bind_phone(call, &call->b, phone);
	}
	call->huntgroup = -1;
}

void huntgroup_phone_gone(struct call *call, struct phone *phone)
{
	uint32_t i;

	if (call->huntgroup < 0 || call->b.kind != PARTY_NONE) {
		call_b_failed(call, 27, "telephone removed");
		return;
	}
	silence(phone);
	for (i = 0; i < MEDIA_CHANNELS_MAX; i++)
		if (rings_for(&call->control->phones[i], call))
			return;
	over(call);
}

/* ---- in and out ---- */

void huntgroup_enter(struct call *call, uint32_t index)
{
	const struct config_huntgroup *group = &call->control->config->huntgroups[index];

	call->huntgroup = (int32_t)index;
	call->hunt_tried = 0;
	call->hunt_first = group->order == CONFIG_HUNT_CIRCULAR && group->member_count
	                       ? call->control->hunt_next[index] % group->member_count
	                       : 0;
	if (group->order == CONFIG_HUNT_ALL)
		ring_all(call);
	else
		next_member(call);
}

void huntgroup_stop(struct call *call)
{
	if (call->huntgroup < 0)
		return;
	call->huntgroup = -1;
	if (call->b.kind == PARTY_NONE)
		silence_others(call, NULL);
}

static int32_t same_group(const struct config *config, const char *name)
{
	uint32_t i;

	for (i = 0; i < config->huntgroup_count; i++)
		if (strcmp(config->huntgroups[i].name, name) == 0)
			return (int32_t)i;
	return -1;
}

/* A call whose group is gone goes on ringing as any other; what rings together rings until it is lifted or given up. */
void huntgroup_settings(struct control *control, const struct config *config)
{
	uint32_t next[CONTROL_HUNTGROUPS_MAX] = {0}, i;
	struct call *call, *following;

	for (i = 0; control->config && i < control->config->huntgroup_count; i++) {
		int32_t place = same_group(config, control->config->huntgroups[i].name);

		if (place >= 0)
			next[place] = control->hunt_next[i];
	}
	for (call = control->first; call; call = following) {
		int32_t place;

		following = call->next;
		if (call->huntgroup < 0)
			continue;
		place = same_group(config, settings(call)->name);
		if (place >= 0)
			call->huntgroup = place;
		else
			call_end(call, 41, CALL_WITHDRAWN, "hunt group removed");
	}
	memcpy(control->hunt_next, next, sizeof(next));
}
