/* Each kind of line is a row: its first words, then what each further word is. */
#include "machine/board_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config_limits.h"

#define LINE_BYTES 512
#define WORDS_MAX  8
#define FILE_BYTES 16384

/* p path or device, r path of the red LED or input, n name, s span, # number, v volume, w warn, l limit */
static const struct row {
	enum board_part_kind kind;
	const char *words[2];
	const char *fields;
	const char *form;
} rows[] = {
    {BOARD_LED_SPAN, {"led", "span"}, "spr", "led span N GREEN RED"},
    {BOARD_LED_STATUS, {"led", "status"}, "pr", "led status GREEN RED"},
    {BOARD_RELAY, {"relay", "alarm"}, "p", "relay alarm LED"},
    {BOARD_BUTTON, {"button", "reset"}, "p#", "button reset DEVICE CODE"},
    {BOARD_SUPPLY, {"supply", NULL}, "p#", "supply DEVICE CODE"},
    {BOARD_TEMPERATURE, {"temperature", NULL}, "npwl", "temperature NAME FILE WARN LIMIT"},
    {BOARD_DISK, {"disk", NULL}, "npwl", "disk NAME FOLDER WARN LIMIT"},
    {BOARD_WEAR, {"wear", NULL}, "npwl", "wear NAME FILE WARN LIMIT"},
    {BOARD_SOUND, {"sound", NULL}, "nprv", "sound NAME DEVICE INPUT VOLUME"},
    {BOARD_CLOCK, {"clock", NULL}, "p#", "clock FILE SECONDS"},
    {BOARD_TIME_SERVER, {"time-server", NULL}, "p#", "time-server FILE SECONDS"},
    {BOARD_SOFTWARE, {"software", NULL}, "p", "software FILE"},
};

static unsigned words_split(char *line, char *words[WORDS_MAX + 1])
{
	unsigned count = 0;
	char *rest = line, *word;

	line[strcspn(line, "#\n")] = '\0';
	while (count <= WORDS_MAX && (word = strtok_r(rest, " \t\r", &rest)))
		words[count++] = word;
	return count;
}

static const struct row *row_of(char *const *words, unsigned count, unsigned *taken)
{
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		*taken = rows[i].words[1] ? 2 : 1;
		if (count >= *taken && !strcmp(words[0], rows[i].words[0]) &&
		    (*taken == 1 || !strcmp(words[1], rows[i].words[1])))
			return &rows[i];
	}
	return NULL;
}

static bool take_field(struct board_part *part, char field, const char *word)
{
	switch (field) {
	case 'n':
		return text_copy(part->name, sizeof(part->name), word);
	case 'p':
		return text_copy(part->path, sizeof(part->path), word);
	case 'r':
		return text_copy(part->red, sizeof(part->red), word);
	case 's':
		return text_to_u32(word, 1, CONFIG_SPANS_MAX, &part->number) == 0;
	case 'v':
		return text_to_u32(word, 0, 100, &part->number) == 0;
	case 'w':
		return text_to_u32(word, 1, 200, &part->warn) == 0;
	case 'l':
		return text_to_u32(word, part->warn, 200, &part->limit) == 0;
	default:
		return text_to_u32(word, 1, 65535, &part->number) == 0;
	}
}

static int take_line(struct board *board, const char *name, unsigned number, char *line, struct fault *fault)
{
	char *words[WORDS_MAX + 1];
	unsigned count = words_split(line, words), taken;
	const struct row *row;
	struct board_part *part = &board->parts[board->count];

	if (count == 0)
		return 0;
	row = row_of(words, count, &taken);
	if (!row)
		return fault_set(fault, -EINVAL,
		                 "board file %s line %u: \"%s\" is no part: expected led, relay, button, supply, "
		                 "temperature, disk, wear, sound, clock, time-server or software",
		                 name, number, words[0]);
	if (board->count == BOARD_PARTS_MAX)
		return fault_set(fault, -E2BIG, "board file %s line %u: more than %d parts", name, number,
		                 BOARD_PARTS_MAX);
	*part = (struct board_part){.kind = row->kind};
	if (count != taken + strlen(row->fields))
		return fault_set(fault, -EINVAL, "board file %s line %u: expected %s", name, number, row->form);
	for (unsigned i = 0; row->fields[i]; i++)
		if (!take_field(part, row->fields[i], words[taken + i]))
			return fault_set(fault, -EINVAL, "board file %s line %u: \"%s\" does not fit, expected %s",
			                 name, number, words[taken + i], row->form);
	board->count++;
	return 0;
}

int board_text_read(const char *name, const char *text, struct board *board, struct fault *fault)
{
	char line[LINE_BYTES];
	int error = 0;

	board->count = 0;
	for (unsigned number = 1; *text && !error; number++) {
		size_t length = strcspn(text, "\n");

		if (length >= sizeof(line))
			return fault_set(fault, -EINVAL, "board file %s line %u: longer than %zu characters", name,
			                 number, sizeof(line) - 1);
		memcpy(line, text, length);
		line[length] = '\0';
		error = take_line(board, name, number, line, fault);
		text += length + (text[length] == '\n');
	}
	return error;
}

int board_file_read(const char *path, struct board *board, struct fault *fault)
{
	static char text[FILE_BYTES];
	FILE *file = fopen(path, "re");
	size_t count;

	if (!file)
		return fault_set(fault, -errno, "board file %s: %s", path, strerror(errno));
	count = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[count] = '\0';
	if (count == sizeof(text) - 1)
		return fault_set(fault, -EFBIG, "board file %s: longer than %zu bytes", path, sizeof(text) - 1);
	return board_text_read(path, text, board, fault);
}
