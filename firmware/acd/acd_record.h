/*
 * Events, settings and decisions as bytes: the rows of the journal's records (JOURNAL.md). A new field is one row at
 * the end of its table, a new event one code. Inside firmware/acd only.
 */
#ifndef BELFRY_ACD_RECORD_H
#define BELFRY_ACD_RECORD_H

#include "acd/acd.h"
#include "acd/acd_code.h"

/* What a record is told apart from the one before it by. */
struct record_base {
	uint64_t at_us, sequence;
	uint32_t revision;
};

/* Everything but the settings; the sequence number is the base's plus one. */
void record_event(struct cursor *cursor, struct record_base *base, struct acd_event *event);
void record_decision(struct cursor *cursor, struct record_base *base, struct acd_decision *decision);
/* Reading: *settings is made, and is the caller's; NULL after a fault. */
void record_settings(struct cursor *cursor, struct acd_settings **settings);

/* The most that settings take. */
#define RECORD_MEMBERS_MAX ((size_t)CONFIG_AGENTS_MAX * CONFIG_QUEUES_PER_AGENT_MAX)
#define RECORD_SETTINGS_MAX                                                                                            \
	(1024 + (size_t)ACD_SKILLS_MAX * (ACD_NAME_BYTES + 1) + (size_t)CONFIG_QUEUES_MAX * 512 +                      \
	 (size_t)CONFIG_AGENTS_MAX * 128 + RECORD_MEMBERS_MAX * 8)
#define RECORD_EVENT_MAX    160
#define RECORD_DECISION_MAX 160

#endif
