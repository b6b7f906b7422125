/*
 * From lines to typed data: values and defaults in their places, and what a build refuses or warns of.
 */
#include "fixture.h"

/* The example of lab.md. */
static const char *const example[] = {
    "span 1 type e1",        "span 1 signalling pri-cpe",  "span 1 switch euroisdn",
    "span 2 type t1",        "span 2 signalling fxs",      "agent 101 name Ann",
    "agent 101 pin 4711",    "agent 101 port 2/1",         "queue sales strategy longest-idle",
    "queue sales agent 101", "did 8005551000 queue sales", NULL};

static void example_values(void **state)
{
	struct fixture *f = *state;
	set_all(f, example);
	struct config *c = built(f);
	assert_string_equal(f->warnings, "");
	assert_int_equal(c->span_count, 2);
	assert_int_equal(c->spans[0].type, CONFIG_E1);
	assert_int_equal(c->spans[0].signalling, CONFIG_PRI_CPE);
	assert_int_equal(c->spans[0].switch_type, CONFIG_EUROISDN);
	assert_int_equal(c->spans[1].signalling, CONFIG_FXS);
	assert_int_equal(c->agent_count, 1);
	assert_int_equal(c->agents[0].number, 101);
	assert_string_equal(c->agents[0].name, "Ann");
	assert_true(config_pin_matches(&c->agents[0], "4711"));
	assert_false(config_pin_matches(&c->agents[0], "4712"));
	assert_false(config_pin_matches(&c->agents[0], ""));
	assert_int_equal(c->agents[0].home_span, 2);
	assert_int_equal(c->agents[0].home_timeslot, 1);
	assert_int_equal(c->queue_count, 1);
	assert_int_equal(c->queues[0].member_count, 1);
	assert_int_equal(c->queues[0].members[0].agent, 0);
	assert_int_equal(c->queues[0].members[0].weight, 1);
	assert_int_equal(config_match_did(c, "8005551000"), 0);
	assert_int_equal(c->destinations[c->dids[0].destination].type, DEST_QUEUE);
	assert_string_equal(c->destinations[c->dids[0].destination].name, "sales");
	assert_int_equal(c->port_count, 0);
	config_free(c);
}

static void defaults(void **state)
{
	struct fixture *f = *state;
	set_all(f, example);
	struct config *c = built(f);
	assert_string_equal(c->system_name, "belfry");
	assert_string_equal(c->country, "us");
	assert_string_equal(c->timezone, "UTC");
	assert_string_equal(c->language, "en");
	assert_int_equal(c->emergency_count, 2);
	assert_string_equal(c->emergency[0], "112");
	assert_string_equal(c->emergency[1], "911");
	assert_string_equal(c->codes[CODE_LOGIN], "*11");
	assert_string_equal(c->codes[CODE_DIAGNOSTICS], "*99");
	const struct config_queue *q = &c->queues[0];
	assert_int_equal(q->strategy, CONFIG_LONGEST_IDLE);
	assert_int_equal(q->ring_time_ms, 15000);
	assert_int_equal(q->service_level_ms, 20000);
	assert_int_equal(q->wait_max_ms, 0);
	assert_int_equal(q->priority, 5);
	assert_int_equal(q->weight, 1);
	assert_int_equal(q->length_max, CONFIG_QUEUE_LENGTH_MAX);
	assert_int_equal(q->answer, CONFIG_ANSWER_ARRIVAL);
	assert_string_equal(q->welcome, "");
	assert_string_equal(q->music, "default");
	assert_string_equal(q->whisper, "");
	assert_int_equal(q->overflow, -1);
	assert_int_equal(q->closed, -1);
	assert_int_equal(q->nobody, -1);
	assert_int_equal(q->key[11], -1);
	assert_int_equal(c->destinations[q->full].type, DEST_HANGUP);
	assert_int_equal(c->destinations[q->full].cause, 17);
	config_free(c);
}

