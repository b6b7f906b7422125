/*
 * Compiles the patterns of the table, once. A pattern that does not compile is a mistake in the table: the unit test
 * compiles all of them, so at run time there is none.
 */
#include "config/table.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/settings.h"

/* As settings.md lists them; order of enum config_destination_type from DEST_QUEUE on. */
static const char *const destination_patterns[] = {
    "queue {QUEUE}", "extension {EXTENSION}", "agent {AGENT}",    "huntgroup {HUNTGROUP}",
    "menu {MENU}",   "hours {HOURS}",         "voicemail {NAME}", "announce {PROMPT} [then {DEST}]",
    "fax {NAME}",    "external {NUMBER}",     "callback {QUEUE}", "hangup [{1..127}]",
    "login",
};
const unsigned destination_pattern_count = ARRAY_SIZE(destination_patterns);

static struct pattern *compiled, *destinations;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void broken(const char *pattern, const char *what)
{
	fprintf(stderr, "settings table: %s in pattern \"%s\"\n", what, pattern);
	abort();
}

static void choice_number(struct choice *choice, const char *text, size_t length)
{
	char copy[64];
	bool duration = !strncmp(text, "duration:", 9);
	snprintf(copy, sizeof(copy), "%.*s", (int)(length - (duration ? 9 : 0)), text + (duration ? 9 : 0));
	char *dots = strstr(copy, "..");
	*dots = '\0';
	choice->kind = duration ? CHOICE_DURATION : CHOICE_NUMBER;
	int error = duration ? text_to_duration_ms(copy, &choice->low) : text_to_u64(copy, 0, UINT64_MAX, &choice->low);
	if (!error)
		error = duration ? text_to_duration_ms(dots + 2, &choice->high)
		                 : text_to_u64(dots + 2, 0, UINT64_MAX, &choice->high);
	if (error)
		broken(text, "a bad range");
}

static void compile_choice(struct choice *choice, const char *text, size_t length)
{
	const struct value_type *type = value_type_find(text, length);
	if (length == 4 && !memcmp(text, "DEST", 4)) {
		choice->kind = CHOICE_DESTINATION;
	} else if (type) {
		choice->kind = CHOICE_TYPE;
		choice->type = type;
	} else if (memmem(text, length, "..", 2)) {
		choice_number(choice, text, length);
	} else {
		choice->kind = CHOICE_WORD;
		choice->word = strndup(text, length);
	}
}

/* From '{' or the word's first letter; returns where the item ends. */
static const char *compile_item(struct item *item, const char *at, const char *pattern)
{
	item->value = *at == '{';
	size_t length = item->value ? strcspn(at + 1, "}") : strcspn(at, " ]");
	const char *text = item->value ? at + 1 : at, *behind = at + length + (item->value ? 2 : 0);
	unsigned count = 1;
	item->repeat = length > 3 && !strncmp(text + length - 3, "...", 3);
	length -= item->repeat ? 3 : 0;
	for (size_t i = 0; item->value && i < length; i++)
		count += text[i] == '|';
	struct choice *choices = calloc(count, sizeof(*choices));
	if (!choices)
		broken(pattern, "no memory");
	item->choices = choices;
	item->count = (uint8_t)count;
	for (const char *end = text + length; text <= end && count; count--) {
		size_t part = item->value ? strcspn(text, "|}") : length;
		if (text + part > end)
			part = (size_t)(end - text);
		compile_choice(choices++, text, part);
		text += part + 1;
	}
	return behind;
}

static void compile(struct pattern *pattern, const char *text)
{
	unsigned items = 0;
	bool group = false;
	for (const char *at = text; *at;) {
		if (*at == ' ') {
			at++;
		} else if (*at == '=') {
			pattern->key_items = (uint8_t)items;
			at++;
		} else if (*at == '[') {
			if (pattern->group_count == PATTERN_GROUPS_MAX)
				broken(text, "too many groups");
			pattern->groups[pattern->group_count++].first = (uint8_t)items;
			group = true;
			at++;
		} else if (*at == ']') {
			group = false;
			at++;
		} else {
			if (items == PATTERN_ITEMS_MAX)
				broken(text, "too many items");
			at = compile_item(&pattern->items[items++], at, text);
			if (group)
				pattern->groups[pattern->group_count - 1].count++;
			else
				pattern->item_count = (uint8_t)items;
		}
	}
}

static void compile_all(void)
{
	compiled = calloc(setting_row_count, sizeof(*compiled));
	destinations = calloc(destination_pattern_count, sizeof(*destinations));
	if (!compiled || !destinations)
		broken("", "no memory");
	for (unsigned i = 0; i < setting_row_count; i++)
		compile(&compiled[i], setting_rows[i].pattern);
	for (unsigned i = 0; i < destination_pattern_count; i++)
		compile(&destinations[i], destination_patterns[i]);
}

const struct pattern *setting_pattern(unsigned row)
{
	pthread_once(&once, compile_all);
	return &compiled[row];
}

const struct pattern *destination_pattern(unsigned index)
{
	pthread_once(&once, compile_all);
	return &destinations[index];
}

const char *destination_syntax(unsigned index)
{
	return destination_patterns[index];
}

void choice_expected(const struct choice *choice, char *text, size_t size)
{
	char low[24], high[24];
	switch (choice->kind) {
	case CHOICE_WORD:
		snprintf(text, size, "%s", choice->word);
		return;
	case CHOICE_NUMBER:
		snprintf(text, size, "a number from %llu to %llu", (unsigned long long)choice->low,
		         (unsigned long long)choice->high);
		return;
	case CHOICE_DURATION:
		text_from_duration_ms(choice->low, low, sizeof(low));
		text_from_duration_ms(choice->high, high, sizeof(high));
		snprintf(text, size, "a duration from %s to %s, such as 500ms, 15s, 3m or 2h", low, high);
		return;
	case CHOICE_TYPE:
		snprintf(text, size, "%s", choice->type->expected ? choice->type->expected : choice->type->name);
		return;
	case CHOICE_DESTINATION:
		snprintf(text, size, "a destination");
		return;
	}
}
