/*
 * The settings checked like a program (B10): what can never work is refused, what is incomplete is warned of. Each
 * sentence begins with the line and ends with the rule's name, so that a technician can look it up and a script can
 * match it.
 */
#include "config/build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* The first line of an object: every object has one. */
static const struct settings_line *first_line(const struct build *build, enum object_class class, const char *name)
{
	for (uint32_t i = 0; i < build->line_count; i++)
		if (!strcmp(build->lines[i]->word[0], object_class_names[class]) &&
		    !strcmp(build->lines[i]->word[1], name))
			return build->lines[i];
	return NULL;
}

/* ---- destinations that go in a circle ---- */

/* Where a call goes by itself, from object to object; what a caller chooses by a key is no edge. */
struct edge {
	uint32_t from, to;
	const struct settings_line *line;
};
struct graph {
	struct edge *edges;
	uint32_t edge_count, edges_max, node_count, depth;
	uint32_t *first; /* edge of each node, and one behind the last */
	uint32_t *stack, *cursor;
	uint8_t *state; /* 0 new, 1 on the stack, 2 done */
};

static const enum object_class node_classes[] = {OBJECT_QUEUE, OBJECT_HUNTGROUP, OBJECT_HOURS, OBJECT_MENU};

static int32_t node_of(const struct build *build, enum object_class class, const char *name)
{
	uint32_t base = 0;
	for (size_t i = 0; i < ARRAY_SIZE(node_classes); i++) {
		if (node_classes[i] == class)
			return (int32_t)base + object_index(build, class, name);
		base += build->names[node_classes[i]].count;
	}
	return -1;
}

static enum object_class class_of_node(const struct settings_line *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(node_classes); i++)
		if (!strcmp(line->word[0], object_class_names[node_classes[i]]))
			return node_classes[i];
	return OBJECT_NONE;
}

/*
 * Ways on that a call takes by itself. Who comes to a queue again waits for its overflow again; not for its timeout,
 * since the longest wait counts from the arrival.
 */
static const char *const ways_on[] = {"overflow", "timeout", "full", "closed", "nobody", "best-of", "invalid"};
#define WAY_OVERFLOW 0
static int way_of(const struct settings_line *line)
{
	return text_name_index(ways_on, ARRAY_SIZE(ways_on), line->word[2]);
}

static bool has_waited(const struct settings_line *line)
{
	return class_of_node(line) == OBJECT_QUEUE && way_of(line) == WAY_OVERFLOW;
}

/*
 * Which circles are looked for, in this order. Who is passed round without waiting, and who waits here and there but is
 * never asked anything, comes to no end: refused. What is left leads through a menu and a wait: the caller is asked in
 * each round, and may stay for as long as the limit of steps lets him: warned of.
 */
enum circles { CIRCLES_UNASKED, CIRCLES_UNWAITED, CIRCLES_ALL };

static bool is_edge(const struct settings_line *line, enum circles circles)
{
	const char *leaf = line->word[2];
	switch (class_of_node(line)) {
	case OBJECT_HUNTGROUP:
		return !strcmp(leaf, "final");
	case OBJECT_HOURS:
		return !strcmp(leaf, "then") || !strcmp(leaf, "else");
	case OBJECT_QUEUE:
		return way_of(line) >= 0 && !(circles == CIRCLES_UNWAITED && has_waited(line));
	case OBJECT_MENU:
		return circles != CIRCLES_UNASKED && way_of(line) >= 0;
	default:
		return false;
	}
}

static void add_edge(struct graph *graph, const struct build *build, const struct settings_line *line, unsigned word)
{
	int32_t from = node_of(build, class_of_node(line), line->word[1]);
	int32_t to = node_of(build, line->refers[word], line->word[word]);
	if (to < 0 || from < 0 || graph->edge_count == graph->edges_max)
		return;
	graph->edges[graph->edge_count++] = (struct edge){(uint32_t)from, (uint32_t)to, line};
	graph->first[from + 1]++;
}

/* Lines are sorted by class and object, so the edges of a node stand together, in the order of the nodes. */
static void add_edges(struct graph *graph, const struct build *build, enum circles circles)
{
	graph->edge_count = 0;
	memset(graph->first, 0, (graph->node_count + 2) * sizeof(*graph->first));
	for (uint32_t i = 0; i < build->line_count; i++) {
		const struct settings_line *line = build->lines[i];
		if (line->word_count < 4 || !is_edge(line, circles))
			continue;
		for (unsigned word = 3; word < line->word_count; word++)
			add_edge(graph, build, line, word);
	}
	for (uint32_t i = 0; i <= graph->node_count; i++)
		graph->first[i + 1] += graph->first[i];
}

static int compare_edges(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->to < y->to ? -1 : x->to > y->to;
}

