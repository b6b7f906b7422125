/*
 * Matches words against patterns. All rows are tried; the alternatives at the furthest place reached by any of them
 * are what was expected there: that gives the error message and the completion.
 */
#include "config/match.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/settings.h"
#include "config/zones.h"
#include "config_limits.h"

static bool same_choice(const struct choice *a, const struct choice *b)
{
	if (a->kind != b->kind || a->type != b->type || a->low != b->low || a->high != b->high)
		return false;
	return a->kind != CHOICE_WORD || !strcmp(a->word, b->word);
}

static bool same_item(const struct item *a, const struct item *b)
{
	if (!a || !b || a->count != b->count)
		return a == b;
	for (unsigned i = 0; i < a->count; i++)
		if (!same_choice(&a->choices[i], &b->choices[i]))
			return false;
	return true;
}

static void note(struct match *match, unsigned at, const struct item *item)
{
	if (at < match->depth)
		return;
	if (at > match->depth) {
		match->depth = at;
		match->alternative_count = 0;
	}
	for (unsigned i = 0; i < match->alternative_count; i++)
		if (same_item(match->alternatives[i], item))
			return;
	if (match->alternative_count < ALTERNATIVES_MAX) {
		match->alternative_help[match->alternative_count] = match->help;
		match->alternatives[match->alternative_count++] = item;
	}
}

static bool emit(struct match *match, const char *word, enum object_class refers)
{
	size_t bytes = strlen(word) + 1;
	if (match->canonical_count == WORDS_MAX || match->text_used + bytes > sizeof(match->text))
		return false;
	memcpy(match->text + match->text_used, word, bytes);
	match->refers[match->canonical_count] = (uint8_t)refers;
	match->canonical[match->canonical_count++] = match->text + match->text_used;
	match->text_used += bytes;
	return true;
}

static bool emit_number(struct match *match, uint64_t number, enum object_class refers)
{
	char text[24];
	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	return emit(match, text, refers);
}

static bool match_type(struct match *match, const struct value_type *type, const char *word)
{
	char canonical[256];
	uint64_t number;
	for (unsigned i = 0; i < type->word_count; i++)
		if (!strcmp(type->words[i], word))
			return emit(match, word, OBJECT_NONE);
	if (type->refers == OBJECT_SPAN)
		return !text_to_u64(word, 1, CONFIG_SPANS_MAX, &number) && emit_number(match, number, OBJECT_SPAN);
	return type->check && type->check(word, canonical, sizeof(canonical)) && emit(match, canonical, type->refers);
}

static int match_pattern(struct match *match, const struct pattern *pattern, unsigned at);

static int match_destination(struct match *match, unsigned at)
{
	unsigned words = match->canonical_count;
	size_t used = match->text_used;
	for (unsigned i = 0; i < destination_pattern_count; i++) {
		int end = match_pattern(match, destination_pattern(i), at);
		if (end >= 0)
			return end;
		match->canonical_count = words;
		match->text_used = used;
	}
	return -1;
}

/* One word (or a destination's words) against one choice; returns where it ends, or -1. */
static int match_choice(struct match *match, const struct choice *choice, unsigned at)
{
	uint64_t number;
	char text[24];
	const char *word = match->word[at];
	bool right = false;
	switch (choice->kind) {
	case CHOICE_WORD:
		right = !strcmp(choice->word, word) && emit(match, word, OBJECT_NONE);
		break;
	case CHOICE_NUMBER:
		right =
		    !text_to_u64(word, choice->low, choice->high, &number) && emit_number(match, number, OBJECT_NONE);
		break;
	case CHOICE_DURATION:
		right = !text_to_duration_ms(word, &number) && number >= choice->low && number <= choice->high;
		if (right) {
			text_from_duration_ms(number, text, sizeof(text));
			right = emit(match, text, OBJECT_NONE);
		}
		break;
	case CHOICE_TYPE:
		right = match_type(match, choice->type, word);
		break;
	case CHOICE_DESTINATION:
		return match_destination(match, at);
	}
	return right ? (int)at + 1 : -1;
}

static int match_item(struct match *match, const struct item *item, unsigned at)
{
	for (unsigned i = 0; at < match->count && i < item->count; i++) {
		int end = match_choice(match, &item->choices[i], at);
		if (end >= 0)
			return end;
	}
	if (item->choices->kind != CHOICE_DESTINATION)
		note(match, at, item);
	else if (at >= match->count)
		match_destination(match, at); /* notes its words */
	return -1;
}

