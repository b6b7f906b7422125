/* Alarms: raised once for each thing they are about, kept until it is over. */
#include "call/parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static uint32_t place(const struct control *control, const char *key)
{
	uint32_t i = 0;

	while (i < control->alarm_count && strcmp(control->alarms[i].key, key) != 0)
		i++;
	return i;
}

static struct alarm *find(struct control *control, const char *key)
{
	uint32_t i = place(control, key);

	return i < control->alarm_count ? &control->alarms[i] : NULL;
}

static void tell(struct control *control, const struct alarm *alarm, bool cleared)
{
	struct management_alarm what = {.id = alarm->id,
	                                .cleared = cleared,
	                                .severity = alarm->severity,
	                                .since_us = alarm->since_us,
	                                .at_us = clock_wall_at_us(control->now_us)};

	text_copy(what.about, sizeof(what.about), alarm->key);
	text_copy(what.text, sizeof(what.text), alarm->text);
	management_alarm(control->parts.management, &what);
}

bool alarm_stands(const struct control *control, const char *key)
{
	return place(control, key) < control->alarm_count;
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
	log_write(LOG_WARNING, LOG_ALARM, "alarm %u (%s): %s", alarm->id, severity_name(severity), alarm->text);
	tell(control, alarm, false);
}

void alarm_clear(struct control *control, const char *key)
{
	struct alarm *alarm = find(control, key);

	if (!alarm)
		return;
	log_write(LOG_NOTICE, LOG_ALARM, "alarm %u is over: %s", alarm->id, alarm->text);
	tell(control, alarm, true);
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

void alarms_receivers(struct control *control, const struct config *config)
{
	struct management_settings settings = {.count = config->receiver_count};
	const struct boot_facts *boot = control->parts.boot;
	uint32_t i;

	_Static_assert(CONFIG_RECEIVERS_MAX <= MANAGEMENT_RECEIVERS_MAX, "all that the settings name have room");
	text_copy(settings.box, sizeof(settings.box), config->system_name);
	text_copy(settings.serial, sizeof(settings.serial), boot ? boot->serial : "");
	for (i = 0; i < config->receiver_count; i++) {
		const struct config_receiver *from = &config->receivers[i];
		struct management_receiver *to = &settings.receivers[i];

		to->kind = !from->snmp ? MANAGEMENT_SYSLOG : from->inform ? MANAGEMENT_INFORM : MANAGEMENT_TRAP;
		to->port = from->port;
		to->level = (enum log_level)from->level;
		text_copy(to->host, sizeof(to->host), from->host);
		text_copy(to->community, sizeof(to->community), from->community);
	}
	management_configure(control->parts.management, &settings);
}
