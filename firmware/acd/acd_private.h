/*
 * The scheduler's inside: shared by the acd_*.c files of this folder, included by nobody else.
 *
 * Ownership: struct acd owns fixed pools of calls, agents, queues and seats (one agent's place in one queue), all taken
 * in acd_new(). Invariant between events: no queue has both a waiting call and an agent who may be offered it.
 */
#ifndef BELFRY_ACD_PRIVATE_H
#define BELFRY_ACD_PRIVATE_H

#include <stddef.h>

#include "acd/acd.h"
#include "base/timer.h"

struct agent;
struct queue;

/* ---- calls ---- */

enum phase {
	PHASE_FREE,
	PHASE_WAITING, /* in its queue's order */
	PHASE_RINGING, /* at least one offer is out */
	PHASE_WON,     /* an agent has lifted, the talk path is not confirmed yet */
	PHASE_TALKING
};

struct call {
	struct acd *acd;
	acd_call id;
	enum phase phase;
	struct queue *queue; /* NULL: deleted while the call was won or talking */
	uint8_t priority;
	bool overdue;     /* its longest wait passed while an agent was being rung */
	bool transferred; /* counted in another queue first */
	bool gathering;   /* rings all: takes further agents while it rings */
	bool unadmitted;  /* let in for the grace although nobody was there */
	uint64_t arrived_us, entry;
	uint64_t joined_us;       /* this queue */
	uint64_t talk_us;         /* since when an agent has it */
	bool talk_in_time;        /* answered within the service level */
	uint32_t talk_day;        /* of that: it is counted as answered on this day */
	bool head, direct;        /* before all others; for one agent only */
	struct agent *bound;      /* waits for this agent instead of in its queue */
	struct agent *direct_for; /* whom it asked for */
	bool one_only;            /* rings for that agent alone */
	uint64_t bound_us, kept_us;
	struct timer bound_timer;
	bool rung; /* has been offered before */
	bool told; /* a forecast was made when it joined: */
	uint32_t told_low_ms, told_high_ms;
	uint64_t rank_high, rank_low; /* its place in the queue; entry decides between equals */
	uint8_t stage;                /* steps of relaxation taken: those it has waited for, and empty ones behind */
	uint8_t stage_max;            /* in the subtree */
	uint8_t relaxed;              /* steps it has waited for */
	struct call *left, *right;    /* in the queue's order, a treap */
	uint32_t below;               /* size of the subtree */
	uint32_t heat;                /* the treap's heap key */
	struct agent *offered;        /* agents being rung, linked by offer_next */
	struct agent *winner;
	struct timer wait_timer, relax_timer, more_timer;
};

/* ---- agents ---- */

#define LOAD_MINUTES 30

/* How an agent stands, in one piece: copied as it is at each offer (acd_why.c). The last two are noted beside. */
struct standing {
	uint8_t state;
	bool phone_busy, eligible, resting;
	uint8_t reason, missed;
	bool paused;
};

struct agent {
	struct acd *acd;
	struct timer timer;                 /* of the state: lease, ring, wrap-up, retry */
	uint8_t state;                      /* an enum acd_state; from here to reason: struct standing */
	bool phone_busy, eligible, resting; /* resting: retry_until_us is for fair load */
	uint8_t reason;
	bool wish_paused, wish_logout, unplugged;
	bool owes;          /* a disposition: wrap-up is not left */
	uint8_t out_reason; /* of the log-out that is wished for */
	uint32_t missed;    /* offers in a row that came to nothing: for the ranking */
	uint32_t number;
	acd_agent index; /* ACD_NONE: removed from the settings during its last call */
	uint16_t port;
	bool ruled; /* a queue of its looks at the states of its agents */
	bool look_bound, direct_in_turn;
	acd_offer offer; /* 0: none */
	uint32_t seat_count, next_seat_count;
	struct seat **seats, **next_seats; /* next: while settings are replaced */
	struct call *call;
	struct agent *offer_next, *offer_previous;
	struct call *bound; /* treap root: calls that wait for this agent */
	uint64_t since_us, retry_until_us;
	uint64_t idle_order; /* grows with the time at which the idle clock was last started */
	enum acd_prefer prefer;
	uint32_t direct_calls;
	uint32_t login_calls;            /* of both kinds, since login */
	uint32_t misses[ACD_MISS_COUNT]; /* offers missed in a row by kind: for autopause */
	uint64_t talk_ended_us;          /* its last; 0: none since login */
	uint32_t wrap_up_ms;             /* of the present wrap-up */
	uint32_t calls;
	uint64_t talk_us;
	uint64_t returning_us;              /* logged in for so long, plus 1, when the box was restarted; 0: was not */
	uint64_t login_us, work_us;         /* work: from reserved to the end of wrap-up, since login */
	uint64_t state_us[ACD_STATE_COUNT]; /* since login, up to since_us */
	struct acd_pause pauses[ACD_PAUSES];
	uint8_t pause_row; /* of the present pause */
	struct agent *free_next;
	uint32_t load_ms[LOAD_MINUTES]; /* worked in each of the last minutes, if that is limited */
	uint64_t load_minute;
};
#define AGENT_POOL (CONFIG_AGENTS_MAX + CONFIG_CALLS_MAX) /* removed ones talk on: never more than calls */

