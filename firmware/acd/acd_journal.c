/*
 * See acd_journal.h. One description of each record serves both ways: a cursor either writes the field or reads it.
 */
#include "acd/acd_journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char first_bytes[8] = {'B', 'E', 'L', 'F', 'R', 'Y', 'J', '1'};

/* Never renumbered. */
static const uint8_t journal_codes[ACD_EVENT_COUNT] = {
    [ACD_SETTINGS] = 1,
    [ACD_AGENT_LOGIN] = 2,
    [ACD_AGENT_LOGOUT] = 3,
    [ACD_AGENT_PAUSE] = 4,
    [ACD_AGENT_READY] = 5,
    [ACD_AGENT_WRAP_UP_END] = 6,
    [ACD_AGENT_PHONE_BUSY] = 7,
    [ACD_AGENT_PHONE_FREE] = 8,
    [ACD_AGENT_UNPLUGGED] = 9,
    [ACD_ENQUEUE] = 10,
    [ACD_GONE] = 11,
    [ACD_WITHDRAW] = 12,
    [ACD_OFFER_RINGING] = 13,
    [ACD_OFFER_ANSWER] = 14,
    [ACD_OFFER_FAILED] = 15,
    [ACD_TALK_STARTED] = 16,
    [ACD_TALK_HOLD] = 17,
    [ACD_TALK_RESUMED] = 18,
    [ACD_TALK_ENDED] = 19,
    [ACD_TIME] = 20,
    [ACD_AGENT_WRAP_UP_MORE] = 21,
    [ACD_PLACE] = 22,
};

#define EVENT_BYTES    43
#define SETTINGS_BYTES (37 + 5 * ACD_REASONS)
#define QUEUE_BYTES    (108 + 3 * ACD_NEEDS_MAX + 10 * ACD_RELAX_MAX)
#define AGENT_BYTES    (42 + ACD_SKILLS_MAX)
#define MEMBERS_MAX    ((size_t)CONFIG_AGENTS_MAX * CONFIG_QUEUES_PER_AGENT_MAX)
#define BODY_MAX                                                                                                       \
	(EVENT_BYTES + SETTINGS_BYTES + (size_t)ACD_SKILLS_MAX * ACD_NAME_BYTES +                                      \
	 (size_t)CONFIG_QUEUES_MAX * QUEUE_BYTES + (size_t)CONFIG_AGENTS_MAX * AGENT_BYTES + MEMBERS_MAX * 4)

struct acd_journal {
	acd_journal_put *put;
	void *user;
	uint32_t crc;
	uint8_t bytes[4 + BODY_MAX + 4];
};

/* ---- CRC-32 ---- */

static uint32_t crc_table[256];

static void make_crc_table(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i;
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ UINT32_C(0xedb88320) : crc >> 1;
		crc_table[i] = crc;
	}
}

static uint32_t crc_of(uint32_t before, const uint8_t *bytes, size_t count)
{
	uint32_t crc = ~before;
	for (size_t i = 0; i < count; i++)
		crc = crc >> 8 ^ crc_table[(crc ^ bytes[i]) & 0xff];
	return ~crc;
}

/* ---- fields ---- */

struct cursor {
	uint8_t *out; /* NULL: reading */
	const uint8_t *in;
	size_t at, limit;
	bool short_of; /* something did not fit */
};

static uint64_t number(struct cursor *cursor, uint64_t value, unsigned bytes)
{
	if (cursor->limit - cursor->at < bytes) {
		cursor->short_of = true;
		return 0;
	}
	uint64_t read = 0;
	for (unsigned i = 0; i < bytes; i++, cursor->at++) {
		if (cursor->out)
			cursor->out[cursor->at] = (uint8_t)(value >> 8 * i);
		else
			read |= (uint64_t)cursor->in[cursor->at] << 8 * i;
	}
	return cursor->out ? value : read;
}

#define FIELD(cursor, field, bytes) ((field) = (__typeof__(field))number(cursor, (uint64_t)(field), bytes))

static void text(struct cursor *cursor, char *name)
{
	if (cursor->limit - cursor->at < ACD_NAME_BYTES) {
		cursor->short_of = true;
		return;
	}
	if (cursor->out)
		memcpy(cursor->out + cursor->at, name, ACD_NAME_BYTES);
	else
		memcpy(name, cursor->in + cursor->at, ACD_NAME_BYTES);
	cursor->at += ACD_NAME_BYTES;
}

/* ---- records ---- */

static void event_fields(struct cursor *cursor, struct acd_event *event, uint8_t *code)
{
	uint8_t flags = event->transferred;
	FIELD(cursor, *code, 1);
	FIELD(cursor, event->at_us, 8);
	FIELD(cursor, event->sequence, 8);
	FIELD(cursor, event->call, 4);
	FIELD(cursor, event->queue, 2);
	FIELD(cursor, event->agent, 2);
	FIELD(cursor, event->offer, 4);
	FIELD(cursor, event->port, 2);
	FIELD(cursor, event->priority, 1);
	FIELD(cursor, event->reason, 1);
	FIELD(cursor, flags, 1);
	FIELD(cursor, event->result, 1);
	FIELD(cursor, event->arrived_us, 8);
	event->transferred = flags & 1;
}

