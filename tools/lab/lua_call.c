/* Calls on trunks: call{}, incoming(), and what can be done with them. */
#include <stdio.h>
#include <string.h>

#include "lua_lab.h"

static const struct lab_word ton_words[] = {{"unknown", 0},    {"international", 1}, {"national", 2},    {"network", 3},
                                            {"subscriber", 4}, {"local", 4},         {"abbreviated", 6}, {NULL, 0}};
static const struct lab_word npi_words[] = {{"unknown", 0}, {"e164", 1},     {"isdn", 1},    {"e.164", 1},
                                            {"data", 3},    {"national", 8}, {"private", 9}, {NULL, 0}};
static const struct lab_word presentation_words[] = {{"allowed", 0}, {"restricted", 1}, {"unavailable", 2}, {NULL, 0}};
static const struct lab_word bearer_words[] = {{"speech", 0x00}, {"3.1khz", 0x10},  {"3k1", 0x10},
                                               {"audio", 0x10},  {"digital", 0x08}, {"unrestricted", 0x08},
                                               {"video", 0x18},  {NULL, 0}};
static const struct lab_word reason_words[] = {{"unknown", 0},   {"busy", 1},           {"no-reply", 2},
                                               {"no-answer", 2}, {"unconditional", 15}, {NULL, 0}};

static const struct {
	const char *word;
	enum lab_call_state state;
} states[] = {{"proceeding", LAB_CALL_PROCEEDING}, {"alerting", LAB_CALL_ALERTING}, {"progress", LAB_CALL_PROGRESS},
              {"answered", LAB_CALL_ANSWERED},     {"rejected", LAB_CALL_REJECTED}, {"released", LAB_CALL_RELEASED}};

static const char *state_text(enum lab_call_state state)
{
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (states[i].state == state)
			return states[i].word;
	return state == LAB_CALL_SETUP_ACK ? "waiting for digits"
	       : state == LAB_CALL_SETUP   ? "set up, no answer yet"
	                                   : "idle";
}

static struct lab_party *this_call(lua_State *L)
{
	struct lab_party *party = lab_party(L);
	if (!party->call)
		luaL_error(L, "%s is not a call", party->name);
	return party;
}

static void push_call(lua_State *L, struct lab_call *call, const char *what)
{
	struct lab_call_facts facts;
	struct lab_party *party = lua_newuserdatauv(L, sizeof *party, 0);
	call_facts(call, &facts);
	*party = (struct lab_party){.generation = lab_of(L)->generation, .call = call};
	snprintf(party->name, sizeof party->name, "%s %.28s", what, facts.to);
	luaL_setmetatable(L, "call");
	lab_record_all(L, party);
}

static unsigned first_trunk(lua_State *L)
{
	struct box *box = lab_box(L);
	for (unsigned i = 0; i < box_span_count(box); i++)
		if (box_span(box, i)->kind == LAB_SPAN_PRI)
			return box_span(box, i)->span;
	luaL_error(L, "call: no span is a trunk");
	return 0;
}

static void take_redirecting(lua_State *L, struct lab_call_request *request)
{
	static const char *const names[] = {"number", "reason", NULL};
	if (lua_getfield(L, 1, "redirecting") == LUA_TTABLE) {
		int index = lua_gettop(L);
		lab_check_fields(L, index, "redirecting", names);
		lab_copy_field(L, index, "number", request->redirecting, sizeof request->redirecting);
		request->redirecting_reason = lab_word_field(L, index, "reason", reason_words, 0);
	} else {
		lab_copy_field(L, 1, "redirecting", request->redirecting, sizeof request->redirecting);
	}
	lua_pop(L, 1);
}

static void take_request(lua_State *L, struct lab_call_request *request)
{
	static const char *const names[] = {"span",      "to",          "from", "name",       "channel",
	                                    "exclusive", "bearer",      "ton",  "npi",        "presentation",
	                                    "overlap",   "redirecting", "uui",  "name_later", NULL};
	lab_check_fields(L, 1, "call", names);
	request->span = (unsigned)lab_integer_field(L, 1, "span", 0);
	if (!request->span)
		request->span = first_trunk(L);
	request->channel = (unsigned)lab_integer_field(L, 1, "channel", 0);
	request->exclusive = lab_boolean_field(L, 1, "exclusive", false);
	lab_copy_field(L, 1, "to", request->to, sizeof request->to);
	lab_copy_field(L, 1, "from", request->from, sizeof request->from);
	lab_copy_field(L, 1, "name", request->name, sizeof request->name);
	lab_copy_field(L, 1, "uui", request->uui, sizeof request->uui);
	request->bearer = lab_word_field(L, 1, "bearer", bearer_words, -1);
	request->ton = lab_word_field(L, 1, "ton", ton_words, -1);
	request->npi = lab_word_field(L, 1, "npi", npi_words, -1);
	request->presentation = lab_word_field(L, 1, "presentation", presentation_words, -1);
	request->overlap = lab_boolean_field(L, 1, "overlap", false);
	request->name_later = lab_boolean_field(L, 1, "name_later", false);
	take_redirecting(L, request);
}

