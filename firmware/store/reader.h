/*
 * Reads call records back: the admin thread's own read-only connection. Results are those committed so far. A
 * database that took the place of a damaged one is opened at the next question.
 */
#ifndef BELFRY_STORE_READER_H
#define BELFRY_STORE_READER_H

#include "store/store.h"

struct store_reader;
MUST_CHECK int store_reader_new(struct store_reader **out, const char *folder, struct fault *fault);
void store_reader_free(struct store_reader *reader);

/* Finished calls, newest end first, at most last. each() returns false to stop. 0 or -errno. */
MUST_CHECK int store_reader_calls(struct store_reader *reader, uint32_t last,
                                  bool (*each)(void *user, const struct call_record *record), void *user);
/* One call by id, finished or not. -ENOENT. */
MUST_CHECK int store_reader_call(struct store_reader *reader, uint32_t id, struct call_record *record);
/* Callers cut off by restarts: the open ones first, each by arrival. */
MUST_CHECK int store_reader_callbacks(struct store_reader *reader,
                                      bool (*each)(void *user, const struct store_callback *callback), void *user);

#endif
