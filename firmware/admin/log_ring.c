/*
 * The newest lines of the log, for `show log`. Filled by the thread that drains the log, read by admin: the one place
 * of this room with a lock.
 */
#include "admin/internal.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/text.h"

struct log_entry {
	uint64_t wall_us;
	enum log_level level;
	enum log_room room;
	char text[LOG_LINE_BYTES];
};
struct log_ring {
	pthread_mutex_t lock;
	uint64_t count; /* ever put in */
	struct log_entry lines[LOG_LINES];
};

int log_ring_new(struct log_ring **out)
{
	struct log_ring *ring = calloc(1, sizeof(*ring));
	if (!ring)
		return -ENOMEM;
	pthread_mutex_init(&ring->lock, NULL);
	*out = ring;
	return 0;
}

void log_ring_free(struct log_ring *ring)
{
	if (!ring)
		return;
	pthread_mutex_destroy(&ring->lock);
	free(ring);
}

void log_ring_put(struct log_ring *ring, uint64_t wall_us, enum log_level level, enum log_room room, const char *text)
{
	pthread_mutex_lock(&ring->lock);
	struct log_entry *entry = &ring->lines[ring->count++ % LOG_LINES];
	entry->wall_us = wall_us;
	entry->level = level;
	entry->room = room;
	text_copy(entry->text, sizeof(entry->text), text);
	pthread_mutex_unlock(&ring->lock);
}

uint64_t log_ring_count(struct log_ring *ring)
{
	pthread_mutex_lock(&ring->lock);
	uint64_t count = ring->count;
	pthread_mutex_unlock(&ring->lock);
	return count;
}

void log_ring_each(struct log_ring *ring, uint32_t last,
                   void (*each)(void *user, uint64_t wall_us, enum log_level level, enum log_room room,
                                const char *text),
                   void *user)
{
	pthread_mutex_lock(&ring->lock);
	uint64_t kept = ring->count < LOG_LINES ? ring->count : LOG_LINES;
	for (uint64_t i = ring->count - (kept < last ? kept : last); i < ring->count; i++) {
		const struct log_entry *entry = &ring->lines[i % LOG_LINES];
		each(user, entry->wall_us, entry->level, entry->room, entry->text);
	}
	pthread_mutex_unlock(&ring->lock);
}
