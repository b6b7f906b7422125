/*
 * Private to admin: the audit log. Every command with its user, on disk, each entry bound to the one before it by an
 * HMAC with the box's key: what was changed, taken out or put in is found.
 *
 * DATA/audit and, when that is full, DATA/audit-old: two halves of a bounded log. Commands that only look are written
 * with the next one that does something, or when there are some of them; those are on disk before they are answered.
 */
#ifndef BELFRY_ADMIN_AUDIT_H
#define BELFRY_ADMIN_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/fault.h"

#define AUDIT_COMMAND_BYTES 512

struct audit;
struct audit_entry {
	uint64_t number, wall_us;
	char user[32], from[32], result[16], command[AUDIT_COMMAND_BYTES];
};

/* half_bytes: how much each of the two files may have; 0: the usual. */
MUST_CHECK int audit_new(struct audit **out, const char *folder, uint32_t half_bytes, struct fault *fault);
void audit_free(struct audit *audit);
/* number is filled in. sync: on disk when this returns. A failure is logged and counted, and tried again. */
void audit_put(struct audit *audit, struct audit_entry *entry, bool sync);
/* All entries in order. 0, or -EBADMSG where the chain breaks (bad: the number of the last good entry). */
MUST_CHECK int audit_each(struct audit *audit, void (*each)(void *user, const struct audit_entry *entry), void *user,
                          uint64_t *last_good);

#endif
