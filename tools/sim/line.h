/* A settings line taken apart into words, and the rows of it that are one value. */
#ifndef BELFRY_SIM_LINE_H
#define BELFRY_SIM_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_WORDS_MAX 24

struct line {
	char text[512];
	char *words[LINE_WORDS_MAX];
	uint32_t count;
	char *fault; /* what is wrong goes here */
	size_t fault_size;
};

bool line_split(struct line *line, const char *text);
const char *line_word(const struct line *line, uint32_t at); /* empty: there is none */
bool line_is(const struct line *line, uint32_t at, const char *text);
/* Always false, so that it can be returned. */
bool line_wrong(struct line *line, const char *what, const char *word);
bool line_number(struct line *line, uint32_t at, uint32_t low, uint32_t high, uint32_t *value);
bool line_duration(struct line *line, uint32_t at, uint64_t low_ms, uint64_t high_ms, uint64_t *ms);

enum rule_kind { RULE_DURATION, RULE_NUMBER, RULE_CHOICE };
/* "queue Q NAME VALUE": a field of a struct of the scheduler's settings. */
struct rule {
	const char *name;
	enum rule_kind kind;
	uint32_t offset, bytes;
	uint64_t low, high; /* of a choice: high names */
	const char *const *names;
	const char *unknown; /* what is said of a name that there is not; NULL: something general */
};
/* Word 2 names the rule, word 3 the value. */
bool line_rule(struct line *line, const struct rule *rules, uint32_t count, void *object);

#endif
