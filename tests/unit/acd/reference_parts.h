/* The inside of the plain scheduler: what its files share. See reference.h. */
#ifndef BELFRY_TEST_ACD_REFERENCE_PARTS_H
#define BELFRY_TEST_ACD_REFERENCE_PARTS_H

#include "reference.h"

#define AGENTS 64
#define QUEUES 16
#define CALLS  4096
#define WORKS  4096 /* spells of work that an agent is remembered by */
#define KEPT   32   /* samples of a forecast, outcomes of calls */
#define NEVER  UINT64_MAX

enum phase { GONE, WAITING, RINGING, WON, TALKING };

/* A deadline; of those at one time the one that was set first runs first. */
struct alarm {
	uint64_t at, set; /* at: NEVER: none */
};

struct r_call {
	acd_call id;
	enum phase phase;
	int queue; /* -1: deleted */
	unsigned priority;
	uint64_t arrived, entry, joined, talk;
	uint32_t talk_day;
	bool in_time;
	bool overdue, gathers, transferred;
	unsigned stage;
	struct alarm longest, relax, more, sticky;
	bool unadmitted; /* let in for the grace */
	bool head;
	int bound; /* the agent it is kept for instead of its queue, -1: none */
	bool direct, one_only;
	int direct_for;
	uint64_t bound_since, kept;
	bool rung, told;
	uint32_t low, high;
};
struct r_work {
	uint64_t from, to;
};
struct r_agent {
	bool exists, removed;
	uint32_t number;
	acd_agent index;
	struct acd_agent_settings settings;
	enum acd_state state;
	bool paused, leaving, busy, unplugged, owes;
	unsigned reason, out_reason;
	struct acd_pause pauses[ACD_PAUSES];
	unsigned pause_row;
	uint16_t port;
	uint64_t since, retry_until, idle, missed, talk;
	struct alarm alarm;
	acd_offer offer;
	int call; /* -1 */
	uint32_t calls, direct_calls, login_calls;
	uint64_t turn[QUEUES], count[QUEUES], count_then[QUEUES],
	    talked_then[QUEUES]; /* then: as the box was started */
	bool away[QUEUES];       /* since a restart */
	int member[QUEUES];      /* place in the list, -1: not a member */
	unsigned penalty[QUEUES], weight[QUEUES], share[QUEUES], reserve[QUEUES];
	bool has_share[QUEUES];
	uint64_t talked[QUEUES], work, login, wrap_up, talk_over, state_us[ACD_STATE_COUNT];
	unsigned misses[ACD_MISS_COUNT], missed_here[QUEUES][ACD_MISS_COUNT];
	bool paused_here[QUEUES];
	uint64_t returning; /* logged in for so long, plus 1, when the box was restarted; 0: was not */
	bool was_free;
	uint64_t freed; /* since the last matching: in this order; 0: was not */
	struct r_work works[WORKS];
	unsigned work_count;
};
struct r_samples {
	uint64_t ms[KEPT];
	unsigned count; /* at most KEPT */
};
struct r_queue {
	bool exists;
	acd_queue index;
	struct acd_queue_settings settings;
	struct acd_queue_view counts;
	bool look; /* the rules of leaving are to be looked at */
	uint64_t empty_since;
	struct alarm grace;
	int last; /* place in the list of the agent who was last offered a call, -1: none */
	bool look_reserve, limit_on[ACD_RESERVES];
	unsigned overload;
	struct alarm limit;
	bool served[KEPT]; /* the last calls, in time or not, the newest last */
	unsigned served_count;
	struct r_samples steps, handling;
	uint64_t taken; /* when the last caller was; 0: none yet */
	bool held[KEPT];
	unsigned held_count;
	bool muted;
};
struct reference {
	struct acd_settings settings; /* the counts only */
	int agent_at[AGENTS], queue_at[QUEUES];
	struct r_call calls[CALLS];
	struct r_agent agents[AGENTS];
	struct r_queue queues[QUEUES];
	uint64_t now, order, cause, unexpected, leases, random, wall;
	uint32_t day;
	int32_t utc_offset;
	acd_offer offers;
	int top; /* calls from here on have never been used */
	bool applying;
	acd_emit *emit;
	void *user;
};

/* reference.c */
void ref_out(struct reference *r, struct acd_decision d);
void ref_odd(struct reference *r, const struct acd_event *e);
void ref_set(struct reference *r, struct alarm *alarm, uint64_t at);
uint64_t ref_seeded(uint64_t x);

