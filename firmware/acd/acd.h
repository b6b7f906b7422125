/*
 * The scheduler: queues, agents, waiting calls. Pure: an event with its time stamp goes in, decisions come out.
 *
 * acd_decide() reads no clock, file or socket, allocates nothing after acd_new() and never blocks; the same events
 * always give the same decisions, so a journal of events replays byte for byte. acd_actor.h runs it on its thread.
 *
 * Life of a call here: ENQUEUE -> (ACCEPTED | REFUSED) -> offers (OFFER .. OFFER_CANCEL) -> WINNER (an agent lifted,
 * the talk path may be cut through) -> TALK_ENDED, or an exit. Every call that was accepted leaves by exactly one
 * terminal decision or event: WINNER then talk ended, GONE (abandoned), EXIT (time-out, left empty, withdrawn).
 * Life of an agent: logged out -> ready -> reserved -> ringing -> talking -> wrap-up -> ready. Wish (what the agent
 * asked for) and fact (what the agent is doing) are kept apart: a pause asked for while talking takes effect after.
 *
 * An event that does not fit (answer after cancel, second login, unknown call) is counted, reported as UNEXPECTED and
 * changes nothing.
 */
#ifndef BELFRY_ACD_ACD_H
#define BELFRY_ACD_ACD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "config_limits.h"

typedef uint32_t acd_call;  /* the call's id, unique for ever on this box; 0: none */
typedef uint16_t acd_agent; /* index in acd_settings.agents; ACD_NONE: none */
typedef uint16_t acd_queue; /* index in acd_settings.queues */
typedef uint32_t acd_offer; /* numbered from 1 */
#define ACD_NONE UINT16_MAX

/* ---- settings: plain data; replaced as a whole by ACD_SETTINGS, objects are matched by number / name ---- */

enum acd_strategy {
	ACD_RING_ALL,
	ACD_LINEAR,
	ACD_CIRCULAR,
	ACD_LONGEST_IDLE,
	ACD_LEAST_OCCUPIED,
	ACD_FEWEST_CALLS,
	ACD_LEAST_TALK,
	ACD_ROUND_ROBIN,
	ACD_RANDOM,
	ACD_WEIGHTED_RANDOM,
	ACD_SKILLS,
	ACD_ALLOCATION, /* whose share of talk for this queue is most behind */
	ACD_STRATEGY_COUNT
};
extern const char *const acd_strategy_names[ACD_STRATEGY_COUNT];
/* False: named, but not in this build. Settings that name it are refused as a whole. */
bool acd_strategy_available(enum acd_strategy strategy);

#define ACD_NAME_BYTES 32

/* Skills are named once and then known by their index; level 1 is best, 16 least, 0: the agent has it not. */
#define ACD_SKILLS_MAX         32
#define ACD_NEEDS_MAX          8
#define ACD_RELAX_MAX          8
#define ACD_LEVEL_WORST        16
#define ACD_RELAX_AFTER_MAX_MS UINT64_C(86400000)

struct acd_need {
	uint8_t skill, level; /* who has this level or better */
	uint8_t weight;       /* of its level in the ranking; 0 as 1 */
};

/* From after_ms of waiting on this level will do. In order of time; never narrower than before. */
/* Levels of a queue in which nobody is logged in: are they waited for? */
enum acd_skip {
	ACD_SKIP_NEVER,
	ACD_SKIP_STEPS, /* a step of relaxation that lets in nobody is followed by the next one at once */
	ACD_SKIP_ALL,   /* so is what the queue needs before any step */
	ACD_SKIP_COUNT
};
struct acd_relax {
	uint64_t after_ms;
	uint8_t skill, level;
};

struct acd_member {
	acd_agent agent;
	uint8_t penalty;
	uint8_t weight;  /* of weighted-random; 0 as 1 */
	uint8_t reserve; /* takes calls of this queue only from this overload level on; 0: always */
	uint8_t share;   /* percent of the agent's talk that this queue is to have; 0: no share */
};

