#include "tools/lab/capture.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lab/wire.h"

#define LINKTYPE_LINUX_LAPD 177
#define ARPHRD_LAPD_TYPE    8445
#define ETHERTYPE_LAPD      0x0030
#define SLL_BYTES           16
#define SLL_OUTGOING        4
#define CAPTURE_EPOCH_S     1767225600u /* 2026-01-01: lab time 0 in the file */

struct capture {
	FILE *pcap;
	char lines[CAPTURE_TAIL_LINES][CAPTURE_LINE];
	unsigned next, count;
};

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

static int write_header(FILE *file)
{
	uint8_t header[24] = {0};
	put32(header, 0xa1b2c3d4);
	put16(header + 4, 2);
	put16(header + 6, 4);
	put32(header + 16, 65535);
	put32(header + 20, LINKTYPE_LINUX_LAPD);
	return fwrite(header, sizeof(header), 1, file) == 1 ? 0 : -EIO;
}

/* One file for a whole run: what a later box of the same run says is appended. */
static int open_pcap(struct capture *capture, const char *path)
{
	static char begun[4096];
	bool goes_on = strcmp(begun, path) == 0;
	capture->pcap = fopen(path, goes_on ? "ab" : "wb");
	if (!capture->pcap)
		return errno ? -errno : -EIO;
	snprintf(begun, sizeof begun, "%s", path);
	return goes_on ? 0 : write_header(capture->pcap);
}

int capture_new(struct capture **out, const char *pcap_path, char *error, size_t size)
{
	struct capture *capture = calloc(1, sizeof(*capture));
	if (!capture)
		return -ENOMEM;
	if (pcap_path) {
		int status = open_pcap(capture, pcap_path);
		if (status) {
			snprintf(error, size, "cannot write the capture %s: %s", pcap_path, strerror(-status));
			capture_free(capture);
			return status;
		}
	}
	*out = capture;
	return 0;
}

void capture_free(struct capture *capture)
{
	if (!capture)
		return;
	if (capture->pcap)
		fclose(capture->pcap);
	free(capture);
}

static void write_packet(FILE *file, unsigned span, bool sent, bool network_side, uint64_t at_samples,
                         const uint8_t *frame, size_t bytes)
{
	uint8_t head[16 + SLL_BYTES] = {0};
	uint8_t *sll = head + 16;
	put32(head, (uint32_t)(CAPTURE_EPOCH_S + at_samples / 8000));
	put32(head + 4, (uint32_t)(at_samples % 8000 * 125));
	put32(head + 8, (uint32_t)(bytes + SLL_BYTES));
	put32(head + 12, (uint32_t)(bytes + SLL_BYTES));
	put16(sll, sent ? SLL_OUTGOING : 0);
	put16(sll + 2, ARPHRD_LAPD_TYPE);
	put16(sll + 4, 2);
	sll[6] = network_side;
	sll[7] = (uint8_t)span;
	put16(sll + 14, ETHERTYPE_LAPD);
	if (fwrite(head, sizeof(head), 1, file) == 1 && fwrite(frame, bytes, 1, file) == 1)
		fflush(file); /* a scenario may end by a signal */
}

static char *next_line(struct capture *capture)
{
	char *line = capture->lines[capture->next];
	capture->next = (capture->next + 1) % CAPTURE_TAIL_LINES;
	if (capture->count < CAPTURE_TAIL_LINES)
		capture->count++;
	return line;
}

void capture_frame(struct capture *capture, unsigned span, bool sent, bool network_side, uint64_t at_samples,
                   const uint8_t *frame, size_t bytes)
{
	if (capture->pcap)
		write_packet(capture->pcap, span, sent, network_side, at_samples, frame, bytes);
	char words[CAPTURE_LINE - 32];
	if (!capture_words(frame, bytes, words, sizeof(words)))
		return;
	snprintf(next_line(capture), CAPTURE_LINE, "%9.3f span %u %s %s", (double)at_samples / 8000.0, span,
	         sent ? "lab->box" : "box->lab", words);
}

void capture_remark(struct capture *capture, uint64_t at_samples, const char *text)
{
	snprintf(next_line(capture), CAPTURE_LINE, "%9.3f -- %.130s", (double)at_samples / 8000.0, text);
}

void capture_tail(const struct capture *capture, char *text, size_t size, unsigned lines)
{
	size_t used = 0;
	unsigned show = lines < capture->count ? lines : capture->count;
	if (size)
		text[0] = 0;
	for (unsigned i = 0; i < show; i++) {
		unsigned at = (capture->next + CAPTURE_TAIL_LINES - show + i) % CAPTURE_TAIL_LINES;
		int wrote = snprintf(text + used, size - used, "%s\n", capture->lines[at]);
		if (wrote < 0 || (size_t)wrote >= size - used)
			return;
		used += (size_t)wrote;
	}
}
