/*
 * Factory reset: asked for on the console, carried out early at the next start, so that nothing is in use.
 *
 * DATA/factory-reset is the flag: its first line is the level. It is written durably before anything is said, and
 * removed last: a start that is cut in the middle does it again from the beginning, with the same result. The image
 * may write the same file (a button, the boot menu); README.md says how.
 *
 * Thread: admin asks; main carries out, before settings_load().
 */
#ifndef BELFRY_CONFIG_FACTORY_RESET_H
#define BELFRY_CONFIG_FACTORY_RESET_H

#include "base/attributes.h"
#include "base/fault.h"

enum reset_level {
	RESET_NONE,
	RESET_SETTINGS, /* settings as the factory left them, but for the users; a commit, which rollback undoes */
	RESET_ALL,      /* everything in the data folder: settings, revisions, keys, records, recordings, logs */
	RESET_LEVEL_COUNT
};
extern const char *const reset_level_names[RESET_LEVEL_COUNT];

/* RESET_NONE takes the wish back. */
MUST_CHECK int factory_reset_ask(const char *folder, enum reset_level level, struct fault *fault);
/* What is asked for; a flag that cannot be read is RESET_NONE and stays. */
enum reset_level factory_reset_asked(const char *folder);
/* data: the folder of the records, where that is another; RESET_ALL empties it too, before the folder with the flag. */
MUST_CHECK int factory_reset_carry_out(const char *folder, const char *data, struct fault *fault);

#endif
