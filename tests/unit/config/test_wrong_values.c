/*
 * Wrong values for every row of the table, made from the table itself: a row that is added is tried without a line
 * here. Each is refused with a sentence that names the place and what was expected, and changes nothing.
 */
#include "fixture.h"

#include "config/candidate.h"
#include "config/match.h"
#include "base/text.h"

#define LONG_WORD_BYTES 300

static char long_word[LONG_WORD_BYTES + 1];

/* ---- a good line of a row ---- */

struct line {
	char word[WORDS_MAX][96];
	const struct item *item[WORDS_MAX]; /* what the word stands for; NULL inside a destination */
	unsigned count;
};

static void type_sample(const struct value_type *type, char *word, size_t size)
{
	static const char *const tried[] = {
	    "x",   "1",           "101", "2/1",      "T303",          "UTC", "mon",   "08:00-18:00", "2026-12-25",
	    "50%", "example.com", "/x",  "12345678", "x@example.com", "1-2", "00:30", "192.0.2.1",   "192.0.2.10/24"};
	char canonical[256];
	if (type->refers == OBJECT_SPAN) {
		snprintf(word, size, "1");
		return;
	}
	if (type->word_count) {
		snprintf(word, size, "%s", type->words[0]);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(tried); i++)
		if (type->check(tried[i], canonical, sizeof(canonical))) {
			text_copy(word, size, canonical);
			return;
		}
	fail_msg("no sample for the type %s: add one to tried[]", type->name);
}

static void add_sample(struct line *line, const struct item *item)
{
	const struct choice *choice = item->choices;
	char *word = line->word[line->count];
	size_t size = sizeof(line->word[0]);
	line->item[line->count++] = item;
	switch (choice->kind) {
	case CHOICE_WORD:
		snprintf(word, size, "%s", choice->word);
		break;
	case CHOICE_NUMBER:
		snprintf(word, size, "%llu", (unsigned long long)choice->low);
		break;
	case CHOICE_DURATION:
		text_from_duration_ms(choice->high, word, size);
		break;
	case CHOICE_TYPE:
		type_sample(choice->type, word, size);
		break;
	case CHOICE_DESTINATION:
		snprintf(word, size, "hangup");
		break;
	}
}

/* The row's mandatory words, and those of one of its groups, if it has any. */
static void sample(struct line *line, unsigned row, int group)
{
	const struct pattern *pattern = setting_pattern(row);
	memset(line, 0, sizeof(*line));
	for (unsigned i = 0; i < pattern->item_count; i++)
		add_sample(line, &pattern->items[i]);
	for (unsigned i = 0; group >= 0 && i < pattern->groups[group].count; i++)
		add_sample(line, &pattern->items[pattern->groups[group].first + i]);
}

static void join(const struct line *line, unsigned count, char *text, size_t size)
{
	const char *word[WORDS_MAX];
	for (unsigned i = 0; i < count; i++)
		word[i] = line->word[i];
	words_join(word, count, text, size);
}

/* ---- what must be refused ---- */

static unsigned tried_lines;

static void must_refuse(struct fixture *f, const char *text)
{
	char *before = candidate_text(f->candidate, "", true);
	f->fault.text[0] = '\0';
	int error = candidate_set(f->candidate, text, &f->fault);
	if (error != -EINVAL)
		fail_msg("%.120s: not refused (%d)", text, error);
	const char *said = f->fault.text;
	if (!strstr(said, "expected") && !strstr(said, "did you mean") && !strstr(said, "too much"))
		fail_msg("%.120s: does not say what was expected: %s", text, said);
	if (strstr(said, long_word + LONG_WORD_BYTES - 60))
		fail_msg("%.120s: all of a long word is said again: %s", text, said);
	char *after = candidate_text(f->candidate, "", true);
	assert_string_equal(before, after);
	free(before);
	free(after);
	tried_lines++;
}

static void try_word(struct fixture *f, const struct line *line, unsigned at, const char *wrong)
{
	char text[LINE_BYTES_MAX], quoted[2 * LONG_WORD_BYTES + 3];
	size_t used = 0;
	text[0] = '\0';
	for (unsigned i = 0; i < line->count; i++) {
		word_quote(i == at ? wrong : line->word[i], quoted, sizeof(quoted));
		text_append(text, sizeof(text), &used, "%s%s", i ? " " : "", quoted);
	}
	must_refuse(f, text);
}

/* Below, above, not a number, nothing, without its unit: of the first choice, where no other would take it. */
static void try_range(struct fixture *f, const struct line *line, unsigned at)
{
	const struct item *item = line->item[at];
	const struct choice *choice = item->choices;
	char wrong[40];
	if (item->count > 1 || (choice->kind != CHOICE_NUMBER && choice->kind != CHOICE_DURATION))
		return;
	const char *unit = choice->kind == CHOICE_DURATION ? "ms" : "";
	if (choice->low) {
		snprintf(wrong, sizeof(wrong), "%llu%s", (unsigned long long)choice->low - 1, unit);
		try_word(f, line, at, wrong);
	}
	snprintf(wrong, sizeof(wrong), "%llu%s", (unsigned long long)choice->high + 1, unit);
	try_word(f, line, at, wrong);
	try_word(f, line, at, "-1");
	try_word(f, line, at, "1.5");
	try_word(f, line, at, "");
	try_word(f, line, at, "99999999999999999999999");
	try_word(f, line, at, choice->kind == CHOICE_DURATION ? "15" : "15s");
}

