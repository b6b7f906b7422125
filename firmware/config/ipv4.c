#include "config/ipv4.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/text.h"

bool ipv4_parse(const char *text, uint32_t *address)
{
	struct in_addr found;
	if (inet_pton(AF_INET, text, &found) != 1)
		return false;
	*address = ntohl(found.s_addr);
	return true;
}

bool ipv4_parse_subnet(const char *text, uint32_t *address, uint32_t *mask)
{
	char dotted[INET_ADDRSTRLEN];
	size_t length = strcspn(text, "/");
	uint32_t bits;
	if (length >= sizeof(dotted) || text[length] != '/' || text_to_u32(text + length + 1, 1, 30, &bits) < 0)
		return false;
	memcpy(dotted, text, length);
	dotted[length] = '\0';
	if (!ipv4_parse(dotted, address))
		return false;
	*mask = UINT32_MAX << (32 - bits);
	return (*address & ~*mask) != 0 && (*address | *mask) != UINT32_MAX;
}
