/* Gives samples to a program that did not come from us and reads what it heard. Skips the test if it is missing. */
#ifndef TESTS_DSP_LISTEN_H
#define TESTS_DSP_LISTEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* command: a shell command with %s for the file of 8 kHz 16-bit raw samples. */
static inline void listen_with(const char *program, const char *command, const int16_t *samples, size_t count,
                               char *heard, size_t size)
{
	char path[] = "/tmp/belfry-listen-XXXXXX", line[512], probe[128];
	snprintf(probe, sizeof(probe), "command -v %s", program);
	FILE *found = popen(probe, "r");
	assert_non_null(found);
	bool there = fgetc(found) != EOF;
	pclose(found);
	if (!there)
		skip(); /* make deps installs it */
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, samples, count * sizeof(*samples)), count * sizeof(*samples));
	close(fd);
	size_t used = 0;
	for (const char *c = command; *c; c++)
		if (c[0] == '%' && c[1] == 's')
			used += (size_t)snprintf(line + used, sizeof(line) - used, "%s", path), c++;
		else
			line[used++] = *c;
	line[used] = '\0';
	FILE *pipe = popen(line, "r");
	assert_non_null(pipe);
	size_t got = fread(heard, 1, size - 1, pipe);
	heard[got] = '\0';
	pclose(pipe);
	unlink(path);
}

#define SOX_RAW         "sox -t raw -r 8000 -e signed -b 16 -c 1 %s "
#define MINIMODEM(mode) SOX_RAW "-t wav - | minimodem --rx --quiet -f /dev/stdin " mode " 2>/dev/null"
#define MULTIMON(demod) SOX_RAW "-t raw -r 22050 - | multimon-ng -q -a " demod " -t raw - 2>/dev/null"

#endif