static void span_defaults(void **state)
{
	struct fixture *f = *state;
	static const char *const lines[] = {"span 1 signalling pri-cpe",
	                                    "span 2 signalling pri-cpe",
	                                    "span 2 type t1",
	                                    "span 3 signalling pri-cpe",
	                                    "span 3 clock 1",
	                                    "span 4 signalling fxs",
	                                    "span 5 signalling pri-net",
	                                    NULL};
	set_all(f, lines);
	struct config *c = built(f);
	assert_int_equal(c->spans[0].law, CONFIG_ALAW);
	assert_int_equal(c->spans[0].framing, CONFIG_CCS);
	assert_int_equal(c->spans[0].coding, CONFIG_HDB3);
	assert_int_equal(c->spans[0].clock_rank, 2); /* rank 1 is taken by span 3, by hand */
	assert_int_equal(c->spans[1].law, CONFIG_MULAW);
	assert_int_equal(c->spans[1].framing, CONFIG_ESF);
	assert_int_equal(c->spans[1].coding, CONFIG_B8ZS);
	assert_int_equal(c->spans[1].switch_type, CONFIG_NI2);
	assert_int_equal(c->spans[1].clock_rank, 3);
	assert_int_equal(c->spans[2].clock_rank, 1);
	assert_int_equal(c->spans[3].type, CONFIG_T1);
	assert_int_equal(c->spans[3].clock_rank, 0);
	assert_int_equal(c->spans[4].clock_rank, 0);
	assert_false(c->spans[0].hunt_ascending);
	config_free(c);
}

static void queue_values(void **state)
{
	static const char *const lines[] = {"agent 7 pin 7777",
	                                    "agent 8 pin 8888",
	                                    "hours office open mon-fri 08:00-18:00",
	                                    "queue q strategy linear",
	                                    "queue q agent 8 penalty 3",
	                                    "queue q agent 7 weight 9",
	                                    "queue q retry 2s",
	                                    "queue q wrap-up 30s",
	                                    "queue q priority 2",
	                                    "queue q weight 4",
	                                    "queue q max-length 20",
	                                    "queue q max-wait 5m",
	                                    "queue q short-abandon 5s",
	                                    "queue q answer announcement",
	                                    "queue q join when logged-in",
	                                    "queue q leave when logged-out",
	                                    "queue q announce welcome hello",
	                                    "queue q announce every 45s please-wait",
	                                    "queue q announce position on",
	                                    "queue q music jazz",
	                                    "queue q whisper name",
	                                    "queue q hours office",
	                                    "queue q overflow 90s announce sorry then hangup",
	                                    "queue q closed announce closed then external 5551234",
	                                    "queue q nobody hangup 42",
	                                    "queue q key \"#\" hangup 31",
	                                    "queue q key 0 agent 7",
	                                    NULL};
	struct fixture *f = *state;
	set_all(f, lines);
	struct config *c = built(f);
	const struct config_queue *q = &c->queues[0];
	assert_int_equal(q->strategy, CONFIG_LINEAR);
	assert_int_equal(q->member_count, 2);
	assert_int_equal(c->agents[q->members[0].agent].number, 8); /* order as typed: linear depends on it */
	assert_int_equal(q->members[0].penalty, 3);
	assert_int_equal(q->members[1].weight, 9);
	assert_int_equal(q->retry_ms, 2000);
	assert_int_equal(q->wrap_up_ms, 30000);
	assert_int_equal(q->wait_max_ms, 300000);
	assert_int_equal(q->short_abandon_ms, 5000);
	assert_int_equal(q->every_ms, 45000);
	assert_string_equal(q->every, "please-wait");
	assert_string_equal(q->welcome, "hello");
	assert_string_equal(q->whisper, "name");
	assert_string_equal(q->hours, "office");
	assert_int_equal(q->length_max, 20);
	assert_int_equal(q->answer, CONFIG_ANSWER_ANNOUNCEMENT);
	assert_int_equal(q->join_states, 0x1fe);
	assert_int_equal(q->leave_states, 1);
	assert_true(q->announce_position);
	assert_false(q->announce_wait);
	assert_int_equal(q->overflow_after_ms, 90000);
	const struct config_destination *to = &c->destinations[q->overflow];
	assert_int_equal(to->type, DEST_ANNOUNCE);
	assert_string_equal(to->name, "sorry");
	assert_int_equal(c->destinations[to->then].type, DEST_HANGUP);
	assert_int_equal(c->destinations[to->then].cause, 16);
	to = &c->destinations[c->destinations[q->closed].then];
	assert_int_equal(to->type, DEST_EXTERNAL);
	assert_string_equal(to->name, "5551234");
	assert_int_equal(c->destinations[q->nobody].cause, 42);
	assert_int_equal(c->destinations[q->key[11]].cause, 31);
	assert_int_equal(c->destinations[q->key[0]].type, DEST_AGENT);
	config_free(c);
}

