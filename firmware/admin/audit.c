#include "admin/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file_load.h"
#include "base/log.h"
#include "base/text.h"
#include "config/secret.h"
#include "config/words.h"
#include "store/durable.h"

#define HALF_BYTES     (1u << 20)
#define READ_BYTES_MAX (64u << 20)
#define BATCH_BYTES    16384
#define ENTRY_BYTES    2048
#define HEX_BYTES      (2 * SECRET_BYTES)

struct chain {
	uint64_t number;
	char hex[HEX_BYTES + 1]; /* of the last entry */
};

struct audit {
	char path[300], old_path[300];
	struct durable_file *file;
	uint32_t half_bytes;
	uint64_t written; /* bytes of the file that hold */
	struct chain chain;
	char batch[BATCH_BYTES];
	size_t batch_used;
	uint64_t failures, lost;
};

static void hash_of(const char *before, const char *line, size_t bytes, char *hex)
{
	uint8_t digest[SECRET_BYTES];
	secret_hmac(before, HEX_BYTES, line, bytes, digest);
	secret_hex(digest, sizeof(digest), hex);
}

/* ---- reading ---- */

static int parse(const char *line, struct audit_entry *entry)
{
	struct words words;
	memset(entry, 0, sizeof(*entry));
	if (strlen(line) >= LINE_BYTES_MAX || words_split(&words, line, NULL) || words.count != 6 ||
	    text_to_u64(words.word[0], 1, UINT64_MAX, &entry->number) ||
	    text_to_u64(words.word[1], 0, UINT64_MAX, &entry->wall_us))
		return -EBADMSG;
	text_copy(entry->user, sizeof(entry->user), words.word[2]);
	text_copy(entry->from, sizeof(entry->from), words.word[3]);
	text_copy(entry->result, sizeof(entry->result), words.word[4]);
	text_copy(entry->command, sizeof(entry->command), words.word[5]);
	return 0;
}

/* One line, "entry hash". 0 if it follows the chain, which then goes on. */
static int follow(struct chain *chain, const char *line, size_t bytes, struct audit_entry *entry)
{
	char text[ENTRY_BYTES + HEX_BYTES + 8], hex[HEX_BYTES + 1];
	if (bytes < HEX_BYTES + 2 || bytes >= sizeof(text))
		return -EBADMSG;
	memcpy(text, line, bytes);
	text[bytes] = '\0';
	size_t entry_bytes = bytes - HEX_BYTES - 1;
	hash_of(chain->hex, text, entry_bytes, hex);
	if (text[entry_bytes] != ' ' || strcmp(text + entry_bytes + 1, hex) != 0)
		return -EBADMSG;
	text[entry_bytes] = '\0';
	if (parse(text, entry) || entry->number != chain->number + 1)
		return -EBADMSG;
	chain->number = entry->number;
	memcpy(chain->hex, hex, sizeof(hex));
	return 0;
}

/* The first line says where the chain stood: number and hash. */
static size_t begin_chain(struct chain *chain, const char *text, size_t bytes)
{
	const char *end = memchr(text, '\n', bytes);
	struct words words;
	char line[160];
	if (!end || (size_t)(end - text) >= sizeof(line))
		return 0;
	memcpy(line, text, (size_t)(end - text));
	line[end - text] = '\0';
	if (words_split(&words, line, NULL) || words.count != 3 || strcmp(words.word[0], "audit") != 0 ||
	    text_to_u64(words.word[1], 0, UINT64_MAX, &chain->number) || strlen(words.word[2]) != HEX_BYTES)
		return 0;
	memcpy(chain->hex, words.word[2], HEX_BYTES + 1);
	return (size_t)(end - text) + 1;
}

/* How many bytes of a file hold; the rest does not. */
static size_t follow_all(struct chain *chain, const char *text, size_t bytes,
                         void (*each)(void *user, const struct audit_entry *entry), void *user)
{
	size_t at = begin_chain(chain, text, bytes);
	while (at && at < bytes) {
		const char *end = memchr(text + at, '\n', bytes - at);
		struct audit_entry entry;
		if (!end || follow(chain, text + at, (size_t)(end - text) - at, &entry))
			break;
		if (each)
			each(user, &entry);
		at = (size_t)(end - text) + 1;
	}
	return at;
}

/* A whole file; *text NULL and 0 if there is none. */
static int read_whole(const char *path, char **text, size_t *bytes)
{
	int error = file_load(path, READ_BYTES_MAX, text, bytes);
	return error == -ENOENT ? 0 : error;
}

/* ---- writing ---- */

/* A file of its own that goes on where the chain is. */
static int begin_file(struct audit *audit)
{
	char text[160];
	int length = snprintf(text, sizeof(text), "audit %" PRIu64 " %s\n", audit->chain.number, audit->chain.hex);
	int error = durable_replace(audit->path, text, (size_t)length);
	if (!error)
		error = durable_open(&audit->file, audit->path, O_RDWR, 0600);
	audit->written = error ? 0 : (uint64_t)length;
	return error;
}

static int next_file(struct audit *audit)
{
	durable_close(audit->file);
	audit->file = NULL;
	int error = durable_rename(audit->path, audit->old_path);
	if (error == -ENOENT)
		error = 0; /* it was moved in an attempt before */
	return error ? error : begin_file(audit);
}

static void flush(struct audit *audit)
{
	int error = 0;
	if (!audit->batch_used)
		return;
	if (!audit->file)
		error = durable_open(&audit->file, audit->path, O_RDWR, 0600);
	if (!error)
		error = durable_write_at(audit->file, audit->batch, audit->batch_used, audit->written);
	if (!error)
		error = durable_sync(audit->file);
	if (error) {
		if (!audit->failures++)
			log_write(LOG_ERROR, LOG_ADMIN, "the audit log cannot be written: %s", strerror(-error));
		return;
	}
	audit->failures = 0;
	audit->written += audit->batch_used;
	audit->batch_used = 0;
}

