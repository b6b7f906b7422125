/*
 * The settings as typed, plain data: what the tree of settings lines means. Built as a whole by settings_build() from
 * a checked tree, immutable afterwards, sent by pointer to the owners of spans, agents, queues, numbers.
 *
 * Arrays are allocated to their exact size; names point nowhere else. Free with config_free().
 */
#ifndef BELFRY_CONFIG_CONFIG_H
#define BELFRY_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "config_limits.h"

#define CONFIG_NAME_BYTES      32
#define CONFIG_TEXT_BYTES      64
#define CONFIG_DIGITS_BYTES    41
#define CONFIG_PIN_BYTES       96
#define CONFIG_PASSWORD_BYTES  128
#define CONFIG_NTP_SERVERS_MAX 8
#define CONFIG_RECEIVERS_MAX   8
#define CONFIG_DNS_SERVERS_MAX 3
#define CONFIG_IPV4_BYTES      16
#define CONFIG_SKILLS_MAX      32
#define CONFIG_NEEDS_MAX       8
#define CONFIG_QUEUE_ALARMS    3
#define CONFIG_RELAX_MAX       8
#define CONFIG_BEST_MAX        8
/* Destinations that a call goes through by itself, without a key pressed; then it is released (rule circle). */
#define CONFIG_HOPS_MAX 8

enum config_destination_type {
	DEST_NONE,
	DEST_QUEUE,
	DEST_EXTENSION,
	DEST_AGENT,
	DEST_HUNTGROUP,
	DEST_MENU,
	DEST_HOURS,
	DEST_VOICEMAIL,
	DEST_ANNOUNCE,
	DEST_FAX,
	DEST_EXTERNAL,
	DEST_CALLBACK,
	DEST_HANGUP,
	DEST_LOGIN,
	DEST_TYPE_COUNT
};
extern const char *const config_destination_names[DEST_TYPE_COUNT];

struct config_destination {
	enum config_destination_type type;
	char name[CONFIG_TEXT_BYTES]; /* queue, extension digits, agent number, prompt, external number ... */
	uint8_t cause;                /* hangup; default 16 */
	/* announce PROMPT then DEST: what follows, else -1; index in config.destinations */
	int32_t then;
};

enum config_span_type { CONFIG_E1, CONFIG_T1 };
enum config_signalling { CONFIG_PRI_CPE, CONFIG_PRI_NET, CONFIG_FXS, CONFIG_SIGNALLING_NONE };
enum config_switch { CONFIG_EUROISDN, CONFIG_NI1, CONFIG_NI2, CONFIG_DMS100, CONFIG_5ESS, CONFIG_4ESS, CONFIG_QSIG };
enum config_law { CONFIG_ALAW, CONFIG_MULAW };
enum config_framing { CONFIG_CCS, CONFIG_CAS, CONFIG_ESF, CONFIG_D4 };
enum config_coding { CONFIG_HDB3, CONFIG_AMI, CONFIG_B8ZS };
enum config_overlap { CONFIG_OVERLAP_NONE, CONFIG_OVERLAP_IN, CONFIG_OVERLAP_OUT, CONFIG_OVERLAP_BOTH };

enum config_echo_taps { /* 32 << its number */
	                CONFIG_TAPS_32,
	                CONFIG_TAPS_64,
	                CONFIG_TAPS_128,
	                CONFIG_TAPS_256,
	                CONFIG_TAPS_512,
	                CONFIG_TAPS_1024
};
#define CONFIG_LOCATION_BYTES 48

struct config_span {
	uint8_t span;
	enum config_span_type type;
	enum config_signalling signalling;
	enum config_switch switch_type;
	enum config_law law;
	enum config_framing framing;
	enum config_coding coding;
	enum config_overlap overlap;
	bool crc4, hunt_ascending, echo_cancel;
	bool off_service;      /* takes no new calls */
	uint32_t channels_off; /* bit: that timeslot takes none */
	uint8_t clock_rank, line_build_out;
	bool yellow;             /* to the far end while nobody takes calls */
	uint64_t idle_resync_ms; /* 0: never */
	enum config_echo_taps echo_taps;
	int32_t receive_gain, send_gain;      /* tenths of a dB */
	char location[CONFIG_LOCATION_BYTES]; /* "PLACE/K"; "": the number alone tells */
};

