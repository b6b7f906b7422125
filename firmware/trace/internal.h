/* Private to trace: the keeper's state. */
#ifndef BELFRY_TRACE_INTERNAL_H
#define BELFRY_TRACE_INTERNAL_H

#include <stdio.h>

#include "config_limits.h"
#include "trace/flight.h"

#define RING_BYTES   ((size_t)CONFIG_TRACE_FRAMES * 64) /* octets of the frames of one span */
#define SPAN_KEYS    128                                /* call references known of one span */
#define FOLDER_BYTES 200
#define FLIGHT_PATH  (FOLDER_BYTES + 24)

/* ring.c: the frames of one span */
struct ring_entry {
	uint64_t sequence, wall_us;
	uint32_t call, at;
	int32_t key;
	uint16_t count;
	uint8_t message, variant;
	bool sent, network;
};
struct ring {
	struct ring_entry *entries; /* CONFIG_TRACE_FRAMES, NULL: the span has had no frame yet */
	uint8_t *bytes;
	uint32_t first, count; /* entries */
	uint32_t next;         /* where the next octets go */
	uint64_t ever;
};
MUST_CHECK int ring_put(struct ring *ring, const struct ring_entry *entry, const uint8_t *bytes);
struct ring_entry *ring_at(const struct ring *ring, uint32_t index); /* 0: the oldest */
void ring_free(struct ring *ring);

/* Which call a call reference is. */
struct known_key {
	int32_t key;
	uint32_t call;
	uint8_t side, timeslot;
};

/* What the flight recorder must know of a call reference in use. */
struct watched_key {
	int32_t key;
	uint64_t setup_us, connect_us; /* wall clock */
	bool cleared;
};

struct span_trace {
	struct ring ring;
	struct known_key known[SPAN_KEYS];
	struct watched_key watched[SPAN_KEYS];
	unsigned next_known, next_watched;
	/* a freeze that is due */
	bool pending;
	uint64_t due_us, quiet_until_us;
	struct flight_record what;
};

struct ladder {
	uint32_t call;
	unsigned count, dropped;
	struct trace_event events[TRACE_EVENTS_MAX];
};

struct trace {
	struct mailbox *mailbox;
	FILE *pcap;
	uint64_t sequence, now_us;
	struct span_trace spans[CONFIG_SPANS_MAX + 1];
	struct ladder *ladders; /* CONFIG_TRACE_CALLS; a call's is at its id modulo that */
	struct decoded decoded;
	/* flight recorder */
	struct flight_settings settings;
	char folder[FOLDER_BYTES];
	int (*write)(const char *path, const void *bytes, size_t count);
	struct flight_record records[FLIGHT_KEEP_MAX];
	unsigned record_count;
	uint32_t next_record;
	uint64_t suppressed;
};

void ladder_add(struct trace *trace, uint32_t call, const struct trace_event *event);
void ladder_message(struct trace *trace, const struct trace_kept *kept, const struct decoded *decoded,
                    struct known_key *who);

/* pcap.c */
void pcap_header(FILE *file);
void pcap_frame(FILE *file, const struct trace_kept *kept);
bool pcap_header_fits(FILE *file);
MUST_CHECK int pcap_read(FILE *file, struct trace_kept *kept, uint8_t *bytes);

/* flight.c: looks at everything that comes */
void flight_watch(struct trace *trace, const struct trace_kept *kept, const struct decoded *decoded);
void flight_trigger(struct trace *trace, enum trace_trigger trigger, unsigned span, uint32_t call, uint64_t wall_us,
                    const char *text);
void flight_due(struct trace *trace, bool at_once);

/* flight_files.c */
MUST_CHECK int flight_write(struct trace *trace, struct flight_record *record, struct fault *fault);

#endif
