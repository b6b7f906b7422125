/*
 * What happened, taken out of a journal so that it can happen again under other rules: who called and when, how long
 * callers were ready to wait, how agents took their offers, how long they talked, when they came, paused and left.
 *
 * Each thing that was done in answer to something the scheduler decided is kept by the time that it took; everything
 * else by its time. Nothing is rounded: with the same rules all happens again at the same microsecond.
 */
#ifndef BELFRY_SIM_DAY_H
#define BELFRY_SIM_DAY_H

#include "acd/acd.h"
#include "base/attributes.h"

/* An event and when: after what it answers to, or at the belfry clock of its run of the box (epoch). */
struct deed {
	struct acd_event event;
	uint64_t after_us, rank; /* rank: its number in the journal; among events of one time the least comes first */
	uint32_t epoch;          /* of those by time */
};

/* How an agent took an offer. */
struct answer {
	acd_call call;
	acd_agent agent;
	struct deed ringing, lifted, talk; /* event.type ACD_TIME: did not come. talk: after WINNER */
	uint64_t cancelled_us;             /* after so long it was taken back; UINT64_MAX: was not */
	bool missed;                       /* rang to its end */
	bool used;
};

#define STAY_DEEDS 24
/* A call's stay in a queue. */
struct stay {
	acd_call call;
	struct deed enqueue; /* or the end of an answer that was none: the call waits once more */
	uint64_t waited_us;  /* to talk, or to the end of the wait */
	bool gone, answered; /* the caller gave up; else the patience is only known to be longer */
	uint32_t next;       /* the stay that followed, + 1; 0: none; its enqueue.after_us: from the end of this one */
	struct deed waiting[STAY_DEEDS]; /* after the enqueue: gone, withdraw, place, priority */
	struct deed talking[STAY_DEEDS]; /* after the start of the talk, to the end of wrap-up */
	uint32_t waiting_count, talking_count;
	uint64_t ended_us, talk_us; /* while the journal is read */
};

/* From one start of the box to the next. */
#define EPOCHS_MAX 256
struct epoch {
	uint64_t wall_us;              /* the wall clock at 0 of its belfry clock */
	uint64_t last_us, settings_us; /* its last event, its first settings */
};

struct day {
	struct deed *absolute; /* by epoch and time */
	struct stay *stays;
	struct answer *answers;
	uint32_t absolute_count, stay_count, answer_count, absolute_room, stay_room, answer_room;
	struct deed *times; /* deadlines: when the box worked them off */
	uint32_t time_count, time_room;
	uint32_t again_count;          /* stays of calls that waited once more after an answer that was none */
	struct acd_settings *settings; /* in force at the start; NULL: none */
	uint8_t *state;                /* the scheduler's at the start */
	size_t state_bytes;
	uint64_t *patience_us, *alive; /* Kaplan-Meier: at these waits callers gave up; of 2^32 so many wait longer */
	uint32_t patience_count;
	uint64_t first_us, last_us; /* of the first and of the last epoch */
	struct epoch epochs[EPOCHS_MAX];
	int32_t utc_offset_s;
	struct acd *acd;   /* as it was at the end */
	uint32_t left_out; /* deeds that did not fit */
};

typedef void day_watch(void *user, const struct acd *acd, const struct acd_event *event,
                       const struct acd_decision *decision);
/*
 * Reads the journal and decides it again; watch (may be NULL) sees every event (decision NULL) and decision. -errno:
 * said on standard error.
 */
MUST_CHECK int day_read(struct day *day, const char *path, day_watch *watch, void *user);
void day_free(struct day *day);
/* How long a caller would have waited who waited longer than this; UINT64_MAX: for ever. lot: any 32 bits. */
uint64_t day_patience_us(const struct day *day, uint64_t longer_than_us, uint32_t lot);

#endif
