/*
 * Making a backup.
 */
#include "config/backup.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <nettle/base64.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "config/backup_parts.h"
#include "config/candidate.h"
#include "config/files.h"
#include "config/pin.h"
#include "config/secret.h"

static void print_words(FILE *out, const struct settings_line *line, const char *const *word)
{
	fputs("set", out);
	for (unsigned i = 0; i < line->word_count; i++) {
		char quoted[2 * LINE_BYTES_MAX + 3];
		word_quote(word[i], quoted, sizeof(quoted));
		fprintf(out, " %s", quoted);
	}
	fputc('\n', out);
}

/* Secret lines or the others. A PIN's hash leaves the box with the name of the key that it was made with. */
static uint32_t print_lines(FILE *out, const struct settings *settings, bool secret, bool clone)
{
	const struct settings_line **sorted = tree_sorted(&settings->tree);
	uint32_t count = 0;
	for (uint32_t i = 0; sorted && i < settings->tree.count; i++) {
		const struct settings_line *line = sorted[i];
		const struct setting_row *row = &setting_rows[line->row];
		const char *word[WORDS_MAX];
		char named[CONFIG_PIN_BYTES];
		if (row->secret != secret || (clone && !strcmp(row->pattern, "system name = {TEXT}")))
			continue;
		memcpy(word, line->word, line->word_count * sizeof(*word));
		if (row->keep_as == pin_hash_words) {
			pin_with_id(word[line->word_count - 1u], named, sizeof(named));
			word[line->word_count - 1u] = named;
		}
		print_words(out, line, word);
		count++;
	}
	free(sorted);
	return count;
}

static void print_key(FILE *out, const char *id)
{
	char hex[2 * SECRET_BYTES + 1];
	secret_hex(secret_key(id), SECRET_BYTES, hex);
	fprintf(out, "key %s %s\n", id, hex);
}

static char *secrets_text(const struct settings *settings, bool clone, size_t *bytes)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, bytes);
	if (!out)
		return NULL;
	print_key(out, secret_id());
	for (unsigned i = 0; secret_other_id(i); i++)
		print_key(out, secret_other_id(i));
	print_lines(out, settings, true, clone);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

static void print_hex(FILE *out, const uint8_t *bytes, size_t count)
{
	char hex[2 * BACKUP_LINE_BYTES + 1];
	for (size_t at = 0; at < count; at += BACKUP_LINE_BYTES) {
		secret_hex(bytes + at, count - at < BACKUP_LINE_BYTES ? count - at : BACKUP_LINE_BYTES, hex);
		fprintf(out, "%s\n", hex);
	}
}

/* The file's key, sealed with another one. */
static int print_wrap(FILE *out, const char *how, const uint8_t with[SECRET_BYTES],
                      const uint8_t file_key[SECRET_BYTES])
{
	uint8_t sealed[SECRET_BYTES + SECRET_SEAL_BYTES];
	char hex[2 * sizeof(sealed) + 1];
	int error = secret_seal(with, file_key, SECRET_BYTES, sealed);
	secret_hex(sealed, sizeof(sealed), hex);
	fprintf(out, "wrap %s %s\n", how, hex);
	return error;
}

int backup_lock_make(struct backup_lock *lock, const char *phrase)
{
	int error = secret_random(lock->salt, sizeof(lock->salt));
	if (!error)
		secret_from_phrase(phrase, BACKUP_ROUNDS, lock->salt, sizeof(lock->salt), lock->key);
	return error;
}

static int print_wraps(FILE *out, const struct backup_wish *wish, const uint8_t file_key[SECRET_BYTES])
{
	struct backup_lock lock;
	uint8_t with[SECRET_BYTES];
	char how[80], hex[2 * BACKUP_SALT + 1];
	secret_derive(NULL, PURPOSE_WRAP, with);
	int error = print_wrap(out, "box", with, file_key);
	if (error || !wish->phrase)
		return error;
	if (wish->lock)
		lock = *wish->lock;
	else
		error = backup_lock_make(&lock, wish->phrase);
	if (error)
		return error;
	secret_hex(lock.salt, sizeof(lock.salt), hex);
	snprintf(how, sizeof(how), "phrase %d %s", BACKUP_ROUNDS, hex);
	error = print_wrap(out, how, lock.key, file_key);
	explicit_bzero(&lock, sizeof(lock));
	return error;
}

