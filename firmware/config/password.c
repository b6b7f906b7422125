/*
 * Passwords by crypt(3). This file alone includes its header.
 */
#include "config/password.h"

#include <crypt.h>
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "config/secret.h"

#define PREFIX "$y$"

int password_hash(const char *password, char *hash, size_t size)
{
	struct crypt_data data = {0};
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	/* Cost 0: the library's own choice for this method. */
	if (!crypt_gensalt_rn(PREFIX, 0, NULL, 0, setting, sizeof(setting)))
		return -EINVAL;
	const char *made = crypt_r(password, setting, &data);
	if (!made || *made == '*')
		return -EINVAL;
	return text_copy(hash, size, made) ? 0 : -ENAMETOOLONG;
}

bool password_matches(const char *hash, const char *password)
{
	struct crypt_data data = {0};
	const char *made = crypt_r(password, hash, &data);
	return made && *made != '*' && strlen(made) == strlen(hash) && secret_same(made, hash, strlen(hash));
}

bool password_is_hash(const char *word)
{
	return !strncmp(word, PREFIX, strlen(PREFIX)) && strlen(word) > 40 && strlen(word) < 120 &&
	       !strpbrk(word, " :*");
}

void password_hash_words(const char **word, unsigned count, char *text, size_t size)
{
	if (count != 4 || password_is_hash(word[3]) || password_hash(word[3], text, size))
		return;
	word[3] = text;
}
