#include "dsp/hdlc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <spandsp.h>
#include <spandsp/private/hdlc.h>

/* How many octets spandsp may still change after it has asked for a frame and got none: the end of the last frame's
 * flag and two whole flags. From then on every octet is the same rotated flag. */
#define SENDER_SETTLE_OCTETS 4

struct hdlc_receiver {
	hdlc_rx_state_t rx;
	hdlc_frame_handler handler;
	void *user;
	struct hdlc_receive_counts counts;
	uint8_t last_octet;
	bool too_long; /* the frame in progress was given up, and counted */
	bool idle;     /* the last block was one and the same idle octet, so such an octet changes nothing */
};

struct hdlc_sender {
	hdlc_tx_state_t tx;
	hdlc_next_frame next;
	void *user;
	unsigned settle_octets; /* still to be taken from spandsp before the line is constant */
	uint8_t idle_octet;
};

static void receiver_frame(void *user, const uint8_t *frame, int bytes, int ok)
{
	struct hdlc_receiver *receiver = user;

	if (bytes <= 0) {
		receiver->counts.bad_length++;
	} else if (!ok) {
		/* Frames of a broken length come here too, but only those whose length fits can be told apart. */
		receiver->counts.bad_crc++;
	} else {
		receiver->counts.good++;
		receiver->handler(receiver->user, frame, (size_t)bytes);
	}
}

static void receiver_status(void *user, int status)
{
	struct hdlc_receiver *receiver = user;

	/* A line that idles on ones aborts nothing. */
	if (status == SIG_STATUS_ABORT && receiver->rx.len > 0)
		receiver->counts.aborts++;
}

int hdlc_receiver_new(struct hdlc_receiver **out, hdlc_frame_handler handler, void *user)
{
	struct hdlc_receiver *receiver = calloc(1, sizeof(*receiver));

	if (!receiver)
		return -ENOMEM;
	receiver->handler = handler;
	receiver->user = user;
	/* Bad frames are reported to receiver_frame() so that they are counted by kind. */
	hdlc_rx_init(&receiver->rx, 0, 1, 1, receiver_frame, receiver);
	hdlc_rx_set_status_handler(&receiver->rx, receiver_status, receiver);
	hdlc_rx_set_max_frame_len(&receiver->rx, HDLC_FRAME_BYTES_MAX);
	*out = receiver;
	return 0;
}

void hdlc_receiver_free(struct hdlc_receiver *receiver)
{
	free(receiver);
}

void hdlc_receiver_restart(struct hdlc_receiver *receiver)
{
	hdlc_rx_restart(&receiver->rx);
	receiver->idle = false;
}

/* An octet that, repeated, is nothing but flags or nothing but ones. */
static bool is_idle_octet(uint8_t octet)
{
	/* the eight rotations of 0111 1110 have six ones in a row around the octet; all ones is the idle line */
	switch (octet) {
	case 0x7e:
	case 0xfc:
	case 0xf9:
	case 0xf3:
	case 0xe7:
	case 0xcf:
	case 0x9f:
	case 0x3f:
	case 0xff:
		return true;
	default:
		return false;
	}
}

static bool all_same(const uint8_t *line, size_t bytes)
{
	return bytes < 2 || memcmp(line, line + 1, bytes - 1) == 0;
}

/* spandsp gives an overlong frame up without a word; its length then stands beyond the limit until the next flag. */
static void count_too_long(struct hdlc_receiver *receiver)
{
	bool too_long = receiver->rx.len > HDLC_FRAME_BYTES_MAX + 2;

	if (too_long && !receiver->too_long)
		receiver->counts.bad_length++;
	receiver->too_long = too_long;
}

void hdlc_receive(struct hdlc_receiver *receiver, const uint8_t *line, size_t bytes)
{
	if (bytes == 0)
		return;
	bool constant = is_idle_octet(line[0]) && all_same(line, bytes);

	if (constant && receiver->idle && receiver->last_octet == line[0])
		return;
	hdlc_rx_put(&receiver->rx, line, (int)bytes);
	count_too_long(receiver);
	receiver->last_octet = line[bytes - 1];
	/* Two octets bring the receiver into the state that more of the same do not change. */
	receiver->idle = constant && bytes > 2;
}

void hdlc_receiver_counts(const struct hdlc_receiver *receiver, struct hdlc_receive_counts *out)
{
	*out = receiver->counts;
}

/* spandsp asks for more when a frame has gone out. */
static void sender_underflow(void *user)
{
	struct hdlc_sender *sender = user;
	uint8_t frame[HDLC_FRAME_BYTES_MAX];
	size_t bytes = sender->next(sender->user, frame);

	if (bytes > 0)
		hdlc_tx_frame(&sender->tx, frame, bytes);
	else
		sender->settle_octets = SENDER_SETTLE_OCTETS;
}

int hdlc_sender_new(struct hdlc_sender **out, hdlc_next_frame next, void *user)
{
	struct hdlc_sender *sender = calloc(1, sizeof(*sender));

	if (!sender)
		return -ENOMEM;
	sender->next = next;
	sender->user = user;
	hdlc_sender_restart(sender);
	*out = sender;
	return 0;
}

void hdlc_sender_free(struct hdlc_sender *sender)
{
	free(sender);
}

void hdlc_sender_restart(struct hdlc_sender *sender)
{
	hdlc_tx_init(&sender->tx, 0, 1, 0, sender_underflow, sender);
	/* The first frame needs an opening flag of its own: nothing is on the line before it. */
	hdlc_tx_flags(&sender->tx, 2);
	sender->settle_octets = SENDER_SETTLE_OCTETS;
}

void hdlc_send(struct hdlc_sender *sender, uint8_t *line, size_t bytes)
{
	/* Idle: is there a frame now? The flags that have gone out are its opening ones. */
	if (sender->tx.len == 0)
		sender_underflow(sender);
	for (size_t i = 0; i < bytes; i++) {
		if (sender->tx.len == 0 && sender->settle_octets == 0) {
			memset(line + i, sender->idle_octet, bytes - i);
			return;
		}
		line[i] = (uint8_t)hdlc_tx_get_byte(&sender->tx);
		sender->idle_octet = line[i];
		if (sender->settle_octets > 0)
			sender->settle_octets--;
	}
}
