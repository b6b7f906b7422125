/*
 * A call record as bytes in the journal: only the parts that are in use. Layout: README.md.
 */
#ifndef BELFRY_STORE_RECORD_CODE_H
#define BELFRY_STORE_RECORD_CODE_H

#include <stddef.h>

#include "store/store.h"

#define RECORD_CODE_VERSION   1
#define RECORD_CODE_BYTES_MAX 3072

/* recorded_us: wall clock when the snapshot was taken. Returns the length; bytes has RECORD_CODE_BYTES_MAX. */
size_t record_encode(const struct call_record *record, uint64_t recorded_us, unsigned char *bytes);

/* 0, -EPROTO (another version) or -EBADMSG (not a record). Anything may be in bytes. */
MUST_CHECK int record_decode(struct call_record *record, uint64_t *recorded_us, const unsigned char *bytes,
                             size_t count);

#endif
