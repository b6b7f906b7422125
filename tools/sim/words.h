/* A decision in words and as a line, with the names of the settings in force. */
#ifndef BELFRY_SIM_WORDS_H
#define BELFRY_SIM_WORDS_H

#include <stddef.h>

#include "acd/acd.h"

/* All fields in one line, for comparing by eye and by diff. */
void decision_line(char *text, size_t size, const struct acd_decision *decision);
/* What it means; view: of the scheduler at that moment. */
void decision_words(char *text, size_t size, const struct acd_decision *decision, const struct acd_view *view);

#endif
