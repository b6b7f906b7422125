/* HOST[:PORT]. What has digits and dots alone must be an address: a mistyped one is not looked up as a name. */
#include "config/server.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/text.h"

#define DIGITS "0123456789"
#define NAMES  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS "-."

static bool right_host(const char *host, bool bracketed)
{
	struct in6_addr address;
	size_t length = strlen(host);

	if (bracketed || strchr(host, ':'))
		return inet_pton(AF_INET6, host, &address) == 1;
	if (strspn(host, DIGITS ".") == length)
		return inet_pton(AF_INET, host, &address) == 1;
	return strspn(host, NAMES) == length && !strchr("-.", *host);
}

bool server_split(const char *word, uint16_t initial, char host[CONFIG_TEXT_BYTES], uint16_t *port)
{
	bool bracketed = *word == '[';
	const char *begin = word + bracketed;
	const char *end = bracketed ? strchr(begin, ']') : strrchr(begin, ':');
	char name[CONFIG_TEXT_BYTES];
	uint32_t number = initial;

	/* Colons without brackets: an IPv6 address, which has no port then. */
	if (!end || (!bracketed && strchr(begin, ':') != end))
		end = bracketed ? NULL : begin + strlen(begin);
	if (!end || end == begin || (size_t)(end - begin) >= sizeof(name))
		return false;
	memcpy(name, begin, (size_t)(end - begin));
	name[end - begin] = '\0';
	end += bracketed;
	if (!right_host(name, bracketed) || (*end && (*end != ':' || text_to_u32(end + 1, 1, UINT16_MAX, &number))))
		return false;
	text_copy(host, CONFIG_TEXT_BYTES, name);
	*port = (uint16_t)number;
	return true;
}
