/* See same_state.h: settings, field by field. A new field changes the size of its struct, or that does not compile. */
#include "same_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "field_by_field.h"

SIZE_IS(acd_need, 3);
SIZE_IS(acd_relax, 16);
SIZE_IS(acd_member, 6);
SIZE_IS(acd_reserve, 32);
SIZE_IS(acd_queue_settings, 384);
SIZE_IS(acd_agent_settings, 100);
SIZE_IS(acd_settings, 1896);

static const char *skills_differ(const struct acd_queue_settings *a, const struct acd_queue_settings *b)
{
	LOOK_AT(need_count);
	LOOK_AT(relax_count);
	LOOK_AT(skip);
	for (unsigned i = 0; i < ACD_NEEDS_MAX; i++) {
		LOOK_AT(needs[i].skill);
		LOOK_AT(needs[i].level);
		LOOK_AT(needs[i].weight);
	}
	for (unsigned i = 0; i < ACD_RELAX_MAX; i++) {
		LOOK_AT(relax[i].after_ms);
		LOOK_AT(relax[i].skill);
		LOOK_AT(relax[i].level);
	}
	return NULL;
}

static const char *reserves_differ(const struct acd_queue_settings *a, const struct acd_queue_settings *b)
{
	for (unsigned i = 0; i < ACD_RESERVES; i++) {
		LOOK_AT(reserve[i].waiting);
		LOOK_AT(reserve[i].waiting_until);
		LOOK_AT(reserve[i].oldest_ms);
		LOOK_AT(reserve[i].oldest_until_ms);
		LOOK_AT(reserve[i].level);
		LOOK_AT(reserve[i].level_until);
	}
	LOOK_AT(best_count);
	LOOK_AT_ARRAY(best);
	return skills_differ(a, b);
}

static const char *rules_differ(const struct acd_queue_settings *a, const struct acd_queue_settings *b)
{
	LOOK_AT(join_states);
	LOOK_AT(leave_states);
	LOOK_AT(grace_ms);
	LOOK_AT(autopause_after);
	LOOK_AT(autopause_on);
	LOOK_AT(autopause_here);
	LOOK_AT(autopause_delay_ms);
	LOOK_AT(sticky_ms);
	LOOK_AT(share_strict);
	LOOK_AT(direct);
	LOOK_AT(progressive_ms);
	return reserves_differ(a, b);
}

static const char *queues_differ(const struct acd_queue_settings *a, const struct acd_queue_settings *b)
{
	LOOK_AT_ARRAY(name);
	LOOK_AT(strategy);
	LOOK_AT(ring_time_ms);
	LOOK_AT(retry_ms);
	LOOK_AT(wrap_up_ms);
	LOOK_AT(priority);
	LOOK_AT(ageing_ms);
	LOOK_AT(weight);
	LOOK_AT(length_max);
	LOOK_AT(wait_max_ms);
	LOOK_AT(service_level_ms);
	LOOK_AT(short_abandon_ms);
	LOOK_AT(member_count);
	if (a->member_count)
		LOOK_AT(member_first);
	return rules_differ(a, b);
}

static const char *agents_differ(const struct acd_agent_settings *a, const struct acd_agent_settings *b)
{
	LOOK_AT(number);
	LOOK_AT_ARRAY(name);
	LOOK_AT(headset);
	LOOK_AT_ARRAY(level);
	LOOK_AT(own_wrap_up);
	LOOK_AT(wrap_up_ms);
	LOOK_AT(direct_in_turn);
	LOOK_AT(prefer);
	LOOK_AT(occupancy_max);
	LOOK_AT(rest_ms);
	LOOK_AT(ring_time_ms);
	LOOK_AT(retry_ms);
	return NULL;
}

static const char *members_differ(const struct acd_member *a, const struct acd_member *b)
{
	LOOK_AT(agent);
	LOOK_AT(penalty);
	LOOK_AT(weight);
	LOOK_AT(reserve);
	LOOK_AT(share);
	return NULL;
}

static const char *settings_differ(const struct acd_settings *a, const struct acd_settings *b)
{
	LOOK_AT(revision);
	LOOK_AT(queue_count);
	LOOK_AT(agent_count);
	LOOK_AT(member_count);
	LOOK_AT(offer_lease_ms);
	LOOK_AT(choice);
	LOOK_AT(idle_after_wrap_up);
	LOOK_AT(idle_after_pause);
	LOOK_AT(idle_after_own_call);
	LOOK_AT(work_without_wrap_up);
	LOOK_AT(seed);
	LOOK_AT(skill_count);
	LOOK_AT_ARRAY(skills);
	for (unsigned i = 0; i < ACD_REASONS; i++) {
		LOOK_AT(pause_limits[i].after_ms);
		LOOK_AT(pause_limits[i].log_out);
	}
	return NULL;
}

static void assert_none(const char *what, uint32_t which, const char *differs)
{
	if (differs)
		fail_msg("%s %u: %s differs", what, which, differs);
}

void assert_same_settings(const struct acd_settings *a, const struct acd_settings *b)
{
	assert_none("settings", a->revision, settings_differ(a, b));
	for (uint32_t i = 0; i < a->queue_count; i++)
		assert_none("settings of queue", i, queues_differ(&a->queues[i], &b->queues[i]));
	for (uint32_t i = 0; i < a->agent_count; i++)
		assert_none("settings of agent", i, agents_differ(&a->agents[i], &b->agents[i]));
	for (uint32_t i = 0; i < a->member_count; i++)
		assert_none("member", i, members_differ(&a->members[i], &b->members[i]));
}
