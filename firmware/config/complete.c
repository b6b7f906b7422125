/*
 * Completion and help: the words that could stand where the line ends.
 */
#include "config/candidate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct completion {
	const struct candidate *candidate;
	const char *begun; /* the part of the word that is there */
	void (*each)(void *user, const char *word, const char *help);
	void *user;
};

static void offer(const struct completion *c, const char *word, const char *help)
{
	if (!strncmp(word, c->begun, strlen(c->begun)))
		c->each(c->user, word, help);
}

/* Names of the objects of a class that are there. */
static void offer_objects(const struct completion *c, enum object_class class, const char *help)
{
	const struct tree *tree = candidate_tree(c->candidate);
	const struct settings_line **sorted = tree_sorted(tree);
	const char *last = "";
	for (uint32_t i = 0; sorted && i < tree->count; i++) {
		const struct settings_line *line = sorted[i];
		if (strcmp(line->word[0], object_class_names[class]) || !strcmp(line->word[1], last))
			continue;
		last = line->word[1];
		offer(c, last, help);
	}
	free(sorted);
}

static void offer_type(const struct completion *c, const struct value_type *type, const char *help)
{
	char placeholder[40];
	for (unsigned i = 0; i < type->word_count; i++)
		offer(c, type->words[i], help);
	for (unsigned i = 0; type->refers == OBJECT_TIMER && i < registered_timer_count; i++)
		offer(c, registered_timers[i].name, registered_timers[i].help);
	if (type->word_count || type->refers == OBJECT_TIMER)
		return;
	if (type->refers != OBJECT_NONE && type->refers != OBJECT_EXTENSION)
		offer_objects(c, type->refers, help);
	snprintf(placeholder, sizeof(placeholder), "<%s>", type->name);
	c->each(c->user, placeholder, type->expected);
}

static void offer_choice(const struct completion *c, const struct choice *choice, const char *help)
{
	char expected[160], placeholder[64];
	choice_expected(choice, expected, sizeof(expected));
	switch (choice->kind) {
	case CHOICE_WORD:
		offer(c, choice->word, help);
		break;
	case CHOICE_NUMBER:
		snprintf(placeholder, sizeof(placeholder), "<%llu..%llu>", (unsigned long long)choice->low,
		         (unsigned long long)choice->high);
		c->each(c->user, placeholder, expected);
		break;
	case CHOICE_DURATION:
		c->each(c->user, "<duration>", expected);
		break;
	case CHOICE_TYPE:
		offer_type(c, choice->type, help);
		break;
	case CHOICE_DESTINATION:
		break; /* its words were noted one by one */
	}
}

void candidate_complete(const struct candidate *candidate, const char *line,
                        void (*each)(void *user, const char *word, const char *help), void *user)
{
	struct words words;
	struct match match;
	if (words_split(&words, line, NULL))
		return;
	unsigned first = words.count && (words.count > 1 || !words.open_end) &&
	                 (!strcmp(words.word[0], "set") || !strcmp(words.word[0], "delete"));
	unsigned whole = words.count - (words.open_end ? 1 : 0);
	struct completion c = {candidate, words.open_end ? words.word[whole] : "", each, user};
	if (whole < first)
		whole = first;
	bool complete = !match_line(&match, words.word + first, whole - first);
	if (match.depth != whole - first)
		return; /* a word before it is wrong already */
	for (unsigned i = 0; i < match.alternative_count; i++) {
		const struct item *item = match.alternatives[i];
		bool root = match.depth == 0;
		for (unsigned j = 0; item && j < item->count; j++)
			offer_choice(&c, &item->choices[j], root ? "" : match.alternative_help[i]);
		complete |= !item;
	}
	if (complete && !*c.begun)
		each(user, "<enter>", "the line is complete");
}