/* reference_calls.c: callers come and go */
int ref_find_call(const struct reference *r, acd_call id);
acd_queue ref_queue_of(const struct reference *r, int call);
bool ref_first(const struct reference *r, const struct r_call *a, const struct r_call *b);
void ref_leave(struct reference *r, int call, enum acd_exit why);
void ref_drop_call(struct reference *r, int call); /* is in no queue any more */
void ref_join(struct reference *r, int call);
void ref_watch(struct reference *r, struct r_call *c);
void ref_await_relax(struct reference *r, struct r_call *c);
bool ref_waits_in(const struct r_call *c, int queue); /* in the queue's own order, for none of its agents alone */
int ref_next_waiting(const struct reference *r, int queue);
int ref_next_bound(const struct reference *r, int agent, const struct r_call *after); /* NULL: the first */
void ref_accept_again(struct reference *r, int call); /* talked a moment, which was no answer */
void ref_unbind(struct reference *r, struct r_call *c);
void ref_let_go(struct reference *r, int agent); /* who is only kept for it goes to the queue */
void ref_bound_leave(struct reference *r, int agent);
void ref_enqueue(struct reference *r, const struct acd_event *e);
void ref_turned_away(struct reference *r, const struct acd_event *e);
void ref_gone(struct reference *r, const struct acd_event *e);
void ref_withdraw(struct reference *r, const struct acd_event *e);
void ref_priority(struct reference *r, const struct acd_event *e);
void ref_place(struct reference *r, const struct acd_event *e);

/* reference_agents.c: what agents do and wish */
bool ref_rung(const struct reference *r, const struct r_agent *a);
void ref_enter(struct reference *r, struct r_agent *a, enum acd_state state);
void ref_settle(struct reference *r, struct r_agent *a);
void ref_review(struct reference *r, struct r_agent *a);
void ref_tell_agent(struct reference *r, struct r_agent *a);
void ref_watch_pause(struct reference *r, struct r_agent *a);
void ref_on_agent(struct reference *r, const struct acd_event *e);
void ref_agent_due(struct reference *r, struct r_agent *a);

/* reference_offers.c: offers and talk */
void ref_forgive(struct r_agent *a);
/* Of those in a queue who are there (and stay): the least, now and since the box was started; NEVER: nobody is. */
struct r_least {
	uint64_t count, talked, counted_since, talked_since;
};
void ref_least(const struct reference *r, int q, const int *stays, struct r_least *least);
void ref_start_as(struct r_agent *a, int q, const struct r_least *least);
void ref_all_away(struct reference *r, int q);
void ref_all_gone(struct reference *r, int q);
void ref_set_timer(struct reference *r, struct r_agent *a, uint64_t ms);
void ref_tell_offer(struct reference *r, struct r_agent *a, enum acd_decision_type type, enum acd_offer_result how);
void ref_drop(struct reference *r, struct r_agent *a, enum acd_offer_result how);
void ref_cancel_all(struct reference *r, int call, enum acd_offer_result how, const struct r_agent *but);
void ref_on_offer(struct reference *r, const struct acd_event *e);
void ref_on_talk(struct reference *r, const struct acd_event *e);

/* reference_match.c: who is offered which call */
bool ref_takes(const struct reference *r, const struct r_agent *a, int queue);    /* when it is free */
bool ref_can_take(const struct reference *r, const struct r_agent *a, int queue); /* now */
bool ref_able(const struct reference *r, const struct r_agent *a, int queue, unsigned stage);
bool ref_free(const struct r_agent *a);
unsigned ref_free_count(const struct reference *r, int queue);
uint64_t ref_share_used(const struct r_agent *a, int queue);
bool ref_one_by_one(const struct acd_queue_settings *s);
void ref_match(struct reference *r);

/* reference_rules.c: joining and leaving, reserve, fair load */
bool ref_ruled(const struct r_queue *q);
bool ref_may_join(const struct reference *r, int queue);
void ref_send_on(struct reference *r, int queue);
bool ref_has_reserves(const struct r_queue *q);
void ref_reserve_changed(struct r_queue *q);
void ref_served(struct r_queue *q, bool in_time);
void ref_look_at_reserve(struct reference *r, int queue);
void ref_note_work(const struct reference *r, struct r_agent *a);
void ref_rest(const struct reference *r, struct r_agent *a);

/* reference_forecast.c */
void ref_taken(const struct reference *r, const struct r_call *c, struct r_queue *q);
void ref_handled(const struct reference *r, const struct r_call *c, struct r_queue *q);
uint64_t ref_step_ms(const struct reference *r, int queue);
uint64_t ref_handling_ms(const struct r_queue *q);
bool ref_range(const struct reference *r, int queue, uint64_t place, uint32_t *low, uint32_t *high);
void ref_outcome(struct r_queue *q, bool held);
unsigned ref_coverage(const struct r_queue *q);

/* reference_settings.c: settings, a day, a restart */
void ref_settings(struct reference *r, const struct acd_event *e);
void ref_day(struct reference *r, const struct acd_event *e);
void ref_restart(struct reference *r, const struct acd_event *e);

#endif