#define ACD_RESERVES 2
/* An overload level: on when one of the limits is reached, off when all are at their lower marks. 0: no limit. */
struct acd_reserve {
	uint32_t waiting, waiting_until;
	uint64_t oldest_ms, oldest_until_ms; /* of who is next */
	uint8_t level, level_until;          /* percent of the last calls answered in time: below, back at */
};

#define ACD_BEST_MAX 8

/* Which offers that came to nothing count for autopause. */
enum acd_miss { ACD_MISS_ANY, ACD_MISS_NO_ANSWER, ACD_MISS_BUSY, ACD_MISS_COUNT };

struct acd_queue_settings {
	char name[ACD_NAME_BYTES];
	enum acd_strategy strategy;
	uint32_t ring_time_ms, retry_ms, wrap_up_ms;
	uint8_t priority;     /* 1 first .. 10 */
	uint64_t ageing_ms;   /* a caller gains one step of priority in each; 0: off */
	uint32_t weight;      /* among callers of one priority a wait counts so many times; 0 as 1 */
	uint32_t length_max;  /* waiting and ringing; 0: the build's limit */
	uint64_t wait_max_ms; /* 0: none */
	uint32_t service_level_ms, short_abandon_ms;
	/* Masks of ACD_STATE_BIT. Join: refused unless an agent is in one of them; leave: waiting calls exit while
	 * every agent is in one of them. 0: always, never. grace_ms: a call is kept so long nevertheless. */
	uint16_t join_states, leave_states;
	uint32_t grace_ms;
	uint8_t autopause_after; /* offers missed in a row, then the agent is paused; 0: off */
	enum acd_miss autopause_on;
	bool autopause_here;         /* only this queue's misses count, and only here is the agent paused */
	uint32_t autopause_delay_ms; /* not within so long after the end of the agent's last call */
	uint32_t sticky_ms;          /* a caller is kept so long at most for the agent named at ENQUEUE; 0: off */
	struct acd_reserve reserve[ACD_RESERVES];
	uint8_t best_count; /* a call goes to the one of these queues where it is expected to wait least */
	acd_queue best[ACD_BEST_MAX];
	bool share_strict;       /* percent-allocation: whose share is used up is offered no call of the queue */
	bool direct;             /* calls for one agent each, who need be no member */
	uint32_t progressive_ms; /* ring-all: one telephone, then one more after each; 0: all at once */
	uint32_t member_first, member_count; /* in acd_settings.members */
	/* strategy skills */
	uint8_t need_count, relax_count;
	struct acd_need needs[ACD_NEEDS_MAX];
	struct acd_relax relax[ACD_RELAX_MAX];
	enum acd_skip skip;
};

#define ACD_REASON_MISSED     255 /* paused by the scheduler: autopause_after offers missed */
#define ACD_REASON_NOT_TAKEN  254 /* paused or logged out: lifted, and the call was not taken with its key */
#define ACD_REASON_PAUSE_OVER 253 /* logged out by the scheduler: the longest pause is over */

/* Which caller a freed agent takes among those of several queues. */
enum acd_prefer {
	ACD_PREFER_SYSTEM, /* as the system's choice says, and only if no other agent is better */
	ACD_PREFER_NEED,
	ACD_PREFER_SKILL,
	ACD_PREFER_OBJECTIVE,
	ACD_PREFER_PREDICTED,
	ACD_PREFER_SHARE,
	ACD_PREFER_COUNT
};

struct acd_agent_settings {
	uint32_t number; /* "agent 101" */
	char name[ACD_NAME_BYTES];
	bool headset;                  /* answer headset: stays off-hook (not in the first release of the scheduler) */
	uint8_t level[ACD_SKILLS_MAX]; /* by skill; 0: none */
	bool own_wrap_up;              /* wrap_up_ms instead of the queue's */
	uint32_t wrap_up_ms;
	bool direct_in_turn; /* direct calls by urgency among those of the agent's queues; else before them */
	enum acd_prefer prefer;
	uint8_t occupancy_max; /* percent of the last 30 minutes; 0: no limit */
	uint32_t rest_ms;      /* after each call */
	uint32_t ring_time_ms; /* of this agent, wherever it sits; 0: the queue's */
	uint32_t retry_ms;     /* after an offer that came to nothing, at least; 0: the queue's alone */
};