enum config_caller_id { CONFIG_CALLER_ID_BELL202, CONFIG_CALLER_ID_V23, CONFIG_CALLER_ID_DTMF, CONFIG_CALLER_ID_NONE };
enum config_dial { CONFIG_DIAL_BOTH, CONFIG_DIAL_TONE, CONFIG_DIAL_PULSE };
enum config_class { CONFIG_CLASS_INTERNAL, CONFIG_CLASS_LOCAL, CONFIG_CLASS_NATIONAL, CONFIG_CLASS_INTERNATIONAL };

/* Calls out: so many begun, so many minutes talked, each within so long; 0: no limit. */
struct config_limit {
	uint32_t calls, minutes;
	uint64_t calls_ms, minutes_ms;
};

enum config_port_echo { CONFIG_ECHO_AS_SPAN, CONFIG_ECHO_OFF, CONFIG_ECHO_ON };

/* Headsets at sound cards are telephones of a span that does not exist; the timeslot is the card's number, from 0. */
#define CONFIG_HEADSET_SPAN (CONFIG_SPANS_MAX + 1)

struct config_port {
	uint8_t span, timeslot;
	char extension[CONFIG_DIGITS_BYTES]; /* "": none */
	char name[CONFIG_TEXT_BYTES];
	enum config_caller_id caller_id;
	enum config_dial dial;
	enum config_class call_class, night_class;
	uint32_t night_hours; /* index + 1 of the hours outside which night_class holds; 0: never */
	struct config_limit limit;
	bool call_waiting, supervisor;
	enum config_port_echo echo_cancel;
	int32_t receive_gain, send_gain; /* tenths of a dB, beside the span's */
};

enum config_prefer { /* order as enum acd_prefer */
	             CONFIG_PREFER_SYSTEM,
	             CONFIG_PREFER_NEED,
	             CONFIG_PREFER_SKILL,
	             CONFIG_PREFER_OBJECTIVE,
	             CONFIG_PREFER_PREDICTED,
	             CONFIG_PREFER_SHARE
};

struct config_agent {
	uint32_t number;
	char name[CONFIG_NAME_BYTES];
	char pin[CONFIG_PIN_BYTES];         /* its hash, see config_pin_matches(); "" : none set, cannot log in */
	uint8_t home_span, home_timeslot;   /* 0: none */
	bool headset, own_wrap_up, own_ack; /* own: instead of the queue's */
	bool supervisor;                    /* records announcements, listens to agents */
	char ack;                           /* key that takes a call after lifting; 0: lifting is enough */
	bool own_decline;
	char decline; /* key that declines it; 0: none */
	uint64_t wrap_up_ms;
	uint8_t level[CONFIG_SKILLS_MAX]; /* by index in config.skills: 1 best .. 16; 0: has it not */
	bool direct_in_turn;              /* direct calls wait their turn among those of the queues */
	enum config_prefer prefer;
	uint8_t occupancy_max;             /* percent of the last 30 minutes; 0: no limit */
	uint64_t rest_ms;                  /* after each call */
	char outside[CONFIG_DIGITS_BYTES]; /* number outside at which the agent takes calls; "": none */
	bool present_caller;               /* there the caller's number is shown instead of the trunk's */
	uint64_t ring_time_ms;             /* instead of the queue's; 0: the queue's */
};

enum config_strategy { /* order as enum acd_strategy */
	               CONFIG_RING_ALL,
	               CONFIG_LINEAR,
	               CONFIG_CIRCULAR,
	               CONFIG_LONGEST_IDLE,
	               CONFIG_LEAST_OCCUPIED,
	               CONFIG_FEWEST_CALLS,
	               CONFIG_LEAST_TALK,
	               CONFIG_ROUND_ROBIN,
	               CONFIG_RANDOM,
	               CONFIG_WEIGHTED_RANDOM,
	               CONFIG_SKILLS,
	               CONFIG_ALLOCATION
};
enum config_answer { CONFIG_ANSWER_ARRIVAL, CONFIG_ANSWER_ANNOUNCEMENT, CONFIG_ANSWER_AGENT };

