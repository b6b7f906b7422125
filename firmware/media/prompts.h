/*
 * The prompt library: every announcement and piece of music as memory-mapped G.711 µ-law, found by name.
 *
 * A name is the file's path below the prompt folder without extension: "agent-loginok", "digits/1", "music/default".
 * Loaded once at start on the main thread; afterwards read-only and shared by all threads.
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

prompt_id prompts_find(const struct prompts *prompts, const char *name); /* or PROMPT_NONE */
const char *prompts_name(const struct prompts *prompts, prompt_id id);
/* Samples in µ-law; *count 0 for an unknown id. */
const uint8_t *prompts_samples(const struct prompts *prompts, prompt_id id, uint32_t *count);
uint32_t prompts_count(const struct prompts *prompts);

#endif
