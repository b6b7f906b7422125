/*
 * How the scheduler's states, results and reasons are spelled in logs, records and on the console.
 */
#include "acd/acd.h"

const char *const acd_strategy_names[ACD_STRATEGY_COUNT] = {
    [ACD_RING_ALL] = "ring-all",
    [ACD_LINEAR] = "linear",
    [ACD_CIRCULAR] = "circular",
    [ACD_LONGEST_IDLE] = "longest-idle",
    [ACD_LEAST_OCCUPIED] = "least-occupied",
    [ACD_FEWEST_CALLS] = "fewest-calls",
    [ACD_LEAST_TALK] = "least-talk",
    [ACD_ROUND_ROBIN] = "round-robin",
    [ACD_RANDOM] = "random",
    [ACD_WEIGHTED_RANDOM] = "weighted-random",
    [ACD_SKILLS] = "skills",
    [ACD_ALLOCATION] = "percent-allocation",
};

const char *const acd_choice_names[ACD_CHOICE_COUNT] = {
    [ACD_CHOICE_LONGEST_WAIT] = "longest-wait",
    [ACD_CHOICE_SERVICE_OBJECTIVE] = "service-objective",
};

const char *const acd_state_names[ACD_STATE_COUNT] = {
    [ACD_LOGGED_OUT] = "logged-out", [ACD_PAUSED] = "paused",   [ACD_READY] = "ready", [ACD_RESERVED] = "reserved",
    [ACD_RINGING] = "ringing",       [ACD_TALKING] = "talking", [ACD_HOLD] = "hold",   [ACD_WRAP_UP] = "wrap-up",
    [ACD_UNPLUGGED] = "unplugged",
};

const char *const acd_offer_result_names[ACD_OFFER_RESULT_COUNT] = {
    [ACD_OFFER_ANSWERED] = "answered", [ACD_OFFER_NO_ANSWER] = "no-answer", [ACD_OFFER_BUSY] = "busy",
    [ACD_OFFER_DECLINED] = "declined", [ACD_OFFER_CANCELLED] = "cancelled", [ACD_OFFER_LOST_RACE] = "lost-race",
};

const char *const acd_exit_names[ACD_EXIT_COUNT] = {
    [ACD_EXIT_NONE] = "none",
    [ACD_EXIT_FULL] = "full",
    [ACD_EXIT_JOIN_EMPTY] = "join-empty",
    [ACD_EXIT_LEAVE_EMPTY] = "leave-empty",
    [ACD_EXIT_MAX_WAIT] = "max-wait",
    [ACD_EXIT_WITHDRAWN] = "withdrawn",
    [ACD_EXIT_NO_QUEUE] = "no-queue",
    [ACD_EXIT_LIMIT] = "limit",
    [ACD_EXIT_KEY] = "key",
    [ACD_EXIT_OVERFLOW] = "overflow",
    [ACD_EXIT_CLOSED] = "closed",
};

const char *const acd_event_names[ACD_EVENT_COUNT] = {
    [ACD_SETTINGS] = "settings",
    [ACD_AGENT_LOGIN] = "agent-login",
    [ACD_AGENT_LOGOUT] = "agent-logout",
    [ACD_AGENT_PAUSE] = "agent-pause",
    [ACD_AGENT_READY] = "agent-ready",
    [ACD_AGENT_WRAP_UP_END] = "agent-wrap-up-end",
    [ACD_AGENT_WRAP_UP_MORE] = "agent-wrap-up-more",
    [ACD_AGENT_PHONE_BUSY] = "agent-phone-busy",
    [ACD_AGENT_PHONE_FREE] = "agent-phone-free",
    [ACD_AGENT_UNPLUGGED] = "agent-unplugged",
    [ACD_AGENT_OWES] = "agent-owes",
    [ACD_AGENT_SETTLED] = "agent-settled",
    [ACD_ENQUEUE] = "enqueue",
    [ACD_GONE] = "gone",
    [ACD_WITHDRAW] = "withdraw",
    [ACD_PRIORITY] = "priority",
    [ACD_DAY] = "day",
    [ACD_RESTART] = "restart",
    [ACD_PLACE] = "place",
    [ACD_OFFER_RINGING] = "offer-ringing",
    [ACD_OFFER_ANSWER] = "offer-answer",
    [ACD_OFFER_FAILED] = "offer-failed",
    [ACD_TALK_STARTED] = "talk-started",
    [ACD_TALK_HOLD] = "talk-hold",
    [ACD_TALK_RESUMED] = "talk-resumed",
    [ACD_TALK_ENDED] = "talk-ended",
    [ACD_TIME] = "time",
    [ACD_TURNED_AWAY] = "turned-away",
};

const char *const acd_decision_names[ACD_D_COUNT] = {
    [ACD_D_ACCEPTED] = "accepted",
    [ACD_D_REFUSED] = "refused",
    [ACD_D_OFFER] = "offer",
    [ACD_D_OFFER_CANCEL] = "offer-cancel",
    [ACD_D_WINNER] = "winner",
    [ACD_D_PLACE] = "place",
    [ACD_D_EXIT] = "exit",
    [ACD_D_AGENT_STATE] = "agent-state",
    [ACD_D_AGENT_REFUSED] = "agent-refused",
    [ACD_D_UNEXPECTED] = "unexpected",
};

const char *const acd_verdict_names[ACD_VERDICT_COUNT] = {
    [ACD_CANDIDATE] = "candidate",   [ACD_NOT_LOGGED_IN] = "logged-out", [ACD_NOT_READY] = "paused",
    [ACD_ON_OFFER] = "being-rung",   [ACD_ON_CALL] = "on-a-call",        [ACD_IN_WRAP_UP] = "wrap-up",
    [ACD_LINE_OUT] = "unplugged",    [ACD_PHONE_USED] = "phone-in-use",  [ACD_RESTING] = "retry-pause",
    [ACD_LEVEL] = "skill-level",     [ACD_PAUSED_HERE] = "paused-here",  [ACD_NOT_YET] = "reserve",
    [ACD_SHARE_USED] = "share-used", [ACD_WORN] = "fair-load",
};

const char *const acd_refusal_names[ACD_REFUSAL_COUNT] = {
    [ACD_REFUSAL_NONE] = "none",
    [ACD_REFUSAL_UNKNOWN_AGENT] = "unknown-agent",
    [ACD_REFUSAL_ALREADY_LOGGED_IN] = "already-logged-in",
    [ACD_REFUSAL_PORT_IN_USE] = "port-in-use",
    [ACD_REFUSAL_NOT_LOGGED_IN] = "not-logged-in",
};