static void other_values(void **state)
{
	static const char *const lines[] = {"span 1 signalling pri-cpe",
	                                    "span 2 signalling pri-net",
	                                    "span 3 signalling fxs",
	                                    "trunk b span 2",
	                                    "trunk b span 1",
	                                    "trunk b number 555",
	                                    "outside 9 trunk b strip 1 add 0",
	                                    "emergency 999 112",
	                                    "port 3/2 extension 22",
	                                    "port 3/2 class local",
	                                    "port 3/2 dial tone",
	                                    "port 3/2 callerid dtmf",
	                                    "hours h open fri 22:00-06:00",
	                                    "hours h holiday 2026-12-25 Christmas",
	                                    "hours h then extension 22",
	                                    "hours h else hangup",
	                                    "hours h night-switch on",
	                                    "reason 3 Lunch",
	                                    "code login *77",
	                                    "timer T303 2s",
	                                    NULL};
	struct fixture *f = *state;
	set_all(f, lines);
	struct config *c = built(f);
	assert_int_equal(c->trunks[0].span_count, 2);
	assert_int_equal(c->trunks[0].spans[0], 2);
	assert_string_equal(c->trunks[0].number, "555");
	assert_int_equal(c->outsides[0].trunk, 0);
	assert_int_equal(c->outsides[0].strip, 1);
	assert_string_equal(c->outsides[0].add, "0");
	assert_int_equal(c->emergency_count, 2); /* typed ones replace the default */
	assert_int_equal(c->ports[0].timeslot, 2);
	assert_int_equal(c->ports[0].call_class, CONFIG_CLASS_LOCAL);
	assert_int_equal(c->ports[0].dial, CONFIG_DIAL_TONE);
	assert_int_equal(c->ports[0].caller_id, CONFIG_CALLER_ID_DTMF);
	/* Over midnight: Friday evening and Saturday morning. */
	assert_int_equal(c->hours[0].range_count, 2);
	assert_int_equal(c->hours[0].ranges[0].days, 1 << 4);
	assert_int_equal(c->hours[0].ranges[0].to_min, 1440);
	assert_int_equal(c->hours[0].ranges[1].days, 1 << 5);
	assert_int_equal(c->hours[0].ranges[1].to_min, 360);
	assert_int_equal(c->hours[0].holidays[0], 20261225);
	assert_true(c->hours[0].night);
	assert_int_equal(c->destinations[c->hours[0].then].type, DEST_EXTENSION);
	assert_string_equal(c->reasons[0].text, "Lunch");
	assert_int_equal(c->reasons[0].number, 3);
	assert_string_equal(c->codes[CODE_LOGIN], "*77");
	assert_int_equal(c->timer_count, 1);
	assert_string_equal(c->timers[0].name, "T303");
	assert_int_equal(c->timers[0].ms, 2000);
	config_free(c);
}

static bool only_ring_all(int strategy)
{
	return strategy == CONFIG_RING_ALL;
}

