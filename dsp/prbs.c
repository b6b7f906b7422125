/* The 15 stages are a shift register: bit 0 is the newest. */
#include "dsp/prbs.h"

#include <string.h>

#define STAGES      0x7fff
#define RIGHT_BITS  48   /* so many right predictions are no accident */
#define WINDOW_BITS 1000 /* a window with more errors than these is no longer the pattern */
#define WINDOW_LOSS 200

static unsigned next_bit(uint16_t stages)
{
	return (stages >> 13 ^ stages >> 14) & 1u;
}

static uint16_t shifted(uint16_t stages, unsigned bit)
{
	return (uint16_t)((stages << 1 | bit) & STAGES);
}

void prbs_sender_init(struct prbs_sender *sender)
{
	sender->stages = STAGES;
}

void prbs_send(struct prbs_sender *sender, uint8_t *octets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		unsigned octet = 0;

		for (unsigned k = 0; k < 8; k++) {
			unsigned bit = next_bit(sender->stages);

			sender->stages = shifted(sender->stages, bit);
			octet = octet << 1 | (bit ^ 1u);
		}
		octets[i] = (uint8_t)octet;
	}
}

void prbs_receiver_init(struct prbs_receiver *receiver)
{
	memset(receiver, 0, sizeof(*receiver));
}

static void window_over(struct prbs_receiver *receiver)
{
	if (receiver->window_errors > WINDOW_LOSS) {
		receiver->losses++;
		/* What was counted in it was not the pattern. */
		receiver->bits -= receiver->window;
		receiver->errors -= receiver->window_errors;
		receiver->synchronised = false;
		receiver->right = 0;
	}
	receiver->window = receiver->window_errors = 0;
}

/* Synchronised: the register runs by itself, so that a wrong bit is one error and not three. */
static void count_bit(struct prbs_receiver *receiver, unsigned bit)
{
	unsigned expected = next_bit(receiver->stages);

	receiver->stages = shifted(receiver->stages, expected);
	receiver->bits++;
	receiver->window++;
	if (bit != expected) {
		receiver->errors++;
		receiver->window_errors++;
	}
	if (receiver->window == WINDOW_BITS)
		window_over(receiver);
}

/* Not synchronised: the register is filled with what comes, and its predictions are tried. Nought never ends. */
static void search_bit(struct prbs_receiver *receiver, unsigned bit)
{
	bool right = bit == next_bit(receiver->stages) && receiver->stages != 0;

	receiver->right = right ? (uint16_t)(receiver->right + 1) : 0;
	receiver->stages = shifted(receiver->stages, bit);
	receiver->synchronised = receiver->right >= RIGHT_BITS;
}

void prbs_receive(struct prbs_receiver *receiver, const uint8_t *octets, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (unsigned k = 8; k-- > 0;) {
			unsigned bit = (~octets[i] >> k) & 1u;

			if (receiver->synchronised)
				count_bit(receiver, bit);
			else
				search_bit(receiver, bit);
		}
}
