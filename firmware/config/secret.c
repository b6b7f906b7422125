#include "config/secret.h"

#include <errno.h>
#include <nettle/chacha-poly1305.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/pbkdf2.h>
#include <nettle/sha2.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/text.h"
#include "config/files.h"

struct other_key {
	char id[SECRET_ID_BYTES];
	uint8_t key[SECRET_BYTES];
};

static uint8_t key[SECRET_BYTES], pin_key[SECRET_BYTES];
static char key_id[SECRET_ID_BYTES];
static bool fresh;
static struct other_key others[SECRET_KEYS_MAX];
static _Atomic unsigned other_count;

void secret_hex(const uint8_t *bytes, size_t count, char *text)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < count; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * count] = '\0';
}

int secret_from_hex(const char *text, uint8_t *bytes, size_t count)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < 2 * count; i++) {
		const char *digit = text[i] ? strchr(digits, text[i]) : NULL;
		if (!digit)
			return -EINVAL;
		unsigned nibble = (unsigned)(digit - digits);
		bytes[i / 2] = (uint8_t)(i % 2 ? bytes[i / 2] | nibble : nibble << 4);
	}
	return text[2 * count] ? -EINVAL : 0;
}

int secret_random(void *bytes, size_t count)
{
	return getrandom(bytes, count, 0) == (ssize_t)count ? 0 : -EIO;
}

/* ---- the keys ---- */

static int make_key(const char *path)
{
	char text[2 * SECRET_BYTES + 2];
	if (secret_random(key, sizeof(key)))
		return -EIO;
	fresh = true;
	secret_hex(key, sizeof(key), text);
	strncat(text, "\n", 2);
	int error = config_file_replace(path, text, 2 * SECRET_BYTES + 1);
	return error == -ENOENT ? 0 : error; /* no such folder: nothing is kept there */
}

static int folder_path(const char *folder, const char *name, char *path, size_t size, struct fault *fault)
{
	if (snprintf(path, size, "%s/%s", folder, name) >= (int)size)
		return fault_set(fault, -ENAMETOOLONG, "%s: the path is too long", folder);
	return 0;
}

/* "ID KEY" lines. One that is damaged costs the PINs that need it, which the build warns of, and nothing else. */
static int load_others(const char *folder, struct fault *fault)
{
	char path[300], *text = NULL, *line, *rest;
	int error = folder_path(folder, "keys", path, sizeof(path), fault);
	if (error)
		return error;
	atomic_store(&other_count, 0);
	error = config_file_read(path, &text);
	if (error)
		return fault_set(fault, error, "%s: %s", path, strerror(-error));
	for (rest = text; rest && (line = strsep(&rest, "\n"));) {
		uint8_t one[SECRET_BYTES];
		char *space = strchr(line, ' ');
		if (!space)
			continue;
		*space = '\0';
		if (strlen(line) == SECRET_ID_BYTES - 1 && !secret_from_hex(space + 1, one, sizeof(one)))
			(void)!secret_add(line, one, NULL);
	}
	free(text);
	return 0;
}

int secret_load(const char *folder, struct fault *fault)
{
	char path[300], *text = NULL;
	uint8_t digest[SECRET_BYTES];
	int error = folder_path(folder, "key", path, sizeof(path), fault);
	if (error)
		return error;
	fresh = false;
	error = config_file_read(path, &text);
	if (text)
		text[strcspn(text, "\n")] = '\0';
	if (!error && text && secret_from_hex(text, key, sizeof(key)))
		error = fault_set(fault, -EBADMSG, "%s: that is no key", path);
	else if (!error && !text)
		error = make_key(path);
	if (error && error != -EBADMSG)
		fault_set(fault, error, "%s: %s", path, strerror(-error));
	free(text);
	secret_derive(NULL, "PINs", pin_key);
	secret_derive(NULL, "name of the key", digest);
	secret_hex(digest, (SECRET_ID_BYTES - 1) / 2, key_id);
	return error ? error : load_others(folder, fault);
}

bool secret_is_fresh(void)
{
	return fresh;
}

void secret_own_hex(char text[2 * SECRET_BYTES + 1])
{
	secret_hex(key, sizeof(key), text);
}

const char *secret_id(void)
{
	return key_id;
}

const char *secret_other_id(unsigned index)
{
	return index < atomic_load_explicit(&other_count, memory_order_acquire) ? others[index].id : NULL;
}

const uint8_t *secret_key(const char *id)
{
	if (!strcmp(id, key_id))
		return pin_key;
	for (unsigned i = 0; secret_other_id(i); i++)
		if (!strcmp(others[i].id, id))
			return others[i].key;
	return NULL;
}