struct config_member {
	uint32_t agent; /* index in config.agents */
	uint8_t penalty, weight;
	uint8_t reserve; /* overload level from which it helps; 0: always */
	uint8_t share;   /* percent of the agent's talk; 0: none */
};

struct config_need {
	uint8_t skill, level, weight; /* index in config.skills; this level or better */
};
enum config_skip { CONFIG_SKIP_OFF, CONFIG_SKIP_STEPS, CONFIG_SKIP_ON };
struct config_relax {
	uint64_t after_ms; /* of waiting: from then on this level will do */
	uint8_t skill, level;
};

enum config_choice { CONFIG_CHOICE_LONGEST_WAIT, CONFIG_CHOICE_SERVICE_OBJECTIVE }; /* order as enum acd_choice */

enum config_miss { CONFIG_MISS_ANY, CONFIG_MISS_NO_ANSWER, CONFIG_MISS_BUSY }; /* order as enum acd_miss */
/* When reserve agents help: from any of the limits on until all have fallen to the lower marks; 0: no limit. */
struct config_reserve {
	uint32_t waiting, waiting_until;
	uint64_t oldest_ms, oldest_until_ms;
	uint8_t level, level_until; /* percent */
};

enum config_closing { CONFIG_CLOSING_SERVE, CONFIG_CLOSING_SEND };
enum config_position { CONFIG_POSITION_OFF, CONFIG_POSITION_ON, CONFIG_POSITION_LIMIT, CONFIG_POSITION_MORE_THAN };

/* An agent who has lifted and not taken the call with its key. */
enum config_not_taken { CONFIG_NOT_TAKEN_NEXT, CONFIG_NOT_TAKEN_PAUSE, CONFIG_NOT_TAKEN_LOGOUT };

#define CONFIG_DISPOSITIONS_MAX  64 /* of a queue */
#define CONFIG_DISPOSITION_BYTES 8
struct config_disposition {
	char code[CONFIG_DISPOSITION_BYTES], text[CONFIG_TEXT_BYTES];
};

struct config_queue {
	char name[CONFIG_NAME_BYTES];
	enum config_strategy strategy;
	uint64_t ring_time_ms, retry_ms, wrap_up_ms, wait_max_ms, service_level_ms, short_abandon_ms, every_ms;
	uint8_t priority;
	uint64_t ageing_ms;      /* a waiting call gains one step of priority in each; 0: off */
	uint8_t autopause_after; /* offers missed in a row; 0: off */
	enum config_miss autopause_on;
	bool autopause_here;         /* count and pause in this queue alone */
	uint64_t autopause_delay_ms; /* not so soon after the agent's last call */
	bool has_alarms;
	bool alarm_ring, alarm_beep;            /* heard at the telephones of its agents too */
	uint64_t alarm_ms[CONFIG_QUEUE_ALARMS]; /* oldest caller's wait at each level; 0: none */
	uint64_t progressive_ms;                /* ring-all: one more telephone after each; 0: all at once */
	char ack;                               /* key that takes a call after lifting; 0: lifting is enough */
	char decline;                           /* key that declines it; 0: none */
	bool decline_counts;                    /* for autopause */
	enum config_not_taken not_taken;
	uint32_t disposition_count;
	bool disposition_forced; /* wrap-up is not left without one */
	struct config_disposition *dispositions;
	uint32_t weight, length_max;
	enum config_answer answer;
	/* Bits of enum acd_state. Callers join while an agent is in one of them, leave while all are; 0: always, never
	 */
	uint16_t join_states, leave_states;
	struct config_reserve reserve[2];
	uint8_t best_count;
	uint16_t best[CONFIG_BEST_MAX]; /* indices of queues: a call goes where it is expected to wait least */
	uint64_t sticky_ms;             /* a caller is kept so long at most for the agent of last time; 0: off */
	uint64_t regain_ms;             /* who calls again within it has the place back; 0: off */
	uint32_t calls_max;             /* waiting and talking; 0: no limit */
	bool share_strict;              /* percent-allocation: nothing beyond the share */
	bool keep_priority;             /* a call from another queue keeps its priority */
	enum config_closing closing;
	char extension[CONFIG_DIGITS_BYTES]; /* by which telephones reach it; "": none */
	bool direct;                         /* calls for one agent each; made when the settings are applied */
	uint64_t grace_ms;                   /* who finds nobody is kept for so long all the same */
	enum config_position announce_position;
	uint32_t position_limit; /* of limit and more-than */
	uint64_t repeat_ms;      /* position and wait are said again after so long; 0: only once */
	bool announce_wait, only_improved;
	char welcome[CONFIG_TEXT_BYTES], every[CONFIG_TEXT_BYTES], music[CONFIG_TEXT_BYTES], whisper[CONFIG_TEXT_BYTES];
	char hours[CONFIG_NAME_BYTES]; /* "" : always open */
	/* destinations by index, -1: not set */
	int32_t overflow, full, closed, nobody, timeout;
	uint64_t overflow_after_ms;
	int32_t key[12]; /* 0-9 * # */
	uint32_t member_count;
	struct config_member *members;
	uint8_t need_count, relax_count;
	struct config_need needs[CONFIG_NEEDS_MAX];
	struct config_relax relax[CONFIG_RELAX_MAX]; /* by time, never narrower than before */
	enum config_skip skip;                       /* levels in which nobody is logged in */
};

