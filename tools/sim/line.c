/* See line.h. */
#include "tools/sim/line.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

bool line_wrong(struct line *line, const char *what, const char *word)
{
	size_t used = 0;
	text_append(line->fault, line->fault_size, &used, "%s%s%s", what, word[0] ? ": " : "", word);
	return false;
}

bool line_split(struct line *line, const char *text)
{
	char *rest = NULL;
	if (!text_copy(line->text, sizeof(line->text), text))
		return line_wrong(line, "the line is too long", "");
	for (char *word = strtok_r(line->text, " \t\"", &rest); word; word = strtok_r(NULL, " \t\"", &rest)) {
		if (line->count == LINE_WORDS_MAX)
			return line_wrong(line, "too many words", word);
		line->words[line->count++] = word;
	}
	return line->count > 0 || line_wrong(line, "the line is empty", "");
}

const char *line_word(const struct line *line, uint32_t at)
{
	return at < line->count ? line->words[at] : "";
}

bool line_is(const struct line *line, uint32_t at, const char *text)
{
	return strcmp(line_word(line, at), text) == 0;
}

/* A percentage may have its sign. */
bool line_number(struct line *line, uint32_t at, uint32_t low, uint32_t high, uint32_t *value)
{
	size_t length = strlen(line_word(line, at));
	if (high == 100 && length && line->words[at][length - 1] == '%')
		line->words[at][length - 1] = '\0';
	return text_to_u32(line_word(line, at), low, high, value) == 0 ||
	       line_wrong(line, "expected a number", line_word(line, at));
}

bool line_duration(struct line *line, uint32_t at, uint64_t low_ms, uint64_t high_ms, uint64_t *ms)
{
	uint64_t value;
	if (text_to_duration_ms(line_word(line, at), &value) || value < low_ms || value > high_ms)
		return line_wrong(line, "expected a duration (15s, 3m)", line_word(line, at));
	*ms = value;
	return true;
}

/* ---- values of one word ---- */

static bool choice(struct line *line, const struct rule *rule, uint32_t at, uint64_t *value)
{
	for (uint32_t i = 0; i < rule->high; i++)
		if (line_is(line, at, rule->names[i])) {
			*value = i;
			return true;
		}
	return line_wrong(line, rule->unknown ? rule->unknown : "there is no such choice", line_word(line, at));
}

static bool value_of(struct line *line, const struct rule *rule, uint32_t at, uint64_t *value)
{
	uint32_t number;
	if (rule->kind == RULE_CHOICE)
		return choice(line, rule, at, value);
	if (line_is(line, at, "after"))
		at++;
	if (!rule->low && (line_is(line, at, "off") || line_is(line, at, "none"))) {
		*value = 0;
		return true;
	}
	if (rule->kind == RULE_DURATION)
		return line_duration(line, at, rule->low, rule->high, value);
	if (!line_number(line, at, (uint32_t)rule->low, (uint32_t)rule->high, &number))
		return false;
	*value = number;
	return true;
}

static void store(void *object, const struct rule *rule, uint64_t value)
{
	uint8_t *at = (uint8_t *)object + rule->offset;
	uint32_t middle = (uint32_t)value;
	if (rule->bytes == 1)
		*at = (uint8_t)value;
	else if (rule->bytes == 4)
		memcpy(at, &middle, sizeof(middle));
	else
		memcpy(at, &value, sizeof(value));
}

bool line_rule(struct line *line, const struct rule *rules, uint32_t count, void *object)
{
	uint64_t value;
	for (uint32_t i = 0; i < count; i++) {
		if (!line_is(line, 2, rules[i].name))
			continue;
		if (!value_of(line, &rules[i], 3, &value))
			return false;
		store(object, &rules[i], value);
		return true;
	}
	return line_wrong(line, "does not concern the scheduler, or is not known", line_word(line, 2));
}