static int l_call(lua_State *L)
{
	struct lab_call_request request = {0};
	struct lab_call *call;
	char error[LAB_TEXT] = "";
	struct box *box = lab_box(L);
	lua_settop(L, 1);
	take_request(L, &request);
	int r = call_out(box_exchange(box), &request, &call, error, sizeof error);
	if (r)
		return lab_fail(L, "call to %s: %s", request.to, error[0] ? error : strerror(-r));
	push_call(L, call, "call to");
	return 1;
}

/* Stack: span, seconds */
static int call_came(lua_State *L, bool last)
{
	unsigned span = (unsigned)lua_tointeger(L, 1);
	struct lab_call *call = call_incoming(box_exchange(lab_box(L)), span);
	if (call) {
		push_call(L, call, "call from the box to");
		return 1;
	}
	return last ? lab_fail(L, "span %d: expected the box to call out within %g s, but no call came", (int)span,
	                       lua_tonumber(L, 2))
	            : -1;
}

static int l_incoming(lua_State *L)
{
	static const struct lab_condition came = {call_came, BOX_PERIOD_SAMPLES};
	lab_box(L);
	luaL_checkinteger(L, 1);
	lua_settop(L, 2);
	double seconds = lab_seconds_argument(L, 2, EXPECT_DEFAULT_S);
	lua_pushnumber(L, seconds);
	lua_replace(L, 2);
	return lab_until(L, seconds, &came);
}

static enum lab_call_state checked_state(lua_State *L)
{
	const char *word = luaL_checkstring(L, 2);
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (strcmp(states[i].word, word) == 0)
			return states[i].state;
	return luaL_error(
	    L, "a call is never \"%s\"; it is proceeding, alerting, progress, answered, rejected or released", word);
}

/* Stack: call, state, seconds */
static int state_reached(lua_State *L, bool last)
{
	struct lab_party *party = this_call(L);
	enum lab_call_state state = checked_state(L);
	uint64_t at = 0, from = lab_expected_from(party);
	bool passed = call_was(party->call, state, from, &at) && at >= from;
	if (passed || call_state(party->call) == state)
		return lab_state_reached(L, party, passed, at);
	return lab_state_missed(L, party, last);
}

static int l_expect(lua_State *L)
{
	static const struct lab_condition reached = {state_reached, BOX_PERIOD_SAMPLES};
	this_call(L);
	checked_state(L);
	return lab_expect(L, &reached);
}

static int done(lua_State *L, struct lab_party *party, const char *what, int result)
{
	if (result)
		return lab_fail(L, "%s: cannot %s: %s (it is %s)", party->name, what, strerror(-result),
		                state_text(call_state(party->call)));
	return 0;
}

static int checked_cause(lua_State *L, int otherwise)
{
	lua_Integer cause = luaL_optinteger(L, 2, otherwise);
	luaL_argcheck(L, cause >= 1 && cause <= 127, 2, "a cause from 1 to 127 expected");
	return (int)cause;
}

static int l_hang_up(lua_State *L)
{
	struct lab_party *party = this_call(L);
	int cause = checked_cause(L, 16);
	enum lab_call_state state = call_state(party->call);
	if (state == LAB_CALL_REJECTED || state == LAB_CALL_RELEASED)
		return 0; /* it is over already */
	return done(L, party, "hang up", call_hang_up(party->call, cause));
}

static int l_reject(lua_State *L)
{
	struct lab_party *party = this_call(L);
	return done(L, party, "reject", call_reject(party->call, checked_cause(L, 21)));
}

static int l_more_digits(lua_State *L)
{
	struct lab_party *party = this_call(L);
	const char *digits = luaL_checkstring(L, 2);
	return done(L, party, "send more digits", call_more_digits(party->call, digits, lua_toboolean(L, 3)));
}

static int l_facility(lua_State *L)
{
	static const char *const names[] = {"name", NULL};
	struct lab_party *party = this_call(L);
	char name[64] = "";
	if (lua_istable(L, 2)) {
		lab_check_fields(L, 2, "facility", names);
		lab_copy_field(L, 2, "name", name, sizeof name);
	} else {
		snprintf(name, sizeof name, "%s", luaL_checkstring(L, 2));
	}
	return done(L, party, "send a FACILITY", call_facility(party->call, name));
}

