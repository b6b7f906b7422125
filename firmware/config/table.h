/*
 * Private to config: a row of the settings table, and what its pattern compiles to.
 *
 * Pattern language, by example:
 *   "queue {QUEUE} agent {AGENT} = [penalty {0..255}] [weight {1..100}]"
 * A bare word stands for itself, {..} for a value: alternatives between '|', each a word, a number range LOW..HIGH,
 * a duration range duration:LOW..HIGH, or the name of a type (types.c, in capitals). What is left of '=' is the path:
 * one line a path. So a list is a row whose item stands left of the '='. [..] may be left out, {x...} may be repeated.
 */
#ifndef BELFRY_CONFIG_TABLE_H
#define BELFRY_CONFIG_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/fault.h"

/* What a word names; the order is the one in which objects are built. */
enum object_class {
	OBJECT_NONE,
	OBJECT_SPAN,
	OBJECT_TRUNK,
	OBJECT_OUTSIDE,
	OBJECT_PORT,
	OBJECT_EXTENSION,
	OBJECT_AGENT,
	OBJECT_QUEUE,
	OBJECT_HUNTGROUP,
	OBJECT_DID,
	OBJECT_ROUTE,
	OBJECT_HOURS,
	OBJECT_MENU,
	OBJECT_REASON,
	OBJECT_TIMER,
	OBJECT_PROMPT,
	OBJECT_SOUND,
	OBJECT_CLASS_COUNT
};
extern const char *const object_class_names[OBJECT_CLASS_COUNT]; /* the root word, "queue" */

struct value_type {
	const char *name;
	const char *expected; /* "a name (letters, digits, ...)" */
	/* Writes the canonical spelling; false: refused. */
	bool (*check)(const char *word, char *canonical, size_t size);
	enum object_class refers; /* the word names an object of this class */
	const char *const *words; /* a closed list, or NULL */
	unsigned word_count;
};
const struct value_type *value_type_find(const char *name, size_t length);

enum choice_kind { CHOICE_WORD, CHOICE_NUMBER, CHOICE_DURATION, CHOICE_TYPE, CHOICE_DESTINATION };
struct choice {
	enum choice_kind kind;
	const char *word;
	uint64_t low, high;
	const struct value_type *type;
};
struct item {
	const struct choice *choices;
	uint8_t count;
	bool value;  /* written in braces */
	bool repeat; /* one or more */
};
struct item_group {
	uint8_t first, count;
};
#define PATTERN_ITEMS_MAX  12
#define PATTERN_GROUPS_MAX 4
struct pattern {
	struct item items[PATTERN_ITEMS_MAX];
	uint8_t item_count; /* mandatory ones; those of the groups come behind */
	uint8_t key_items;  /* left of '='; 0 in a destination */
	uint8_t group_count;
	struct item_group groups[PATTERN_GROUPS_MAX];
};

/* How the value gets into struct config. */
enum setting_store {
	STORE_NONE, /* kept in the tree only */
	STORE_ENUM, /* index of the word in the row's choices */
	STORE_BOOL, /* index of the word in the row's choices is not 0: write {off|on} */
	STORE_U8,
	STORE_U32,
	STORE_DURATION,    /* uint64_t milliseconds; "none" and "off": 0 */
	STORE_TEXT,        /* size bytes; "none": "" */
	STORE_DESTINATION, /* int32_t index */
	STORE_APPLY        /* the row's own function */
};

struct build;
struct settings_line;

struct setting_row {
	const char *pattern;
	const char *initial; /* default as typed, or NULL */
	const char *help;
	enum setting_store store;
	uint16_t offset, size;
	/* STORE_APPLY: object is the line's own (or struct config). Refuses with the build's fault. */
	int (*apply)(struct build *build, void *object, const struct settings_line *line);
	/* A further check of a single line, beyond its words. */
	int (*check)(const char *const *words, unsigned count, struct fault *fault);
	/* The value is not kept as it is typed: words get the kept one, in text. */
	void (*keep_as)(const char **words, unsigned count, char *text, size_t size);
	const char *initial_text; /* where the default is more than a value: for the reference */
	const char *also_under;   /* the path may also be typed behind this word; kept without it */
	bool secret, later;       /* later: kept and checked, has no effect in this release */
};
extern const struct setting_row setting_rows[];
extern const unsigned setting_row_count;

/* Compiled patterns, in the order of the rows; made at the first call. */
const struct pattern *setting_pattern(unsigned row);
extern const unsigned destination_pattern_count;
const struct pattern *destination_pattern(unsigned index);
const char *destination_syntax(unsigned index); /* as text, for the reference */

/* Timers that settings_register_timers() made known. */
struct settings_timer;
const struct settings_timer *timer_find(const char *name);
extern const struct settings_timer *registered_timers;
extern unsigned registered_timer_count;

/* Values that are more than a number, taken apart; they were checked. */
unsigned config_days_mask(const char *word); /* bit 0 Monday */
#define CONFIG_GAIN_MAX 200
bool config_gain(const char *word, int32_t *tenths); /* false: no gain */
void config_times(const char *word, unsigned *from_min, unsigned *to_min);

/* One sentence part: "a number from 1 to 10". */
void choice_expected(const struct choice *choice, char *text, size_t size);

#endif