int secret_add(const char *id, const uint8_t added[SECRET_BYTES], struct fault *fault)
{
	unsigned count = atomic_load(&other_count);
	if (secret_key(id))
		return 0;
	if (count == SECRET_KEYS_MAX)
		return fault_set(fault, -ENOSPC, "keys of more than %d other boxes", SECRET_KEYS_MAX);
	text_copy(others[count].id, sizeof(others[count].id), id);
	memcpy(others[count].key, added, SECRET_BYTES);
	atomic_store_explicit(&other_count, count + 1, memory_order_release);
	return 0;
}

int secret_keep(const char *folder, struct fault *fault)
{
	char path[300], text[SECRET_KEYS_MAX * (SECRET_ID_BYTES + 2 * SECRET_BYTES + 2) + 1] = "";
	size_t used = 0;
	int error = folder_path(folder, "keys", path, sizeof(path), fault);
	for (unsigned i = 0; !error && secret_other_id(i); i++) {
		char hex[2 * SECRET_BYTES + 1];
		secret_hex(others[i].key, SECRET_BYTES, hex);
		text_append(text, sizeof(text), &used, "%s %s\n", others[i].id, hex);
	}
	if (error || !used)
		return error;
	error = config_file_replace(path, text, used);
	return error ? fault_set(fault, error, "%s: %s", path, strerror(-error)) : 0;
}

/* ---- what is made with them ---- */

static void hmac(const uint8_t *with, const void *a, size_t a_bytes, const void *b, size_t b_bytes,
                 uint8_t digest[SECRET_BYTES])
{
	struct hmac_sha256_ctx context;
	hmac_sha256_set_key(&context, SECRET_BYTES, with);
	hmac_sha256_update(&context, a_bytes, a);
	hmac_sha256_update(&context, b_bytes, b);
	hmac_sha256_digest(&context, SECRET_BYTES, digest);
}

void secret_hmac(const void *a, size_t a_bytes, const void *b, size_t b_bytes, uint8_t digest[SECRET_BYTES])
{
	hmac(key, a, a_bytes, b, b_bytes, digest);
}

void secret_hmac_with(const uint8_t with[SECRET_BYTES], const void *bytes, size_t count, uint8_t digest[SECRET_BYTES])
{
	hmac(with, bytes, count, "", 0, digest);
}

bool secret_hmac_by(const char *id, const void *a, size_t a_bytes, const void *b, size_t b_bytes,
                    uint8_t digest[SECRET_BYTES])
{
	const uint8_t *with = secret_key(id);
	if (with)
		hmac(with, a, a_bytes, b, b_bytes, digest);
	return with != NULL;
}

void secret_derive(const uint8_t *from, const char *purpose, uint8_t out[SECRET_BYTES])
{
	hmac(from ? from : key, "belfry: ", 8, purpose, strlen(purpose), out);
}

void secret_from_phrase(const char *phrase, unsigned rounds, const uint8_t *salt, size_t salt_bytes,
                        uint8_t out[SECRET_BYTES])
{
	pbkdf2_hmac_sha256(strlen(phrase), (const uint8_t *)phrase, rounds, salt_bytes, salt, SECRET_BYTES, out);
}

int secret_seal(const uint8_t with[SECRET_BYTES], const void *text, size_t bytes, uint8_t *sealed)
{
	struct chacha_poly1305_ctx context;
	int error = secret_random(sealed, SECRET_NONCE);
	if (error)
		return error;
	chacha_poly1305_set_key(&context, with);
	chacha_poly1305_set_nonce(&context, sealed);
	chacha_poly1305_encrypt(&context, bytes, sealed + SECRET_NONCE, text);
	chacha_poly1305_digest(&context, SECRET_TAG, sealed + SECRET_NONCE + bytes);
	return 0;
}

int secret_open(const uint8_t with[SECRET_BYTES], const uint8_t *sealed, size_t sealed_bytes, void *text)
{
	struct chacha_poly1305_ctx context;
	uint8_t tag[SECRET_TAG];
	if (sealed_bytes < SECRET_SEAL_BYTES)
		return -EBADMSG;
	size_t bytes = sealed_bytes - SECRET_SEAL_BYTES;
	chacha_poly1305_set_key(&context, with);
	chacha_poly1305_set_nonce(&context, sealed);
	chacha_poly1305_decrypt(&context, bytes, text, sealed + SECRET_NONCE);
	chacha_poly1305_digest(&context, SECRET_TAG, tag);
	return secret_same(tag, sealed + SECRET_NONCE + bytes, SECRET_TAG) ? 0 : -EBADMSG;
}

void secret_sha256(const void *bytes, size_t count, uint8_t digest[SECRET_BYTES])
{
	struct sha256_ctx context;
	sha256_init(&context);
	sha256_update(&context, count, bytes);
	sha256_digest(&context, SECRET_BYTES, digest);
}

bool secret_same(const void *a, const void *b, size_t count)
{
	return memeql_sec(a, b, count);
}