static int l_hold(lua_State *L)
{
	struct lab_party *party = this_call(L);
	return done(L, party, "hold", call_hold(party->call));
}

static int l_retrieve(lua_State *L)
{
	struct lab_party *party = this_call(L);
	return done(L, party, "retrieve", call_retrieve(party->call));
}

static int l_alert(lua_State *L)
{
	struct lab_party *party = this_call(L);
	return done(L, party, "alert", call_alert(party->call));
}

static int l_progress(lua_State *L)
{
	struct lab_party *party = this_call(L);
	return done(L, party, "send PROGRESS", call_progress(party->call));
}

static int l_answer(lua_State *L)
{
	struct lab_party *party = this_call(L);
	return done(L, party, "answer", call_answer(party->call));
}

/* An answering machine has taken the call: its greeting, its beep, then it listens. */
static int l_machine(lua_State *L)
{
	struct lab_party *party = this_call(L);
	char path[4096], error[LAB_TEXT];
	lab_find_file(L, luaL_checkstring(L, 2), path, sizeof path);
	if (call_state(party->call) != LAB_CALL_ANSWERED)
		done(L, party, "answer", call_answer(party->call));
	if (party_say_greeting(call_party(party->call), path, error, sizeof error))
		return lab_fail(L, "%s", error);
	return 0;
}

static void push_text(lua_State *L, const char *text)
{
	if (text[0])
		lua_pushstring(L, text);
	else
		lua_pushnil(L);
}

static void push_number(lua_State *L, long value)
{
	if (value > 0)
		lua_pushinteger(L, value);
	else
		lua_pushnil(L);
}

static void push_word(lua_State *L, const struct lab_word *words, int value)
{
	while (words->word && words->value != value)
		words++;
	lua_pushstring(L, words->word);
}

static int l_fields(lua_State *L)
{
	struct lab_party *party = this_call(L);
	const char *name = luaL_checkstring(L, 2);
	struct lab_call_facts facts;
	call_facts(party->call, &facts);
	if (strcmp(name, "cause") == 0)
		push_number(L, facts.cause);
	else if (strcmp(name, "cause_location") == 0)
		lua_pushinteger(L, facts.cause_location);
	else if (strcmp(name, "channel") == 0)
		push_number(L, facts.channel);
	else if (strcmp(name, "span") == 0)
		push_number(L, facts.span);
	else if (strcmp(name, "to") == 0)
		lua_pushstring(L, facts.to);
	else if (strcmp(name, "from") == 0)
		push_text(L, facts.from);
	else if (strcmp(name, "name") == 0)
		push_text(L, facts.name);
	else if (strcmp(name, "redirecting") == 0)
		push_text(L, facts.redirecting);
	else if (strcmp(name, "connected") == 0)
		push_text(L, facts.connected);
	else if (strcmp(name, "presentation") == 0)
		push_word(L, presentation_words, facts.presentation);
	else if (strcmp(name, "inband") == 0)
		lua_pushboolean(L, facts.inband);
	else if (strcmp(name, "state") == 0)
		lua_pushstring(L, state_text(call_state(party->call)));
	else if (strcmp(name, "digits") == 0)
		lua_pushstring(L, party_digits_heard(call_party(party->call)));
	else
		return luaL_error(L, "a call has no \"%s\"", name);
	return 1;
}

void lab_call_text(struct lab_call *call, char *text, size_t size)
{
	struct lab_call_facts facts;
	call_facts(call, &facts);
	int n = snprintf(text, size, "it is %s (span %u channel %u", state_text(call_state(call)), facts.span,
	                 facts.channel);
	if (facts.cause > 0 && n > 0 && (size_t)n < size)
		n += snprintf(text + n, size - (size_t)n, ", cause %d", facts.cause);
	if (n > 0 && (size_t)n < size)
		snprintf(text + n, size - (size_t)n, ")");
}

void lab_open_call(lua_State *L)
{
	static const luaL_Reg own[] = {
	    {"expect", l_expect},     {"hang_up", l_hang_up}, {"reject", l_reject},     {"more_digits", l_more_digits},
	    {"facility", l_facility}, {"hold", l_hold},       {"retrieve", l_retrieve}, {"alert", l_alert},
	    {"progress", l_progress}, {"answer", l_answer},   {"machine", l_machine},   {NULL, NULL}};
	lab_make_class(L, "call", own, l_fields);
	lua_register(L, "call", l_call);
	lua_register(L, "incoming", l_incoming);
}
