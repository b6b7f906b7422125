#include "call/capture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mailbox.h"

#define CAPTURE_FRAME_BYTES 320
#define CAPTURE_QUEUE       512
#define LINKTYPE_LINUX_LAPD 177
#define ETH_P_LAPD          0x0030
#define SLL_OUTGOING        4
#define SLL_INCOMING        0

struct queued {
	uint64_t wall_us;
	uint16_t count;
	uint8_t span;
	bool sent;
	uint8_t bytes[CAPTURE_FRAME_BYTES];
};

struct capture {
	struct mailbox *queue;
	FILE *file;
};

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

int capture_new(struct capture **out, const char *path, struct fault *fault)
{
	/* pcap file header in the machine's own byte order: magic, version 2.4, zone, accuracy, snap length, link type
	 */
	const uint32_t header[6] = {0xa1b2c3d4, 2u | 4u << 16, 0, 0, 65535, LINKTYPE_LINUX_LAPD};
	struct capture *capture = calloc(1, sizeof(*capture));
	int error = capture ? 0 : -ENOMEM;

	if (!error && path) {
		error = mailbox_new(&capture->queue, "D-channel capture", sizeof(struct queued), CAPTURE_QUEUE, NULL);
		capture->file = error ? NULL : fopen(path, "wb");
		if (!error && (!capture->file || fwrite(header, sizeof(header), 1, capture->file) != 1))
			error = fault_set(fault, -errno, "cannot write the capture file %s: %s", path, strerror(errno));
	}
	if (error) {
		capture_free(capture);
		return error;
	}
	*out = capture;
	return 0;
}

void capture_free(struct capture *capture)
{
	if (!capture)
		return;
	capture_drain(capture);
	if (capture->file)
		fclose(capture->file);
	mailbox_free(capture->queue);
	free(capture);
}

void capture_frame(struct capture *capture, unsigned span, bool sent, const uint8_t *bytes, size_t count,
                   uint64_t wall_us)
{
	struct queued queued = {.wall_us = wall_us, .span = (uint8_t)span, .sent = sent};

	if (!capture->file)
		return;
	queued.count = (uint16_t)(count < CAPTURE_FRAME_BYTES ? count : CAPTURE_FRAME_BYTES);
	memcpy(queued.bytes, bytes, queued.count);
	if (mailbox_send(capture->queue, &queued) < 0)
		return; /* counted by the mailbox */
}

static bool write_frame(FILE *file, const struct queued *queued)
{
	uint8_t sll[16] = {0};
	uint32_t record[4] = {(uint32_t)(queued->wall_us / 1000000), (uint32_t)(queued->wall_us % 1000000),
	                      (uint32_t)(queued->count + sizeof(sll)), (uint32_t)(queued->count + sizeof(sll))};

	put16(sll, queued->sent ? SLL_OUTGOING : SLL_INCOMING);
	put16(sll + 2, queued->span);
	sll[6] = 1; /* we are the user side of the link, as tshark names the directions */
	put16(sll + 14, ETH_P_LAPD);
	return fwrite(record, sizeof(record), 1, file) == 1 && fwrite(sll, sizeof(sll), 1, file) == 1 &&
	       fwrite(queued->bytes, queued->count, 1, file) == 1;
}

bool capture_drain(struct capture *capture)
{
	struct queued queued;
	bool did = false;

	if (!capture->file || !capture->queue)
		return false;
	while (mailbox_receive(capture->queue, &queued)) {
		did = true;
		if (!write_frame(capture->file, &queued))
			log_write(LOG_WARNING, LOG_CALL, "the D-channel capture file cannot be written: %s",
			          strerror(errno));
	}
	if (did)
		fflush(capture->file);
	return did;
}

uint64_t capture_lost(const struct capture *capture)
{
	return capture->queue ? mailbox_refused(capture->queue) : 0;
}
