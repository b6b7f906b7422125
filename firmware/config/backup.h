/*
 * Backups: settings, PIN hashes, passwords, the customer table and the box's own announcements in one text file that is
 * checked as a whole before anything of it is used.
 *
 *   belfry-backup 1, then lines of what it is; secrets, sealed with a key of the file's own; the settings as set lines;
 *   the customer table, sealed likewise; announcements in base64; end; signatures; a sum.
 *
 * The file's key is wrapped by the box's key, so that the box that made it needs nothing, and by the pass phrase, if
 * one was given, so that any other box can read it with that. Signed with the box's key (checked on that box) and with
 * the file's key (checked elsewhere). A clone leaves out what is the box's own: its name. Keys never leave the box but
 * for the one that PINs are checked with, among the sealed secrets.
 *
 * Thread: admin; backup_open() and backup_lock_make(), which take long where there is a pass phrase, any.
 */
#ifndef BELFRY_CONFIG_BACKUP_H
#define BELFRY_CONFIG_BACKUP_H

#include "config/settings.h"

#define BACKUP_PHRASE_MIN 8
#define BACKUP_BYTES_MAX  (24u << 20)
#define BACKUP_FILE_BYTES (4u << 20) /* an announcement */

#define BACKUP_SALT_BYTES 16
/* What a pass phrase becomes. */
struct backup_lock {
	uint8_t salt[BACKUP_SALT_BYTES], key[32];
};
/* Takes long: any thread. -EIO: no random bytes. */
MUST_CHECK int backup_lock_make(struct backup_lock *lock, const char *phrase);

struct backup_wish {
	bool clone;
	const char *phrase;             /* NULL: only this box will be able to read it */
	const struct backup_lock *lock; /* made of the phrase before; NULL: it is made now */
	const char *software;           /* which release makes it */
	const char *prompts;            /* folder of the box's own announcements */
	const char *customers;          /* folder of the customer table; NULL: without it */
	char *warnings; /* lines about files there that are not taken along, cut at warnings_bytes; may be NULL */
	size_t warnings_bytes;
};
/* The whole file, which backup_open() takes and the caller frees. NULL with the fault: it would be too large, too. */
char *settings_backup(const struct settings *settings, const struct backup_wish *wish, struct fault *fault);

struct backup;
struct backup_about {
	bool clone, other_box;
	char box[64], made[32], software[64];
	uint32_t revision, prompts;
	uint32_t customers; /* rows; has_customers: there is a table, perhaps an empty one */
	bool has_customers;
};
/*
 * Takes a file apart: whole, of a format that this release knows, signed, its secrets open. phrase may be NULL.
 * -EBADMSG: damaged or not a backup; -ENOTSUP: newer; -EACCES: of another box, and the phrase is missing or wrong.
 */
MUST_CHECK int backup_open(struct backup **out, const char *text, const char *phrase, struct fault *fault);
void backup_free(struct backup *backup);
const struct backup_about *backup_about(const struct backup *backup);

/* The candidate becomes what the backup holds; nothing but the candidate changes. */
MUST_CHECK int candidate_restore(struct candidate *candidate, const struct backup *backup, struct fault *fault);
/* The PIN keys that it needs are known from here on, and kept in the data folder: before the commit. */
MUST_CHECK int backup_keep_keys(const struct backup *backup, const char *folder, struct fault *fault);
/* Writes the announcements: behind the commit. */
MUST_CHECK int backup_write_prompts(const struct backup *backup, const char *folder, struct fault *fault);
/* Its customer table in place of the one in this folder: behind the commit. *out is the caller's; NULL: it has none. */
struct customers;
MUST_CHECK int backup_write_customers(struct backup *backup, const char *folder, struct customers **out,
                                      struct fault *fault);

#endif