static void refusals(void **state)
{
	static const struct {
		const char *line, *sentence;
	} rows[] = {
	    {"did 900 queue slaes", "did 900 queue slaes: there is no queue slaes; did you mean \"sales\"?"},
	    {"did 900 extension 17", "did 900 extension 17: there is no extension 17"},
	    {"did 900 announce x then hours h", "did 900 announce x then hours h: there is no hours h"},
	    {"did 900 huntgroup g", "did 900 huntgroup g: there is no hunt group g"},
	    {"queue sales agent 102", "queue sales agent 102: there is no agent 102; did you mean \"101\"?"},
	    {"queue sales hours h", "queue sales hours h: there is no hours h"},
	    {"trunk t span 9", "trunk t span 9: there is no span 9"},
	    {"trunk t span 2", "trunk t span 2: the span has telephones, no trunk"},
	    {"outside 9 trunk t", "outside 9 trunk t: there is no trunk group t"},
	    {"agent 101 port 3/1", "agent 101 port 3/1: there is no span 3"},
	    {"agent 101 port 1/1", "agent 101 port 1/1: span 1 has no telephones (its signalling is not fxs)"},
	    {"agent 101 port 2/25", "agent 101 port 2/25: span 2 has telephones 1 to 24"},
	    {"agent 102 port 2/1",
	     "agent 102 port 2/1: it is the home telephone of agent 101 already (rule same-port)"},
	    {"port 1/3 extension 33", "port 1/3 extension 33: span 1 has no telephones (its signalling is not fxs)"},
	    {"port 2/25 extension 33", "port 2/25 extension 33: span 2 has telephones 1 to 24"},
	    {"span 2 crc4 on",
	     "span 2 crc4 on: CRC-4 exists on E1 only; T1 has its own check in ESF framing (rule crc4)"},
	    {"span 2 framing ccs", "span 2 framing ccs: a T1 span is framed esf or d4"},
	    {"span 2 coding hdb3", "span 2 coding hdb3: a T1 span is coded b8zs or ami"},
	    {"span 1 framing esf", "span 1 framing esf: an E1 span is framed ccs or cas"},
	    {"span 1 framing cas", "span 1 framing cas: a PRI on E1 needs framing ccs"},
	    {"span 1 coding b8zs", "span 1 coding b8zs: an E1 span is coded hdb3 or ami"},
	    {"span 2 type e1", "span 2 type e1: telephones (signalling fxs) are on a channel bank of type t1"},
	    {"span 3 signalling r2",
	     "span 3 signalling r2: this release speaks pri-cpe, pri-net and fxs; the others come later"},
	    {"huntgroup g order all",
	     "huntgroup g order all: huntgroup g needs \"final\": where a call goes that nobody takes (rule final)"},
	    {"code logout *1", "code logout *1: login *11 begins with the same keys"},
	    {"code logout *11", "code login *11: logout *11 begins with the same keys"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		set_all(f, example);
		set(f, rows[i].line);
		build_refused(f, rows[i].sentence);
		candidate_discard(f->candidate);
	}
	set_all(f, example);
	set(f, "span 2 coding hdb3");
	set(f, "span 2 framing ccs");
	set(f, "span 2 crc4 on");
	build_refused(
	    f, "span 2 crc4 on: CRC-4 exists on E1 only; T1 has its own check in ESF framing (rule crc4); framing "
	       "ccs: a T1 span is framed esf or d4; coding hdb3: a T1 span is coded b8zs or ami");
	candidate_discard(f->candidate);
	set_all(f, example);
	settings_set_strategy_check(only_ring_all);
	build_refused(f, "queue sales strategy longest-idle: this release has no such scheduler yet");
}

static void used_twice(void **state)
{
	struct fixture *f = *state;
	set_all(f, example);
	set(f, "port 2/1 extension 201");
	set(f, "port 2/2 extension 201");
	build_refused(f, "port 2/2 extension 201: port 2/1 has this number too (rule same-number)");
	set(f, "port 2/2 extension 202");
	set(f, "span 3 signalling pri-cpe");
	set(f, "span 1 clock 2");
	set(f, "span 3 clock 2");
	build_refused(f, "span 3 clock 2: span 1 has this rank already (rule clock)");
	set(f, "span 3 clock 0");
	set(f, "hours a then hours b");
	set(f, "hours b then announce x then hours a");
	build_refused(f,
	              "hours b then announce x then hours a: calls go in a circle, callers would be passed round for "
	              "ever: hours a then, hours b then, hours a (rule circle)");
}

#define ROUND    "calls go in a circle, callers would be passed round for ever: "
#define UNWAITED "calls go in a circle, callers would be passed round without waiting: "

/* Rules: lines, then what the build says of them. */
static void rules(void **state)
{
	static const struct {
		const char *lines[5], *sentence;
	} rows[] = {
	    {{"queue a overflow 1m queue b", "queue b overflow 1m queue a"},
	     "queue b overflow 1m queue a: " ROUND "queue a overflow, queue b overflow, queue a (rule circle)"},
	    /* One way after the other: longest wait, overflow, full. */
	    {{"queue a overflow 1m queue b", "queue b timeout queue c", "queue c full queue a"},
	     "queue c full queue a: " ROUND "queue a overflow, queue b timeout, queue c full, queue a (rule circle)"},
	    {{"queue a overflow 1m queue b", "queue c agent 101", "queue b best-of c a"},
	     "queue b best-of a: " ROUND "queue a overflow, queue b best-of, queue a (rule circle)"},
	    {{"queue a full announce x then queue a"},
	     "queue a full announce x then queue a: " ROUND "queue a full, queue a (rule circle)"},
	    {{"queue a nobody hours h", "hours h then hangup", "hours h else huntgroup g", "huntgroup g final queue a"},
	     "huntgroup g final queue a: " ROUND
	     "queue a nobody, hours h else, huntgroup g final, queue a (rule circle)"},
	    {{"hours h else hours h", "hours h then hangup"},
	     "hours h else hours h: " ROUND "hours h else, hours h (rule circle)"},
	    {{"did 900 hours h", "hours h else hangup"},
	     "did 900 hours h: leads nowhere: hours h has no \"then\" (rule nowhere)"},
	    {{"queue a overflow 1m announce x then hours h", "hours h open mon-fri 08:00-18:00"}, NULL},
	    {{"did 900 menu m", "menu m prompt hello"},
	     "did 900 menu m: leads nowhere: menu m has no keys (rule nowhere)"},
	    {{"port 2/5 extension 1125"},
	     "port 2/5 extension 1125: the number begins with 112, an emergency number (rule emergency)"},
	    {{"port 2/5 extension 911"},
	     "port 2/5 extension 911: the number begins with 911, an emergency number (rule emergency)"},
	    {{"emergency 999", "port 2/5 extension 9990"},
	     "port 2/5 extension 9990: the number begins with 999, an emergency number (rule emergency)"},
	    {{"emergency 999", "port 2/5 extension 1125"}, NULL}, /* 112 is none any more */
	    {{"port 2/5 extension 91"}, NULL},
	    {{"span 1 location \"slot 3\"", "span 2 location \"slot 3/1\""},
	     "span 2 location \"slot 3/1\": span 1 has this location already (rule location)"},
	    {{"span 1 location \"slot 3\"", "span 2 location \"slot 3/2\""}, NULL},
	    {{"queue a key 0 queue a"}, NULL}, /* the caller's choice */
	    {{"queue a nobody menu m", "menu m key 1 queue a", "menu m invalid queue a"},
	     "menu m invalid queue a: " UNWAITED "queue a nobody, menu m invalid, queue a (rule circle)"},
	    {{"menu m timeout 5s menu n", "menu m key 1 hangup", "menu n key 1 hangup", "menu n invalid menu m"},
	     "menu n invalid menu m: " UNWAITED "menu m timeout, menu n invalid, menu m (rule circle)"},
	    /* Asked in each round, after a wait: the caller's choice too. */
	    {{"queue a overflow 1m menu m", "menu m key 1 hangup", "menu m timeout 5s queue a"}, NULL},
	    {{"queue a timeout menu m", "menu m key 1 hangup", "menu m timeout 5s queue a"},
	     "menu m timeout 5s queue a: " UNWAITED "queue a timeout, menu m timeout, queue a (rule circle)"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		set_all(f, example);
		set_all(f, rows[i].lines);
		if (rows[i].sentence)
			build_refused(f, rows[i].sentence);
		else
			config_free(built(f));
		candidate_discard(f->candidate);
	}
}

static void warns_of_leaving_while_agents_are_ready(void **state)
{
	struct fixture *f = *state;
	set_all(f, example);
	set(f, "queue sales leave when logged-out paused");
	config_free(built(f));
	assert_null(strstr(f->warnings, "leave-ready"));
	set(f, "queue sales leave when logged-in");
	config_free(built(f));
	assert_non_null(strstr(f->warnings, "queue sales leave when logged-in: callers are sent on at once"));
}

static void rule_warnings(void **state)
{
	static const char *const lines[] = {"queue sales overflow 1m queue b",
	                                    "queue b key 1 queue sales",
	                                    "queue b overflow 1m menu m",
	                                    "menu m timeout 5s queue sales",
	                                    "queue b agent 101",
	                                    "did 900 hours h",
	                                    "hours h then queue b",
	                                    "hours lonely open mon-fri 08:00-18:00",
	                                    "menu m key 1 queue b",
	                                    "menu lone prompt hello",
	                                    "menu lone key 1 hangup",
	                                    NULL};
	struct fixture *f = *state;
	set_all(f, example);
	set_all(f, lines);
	config_free(built(f));
	assert_string_equal(
	    f->warnings, "menu m has no prompt: callers hear silence (rule no-prompt)\n"
	                 "queue sales overflow 1m queue b: calls may go in a circle; who presses no key in 8 steps is "
	                 "released: queue b overflow, menu m timeout, queue sales overflow, queue b (rule circle)\n"
	                 "did 900 hours h: hours h has no \"else\": calls are released while closed (rule nowhere)\n"
	                 "menu lone prompt hello: nothing leads to menu lone (rule unreached)\n"
	                 "hours lonely open mon-fri 08:00-18:00: nothing leads to hours lonely (rule unreached)\n");
}

/* What must fit together on the management network. */
static void management_network(void **state)
{
	static const char *const lines[] = {"network address 192.0.2.10/28", "network gateway 192.0.2.1",
	                                    "network dns 198.51.100.1",      "network dns 198.51.100.2",
	                                    "network dns 198.51.100.3",      NULL};
	struct fixture *f = *state;
	set_all(f, lines);
	struct config *config = built(f);
	assert_string_equal(config->network.address, "192.0.2.10/28");
	assert_string_equal(config->network.gateway, "192.0.2.1");
	assert_int_equal(config->network.dns_count, 3);
	assert_string_equal(config->network.dns[2], "198.51.100.3");
	assert_false(config->network.ssh);
	assert_string_equal(f->warnings, "");
	config_free(config);
	set(f, "network gateway 192.0.2.16");
	build_refused(f,
	              "network gateway 192.0.2.16: the gateway is not in the network of 192.0.2.10/28 (rule gateway)");
	set(f, "network address off");
	set(f, "network ssh on");
	config_free(built(f));
	assert_string_equal(
	    f->warnings,
	    "network gateway 192.0.2.16: has no effect without an address of the box's own (rule gateway)\n"
	    "network ssh on: nobody can reach it while network address is off (rule ssh)\n"
	    "network ssh on: nobody can log in: no user has a password (rule ssh)\n");
	set(f, "network dns 198.51.100.4");
	build_refused(f, "network dns 198.51.100.4: at most 3 name servers");
}

/* Chains as long as the build allows are followed to their end. */
static void long_chain(void **state)
{
	struct fixture *f = *state;
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);
	for (int i = 0; i < 199; i++)
		fprintf(out, "huntgroup g%d final huntgroup g%d\n", i, i + 1);
	fprintf(out, "huntgroup g199 final hangup\n");
	fclose(out);
	assert_int_equal(candidate_load_text(f->candidate, text, &f->fault), 0);
	config_free(built(f));
	set(f, "huntgroup g199 final huntgroup g0");
	build_refused(f, "huntgroup g199 final huntgroup g0: " ROUND
	                 "huntgroup g0 final, huntgroup g1 final, huntgroup g2 final, huntgroup g3 final, huntgroup "
	                 "g4 final, 195 more, huntgroup g0 (rule circle)");
	free(text);
}

/* A member is a telephone or a number outside, a menu's wait leads somewhere, a rule is one of several kinds. */
static void hunt_groups_menus_routes(void **state)
{
	static const char *const lines[] = {"huntgroup g member extension 201 time 20s",
	                                    "huntgroup g member external 5551234",
	                                    "huntgroup g order circular",
	                                    "huntgroup g final hangup 17",
	                                    "menu m prompt hello",
	                                    "menu m key 12 queue sales",
	                                    "menu m invalid hangup 21",
	                                    "route 20 match from 212. queue sales",
	                                    "route 3 match span 1 menu m",
	                                    "port 2/1 extension 201",
	                                    NULL};
	struct fixture *f = *state;
	set_all(f, example);
	set_all(f, lines);
	struct config *config = built(f);
	const struct config_huntgroup *group = &config->huntgroups[0];
	const struct config_menu *menu = &config->menus[0];
	assert_int_equal(group->member_count, 2);
	assert_int_equal(group->members[0].ring_ms, 20000);
	assert_int_equal(group->members[1].ring_ms, 15000);
	assert_string_equal(config->destinations[group->members[1].destination].name, "5551234");
	assert_int_equal(group->order, CONFIG_HUNT_CIRCULAR);
	assert_int_equal(config->destinations[group->final].cause, 17);
	assert_int_equal(menu->timeout_ms, 5000);
	assert_int_equal(menu->timeout, -1);
	assert_int_equal(menu->tries, 3);
	assert_int_equal(config->destinations[menu->invalid].cause, 21);
	assert_string_equal(menu->keys[0].digits, "12");
	assert_int_equal(config->route_count, 2);
	assert_int_equal(config->routes[0].number, 3);
	assert_int_equal(config->routes[0].match, CONFIG_ROUTE_SPAN);
	assert_string_equal(config->routes[1].text, "212.");
	config_free(config);
	set(f, "menu m timeout 9s extension 201");
	set(f, "route 3 match to 800. hangup");
	config = built(f);
	assert_int_equal(config->menus[0].timeout_ms, 9000);
	assert_int_equal(config->destinations[config->menus[0].timeout].type, DEST_EXTENSION);
	assert_int_equal(config->routes[0].match, CONFIG_ROUTE_TO);
	assert_true(config_number_known(config, "8005"));
	assert_true(config_did_may_grow(config, "80"));
	config_free(config);
	set(f, "huntgroup g order all");
	build_refused(f,
	              "huntgroup g member external 5551234: only telephones can ring together; choose order linear or "
	              "circular (rule member)");
	set(f, "huntgroup g member queue sales");
	set(f, "huntgroup g order linear");
	build_refused(f, "huntgroup g member queue sales: a member is an extension, an agent or an external number "
	                 "(rule member)");
}

static bool no_prompt(const char *name)
{
	return false;
}

static void warnings_of_clocks(void **state)
{
	struct fixture *f = *state;
	set_all(f, example);
	config_free(built(f));
	assert_null(strstr(f->warnings, "clock"));
	set(f, "span 1 clock 0");
	config_free(built(f));
	assert_non_null(strstr(f->warnings,
	                       "no span gives the network's clock (span 1 clock 0): trunks that do not take "
	                       "ours will slip; set span 1 clock 1, unless the network takes ours\n"));
	/* Telephones give no clock, so that their rank is no source, and is taken. */
	set(f, "span 2 clock 1");
	config_free(built(f));
	assert_non_null(strstr(f->warnings, "will slip; set span 1 clock 2, unless"));
	assert_non_null(strstr(f->warnings,
	                       "span 2 clock 1: telephones take our clock and have none of the network's to "
	                       "give\n"));
	/* Nor does a trunk that takes ours. */
	set(f, "span 2 clock 0");
	set(f, "span 4 type e1");
	set(f, "span 4 signalling pri-net");
	set(f, "span 4 clock 1");
	config_free(built(f));
	assert_non_null(strstr(f->warnings, "no span gives the network's clock (span 1 clock 0)"));
	set(f, "span 1 clock 2");
	config_free(built(f));
	assert_null(strstr(f->warnings, "no span gives"));
}

static void warnings_of_page_zones(void **state)
{
	struct fixture *f = *state;
	set_all(f, example);
	set(f, "page zone 1 port 2/24");
	config_free(built(f));
	assert_string_equal(f->warnings, "");
	set(f, "page zone 2 port 9/1");
	set(f, "page zone 3 port 1/2");
	set(f, "page zone 4 port 2/25");
	config_free(built(f));
	assert_string_equal(f->warnings, "page zone 2 port 9/1: there is no span 9\n"
	                                 "page zone 3 port 1/2: span 1 has no telephones (its signalling is not fxs)\n"
	                                 "page zone 4 port 2/25: span 2 has telephones 1 to 24\n");
}

static void warnings(void **state)
{
	struct fixture *f = *state;
	set_all(f, example);
	set(f, "agent 102 name Bob");
	set(f, "agent 103 pin 12");
	set(f, "queue empty announce welcome hello");
	set(f, "queue empty announce every 20s mine");
	set(f, "prompt mine file /tmp/mine.wav");
	set(f, "queue sales join when ready");
	set(f, "queue sales record always");
	set(f, "span 5 type e1");
	set(f, "span 5 lbo 3");
	settings_set_prompt_check(no_prompt);
	config_free(built(f));
	assert_string_equal(f->warnings, "span 5 lbo 3: line build-out is for T1, an E1 takes no notice of it\n"
	                                 "span 5 has no signalling and stays unused\n"
	                                 "agent 102 has no pin and cannot log in\n"
	                                 "agent 103: a pin of less than 4 digits is easily guessed\n"
	                                 "queue empty has no agents (rule no-agents)\n"
	                                 "queue empty announce welcome: there is no prompt hello\n"
	                                 "queue sales has rules for joining or leaving but no nobody treatment: "
	                                 "callers are released (rule no-treatment)\n"
	                                 "agent 102 is in no queue and is offered no calls (rule no-queue)\n"
	                                 "agent 103 is in no queue and is offered no calls (rule no-queue)\n"
	                                 "queue sales record always: kept, has no effect in this release\n");
}

static void incomplete_is_warned_of(void **state)
{
	static const struct {
		const char *line, *warning;
	} rows[] = {
	    {"queue sales max-wait 30s", "queue sales has max-wait but no timeout treatment"},
	    {"queue sales timeout hangup", ""},
	    {"queue sales leave when paused", "queue sales has rules for joining or leaving but no nobody treatment"},
	    {"queue sales nobody hangup", ""},
	    {"queue sales strategy percent-allocation", "no agent has a share"},
	    {"queue sales agent 101 share 20", ""},
	    {"queue sales strategy skills", "queue sales needs no skill"},
	    {"queue sales strategy linear", ""},
	    {"queue sales progressive 10s", "queue sales progressive has no effect"},
	    {"queue sales progressive off", ""},
	    {"queue sales alarm 2 oldest 30s", ""},
	    {"queue sales alarm 1 oldest 60s", "queue sales alarm 1 is never seen: alarm 2"},
	    {"queue sales alarm 1 oldest 20s", ""},
	    {"agent 105 pin 47115", "agent 105 is in no queue"},
	    {"did 8005559105 agent 105", ""},
	};
	struct fixture *f = *state;
	set_all(f, example);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		set(f, rows[i].line);
		config_free(built(f));
		assert_non_null(strstr(f->warnings, rows[i].warning));
		if (!rows[i].warning[0])
			assert_string_equal(f->warnings, "");
	}
}

