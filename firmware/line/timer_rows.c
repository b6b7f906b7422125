#include "line/timer_rows.h"

#define TIMER_INFO(row_name, initial, low, high, text)                                                                 \
	[TIMER_##row_name] = {.name = #row_name, .help = text, .initial_ms = initial, .low_ms = low, .high_ms = high},
const struct timer_row_info timer_rows[TIMER_ROW_COUNT] = {TIMER_ROWS(TIMER_INFO)};
#undef TIMER_INFO

void timer_values_initial(struct timer_values *values)
{
	for (int row = 0; row < TIMER_ROW_COUNT; row++)
		values->ms[row] = timer_rows[row].initial_ms;
}