/* How long a pause of this reason may last, and what then: ready again, or logged out. */
#define ACD_REASONS 100
struct acd_pause_limit {
	uint32_t after_ms; /* 0: as long as the agent likes */
	bool log_out;
};

/* Among callers of one priority in several queues of a freed agent. */
enum acd_choice {
	ACD_CHOICE_LONGEST_WAIT,
	ACD_CHOICE_SERVICE_OBJECTIVE, /* who has used up most of the queue's service-level threshold */
	ACD_CHOICE_COUNT
};
extern const char *const acd_choice_names[ACD_CHOICE_COUNT];

struct acd_settings {
	uint32_t revision;
	uint32_t queue_count, agent_count, member_count;
	struct acd_queue_settings *queues;
	struct acd_agent_settings *agents;
	struct acd_member *members;
	uint32_t offer_lease_ms; /* reserved, but no ringing reported: the reservation ends */
	enum acd_choice choice;
	/* The idle clock starts anew at the end of these too; else they count as idle. */
	bool idle_after_wrap_up, idle_after_pause, idle_after_own_call;
	bool work_without_wrap_up;                        /* least-occupied: wrap-up is no work */
	struct acd_pause_limit pause_limits[ACD_REASONS]; /* by reason */
	uint64_t seed; /* of random and weighted-random; the sequence starts anew when it changes */
	uint32_t skill_count;
	char skills[ACD_SKILLS_MAX][ACD_NAME_BYTES];
};

/* ---- states and reasons ---- */

enum acd_state {
	ACD_LOGGED_OUT,
	ACD_PAUSED,
	ACD_READY,
	ACD_RESERVED,
	ACD_RINGING,
	ACD_TALKING,
	ACD_HOLD,
	ACD_WRAP_UP,
	ACD_UNPLUGGED,
	ACD_STATE_COUNT
};
extern const char *const acd_state_names[ACD_STATE_COUNT]; /* as settings.md spells them */
#define ACD_STATE_BIT(state) ((uint16_t)(1u << (state)))
#define ACD_STATES_ALL       ((uint16_t)((1u << ACD_STATE_COUNT) - 1))
#define ACD_STATES_STAFFED   ((uint16_t)(ACD_STATES_ALL & ~ACD_STATE_BIT(ACD_LOGGED_OUT)))

enum acd_offer_result {
	ACD_OFFER_ANSWERED,
	ACD_OFFER_NO_ANSWER,
	ACD_OFFER_BUSY,
	ACD_OFFER_DECLINED,
	ACD_OFFER_CANCELLED,
	ACD_OFFER_LOST_RACE,
	ACD_OFFER_RESULT_COUNT
};
extern const char *const acd_offer_result_names[ACD_OFFER_RESULT_COUNT];

enum acd_exit {
	ACD_EXIT_NONE,
	ACD_EXIT_FULL,        /* refused: queue at its length limit */
	ACD_EXIT_JOIN_EMPTY,  /* refused, or kept for the grace: no agent in a state of `join` */
	ACD_EXIT_LEAVE_EMPTY, /* left: every agent in a state of `leave` */
	ACD_EXIT_MAX_WAIT,
	ACD_EXIT_WITHDRAWN, /* taken out by request of the supervisor, or for no reason given */
	ACD_EXIT_NO_QUEUE,  /* the queue was deleted, or never was */
	ACD_EXIT_LIMIT,     /* refused: the build's limit of waiting calls */
	ACD_EXIT_KEY,       /* taken out: the caller has pressed a key */
	ACD_EXIT_OVERFLOW,  /* taken out: overflow */
	ACD_EXIT_CLOSED,    /* taken out: the queue has closed */
	ACD_EXIT_COUNT
};
extern const char *const acd_exit_names[ACD_EXIT_COUNT];

