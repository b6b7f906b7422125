/*
 * Taking a backup apart. Nothing of it is believed before its sum and its signature have been checked; even then every
 * line goes through the table like any other.
 */
#include <errno.h>
#include <inttypes.h>
#include <nettle/base64.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "config/backup.h"
#include "config/backup_parts.h"
#include "config/candidate.h"
#include "config/files.h"
#include "config/secret.h"

struct prompt_file {
	char name[BACKUP_NAME_BYTES];
	uint8_t *bytes;
	size_t count;
};

struct backup {
	struct backup_about about;
	char *text; /* the file; what follows points into it or is a copy */
	char key_id[SECRET_ID_BYTES];
	uint8_t file_key[SECRET_BYTES];
	uint8_t *sealed;
	size_t sealed_bytes;
	char *secrets, *settings;
	uint8_t *sealed_customers;
	size_t sealed_customers_bytes;
	struct customers *customers; /* NULL: it has no table */
	struct prompt_file *prompts;
	struct pin_key {
		char id[SECRET_ID_BYTES];
		uint8_t key[SECRET_BYTES];
	} keys[SECRET_KEYS_MAX + 1]; /* the box's and those of others */
	unsigned key_count;
	const char *secret_lines; /* of the secrets, behind the keys */
};

static int damaged(struct fault *fault, const char *what)
{
	return fault_set(fault, -EBADMSG, "the file is damaged or not complete: %s", what);
}

void backup_free(struct backup *backup)
{
	if (!backup)
		return;
	for (uint32_t i = 0; backup->prompts && i < backup->about.prompts; i++)
		free(backup->prompts[i].bytes);
	if (backup->secrets)
		explicit_bzero(backup->secrets, strlen(backup->secrets));
	explicit_bzero(backup->file_key, sizeof(backup->file_key));
	explicit_bzero(backup->keys, sizeof(backup->keys));
	free(backup->prompts);
	free(backup->secrets);
	free(backup->settings);
	free(backup->sealed_customers);
	customers_free(backup->customers);
	free(backup->sealed);
	free(backup->text);
	free(backup);
}

const struct backup_about *backup_about(const struct backup *backup)
{
	return &backup->about;
}

/* ---- lines ---- */

/* The line at *at in words; *at goes behind it. False at the end, or where the line cannot be read. */
static bool next_line(char **at, struct words *words)
{
	char line[LINE_BYTES_MAX];
	size_t length = strnlen(*at, sizeof(line)); /* never the whole of a large file */
	const char *end = memchr(*at, '\n', length);
	if (end)
		length = (size_t)(end - *at);
	if (!**at || length >= sizeof(line))
		return false;
	memcpy(line, *at, length);
	line[length] = '\0';
	*at += length + ((*at)[length] == '\n');
	return !words_split(words, line, NULL) && words->count > 0;
}

static bool is(const struct words *words, const char *name, unsigned count)
{
	return words->count == count && !strcmp(words->word[0], name);
}

/* Where the line that begins with this word starts, seen from the end; the file's tail has each once. */
static char *line_from_end(char *text, const char *word)
{
	char key[32], *found = NULL;
	snprintf(key, sizeof(key), "\n%s ", word);
	for (char *at = text; (at = strstr(at, key)); at++)
		found = at + 1;
	return found;
}

/* Lines may have been given other ends on their way here. */
static char *with_plain_lines(const char *text)
{
	char *copy = strdup(text), *to = copy;
	for (const char *from = copy; copy && *from; from++)
		if (*from != '\r')
			*to++ = *from;
	if (copy)
		*to = '\0';
	return copy;
}

/* ---- is it whole, and may it be read? ---- */

static int check_format(char *text, struct fault *fault)
{
	struct words words;
	uint32_t format;
	char *at = text;
	if (strncmp(text, BACKUP_FIRST " ", strlen(BACKUP_FIRST) + 1) != 0 || !next_line(&at, &words) ||
	    words.count != 2 || text_to_u32(words.word[1], 1, UINT32_MAX, &format))
		return fault_set(fault, -EBADMSG,
		                 "this is no backup: expected a file that \"backup\" or \"clone\" made");
	if (format > BACKUP_FORMAT)
		return fault_set(fault, -ENOTSUP,
		                 "made by a newer release (format %u; this release reads %d): update the box first",
		                 format, BACKUP_FORMAT);
	return 0;
}

/* The last line is the sum of all before it. */
static int check_sum(char *text, struct fault *fault)
{
	uint8_t digest[SECRET_BYTES], expected[SECRET_BYTES];
	struct words words;
	char *line = line_from_end(text, "sum"), *at = line;
	if (!line || !next_line(&at, &words) || !is(&words, "sum", 2) ||
	    secret_from_hex(words.word[1], expected, sizeof(expected)))
		return damaged(fault, "its end is missing");
	if (strspn(at, " \t\n") != strlen(at))
		return damaged(fault, "there is something behind its end");
	secret_sha256(text, (size_t)(line - text), digest);
	return secret_same(digest, expected, sizeof(digest)) ? 0 : damaged(fault, "its sum is wrong");
}