static void limits(void **state)
{
	struct fixture *f = *state;
	char line[80], expected[120];
	for (int i = 0; i <= CONFIG_QUEUES_MAX; i++) {
		snprintf(line, sizeof(line), "queue q%d priority 1", i);
		set(f, line);
	}
	snprintf(expected, sizeof(expected), "%d x queue: this build is limited to %d", CONFIG_QUEUES_MAX + 1,
	         CONFIG_QUEUES_MAX);
	build_refused(f, expected);
	assert_int_equal(candidate_delete(f->candidate, "queue q0", &f->fault), 0);
	set(f, "agent 1 pin 1111");
	for (int i = 1; i <= CONFIG_QUEUES_PER_AGENT_MAX + 1; i++) {
		snprintf(line, sizeof(line), "queue q%d agent 1", i);
		set(f, line);
	}
	snprintf(expected, sizeof(expected), "queue q%d agent 1: an agent serves at most %d queues",
	         CONFIG_QUEUES_PER_AGENT_MAX + 1, CONFIG_QUEUES_PER_AGENT_MAX);
	build_refused(f, expected);
}

static void inward_numbers(void **state)
{
	static const char *const lines[] = {"did 800 hangup 1",    "did 8005551000 hangup 2", "did 800555XXXX hangup 3",
	                                    "did 80055. hangup 4", "did 900 hangup 5",        NULL};
	static const struct {
		const char *digits;
		int cause; /* 0: no match */
		bool may_grow;
	} rows[] = {
	    {"800", 1, true},
	    {"8005551000", 2, false},
	    {"8005551001", 3, false},
	    {"8005", 0, true},
	    {"80055", 4, true},
	    {"800551", 4, true},
	    {"80055510001", 4, true},
	    {"900", 5, false},
	    {"9", 0, true},
	    {"7", 0, false},
	    {"", 0, true},
	    {"9001", 0, false},
	    {"800555100", 4, true},
	};
	struct fixture *f = *state;
	set_all(f, lines);
	struct config *c = built(f);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int32_t did = config_match_did(c, rows[i].digits);
		print_message("%s\n", rows[i].digits);
		assert_int_equal(did < 0 ? 0 : c->destinations[c->dids[did].destination].cause, rows[i].cause);
		assert_int_equal(config_did_may_grow(c, rows[i].digits), rows[i].may_grow);
	}
	config_free(c);
	set(f, "did . hangup 9");
	c = built(f);
	assert_int_equal(c->destinations[c->dids[config_match_did(c, "7")].destination].cause, 9);
	assert_int_equal(c->destinations[c->dids[config_match_did(c, "8005551000")].destination].cause, 2);
	assert_false(config_did_may_grow(c, "8005551000"));
	assert_true(config_did_may_grow(c, "7"));
	config_free(c);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_set_up, fixture_tear_down)
	const struct CMUnitTest tests[] = {TEST(example_values),
	                                   TEST(defaults),
	                                   TEST(span_defaults),
	                                   TEST(queue_values),
	                                   TEST(other_values),
	                                   TEST(refusals),
	                                   TEST(used_twice),
	                                   TEST(rules),
	                                   TEST(rule_warnings),
	                                   TEST(management_network),
	                                   TEST(warns_of_leaving_while_agents_are_ready),
	                                   TEST(long_chain),
	                                   TEST(warnings),
	                                   TEST(warnings_of_clocks),
	                                   TEST(warnings_of_page_zones),
	                                   TEST(incomplete_is_warned_of),
	                                   TEST(limits),
	                                   TEST(inward_numbers),
	                                   TEST(hunt_groups_menus_routes)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