static int print_secrets(FILE *out, const struct settings *settings, bool clone, const uint8_t file_key[SECRET_BYTES])
{
	uint8_t seal[SECRET_BYTES];
	size_t bytes = 0;
	char *text = secrets_text(settings, clone, &bytes);
	uint8_t *sealed = text ? malloc(bytes + SECRET_SEAL_BYTES) : NULL;
	int error = sealed ? 0 : -ENOMEM;
	secret_derive(file_key, PURPOSE_SEAL, seal);
	if (!error)
		error = secret_seal(seal, text, bytes, sealed);
	if (!error) {
		fprintf(out, "secrets %zu\n", bytes + SECRET_SEAL_BYTES);
		print_hex(out, sealed, bytes + SECRET_SEAL_BYTES);
	}
	free(text);
	free(sealed);
	return error;
}

/* ---- announcements ---- */

struct prompts_out {
	const struct backup_wish *wish;
	size_t count, bytes, warned;
};

static int too_large(const struct backup_wish *wish, struct fault *fault)
{
	return fault_set(
	    fault, -EFBIG,
	    "the backup would be larger than the %u MB that restore takes: remove announcements from %s, or "
	    "rows of the customer table (export csv customers, import csv customers)",
	    BACKUP_BYTES_MAX >> 20, wish->prompts ? wish->prompts : "the box");
}

bool backup_takes_name(const char *name)
{
	struct words words;
	return name[0] != '.' && !strchr(name, '/') && strlen(name) < BACKUP_NAME_BYTES &&
	       !words_split(&words, name, NULL) && words.count == 1 && !strcmp(words.word[0], name);
}

/* Bytes of the announcement in the file: its lines and the one before them. */
static size_t bytes_of_file(const char *name, size_t count)
{
	size_t lines = (count + BACKUP_LINE_BYTES - 1) / BACKUP_LINE_BYTES;
	return strlen("file  1234567890\n") + strlen(name) + lines * (BASE64_ENCODE_RAW_LENGTH(BACKUP_LINE_BYTES) + 1);
}

static int print_file(FILE *out, const char *name, const uint8_t *bytes, size_t count)
{
	fprintf(out, "file %s %zu\n", name, count);
	backup_print_base64(out, bytes, count);
	return 0;
}

static void leave_out(struct prompts_out *prompts, const char *name)
{
	const struct backup_wish *wish = prompts->wish;
	char shown[NAME_MAX + 1];
	text_copy(shown, sizeof(shown), name);
	for (char *at = shown; *at; at++)
		if (*at < ' ' || *at > '~')
			*at = '?'; /* it goes to terminals */
	log_write(LOG_WARNING, LOG_CONFIG, "announcement %s/%s: not in the backup: expected a name of one word",
	          wish->prompts, shown);
	if (wish->warnings)
		text_append(
		    wish->warnings, wish->warnings_bytes, &prompts->warned,
		    "warning: announcement %s/%s is not in the backup: expected a name of one word, at most %d bytes\n",
		    wish->prompts, shown, BACKUP_NAME_BYTES - 1);
}

/* What restore would refuse is not written. */
static int check_room(struct prompts_out *prompts, const char *path, size_t bytes, struct fault *fault)
{
	if (bytes > BACKUP_FILE_BYTES)
		return fault_set(fault, -EFBIG, "announcement %s: longer than the %u MB that a backup takes", path,
		                 BACKUP_FILE_BYTES >> 20);
	if (++prompts->count > BACKUP_PROMPTS_MAX)
		return fault_set(fault, -EFBIG, "%s: more than the %d announcements that a backup takes",
		                 prompts->wish->prompts, BACKUP_PROMPTS_MAX);
	prompts->bytes += bytes_of_file(path, bytes);
	if (prompts->bytes >= BACKUP_BYTES_MAX)
		return too_large(prompts->wish, fault);
	return 0;
}