/* Depth first; the edge that closes the first circle from this node, or NULL: the stack leads to where it begins. */
static const struct edge *circle_from(struct graph *graph, uint32_t start)
{
	graph->depth = 0;
	graph->stack[graph->depth++] = start;
	graph->state[start] = 1;
	while (graph->depth) {
		uint32_t node = graph->stack[graph->depth - 1];
		if (graph->cursor[node] == graph->first[node + 1]) {
			graph->state[node] = 2;
			graph->depth--;
			continue;
		}
		const struct edge *edge = &graph->edges[graph->cursor[node]++];
		if (graph->state[edge->to] == 1)
			return edge;
		if (graph->state[edge->to] == 0) {
			graph->state[edge->to] = 1;
			graph->stack[graph->depth++] = edge->to;
		}
	}
	return NULL;
}

static const struct edge *find_circle(struct graph *graph, const struct build *build, enum circles circles)
{
	add_edges(graph, build, circles);
	qsort(graph->edges, graph->edge_count, sizeof(*graph->edges), compare_edges);
	memcpy(graph->cursor, graph->first, graph->node_count * sizeof(*graph->cursor));
	memset(graph->state, 0, graph->node_count);
	for (uint32_t node = 0; node < graph->node_count; node++) {
		const struct edge *edge = graph->state[node] ? NULL : circle_from(graph, node);
		if (edge)
			return edge;
	}
	return NULL;
}

/* "queue a overflow, queue b full, queue a": where the circle leads, and by which settings. */
#define STEPS_TOLD 5
static void tell_circle(const struct graph *graph, const struct edge *closing, char *text, size_t size)
{
	uint32_t at = 0, told = 0;
	size_t used = 0;
	text[0] = '\0';
	while (graph->stack[at] != closing->to)
		at++;
	for (uint32_t i = at; i < graph->depth && told < STEPS_TOLD; i++, told++) {
		const struct edge *edge = &graph->edges[graph->cursor[graph->stack[i]] - 1];
		text_append(text, size, &used, "%s %s %s, ", edge->line->word[0], edge->line->word[1],
		            edge->line->word[2]);
	}
	if (graph->depth - at > told)
		text_append(text, size, &used, "%u more, ", graph->depth - at - told);
	const struct edge *first = &graph->edges[graph->cursor[closing->to] - 1];
	text_append(text, size, &used, "%s %s", first->line->word[0], first->line->word[1]);
}

static int check_circles_in(struct graph *graph, struct build *build)
{
	static const char *const refusals[] = {
	    [CIRCLES_UNASKED] = "callers would be passed round for ever",
	    [CIRCLES_UNWAITED] = "callers would be passed round without waiting",
	};
	char path[200];
	for (enum circles circles = CIRCLES_UNASKED; circles < CIRCLES_ALL; circles++) {
		const struct edge *edge = find_circle(graph, build, circles);
		if (!edge)
			continue;
		tell_circle(graph, edge, path, sizeof(path));
		return build_refuse(build, edge->line, "calls go in a circle, %s: %s (rule circle)", refusals[circles],
		                    path);
	}
	const struct edge *edge = find_circle(graph, build, CIRCLES_ALL);
	if (!edge)
		return 0;
	tell_circle(graph, edge, path, sizeof(path));
	build_warn_line(build, edge->line,
	                "calls may go in a circle; who presses no key in %d steps is released: %s (rule circle)",
	                CONFIG_HOPS_MAX, path);
	return 0;
}

static int check_circles(struct build *build)
{
	struct graph graph = {.node_count = 0};
	for (size_t i = 0; i < ARRAY_SIZE(node_classes); i++)
		graph.node_count += build->names[node_classes[i]].count;
	for (uint32_t i = 0; i < build->line_count; i++)
		graph.edges_max += build->lines[i]->word_count;
	graph.edges = calloc(graph.edges_max + 1, sizeof(*graph.edges));
	graph.first = calloc(graph.node_count + 2, sizeof(*graph.first));
	graph.stack = calloc(graph.node_count + 1, sizeof(*graph.stack));
	graph.cursor = calloc(graph.node_count + 1, sizeof(*graph.cursor));
	graph.state = calloc(graph.node_count + 1, sizeof(*graph.state));
	bool memory = graph.edges && graph.first && graph.stack && graph.cursor && graph.state;
	int error = memory ? check_circles_in(&graph, build) : -ENOMEM;
	free(graph.edges);
	free(graph.first);
	free(graph.stack);
	free(graph.cursor);
	free(graph.state);
	return error;
}

/* ---- what leads nowhere, and what is never reached ---- */

static bool has_leaf(const struct build *build, const char *root, const char *name, const char *leaf)
{
	for (uint32_t i = 0; i < build->line_count; i++) {
		const struct settings_line *line = build->lines[i];
		if (!strcmp(line->word[0], root) && !strcmp(line->word[1], name) && !strcmp(line->word[2], leaf))
			return true;
	}
	return false;
}

