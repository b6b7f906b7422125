/* From the box's own settings to the other end of its spans. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "box.h"

static const char *const switch_names[] = {
    [LAB_EUROISDN] = "euroisdn", [LAB_NI1] = "ni1",   [LAB_NI2] = "ni2",   [LAB_DMS100] = "dms100",
    [LAB_5ESS] = "5ess",         [LAB_4ESS] = "4ess", [LAB_QSIG] = "qsig",
};

int box_switch_type(const char *name)
{
	for (size_t i = 0; i < sizeof switch_names / sizeof *switch_names; i++)
		if (strcmp(switch_names[i], name) == 0)
			return (int)i;
	return -1;
}

static unsigned plan_index(struct box_plan *plan, unsigned span)
{
	for (unsigned i = 0; i < plan->count; i++)
		if (plan->spans[i].span == span)
			return i;
	if (plan->count == LAB_SPANS_MAX)
		return LAB_SPANS_MAX;
	plan->spans[plan->count] =
	    (struct lab_span){.span = span, .e1 = true, .kind = LAB_SPAN_PRI, .network_side = true};
	return plan->count++;
}

static void plan_signalling(struct box_plan *plan, unsigned index, const char *value)
{
	struct lab_span *span = &plan->spans[index];
	plan->carried[index] = true;
	if (strcmp(value, "fxs") == 0) {
		span->kind = LAB_SPAN_PHONES;
		span->e1 = false;
		span->mulaw = true;
	} else if (strcmp(value, "pri-cpe") == 0 || strcmp(value, "pri-net") == 0) {
		span->kind = LAB_SPAN_PRI;
		span->network_side = strcmp(value, "pri-cpe") == 0;
	} else {
		plan->carried[index] = false;
	}
}

void box_plan_line(struct box_plan *plan, const char *line)
{
	char key[16], value[32];
	unsigned number;
	line += strspn(line, " \t");
	if (strncmp(line, "set ", 4) == 0)
		line += 4;
	if (sscanf(line, " span %u %15s %31s", &number, key, value) != 3)
		return;
	unsigned index = plan_index(plan, number);
	if (index == LAB_SPANS_MAX)
		return;
	struct lab_span *span = &plan->spans[index];
	if (strcmp(key, "type") == 0) {
		span->e1 = strcmp(value, "e1") == 0;
		span->mulaw = !span->e1;
	} else if (strcmp(key, "signalling") == 0) {
		plan_signalling(plan, index, value);
	} else if (strcmp(key, "switch") == 0 && box_switch_type(value) >= 0) {
		span->switch_type = (enum lab_switch)box_switch_type(value);
	} else if (strcmp(key, "overlap") == 0) {
		span->overlap = strcmp(value, "none") != 0;
	} else if (strcmp(key, "law") == 0) {
		span->mulaw = strcmp(value, "mulaw") == 0;
	}
}

void box_plan_override(struct box_plan *plan, const struct box_span_override *override)
{
	unsigned index = plan_index(plan, override->span);
	if (index == LAB_SPANS_MAX)
		return;
	struct lab_span *span = &plan->spans[index];
	if (override->switch_type >= 0)
		span->switch_type = (enum lab_switch) override->switch_type;
	if (override->network_side >= 0)
		span->network_side = override->network_side;
	if (override->mulaw >= 0)
		span->mulaw = override->mulaw;
	if (override->missing >= 0)
		span->missing = override->missing;
}
