/*
 * From lines to struct config: objects are created with the defaults of the table's rows, then every line puts its
 * value in its place, then the rules between lines are checked.
 */
#include "config/build.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const char *const object_class_names[OBJECT_CLASS_COUNT] = {
    "",    "span",  "trunk", "outside", "port",   "extension", "agent",  "queue", "huntgroup",
    "did", "route", "hours", "menu",    "reason", "timer",     "prompt", "sound"};

/* Where the objects of a class live in struct config; not all classes have a place there yet. */
struct object_place {
	size_t array, count, object_bytes, name, name_bytes; /* name_bytes 0: not text */
	uint32_t limit;
};
#define PLACE(type, objects, counter, text, most)                                                                      \
	{                                                                                                              \
		offsetof(struct config, objects), offsetof(struct config, counter), sizeof(struct type),               \
		    offsetof(struct type, text), sizeof(((struct type *)0)->text), most                                \
	}

static const struct object_place places[OBJECT_CLASS_COUNT] = {
    [OBJECT_SPAN] = PLACE(config_span, spans, span_count, span, CONFIG_SPANS_MAX),
    [OBJECT_TRUNK] = PLACE(config_trunk, trunks, trunk_count, name, 64),
    [OBJECT_OUTSIDE] = PLACE(config_outside, outsides, outside_count, prefix, 256),
    [OBJECT_PORT] = PLACE(config_port, ports, port_count, span, CONFIG_SPANS_MAX * 24),
    [OBJECT_AGENT] = PLACE(config_agent, agents, agent_count, number, CONFIG_AGENTS_MAX),
    [OBJECT_QUEUE] = PLACE(config_queue, queues, queue_count, name, CONFIG_QUEUES_MAX),
    [OBJECT_DID] = PLACE(config_did, dids, did_count, pattern, CONFIG_DIDS_MAX),
    [OBJECT_HUNTGROUP] = PLACE(config_huntgroup, huntgroups, huntgroup_count, name, 200),
    [OBJECT_MENU] = PLACE(config_menu, menus, menu_count, name, 200),
    [OBJECT_ROUTE] = PLACE(config_route, routes, route_count, number, 1000),
    [OBJECT_PROMPT] = PLACE(config_prompt, prompts, prompt_count, name, 500),
    [OBJECT_SOUND] = PLACE(config_sound, sounds, sound_count, name, CONFIG_SOUND_CARDS_MAX),
    [OBJECT_HOURS] = PLACE(config_hours, hours, hours_count, name, 200),
    [OBJECT_REASON] = PLACE(config_reason, reasons, reason_count, number, 99),
    [OBJECT_TIMER] = PLACE(config_timer, timers, timer_count, name, 256),
};

void build_warn(struct build *build, const char *format, ...)
{
	char text[400];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (build->warnings)
		text_append(build->warnings, build->warnings_size, &build->warnings_used, "%s\n", text);
}

void build_warn_line(struct build *build, const struct settings_line *line, const char *format, ...)
{
	char text[300], path[160];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	words_join(line->word, line->word_count, path, sizeof(path));
	build_warn(build, "%s: %s", path, text);
}

int build_refuse(struct build *build, const struct settings_line *line, const char *format, ...)
{
	char text[300], path[160];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	words_join(line->word, line->word_count, path, sizeof(path));
	build->refused = line;
	return fault_set(build->fault, -EINVAL, "%s: %s", path, text);
}

