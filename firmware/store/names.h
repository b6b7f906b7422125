/*
 * How many of each there are. Private to the room: limits when records are read back from a file.
 */
#ifndef BELFRY_STORE_NAMES_H
#define BELFRY_STORE_NAMES_H

#include "store/store.h"

#define CALL_DIRECTION_COUNT    (CALL_INTERNAL + 1)
#define CALL_PRESENTATION_COUNT 3
#define OFFER_RESULT_COUNT      6 /* as enum acd_offer_result */
#define STORE_EVENT_COUNT       (STORE_RECOVERED + 1)

extern const char *const offer_result_names[OFFER_RESULT_COUNT];
extern const char *const store_event_names[STORE_EVENT_COUNT];

#endif
