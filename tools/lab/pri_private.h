/* Shared by the files of the libpri adapter only. */
#ifndef BELFRY_LAB_PRI_PRIVATE_H
#define BELFRY_LAB_PRI_PRIVATE_H

#include "tools/lab/pri.h"

#include <libpri.h>

#define LINK_MESSAGE_MAX 260 /* N201 */
#define LINK_SEQUENCES   128

struct injected {
	bool active;
	size_t bytes, carrier_bytes;
	uint8_t message[LINK_MESSAGE_MAX], carrier[64];
};

struct link {
	struct link_settings settings;
	struct pri *pri;
	bool up;
	uint8_t rx[600];
	size_t rx_bytes;
	bool inject_next;
	struct injected waiting, injected[LINK_SEQUENCES];
	int invoke_id;
	struct link *next_retired;
};

void link_handle(struct link *link, const pri_event *event);

#endif