static void needs_fields(struct cursor *cursor, struct acd_queue_settings *queue)
{
	FIELD(cursor, queue->need_count, 1);
	FIELD(cursor, queue->relax_count, 1);
	if (queue->need_count > ACD_NEEDS_MAX || queue->relax_count > ACD_RELAX_MAX) {
		cursor->short_of = true;
		return;
	}
	for (unsigned i = 0; i < queue->need_count; i++) {
		FIELD(cursor, queue->needs[i].skill, 1);
		FIELD(cursor, queue->needs[i].level, 1);
		FIELD(cursor, queue->needs[i].weight, 1);
	}
	for (unsigned i = 0; i < queue->relax_count; i++) {
		FIELD(cursor, queue->relax[i].after_ms, 8);
		FIELD(cursor, queue->relax[i].skill, 1);
		FIELD(cursor, queue->relax[i].level, 1);
	}
}

static void queue_fields(struct cursor *cursor, struct acd_queue_settings *queue)
{
	uint8_t flags = queue->autopause_here;
	text(cursor, queue->name);
	FIELD(cursor, queue->strategy, 1);
	FIELD(cursor, queue->ring_time_ms, 4);
	FIELD(cursor, queue->retry_ms, 4);
	FIELD(cursor, queue->wrap_up_ms, 4);
	FIELD(cursor, queue->priority, 1);
	FIELD(cursor, queue->ageing_ms, 8);
	FIELD(cursor, queue->weight, 4);
	FIELD(cursor, queue->length_max, 4);
	FIELD(cursor, queue->wait_max_ms, 8);
	FIELD(cursor, queue->service_level_ms, 4);
	FIELD(cursor, queue->short_abandon_ms, 4);
	FIELD(cursor, queue->autopause_after, 1);
	FIELD(cursor, queue->join_states, 2);
	FIELD(cursor, queue->leave_states, 2);
	FIELD(cursor, queue->grace_ms, 4);
	FIELD(cursor, flags, 1);
	queue->autopause_here = flags & 1;
	FIELD(cursor, queue->autopause_on, 1);
	FIELD(cursor, queue->autopause_delay_ms, 4);
	FIELD(cursor, queue->progressive_ms, 4);
	FIELD(cursor, queue->member_first, 4);
	FIELD(cursor, queue->member_count, 4);
	needs_fields(cursor, queue);
}

static void agent_fields(struct cursor *cursor, struct acd_agent_settings *agent)
{
	uint8_t headset = agent->headset;
	FIELD(cursor, agent->number, 4);
	text(cursor, agent->name);
	FIELD(cursor, headset, 1);
	agent->headset = headset != 0;
	uint8_t own_wrap_up = agent->own_wrap_up;
	FIELD(cursor, own_wrap_up, 1);
	agent->own_wrap_up = own_wrap_up != 0;
	FIELD(cursor, agent->wrap_up_ms, 4);
	for (unsigned i = 0; i < ACD_SKILLS_MAX; i++)
		FIELD(cursor, agent->level[i], 1);
}

static void head_fields(struct cursor *cursor, struct acd_settings *settings)
{
	FIELD(cursor, settings->revision, 4);
	FIELD(cursor, settings->offer_lease_ms, 4);
	FIELD(cursor, settings->choice, 1);
	for (unsigned i = 0; i < ACD_REASONS; i++) {
		uint8_t log_out = settings->pause_limits[i].log_out;
		FIELD(cursor, settings->pause_limits[i].after_ms, 4);
		FIELD(cursor, log_out, 1);
		settings->pause_limits[i].log_out = log_out != 0;
	}
	FIELD(cursor, settings->seed, 8);
	FIELD(cursor, settings->skill_count, 4);
	FIELD(cursor, settings->queue_count, 4);
	FIELD(cursor, settings->agent_count, 4);
	FIELD(cursor, settings->member_count, 4);
}

static void table_fields(struct cursor *cursor, struct acd_settings *settings)
{
	for (uint32_t i = 0; i < settings->skill_count; i++)
		text(cursor, settings->skills[i]);
	for (uint32_t i = 0; i < settings->queue_count; i++)
		queue_fields(cursor, &settings->queues[i]);
	for (uint32_t i = 0; i < settings->agent_count; i++)
		agent_fields(cursor, &settings->agents[i]);
	for (uint32_t i = 0; i < settings->member_count; i++) {
		FIELD(cursor, settings->members[i].agent, 2);
		FIELD(cursor, settings->members[i].penalty, 1);
		FIELD(cursor, settings->members[i].weight, 1);
	}
}

static bool counts_fit(const struct acd_settings *settings)
{
	return settings->skill_count <= ACD_SKILLS_MAX && settings->queue_count <= CONFIG_QUEUES_MAX &&
	       settings->agent_count <= CONFIG_AGENTS_MAX && settings->member_count <= MEMBERS_MAX;
}

/* ---- writing ---- */