struct config_did {
	char
	    pattern[CONFIG_DIGITS_BYTES]; /* digits, X any digit, trailing . any rest; longest, most exact match wins */
	int32_t destination;
};

/* Calls from the network to numbers of a pattern, at once. */
struct config_did_limit {
	char pattern[CONFIG_DIGITS_BYTES];
	uint32_t calls;
	bool waiting;        /* only those in a queue count */
	int32_t destination; /* of further ones; -1: busy */
};

struct config_trunk {
	char name[CONFIG_NAME_BYTES];
	char number[CONFIG_DIGITS_BYTES]; /* calling number sent; "" : none */
	uint8_t span_count;
	uint8_t spans[CONFIG_SPANS_MAX];
	struct config_limit limit;
};

struct config_outside {
	char prefix[16];
	uint32_t trunk; /* index */
	uint8_t strip;  /* digits taken off the front of what was dialled, prefix included */
	char add[CONFIG_DIGITS_BYTES];
	struct config_limit limit;
};

struct config_hours_range {
	uint8_t days; /* bit 0 Monday .. bit 6 Sunday */
	uint16_t from_min, to_min;
};
struct config_hours {
	char name[CONFIG_NAME_BYTES];
	uint32_t range_count, holiday_count;
	struct config_hours_range *ranges;
	uint32_t *holidays; /* yyyymmdd */
	int32_t then, otherwise;
	bool night;
};

struct config_pause_limit {
	uint64_t after_ms; /* 0: none */
	bool log_out;      /* then; else ready again */
};

enum config_hunt_order { CONFIG_HUNT_ALL, CONFIG_HUNT_LINEAR, CONFIG_HUNT_CIRCULAR };
struct config_hunt_member {
	int32_t destination; /* extension, agent or external; index in config.destinations */
	uint64_t ring_ms;
};
struct config_huntgroup {
	char name[CONFIG_NAME_BYTES];
	enum config_hunt_order order;
	int32_t final; /* where a call goes that nobody takes */
	uint32_t member_count;
	struct config_hunt_member *members;
};

struct config_menu_key {
	char digits[8];
	int32_t destination;
};
struct config_menu {
	char name[CONFIG_NAME_BYTES], prompt[CONFIG_TEXT_BYTES];
	uint64_t timeout_ms;
	int32_t timeout, invalid; /* after the last attempt; -1: not set */
	uint8_t tries;
	bool extensions; /* telephones' numbers may be dialled */
	uint32_t key_count;
	struct config_menu_key *keys;
};

/* Ordered rules, tried before the inward numbers (did); the first that fits a call wins. */
enum config_route_match {
	CONFIG_ROUTE_TO,
	CONFIG_ROUTE_FROM,
	CONFIG_ROUTE_SPAN,
	CONFIG_ROUTE_HOURS,
	CONFIG_ROUTE_CUSTOMER,
	CONFIG_ROUTE_MATCH_COUNT
};
extern const char *const config_route_match_names[];
struct config_route {
	uint32_t number; /* the rule's own: rules are tried in this order */
	enum config_route_match match;
	char text[CONFIG_DIGITS_BYTES]; /* pattern of to and from, span, hours, class; "" : the rule never fits */
	int32_t destination;
};