/* ---- events in ---- */

enum acd_event_type {
	ACD_SETTINGS,    /* settings: ownership passes to acd; freed with acd_settings_free() when replaced. UNEXPECTED:
	                    not consistent, or a strategy that is not available; nothing changed */
	ACD_AGENT_LOGIN, /* agent, port (where the agent sits: the driver channel of a telephone, or
	                    any other number that the sender knows a place by). A telephone that is still off the hook:
	                    PHONE_BUSY goes before, or the agent is offered a call at once */
	ACD_AGENT_LOGOUT, /* reason: kept until the next log-in; 0: none */
	ACD_AGENT_PAUSE,  /* reason */
	ACD_AGENT_READY,  /* ends pause; in wrap-up: ends wrap-up too */
	ACD_AGENT_WRAP_UP_END,
	ACD_AGENT_WRAP_UP_MORE, /* wrap-up begins anew and lasts as long again */
	ACD_AGENT_PHONE_BUSY,   /* the agent's telephone is in other use (own call, off the hook): do not offer */
	ACD_AGENT_PHONE_FREE,
	ACD_AGENT_UNPLUGGED, /* telephone left off the hook or line fault: not offered until PHONE_FREE */
	ACD_AGENT_OWES,      /* of a call before a restart, say, a disposition is owed: wrap-up until SETTLED */
	ACD_AGENT_SETTLED,   /* the disposition was given, or is wanted no more: wrap-up ends when its time is over */
	ACD_ENQUEUE,  /* call, queue, priority (0: the queue's), arrived_us (kept through overflow), transferred, head;
	                 agent: whom it is kept for, or for whom alone, or ACD_NONE */
	ACD_GONE,     /* call: the caller has hung up (in any state before talk) */
	ACD_WITHDRAW, /* call: take it out; EXIT unless it is already won. reason: an enum acd_exit from KEY on, else
	                 WITHDRAWN */
	ACD_PRIORITY, /* call, priority from 1: at once; 0: to the head of its queue */
	ACD_PLACE,    /* call: PLACE is decided, with its position and forecast as of now */
	ACD_OFFER_RINGING, /* offer: the telephone rings */
	ACD_OFFER_ANSWER,  /* offer: the agent has lifted */
	ACD_OFFER_FAILED,  /* offer: result busy, declined, no answer (the telephone could not be rung). After
	                      WINNER: the agent has dropped before the talk path was confirmed. reason: ACD_FAILED_... */
	ACD_TALK_STARTED,  /* call: talk path confirmed */
	ACD_TALK_HOLD,     /* call: agent has put the caller on hold */
	ACD_TALK_RESUMED,
	ACD_TALK_ENDED, /* call: the agent's part is over; wrap-up begins; reason: an enum acd_talk_end */
	ACD_TIME,       /* nothing but time: deadlines up to at_us are due */
	ACD_DAY, /* day, arrived_us: wall clock (UTC) now, utc_offset_s. Another day than before: its counters begin */
	ACD_RESTART,     /* at_us: of the new clock, arrived_us: wall clock. All calls are gone, all agents logged out;
	                    counters and turns go on */
	ACD_TURNED_AWAY, /* call, queue, transferred, reason (an acd_exit): kept out by the sender (closed, a limit of
	                    calls); counted as arrived and refused, nothing is decided */
	ACD_EVENT_COUNT
};
extern const char *const acd_event_names[ACD_EVENT_COUNT];

/* ACD_OFFER_FAILED's reason, a mask. */
#define ACD_FAILED_UNCOUNTED 1 /* it does not count for autopause */
#define ACD_FAILED_LIFTED    2 /* the telephone is still lifted: not offered until PHONE_FREE */