/* A line that sends calls to hours, a menu or a hunt group that does not say where they go on. */
static int check_target(struct build *build, const struct settings_line *line, unsigned word)
{
	const char *name = line->word[word];
	if (line->refers[word] == OBJECT_MENU && !has_leaf(build, "menu", name, "key") &&
	    !has_leaf(build, "menu", name, "extensions"))
		return build_refuse(build, line, "leads nowhere: menu %s has no keys (rule nowhere)", name);
	/* What a queue or a rule names is a condition, no way that a call goes. */
	if (line->refers[word] != OBJECT_HOURS || !strcmp(line->word[0], "queue") ||
	    (!strcmp(line->word[0], "route") && word == 4))
		return 0;
	if (!build_line(build, "hours", name, "then"))
		return build_refuse(build, line, "leads nowhere: hours %s has no \"then\" (rule nowhere)", name);
	if (!build_line(build, "hours", name, "else"))
		build_warn_line(build, line, "hours %s has no \"else\": calls are released while closed (rule nowhere)",
		                name);
	return 0;
}

static void warn_unreached(struct build *build, enum object_class class, const bool *reached)
{
	for (uint32_t i = 0; i < build->names[class].count; i++)
		if (!reached[i])
			build_warn_line(build, first_line(build, class, build->names[class].name[i]),
			                "nothing leads to %s %s (rule unreached)", object_class_names[class],
			                build->names[class].name[i]);
}

static int check_reach(struct build *build)
{
	static const enum object_class classes[] = {OBJECT_MENU, OBJECT_HUNTGROUP, OBJECT_HOURS};
	bool *reached[OBJECT_CLASS_COUNT] = {NULL};
	int error = 0;
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
		reached[classes[i]] = calloc(build->names[classes[i]].count + 1, sizeof(bool));
		error = reached[classes[i]] ? error : -ENOMEM;
	}
	for (uint32_t i = 0; !error && i < build->line_count; i++) {
		const struct settings_line *line = build->lines[i];
		for (unsigned word = 2; !error && word < line->word_count; word++) {
			enum object_class class = line->refers[word];
			if (!reached[class])
				continue;
			reached[class][object_index(build, class, line->word[word])] = true;
			error = check_target(build, line, word);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
		if (!error)
			warn_unreached(build, classes[i], reached[classes[i]]);
		free(reached[classes[i]]);
	}
	return error;
}

static int check_huntgroups(struct build *build)
{
	const struct object_names *names = &build->names[OBJECT_HUNTGROUP];
	for (uint32_t i = 0; i < names->count; i++)
		if (!build_line(build, "huntgroup", names->name[i], "final"))
			return build_refuse(build, first_line(build, OBJECT_HUNTGROUP, names->name[i]),
			                    "huntgroup %s needs \"final\": where a call goes that nobody takes "
			                    "(rule final)",
			                    names->name[i]);
	return 0;
}

/* ---- numbers of telephones ---- */

static bool is_extension(const struct settings_line *line)
{
	return (!strcmp(line->word[0], "port") || !strcmp(line->word[0], "sound")) &&
	       !strcmp(line->word[2], "extension");
}

static int compare_extensions(const void *a, const void *b)
{
	const struct settings_line *const *x = a, *const *y = b;
	return word_compare((*x)->word[3], (*y)->word[3]);
}

static int check_extensions(struct build *build)
{
	const struct settings_line **lines = calloc(build->line_count + 1, sizeof(*lines));
	uint32_t count = 0;
	int error = 0;
	if (!lines)
		return -ENOMEM;
	for (uint32_t i = 0; i < build->line_count; i++)
		if (is_extension(build->lines[i]))
			lines[count++] = build->lines[i];
	qsort(lines, count, sizeof(*lines), compare_extensions);
	for (uint32_t i = 1; !error && i < count; i++)
		if (!strcmp(lines[i - 1]->word[3], lines[i]->word[3]))
			error = build_refuse(build, lines[i], "%s %s has this number too (rule same-number)",
			                     lines[i - 1]->word[0], lines[i - 1]->word[1]);
	for (uint32_t i = 0; !error && i < count; i++)
		for (uint32_t j = 0; !error && j < build->config->emergency_count; j++) {
			const char *number = build->config->emergency[j];
			if (!strncmp(lines[i]->word[3], number, strlen(number)))
				error = build_refuse(build, lines[i],
				                     "the number begins with %s, an emergency number (rule emergency)",
				                     number);
		}
	free(lines);
	return error;
}

int check_rules(struct build *build)
{
	static int (*const checks[])(struct build *) = {check_huntgroups, check_circles, check_reach, check_extensions};
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		int error = checks[i](build);
		if (error)
			return error;
	}
	return 0;
}