static int unwrap(struct backup *backup, const struct words *words, const char *phrase)
{
	uint8_t sealed[SECRET_BYTES + SECRET_SEAL_BYTES], with[SECRET_BYTES], salt[BACKUP_SALT];
	uint32_t rounds;
	if (words->count == 3 && !strcmp(words->word[1], "box")) {
		if (backup->about.other_box || secret_from_hex(words->word[2], sealed, sizeof(sealed)))
			return -EACCES;
		secret_derive(NULL, PURPOSE_WRAP, with);
		return secret_open(with, sealed, sizeof(sealed), backup->file_key);
	}
	if (words->count != 5 || strcmp(words->word[1], "phrase") != 0 || !phrase ||
	    text_to_u32(words->word[2], 1, BACKUP_ROUNDS_MAX, &rounds) ||
	    secret_from_hex(words->word[3], salt, sizeof(salt)) ||
	    secret_from_hex(words->word[4], sealed, sizeof(sealed)))
		return -EACCES;
	secret_from_phrase(phrase, rounds, salt, sizeof(salt), with);
	return secret_open(with, sealed, sizeof(sealed), backup->file_key);
}

static int no_key(const struct backup *backup, const char *phrase, bool has_phrase, struct fault *fault)
{
	const char *box = backup->about.box;
	if (!backup->about.other_box)
		return damaged(fault, "the box's key does not open it");
	if (!has_phrase)
		return fault_set(fault, -EACCES,
		                 "made by another box (%s, key %s) without a pass phrase: only that box can read it",
		                 box, backup->key_id);
	if (!phrase)
		return fault_set(
		    fault, -EACCES,
		    "made by another box (%s, key %s): expected its pass phrase, restore FILE phrase PHRASE", box,
		    backup->key_id);
	return fault_set(fault, -EACCES, "made by another box (%s, key %s): that is not its pass phrase", box,
	                 backup->key_id);
}

static int check_signature(struct backup *backup, struct fault *fault)
{
	uint8_t with[SECRET_BYTES], digest[SECRET_BYTES], expected[SECRET_BYTES];
	const char *who = backup->about.other_box ? "file" : "box";
	struct words words;
	bool right = false;
	char *at = strstr(backup->text, "\nend\n");
	if (!at)
		return damaged(fault, "its end is missing");
	at += strlen("\nend\n");
	size_t bytes = (size_t)(at - backup->text);
	while (next_line(&at, &words))
		if (is(&words, "sign", 3) && !strcmp(words.word[1], who) &&
		    !secret_from_hex(words.word[2], expected, sizeof(expected))) {
			secret_derive(backup->about.other_box ? backup->file_key : NULL, PURPOSE_SIGNATURE, with);
			secret_hmac_with(with, backup->text, bytes, digest);
			right = secret_same(digest, expected, sizeof(digest));
		}
	return right ? 0
	             : fault_set(fault, -EBADMSG, "the signature is wrong: the file was changed since the box made it");
}

/* ---- what is in it ---- */

static int take_hex(struct backup *backup, char **at, const char *count, struct fault *fault)
{
	uint32_t bytes;
	struct words words;
	if (backup->sealed || text_to_u32(count, SECRET_SEAL_BYTES, BACKUP_BYTES_MAX, &bytes))
		return damaged(fault, "secrets");
	backup->sealed = calloc(1, bytes);
	if (!backup->sealed)
		return fault_set(fault, -ENOMEM, "no memory left");
	while (backup->sealed_bytes < bytes) {
		size_t part = bytes - backup->sealed_bytes;
		part = part < BACKUP_LINE_BYTES ? part : BACKUP_LINE_BYTES;
		if (!next_line(at, &words) || words.count != 1 ||
		    secret_from_hex(words.word[0], backup->sealed + backup->sealed_bytes, part))
			return damaged(fault, "secrets");
		backup->sealed_bytes += part;
	}
	return 0;
}

/* Lines of base64 that are so many octets together; to has room for a line more. */
static bool take_base64(char **at, uint8_t *to, size_t bytes)
{
	struct words words;
	for (size_t count = 0; count < bytes;) {
		struct base64_decode_ctx context;
		size_t decoded = BACKUP_LINE_BYTES;
		base64_decode_init(&context);
		if (!next_line(at, &words) || words.count != 1 ||
		    strlen(words.word[0]) > BASE64_ENCODE_RAW_LENGTH(BACKUP_LINE_BYTES) ||
		    !base64_decode_update(&context, &decoded, to + count, strlen(words.word[0]), words.word[0]) ||
		    !base64_decode_final(&context) || !decoded || count + decoded > bytes)
			return false;
		count += decoded;
	}
	return true;
}

