#include "config/pin.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/config.h"
#include "config/secret.h"

#define DIGITS     "0123456789"
#define HASH_LONG  "hmac:"
#define HASH_SHORT "hmac-short:"
#define SHORT_PIN  4

static void hash(const char *agent, const char *pin, char *text, size_t size)
{
	uint8_t digest[SECRET_BYTES];
	char salt[32], hex[2 * SECRET_BYTES + 1];
	snprintf(salt, sizeof(salt), "agent %s pin ", agent);
	secret_hmac(salt, strlen(salt), pin, strlen(pin), digest);
	secret_hex(digest, sizeof(digest), hex);
	snprintf(text, size, "%s%s", strlen(pin) < SHORT_PIN ? HASH_SHORT : HASH_LONG, hex);
}

bool pin_is_short(const char *text)
{
	return !strncmp(text, HASH_SHORT, strlen(HASH_SHORT));
}

bool pin_is_hash(const char *word)
{
	size_t prefix = pin_is_short(word) ? strlen(HASH_SHORT) : strlen(HASH_LONG);
	if (!pin_is_short(word) && strncmp(word, HASH_LONG, prefix) != 0)
		return false;
	return strlen(word + prefix) == 2 * SECRET_BYTES && strspn(word + prefix, DIGITS "abcdef") == 2 * SECRET_BYTES;
}

void pin_hash_words(const char **word, unsigned count, char *text, size_t size)
{
	if (count != 4 || pin_is_hash(word[3]))
		return;
	hash(word[1], word[3], text, size);
	word[3] = text;
}

bool config_pin_matches(const struct config_agent *agent, const char *given)
{
	char number[16], text[CONFIG_PIN_BYTES];
	unsigned difference = 0;
	snprintf(number, sizeof(number), "%u", agent->number);
	hash(number, given, text, sizeof(text));
	size_t length = strlen(text);
	if (!agent->pin[0] || strlen(agent->pin) != length)
		return false;
	for (size_t i = 0; i < length; i++)
		difference |= (unsigned)(text[i] ^ agent->pin[i]);
	return difference == 0;
}
