#include "config/secret.h"

#include <errno.h>
#include <nettle/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "config/files.h"

static uint8_t key[SECRET_BYTES];

void secret_hex(const uint8_t *bytes, size_t count, char *text)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < count; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * count] = '\0';
}

static int from_hex(const char *text, uint8_t *bytes, size_t count)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < 2 * count; i++) {
		const char *digit = text[i] ? strchr(digits, text[i]) : NULL;
		if (!digit)
			return -EINVAL;
		unsigned nibble = (unsigned)(digit - digits);
		bytes[i / 2] = (uint8_t)(i % 2 ? bytes[i / 2] | nibble : nibble << 4);
	}
	return text[2 * count] == '\n' ? 0 : -EINVAL;
}

static int make_key(const char *path)
{
	char text[2 * SECRET_BYTES + 2];
	if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key))
		return -EIO;
	secret_hex(key, sizeof(key), text);
	strncat(text, "\n", 2);
	int error = config_file_replace(path, text, 2 * SECRET_BYTES + 1);
	return error == -ENOENT ? 0 : error; /* no such folder: nothing is kept there */
}

int secret_load(const char *folder, struct fault *fault)
{
	char path[300], *text = NULL;
	if (snprintf(path, sizeof(path), "%s/key", folder) >= (int)sizeof(path))
		return fault_set(fault, -ENAMETOOLONG, "%s: the path is too long", folder);
	int error = config_file_read(path, &text);
	if (!error && text && from_hex(text, key, sizeof(key)))
		error = fault_set(fault, -EBADMSG, "%s: that is no key", path);
	else if (!error && !text)
		error = make_key(path);
	if (error && error != -EBADMSG)
		fault_set(fault, error, "%s: %s", path, strerror(-error));
	free(text);
	return error;
}

void secret_hmac(const void *a, size_t a_bytes, const void *b, size_t b_bytes, uint8_t digest[SECRET_BYTES])
{
	struct hmac_sha256_ctx context;
	hmac_sha256_set_key(&context, sizeof(key), key);
	hmac_sha256_update(&context, a_bytes, a);
	hmac_sha256_update(&context, b_bytes, b);
	hmac_sha256_digest(&context, SECRET_BYTES, digest);
}
