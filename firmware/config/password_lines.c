/*
 * Passwords as they were typed, in set lines: made into hashes before the lines are taken in, so that whoever takes
 * them need not wait.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/password.h"
#include "config/words.h"

/* user NAME password WORD, with or without "set"; the row's own checks say what is wrong with any other. */
static bool plain(const struct words *words, unsigned *first)
{
	*first = words->count && !strcmp(words->word[0], "set");
	if (words->count != *first + 4 || strcmp(words->word[*first], "user") != 0 ||
	    strcmp(words->word[*first + 2], "password") != 0)
		return false;
	size_t length = strlen(words->word[*first + 3]);
	return length >= PASSWORD_BYTES_MIN && length <= PASSWORD_BYTES_MAX &&
	       !password_is_hash(words->word[*first + 3]);
}

/* The line's words, if it has a password in it that is none yet. */
static bool take(struct words *words, const char *text, size_t length, unsigned *first)
{
	char line[LINE_BYTES_MAX];
	if (length >= sizeof(line) || !memmem(text, length, "password", strlen("password")))
		return false;
	memcpy(line, text, length);
	line[length] = '\0';
	bool found = !words_split(words, line, NULL) && plain(words, first);
	explicit_bzero(line, sizeof(line));
	return found;
}

unsigned password_lines(const char *text)
{
	struct words words;
	unsigned count = 0, first;
	for (size_t length; *text; text += length + (text[length] == '\n')) {
		length = strcspn(text, "\n");
		count += take(&words, text, length, &first);
	}
	explicit_bzero(&words, sizeof(words));
	return count;
}

char *password_lines_hashed(const char *text)
{
	struct words words;
	char *hashed = NULL, hash[128], name[2 * LINE_BYTES_MAX + 3];
	size_t bytes = 0;
	unsigned first;
	FILE *out = open_memstream(&hashed, &bytes);
	if (!out)
		return NULL;
	for (size_t length; *text; text += length + (text[length] == '\n')) {
		length = strcspn(text, "\n");
		if (!take(&words, text, length, &first) || password_hash(words.word[first + 3], hash, sizeof(hash))) {
			fprintf(out, "%.*s\n", (int)length, text);
			continue;
		}
		word_quote(words.word[first + 1], name, sizeof(name));
		fprintf(out, "set user %s password %s\n", name, hash);
	}
	explicit_bzero(&words, sizeof(words));
	if (!fclose(out))
		return hashed;
	free(hashed);
	return NULL;
}
