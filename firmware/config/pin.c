#include "config/pin.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/config.h"
#include "config/secret.h"

#define DIGITS     "0123456789"
#define HASH_LONG  "hmac"
#define HASH_SHORT "hmac-short"
#define SHORT_PIN  4
#define ID_DIGITS  (SECRET_ID_BYTES - 1)

/* "hmac:HEX" by the box's own key, "hmac@ID:HEX" by another box's; hmac-short likewise. */
struct parts {
	bool is_short;
	char id[SECRET_ID_BYTES]; /* "": the box's own */
	const char *hex;
};

static bool take_apart(const char *word, struct parts *parts)
{
	size_t prefix = strcspn(word, ":@");
	parts->is_short = prefix == strlen(HASH_SHORT) && !strncmp(word, HASH_SHORT, prefix);
	if (!parts->is_short && (prefix != strlen(HASH_LONG) || strncmp(word, HASH_LONG, prefix) != 0))
		return false;
	word += prefix;
	parts->id[0] = '\0';
	if (*word == '@') {
		snprintf(parts->id, sizeof(parts->id), "%s", word + 1);
		if (strspn(parts->id, DIGITS "abcdef") != ID_DIGITS)
			return false;
		word += 1 + ID_DIGITS;
	}
	parts->hex = word + 1;
	return *word == ':' && strlen(parts->hex) == 2 * SECRET_BYTES &&
	       strspn(parts->hex, DIGITS "abcdef") == 2 * SECRET_BYTES;
}

/* False: the key of this name is not there. */
static bool hash(const char *id, const char *agent, const char *pin, char hex[2 * SECRET_BYTES + 1])
{
	uint8_t digest[SECRET_BYTES];
	char salt[32];
	snprintf(salt, sizeof(salt), "agent %s pin ", agent);
	if (!secret_hmac_by(id, salt, strlen(salt), pin, strlen(pin), digest))
		return false;
	secret_hex(digest, sizeof(digest), hex);
	return true;
}

bool pin_is_short(const char *text)
{
	struct parts parts;
	return take_apart(text, &parts) && parts.is_short;
}

bool pin_is_hash(const char *word)
{
	struct parts parts;
	return take_apart(word, &parts);
}

bool pin_has_key(const char *text)
{
	struct parts parts;
	return take_apart(text, &parts) && (!parts.id[0] || secret_key(parts.id));
}

void pin_with_id(const char *text, char *named, size_t size)
{
	struct parts parts;
	if (!take_apart(text, &parts))
		parts = (struct parts){.hex = ""};
	snprintf(named, size, "%s@%s:%s", parts.is_short ? HASH_SHORT : HASH_LONG, parts.id[0] ? parts.id : secret_id(),
	         parts.hex);
}

void pin_hash_words(const char **word, unsigned count, char *text, size_t size)
{
	struct parts parts;
	char hex[2 * SECRET_BYTES + 1];
	if (count != 4)
		return;
	if (take_apart(word[3], &parts)) {
		if (!parts.id[0] || strcmp(parts.id, secret_id()) != 0)
			return;
		snprintf(text, size, "%s:%s", parts.is_short ? HASH_SHORT : HASH_LONG, parts.hex);
	} else if (hash(secret_id(), word[1], word[3], hex)) {
		snprintf(text, size, "%s:%s", strlen(word[3]) < SHORT_PIN ? HASH_SHORT : HASH_LONG, hex);
	}
	word[3] = text;
}

bool config_pin_matches(const struct config_agent *agent, const char *given)
{
	char number[16], hex[2 * SECRET_BYTES + 1];
	struct parts parts;
	snprintf(number, sizeof(number), "%u", agent->number);
	if (!take_apart(agent->pin, &parts) || parts.is_short != (strlen(given) < SHORT_PIN) ||
	    !hash(parts.id[0] ? parts.id : secret_id(), number, given, hex))
		return false;
	return secret_same(hex, parts.hex, 2 * SECRET_BYTES);
}
