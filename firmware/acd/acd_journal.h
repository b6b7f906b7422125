/*
 * The scheduler's inputs as bytes: what acd_decide() was given, so that every decision can be made again elsewhere.
 *
 * Format, version 1; numbers are little endian. The file begins with the 8 bytes "BELFRYJ1". Then records:
 *   u32 length of the body | body | u32 CRC-32 (IEEE) of the CRC before it (0 at first), the length and the body.
 * The CRC of the one before makes a record that is missing, repeated or out of place a fault, not only a damaged one.
 * Body: u8 event code, u64 at_us, u64 sequence, u32 call, u16 queue, u16 agent, u32 offer, u16 port, u8 priority,
 * u8 reason, u8 flags (1: transferred), u8 result, u64 arrived_us. Codes are those of journal_codes, fixed for ever.
 * After that, for settings: u32 revision, u32 lease_ms, u8 choice, u64 seed, u32 skills, queues, agents, members; then
 * skill names (32 bytes each); queues: name 32, u8 strategy, u32 ring, retry, wrap-up ms, u8 priority, u64 ageing_ms,
 * u32 weight, length_max, u64 wait_max_ms, u32 service_level_ms, short_abandon_ms, u8 autopause, u8 flags (1: refuse,
 * 2: leave when nobody), u32 member_first, member_count, u8 needs, relaxes, needs (u8 skill, level, weight), relaxes
 * (u64 after_ms, u8 skill, level); agents: u32 number, name 32, u8 headset, levels 32; members: u16 agent, u8 penalty,
 * weight.
 */
#ifndef BELFRY_ACD_ACD_JOURNAL_H
#define BELFRY_ACD_ACD_JOURNAL_H

#include "acd/acd.h"

/* Takes what is to be kept. 0 or -errno, which the writer passes on. */
typedef int acd_journal_put(void *user, const void *bytes, size_t count);

struct acd_journal;
/* Takes all memory there will be, and writes the file's first bytes. */
MUST_CHECK int acd_journal_new(struct acd_journal **out, acd_journal_put *put, void *user);
void acd_journal_free(struct acd_journal *journal);
/* Before the event is decided: settings pass out of the sender's hands there. */
MUST_CHECK int acd_journal_write(struct acd_journal *journal, const struct acd_event *event);

/* A journal in memory, read from its start. */
struct acd_journal_reader {
	const uint8_t *bytes;
	size_t count, at;
	uint32_t crc;
	uint64_t sequence;
	const char *fault; /* what is wrong at `at`; NULL: nothing */
};
/* 0; -EPROTO: another version or no journal, see fault. */
MUST_CHECK int acd_journal_open(struct acd_journal_reader *reader, const void *bytes, size_t count);
/* True: *event is filled in (its settings belong to whoever takes them). False: the end, or a fault. */
bool acd_journal_next(struct acd_journal_reader *reader, struct acd_event *event);

#endif