/* An item that may be repeated, as often as it fits. */
static int match_items(struct match *match, const struct item *item, unsigned at)
{
	int end = match_item(match, item, at);
	while (end >= 0 && item->repeat && (unsigned)end < match->count) {
		int further = match_item(match, item, (unsigned)end);
		if (further < 0)
			break;
		end = further;
	}
	return end;
}

static int match_group(struct match *match, const struct pattern *pattern, const struct item_group *group, unsigned at)
{
	unsigned words = match->canonical_count;
	size_t used = match->text_used;
	int end = (int)at;
	for (unsigned i = 0; i < group->count; i++) {
		end = match_items(match, &pattern->items[group->first + i], (unsigned)end);
		if (end < 0) {
			match->canonical_count = words;
			match->text_used = used;
			return -1;
		}
	}
	return end;
}

/* The groups may come in any order; their canonical words are put into the pattern's order. */
static int match_groups(struct match *match, const struct pattern *pattern, unsigned at)
{
	struct {
		const char *word[8];
		uint8_t refers[8];
		unsigned count;
	} found[PATTERN_GROUPS_MAX] = {0};
	unsigned words = match->canonical_count;
	for (unsigned i = 0; i < pattern->group_count;) {
		unsigned before = match->canonical_count;
		int end = found[i].count ? -1 : match_group(match, pattern, &pattern->groups[i], at);
		unsigned count = match->canonical_count - before;
		if (end < 0 || count > 8) {
			i++;
			continue;
		}
		if (pattern->group_count == 1)
			return end;
		memcpy(found[i].word, &match->canonical[before], count * sizeof(char *));
		memcpy(found[i].refers, &match->refers[before], count);
		found[i].count = count;
		at = (unsigned)end;
		i = 0;
	}
	if (pattern->group_count > 1)
		match->canonical_count = words;
	for (unsigned i = 0; i < pattern->group_count; i++) {
		memcpy(&match->canonical[match->canonical_count], found[i].word, found[i].count * sizeof(char *));
		memcpy(&match->refers[match->canonical_count], found[i].refers, found[i].count);
		match->canonical_count += found[i].count;
	}
	return (int)at;
}

static int match_pattern(struct match *match, const struct pattern *pattern, unsigned at)
{
	int end = (int)at;
	for (unsigned i = 0; i < pattern->item_count; i++) {
		end = match_items(match, &pattern->items[i], (unsigned)end);
		if (end < 0)
			return -1;
		if (i + 1u == pattern->key_items)
			match->key_count = match->canonical_count;
	}
	return match_groups(match, pattern, (unsigned)end);
}

static bool under(const struct setting_row *row, const char *const *word, unsigned count)
{
	return row->also_under && count && !strcmp(row->also_under, word[0]);
}

unsigned match_also_under(const char *const *word, unsigned count)
{
	for (unsigned i = 0; count > 1 && i < setting_row_count; i++)
		if (under(&setting_rows[i], word, count) && !strcmp(setting_pattern(i)->items->choices->word, word[1]))
			return 1;
	return 0;
}

/* Where the row's pattern ends, begun at this word; or -1. */
static int match_row(struct match *match, unsigned row, unsigned at)
{
	match->canonical_count = match->key_count = 0;
	match->text_used = 0;
	match->help = setting_rows[row].help;
	int end = match_pattern(match, setting_pattern(row), at);
	if (end >= 0)
		note(match, (unsigned)end, NULL);
	return end;
}

int match_line(struct match *match, const char *const *word, unsigned count)
{
	match->word = word;
	match->count = count;
	match->depth = match->alternative_count = 0;
	for (unsigned i = 0; i < setting_row_count; i++) {
		int end = match_row(match, i, 0);
		if (end < 0 && under(&setting_rows[i], word, count))
			end = match_row(match, i, 1);
		if (end >= 0 && (unsigned)end == count) {
			match->row = (int)i;
			return 0;
		}
	}
	return -EINVAL;
}

/* ---- why not ---- */

/* Time zones are too many to be listed; the one that was probably meant is looked for. */
static bool zone_item(const struct item *item)
{
	return item && item->choices->kind == CHOICE_TYPE && !strcmp(item->choices->type->name, "TIMEZONE");
}

struct expectation {
	const char *words[256];
	unsigned word_count;
	const char *near[128]; /* not listed, but may have been meant */
	unsigned near_count;
	char described[300];
	bool values, may_end;
};