/* ---- queues ---- */

struct seat {
	struct agent *agent;
	struct queue *queue;
	uint64_t key_high, key_low, key_tie;
	uint32_t ordinal; /* as the settings list the members */
	uint32_t place;   /* in the queue's heap, from 1; 0: not in it */
	uint8_t penalty, weight, reserve, share;
	uint8_t stage;     /* of relaxation at which its levels will do; STAGE_NEVER */
	bool paused;       /* here alone, for missed calls */
	uint32_t handicap; /* sum of weighted levels; smaller is better */
	uint64_t turn;     /* grows with the time of the last offer here */
	uint32_t misses[ACD_MISS_COUNT];
	uint32_t calls, calls_began; /* now; and when the box was started, or as many fewer as the others had then */
	uint64_t talk_us, talk_began_us;
	bool returns; /* logged in when the box was restarted, and not since */
};
#define STAGES      (ACD_RELAX_MAX + 1)
#define STAGE_NEVER UINT8_MAX

struct strategy {
	bool all;                                 /* every agent is rung at once */
	bool skilled;                             /* needs and relaxation apply */
	bool drifts;                              /* the key changes with time: once in each period */
	bool tie_idle;                            /* equals: longest idle, else as listed */
	uint64_t (*key)(const struct seat *seat); /* smallest first, after misses and penalty */
	/* Instead of a key: chosen among the best of misses and penalty when the offer is made. */
	struct seat *(*choose)(struct queue *queue);
	bool weighted;
};
#define DRIFT_PERIOD_US UINT64_C(10000000)

/* A queue's agents who may be offered calls, by ordinal: the best of misses and penalty, and their weights. */
struct pick {
	uint64_t band; /* UINT64_MAX: nobody */
	uint64_t weight;
};

struct heap {
	struct seat **seats;
	uint32_t count;
};

#define FORECAST_SAMPLES 32
struct samples {
	uint32_t ms[FORECAST_SAMPLES];
	uint32_t count; /* ever */
};
struct forecast {
	struct samples steps;    /* between two callers being taken, while others wait */
	struct samples handling; /* talk and wrap-up */
	uint64_t taken_us;
	uint32_t held, told; /* outcomes as bits, the newest lowest; how many ever */
	bool muted;
};

struct queue_counts {
	uint64_t arrived, refused, short_abandoned, answered, abandoned, diverted, cut, answered_within,
	    abandoned_within, wait_answered_us;
};

struct queue {
	struct acd *acd;
	acd_queue index;
	uint32_t name_hash;
	const struct acd_queue_settings *settings;
	const struct strategy *strategy;
	struct call *waiting;   /* treap root */
	struct call *gathering; /* treap root: calls that ring all and take further agents */
	uint32_t bound_count;   /* waiting for one agent, not in the order */
	uint32_t ringing;
	struct seat *seats;
	uint32_t seat_count;
	struct heap heaps[STAGES]; /* all but skills use the first */
	uint32_t free_count;       /* agents in the heaps or in the picks */
	uint64_t keyed_period;     /* drifting keys are as of this period */
	struct pick *picks;        /* a tree: [1] all, [size + ordinal] one */
	uint32_t pick_size;
	uint32_t last_offered;      /* ordinal + 1 of the last one offered a call; 0: none */
	uint32_t next_last_offered; /* while settings are replaced */
	struct call *candidate;     /* while matching */
	bool candidate_waits;
	uint32_t staffed;
	uint32_t staffed_at[STAGES]; /* those whose levels will do from this stage on */
	uint32_t working;            /* agents who take calls, are on one or in wrap-up */
	struct forecast forecast;
	/* Who may join and who must leave, by what the agents do (acd_leave.c). */
	bool ruled, look_leave;
	uint32_t in_state[ACD_STATE_COUNT];
	uint64_t leave_since_us, unadmitted_until_us;
	/* Reserve agents (acd_reserve.c). */
	bool reserves, look_reserve;
	uint8_t reserve_on, overload;  /* a bit a level; the level in force */
	uint32_t served, served_count; /* the last calls, in time or not, as bits; how many ever */
	struct timer reserve_timer;
	struct timer leave_timer;
	bool marked;                   /* on the list of queues to match */
	struct queue_counts counts[2]; /* [1]: of calls transferred from another queue */
	uint64_t exits[ACD_EXIT_COUNT];
	struct queue *free_next;
};
#define SEATS_MAX ((uint32_t)CONFIG_AGENTS_MAX * CONFIG_QUEUES_PER_AGENT_MAX)

