/*
 * Comma-separated values as spreadsheets write them: cells one after the other.
 */
#include <errno.h>
#include <string.h>

#include "config/csv_parts.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

void csv_reader_start(struct csv_reader *reader, const char *text)
{
	if (!strncmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)))
		text += strlen(BYTE_ORDER_MARK);
	*reader = (struct csv_reader){.at = text, .line = 1, .record_end = true};
	/* Names of columns have none of these in them. */
	size_t first = strcspn(text, ",;\t\r\n");
	reader->separator = text[first] == ';' || text[first] == '\t' ? text[first] : ',';
}

static bool put(struct csv_reader *reader, size_t *used, char c)
{
	if (*used + 1 >= sizeof(reader->cell))
		return false;
	reader->cell[(*used)++] = c;
	return true;
}

/* From behind the opening quote. */
static int quoted(struct csv_reader *reader, size_t *used)
{
	for (;; reader->at++) {
		if (!*reader->at)
			return -EINVAL;
		if (*reader->at == '"' && *++reader->at != '"')
			return 0;
		reader->line += *reader->at == '\n';
		if (!put(reader, used, *reader->at))
			return -EFBIG;
	}
}

static int plain(struct csv_reader *reader, size_t *used)
{
	for (; *reader->at && *reader->at != reader->separator && !strchr("\r\n", *reader->at); reader->at++) {
		if (*reader->at == '"')
			return -EINVAL;
		if (!put(reader, used, *reader->at))
			return -EFBIG;
	}
	while (*used && reader->cell[*used - 1] == ' ')
		(*used)--;
	return 0;
}

static int end_cell(struct csv_reader *reader)
{
	reader->at += strspn(reader->at, " ");
	reader->record_end = *reader->at != reader->separator;
	if (!reader->record_end) {
		reader->at++;
		return 1;
	}
	reader->at += *reader->at == '\r';
	if (*reader->at && *reader->at != '\n')
		return -EINVAL;
	reader->line += *reader->at == '\n';
	reader->at += *reader->at == '\n';
	return 1;
}

int csv_reader_next(struct csv_reader *reader)
{
	size_t used = 0;
	if (!*reader->at && reader->record_end)
		return 0;
	reader->at += strspn(reader->at, " ");
	bool quote = *reader->at == '"';
	reader->at += quote;
	int error = quote ? quoted(reader, &used) : plain(reader, &used);
	reader->cell[used] = '\0';
	return error ? error : end_cell(reader);
}
