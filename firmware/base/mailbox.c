/*
 * The mailbox: a ring of cells, each with a sequence number that says whose turn it is (D. Vyukov's bounded queue),
 * with one receiver.
 *
 * A cell at position p is free for the sender of round p when sequence == p and holds a message when
 * sequence == p + 1; the receiver frees it for the next round with p + capacity.
 */
#include "base/mailbox.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_LINE 64

struct cell {
	_Atomic uint64_t sequence;
	unsigned char message[];
};

struct mailbox {
	const char *name;
	struct doorbell *bell;
	size_t message_bytes;
	size_t cell_bytes;
	uint64_t mask;
	unsigned char *cells;
	_Alignas(CACHE_LINE) _Atomic uint64_t tail; /* senders */
	_Atomic uint64_t refused;
	_Alignas(CACHE_LINE) _Atomic uint64_t head; /* written by the receiver only */
};

static struct cell *cell_at(const struct mailbox *box, uint64_t position)
{
	return (struct cell *)(void *)(box->cells + (position & box->mask) * box->cell_bytes);
}

static uint64_t round_up_to_power_of_two(uint32_t capacity)
{
	uint64_t power = 2; /* with one cell a full ring would look like an empty one */

	while (power < capacity)
		power *= 2;
	return power;
}

int mailbox_new(struct mailbox **out, const char *name, size_t message_bytes, uint32_t capacity, struct doorbell *bell)
{
	uint64_t cells = round_up_to_power_of_two(capacity);
	struct mailbox *box = aligned_alloc(CACHE_LINE, sizeof(*box));
	uint64_t position;

	if (!box)
		return -ENOMEM;
	memset(box, 0, sizeof(*box));
	box->name = name;
	box->bell = bell;
	box->message_bytes = message_bytes;
	box->cell_bytes =
	    (sizeof(struct cell) + message_bytes + _Alignof(struct cell) - 1) & ~(_Alignof(struct cell) - 1);
	box->mask = cells - 1;
	box->cells = calloc(cells, box->cell_bytes);
	if (!box->cells) {
		free(box);
		return -ENOMEM;
	}
	for (position = 0; position < cells; position++)
		atomic_init(&cell_at(box, position)->sequence, position);
	*out = box;
	return 0;
}

void mailbox_free(struct mailbox *box)
{
	if (!box)
		return;
	free(box->cells);
	free(box);
}

int mailbox_send(struct mailbox *box, const void *message)
{
	uint64_t position = atomic_load_explicit(&box->tail, memory_order_relaxed);
	struct cell *cell;

	for (;;) {
		uint64_t sequence;

		cell = cell_at(box, position);
		sequence = atomic_load_explicit(&cell->sequence, memory_order_acquire);
		if (sequence == position) {
			if (atomic_compare_exchange_weak_explicit(&box->tail, &position, position + 1,
			                                          memory_order_relaxed, memory_order_relaxed))
				break;
		} else if ((int64_t)(sequence - position) < 0) {
			atomic_fetch_add_explicit(&box->refused, 1, memory_order_relaxed);
			return -ENOBUFS;
		} else {
			position = atomic_load_explicit(&box->tail, memory_order_relaxed);
		}
	}
	memcpy(cell->message, message, box->message_bytes);
	atomic_store_explicit(&cell->sequence, position + 1, memory_order_release);
	if (box->bell)
		doorbell_ring(box->bell);
	return 0;
}

bool mailbox_receive(struct mailbox *box, void *message)
{
	uint64_t position = atomic_load_explicit(&box->head, memory_order_relaxed);
	struct cell *cell = cell_at(box, position);

	if (atomic_load_explicit(&cell->sequence, memory_order_acquire) != position + 1)
		return false;
	memcpy(message, cell->message, box->message_bytes);
	atomic_store_explicit(&cell->sequence, position + box->mask + 1, memory_order_release);
	atomic_store_explicit(&box->head, position + 1, memory_order_relaxed);
	return true;
}

bool mailbox_empty(const struct mailbox *box)
{
	uint64_t position = atomic_load_explicit(&box->head, memory_order_relaxed);

	return atomic_load_explicit(&cell_at(box, position)->sequence, memory_order_acquire) != position + 1;
}

uint32_t mailbox_waiting(const struct mailbox *box)
{
	uint64_t head = atomic_load_explicit(&box->head, memory_order_relaxed);
	uint64_t tail = atomic_load_explicit(&box->tail, memory_order_relaxed);

	return tail > head ? (uint32_t)(tail - head) : 0;
}

const char *mailbox_name(const struct mailbox *box)
{
	return box->name;
}

uint64_t mailbox_refused(const struct mailbox *box)
{
	return atomic_load_explicit(&box->refused, memory_order_relaxed);
}
