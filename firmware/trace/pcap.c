/* The pcap file format, link type 177 (LINUX_LAPD): tshark reads LAPD, Q.931 and Facility behind it. */
#include <errno.h>

#include "trace/internal.h"

#define LINKTYPE_LINUX_LAPD 177
#define ETH_P_LAPD          0x0030
#define SLL_OUTGOING        4
#define SLL_INCOMING        0
#define SLL_BYTES           16

void pcap_header(FILE *file)
{
	/* in the machine's own byte order: magic, version 2.4, zone, accuracy, snap length, link type */
	const uint32_t header[6] = {0xa1b2c3d4, 2u | 4u << 16, 0, 0, 65535, LINKTYPE_LINUX_LAPD};
	fwrite(header, sizeof(header), 1, file);
}

/* One record into kept and bytes (TRACE_FRAME_BYTES). 1: read; 0: the end; -EBADMSG. */
int pcap_read(FILE *file, struct trace_kept *kept, uint8_t *bytes)
{
	uint32_t record[4];
	uint8_t sll[SLL_BYTES];
	size_t got = fread(record, 1, sizeof(record), file);
	if (got == 0)
		return 0;
	if (got != sizeof(record) || record[2] < SLL_BYTES || record[2] > TRACE_FRAME_BYTES + SLL_BYTES ||
	    fread(sll, sizeof(sll), 1, file) != 1)
		return -EBADMSG;
	*kept = (struct trace_kept){.wall_us = record[0] * UINT64_C(1000000) + record[1],
	                            .sent = sll[1] == SLL_OUTGOING,
	                            .span = sll[3],
	                            .network = sll[6] == 0,
	                            .key = -1,
	                            .count = (uint16_t)(record[2] - SLL_BYTES),
	                            .bytes = bytes};
	return kept->count == 0 || fread(bytes, kept->count, 1, file) == 1 ? 1 : -EBADMSG;
}

bool pcap_header_fits(FILE *file)
{
	uint32_t header[6];
	return fread(header, sizeof(header), 1, file) == 1 && header[0] == 0xa1b2c3d4 &&
	       header[5] == LINKTYPE_LINUX_LAPD;
}

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* Errors stay with the file: ferror() tells. */
void pcap_frame(FILE *file, const struct trace_kept *kept)
{
	uint8_t sll[SLL_BYTES] = {0};
	uint32_t bytes = (uint32_t)kept->count + SLL_BYTES;
	uint32_t record[4] = {(uint32_t)(kept->wall_us / 1000000), (uint32_t)(kept->wall_us % 1000000), bytes, bytes};
	put16(sll, kept->sent ? SLL_OUTGOING : SLL_INCOMING);
	put16(sll + 2, kept->span);
	sll[6] = kept->network ? 0 : 1; /* which side of the link we are, as tshark names the directions */
	put16(sll + 14, ETH_P_LAPD);
	fwrite(record, sizeof(record), 1, file);
	fwrite(sll, sizeof(sll), 1, file);
	fwrite(kept->bytes, kept->count, 1, file);
}