static int take_prompt(struct backup *backup, char **at, const struct words *head, struct fault *fault)
{
	uint32_t bytes;
	if (head->count != 3 || text_to_u32(head->word[2], 0, BACKUP_FILE_BYTES, &bytes) ||
	    !backup_takes_name(head->word[1]) || backup->about.prompts == BACKUP_PROMPTS_MAX)
		return damaged(fault, "an announcement");
	struct prompt_file *grown = reallocarray(backup->prompts, backup->about.prompts + 1, sizeof(*grown));
	if (!grown)
		return fault_set(fault, -ENOMEM, "no memory left");
	backup->prompts = grown;
	struct prompt_file *file = &grown[backup->about.prompts];
	*file = (struct prompt_file){.bytes = malloc(bytes + BACKUP_LINE_BYTES)};
	backup->about.prompts++;
	if (!file->bytes || !text_copy(file->name, sizeof(file->name), head->word[1]))
		return damaged(fault, "an announcement");
	if (!take_base64(at, file->bytes, bytes))
		return damaged(fault, "an announcement");
	file->count = bytes;
	return 0;
}

static int take_customers(struct backup *backup, char **at, const char *said, struct fault *fault)
{
	uint32_t bytes;
	if (backup->sealed_customers || text_to_u32(said, SECRET_SEAL_BYTES, BACKUP_BYTES_MAX, &bytes))
		return damaged(fault, "the customer table");
	backup->sealed_customers = malloc(bytes + BACKUP_LINE_BYTES);
	if (!backup->sealed_customers)
		return fault_set(fault, -ENOMEM, "no memory left");
	backup->sealed_customers_bytes = bytes;
	return take_base64(at, backup->sealed_customers, bytes) ? 0 : damaged(fault, "the customer table");
}

/* The set lines, up to the first line that is none. */
static int take_settings(struct backup *backup, char **at, struct fault *fault)
{
	char *from = *at;
	while (!strncmp(*at, "set ", 4)) {
		*at += strcspn(*at, "\n");
		*at += **at == '\n';
	}
	if (backup->settings)
		return damaged(fault, "settings");
	backup->settings = strndup(from, (size_t)(*at - from));
	return backup->settings ? 0 : fault_set(fault, -ENOMEM, "no memory left");
}

static void take_about(struct backup *backup, const struct words *words)
{
	struct backup_about *about = &backup->about;
	if (is(words, "kind", 2))
		about->clone = !strcmp(words->word[1], "clone");
	else if (is(words, "box", 2))
		text_copy(about->box, sizeof(about->box), words->word[1]);
	else if (is(words, "made", 2))
		text_copy(about->made, sizeof(about->made), words->word[1]);
	else if (is(words, "software", 2))
		text_copy(about->software, sizeof(about->software), words->word[1]);
	else if (is(words, "revision", 2) && text_to_u32(words->word[1], 0, UINT32_MAX, &about->revision))
		about->revision = 0;
	else if (is(words, "key", 2))
		text_copy(backup->key_id, sizeof(backup->key_id), words->word[1]);
}

static int take_lines(struct backup *backup, const char *phrase, struct fault *fault)
{
	char *at = backup->text;
	bool open = false, has_phrase = false, end = false;
	struct words words;
	int error = 0;
	while (!error && !end) {
		if (!next_line(&at, &words))
			return damaged(fault, "a line cannot be read");
		end = is(&words, "end", 1);
		take_about(backup, &words);
		backup->about.other_box = strcmp(backup->key_id, secret_id()) != 0;
		if (!strcmp(words.word[0], "wrap")) {
			has_phrase |= words.count == 5;
			open = open || !unwrap(backup, &words, phrase);
		} else if (is(&words, "secrets", 2)) {
			error = take_hex(backup, &at, words.word[1], fault);
		} else if (is(&words, "settings", 1)) {
			error = take_settings(backup, &at, fault);
		} else if (is(&words, "customers", 2)) {
			error = take_customers(backup, &at, words.word[1], fault);
		} else if (!strcmp(words.word[0], "file")) {
			error = take_prompt(backup, &at, &words, fault);
		}
	}
	if (!error && (!backup->settings || !backup->sealed))
		error = damaged(fault, "a part of it is missing");
	return error || open ? error : no_key(backup, phrase, has_phrase, fault);
}

static int open_secrets(struct backup *backup, struct fault *fault)
{
	uint8_t seal[SECRET_BYTES];
	secret_derive(backup->file_key, PURPOSE_SEAL, seal);
	backup->secrets = calloc(1, backup->sealed_bytes + 1);
	if (!backup->secrets)
		return fault_set(fault, -ENOMEM, "no memory left");
	return secret_open(seal, backup->sealed, backup->sealed_bytes, backup->secrets)
	           ? damaged(fault, "its secrets cannot be opened")
	           : 0;
}

