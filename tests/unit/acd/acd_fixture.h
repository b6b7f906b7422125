/*
 * A scheduler under test: short settings, short events, the decisions of the last event at hand, and after every step
 * the properties that always hold.
 */
#ifndef BELFRY_TEST_ACD_FIXTURE_H
#define BELFRY_TEST_ACD_FIXTURE_H

#include "acd/acd.h"

#define FIXTURE_DECISIONS 4096
#define S                 UINT64_C(1000000) /* microseconds */

struct fixture {
	struct acd *acd;
	struct acd_view *view;
	struct acd_settings *settings; /* being prepared */
	uint64_t now_us, sequence;
	struct acd_decision decisions[FIXTURE_DECISIONS];
	uint32_t count;
	uint32_t member_fill;
};

/* cmocka set-up and tear-down */
int fixture_set_up(void **state);
int fixture_tear_down(void **state);

/* Settings: prepare, fill f->settings->queues[..] as wanted, members by fixture_member(), then apply. */
void fixture_prepare(struct fixture *f, uint32_t queues, uint32_t agents);
void fixture_member(struct fixture *f, uint32_t queue, uint32_t agent, uint8_t penalty);
void fixture_apply(struct fixture *f);
/* One queue, these many agents, all logged in (agent n on port n), nothing else set. */
void fixture_simple(struct fixture *f, uint32_t agents);

/* Events at f->now_us. */
void fixture_event(struct fixture *f, const struct acd_event *event);
void agent_does(struct fixture *f, enum acd_event_type type, acd_agent agent);
void call_does(struct fixture *f, enum acd_event_type type, acd_call call);
void offer_gets(struct fixture *f, enum acd_event_type type, acd_offer offer);
void offer_fails(struct fixture *f, acd_offer offer, enum acd_offer_result result);
void login(struct fixture *f, acd_agent agent, uint16_t port);
void enqueue(struct fixture *f, acd_call call, acd_queue queue);
/* Lets time go on to at_us with nothing but ACD_TIME at every deadline. */
void time_goes(struct fixture *f, uint64_t us);

/* Of the last event: the n-th decision of this type from 0, or NULL. */
const struct acd_decision *decided(const struct fixture *f, enum acd_decision_type type, uint32_t n);
uint32_t decided_count(const struct fixture *f, enum acd_decision_type type);
/* The last event offered this call: to whom. Fails the test if not. */
const struct acd_decision *offered(const struct fixture *f, acd_call call);
void not_offered(const struct fixture *f);
/* Enqueues, rings and connects: the call talks to this agent. */
void talk(struct fixture *f, acd_call call, acd_queue queue, acd_agent agent);
/* The offer rings and the agent lifts: talk begins. */
void answer(struct fixture *f, const struct acd_decision *offer);

const struct acd_agent_view *agent_now(struct fixture *f, acd_agent agent);
const struct acd_queue_view *queue_now(struct fixture *f, acd_queue queue);
void assert_identity(struct fixture *f);

#endif
