/*
 * The settings reference, from the table.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/build.h"
#include "config/settings.h"

/* What is in braces, as people write it: {0..16} as 0..16, {queue} as QUEUE. */
static void print_choice(FILE *out, const struct choice *choice)
{
	char low[24], high[24];
	switch (choice->kind) {
	case CHOICE_WORD:
		fputs(choice->word, out);
		break;
	case CHOICE_NUMBER:
		fprintf(out, "%llu..%llu", (unsigned long long)choice->low, (unsigned long long)choice->high);
		break;
	case CHOICE_DURATION:
		text_from_duration_ms(choice->low, low, sizeof(low));
		text_from_duration_ms(choice->high, high, sizeof(high));
		fprintf(out, "%s..%s", low, high);
		break;
	case CHOICE_DESTINATION:
		fputs("DEST", out);
		break;
	case CHOICE_TYPE:
		fputs(choice->type->name, out);
		break;
	}
}

/* Inside a Markdown table '|' would end the cell. */
static void print_pattern(FILE *out, const struct pattern *pattern)
{
	unsigned items = pattern->item_count;
	for (unsigned i = 0; i < pattern->group_count; i++)
		items += pattern->groups[i].count;
	for (unsigned i = 0; i < items; i++) {
		const struct item *item = &pattern->items[i];
		bool opens = false, closes = false;
		for (unsigned g = 0; g < pattern->group_count; g++) {
			opens |= pattern->groups[g].first == i;
			closes |= pattern->groups[g].first + pattern->groups[g].count == i + 1u;
		}
		fprintf(out, "%s%s", i ? " " : "", opens ? "[" : "");
		for (unsigned j = 0; j < item->count; j++) {
			fputs(j ? " \\| " : "", out);
			print_choice(out, &item->choices[j]);
		}
		fprintf(out, "%s%s", item->repeat ? "..." : "", closes ? "]" : "");
	}
}

static bool root_equal(const char *a, const char *b)
{
	size_t length = strcspn(a, " ");
	return length == strcspn(b, " ") && !memcmp(a, b, length);
}

static void print_rows(FILE *out)
{
	for (unsigned i = 0; i < setting_row_count; i++) {
		const struct setting_row *row = &setting_rows[i];
		if (!i || !root_equal(row->pattern, setting_rows[i - 1].pattern))
			fprintf(out, "\n## %.*s\n\n| setting | default | meaning |\n|---|---|---|\n",
			        (int)strcspn(row->pattern, " "), row->pattern);
		fputs("| `", out);
		print_pattern(out, setting_pattern(i));
		if (row->also_under)
			fprintf(out, "` or `%s %.*s ...", row->also_under, (int)strcspn(row->pattern, " "),
			        row->pattern);
		fprintf(out, "` | %s | %s%s%s |\n",
		        row->initial        ? row->initial
		        : row->initial_text ? row->initial_text
		                            : "-",
		        row->help, row->secret ? " (secret: not shown)" : "",
		        row->later ? " (kept; no effect in this release)" : "");
	}
}

static void print_types(FILE *out)
{
	const struct value_type *shown[256];
	unsigned count = 0;
	fputs("\n## Kinds of values\n\n", out);
	for (unsigned i = 0; i < setting_row_count; i++)
		for (unsigned j = 0; j < PATTERN_ITEMS_MAX; j++) {
			const struct item *item = &setting_pattern(i)->items[j];
			for (unsigned k = 0; k < item->count; k++) {
				const struct value_type *type =
				    item->choices[k].kind == CHOICE_TYPE ? item->choices[k].type : NULL;
				for (unsigned l = 0; type && l < count; l++)
					if (shown[l] == type)
						type = NULL;
				if (!type || count == ARRAY_SIZE(shown))
					continue;
				shown[count++] = type;
				fputs("- `", out);
				print_choice(out, &item->choices[k]);
				fprintf(out, "`: %s", type->expected ? type->expected : "one of ");
				for (unsigned l = 0; l < type->word_count; l++)
					fprintf(out, "%s%s", l ? ", " : "", type->words[l]);
				fputs("\n", out);
			}
		}
}

static void print_destinations(FILE *out)
{
	fputs("\n## Destinations (DEST)\n\n", out);
	for (unsigned i = 0; i < destination_pattern_count; i++) {
		fputs("- `", out);
		print_pattern(out, destination_pattern(i));
		fputs("`\n", out);
	}
}

static void print_lists(FILE *out)
{
	char initial[24], low[24], high[24];
	fputs("\n## Keypad codes\n\n| name | keys |\n|---|---|\n", out);
	for (int i = 0; i < CODE_COUNT; i++)
		fprintf(out, "| %s | `%s` |\n", config_code_names[i], code_initial[i]);
	fputs("\n## Timers\n\n| name | default | range | meaning |\n|---|---|---|---|\n", out);
	for (unsigned i = 0; i < registered_timer_count; i++) {
		const struct settings_timer *timer = &registered_timers[i];
		text_from_duration_ms(timer->initial_ms, initial, sizeof(initial));
		text_from_duration_ms(timer->low_ms, low, sizeof(low));
		text_from_duration_ms(timer->high_ms, high, sizeof(high));
		fprintf(out, "| %s | %s | %s..%s | %s |\n", timer->name, initial, low, high, timer->help);
	}
}

char *settings_reference(void)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	fputs(
	    "# Settings\n\nMade from the table in `firmware/config/settings_table.c`; do not edit.\n\n"
	    "A line is `set PATH VALUE`; `delete PATH [VALUE]` removes it; `commit` puts the changes in force. An "
	    "object exists once a line\nnames it. Durations are written `500ms`, `15s`, `3m`, `2h`; texts with blanks "
	    "in double quotes; `#` at the start of a word\nbegins a comment. Every timeslot of a span of telephones "
	    "(signalling fxs) is a live telephone, with or without a `port` line:\nit has dial tone, may call the "
	    "emergency numbers, and agents can log in there.\n",
	    out);
	print_rows(out);
	print_types(out);
	print_destinations(out);
	print_lists(out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