void audit_put(struct audit *audit, struct audit_entry *entry, bool sync)
{
	const char *fields[] = {entry->user, entry->from, entry->result, entry->command};
	char line[ENTRY_BYTES + HEX_BYTES + 8], hex[HEX_BYTES + 1];
	size_t used = 0;
	/* Full: the file is begun anew only when nothing waits, since what waits follows its chain. */
	if (audit->written > audit->half_bytes && !audit->batch_used && next_file(audit))
		log_write(LOG_ERROR, LOG_ADMIN, "the audit log cannot go on in a new file");
	entry->number = audit->chain.number + 1;
	text_append(line, sizeof(line), &used, "%" PRIu64 " %" PRIu64, entry->number, entry->wall_us);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		char quoted[2 * AUDIT_COMMAND_BYTES + 3];
		word_quote(*fields[i] ? fields[i] : "-", quoted, sizeof(quoted));
		text_append(line, sizeof(line), &used, " %s", quoted);
	}
	hash_of(audit->chain.hex, line, used, hex);
	text_append(line, sizeof(line), &used, " %s\n", hex);
	if (audit->batch_used + used > sizeof(audit->batch))
		flush(audit);
	if (audit->batch_used + used > sizeof(audit->batch)) {
		if (!audit->lost++)
			log_write(LOG_ERROR, LOG_ADMIN, "the audit log loses entries: it cannot be written");
		return;
	}
	memcpy(audit->batch + audit->batch_used, line, used);
	audit->batch_used += used;
	audit->chain.number = entry->number;
	memcpy(audit->chain.hex, hex, sizeof(hex));
	if (sync)
		flush(audit);
}

/* ---- opening ---- */

static void note(struct audit *audit, const char *what, size_t bytes)
{
	struct audit_entry entry = {.user = "belfryd", .from = "start-up", .result = "done"};
	snprintf(entry.command, sizeof(entry.command), "%s (%zu bytes)", what, bytes);
	log_write(LOG_ERROR, LOG_ADMIN, "audit log: %s", entry.command);
	audit_put(audit, &entry, true);
}

/* The last batch may have been cut by a power failure; more than that was changed by somebody. */
static int open_found(struct audit *audit, const char *text, size_t bytes)
{
	size_t good = follow_all(&audit->chain, text, bytes, NULL, NULL);
	int error = 0;
	audit->written = good;
	if (!good || bytes - good > BATCH_BYTES) {
		error = next_file(audit);
		if (!error)
			note(audit, "the chain is broken: kept as audit-old, begun anew", bytes - good);
		return error;
	}
	error = durable_open(&audit->file, audit->path, O_RDWR, 0600);
	if (!error && good < bytes) {
		error = durable_truncate(audit->file, good);
		if (!error)
			note(audit, "an unfinished end was cut off", bytes - good);
	}
	return error;
}

/* Begun anew after the old file was moved and before there was a new one: go on where the old one ends. */
static int open_none(struct audit *audit)
{
	char *text;
	size_t bytes;
	int error = read_whole(audit->old_path, &text, &bytes);
	if (text)
		(void)follow_all(&audit->chain, text, bytes, NULL, NULL);
	free(text);
	return error ? error : begin_file(audit);
}

int audit_new(struct audit **out, const char *folder, uint32_t half_bytes, struct fault *fault)
{
	struct audit *audit = calloc(1, sizeof(*audit));
	char *text = NULL;
	size_t bytes = 0;
	if (!audit)
		return fault_set(fault, -ENOMEM, "no memory for the audit log");
	snprintf(audit->path, sizeof(audit->path), "%s/audit", folder);
	snprintf(audit->old_path, sizeof(audit->old_path), "%s/audit-old", folder);
	audit->half_bytes = half_bytes ? half_bytes : HALF_BYTES;
	memset(audit->chain.hex, '0', HEX_BYTES);
	int error = read_whole(audit->path, &text, &bytes);
	if (!error)
		error = text ? open_found(audit, text, bytes) : open_none(audit);
	free(text);
	if (error) {
		audit_free(audit);
		return fault_set(fault, error, "%s/audit: %s", folder, strerror(-error));
	}
	*out = audit;
	return 0;
}

void audit_free(struct audit *audit)
{
	if (!audit)
		return;
	if (audit->file)
		flush(audit);
	durable_close(audit->file);
	free(audit);
}

int audit_each(struct audit *audit, void (*each)(void *user, const struct audit_entry *entry), void *user,
               uint64_t *last_good)
{
	const char *paths[] = {audit->old_path, audit->path};
	struct chain chain = {.number = 0};
	bool broken = false;
	flush(audit);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct chain before = chain;
		char *text;
		size_t bytes;
		int error = read_whole(paths[i], &text, &bytes);
		if (error)
			return error;
		if (!text)
			continue;
		size_t good = follow_all(&chain, text, bytes, each, user);
		struct chain begun = {.number = 0};
		(void)begin_chain(&begun, text, bytes);
		bool follows =
		    !before.number || (begun.number == before.number && !memcmp(begun.hex, before.hex, HEX_BYTES));
		free(text);
		if (!broken && (good < bytes || !follows)) {
			broken = true;
			*last_good = follows ? chain.number : before.number;
		}
	}
	if (!broken)
		*last_good = chain.number;
	return broken ? -EBADMSG : 0;
}