int acd_journal_new(struct acd_journal **out, acd_journal_put *put, void *user)
{
	struct acd_journal *journal = calloc(1, sizeof(*journal));
	if (!journal)
		return -ENOMEM;
	journal->put = put;
	journal->user = user;
	make_crc_table();
	int error = put(user, first_bytes, sizeof(first_bytes));
	if (error) {
		free(journal);
		return error;
	}
	*out = journal;
	return 0;
}

void acd_journal_free(struct acd_journal *journal)
{
	free(journal);
}

int acd_journal_write(struct acd_journal *journal, const struct acd_event *event)
{
	struct cursor cursor = {.out = journal->bytes, .at = 4, .limit = sizeof(journal->bytes) - 4};
	struct acd_event fields = *event;
	if ((unsigned)event->type >= ACD_EVENT_COUNT)
		return -EINVAL;
	uint8_t code = journal_codes[event->type];
	event_fields(&cursor, &fields, &code);
	if (event->type == ACD_SETTINGS && event->settings) {
		if (!counts_fit(event->settings))
			return -E2BIG;
		head_fields(&cursor, event->settings);
		table_fields(&cursor, event->settings);
	}
	if (cursor.short_of)
		return -E2BIG;
	struct cursor ends = {.out = journal->bytes, .limit = sizeof(journal->bytes)};
	number(&ends, cursor.at - 4, 4);
	uint32_t crc = crc_of(journal->crc, journal->bytes, cursor.at);
	ends.at = cursor.at;
	number(&ends, crc, 4);
	int error = journal->put(journal->user, journal->bytes, ends.at);
	if (!error)
		journal->crc = crc;
	return error;
}

/* ---- reading ---- */

int acd_journal_open(struct acd_journal_reader *reader, const void *bytes, size_t count)
{
	*reader = (struct acd_journal_reader){.bytes = bytes, .count = count};
	make_crc_table();
	if (count < sizeof(first_bytes) || memcmp(bytes, first_bytes, sizeof(first_bytes) - 1) != 0)
		reader->fault = "this is not a Belfry journal";
	else if (memcmp(bytes, first_bytes, sizeof(first_bytes)) != 0)
		reader->fault = "the journal is of another version; this one reads version 1";
	if (reader->fault)
		return -EPROTO;
	reader->at = sizeof(first_bytes);
	return 0;
}

static const char *read_settings(struct cursor *cursor, struct acd_event *event)
{
	struct acd_settings head = {0}, *settings;
	head_fields(cursor, &head);
	if (cursor->short_of || !counts_fit(&head))
		return "settings larger than this build allows";
	if (acd_settings_new(&settings, head.queue_count, head.agent_count, head.member_count) != 0)
		return "out of memory";
	settings->revision = head.revision;
	settings->offer_lease_ms = head.offer_lease_ms;
	settings->choice = head.choice;
	memcpy(settings->pause_limits, head.pause_limits, sizeof(settings->pause_limits));
	settings->seed = head.seed;
	settings->skill_count = head.skill_count;
	table_fields(cursor, settings);
	event->settings = settings;
	return NULL;
}

static const char *read_body(struct cursor *cursor, struct acd_event *event)
{
	const char *fault = NULL;
	uint8_t code = 0;
	*event = (struct acd_event){0};
	event_fields(cursor, event, &code);
	unsigned type = 0;
	while (type < ACD_EVENT_COUNT && journal_codes[type] != code)
		type++;
	if (cursor->short_of || type == ACD_EVENT_COUNT)
		return "an event that this version does not know";
	event->type = (enum acd_event_type)type;
	if (event->type == ACD_SETTINGS && cursor->at < cursor->limit)
		fault = read_settings(cursor, event);
	if (!fault && (cursor->short_of || cursor->at != cursor->limit))
		fault = "a record of the wrong length";
	if (fault) {
		acd_settings_free(event->settings);
		event->settings = NULL;
	}
	return fault;
}

static bool stop(struct acd_journal_reader *reader, const char *fault)
{
	reader->fault = fault;
	return false;
}

bool acd_journal_next(struct acd_journal_reader *reader, struct acd_event *event)
{
	size_t left = reader->count - reader->at;
	if (!left || reader->fault)
		return false;
	if (left < 8)
		return stop(reader, "the journal is cut off");
	struct cursor ends = {.in = reader->bytes, .at = reader->at, .limit = reader->count};
	size_t length = number(&ends, 0, 4);
	if (length > BODY_MAX)
		return stop(reader, "a record of the wrong length");
	if (length > left - 8)
		return stop(reader, "the journal is cut off");
	ends.at = reader->at + 4 + length;
	uint32_t crc = crc_of(reader->crc, reader->bytes + reader->at, 4 + length);
	if (number(&ends, 0, 4) != crc)
		return stop(reader, "a record is damaged or out of order");
	struct cursor body = {.in = reader->bytes, .at = reader->at + 4, .limit = reader->at + 4 + length};
	const char *fault = read_body(&body, event);
	if (fault)
		return stop(reader, fault);
	reader->crc = crc;
	reader->sequence = event->sequence;
	reader->at = ends.at;
	return true;
}