/* ---- a map from numbers to pointers: open addressing, fixed size ---- */

struct map_slot {
	uint32_t key; /* 0: empty */
	void *value;
};
struct map {
	struct map_slot *slots;
	uint32_t mask, shift;
};
MUST_CHECK int map_new(struct map *map, uint32_t entries);
void map_free(struct map *map);
void *map_get(const struct map *map, uint32_t key);
void map_put(struct map *map, uint32_t key, void *value);
void map_remove(struct map *map, uint32_t key);

/* ---- an offer, noted as it is in few bytes; what it means is worked out for who asks ---- */

struct why_member {
	uint64_t value; /* of who may be offered calls: its key here; of others: when the timer of its state ends */
	struct standing standing;
};
struct why {
	uint64_t at_us, cause_sequence, waited_us, kept_us;
	acd_call call;
	acd_offer offer;
	uint32_t agent_number, waiting, ageing_ms;
	uint32_t shares_used; /* members whose share of talk is used up, as bits */
	acd_queue queue;
	uint16_t chosen; /* ordinal of the first of members, the others follow as listed; WHY_NOBODY: all as listed */
	uint16_t last_offered; /* of the queue, before */
	uint8_t priority, stage, overload;
	bool direct, alone; /* alone: one agent was asked for, nobody was compared */
	struct why_member members[ACD_WHY_AGENTS];
};
#define WHY_NOBODY UINT16_MAX
/* What the settings say of a queue and its members: looked up there, kept only when the settings are replaced. */
struct why_listed {
	uint32_t number;
	uint8_t penalty, stage, reserve;
};
struct why_queue {
	char name[ACD_NAME_BYTES];
	enum acd_strategy strategy;
	uint32_t seat_count;
	struct why_listed listed[ACD_WHY_AGENTS]; /* in the order of the note's members */
};

/* ---- the scheduler ---- */

struct acd {
	uint64_t now_us, cause_sequence, unexpected, leases_expired;
	uint64_t order, order_base; /* next_order(): the last one, and where this start of the box began */
	acd_offer last_offer;
	acd_emit *emit;
	void *user;
	struct acd_settings *settings;
	struct timers *timers;
	struct map calls_by_id, agents_by_offer, agents_by_port, agents_by_number;
	struct call *call_pool, *free_calls; /* free calls are linked by left */
	struct agent *agent_pool, *free_agents;
	struct queue *queue_pool, *free_queues;
	struct agent **agents; /* by index in the settings */
	struct queue **queues, **next_queues;
	uint32_t agent_count, queue_count;
	struct seat *seats, *spare_seats;
	struct pick *pick_space;
	uint64_t random;
	uint64_t wall_us; /* when the belfry clock was 0; 0: not known */
	int32_t utc_offset_s;
	uint32_t day; /* whose counters these are */
	struct seat **heap_space, **agent_seats, **spare_agent_seats;
	uint32_t *last_queue;  /* by agent: while members are checked */
	struct queue **marked; /* a heap while they are matched */
	uint32_t marked_count;
	struct why *why;             /* a ring of the last offers */
	uint64_t *why_ties;          /* beside it, ACD_WHY_AGENTS each: where the strategy has a tie by time */
	struct why_queue *why_queue; /* beside it: of those before why_settled */
	uint64_t why_count, why_settled;
	struct call **call_space; /* for calls found in a walk, CONFIG_CALLS_MAX */
	bool look_reserve;
	struct agent **bound_agents; /* may be free for a call of their own: to be looked at */
	uint32_t bound_agent_count;
	bool look_leave; /* a queue's rules of leaving are to be looked at */
	bool applying;   /* settings are being replaced: nothing is matched until all is in place */
};

