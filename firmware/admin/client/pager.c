#include "pager.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "keyboard.h"

/* A serial line often does not know its size: then it is a VT100's. */
static void screen_size(int *rows, int *columns)
{
	struct winsize size = {0};
	*rows = 24;
	*columns = 80;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		return;
	if (size.ws_row > 2)
		*rows = size.ws_row;
	if (size.ws_col > 10)
		*columns = size.ws_col;
}

/* One key, without waiting for the end of a line. */
static int read_key(void)
{
	struct termios kept, raw;
	keyboard_start(); /* from here on Ctrl-C does not leave the terminal raw */
	if (tcgetattr(STDIN_FILENO, &kept))
		return 'q';
	raw = kept;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	int key = keyboard_byte();
	tcsetattr(STDIN_FILENO, TCSANOW, &kept);
	return key < 0 ? 'q' : key;
}

/* Rows that a line takes on the screen. */
static int rows_of(const char *line, size_t bytes, int columns)
{
	int shown = 0;
	for (size_t i = 0; i < bytes; i++)
		shown += ((unsigned char)line[i] & 0xc0) != 0x80;
	return shown ? (shown + columns - 1) / columns : 1;
}

void pager_show(const char *text, bool paged)
{
	int rows, columns, used = 0;
	screen_size(&rows, &columns);
	int page = rows - 1;
	while (*text && !keyboard_interrupted()) {
		size_t bytes = strcspn(text, "\n");
		int needs = rows_of(text, bytes, columns);
		if (paged && used && used + needs > page) {
			fputs("-- more: blank, Enter, q --", stdout);
			fflush(stdout);
			int key = read_key();
			fputs("\r                           \r", stdout);
			if (key == 'q' || key == 'Q')
				break;
			used = key == '\r' || key == '\n' ? page - needs : 0;
		}
		used += needs;
		fwrite(text, 1, bytes + (text[bytes] == '\n'), stdout);
		text += bytes + (text[bytes] == '\n');
	}
	fflush(stdout);
}
