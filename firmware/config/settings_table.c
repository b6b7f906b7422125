/*
 * The table of all settings. One row a setting: path and type, default, help, where it goes in struct config.
 * Rows of one root word stand together. Order of words inside {a|b|c} is the order of the enum it is stored in.
 */
#include "config/build.h"
#include "config/password.h"
#include "config/pin.h"
#include "config/table.h"

#define TEXT_OF_(x) #x
#define TEXT_OF(x)  TEXT_OF_(x)

#define INTO(type, field)        .offset = offsetof(struct type, field), .size = sizeof(((struct type *)0)->field)
#define ENUM_IN(type, field)     .store = STORE_ENUM, INTO(type, field)
#define BOOL_IN(type, field)     .store = STORE_BOOL, INTO(type, field)
#define U8_IN(type, field)       .store = STORE_U8, INTO(type, field)
#define U32_IN(type, field)      .store = STORE_U32, INTO(type, field)
#define DURATION_IN(type, field) .store = STORE_DURATION, INTO(type, field)
#define TEXT_IN(type, field)     .store = STORE_TEXT, INTO(type, field)
#define DEST_IN(type, field)     .store = STORE_DESTINATION, INTO(type, field)
#define LIMIT_IN(type, field)    .store = STORE_APPLY, .apply = apply_limit, INTO(type, field)
#define APPLY(function)          .store = STORE_APPLY, .apply = function
#define LATER                    .later = true

#define DAY   "duration:0s..24h"
#define LIMIT "duration:1m..24h"
/* So many calls begun, and minutes talked, within so long. */
#define CALLS_AND_MINUTES "{1..100000} per {" LIMIT "} [minutes {1..100000} per {" LIMIT "}]"