static int print_prompt(FILE *out, struct prompts_out *prompts, const char *name, struct fault *fault)
{
	char path[512];
	struct stat status;
	snprintf(path, sizeof(path), "%s/%s", prompts->wish->prompts, name);
	if (name[0] == '.' || lstat(path, &status) || !S_ISREG(status.st_mode))
		return 0;
	if (!backup_takes_name(name)) {
		leave_out(prompts, name);
		return 0;
	}
	int error = check_room(prompts, path, (size_t)status.st_size, fault);
	if (error)
		return error;
	uint8_t *bytes = malloc((size_t)status.st_size + 1);
	FILE *file = bytes ? fopen(path, "re") : NULL;
	size_t count = file ? fread(bytes, 1, (size_t)status.st_size, file) : 0;
	bool read = file && count == (size_t)status.st_size;
	if (file)
		fclose(file);
	error = read ? print_file(out, name, bytes, count)
	             : fault_set(fault, -EIO, "announcement %s: cannot be read", path);
	free(bytes);
	return error;
}

static int print_prompts(FILE *out, const struct backup_wish *wish, struct fault *fault)
{
	DIR *open_folder = wish->prompts ? opendir(wish->prompts) : NULL;
	struct prompts_out prompts = {.wish = wish};
	struct dirent *entry;
	int error = 0;
	while (open_folder && !error && (entry = readdir(open_folder)))
		error = print_prompt(out, &prompts, entry->d_name, fault);
	if (open_folder)
		closedir(open_folder);
	return error;
}

/* ---- the whole ---- */

static int print_body(FILE *out, const struct settings *settings, const struct backup_wish *wish,
                      const uint8_t file_key[SECRET_BYTES], struct fault *fault)
{
	char time[32], box[2 * CONFIG_TEXT_BYTES + 3], software[160];
	struct config *config = NULL;
	int error = settings_build(settings, &config, fault);
	if (error)
		return error;
	clock_format_utc(clock_wall_us(), time, sizeof(time));
	word_quote(config->system_name, box, sizeof(box));
	word_quote(wish->software, software, sizeof(software));
	config_free(config);
	fprintf(out, "%s %d\nkind %s\nbox %s\nmade %s\nsoftware %s\nrevision %" PRIu32 "\nkey %s\n", BACKUP_FIRST,
	        BACKUP_FORMAT, wish->clone ? "clone" : "backup", box, time, software, settings->now.number,
	        secret_id());
	error = print_wraps(out, wish, file_key);
	if (!error)
		error = print_secrets(out, settings, wish->clone, file_key);
	if (error)
		return fault_set(fault, error, "the secrets cannot be sealed: %s", strerror(-error));
	fputs("settings\n", out);
	print_lines(out, settings, false, wish->clone);
	error = backup_print_customers(out, wish->customers, file_key, fault);
	if (!error)
		error = print_prompts(out, wish, fault);
	fputs("end\n", out);
	return error;
}

static void sign(FILE *out, const uint8_t *from, const char *who, const char *text, size_t bytes)
{
	uint8_t with[SECRET_BYTES], digest[SECRET_BYTES];
	char hex[2 * SECRET_BYTES + 1];
	secret_derive(from, PURPOSE_SIGNATURE, with);
	secret_hmac_with(with, text, bytes, digest);
	secret_hex(digest, sizeof(digest), hex);
	fprintf(out, "sign %s %s\n", who, hex);
}

/* Signatures over all up to "end", then the sum over all before it. */
static char *sign_all(const char *body, size_t bytes, const uint8_t file_key[SECRET_BYTES])
{
	char *text = NULL, hex[2 * SECRET_BYTES + 1];
	uint8_t digest[SECRET_BYTES];
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	fwrite(body, 1, bytes, out);
	sign(out, NULL, "box", body, bytes);
	sign(out, file_key, "file", body, bytes);
	if (!fflush(out)) {
		secret_sha256(text, size, digest);
		secret_hex(digest, sizeof(digest), hex);
		fprintf(out, "sum %s\n", hex);
	}
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

char *settings_backup(const struct settings *settings, const struct backup_wish *wish, struct fault *fault)
{
	uint8_t file_key[SECRET_BYTES];
	char *body = NULL, *text = NULL;
	size_t bytes = 0;
	fault_set(fault, 0, "no memory left");
	FILE *out = secret_random(file_key, sizeof(file_key)) ? NULL : open_memstream(&body, &bytes);
	if (!out)
		return NULL;
	int error = print_body(out, settings, wish, file_key, fault);
	if (!fclose(out) && !error)
		text = sign_all(body, bytes, file_key);
	if (text && strlen(text) + 2 >= BACKUP_BYTES_MAX) { /* as restore - counts: a line's end and the end */
		(void)too_large(wish, fault);
		free(text);
		text = NULL;
	}
	free(body);
	return text;
}
