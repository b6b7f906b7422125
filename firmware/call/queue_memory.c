/*
 * What queues remember of callers by their number: the agent they last talked to (sticky), and the place of one who has
 * just hung up (regain, Q07). Both bounded: a number's row has four cells, the oldest of which is forgotten.
 */
#include "call/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROWS  1024
#define CELLS 4

struct memory_cell {
	char number[STORE_NUMBER_BYTES]; /* "": empty */
	uint64_t at_us;
	uint32_t agent;                /* last talked to; 0: nobody */
	char queue[CONFIG_NAME_BYTES]; /* left by hanging up; "": none */
	uint64_t arrived_us, left_us;
};
struct queue_memory {
	struct memory_cell cells[ROWS][CELLS];
	uint64_t forgotten; /* to make room */
};

int queue_memory_new(struct queue_memory **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

void queue_memory_free(struct queue_memory *memory)
{
	free(memory);
}

static struct memory_cell *row_of(struct queue_memory *memory, const char *number)
{
	uint32_t hash = UINT32_C(2166136261);

	for (; *number; number++)
		hash = (hash ^ (uint8_t)*number) * UINT32_C(16777619);
	return memory->cells[(hash ^ hash >> 16) % ROWS];
}

/* A number that is withheld names nobody. */
static const char *number_of(const struct call *call)
{
	return call->record.direction == CALL_IN && call->record.presentation == LINE_PRESENTATION_ALLOWED
	           ? call->record.from
	           : "";
}

static struct memory_cell *find(const struct call *call)
{
	const char *number = number_of(call);
	struct memory_cell *row = row_of(call->control->memory, number);
	int i;

	for (i = 0; number[0] && i < CELLS; i++)
		if (strcmp(row[i].number, number) == 0)
			return &row[i];
	return NULL;
}

static struct memory_cell *find_or_make(const struct call *call)
{
	struct memory_cell *cell = find(call), *row;
	int i;

	if (cell || !number_of(call)[0])
		return cell;
	row = row_of(call->control->memory, number_of(call));
	cell = &row[0];
	for (i = 1; i < CELLS; i++)
		if (row[i].at_us < cell->at_us)
			cell = &row[i];
	call->control->memory->forgotten += cell->number[0] != '\0';
	memset(cell, 0, sizeof(*cell));
	text_copy(cell->number, sizeof(cell->number), number_of(call));
	return cell;
}

void queue_remember_agent(const struct call *call, uint32_t agent)
{
	struct memory_cell *cell = find_or_make(call);

	if (!cell)
		return;
	cell->agent = agent;
	cell->at_us = call->control->now_us;
	cell->queue[0] = '\0';
}

uint32_t queue_last_agent(const struct call *call)
{
	const struct memory_cell *cell = find(call);

	return cell ? cell->agent : 0;
}

void queue_remember_place(const struct call *call)
{
	const struct config_queue *queue = &call->control->config->queues[call->queue];
	struct memory_cell *cell = queue->regain_ms ? find_or_make(call) : NULL;

	if (!cell)
		return;
	text_copy(cell->queue, sizeof(cell->queue), queue->name);
	cell->arrived_us = call->queue_since_us;
	cell->at_us = cell->left_us = call->control->now_us;
}

/* When the place that the caller has left in this queue was taken; 0: none. It is given back once. */
uint64_t queue_regained_us(const struct call *call, const struct config_queue *queue)
{
	struct memory_cell *cell = queue->regain_ms ? find(call) : NULL;

	if (!cell || strcmp(cell->queue, queue->name) != 0)
		return 0;
	cell->queue[0] = '\0';
	return call->control->now_us - cell->left_us <= queue->regain_ms * US_PER_MS ? cell->arrived_us : 0;
}