/* acd.c */
void emit(struct acd *acd, struct acd_decision *decision); /* stamps it */
void unexpected(struct acd *acd, const struct acd_event *event);
/* Greater each time; and the time since the box was started, if that is later, so that an order tells its time. */
static inline uint64_t next_order(struct acd *acd)
{
	uint64_t by_clock = acd->order_base + acd->now_us;
	acd->order = acd->order < by_clock ? by_clock : acd->order + 1;
	return acd->order;
}

/* acd_agent.c */
void agent_event(struct acd *acd, const struct acd_event *event);
void agent_init(struct acd *acd, struct agent *agent);
struct agent *agent_take(struct acd *acd, uint32_t number);
void agent_remove(struct agent *agent); /* no longer in the settings: at once, or after its call */
void agent_enter(struct agent *agent, enum acd_state state);
void agent_settle(struct agent *agent); /* no duty left: into the state that wishes and telephone call for */
void agent_tell(struct agent *agent);
void agent_review(struct agent *agent);                                           /* may it be offered calls? */
struct seat *agent_seat_in(const struct agent *agent, const struct queue *queue); /* NULL: does not serve it */
void agent_staffs(struct agent *agent, bool staffed);
void agent_watch_pause(struct agent *agent); /* (re)starts the longest pause for its reason */
void agent_answers(struct agent *agent);     /* offers missed so far are forgiven */

/* acd_waiting.c: calls in order of priority, arrival, entry */
void waiting_rank_call(struct call *call);                             /* works out its place, before it is inserted */
void waiting_sort(struct call **root);                                 /* after settings have changed */
void waiting_skip(struct call *root);                                  /* call_skip() for all, who keep their places */
struct call *waiting_first_at(const struct call *root, uint8_t stage); /* who has come so far in relaxation */
bool call_more_urgent(const struct call *a, const struct call *b);     /* of different queues, now */
void waiting_insert(struct call **root, struct call *call);
void waiting_remove(struct call **root, struct call *call);
struct call *waiting_first(const struct call *root);
uint32_t waiting_count(const struct call *root);
uint32_t waiting_rank(const struct call *root, const struct call *call);      /* from 1 */
uint32_t waiting_list(struct call *root, struct call **list, uint32_t count); /* in order; how many there are then */

/* acd_seats.c: a queue's agents who may be offered calls, best first */
void seat_push(struct seat *seat);
void seat_remove(struct seat *seat);
/* May draw lots: call it once per offer. NULL: nobody at this stage. */
struct seat *seat_best(struct queue *queue, uint8_t stage);
uint8_t seats_stage(const struct queue *queue); /* the least stage at which somebody is free */
bool seat_takes_calls(const struct seat *seat); /* its agent is offered calls of the queue when free */
bool share_is_used_up(const struct seat *seat); /* and the queue is not to have more than it */
uint64_t share_used(const struct seat *seat);   /* of its share of the agent's talk; 65536: all of it */
const struct strategy *strategy_find(enum acd_strategy strategy);

/* acd_pick.c: the same without a lasting order */
void pick_put(struct seat *seat, uint64_t band, uint64_t weight);
void pick_out(struct seat *seat);
struct seat *pick_next(struct queue *queue);
struct seat *pick_lot(struct queue *queue);
uint32_t pick_size(uint32_t seats);
uint64_t random_start(uint64_t seed);

/* acd_skill.c */
bool skills_fit(const struct acd_settings *settings);
void seat_qualify(struct seat *seat, const struct acd_agent_settings *agent);
void call_restage(struct call *call); /* as of now */
void call_skip(struct call *call);    /* past levels in which nobody is logged in */
/* 1: its agent has logged in, -1: out. True: it is the first one at its level, or was the last. */
bool seat_staff(struct seat *seat, int by);

/* acd_queue.c */
void queue_enqueue(struct acd *acd, const struct acd_event *event);
void queue_turned_away(struct acd *acd, const struct acd_event *event);
void queue_gone(struct acd *acd, const struct acd_event *event);
void queue_withdraw(struct acd *acd, const struct acd_event *event);
void queue_priority(struct acd *acd, const struct acd_event *event);
void queue_return(struct call *call); /* its last offer has failed: back to its place */
void queue_answered(struct call *call);
void queue_unanswered(struct call *call); /* it was no answer: back to its place */
void call_init(struct acd *acd, struct call *call);
void call_exit(struct call *call, enum acd_exit why);
void call_release(struct call *call);
void call_join(struct call *call);  /* waits from now on */
void call_watch(struct call *call); /* (re)starts its longest wait */
void call_relax(struct call *call); /* (re)starts the wait for its next step of relaxation */
void call_gather_no_more(struct call *call);
void call_gather_later(struct call *call); /* progressive ring: the next telephone after a while */

