/*
 * What the board draws. Included by board*.c only.
 */
#ifndef BELFRY_LAB_BOARD_PRIVATE_H
#define BELFRY_LAB_BOARD_PRIVATE_H

#include <stdio.h>

#include "board.h"
#include "box.h"
#include "box_json.h"
#include "traffic.h"

/* What the box answered last; members may be NULL. */
struct board_view {
	struct json *spans, *queues, *agents, *calls;
};

struct board {
	const struct board_options *options;
	struct box *box;
	struct traffic *traffic;
	struct board_view view;
};

/* The whole board, 80x24, as ANSI text. */
void board_draw(const struct board *board, FILE *out);
/* The same in one line, without ANSI. */
void board_line(const struct board *board, FILE *out);
void board_summary(const struct board *board, FILE *out);

#endif
