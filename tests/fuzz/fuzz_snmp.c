/* Fuzz target: what comes back from a receiver of informs. What is taken names a request within what came. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "management/snmp_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* In memory of its own length: what is read beyond it is found. */
	uint8_t *copy = malloc(size ? size : 1);
	int32_t request = 0;

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	if (snmp_response(copy, size, "public", &request) && !memmem(copy, size, "public", 6))
		abort();
	free(copy);
	return 0;
}
