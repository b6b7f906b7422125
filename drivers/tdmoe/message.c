#include "drivers/tdmoe/message.h"

#include <errno.h>
#include <string.h>

static const uint8_t magic[4] = {'B', 'T', 'M', '1'};
/* Locally administered addresses: nobody but a capture ever looks at them. */
static const uint8_t macs_and_type[14] = {0x02, 0x42, 0x54, 0x4d, 0, 1, 0x02, 0x42, 0x54, 0x4d, 0, 2, 0xd0, 0x0d};

enum { AT_TYPE = 12, AT_SPAN = 14, AT_SAMPLES = 16, AT_FLAGS = 17, AT_SEQUENCE = 18, AT_CHANNELS = 20 };

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint8_t *put16(uint8_t *to, unsigned value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
	return to + 2;
}

static size_t cas_bytes(unsigned channels)
{
	return (channels + 3) / 4 * 2;
}

size_t tdmoe_frame_bytes(unsigned channels)
{
	return TDMOE_FRAME_HEADER_BYTES + cas_bytes(channels) + (size_t)channels * TDMOE_FRAME_SAMPLES;
}

int tdmoe_message_open(const uint8_t *message, size_t bytes, struct tdmoe_header *header, struct tdmoe_cursor *cursor)
{
	if (bytes < TDMOE_MESSAGE_HEADER_BYTES || memcmp(message, magic, sizeof(magic)) != 0)
		return -EBADMSG;
	header->sample_clock = 0;
	for (int i = 4; i < 12; i++)
		header->sample_clock = header->sample_clock << 8 | message[i];
	header->samples = get16(message + 12);
	header->frames = get16(message + 14);
	cursor->at = message + TDMOE_MESSAGE_HEADER_BYTES;
	cursor->end = message + bytes;
	cursor->frames_left = header->frames;
	return 0;
}

static int frame_parse(const uint8_t *at, size_t bytes, struct tdmoe_frame *frame)
{
	memset(frame, 0, sizeof(*frame));
	if (bytes < AT_SPAN + 2 || get16(at + AT_TYPE) != 0xd00d)
		return -EBADMSG;
	frame->span = get16(at + AT_SPAN);
	if (bytes < TDMOE_FRAME_HEADER_BYTES || at[AT_SAMPLES] != TDMOE_FRAME_SAMPLES)
		return -EBADMSG;
	frame->flags = at[AT_FLAGS];
	frame->sequence = get16(at + AT_SEQUENCE);
	frame->channels = get16(at + AT_CHANNELS);
	if (frame->channels == 0 || frame->channels > DRIVER_TIMESLOTS_MAX)
		return -EBADMSG;
	size_t cas = frame->flags & TDMOE_FLAG_CAS ? cas_bytes(frame->channels) : 0;

	if (bytes != TDMOE_FRAME_HEADER_BYTES + cas + (size_t)frame->channels * TDMOE_FRAME_SAMPLES)
		return -EBADMSG;
	frame->cas = cas ? at + TDMOE_FRAME_HEADER_BYTES : NULL;
	frame->samples = at + TDMOE_FRAME_HEADER_BYTES + cas;
	return 1;
}

int tdmoe_message_next(struct tdmoe_cursor *cursor, struct tdmoe_frame *frame)
{
	if (cursor->frames_left == 0)
		return 0;
	size_t left = (size_t)(cursor->end - cursor->at);

	if (left < 2) {
		/* cut off: the rest of the announced frames is not there, and nothing says whose they were */
		cursor->frames_left = 0;
		memset(frame, 0, sizeof(*frame));
		return -EBADMSG;
	}
	size_t bytes = get16(cursor->at);
	const uint8_t *at = cursor->at + 2;

	cursor->frames_left--;
	if (bytes > left - 2) {
		bytes = left - 2;
		cursor->frames_left = 0;
		if (frame_parse(at, bytes, frame) == 1)
			frame->samples = NULL;
		return -EBADMSG;
	}
	cursor->at = at + bytes;
	return frame_parse(at, bytes, frame);
}

uint8_t *tdmoe_put_header(uint8_t *to, const struct tdmoe_header *header)
{
	memcpy(to, magic, sizeof(magic));
	to += sizeof(magic);
	for (int shift = 56; shift >= 0; shift -= 8)
		*to++ = (uint8_t)(header->sample_clock >> shift);
	to = put16(to, header->samples);
	return put16(to, header->frames);
}

uint8_t *tdmoe_put_frame(uint8_t *to, unsigned span, uint8_t flags, uint16_t sequence, unsigned channels,
                         const uint16_t *cas)
{
	memcpy(to, macs_and_type, sizeof(macs_and_type));
	to = put16(to + sizeof(macs_and_type), span);
	*to++ = TDMOE_FRAME_SAMPLES;
	*to++ = flags | TDMOE_FLAG_CAS;
	to = put16(to, sequence);
	to = put16(to, channels);
	for (unsigned word = 0; word < (channels + 3) / 4; word++)
		to = put16(to, cas[word]);
	return to;
}
