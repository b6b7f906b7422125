/* Private: prompts by ear (party_hears_prompt() is in exchange.h). */
#ifndef BELFRY_LAB_PROMPT_EAR_H
#define BELFRY_LAB_PROMPT_EAR_H

#include "tools/lab/party.h"

void prompt_library_free(void);

#endif
