/* For trials on the console: the box as if something about it had failed. */
#include <errno.h>
#include <string.h>

#include "box.h"
#include "store/durable.h"

/* As if the disk were full. */
static int simulate_disk(const char *word)
{
	bool full = strcmp(word, "full") == 0;

	if (!full && strcmp(word, "ok") != 0)
		return -EINVAL;
	durable_set_full(full);
	return 0;
}

static int simulate_supply(struct box *box, const char *word)
{
	bool failing = strcmp(word, "failing") == 0;

	if (!failing && strcmp(word, "ok") != 0)
		return -EINVAL;
	machine_simulate_supply(box->machine, failing);
	return 0;
}

/* As if the sound cards were pulled out. */
static int simulate_sound(struct box *box, const char *word)
{
	bool lost = strcmp(word, "lost") == 0;

	if (!lost && strcmp(word, "ok") != 0)
		return -EINVAL;
	for (unsigned i = 0; i < SOUND_CARDS_MAX; i++)
		sound_pretend_lost(box->sound, i, lost);
	return 0;
}

int box_simulate(void *box, const char *what, const char *word)
{
	if (strcmp(what, "sound") == 0)
		return simulate_sound(box, word);
	return strcmp(what, "supply") == 0 ? simulate_supply(box, word) : simulate_disk(word);
}
