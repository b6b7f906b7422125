#include "base/boot_facts.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define LINE_BYTES 512

static FILE *open_file(const struct boot_facts *facts, const char *name)
{
	char path[sizeof(facts->folder) + 32];
	size_t used = 0;

	if (!facts->folder[0])
		return NULL;
	text_append(path, sizeof(path), &used, "%s/%s", facts->folder, name);
	return fopen(path, "re");
}

/* Cuts the first word off; what is behind it is left in *rest. */
static char *next_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t\r\n");
	size_t length = strcspn(word, " \t\r\n");

	*rest = word + length;
	if (word[length])
		*(*rest)++ = '\0';
	return word;
}

static char *rest_of_line(char *rest)
{
	rest += strspn(rest, " \t");
	rest[strcspn(rest, "\r\n")] = '\0';
	return rest;
}

/* A technician's terminal must survive what a worn flash says. */
static void copy_printable(char *to, size_t size, const char *from)
{
	text_copy(to, size, from);
	for (; *to; to++)
		if (!isprint((unsigned char)*to))
			*to = '?';
}

static void each_line(const struct boot_facts *facts, const char *name, void (*each)(void *user, char *line),
                      void *user)
{
	FILE *file = open_file(facts, name);
	char line[LINE_BYTES];

	if (!file)
		return;
	while (fgets(line, sizeof(line), file))
		each(user, line);
	fclose(file);
}

static void take_identity(void *user, char *line)
{
	struct boot_facts *facts = user;
	char *rest = line, *word = next_word(&rest), *value = rest_of_line(rest);

	if (!*value)
		facts->ignored += *word != '\0';
	else if (strcmp(word, "serial") == 0)
		copy_printable(facts->serial, sizeof(facts->serial), value);
	else if (strcmp(word, "hostname") == 0)
		copy_printable(facts->hostname, sizeof(facts->hostname), value);
	else if (strcmp(word, "mac") == 0 && facts->mac_count < BOOT_MACS_MAX)
		copy_printable(facts->mac[facts->mac_count++], sizeof(facts->mac[0]), value);
	else
		facts->ignored++;
}

static void take_slot(void *user, char *line)
{
	struct boot_facts *facts = user;

	if (!facts->slot[0])
		copy_printable(facts->slot, sizeof(facts->slot), rest_of_line(line));
}

static struct boot_alarm *new_alarm(struct boot_facts *facts, const char *key, enum severity severity)
{
	struct boot_alarm *alarm;

	if (facts->alarm_count == BOOT_ALARMS_MAX) {
		facts->ignored++;
		return NULL;
	}
	alarm = &facts->alarm[facts->alarm_count++];
	copy_printable(alarm->key, sizeof(alarm->key), key);
	alarm->severity = severity;
	return alarm;
}

static void take_alarm(void *user, char *line)
{
	struct boot_facts *facts = user;
	char *rest = line, *key = next_word(&rest), *severity = next_word(&rest), *text = rest_of_line(rest);
	struct boot_alarm *alarm;

	if (!*text) {
		facts->ignored += *key != '\0';
		return;
	}
	alarm = new_alarm(facts, key, severity_of(severity));
	if (alarm)
		copy_printable(alarm->text, sizeof(alarm->text), text);
}

void boot_facts_read(struct boot_facts *facts, const char *folder)
{
	memset(facts, 0, sizeof(*facts));
	if (!folder || !text_copy(facts->folder, sizeof(facts->folder), folder))
		return;
	each_line(facts, "identity", take_identity, facts);
	each_line(facts, "slot", take_slot, facts);
	each_line(facts, "alarms", take_alarm, facts);
}

bool boot_facts_add_alarm(struct boot_facts *facts, const char *key, enum severity severity, const char *format, ...)
{
	struct boot_alarm *alarm = new_alarm(facts, key, severity);
	va_list arguments;

	if (!alarm)
		return false;
	va_start(arguments, format);
	vsnprintf(alarm->text, sizeof(alarm->text), format, arguments);
	va_end(arguments);
	return true;
}

struct component_reader {
	void (*each)(void *user, const char *name, const char *version);
	void *user;
};

static void take_component(void *user, char *line)
{
	struct component_reader *reader = user;
	char *rest = line, *name, *version;

	next_word(&rest); /* the kind: a whole package, or files out of one */
	name = next_word(&rest);
	version = next_word(&rest);
	if (*version)
		reader->each(reader->user, name, version);
}

void boot_facts_each_component(const struct boot_facts *facts,
                               void (*each)(void *user, const char *name, const char *version), void *user)
{
	struct component_reader reader = {each, user};

	each_line(facts, "manifest", take_component, &reader);
}

struct network_reader {
	void (*each)(void *user, const char *what, const char *value);
	void *user;
};

static void take_network(void *user, char *line)
{
	struct network_reader *reader = user;
	char *rest = line, *what = next_word(&rest), value[LINE_BYTES];

	copy_printable(value, sizeof(value), rest_of_line(rest));
	if (*what && *value)
		reader->each(reader->user, what, value);
}

void boot_facts_each_network(const struct boot_facts *facts,
                             void (*each)(void *user, const char *what, const char *value), void *user)
{
	struct network_reader reader = {each, user};

	each_line(facts, "network", take_network, &reader);
}