/* acd_leave.c: who may join and who must leave, by what the agents do */
bool leave_may_join(const struct queue *queue);
void leave_joined(struct call *call);
void leave_agent_moved(const struct agent *agent, enum acd_state from, enum acd_state to);
void leave_run(struct acd *acd);
void leave_init(struct queue *queue);
void leave_settings(struct acd *acd);

/* acd_forecast.c */
void forecast_taken(const struct call *call); /* it leaves the order of those who wait, for its first offer */
void forecast_handled(const struct call *call);
void forecast_answered(const struct call *call);
void forecast_given_up(const struct call *call);
void forecast_tell(struct call *call, uint32_t place);
bool forecast_range(const struct queue *queue, uint32_t place, uint32_t *low_ms, uint32_t *high_ms);
uint64_t forecast_step_ms(const struct queue *queue);     /* mean between two callers; 0: not known */
uint64_t forecast_handling_ms(const struct queue *queue); /* mean talk and wrap-up; 0: not known */
uint32_t forecast_coverage(const struct queue *queue);
void forecast_agent_moved(const struct agent *agent, enum acd_state from, enum acd_state to);
void forecast_count(struct queue *queue);
void queue_place(struct acd *acd, const struct acd_event *event);

/* acd_bound.c: calls for one agent */
struct call **call_root(struct call *call); /* the order in which it waits */
void bound_init(struct call *call);
void bound_take(struct call *call, struct agent *agent); /* a call comes in: is it to wait for this agent? */
void bound_wait(struct call *call);
void bound_again(struct call *call);
void bound_release(struct call *call);
void bound_agent_free(struct agent *agent);
void bound_let_go(struct agent *agent);
void bound_leave(struct agent *agent);
void bound_clear_queue(struct queue *queue);
void bound_run(struct acd *acd, bool in_turn); /* in_turn: only those who come before the agents' queues */

/* acd_reserve.c: agents who help when a queue is overloaded */
void reserve_run(struct acd *acd);
void reserve_changed(struct queue *queue); /* somebody waits more, or less */
void reserve_served(struct queue *queue, bool in_time);
void reserve_init(struct queue *queue);
void reserve_settings(struct acd *acd);

/* acd_level.c: who comes late starts level with those who are there */
struct level {
	uint32_t agents, calls, calls_since; /* how many are there; the fewest calls, and since the start of the box */
	uint64_t talk_us, talk_since_us;     /* the least talk, likewise */
};
void level_add(struct level *level, const struct seat *seat);
void level_start(const struct level *level, struct seat *seat);
void level_join(struct seat *seat);      /* its agent logs in: is not there yet */
void level_leave(struct queue *queue);   /* the box was restarted: before all are logged out ... */
void level_restart(struct queue *queue); /* ... and after */

/* acd_load.c: fair load */
void load_worked(struct agent *agent);
void load_forget(struct agent *agent);
void load_rest(struct agent *agent, enum acd_state from);

/* acd_prefer.c */
struct seat *prefer_seat(const struct agent *agent, struct call **best); /* NULL: nobody it may take waits */
struct queue *best_queue(struct queue *queue, bool (*admits)(const struct queue *queue));

/* acd_match.c */
void match_mark(struct queue *queue);
void match_run(struct acd *acd);

/* acd_offer.c */
void wrap_up_begin(struct agent *agent);
void offer_event(struct acd *acd, const struct acd_event *event);
void talk_event(struct acd *acd, const struct acd_event *event);
void offer_make(struct call *call, struct agent *agent, struct seat *seat); /* seat NULL: a direct call */
void offer_deadline(struct agent *agent);
void offer_cancel_all(struct call *call, enum acd_offer_result result, const struct agent *but);
/* The agent can no longer be rung for it; the call goes to somebody else. */
void offer_drop(struct agent *agent, enum acd_offer_result result);
bool offer_pending(const struct agent *agent); /* rung, not yet lifted */

/* acd_why.c */
void why_note(const struct call *call, const struct agent *agent, const struct seat *chosen); /* NULL: direct */
void why_settle(struct acd *acd); /* before queues and members are replaced */

/* acd_day.c */
void restart_event(struct acd *acd, const struct acd_event *event);
void day_event(struct acd *acd, const struct acd_event *event);

/* acd_settings.c */
void settings_event(struct acd *acd, const struct acd_event *event);

#endif
