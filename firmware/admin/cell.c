#include "admin/cell.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* Columns are counted as code points; what the network sent is shown without control characters. */
void cell(FILE *out, int width, const char *text)
{
	int columns = 0, room = abs(width);
	if (!text || !*text)
		text = "-";
	for (const char *at = text; *at; at++)
		columns += ((unsigned char)*at & 0xc0) != 0x80;
	for (int i = columns; width < 0 && i < room; i++)
		fputc(' ', out);
	int shown = 0;
	for (const char *at = text; *at; at++) {
		if (((unsigned char)*at & 0xc0) != 0x80 && ++shown > room)
			break;
		fputc((unsigned char)*at < ' ' || *at == 0x7f ? '?' : *at, out);
	}
	for (int i = columns; width > 0 && i < room; i++)
		fputc(' ', out);
	fputc(' ', out);
}

void cell_format(FILE *out, int width, const char *format, ...)
{
	char text[160];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	cell(out, width, text);
}

void cell_duration(FILE *out, int width, uint64_t ms)
{
	uint64_t s = ms / 1000;
	if (s < 3600)
		cell_format(out, width, "%" PRIu64 ":%02" PRIu64, s / 60, s % 60);
	else
		cell_format(out, width, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, s / 3600, s / 60 % 60, s % 60);
}

void cell_time(FILE *out, uint64_t wall_us)
{
	char text[32];
	clock_format_utc(wall_us, text, sizeof(text));
	if (!wall_us || strlen(text) < 19) {
		cell(out, 14, NULL);
		return;
	}
	cell_format(out, 14, "%.5s %.8s", text + 5, text + 11);
}

void cell_end(FILE *out)
{
	fputc('\n', out);
}
