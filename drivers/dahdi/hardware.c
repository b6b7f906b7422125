/*
 * Which of the kernel's spans is which of ours. The kernel numbers its spans in the order in which the cards' modules
 * find them, which a card that is added or has died changes; a place in the box does not change.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "drivers/dahdi/dahdi.h"

#define SPANS_FOLDER "/sys/bus/dahdi_spans/devices"
/* The kernel's numbers go this far; they are asked only here, when a span is started or listed. */
#define KERNEL_SPANS 128

/* One line of a small file; "" if there is none. */
static void line_read(int kernel, const char *name, char *line, size_t size)
{
	char path[96];
	ssize_t bytes = -1;

	line[0] = '\0';
	snprintf(path, sizeof(path), SPANS_FOLDER "/span-%d/%s", kernel, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		bytes = read(fd, line, size - 1);
		close(fd);
	}
	line[bytes > 0 ? bytes : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
}

unsigned dahdi_own_span(const struct dahdi_driver *d, int kernel)
{
	for (unsigned span = 1; span <= CONFIG_SPANS_MAX && kernel > 0; span++)
		if (d->span[span - 1].kernel == kernel)
			return span;
	return 0;
}

enum dahdi_card_kind dahdi_card_kind(const struct dahdi_spaninfo *info)
{
	if (!strncmp(info->name, "TE", 2) && isdigit((unsigned char)info->name[2]))
		return DAHDI_CARD_WCT4XXP;
	if (!strncmp(info->name, "WCTE", 4))
		return DAHDI_CARD_WCTE43X;
	return !strncmp(info->name, "WCT13x/", 7) ? DAHDI_CARD_WCTE13XP : DAHDI_CARD_OTHER;
}

bool dahdi_is_emulated(const struct dahdi_spaninfo *info)
{
	return strncmp(info->name, "DYN/", 4) == 0;
}

static bool hardware_read(struct dahdi_driver *d, int kernel, struct driver_hardware *out)
{
	struct dahdi_spaninfo info = {.spanno = kernel};
	char place[16];
	uint32_t number;

	if (dahdi_ioctl(d->ctl, DAHDI_SPANSTAT, &info) != 0)
		return false;
	memset(out, 0, sizeof(*out));
	out->number = (unsigned)kernel;
	out->timeslots = (unsigned)info.totalchans;
	out->span = dahdi_own_span(d, kernel);
	snprintf(out->name, sizeof(out->name), "%.39s", info.desc);
	line_read(kernel, "../location", out->location, sizeof(out->location));
	line_read(kernel, "../hardware_id", out->serial, sizeof(out->serial));
	line_read(kernel, "local_spanno", place, sizeof(place));
	out->place = text_to_u32(place, 1, KERNEL_SPANS, &number) == 0 ? number : 1;
	out->analogue = info.linecompat == 0;
	return true;
}

static void places_of(struct dahdi_driver *d, struct driver_hardware *one)
{
	int first = dahdi_first_channel(d, (int)one->number);

	if (first > 0)
		dahdi_places_read(d, first, one->timeslots, &one->places);
}

unsigned dahdi_hardware_list(struct span_driver *driver, struct driver_hardware *out, unsigned max)
{
	struct driver_hardware one;
	unsigned count = 0;

	for (int kernel = 1; kernel < KERNEL_SPANS; kernel++) {
		if (!hardware_read(dahdi(driver), kernel, &one))
			continue;
		if (one.analogue)
			places_of(dahdi(driver), &one);
		if (count < max)
			out[count] = one;
		count++;
	}
	return count;
}

static bool is_at(const struct driver_hardware *hardware, const char *location)
{
	const char *slash = strrchr(location, '/');
	size_t length = slash ? (size_t)(slash - location) : strlen(location);
	uint32_t place = 1;

	if (slash && text_to_u32(slash + 1, 1, KERNEL_SPANS, &place) != 0) {
		length = strlen(location);
		place = 1;
	}
	return hardware->place == place &&
	       ((strlen(hardware->location) == length && !memcmp(hardware->location, location, length)) ||
	        (strlen(hardware->serial) == length && !memcmp(hardware->serial, location, length)));
}

static int find_at(struct dahdi_driver *d, const struct driver_span *span, struct fault *fault)
{
	struct driver_hardware one;

	for (int kernel = 1; kernel < KERNEL_SPANS; kernel++)
		if (hardware_read(d, kernel, &one) && is_at(&one, span->location))
			return kernel;
	return fault_set(fault, -ENODEV, "span %u: no card's span is at \"%s\": see show spans hardware", span->span,
	                 span->location);
}

/* Which of the kernel's spans are on one card is told by its place and serial number; without either each is its own.
 */
static void card_find(struct dahdi_driver *d, struct dahdi_span_state *state, int kernel)
{
	struct driver_hardware own, other;

	state->card = kernel;
	state->place = 1;
	state->card_spans = 0;
	if (!hardware_read(d, kernel, &own))
		return;
	state->place = (int)own.place;
	for (int i = 1; i < KERNEL_SPANS && (own.location[0] || own.serial[0]); i++) {
		if (!hardware_read(d, i, &other) || strcmp(own.location, other.location) != 0 ||
		    strcmp(own.serial, other.serial) != 0)
			continue;
		if (state->card_spans++ == 0)
			state->card = i;
	}
}

int dahdi_find_span(struct dahdi_driver *d, const struct driver_span *span, struct fault *fault)
{
	struct dahdi_spaninfo info = {.spanno = span->span};
	int kernel = span->span;

	d->span[span->span - 1].kernel = 0;
	if (span->location[0])
		kernel = find_at(d, span, fault);
	else if (dahdi_ioctl(d->ctl, DAHDI_SPANSTAT, &info) != 0)
		return fault_set(fault, -ENODEV,
		                 "span %u: DAHDI has no span of this number: is the card's module loaded?", span->span);
	if (kernel < 0)
		return kernel;
	unsigned other = dahdi_own_span(d, kernel);

	if (other)
		return fault_set(fault, -EBUSY,
		                 "span %u: its hardware is span %u's already, by the location of one of them",
		                 span->span, other);
	card_find(d, &d->span[span->span - 1], kernel);
	d->span[span->span - 1].kernel = kernel;
	return 0;
}
