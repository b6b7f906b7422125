/*
 * The clock as cards have it: ranks among a card's own spans, which of them it follows, the slips that it counts. The
 * box's own clock, one for all cards, is chosen in audio.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "drivers/dahdi/dahdi.h"

/* ---- ranks ---- */

/* The n-th span of ours, if it runs on the card of this one, is another and has a rank; else NULL. */
static struct dahdi_span_state *ranked_beside(struct dahdi_driver *d, unsigned span, unsigned n)
{
	struct dahdi_span_state *other = &d->span[n - 1];

	if (n == span || !other->started || !other->wanted.clock_rank || !other->card_rank ||
	    other->card != d->span[span - 1].card)
		return NULL;
	return other;
}

static bool rank_taken(struct dahdi_driver *d, unsigned span, unsigned rank)
{
	for (unsigned n = 1; n <= CONFIG_SPANS_MAX; n++) {
		const struct dahdi_span_state *other = ranked_beside(d, span, n);

		if (other && other->card_rank == rank)
			return true;
	}
	return false;
}

/* Cards set up a span anew when they are told its rank, whoever speaks on it. */
static void rank_move(struct dahdi_driver *d, const struct driver_span *span, unsigned from, unsigned to)
{
	for (unsigned n = 1; n <= CONFIG_SPANS_MAX; n++) {
		struct dahdi_span_state *other = ranked_beside(d, span->span, n);
		struct fault fault;

		if (!other || other->card_rank != from)
			continue;
		log_write(LOG_NOTICE, LOG_DRIVER,
		          "span %u is set up anew and interrupted for a moment: span %u clock %u changes the order of "
		          "their card's spans",
		          n, span->span, span->clock_rank);
		if (dahdi_line_tell(d, other->kernel, &other->wanted, to, &fault) == 0)
			other->card_rank = (uint8_t)to;
		else
			log_write(LOG_ERROR, LOG_DRIVER, "%s", fault.text);
	}
}

/* No number is free between two neighbours: those on the side where one is free sooner move on by one. */
static unsigned rank_make_room(struct dahdi_driver *d, const struct driver_span *span, unsigned above, unsigned most)
{
	unsigned up = above + 1, down = above;

	while (up <= most && rank_taken(d, span->span, up))
		up++;
	while (down && rank_taken(d, span->span, down))
		down--;
	if (down && (up > most || above - down < up - above - 1)) {
		for (; down < above; down++)
			rank_move(d, span, down + 1, down);
		return above;
	}
	for (; up > above + 1 && up <= most; up--)
		rank_move(d, span, up - 1, up);
	return above + 1;
}

static unsigned clamped(unsigned number, unsigned least, unsigned most)
{
	return number < least ? least : number > most ? most : number;
}

/*
 * A card's driver takes ranks up to the number of its own spans; one that is higher it takes for none, and a card whose
 * spans all have none follows no line. So each card is told the order among its own, by their places where the box's
 * ranks are too high: that leaves gaps for those of which nothing is known yet. A span that has the same rank is about
 * to get another or to be let go, and the number is shared until then.
 */
unsigned dahdi_card_rank(struct dahdi_driver *d, const struct driver_span *span)
{
	struct dahdi_span_state *state = &d->span[span->span - 1];
	unsigned most = state->card_spans ? (unsigned)state->card_spans : UINT8_MAX - 1;
	unsigned above = 0, below = most + 1, rank = span->clock_rank, shared = 0;

	for (unsigned n = 1; rank && n <= CONFIG_SPANS_MAX; n++) {
		const struct dahdi_span_state *other = ranked_beside(d, span->span, n);

		if (other && other->wanted.clock_rank < rank && other->card_rank > above)
			above = other->card_rank;
		if (other && other->wanted.clock_rank > rank && other->card_rank < below)
			below = other->card_rank;
		if (other && other->wanted.clock_rank == rank)
			shared = other->card_rank;
	}
	if (rank && state->card_rank > above && state->card_rank < below && state->card_rank <= most)
		rank = state->card_rank; /* the order is as it was: no line is set up anew for a number */
	else if (shared)
		rank = shared;
	else if (rank && above + 1 < below)
		rank = clamped(rank <= most ? rank : (unsigned)state->place, above + 1, below - 1);
	else if (rank)
		rank = rank_make_room(d, span, above, most);
	state->card_rank = (uint8_t)rank;
	return rank;
}

