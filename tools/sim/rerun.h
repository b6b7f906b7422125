/*
 * A day once more, under other rules or with other agents. What is not known from the day (the talk with a caller who
 * then gave up, how an agent takes an offer that was then not made) is drawn from what the same queue and agent did,
 * always alike for one journal.
 */
#ifndef BELFRY_SIM_RERUN_H
#define BELFRY_SIM_RERUN_H

#include "tools/sim/day.h"
#include "tools/sim/measures.h"

struct change {
	/* Changes settings in place or replaces them; false: they do not fit (said on standard error). NULL: as is. */
	bool (*settings)(void *user, struct acd_settings **settings);
	/* Deeds of agents: false: left out. NULL: all. */
	bool (*agent)(void *user, const struct day *day, const struct deed *deed);
	void *user;
	struct deed *more; /* further deeds by time: agents who come in addition */
	uint32_t more_count;
};

/* 0, -ENOMEM, or -EINVAL: the scheduler refuses the settings (said). */
MUST_CHECK int rerun(struct day *day, const struct change *change, struct measures *measures);

#endif