/* How an agent's part in a call ends: ACD_TALK_ENDED's reason. */
enum acd_talk_end {
	ACD_TALK_OVER,
	ACD_TALK_GIVEN_BACK, /* the call goes back to the queue, and this agent rests a moment */
	ACD_TALK_OWES,       /* as OVER; wrap-up is not left before ACD_AGENT_SETTLED, whatever its length */
	ACD_TALK_DROPPED     /* lifted and put down at once: it was no answer. The call has its place back (ACCEPTED),
	                        nothing is counted but an offer that was declined, and this agent rests a moment */
};

struct acd_event {
	enum acd_event_type type;
	uint64_t at_us;
	uint64_t sequence; /* given by the actor, gap-free: the journal's number */
	acd_call call;
	acd_queue queue;
	acd_agent agent;
	acd_offer offer;
	uint16_t port;
	uint8_t priority, reason;
	bool transferred; /* ENQUEUE: another queue has counted this call already */
	bool head;        /* ENQUEUE: before all others; for a call that an agent gives back */
	enum acd_offer_result result;
	uint64_t arrived_us;
	uint32_t day; /* YYYYMMDD in the box's time zone */
	int32_t utc_offset_s;
	struct acd_settings *settings;
};

/* ---- decisions out ---- */

enum acd_decision_type {
	ACD_D_ACCEPTED,      /* call is waiting; position, low_ms and high_ms of the wait forecast (both 0: none) */
	ACD_D_REFUSED,       /* call did not get in: exit */
	ACD_D_OFFER,         /* ring this agent's telephone for ring_ms: offer, call, agent, port, queue */
	ACD_D_OFFER_CANCEL,  /* stop ringing: result says why (no-answer, cancelled, lost-race; declined: the agent has
	                        paused or logged out; busy). After WINNER: release the agent's telephone */
	ACD_D_WINNER,        /* connect call and agent now; all other offers of the call were cancelled before */
	ACD_D_PLACE,         /* position (0: it is being rung), low_ms, high_ms from now on (both 0: none) */
	ACD_D_EXIT,          /* call leaves the queue: exit; the treatment follows */
	ACD_D_AGENT_STATE,   /* agent (ACD_NONE: one removed from the settings) is now in state; wish_paused, reason */
	ACD_D_AGENT_REFUSED, /* login, logout, pause... refused: why */
	ACD_D_UNEXPECTED,    /* the event did not fit and changed nothing */
	ACD_D_COUNT
};
extern const char *const acd_decision_names[ACD_D_COUNT];

enum acd_refusal {
	ACD_REFUSAL_NONE,
	ACD_REFUSAL_UNKNOWN_AGENT,
	ACD_REFUSAL_ALREADY_LOGGED_IN,
	ACD_REFUSAL_PORT_IN_USE,
	ACD_REFUSAL_NOT_LOGGED_IN,
	ACD_REFUSAL_COUNT
};
extern const char *const acd_refusal_names[ACD_REFUSAL_COUNT];

struct acd_decision {
	enum acd_decision_type type;
	uint64_t at_us;
	uint64_t cause_sequence; /* the event that led to it */
	uint32_t revision;       /* of the settings that agent and queue are indices in */
	acd_call call;
	acd_queue queue;
	acd_agent agent;
	acd_offer offer;
	uint16_t port;
	uint32_t ring_ms;
	uint32_t position;        /* from 1 */
	uint32_t low_ms, high_ms; /* the wait forecast */
	uint64_t kept_us;         /* OFFER, WINNER: how long it was kept for one agent */
	enum acd_offer_result result;
	enum acd_exit exit;
	enum acd_state state;
	enum acd_refusal refusal;
	bool wish_paused;
	uint8_t reason;
};

struct acd;
typedef void acd_emit(void *user, const struct acd_decision *decision);

/* Takes all memory there will ever be. */
MUST_CHECK int acd_new(struct acd **out);
void acd_free(struct acd *acd);