int dahdi_card_rank_change(struct dahdi_driver *d, const struct driver_span *span, struct fault *fault)
{
	struct dahdi_span_state *state = &d->span[span->span - 1];
	unsigned before = state->card_rank, rank = dahdi_card_rank(d, span);
	int error = rank == before || state->analogue ? 0 : dahdi_line_tell(d, state->kernel, span, rank, fault);

	if (error) /* others may have moved already: it has none until it is told one */
		state->card_rank = 0;
	return error;
}

void dahdi_card_rank_end(struct dahdi_driver *d, unsigned span, int kernel, const struct driver_span *told)
{
	struct dahdi_span_state *state = &d->span[span - 1];
	struct fault fault;

	if (state->card_rank && kernel > 0 && !state->analogue && dahdi_line_tell(d, kernel, told, 0, &fault) != 0)
		log_write(LOG_INFO, LOG_DRIVER, "span %u: its card was not told that it gives no clock: %s", span,
		          fault.text);
	state->card_rank = 0;
}

/* ---- the live source ---- */

unsigned dahdi_span_beside(const struct dahdi_driver *d, unsigned span, int place)
{
	for (unsigned n = 1; n <= CONFIG_SPANS_MAX && place > 0; n++)
		if (d->span[n - 1].kernel > 0 && d->span[n - 1].card == d->span[span - 1].card &&
		    d->span[n - 1].place == place)
			return n;
	return 0;
}

/* What stands in syncsrc is each driver's own idea: the kernel's number of a span, its place on the card, a rank. */
unsigned dahdi_sync_source(const struct dahdi_driver *d, unsigned span, const struct dahdi_spaninfo *info)
{
	switch (dahdi_card_kind(info)) {
	case DAHDI_CARD_WCTE13XP:
		return info->syncsrc ? span : 0;
	case DAHDI_CARD_WCT4XXP:
	case DAHDI_CARD_WCTE43X:
		return dahdi_span_beside(d, span, info->syncsrc);
	case DAHDI_CARD_OTHER:
		break;
	}
	return dahdi_own_span(d, info->syncsrc);
}

/* ---- slips ---- */

#define SLIPS_TITLE "Timing slips: "

/* The kernel tells them in this file alone, and only when there are any. -1: it cannot be read. */
static int64_t slips_read(int kernel)
{
	char path[40], text[1024];
	uint32_t slips;

	snprintf(path, sizeof(path), "/proc/dahdi/%d", kernel);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t bytes = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;

	if (fd >= 0)
		close(fd);
	if (bytes <= 0)
		return -1;
	text[bytes] = '\0';
	char *at = strstr(text, SLIPS_TITLE);

	if (!at)
		return 0;
	at += strlen(SLIPS_TITLE);
	at[strcspn(at, "\n")] = '\0';
	return text_to_u32(at, 0, INT32_MAX, &slips) == 0 ? (int64_t)slips : -1;
}

void dahdi_slips_begin(struct dahdi_driver *d, unsigned span)
{
	struct dahdi_span_state *state = &d->span[span - 1];
	struct dahdi_spaninfo info = {.spanno = state->kernel};

	state->counts_slips =
	    !state->analogue && dahdi_ioctl(d->ctl, DAHDI_SPANSTAT, &info) == 0 && !dahdi_is_emulated(&info);
	int64_t slips = state->counts_slips ? slips_read(state->kernel) : 0;

	if (slips >= 0)
		state->card_slips = (uint64_t)slips;
}

void dahdi_span_look(struct span_driver *driver, unsigned span)
{
	struct dahdi_driver *d = dahdi(driver);
	struct dahdi_span_state *state = &d->span[span - 1];

	if (!state->started || !state->counts_slips)
		return;
	int64_t slips = slips_read(state->kernel);

	if (slips < 0)
		return;
	uint64_t now = (uint64_t)slips, before = state->card_slips;

	state->card_slips = now;
	/* cards begin at nought again with every alarm */
	driver_count_shared(&driver->status[span - 1].counters.slips, now >= before ? now - before : now);
}