static void expect_choice(struct expectation *e, const struct choice *choice)
{
	const struct value_type *list = choice->kind == CHOICE_TYPE && choice->type->words ? choice->type : NULL;
	char text[160];
	size_t used = strlen(e->described);
	if (choice->kind == CHOICE_WORD && e->word_count < ARRAY_SIZE(e->words))
		e->words[e->word_count++] = choice->word;
	for (unsigned i = 0; list && i < list->word_count && e->word_count < ARRAY_SIZE(e->words); i++)
		e->words[e->word_count++] = list->words[i];
	if (choice->kind == CHOICE_WORD || list)
		return;
	/* Too many to list, but good for "did you mean". */
	for (unsigned i = 0; choice->kind == CHOICE_TYPE && choice->type->refers == OBJECT_TIMER &&
	                     i < registered_timer_count && e->near_count < ARRAY_SIZE(e->near);
	     i++)
		e->near[e->near_count++] = registered_timers[i].name;
	choice_expected(choice, text, sizeof(text));
	if (!strstr(e->described, text))
		text_append(e->described, sizeof(e->described), &used, "%s%s", used ? " or " : "", text);
}

static void expectation_of(const struct match *match, struct expectation *e)
{
	memset(e, 0, sizeof(*e));
	for (unsigned i = 0; i < match->alternative_count; i++) {
		const struct item *item = match->alternatives[i];
		e->may_end |= !item;
		e->values |= item && item->value;
		for (unsigned j = 0; item && j < item->count; j++)
			expect_choice(e, &item->choices[j]);
	}
}

static void expectation_text(const struct expectation *e, char *text, size_t size)
{
	size_t used = 0;
	text[0] = '\0';
	if (e->word_count)
		text_append(text, size, &used, e->word_count > 1 ? "one of " : "");
	for (unsigned i = 0; i < e->word_count; i++)
		text_append(text, size, &used, "%s%s", i ? ", " : "", e->words[i]);
	if (e->described[0])
		text_append(text, size, &used, "%s%s", used ? " or " : "", e->described);
}

#define SHOWN_WORD_BYTES 40

/* A word as it may stand in a sentence: what is no setting may be long, and none of the screen's business. */
static const char *shown_word(const char *word, char *text, size_t size)
{
	size_t bytes = strlen(word);
	if (bytes <= SHOWN_WORD_BYTES)
		return word;
	bytes = SHOWN_WORD_BYTES - 3;
	while (bytes && ((unsigned char)word[bytes] & 0xc0) == 0x80)
		bytes--;
	snprintf(text, size, "%.*s...", (int)bytes, word);
	return text;
}

static void join_shown(const char *const *word, unsigned count, char *text, size_t size)
{
	char shown[WORDS_MAX][SHOWN_WORD_BYTES + 1];
	const char *as_shown[WORDS_MAX];
	for (unsigned i = 0; i < count; i++)
		as_shown[i] = shown_word(word[i], shown[i], sizeof(shown[i]));
	words_join(as_shown, count, text, size);
}

int match_explain(const struct match *match, struct fault *fault)
{
	struct expectation e;
	char expected[400], path[160], hint[80] = "", shown[SHOWN_WORD_BYTES + 1];
	expectation_of(match, &e);
	expectation_text(&e, expected, sizeof(expected));
	bool missing = match->depth >= match->count;
	const char *wrong = missing ? NULL : match->word[match->depth];
	const char *near = missing ? NULL : word_nearest(wrong, e.words, e.word_count);
	if (!near && !missing)
		near = word_nearest(wrong, e.near, e.near_count);
	for (unsigned i = 0; !near && !missing && i < match->alternative_count; i++)
		near = zone_item(match->alternatives[i]) ? zone_nearest(wrong) : NULL;
	if (near)
		snprintf(hint, sizeof(hint), "did you mean \"%s\"?", near);
	if (!match->depth) {
		join_shown(match->word, match->count, path, sizeof(path));
		return near ? fault_set(fault, -EINVAL, "unknown setting \"%s\": %s", path, hint)
		            : fault_set(fault, -EINVAL, "unknown setting \"%s\": expected %s", path, expected);
	}
	join_shown(match->word, match->depth + !missing, path, sizeof(path));
	if (missing)
		return fault_set(fault, -EINVAL, "%s: not complete, expected %s", path, expected);
	if (!expected[0])
		return fault_set(fault, -EINVAL, "%s: \"%s\" is too much (text with blanks goes in double quotes)",
		                 path, shown_word(wrong, shown, sizeof(shown)));
	return fault_set(fault, -EINVAL, "%s: expected %s%s%s%s", path, expected, e.may_end ? " or nothing more" : "",
	                 near ? "; " : "", hint);
}
