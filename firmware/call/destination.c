/* Where a call goes: one destination of the settings, carried out. */
#include "call/parts.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef void run(struct call *call, const struct config_destination *destination);

static void run_queue(struct call *call, const struct config_destination *destination)
{
	const struct config *config = call->control->config;
	uint32_t i;

	for (i = 0; i < config->queue_count; i++)
		if (strcmp(config->queues[i].name, destination->name) == 0) {
			queue_enter(call, i);
			return;
		}
	call_b_failed(call, 41, "queue is gone");
}

static void run_extension(struct call *call, const struct config_destination *destination)
{
	struct phone *phone = extension_find(call->control, destination->name);

	if (phone)
		extension_ring(call, phone);
	else
		call_b_failed(call, 1, "no such extension");
}

static void run_agent(struct call *call, const struct config_destination *destination)
{
	struct phone *phone = NULL;
	uint32_t number;

	if (text_to_u32(destination->name, 1, UINT32_MAX, &number) == 0)
		phone = agent_phone(call->control, number);
	if (phone)
		extension_ring(call, phone);
	else
		call_b_failed(call, 20, "agent is not logged in");
}

static void run_announce(struct call *call, const struct config_destination *destination)
{
	const char *names[] = {destination->name, NULL};

	call->destination = destination->then;
	call_answer(call);
	call_set_state(call, CALL_ANNOUNCEMENT);
	record_segment(call, SEGMENT_IVR);
	call->play_token = audio_play(call->control, call->a.channel, names);
}

static void run_external(struct call *call, const struct config_destination *destination)
{
	const struct config *config = call->control->config;
	uint32_t i;

	char number[CONFIG_DIGITS_BYTES];
	size_t used = 0;

	/* The number may carry an outside prefix; without one it goes out by the first rule, as if it had it. */
	for (i = 0; i < config->outside_count; i++) {
		size_t length = strlen(config->outsides[i].prefix);

		if (strncmp(destination->name, config->outsides[i].prefix, length) == 0) {
			outside_call(call, i, destination->name);
			return;
		}
	}
	text_append(number, sizeof(number), &used, "%s%s", config->outside_count ? config->outsides[0].prefix : "",
	            destination->name);
	if (config->outside_count > 0)
		outside_call(call, 0, number);
	else
		call_b_failed(call, 3, "no trunk rule leads outside");
}

static void run_hangup(struct call *call, const struct config_destination *destination)
{
	uint8_t cause = destination->cause ? destination->cause : 16;

	call_end(call, cause, CALL_REFUSED, line_cause_text(cause));
}

static void run_hours(struct call *call, const struct config_destination *destination)
{
	const struct config *config = call->control->config;
	uint32_t i;

	for (i = 0; i < config->hours_count; i++)
		if (strcmp(config->hours[i].name, destination->name) == 0) {
			destination_run(call, hours_open(call->control, &config->hours[i])
			                          ? config->hours[i].then
			                          : config->hours[i].otherwise);
			return;
		}
	call_b_failed(call, 41, "hours are gone");
}

/* Destinations without a function here are refused when the settings are applied (control_apply.c). */
static run *const runs[DEST_TYPE_COUNT] = {
    [DEST_QUEUE] = run_queue,       [DEST_EXTENSION] = run_extension, [DEST_AGENT] = run_agent,
    [DEST_ANNOUNCE] = run_announce, [DEST_EXTERNAL] = run_external,   [DEST_HANGUP] = run_hangup,
    [DEST_HOURS] = run_hours,
};

bool destination_supported(enum config_destination_type type)
{
	return type > DEST_NONE && type < DEST_TYPE_COUNT && runs[type] != NULL;
}

void destination_run(struct call *call, int32_t index)
{
	const struct config *config = call->control->config;
	const struct config_destination *destination;

	if (index < 0 || (uint32_t)index >= config->destination_count) {
		call_end(call, 16, call->record.outcome ? call->record.outcome : CALL_DIVERTED, NULL);
		return;
	}
	if (++call->hops > CALL_HOPS_MAX) {
		log_write(LOG_WARNING, LOG_CALL, "call %08x: goes in circles, ended", call->record.id);
		call_end(call, 25, CALL_REFUSED, "destinations lead in a circle");
		return;
	}
	destination = &config->destinations[index];
	call->destination = -1;
	call_note(call, TRACE_ROUTE, NULL, TRACE_HERE, "goes to %s%s%s",
	          text_name(config_destination_names, DEST_TYPE_COUNT, (int)destination->type),
	          destination->name[0] ? " " : "", destination->name);
	if (destination_supported(destination->type))
		runs[destination->type](call, destination);
	else
		call_end(call, 79, CALL_REFUSED, "destination is not available");
}

void destination_play_done(struct call *call)
{
	if (call->state != CALL_ANNOUNCEMENT)
		return;
	record_segment_end(call);
	if (call->destination >= 0)
		destination_run(call, call->destination);
	else
		call_end(call, 16, CALL_DIVERTED, "announcement played");
}

/* ---- opening hours: the box's wall clock in the zone of the settings (main sets TZ) ---- */

static bool is_holiday(const struct config_hours *hours, const struct tm *local)
{
	uint32_t today = (uint32_t)((local->tm_year + 1900) * 10000 + (local->tm_mon + 1) * 100 + local->tm_mday);
	uint32_t i;

	for (i = 0; i < hours->holiday_count; i++)
		if (hours->holidays[i] == today)
			return true;
	return false;
}

bool hours_open(const struct control *control, const struct config_hours *hours)
{
	time_t seconds = (time_t)(clock_wall_at_us(control->now_us) / US_PER_S);
	unsigned minute, day;
	struct tm local;
	uint32_t i;

	if (hours->night || !localtime_r(&seconds, &local) || is_holiday(hours, &local))
		return false;
	minute = (unsigned)(local.tm_hour * 60 + local.tm_min);
	day = (unsigned)(local.tm_wday + 6) % 7; /* Monday is 0 */
	for (i = 0; i < hours->range_count; i++) {
		const struct config_hours_range *range = &hours->ranges[i];
		bool over_midnight = range->from_min >= range->to_min;
		bool today = range->days >> day & 1, yesterday = range->days >> (day + 6) % 7 & 1;

		if (!over_midnight && today && minute >= range->from_min && minute < range->to_min)
			return true;
		if (over_midnight && ((today && minute >= range->from_min) || (yesterday && minute < range->to_min)))
			return true;
	}
	return false;
}
