/*
 * The prompt library: every announcement and piece of music as memory-mapped G.711 µ-law, found by name.
 *
 * A name is the file's path below the prompt folder without extension: "agent-loginok", "digits/1", "music/default".
 * Loaded once at start on the main thread, then shared by all threads. Only one thread (admin's) adds to it; nothing in
 * it changes or goes before the end, so what is playing goes on when a name gets new sound.
 */
#ifndef BELFRY_MEDIA_PROMPTS_H
#define BELFRY_MEDIA_PROMPTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/fault.h"

typedef uint16_t prompt_id;
#define PROMPT_NONE UINT16_MAX

struct prompts;

/* folders: searched in order, first wins (the owner's own prompts before the built-in ones); NULL ends. */
MUST_CHECK int prompts_load(struct prompts **out, const char *const *folders, struct fault *fault);
void prompts_free(struct prompts *prompts);

/*
 * One more, from a file of mu-law; a name that was there gets this sound from now on, under a new id (the old id keeps
 * the old sound), or keeps its id if the sound is the same. -ENOSPC with a sentence: CONFIG_PROMPTS_MAX are there.
 */
MUST_CHECK int prompts_add(struct prompts *prompts, const char *name, const char *path, prompt_id *id,
                           struct fault *fault);

prompt_id prompts_find(const struct prompts *prompts, const char *name); /* or PROMPT_NONE */
const char *prompts_name(const struct prompts *prompts, prompt_id id);
/* Samples in µ-law; *count 0 for an unknown id. */
const uint8_t *prompts_samples(const struct prompts *prompts, prompt_id id, uint32_t *count);
uint32_t prompts_count(const struct prompts *prompts);

#endif
