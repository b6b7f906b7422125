/*
 * Counting in a window that moves.
 */
#include "call/caps.h"

/* Never so early that a slot of the window before it would have no number. */
static uint64_t slot_of(uint64_t now_us, uint64_t slot_us)
{
	return now_us / slot_us + RATE_SLOTS;
}

static void rate_move(struct rate *rate, uint64_t window_ms, uint64_t now_us)
{
	uint64_t slot_us = window_ms * US_PER_MS / RATE_SLOTS, slot;

	if (!slot_us)
		return;
	slot = slot_of(now_us, slot_us);
	if (rate->slot_us != slot_us || slot - rate->now_slot >= RATE_SLOTS) {
		*rate = (struct rate){.slot_us = slot_us, .now_slot = slot};
		return;
	}
	while (rate->now_slot < slot)
		rate->sum[++rate->now_slot % RATE_SLOTS] = 0;
}

void rate_add(struct rate *rate, uint64_t window_ms, uint64_t now_us, uint32_t more)
{
	if (!window_ms)
		return;
	rate_move(rate, window_ms, now_us);
	rate->sum[rate->now_slot % RATE_SLOTS] += more;
}

uint64_t rate_sum(struct rate *rate, uint64_t window_ms, uint64_t now_us)
{
	uint64_t sum = 0;
	unsigned i;

	rate_move(rate, window_ms, now_us);
	for (i = 0; i < RATE_SLOTS; i++)
		sum += rate->sum[i];
	return sum;
}

uint32_t rate_slot(const struct rate *rate, unsigned back)
{
	return rate->slot_us ? rate->sum[(rate->now_slot - back) % RATE_SLOTS] : 0;
}

unsigned rate_slots(const struct rate *rate)
{
	unsigned slots = RATE_SLOTS;

	while (slots && !rate_slot(rate, slots - 1))
		slots--;
	return slots;
}

void rate_restore(struct rate *rate, uint64_t slot_us, uint64_t now_us, uint64_t back, uint32_t more)
{
	if (!slot_us || back >= RATE_SLOTS)
		return;
	if (rate->slot_us != slot_us)
		*rate = (struct rate){.slot_us = slot_us, .now_slot = slot_of(now_us, slot_us)};
	rate->sum[(rate->now_slot - back) % RATE_SLOTS] += more;
}