int32_t object_index(const struct build *build, enum object_class class, const char *name)
{
	const struct object_names *names = &build->names[class];
	uint32_t low = 0, high = names->count;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		int order = word_compare(names->name[middle], name);
		if (!order)
			return (int32_t)middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

void *object_at(const struct build *build, enum object_class class, uint32_t index)
{
	const struct object_place *place = &places[class];
	char *array;
	if (!place->object_bytes)
		return NULL;
	memcpy(&array, (char *)build->config + place->array, sizeof(array));
	return array + (size_t)index * place->object_bytes;
}

const struct settings_line *build_line(const struct build *build, const char *root, const char *name, const char *leaf)
{
	const char *key[] = {root, name, leaf};
	return tree_find(build->tree, key, 3);
}

static enum object_class class_of_root(const char *root)
{
	for (int class = OBJECT_NONE + 1; class < OBJECT_CLASS_COUNT; class ++)
		if (class != OBJECT_EXTENSION && !strcmp(object_class_names[class], root))
			return class;
	return OBJECT_NONE;
}

static int compare_names(const void *a, const void *b)
{
	return word_compare(*(const char *const *)a, *(const char *const *)b);
}

/* Lines are sorted by object, so each object's lines stand together. Extensions come from port lines. */
static int collect_names(struct build *build)
{
	for (int class = 1; class < OBJECT_CLASS_COUNT; class ++) {
		build->names[class].name = calloc(build->line_count + 1, sizeof(char *));
		if (!build->names[class].name)
			return -ENOMEM;
	}
	for (uint32_t i = 0; i < build->line_count; i++) {
		const struct settings_line *line = build->lines[i];
		struct object_names *names = &build->names[class_of_root(line->word[0])];
		struct object_names *extensions = &build->names[OBJECT_EXTENSION];
		if (names == &build->names[OBJECT_NONE])
			continue;
		if (!names->count || strcmp(names->name[names->count - 1], line->word[1]))
			names->name[names->count++] = line->word[1];
		if ((names == &build->names[OBJECT_PORT] || names == &build->names[OBJECT_SOUND]) &&
		    !strcmp(line->word[2], "extension"))
			extensions->name[extensions->count++] = line->word[3];
	}
	qsort(build->names[OBJECT_EXTENSION].name, build->names[OBJECT_EXTENSION].count, sizeof(char *), compare_names);
	return 0;
}

/* ---- values ---- */

int32_t build_destination(struct build *build, const char *const *word, unsigned at, unsigned count)
{
	struct config *config = build->config;
	if ((config->destination_count & (config->destination_count + 1)) == 0) { /* 0, 1, 3, 7 ...: grow */
		void *grown =
		    realloc(config->destinations, (config->destination_count * 2 + 1) * sizeof(*config->destinations));
		if (!grown)
			return -ENOMEM;
		config->destinations = grown;
	}
	uint32_t index = config->destination_count++;
	struct config_destination made = {.cause = 16, .then = -1};
	int type = text_name_index(config_destination_names, DEST_TYPE_COUNT, word[at]);
	made.type = type < 0 ? DEST_NONE : (enum config_destination_type)type;
	uint32_t cause;
	if (made.type == DEST_HANGUP && at + 1 < count && !text_to_u32(word[at + 1], 1, 127, &cause))
		made.cause = (uint8_t)cause;
	if (made.type != DEST_HANGUP && at + 1 < count)
		text_copy(made.name, sizeof(made.name), word[at + 1]);
	config->destinations[index] = made;
	if (made.type == DEST_ANNOUNCE && at + 3 < count) {
		int32_t then = build_destination(build, word, at + 3, count);
		if (then < 0)
			return then;
		config->destinations[index].then = then;
	}
	return (int32_t)index;
}

static const struct item *value_item(unsigned row)
{
	const struct pattern *pattern = setting_pattern(row);
	return &pattern->items[pattern->key_items];
}

static int word_place(unsigned row, const char *word)
{
	const struct item *item = value_item(row);
	for (int i = 0; i < item->count; i++)
		if (item->choices[i].kind == CHOICE_WORD && !strcmp(item->choices[i].word, word))
			return i;
	return 0;
}

static int store_value(struct build *build, unsigned row, void *object, const char *const *word, unsigned count)
{
	const struct setting_row *r = &setting_rows[row];
	char *at = (char *)object + r->offset;
	uint64_t number = 0;
	int32_t index;
	bool nothing = !strcmp(word[0], "none") || !strcmp(word[0], "off");
	int error = 0;
	switch (r->store) {
	case STORE_ENUM:
		index = word_place(row, word[0]);
		memcpy(at, &index, sizeof(index));
		return 0;
	case STORE_BOOL:
		*(bool *)at = word_place(row, word[0]) != 0;
		return 0;
	case STORE_U8:
	case STORE_U32:
		error = text_to_u64(word[0], 0, UINT32_MAX, &number);
		if (r->store == STORE_U8)
			*(uint8_t *)at = (uint8_t)number;
		else
			memcpy(at, &(uint32_t){(uint32_t)number}, sizeof(uint32_t));
		return error;
	case STORE_DURATION:
		error = nothing ? 0 : text_to_duration_ms(word[0], &number);
		memcpy(at, &number, sizeof(number));
		return error;
	case STORE_TEXT:
		text_copy(at, r->size, !strcmp(word[0], "none") && value_item(row)->count > 1 ? "" : word[0]);
		return 0;
	case STORE_DESTINATION:
		index = build_destination(build, word, 0, count);
		memcpy(at, &index, sizeof(index));
		return index < 0 ? index : 0;
	case STORE_NONE:
	case STORE_APPLY:
		return 0;
	}
	return -EINVAL;
}

/* The defaults of one class's rows (class OBJECT_NONE: the rows of the box itself). */
static int store_defaults(struct build *build, enum object_class class, void *object)
{
	for (unsigned row = 0; row < setting_row_count; row++) {
		const char *pattern = setting_rows[row].pattern;
		char root[16];
		snprintf(root, sizeof(root), "%.*s", (int)strcspn(pattern, " "), pattern);
		if (class_of_root(root) != class)
			continue;
		if (setting_rows[row].store == STORE_DESTINATION)
			memcpy((char *)object + setting_rows[row].offset, &(int32_t){-1}, sizeof(int32_t));
		if (!setting_rows[row].initial)
			continue;
		struct words words;
		int error = words_split(&words, setting_rows[row].initial, build->fault);
		if (!error)
			error = store_value(build, row, object, words.word, words.count);
		if (error)
			return error;
	}
	return 0;
}

static void name_object(enum object_class class, void *object, const char *name)
{
	const struct object_place *place = &places[class];
	unsigned first = 0, second = 0;
	sscanf(name, "%9u/%2u", &first, &second);
	switch (class) {
	case OBJECT_SPAN:
		((struct config_span *)object)->span = (uint8_t)first;
		break;
	case OBJECT_PORT:
		((struct config_port *)object)->span = (uint8_t)first;
		((struct config_port *)object)->timeslot = (uint8_t)second;
		break;
	case OBJECT_AGENT:
		((struct config_agent *)object)->number = first;
		break;
	case OBJECT_ROUTE:
		((struct config_route *)object)->number = first;
		((struct config_route *)object)->destination = -1;
		break;
	case OBJECT_REASON:
		((struct config_reason *)object)->number = (uint8_t)first;
		break;
	default:
		text_copy((char *)object + place->name, place->name_bytes, name);
		break;
	}
}

/* Fields whose "not set" is not zero, beyond those with a row of their own. */
static void clear_queue(struct config_queue *queue)
{
	queue->overflow = -1;
	for (size_t i = 0; i < ARRAY_SIZE(queue->key); i++)
		queue->key[i] = -1;
}

static int create_objects(struct build *build, enum object_class class)
{
	const struct object_place *place = &places[class];
	uint32_t count = build->names[class].count;
	if (!place->object_bytes || !count)
		return 0;
	if (count > place->limit)
		return fault_set(build->fault, -ENOSPC, "%u x %s: this build is limited to %u", count,
		                 object_class_names[class], place->limit);
	char *array = calloc(count, place->object_bytes);
	if (!array)
		return -ENOMEM;
	memcpy((char *)build->config + place->array, &array, sizeof(array));
	memcpy((char *)build->config + place->count, &count, sizeof(count));
	/* The defaults are worked out once and copied. */
	int error = store_defaults(build, class, array);
	if (!error && class == OBJECT_QUEUE)
		clear_queue((struct config_queue *)array);
	if (!error && class == OBJECT_SOUND)
		clear_sound((struct config_sound *)array);
	if (!error && class == OBJECT_MENU)
		clear_menu((struct config_menu *)array);
	for (uint32_t i = 0; !error && i < count; i++) {
		if (i)
			memcpy(array + i * place->object_bytes, array, place->object_bytes);
	}
	for (uint32_t i = 0; !error && i < count; i++)
		name_object(class, array + i * place->object_bytes, build->names[class].name[i]);
	return error;
}

static int apply_lines(struct build *build)
{
	for (uint32_t i = 0; i < build->line_count; i++) {
		const struct settings_line *line = build->lines[i];
		const struct setting_row *row = &setting_rows[line->row];
		enum object_class class = class_of_root(line->word[0]);
		void *object = build->config;
		if (row->store == STORE_NONE)
			continue;
		if (class != OBJECT_NONE)
			object = object_at(build, class, (uint32_t)object_index(build, class, line->word[1]));
		int error = row->apply ? row->apply(build, object, line)
		                       : store_value(build, line->row, object, line->word + line->key_count,
		                                     (unsigned)line->word_count - line->key_count);
		if (error)
			return error;
	}
	return 0;
}

static int build_all(struct build *build)
{
	int error = collect_names(build);
	if (!error)
		error = store_defaults(build, OBJECT_NONE, build->config);
	default_fraud_alarm(build->config);
	for (int i = 0; !error && i < CODE_COUNT; i++)
		text_copy(build->config->codes[i], sizeof(build->config->codes[i]), code_initial[i]);
	for (int class = 1; !error && class < OBJECT_CLASS_COUNT; class ++)
		error = create_objects(build, class);
	if (!error)
		error = check_references(build);
	if (!error)
		error = apply_lines(build);
	if (!error)
		error = finish_spans(build);
	return error ? error : check_config(build);
}

int build_config(const struct tree *tree, struct config **out, char *warnings, size_t warnings_size,
                 const struct settings_line **refused, struct fault *fault)
{
	struct build build = {.tree = tree,
	                      .line_count = tree->count,
	                      .warnings = warnings,
	                      .warnings_size = warnings_size,
	                      .fault = fault};
	if (warnings && warnings_size)
		warnings[0] = '\0';
	build.config = calloc(1, sizeof(*build.config));
	build.lines = tree_sorted(tree);
	int error = build.config && build.lines ? build_all(&build) : -ENOMEM;
	if (error == -ENOMEM)
		fault_set(fault, error, "no memory left");
	for (int class = 1; class < OBJECT_CLASS_COUNT; class ++)
		free(build.names[class].name);
	free(build.lines);
	if (refused)
		*refused = build.refused;
	if (error)
		config_free(build.config);
	else
		*out = build.config;
	return error;
}