static int open_customers(struct backup *backup, struct fault *fault)
{
	if (!backup->sealed_customers)
		return 0;
	int error = backup_open_customers(&backup->customers, backup->sealed_customers, backup->sealed_customers_bytes,
	                                  backup->file_key, fault);
	backup->about.customers = customers_count(backup->customers);
	backup->about.has_customers = !error;
	return error;
}

/* "key ID HEX" lines on top of the secrets. */
static int take_keys(struct backup *backup, struct fault *fault)
{
	char *at = backup->secrets;
	struct words words;
	while (!strncmp(at, "key ", 4)) {
		struct pin_key *key = &backup->keys[backup->key_count];
		if (backup->key_count == ARRAY_SIZE(backup->keys) || !next_line(&at, &words) || !is(&words, "key", 3) ||
		    strlen(words.word[1]) != SECRET_ID_BYTES - 1 ||
		    secret_from_hex(words.word[2], key->key, sizeof(key->key)))
			return damaged(fault, "a key");
		text_copy(key->id, sizeof(key->id), words.word[1]);
		backup->key_count++;
	}
	backup->secret_lines = at;
	return 0;
}

int backup_open(struct backup **out, const char *text, const char *phrase, struct fault *fault)
{
	struct backup *backup = calloc(1, sizeof(*backup));
	if (!backup || !(backup->text = with_plain_lines(text))) {
		backup_free(backup);
		return fault_set(fault, -ENOMEM, "no memory left");
	}
	int error = check_format(backup->text, fault);
	if (!error)
		error = check_sum(backup->text, fault);
	if (!error)
		error = take_lines(backup, phrase, fault);
	if (!error)
		error = check_signature(backup, fault);
	if (!error)
		error = open_secrets(backup, fault);
	if (!error)
		error = open_customers(backup, fault);
	if (!error)
		error = take_keys(backup, fault);
	if (error)
		backup_free(backup);
	else
		*out = backup;
	return error;
}

/* ---- putting it back ---- */

/* A clone leaves the box its own name. */
static int keep_name(struct tree *tree, const struct candidate *candidate)
{
	static const char *const key[] = {"system", "name"};
	const struct settings_line *line = tree_find(&candidate->settings->tree, key, 2);
	return line ? tree_put(tree, settings_line_new(line->row, line->word, line->refers, line->word_count,
	                                               line->key_count))
	            : 0;
}

int candidate_restore(struct candidate *candidate, const struct backup *backup, struct fault *fault)
{
	struct tree tree = {0};
	int error = tree_load_text(&tree, backup->settings, fault);
	if (error)
		fault_add(fault, error, "settings");
	if (!error && (error = tree_load_text(&tree, backup->secret_lines, fault)))
		fault_set(fault, error, "its secrets do not fit this release");
	if (!error && backup->about.clone && (error = keep_name(&tree, candidate)))
		fault_set(fault, error, "no memory left");
	if (error) {
		tree_free(&tree);
		return error;
	}
	candidate_discard(candidate);
	tree_free(&candidate->tree);
	candidate->tree = tree;
	candidate->edited = true;
	return 0;
}

int backup_keep_keys(const struct backup *backup, const char *folder, struct fault *fault)
{
	for (unsigned i = 0; i < backup->key_count; i++) {
		int error = secret_add(backup->keys[i].id, backup->keys[i].key, fault);
		if (error)
			return error;
	}
	return secret_keep(folder, fault);
}

int backup_write_prompts(const struct backup *backup, const char *folder, struct fault *fault)
{
	if (backup->about.prompts && mkdir(folder, 0755) && errno != EEXIST)
		return fault_set(fault, -errno, "%s: %s", folder, strerror(errno));
	for (uint32_t i = 0; i < backup->about.prompts; i++) {
		char path[512];
		snprintf(path, sizeof(path), "%s/%s", folder, backup->prompts[i].name);
		int error = config_file_replace(path, backup->prompts[i].bytes, backup->prompts[i].count);
		if (error)
			return fault_set(fault, error, "%s: %s", path, strerror(-error));
	}
	return 0;
}

int backup_write_customers(struct backup *backup, const char *folder, struct customers **out, struct fault *fault)
{
	char *text = backup->customers ? customers_text(backup->customers) : NULL;
	int error = 0;
	*out = NULL;
	if (backup->customers && !text)
		return fault_set(fault, -ENOMEM, "no memory left");
	if (text)
		error = customers_keep(text, folder, fault);
	free(text);
	if (error)
		return error;
	*out = backup->customers;
	backup->customers = NULL;
	return 0;
}
