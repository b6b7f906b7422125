/*
 * The names of what a call record's numbers mean, as settings.md spells them.
 */
#include "store/names.h"

const char *const call_direction_names[CALL_DIRECTION_COUNT] = {"in", "out", "internal"};

const char *const call_outcome_names[CALL_OUTCOME_COUNT] = {
    NULL,       "answered", "abandoned", "short-abandon", "refused",
    "diverted", "timeout",  "key-exit",  "withdrawn",     "restarted",
};

const char *const segment_kind_names[SEGMENT_KIND_COUNT] = {
    "ivr", "queue", "ring", "talk", "hold", "consult", "transfer", "wrap-up",
};

const char *const call_presentation_names[CALL_PRESENTATION_COUNT] = {"allowed", "restricted", "unavailable"};

const char *const offer_result_names[OFFER_RESULT_COUNT] = {
    "answered", "no-answer", "busy", "declined", "cancelled", "lost-race",
};

const char *const store_event_names[STORE_EVENT_COUNT] = {"durable", "alarm", "recovered"};