/* One event in, zero or more decisions out, in order. Deadlines before event->at_us are worked off first. */
void acd_decide(struct acd *acd, const struct acd_event *event, acd_emit *emit, void *user);

/* Of the last event decided. */
uint64_t acd_sequence(const struct acd *acd);

/* When it next wants an ACD_TIME, or UINT64_MAX. */
uint64_t acd_next_deadline_us(const struct acd *acd);

/* Settings are built by the sender: one allocation, released by acd_settings_free(). */
MUST_CHECK int acd_settings_new(struct acd_settings **out, uint32_t queues, uint32_t agents, uint32_t members);
void acd_settings_free(struct acd_settings *settings);
MUST_CHECK int acd_settings_copy(struct acd_settings **out, const struct acd_settings *settings);

/* ---- what is shown ---- */

#define ACD_PAUSES        12
#define ACD_REASON_OTHERS 252
struct acd_pause {
	uint8_t reason;
	uint32_t count; /* intervals; 0: this row and those behind it are not in use */
	uint64_t us;    /* of those that have ended */
};

struct acd_agent_view {
	uint32_t number;
	char name[ACD_NAME_BYTES];
	enum acd_state state;
	bool wish_paused;
	bool phone_busy; /* ready, but the telephone is in other use */
	bool owes;       /* wrap-up waits for a disposition */
	uint8_t reason;  /* of the pause, or of the last log-out; 0: none */
	uint16_t port;   /* ACD_NONE: none */
	uint64_t since_us;
	acd_call call;
	uint32_t calls;
	uint32_t direct_calls; /* not among calls */
	uint32_t login_calls;  /* of both kinds, since login; the others are those of the day */
	uint64_t talk_us;
	uint64_t state_us[ACD_STATE_COUNT]; /* since login, up to since_us: together all of that time */
	/* Of it the pauses by reason, in the order in which the reasons were first given; those beyond the table's end
	 * are all in its last row, with reason ACD_REASON_OTHERS. */
	struct acd_pause pauses[ACD_PAUSES];
	uint64_t login_us, work_us; /* logged in since; of that being rung, talking, in wrap-up, as of since_us */
	uint32_t queues_paused;     /* where it is paused for missed calls, while ready */
};
struct acd_queue_view {
	char name[ACD_NAME_BYTES];
	uint32_t waiting, ringing, agents_ready, agents_staffed;
	uint64_t oldest_arrived_us; /* of the waiting; UINT64_MAX: none waits */
	uint64_t arrived, refused, short_abandoned, offered, answered, abandoned, diverted;
	uint64_t cut;                               /* neither answered nor gone when the box was restarted */
	uint64_t answered_within, abandoned_within; /* the service-level threshold */
	uint64_t wait_answered_us;                  /* sum, for the average speed of answer */
	/* Of who would come now: valid if forecast_known. Muted: known, but its ranges have not held of late. */
	bool forecast_known, forecast_muted;
	uint32_t forecast_low_ms, forecast_high_ms,
	    forecast_coverage; /* coverage: percent that held, of forecast_told */
	uint32_t forecast_told;
	uint64_t exits[ACD_EXIT_COUNT]; /* refusals and exits by reason, of all calls */
	/* Calls that were counted in another queue first; the figures above are without them, waiting and ringing are
	 * with them. in = refused + answered + abandoned + diverted + those of them who wait or ring. */
	uint64_t transferred_in, transferred_refused, transferred_answered, transferred_abandoned, transferred_diverted,
	    transferred_cut;
};
struct acd_view {
	uint32_t agent_count, queue_count;
	uint32_t day;     /* YYYYMMDD whose counters these are; 0: not known yet */
	uint64_t wall_us; /* the wall clock when the belfry clock was 0 (UTC); 0: not known */
	int32_t utc_offset_s;
	uint64_t unexpected;
	uint64_t leases_expired; /* offers and talks of which nobody said that they had begun */
	struct acd_agent_view agents[CONFIG_AGENTS_MAX];
	struct acd_queue_view queues[CONFIG_QUEUES_MAX];
};
void acd_look(const struct acd *acd, struct acd_view *view);