/* A sound card: its number is its place. */
#define CONFIG_SOUND_AS_IT_IS UINT16_MAX
struct config_sound {
	char name[CONFIG_NAME_BYTES], input[CONFIG_NAME_BYTES];
	char device[CONFIG_TEXT_BYTES]; /* "": the one that the board has under this name */
	uint32_t rate_hz;
	uint16_t volume, input_volume; /* percent, or CONFIG_SOUND_AS_IT_IS */
	uint64_t silence_ms;
	char extension[CONFIG_DIGITS_BYTES]; /* "": no headset */
	bool answers_itself;
	enum config_class call_class;
};

/* Who hears a page: loudspeakers and headsets. */
#define CONFIG_ZONES_MAX      50
#define CONFIG_ZONE_PORTS_MAX 64
struct config_zone {
	uint32_t number;
	uint32_t speakers; /* bits: sound cards */
	uint32_t port_count;
	struct {
		uint8_t span, timeslot;
	} ports[CONFIG_ZONE_PORTS_MAX];
};

/* Music that comes in on a sound card. */
#define CONFIG_MUSICS_MAX 20
struct config_music {
	char name[CONFIG_TEXT_BYTES];
	uint8_t sound;
};

/* An announcement of the owner's: spoken by the box, taken from a file, or recorded on the box. */
struct config_prompt {
	char name[CONFIG_TEXT_BYTES], text[CONFIG_TEXT_BYTES], file[200];
	uint32_t record; /* the number under which a telephone records it; 0: it is not recorded */
	uint32_t sound;  /* id in the prompt library + 1, given before the settings are applied; 0: there is none */
};

enum config_reason_use { CONFIG_FOR_PAUSE, CONFIG_FOR_LOGOUT, CONFIG_FOR_BOTH };
struct config_reason {
	uint8_t number;
	enum config_reason_use use;
	bool own_limit; /* instead of the one for all pauses */
	struct config_pause_limit limit;
	char text[CONFIG_TEXT_BYTES];
};

/* Each may do what those before it may. */
enum config_role { CONFIG_VIEWER, CONFIG_SUPERVISOR, CONFIG_TECHNICIAN, CONFIG_ADMINISTRATOR, CONFIG_ROLE_COUNT };
extern const char *const config_role_names[CONFIG_ROLE_COUNT];

struct config_user {
	char name[CONFIG_NAME_BYTES];
	enum config_role role;
	char password[CONFIG_PASSWORD_BYTES]; /* its hash; "": cannot log in by one */
};

struct config_timer {
	char name[24];
	uint64_t ms;
};

/* Keypad codes in the order of settings.md. */
enum config_code {
	CODE_LOGIN,
	CODE_LOGOUT,
	CODE_PAUSE,
	CODE_READY,
	CODE_WRAP_UP,
	CODE_DISPOSITION,
	CODE_PARK,
	CODE_PICK_UP,
	CODE_HELP,
	CODE_LISTEN,
	CODE_WHISPER,
	CODE_BARGE,
	CODE_RECORD,
	CODE_RECORDER,
	CODE_PAGE,
	CODE_NIGHT_SWITCH,
	CODE_VOICEMAIL,
	CODE_DIAGNOSTICS,
	CODE_WRAP_UP_MORE,
	CODE_REQUEUE,
	CODE_COUNT
};
extern const char *const config_code_names[CODE_COUNT];

/* The flight recorder of the D channels: what it freezes for, and how much is kept. */
struct config_flight {
	bool cause, timer, short_call, protocol, dchannel;
	bool expected_cause[128]; /* Q.850 values that are none of its business here */
	uint64_t short_call_ms, pause_ms;
	uint32_t keep;
};

/* Who is told of alarms: a syslog server, or a receiver of SNMP traps. */
struct config_receiver {
	bool snmp, inform;
	char host[CONFIG_TEXT_BYTES];
	uint16_t port;
	uint8_t level; /* syslog: lines of the log too, of this level and worse; 0 error ... 3 info */
	char community[CONFIG_NAME_BYTES]; /* SNMP */
};

