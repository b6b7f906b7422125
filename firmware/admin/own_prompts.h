/*
 * The owner's announcements (settings "prompt NAME file PATH" and "prompt NAME text TEXT"): read or spoken when they
 * are committed, kept as DATA/prompts/own-KEY.ulaw (KEY from the whole row), given to the prompt library, and entered
 * into the config that control gets (config_prompt.sound).
 *
 * Thread: admin's; the main thread before the others have begun. They read and write files and may take a second;
 * own_speech(), which takes longer, any thread.
 */
#ifndef BELFRY_ADMIN_OWN_PROMPTS_H
#define BELFRY_ADMIN_OWN_PROMPTS_H

#include "base/attributes.h"
#include "base/fault.h"
#include "config/config.h"
#include "media/prompts.h"

#define OWN_PROMPT_SECONDS_MAX 500 /* a backup takes 4 MiB of mu-law */

/*
 * A commit: rows that running (or NULL) has not are made anew, all others are as they were kept. A file that has gone
 * since an earlier commit of the same row (a rollback) is taken from what was kept. library NULL: nothing is done.
 * -errno with a sentence; nothing is in use yet then.
 */
MUST_CHECK int own_prompts_take(struct config *config, const struct config *running, struct prompts *library,
                                const char *data, struct fault *fault);
/* Settings that were in force before (start, undo): as kept; what cannot be had is logged, and the name has no sound.
 */
void own_prompts_keep(struct config *config, struct prompts *library, const char *data);

/*
 * A text of a commit that has not been spoken yet, and the keeping of what own_speech() has made of it on another
 * thread: own_prompts_take() then finds it. running: what is in force, or NULL.
 */
bool own_prompt_unspoken(struct config_prompt *row, const char *language, const struct config *running,
                         const char *data);
MUST_CHECK int own_prompt_keep_speech(const struct config_prompt *row, const char *language, const uint8_t *sound,
                                      size_t samples, const char *data, struct fault *fault);

/*
 * A recording of the prompt of this name (a row "prompt NAME record NUMBER"): kept, and in the library under *id.
 * -errno with a sentence; then what was there before stays.
 */
MUST_CHECK int own_prompt_record(const char *name, const uint8_t *sound, size_t samples, struct prompts *library,
                                 const char *data, prompt_id *id, struct fault *fault);

/* own_trim.c: removes the oldest of what is kept and what neither config needs, beyond 100 files or 32 MiB. */
void own_prompts_trim(const struct config *config, const struct config *running, const char *data);

/* The name under which a row's sound is kept and in the library: "own-" and 16 digits, by all that decides the sound.
 */
#define OWN_PROMPT_KEY_BYTES 24
void own_prompt_key(char key[OWN_PROMPT_KEY_BYTES], const struct config_prompt *row, const char *language);

/* own_speech.c: text as mu-law, which the caller frees, spoken by the program espeak-ng. */
MUST_CHECK int own_speech(const char *text, const char *language, uint8_t **sound, size_t *samples,
                          struct fault *fault);

#endif
