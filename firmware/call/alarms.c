/* Alarms: raised once for each thing they are about, kept until it is over. */
#include "call/parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct alarm *find(struct control *control, const char *key)
{
	uint32_t i;

	for (i = 0; i < control->alarm_count; i++)
		if (strcmp(control->alarms[i].key, key) == 0)
			return &control->alarms[i];
	return NULL;
}

bool alarm_stands(struct control *control, const char *key)
{
	return find(control, key) != NULL;
}

void alarm_raise(struct control *control, enum severity severity, const char *key, const char *format, ...)
{
	struct alarm *alarm = find(control, key);
	va_list arguments;

	if (alarm)
		return;
	if (control->alarm_count == CONTROL_ALARMS_MAX) {
		control->alarms_dropped++;
		return;
	}
	alarm = &control->alarms[control->alarm_count++];
	alarm->id = ++control->next_alarm_id;
	alarm->severity = severity;
	alarm->since_us = clock_wall_at_us(control->now_us);
	text_copy(alarm->key, sizeof(alarm->key), key);
	va_start(arguments, format);
	vsnprintf(alarm->text, sizeof(alarm->text), format, arguments);
	va_end(arguments);
	log_write(LOG_WARNING, LOG_CALL, "alarm %u (%s): %s", alarm->id, severity_name(severity), alarm->text);
}

void alarm_clear(struct control *control, const char *key)
{
	struct alarm *alarm = find(control, key);

	if (!alarm)
		return;
	log_write(LOG_NOTICE, LOG_CALL, "alarm %u is over: %s", alarm->id, alarm->text);
	control->alarm_count--;
	memmove(alarm, alarm + 1, (size_t)(control->alarms + control->alarm_count - alarm) * sizeof(*alarm));
}

void alarms_clear_unless(struct control *control, const char *word,
                         bool (*known)(const struct control *control, const char *key))
{
	uint32_t i;

	for (i = control->alarm_count; i-- > 0;)
		if (strstr(control->alarms[i].key, word) && !known(control, control->alarms[i].key))
			alarm_clear(control, control->alarms[i].key);
}