/* ---- why: kept for the last ACD_WHY_OFFERS offers, or worked out for the next one ---- */

#define ACD_WHY_OFFERS  1024
#define ACD_WHY_UNKNOWN UINT64_MAX /* never, or before the box was started */
#define ACD_WHY_AGENTS  24         /* of larger queues: the one chosen and the first of the members as listed */

enum acd_verdict {
	ACD_CANDIDATE,
	ACD_NOT_LOGGED_IN,
	ACD_NOT_READY, /* paused; the reason is kept */
	ACD_ON_OFFER,  /* reserved or ringing for a call */
	ACD_ON_CALL,
	ACD_IN_WRAP_UP,  /* until_us */
	ACD_LINE_OUT,    /* telephone left off the hook or faulty */
	ACD_PHONE_USED,  /* the telephone is in other use */
	ACD_RESTING,     /* until_us: the pause after a missed offer */
	ACD_LEVEL,       /* free, but without a needed skill or below its level at this stage of relaxation */
	ACD_PAUSED_HERE, /* in this queue alone, for missed calls, until it says ready */
	ACD_NOT_YET,     /* free, but in reserve: the queue is not overloaded enough */
	ACD_SHARE_USED,  /* its share of talk for this queue is used up, and no more is wanted */
	ACD_WORN,        /* until_us: has worked enough of late (fair load), or rests after a call */
	ACD_VERDICT_COUNT
};
extern const char *const acd_verdict_names[ACD_VERDICT_COUNT];

struct acd_why_agent {
	uint32_t number;
	enum acd_verdict verdict;
	uint32_t rank;           /* candidates, from 1; among equals of a draw by lot: 1 for all of them */
	uint32_t missed;         /* offers in a row: first key of the ranking */
	uint8_t penalty, reason; /* penalty: second key */
	uint64_t measure;        /* third key: what the strategy looks at, least first */
	uint64_t tie;            /* fourth */
	uint64_t ago_us;         /* since idle (longest-idle), since the last offer (round-robin); ACD_WHY_UNKNOWN */
	uint64_t until_us;       /* 0: no time is known */
};
struct acd_why {
	uint64_t at_us, cause_sequence;
	acd_call call;         /* next: 0: nobody waits */
	acd_offer offer;       /* next: 0 */
	uint32_t agent_number; /* chosen; next: 0: nobody is free, or it will be drawn by lot */
	char queue[ACD_NAME_BYTES];
	enum acd_strategy strategy;
	uint8_t priority, stage;
	uint64_t kept_us; /* of the wait: kept for one agent */
	bool direct;      /* the caller asked for this agent */
	uint64_t waited_us;
	uint32_t ageing_ms;   /* of the queue: a step of priority in each so long; 0: none */
	uint32_t waits_for;   /* outlook: the agent whom the caller has asked for, or is kept for; 0: any */
	uint32_t waiting;     /* others in the queue */
	uint32_t agent_count; /* in agents, candidates first by rank */
	uint32_t left_out;    /* members beyond ACD_WHY_AGENTS */
	struct acd_why_agent agents[ACD_WHY_AGENTS];
};
/* The call's offers, oldest first; returns how many. */
uint32_t acd_explain(const struct acd *acd, acd_call call, struct acd_why *out, uint32_t max);
/* How a call that waits stands, as of now: offer 0. False: there is none of this number that waits. */
bool acd_explain_waiting(const struct acd *acd, acd_call call, struct acd_why *out);
/* Which caller is first in the queue (if nobody else waits: who is kept for an agent) and who is free, as of now.
 * False: no such queue. */
bool acd_explain_next(const struct acd *acd, acd_queue queue, struct acd_why *out);

#endif