/* The management network: how the box is reached, and how it reaches servers. Calls never need it. */
struct config_network {
	char address[CONFIG_TEXT_BYTES]; /* "off", "dhcp", or an IPv4 address with its prefix length */
	char gateway[CONFIG_IPV4_BYTES]; /* "": none */
	uint32_t dns_count;
	char dns[CONFIG_DNS_SERVERS_MAX][CONFIG_IPV4_BYTES];
	bool ssh;
};

#define CONFIG_LEFT_OUT_BYTES 160

struct config {
	uint32_t revision;
	/* Lines in force that this release refuses: how many it goes on without, and the sentence about the first. */
	uint32_t left_out_count;
	char left_out[CONFIG_LEFT_OUT_BYTES];
	char system_name[CONFIG_TEXT_BYTES], country[8], timezone[48], language[8];
	enum config_choice call_choice;
	/* The idle clock starts anew at the end of these; else they count as idle. */
	bool idle_after_wrap_up, idle_after_pause, idle_after_own_call;
	bool work_without_wrap_up; /* least-occupied: wrap-up is no work */
	bool second_login_moves;   /* who logs in elsewhere is logged out at the former place; else refused */
	uint32_t random_seed;
	uint32_t journal_mib;  /* of the scheduler's journal on flash, at most */
	bool agents_as_before; /* after a restart; else all are logged out */
	bool pause_reason_forced, logout_reason_forced;
	struct config_pause_limit pause_limit;
	uint32_t fraud_calls; /* international calls and attempts of one telephone within fraud_ms; 0: not watched */
	uint64_t fraud_ms;
	uint8_t fairness_percent; /* agents of a queue so far apart in work are an alarm; 0: not watched */
	struct config_network network;
	uint32_t ntp_count;
	char ntp[CONFIG_NTP_SERVERS_MAX][CONFIG_TEXT_BYTES];
	uint32_t receiver_count;
	struct config_receiver receivers[CONFIG_RECEIVERS_MAX];
	uint32_t skill_count;
	char skills[CONFIG_SKILLS_MAX][CONFIG_NAME_BYTES]; /* all that an agent has or a queue needs */
	uint32_t span_count, port_count, agent_count, queue_count, did_count, trunk_count, outside_count, hours_count,
	    reason_count, timer_count, destination_count, emergency_count, user_count, huntgroup_count, menu_count,
	    route_count, prompt_count, did_limit_count, sound_count, zone_count, music_count;
	struct config_span *spans;
	struct config_port *ports;
	struct config_agent *agents;
	struct config_queue *queues;
	struct config_did *dids;
	struct config_did_limit *did_limits;
	struct config_trunk *trunks;
	struct config_outside *outsides;
	struct config_hours *hours;
	struct config_huntgroup *huntgroups;
	struct config_menu *menus;
	struct config_route *routes;
	struct config_prompt *prompts;
	struct config_sound *sounds;
	struct config_zone *zones;
	struct config_music *musics;
	uint64_t page_limit_ms;
	struct config_reason *reasons;
	struct config_timer *timers;
	struct config_user *users;
	struct config_destination *destinations;
	char (*emergency)[CONFIG_DIGITS_BYTES];
	char codes[CODE_COUNT][8];
	struct config_flight flight;
};

void config_free(struct config *config);

/* Whether these are the digits of the agent's PIN, in a time that does not depend on them. Any thread. */
bool config_pin_matches(const struct config_agent *agent, const char *given);

/* Places by name, or -1. */
int32_t config_find_hours(const struct config *config, const char *name);
int32_t config_find_menu(const struct config *config, const char *name);
int32_t config_find_huntgroup(const struct config *config, const char *name);

/* Best match of a called number: index in dids, or -1. Exact digits beat X, X beats '.', longer beats shorter. */
int32_t config_match_did(const struct config *config, const char *digits);
/* Whether digits are what a pattern of did or route asks for. */
bool config_pattern_fits(const char *pattern, const char *digits);
/* Whether a route or an inward number is there for these digits: they may be a whole number. */
bool config_number_known(const struct config *config, const char *digits);
/* Whether further digits could make a (better) match: for overlap receiving and digit timers. */
bool config_did_may_grow(const struct config *config, const char *digits);

#endif