/* clang-format off */
const struct setting_row setting_rows[] = {
	{"system name = {TEXT}", "belfry", "Name of the box; the console's prompt", TEXT_IN(config, system_name)},
	{"system call-choice = {longest-wait|service-objective}", "longest-wait", "Which caller of several queues with one priority is first: by wait, or by how much of its queue's service-level is used up", ENUM_IN(config, call_choice)},
	{"system idle-counts wrap-up = {on|off}", "on", "Wrap-up counts as idle for longest-idle and wherever the longest idle breaks a tie; off: the idle time begins after it", BOOL_IN(config, idle_after_wrap_up)},
	{"system idle-counts pause = {on|off}", "on", "A pause counts as idle; off: the idle time begins anew after it", BOOL_IN(config, idle_after_pause)},
	{"system idle-counts own-calls = {on|off}", "on", "Other use of the agent's telephone, such as a call of one's own, counts as idle; off: the idle time begins anew after it", BOOL_IN(config, idle_after_own_call)},
	{"system work-counts wrap-up = {on|off}", "on", "Wrap-up counts as work for least-occupied", BOOL_IN(config, work_without_wrap_up)},
	{"system random-seed = {0..4294967295}", "0", "Where the draws of random and weighted-random begin", U32_IN(config, random_seed)},
	{"system journal-size = {4..4096}", "32", "Flash for the scheduler's journal and its decisions, in MiB; the oldest goes first", U32_IN(config, journal_mib)},
	{"system agents-after-restart = {logged-out|as-before}", "logged-out", "After a restart or power cut: agents log in again, or are back where they were, ready or paused", BOOL_IN(config, agents_as_before)},
	{"system second-login = {refuse|move}", "refuse", "An agent who is logged in and logs in at another telephone: is refused, or moves there, unless a call goes on at the former one", BOOL_IN(config, second_login_moves)},
	{"system fraud-alarm = {off|after} [{1..1000} per {" LIMIT "}]", NULL, "Alarm when one telephone makes so many international calls, or attempts beyond its class, within so long", APPLY(apply_fraud_alarm), .check = check_fraud_alarm, .initial_text = "after 20 per 1h"},
	{"system fairness-alarm = {off|PERCENT}", "off", "Alarm when the busiest and the least busy agent of a queue, logged in for 10 minutes at least, are further apart in the last 30 minutes' work", APPLY(apply_fairness_alarm)},
	{"system syslog {SERVER} = [level {error|warning|notice|info}]", NULL, "A syslog server (RFC 5424 over UDP, port 514) that is told of alarms raised and cleared, and of lines of the log of this level and worse", APPLY(apply_syslog), .initial_text = "level warning"},
	{"system snmp trap {SERVER} community = {COMMUNITY}", NULL, "A receiver of SNMPv2c traps (port 162) for alarms raised and cleared, as docs/BELFRY-MIB.txt describes them", APPLY(apply_trap_community), .secret = true},
	{"system snmp trap {SERVER} inform = {off|on}", "off", "Informs instead of traps: repeated until the receiver acknowledges", APPLY(apply_trap_inform)},
	{"country = {COUNTRY}", "us", "Country: tones and cadences", TEXT_IN(config, country), .also_under = "system"},
	{"timezone = {TIMEZONE}", "UTC", "Time zone for opening hours and the caller ID's clock", TEXT_IN(config, timezone), .also_under = "system"},
	{"ntp server {HOST...} =", NULL, "Where the box takes the time of day from", APPLY(apply_ntp_server), .also_under = "system"},
	{"network address = {ADDRESS}", "off", "The box's address on the management network", TEXT_IN(config, network.address)},
	{"network gateway = {IPV4}", NULL, "Where the management network leads out; dhcp tells it itself", TEXT_IN(config, network.gateway)},
	{"network dns {IPV4...} =", NULL, "Name servers; dhcp tells them itself", APPLY(apply_name_server)},
	{"network ssh = {off|on}", "off", "The console by SSH, as the user \"console\"; it asks for the name and the password of a user of the box", BOOL_IN(config, network.ssh)},
	{"language = {en|es|fr|de}", "en", "Language of the announcements", TEXT_IN(config, language), .also_under = "system"},

	{"span {SPAN} type = {e1|t1}", NULL, "Kind of line", ENUM_IN(config_span, type), .initial_text = "telephones (fxs) t1, else e1"},
	{"span {SPAN} signalling = {pri-cpe|pri-net|fxs|fxo|em|r2}", NULL, "What the span carries; a PRI trunk as seen from our side, or telephones", ENUM_IN(config_span, signalling)},
	{"span {SPAN} switch = {euroisdn|ni1|ni2|dms100|5ess|4ess|qsig}", NULL, "The network's ISDN variant", ENUM_IN(config_span, switch_type), .initial_text = "e1 euroisdn, t1 ni2"},
	{"span {SPAN} clock = {0..16}", NULL, "Rank as clock source, 1 is best; 0: never", U8_IN(config_span, clock_rank), .initial_text = "pri-cpe the next free rank from 1, else 0"},
	{"span {SPAN} framing = {ccs|cas|esf|d4}", NULL, "Framing", ENUM_IN(config_span, framing), .initial_text = "e1 ccs, t1 esf"},
	{"span {SPAN} coding = {hdb3|ami|b8zs}", NULL, "Line coding", ENUM_IN(config_span, coding), .initial_text = "e1 hdb3, t1 b8zs"},
	{"span {SPAN} crc4 = {off|on}", "off", "CRC-4 multiframe (E1)", BOOL_IN(config_span, crc4)},
	{"span {SPAN} lbo = {0..7}", "0", "Line build-out code (cable length)", U8_IN(config_span, line_build_out)},
	{"span {SPAN} law = {alaw|mulaw}", NULL, "Companding law", ENUM_IN(config_span, law), .initial_text = "e1 alaw, t1 mulaw"},
	{"span {SPAN} hunt = {descending|ascending}", "descending", "Order in which we choose channels for calls out", BOOL_IN(config_span, hunt_ascending)},
	{"span {SPAN} overlap = {none|in|out|both}", "none", "Digits one by one: received, sent", ENUM_IN(config_span, overlap)},
	{"span {SPAN} service = {on|off}", "on", "off: the trunk takes no new calls either way; those in progress go on", BOOL_IN(config_span, off_service)},
	{"span {SPAN} channel {1..31} service = {on|off}", "on", "The same for one B channel", APPLY(apply_span_channel)},
	{"span {SPAN} idle-resync = {off|duration:1m..24h}", "off", "RESTART of idle B channels each so long, for exchanges whose channels get stuck; a call that comes in at that very moment can be lost, and a channel that gets no answer is out of service until it does", DURATION_IN(config_span, idle_resync_ms)},
	{"span {SPAN} echo-cancel = {off|on}", "off", "Echo canceller on calls to telephones", BOOL_IN(config_span, echo_cancel)},
	{"span {SPAN} echo-taps = {32|64|128|256|512|1024}", "128", "Samples of echo that it covers, 8 a millisecond; each costs work", ENUM_IN(config_span, echo_taps)},
	{"span {SPAN} receive-gain = {GAIN}", "0.0", "Gain in dB on what is received from the line; positive is louder", APPLY(apply_gain)},
	{"span {SPAN} send-gain = {GAIN}", "0.0", "Gain in dB on what is sent to the line", APPLY(apply_gain)},
	{"span {SPAN} location = {LOCATION}", NULL, "The card's place or serial number and which of its spans, such as \"PCI Bus 05 Slot 03/2\" (show spans hardware); the number stays reserved while the card is absent", TEXT_IN(config_span, location), .initial_text = "the number that the system gives the card's span"},

	{"trunk {TRUNK} span {SPAN} =", NULL, "A span of the trunk group; tried in this order", APPLY(apply_trunk_span)},
	{"trunk {TRUNK} number = {NUMBER}", NULL, "Calling number sent", TEXT_IN(config_trunk, number)},
	{"trunk {TRUNK} limit = " CALLS_AND_MINUTES, NULL, "Most calls out by this trunk group; further ones are refused with an alarm, emergency calls never", LIMIT_IN(config_trunk, limit)},

	{"outside {PREFIX} trunk = {TRUNK} [strip {0..15}] [add {NUMBER}]", NULL, "Numbers dialled with this prefix go out by the trunk group, without their first K digits (the prefix, unless said), with others in front", APPLY(apply_outside), .initial_text = "strip the prefix"},
	{"outside {PREFIX} limit = " CALLS_AND_MINUTES, NULL, "Most calls out by this prefix; further ones are refused with an alarm, emergency calls never", LIMIT_IN(config_outside, limit)},
	{"emergency {NUMBER...} =", NULL, "Numbers that every telephone may call at any time", APPLY(apply_emergency), .initial_text = "112 911"},

	{"port {PORT} extension = {EXTENSION}", NULL, "The telephone's number", TEXT_IN(config_port, extension)},
	{"port {PORT} name = {TEXT}", NULL, "Name shown to telephones that it calls", TEXT_IN(config_port, name)},
	{"port {PORT} callerid = {bell202|v23|dtmf|none}", "bell202", "How caller ID is sent to it", ENUM_IN(config_port, caller_id)},
	{"port {PORT} dial = {both|tone|pulse}", "both", "How it dials", ENUM_IN(config_port, dial)},
	{"port {PORT} call-waiting = {off|on}", "off", "A second call for the extension waits while the telephone talks: a tone, the caller's number, and a hook flash to take it; off: engaged", BOOL_IN(config_port, call_waiting)},
	{"port {PORT} receive-gain = {GAIN}", "0.0", "Gain in dB on what the telephone says, beside its span's", APPLY(apply_gain)},
	{"port {PORT} send-gain = {GAIN}", "0.0", "Gain in dB on what the telephone hears, beside its span's", APPLY(apply_gain)},
	{"port {PORT} echo-cancel = {span|off|on}", "span", "Echo canceller of this telephone: as its span has it, or not", ENUM_IN(config_port, echo_cancel)},
	{"port {PORT} class = {internal|local|national|international}", "national", "What it may call", ENUM_IN(config_port, call_class)},
	{"port {PORT} night-class = {internal|local|national|international} hours {HOURS}", NULL, "What it may call while these hours are closed", APPLY(apply_night_class), .initial_text = "its class"},
	{"port {PORT} limit = " CALLS_AND_MINUTES, NULL, "Most calls out by this telephone; further ones are refused with an alarm, emergency calls never", LIMIT_IN(config_port, limit)},

	{"agent {AGENT} name = {SHORT-TEXT}", NULL, "Name", TEXT_IN(config_agent, name)},
	{"agent {AGENT} pin = {PIN}", NULL, "PIN for logging in by telephone; without it nobody can", TEXT_IN(config_agent, pin), .secret = true, .keep_as = pin_hash_words},
	{"agent {AGENT} port = {PORT}", NULL, "Home telephone; log-in works anywhere", APPLY(apply_agent_port)},
	{"agent {AGENT} number = {NUMBER}", NULL, "Number outside at which the agent takes calls, dialled by the outside rules; with an outside prefix in front by that rule", TEXT_IN(config_agent, outside)},
	{"agent {AGENT} present = {trunk|caller}", "trunk", "Number shown there: the trunk's own, or the caller's", BOOL_IN(config_agent, present_caller)},
	{"agent {AGENT} ring-time = {queue|duration:1s..10m}", "queue", "How long this agent is rung, instead of the queue's time", APPLY(apply_agent_ring_time)},
	{"agent {AGENT} skill {NAME} = {1..16}", NULL, "Skill and level, 1 is best", APPLY(apply_agent_skill)},
	{"agent {AGENT} prefer = {system|greatest-need|skill|service-objective|predicted-wait|percent-allocation}", "system", "Which caller of several queues the agent takes when free", ENUM_IN(config_agent, prefer)},
	{"agent {AGENT} max-occupancy = {off|PERCENT}", "off", "Fair load: who has worked for more of the last 30 minutes rests until it is less", APPLY(apply_agent_occupancy), .check = check_some_percent},
	{"agent {AGENT} rest = {duration:0s..10m}", "0s", "Fair load: a rest after each call and its wrap-up", DURATION_IN(config_agent, rest_ms)},
	{"agent {AGENT} direct = {first|in-turn}", "first", "Calls that ask for this agent come before those of the queues, or in turn with them", BOOL_IN(config_agent, direct_in_turn)},
	{"agent {AGENT} group {NAME} =", NULL, "Group", LATER},
	{"agent {AGENT} answer = {ring|headset}", "ring", "Calls ring, or connect at once on the headset", BOOL_IN(config_agent, headset)},
	{"agent {AGENT} wrap-up = {queue|duration:0s..2h}", "queue", "After-call time of this agent, instead of the queue's", APPLY(apply_agent_wrap_up)},
	{"agent {AGENT} ack = {queue|off|KEY}", "queue", "Key that takes a call after lifting, instead of the queue's; at a number outside # is asked for, unless off", APPLY(apply_agent_ack)},

	{"queue {QUEUE} strategy = {ring-all|linear|circular|longest-idle|least-occupied|fewest-calls|least-talk|round-robin|random|weighted-random|skills|percent-allocation}", "longest-idle", "Who is offered a call", ENUM_IN(config_queue, strategy)},
	{"queue {QUEUE} agent {AGENT} = [penalty {0..255}] [weight {1..255}] [reserve {1|2}] [share {1..100}]", NULL, "An agent of the queue, in this order; in reserve: only while the queue is overloaded so far; share: percent of the agent's talk, for percent-allocation", APPLY(apply_queue_agent), .initial_text = "penalty 0 weight 1"},
	{"queue {QUEUE} over-share = {offer|idle}", "offer", "Strategy percent-allocation: an agent whose share of talk for this queue is used up is offered its calls after the others, or stays idle for it until enough talk for other queues has followed", BOOL_IN(config_queue, share_strict)},
	{"queue {QUEUE} reserve {1|2} when waiting = {1..10000} [until {0..10000}]", NULL, "Agents in reserve of this level help from so many waiting callers on, until there are only so many (half, unless said)", APPLY(apply_reserve_waiting)},
	{"queue {QUEUE} reserve {1|2} when oldest = {duration:1s..1h} [until {duration:0s..1h}]", NULL, "The same by the wait of who is next", APPLY(apply_reserve_oldest)},
	{"queue {QUEUE} reserve {1|2} when service-level = {PERCENT} [until {PERCENT}]", NULL, "The same while fewer of the last calls than this were answered within service-level", APPLY(apply_reserve_level), .check = check_some_percent},
	{"queue {QUEUE} best-of {QUEUE...} =", NULL, "A call for this queue goes, once, to the one of these in which it is expected to wait least", APPLY(apply_queue_best)},
	{"queue {QUEUE} need {NAME} = {1..16} [weight {1..255}]", NULL, "Strategy skills: a call needs an agent of this level or better; the weight of the level in the ranking", APPLY(apply_queue_need), .initial_text = "weight 1"},
	{"queue {QUEUE} relax {" DAY "} need {NAME} = {1..16}", NULL, "This level will do after so long a wait; never narrower than before", APPLY(apply_queue_relax)},
	{"queue {QUEUE} progressive = {off|on|duration:1s..10m}", "off", "Strategy ring-all: one telephone rings first, then one more after each so long (on: 10s)", APPLY(apply_queue_progressive)},
	{"queue {QUEUE} alarm {1..3} oldest = {duration:1s..24h}", NULL, "An alarm of this level (minor, major, critical) while the oldest caller has waited so long", APPLY(apply_queue_alarm)},
	{"queue {QUEUE} alarm-ring = {off|on}", "off", "Alarms of level 2 and 3 ring briefly, once and twice, at the telephones of the queue's agents that are on the hook and not offered a call", BOOL_IN(config_queue, alarm_ring)},
	{"queue {QUEUE} alarm-beep = {off|on}", "off", "The queue's agents who talk hear an alarm: as many beeps as its level, not heard by the other party", BOOL_IN(config_queue, alarm_beep)},
	{"queue {QUEUE} ack = {off|KEY}", "off", "An agent who has lifted takes the call with this key only; without it the call goes on to the next", APPLY(apply_queue_ack)},
	{"queue {QUEUE} hours = {HOURS}", NULL, "Outside these hours the closed treatment applies", TEXT_IN(config_queue, hours), .initial_text = "always open"},
	{"queue {QUEUE} ring-time = {duration:1s..10m}", "15s", "How long an agent's telephone rings", DURATION_IN(config_queue, ring_time_ms)},
	{"queue {QUEUE} retry = {duration:0s..10m}", "0s", "Pause between two offers of a call", DURATION_IN(config_queue, retry_ms)},
	{"queue {QUEUE} wrap-up = {duration:0s..2h}", "0s", "After-call time of the agent", DURATION_IN(config_queue, wrap_up_ms)},
	{"queue {QUEUE} priority = {1..10}", "5", "1 is served first", U8_IN(config_queue, priority)},
	{"queue {QUEUE} ageing = {off|duration:1s..24h} [per-step]", "off", "A waiting call gains one priority step each so long", DURATION_IN(config_queue, ageing_ms)},
	{"queue {QUEUE} weight = {1..1000}", "1", "Share of agents among queues of one priority", U32_IN(config_queue, weight)},
	{"queue {QUEUE} max-length = {1.." TEXT_OF(CONFIG_QUEUE_LENGTH_MAX) "}", TEXT_OF(CONFIG_QUEUE_LENGTH_MAX), "Callers that may wait; then the full treatment applies", U32_IN(config_queue, length_max)},
	{"queue {QUEUE} max-wait = {none|duration:1s..24h}", "none", "Longest wait; then the timeout treatment applies, without one that of overflow", DURATION_IN(config_queue, wait_max_ms)},
	{"queue {QUEUE} service-level = {duration:1s..1h}", "20s", "Threshold of the service level", DURATION_IN(config_queue, service_level_ms)},
	{"queue {QUEUE} short-abandon = {duration:0s..1m}", "0s", "Callers who leave earlier count as short", DURATION_IN(config_queue, short_abandon_ms)},
	{"queue {QUEUE} answer = {arrival|announcement|agent}", "arrival", "When the caller's call is answered", ENUM_IN(config_queue, answer)},
	{"queue {QUEUE} join = {always|when} [{STATE...}]", "always", "When callers may join: always, or while an agent is in one of these states, such as ready talking wrap-up", APPLY(apply_queue_join), .check = check_states},
	{"queue {QUEUE} leave = {never|when} [{STATE...}]", "never", "When waiting callers are sent on: never, or while every agent is in one of these states, such as logged-out paused", APPLY(apply_queue_leave), .check = check_states},
	{"queue {QUEUE} grace = {duration:0s..1h}", "0s", "Who may not join, or must leave, is kept for so long nevertheless: for agents who log in late", DURATION_IN(config_queue, grace_ms)},
	{"queue {QUEUE} announce welcome = {none|PROMPT}", "none", "Played at arrival", TEXT_IN(config_queue, welcome)},
	{"queue {QUEUE} announce every = {duration:5s..1h} {PROMPT}", NULL, "Played again and again while waiting", APPLY(apply_queue_every), .initial_text = "none"},
	{"queue {QUEUE} announce position = {off|on|limit|more-than} [{1..999}]", "off", "Say the position in the queue: always, up to a limit only, or beyond it as more than so many", APPLY(apply_queue_position), .check = check_position},
	{"queue {QUEUE} announce wait = {off|on}", "off", "Say the expected wait as a range, as far as it is known and has held of late", BOOL_IN(config_queue, announce_wait)},
	{"queue {QUEUE} announce repeat = {off|duration:15s..1h}", "60s", "Position and wait are said again after so long; with every announcement too, but not within 15 s", DURATION_IN(config_queue, repeat_ms)},
	{"queue {QUEUE} announce improved = {off|on}", "off", "Say the position again only when it has become better", BOOL_IN(config_queue, only_improved)},
	{"queue {QUEUE} music = {none|PROMPT}", "default", "Music on hold", TEXT_IN(config_queue, music)},
	{"queue {QUEUE} whisper = {none|name|PROMPT}", "none", "What the agent hears before the call is connected: a prompt, or the queue's name", TEXT_IN(config_queue, whisper)},
	{"queue {QUEUE} overflow = {duration:0s..24h} {DEST}", NULL, "Where a caller goes after so long a wait", APPLY(apply_queue_overflow)},
	{"queue {QUEUE} timeout = {DEST}", NULL, "Where a caller goes whose longest wait (max-wait) is over", DEST_IN(config_queue, timeout)},
	{"queue {QUEUE} full = {DEST}", "hangup 17", "Where callers go when the queue is full", DEST_IN(config_queue, full)},
	{"queue {QUEUE} closed = {DEST}", NULL, "Where callers go outside the opening hours", DEST_IN(config_queue, closed)},
	{"queue {QUEUE} nobody = {DEST}", NULL, "Where callers go when no agent is logged in", DEST_IN(config_queue, nobody)},
	{"queue {QUEUE} key {KEY} = {DEST}", NULL, "Where a caller goes who presses the key while waiting", APPLY(apply_queue_key)},
	{"queue {QUEUE} sticky = {off|duration:1s..24h}", "off", "A caller gets the agent of last time, and waits for it so long at most, if it is predicted to be free by then", DURATION_IN(config_queue, sticky_ms)},
	{"queue {QUEUE} regain = {off|duration:1s..10m}", "off", "Who has hung up and calls again from the same number within so long has the place in the queue back", DURATION_IN(config_queue, regain_ms)},
	{"queue {QUEUE} max-calls = {none|1..10000}", "none", "Calls of the queue at one time, waiting and talking; then the full treatment applies", APPLY(apply_queue_max_calls)},
	{"queue {QUEUE} transferred-priority = {own|kept}", "own", "A call from another queue gets this queue's priority, or keeps the one it has", BOOL_IN(config_queue, keep_priority)},
	{"queue {QUEUE} closing = {serve|send}", "serve", "Who waits when the queue closes: is served on, or gets the closed treatment", ENUM_IN(config_queue, closing)},
	{"queue {QUEUE} extension = {PREFIX}", NULL, "Number by which telephones reach the queue, and agents transfer calls to it", TEXT_IN(config_queue, extension)},
	{"queue {QUEUE} autopause = {off|after} [{1..99} misses]", "off", "An agent who misses so many offers in a row is paused", APPLY(apply_queue_autopause), .check = check_autopause},
	{"queue {QUEUE} autopause-in = {all|queue}", "all", "Misses of all queues count and the agent is paused altogether, or those of this queue and here alone", BOOL_IN(config_queue, autopause_here)},
	{"queue {QUEUE} autopause-on = {any|no-answer|busy}", "any", "Which offers that came to nothing count", ENUM_IN(config_queue, autopause_on)},
	{"queue {QUEUE} autopause-delay = {duration:0s..1h}", "0s", "Nobody is paused so soon after their last call", DURATION_IN(config_queue, autopause_delay_ms)},
	{"queue {QUEUE} record = {never|always|on-demand|PERCENT}", "never", "Recording", LATER},
	{"queue {QUEUE} dispositions {NUMBER} = {TEXT} [forced]", NULL, "Result code that the agent gives a call", LATER},

	{"huntgroup {HUNTGROUP} member {DEST} = [time {duration:1s..10m}]", NULL, "A member, in this order: an extension, an agent or an external number, rung for so long", APPLY(apply_huntgroup_member), .initial_text = "time 15s"},
	{"huntgroup {HUNTGROUP} order = {all|linear|circular}", "linear", "Who is rung: all at once, one after the other, or the same beginning behind who was rung last", ENUM_IN(config_huntgroup, order)},
	{"huntgroup {HUNTGROUP} final = {DEST}", NULL, "Where a call goes that nobody takes (mandatory)", DEST_IN(config_huntgroup, final)},

	{"did {DID} = {DEST}", NULL, "Where calls to a number go; the longest, most exact match wins", DEST_IN(config_did, destination)},
	{"limit did {DID} = {1..10000} [waiting] [{DEST}]", NULL, "Most calls at once to the numbers of this pattern, from the network: in whatever state, or only those that wait in a queue; further ones go there, or hear busy (17)", APPLY(apply_did_limit), .initial_text = "no limit"},
	{"route {1..9999} match = to {DID} {DEST}", NULL, "Ordered rule, tried before the numbers (did); the first match wins: the called number", APPLY(apply_route)},
	{"route {1..9999} match = from {DID} {DEST}", NULL, "Ordered rule: the calling number", APPLY(apply_route)},
	{"route {1..9999} match = span {SPAN} {DEST}", NULL, "Ordered rule: the span on which the call comes in", APPLY(apply_route)},
	{"route {1..9999} match = hours {HOURS} {DEST}", NULL, "Ordered rule: while these hours are open", APPLY(apply_route)},
	{"route {1..9999} match = customer {TEXT} {DEST}", NULL, "Ordered rule: the class of the caller in the customer table (import csv customers); any: whoever is in it, none: who is not", APPLY(apply_route)},

	{"hours {HOURS} open {DAYS} {TIMES} =", NULL, "Open on these days from .. to", APPLY(apply_hours_open)},
	{"hours {HOURS} holiday {DATE} = [{TEXT}]", NULL, "Closed on this day", APPLY(apply_hours_holiday)},
	{"hours {HOURS} then = {DEST}", NULL, "Where calls go while open", DEST_IN(config_hours, then)},
	{"hours {HOURS} else = {DEST}", NULL, "Where calls go while closed", DEST_IN(config_hours, otherwise)},
	{"hours {HOURS} night-switch = {off|on}", "off", "On: closed, whatever the time", BOOL_IN(config_hours, night)},

	{"menu {MENU} prompt = {PROMPT}", NULL, "What the caller hears", TEXT_IN(config_menu, prompt)},
	{"menu {MENU} key {KEYS} = {DEST}", NULL, "Where a choice leads", APPLY(apply_menu_key)},
	{"menu {MENU} timeout = {duration:1s..1m} [{DEST}]", "5s", "Nothing pressed for so long is an attempt; after the last one the call goes there", APPLY(apply_menu_timeout), .initial_text = "5s hangup"},
	{"menu {MENU} invalid = {DEST}", NULL, "Where the call goes when the last attempt is a wrong choice", DEST_IN(config_menu, invalid), .initial_text = "as timeout"},
	{"menu {MENU} tries = {1..9}", "3", "Attempts", U8_IN(config_menu, tries)},
	{"menu {MENU} extensions = {off|on}", "off", "Extensions may be dialled", BOOL_IN(config_menu, extensions)},

	{"reason {1..99} = {TEXT}", NULL, "A reason for a pause", TEXT_IN(config_reason, text)},
	{"reason {1..99} max = {none|duration:10s..24h} [{ready|logout}]", NULL, "Longest pause for this reason; then the agent is logged out, or ready again", APPLY(apply_reason_max), .initial_text = "as pause max"},
	{"pause reason = {optional|forced}", "optional", "Whether a pause needs a reason; forced takes effect once there are reasons", BOOL_IN(config, pause_reason_forced)},
	{"pause max = {none|duration:10s..24h} [{ready|logout}]", "none", "Longest pause; then the agent is logged out, or ready again", APPLY(apply_pause_max)},
	{"code {CODE} = {KEYS}", NULL, "Keypad code", APPLY(apply_code), .initial_text = "see the list of codes"},
	{"flight-recorder trigger cause = {off|on}", "on", "Freeze the D-channel trace when a call is cleared with an unusual cause", BOOL_IN(config, flight.cause)},
	{"flight-recorder trigger timer = {off|on}", "on", "... when a supervision timer runs out", BOOL_IN(config, flight.timer)},
	{"flight-recorder trigger short-call = {off|on}", "on", "... when a call is cleared normally, but very soon", BOOL_IN(config, flight.short_call)},
	{"flight-recorder trigger protocol = {off|on}", "on", "... when a message breaks the protocol", BOOL_IN(config, flight.protocol)},
	{"flight-recorder trigger dchannel = {off|on}", "on", "... when a D channel goes down", BOOL_IN(config, flight.dchannel)},
	{"flight-recorder short-call = {duration:0s..1m}", "2s", "What counts as very soon, after the answer or else after SETUP", DURATION_IN(config, flight.short_call_ms)},
	{"flight-recorder expected-cause {1..127} =", NULL, "A cause that is usual here, in addition to 1, 4, 5, 16 to 23, 26, 28 and 31", APPLY(apply_expected_cause)},
	{"flight-recorder pause = {duration:0s..24h}", "1m", "After a freeze, so long nothing more of that span is frozen", DURATION_IN(config, flight.pause_ms)},
	{"flight-recorder keep = {1..200}", "20", "Frozen traces that are kept; the oldest go", U32_IN(config, flight.keep)},
	{"timer {TIMER} = {duration:0s..1h}", NULL, "A supervision time", DURATION_IN(config_timer, ms), .check = check_timer_range, .initial_text = "see the list of timers"},
	{"user {NAME} role = {viewer|supervisor|technician|administrator}", NULL, "What a user of the system may do on the console; root always everything, others look", APPLY(apply_user), .initial_text = "viewer"},
	{"prompt {PROMPT} file = {PATH}", NULL, "An announcement of one's own: a WAV file (mono, 8000 Hz, 16 bit PCM, mu-law or A-law) or raw .ulaw; read when the row is committed, kept by the box", TEXT_IN(config_prompt, file)},
	{"prompt {PROMPT} text = {TEXT}", NULL, "An announcement of one's own, spoken by the box (needs the program espeak-ng)", TEXT_IN(config_prompt, text)},
	{"prompt {PROMPT} record = {1..99999999}", NULL, "An announcement recorded on the box: from a telephone (code recorder and this number) or from a sound card (console: record prompt)", U32_IN(config_prompt, record)},
	{"sound {SOUND} device = {DEVICE}", NULL, "A sound card as ALSA names it, such as hw:0 or default; without it the one that the board's file has under this name", TEXT_IN(config_sound, device), .initial_text = "as the board's file says"},
	{"sound {SOUND} rate = {8000..96000}", "48000", "Samples a second; the card takes the nearest that it has", U32_IN(config_sound, rate_hz)},
	{"sound {SOUND} volume = {card|0..100}", NULL, "Loudspeaker, percent; card: as the card has it", APPLY(apply_sound_volume), INTO(config_sound, volume), .initial_text = "card"},
	{"sound {SOUND} input = {SHORT-TEXT}", NULL, "Which of the card's inputs: line, mic, or as the card calls it", TEXT_IN(config_sound, input), .initial_text = "as the card has it"},
	{"sound {SOUND} input-volume = {card|0..100}", NULL, "Input, percent; card: as the card has it", APPLY(apply_sound_volume), INTO(config_sound, input_volume), .initial_text = "card"},
	{"sound {SOUND} silence = {off|duration:2s..1h}", "30s", "Music from this card that is silent for so long gives way to the default music, with an alarm", DURATION_IN(config_sound, silence_ms)},
	{"page zone {1..9999} speaker {SOUND} =", NULL, "A loudspeaker in which pages of this zone are heard (code page and the zone's number)", APPLY(apply_zone_speaker)},
	{"page zone {1..9999} port {PORT} =", NULL, "A headset in which they are heard, while its agent waits for calls with the receiver lifted", APPLY(apply_zone_port)},
	{"page limit = {duration:5s..10m}", "60s", "Longest page", DURATION_IN(config, page_limit_ms)},
	{"music {PROMPT} = {line-in} [card {SOUND}]", NULL, "Music on hold of this name is what comes in on the sound card", APPLY(apply_music), .initial_text = "line-in: the first card"},
	{"user {NAME} password = {PASSWORD}", NULL, "With it the user may log in where the system does not know them: belfry -u NAME", APPLY(apply_password), .secret = true, .keep_as = password_hash_words},
};
/* clang-format on */
const unsigned setting_row_count = ARRAY_SIZE(setting_rows);