static bool takes_any_text(const struct line *line, unsigned at)
{
	for (unsigned i = 0; i < line->item[at]->count; i++) {
		const struct choice *choice = &line->item[at]->choices[i];
		char canonical[256];
		if (choice->kind == CHOICE_TYPE && choice->type->check &&
		    choice->type->check("\xc3\xa4 b\tc?", canonical, sizeof(canonical)))
			return true;
	}
	return false;
}

static void try_row(struct fixture *f, unsigned row)
{
	const struct pattern *pattern = setting_pattern(row);
	struct line line;
	char text[LINE_BYTES_MAX];
	sample(&line, row, -1);
	/* Free texts take what other types refuse: those words are only tried too long. */
	for (unsigned i = 0; i < line.count; i++) {
		try_word(f, &line, i, long_word);
		if (line.item[i]->value && !takes_any_text(&line, i))
			try_word(f, &line, i, "\xc3\xa4 b\tc?");
		try_range(f, &line, i);
	}
	for (unsigned count = 1; count < line.count; count++) {
		join(&line, count, text, sizeof(text));
		f->fault.text[0] = '\0';
		struct words words;
		struct match match;
		assert_int_equal(words_split(&words, text, NULL), 0);
		if (match_line(&match, words.word, words.count)) /* else: a whole line of another row */
			must_refuse(f, text);
	}
	for (int group = 0; group < pattern->group_count; group++) {
		sample(&line, row, group);
		for (unsigned i = pattern->item_count; i < line.count; i++) {
			try_word(f, &line, i, long_word);
			try_range(f, &line, i);
		}
	}
	/* Behind its end. */
	sample(&line, row, -1);
	snprintf(line.word[line.count], sizeof(line.word[0]), "%s", "\xc3\xa4?");
	join(&line, line.count + 1, text, sizeof(text));
	text_copy(text + strlen(text), sizeof(text) - strlen(text), long_word);
	must_refuse(f, text);
	/* Its first word misspelled. */
	snprintf(line.word[0] + strlen(line.word[0]), 4, "qx");
	join(&line, line.count, text, sizeof(text));
	must_refuse(f, text);
}

static void every_row(void **state)
{
	struct fixture *f = *state;
	for (unsigned row = 0; row < setting_row_count; row++)
		try_row(f, row);
	assert_true(tried_lines > setting_row_count * 6);
}

/* The same line twice is one line; the last of two values of one path is the one. */
static void duplicates(void **state)
{
	struct fixture *f = *state;
	for (unsigned row = 0; row < setting_row_count; row++) {
		struct line line;
		char text[LINE_BYTES_MAX];
		sample(&line, row, -1);
		join(&line, line.count, text, sizeof(text));
		if (candidate_set(f->candidate, text, &f->fault))
			continue; /* needs more of its optional words: test_rows.c has those */
		uint32_t count = f->candidate->tree.count;
		set(f, text);
		assert_int_equal(f->candidate->tree.count, count);
	}
	set(f, "country de");
	set(f, "country fr");
	char *text = candidate_text(f->candidate, "country", true);
	assert_string_equal(text, "set country fr\n");
	free(text);
}

static bool must_exist(enum object_class class)
{
	return class == OBJECT_TRUNK || class == OBJECT_AGENT || class == OBJECT_QUEUE || class == OBJECT_HOURS ||
	       class == OBJECT_MENU || class == OBJECT_HUNTGROUP || class == OBJECT_SPAN;
}

/* A line that names what is not there is refused by commit, with the line and the name. */
static void dangling_references(void **state)
{
	struct fixture *f = *state;
	unsigned tried = 0;
	for (unsigned row = 0; row < setting_row_count; row++) {
		struct line line;
		struct config *config = NULL;
		char text[LINE_BYTES_MAX];
		sample(&line, row, -1);
		bool refers = false;
		for (unsigned i = 2; i < line.count; i++) {
			const struct choice *choice = line.item[i]->choices;
			if (line.item[i]->count > 1 || choice->kind != CHOICE_TYPE || !must_exist(choice->type->refers))
				continue;
			char canonical[256];
			refers = true;
			/* Not the object that the line itself makes. */
			if (choice->type->check && choice->type->check("another", canonical, sizeof(canonical)))
				snprintf(line.word[i], sizeof(line.word[i]), "another");
		}
		join(&line, line.count, text, sizeof(text));
		if (!refers)
			continue;
		candidate_discard(f->candidate);
		set(f, text);
		f->fault.text[0] = '\0';
		if (!candidate_build(f->candidate, &config, NULL, 0, &f->fault))
			fail_msg("%s: can be committed", text);
		if (!strstr(f->fault.text, "there is no ") || !strstr(f->fault.text, line.word[0]))
			fail_msg("%s: does not say that something is missing: %s", text, f->fault.text);
		tried++;
	}
	assert_true(tried >= 5);
}

int main(void)
{
	memset(long_word, 'x', LONG_WORD_BYTES);
#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_set_up, fixture_tear_down)
	const struct CMUnitTest tests[] = {TEST(every_row), TEST(duplicates), TEST(dangling_references)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
