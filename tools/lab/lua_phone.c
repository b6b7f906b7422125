/* Telephones on the phone spans. */
#include <stdio.h>
#include <string.h>

#include "lua_lab.h"

#define CALLER_ID_WAIT_S   8.0
#define BURST_TOLERANCE_MS 60u

static const struct {
	const char *word;
	enum lab_phone_state state;
} states[] = {{"ringing", LAB_PHONE_RINGING},
              {"silent", LAB_PHONE_SILENT},
              {"dialtone", LAB_PHONE_DIAL_TONE},
              {"busy-or-reorder", LAB_PHONE_BUSY_OR_REORDER},
              {"howler", LAB_PHONE_HOWLER}};
#define STATE_COUNT (sizeof states / sizeof *states)

static struct lab_party *this_phone(lua_State *L)
{
	struct lab_party *party = lab_party(L);
	if (!party->phone)
		luaL_error(L, "%s is not a telephone", party->name);
	return party;
}

static uint64_t exchange_now(lua_State *L)
{
	return exchange_now_samples(box_exchange(lab_box(L)));
}

void lab_phone_text(struct lab_phone *phone, char *text, size_t size)
{
	int n = snprintf(text, size, "it is %s", phone_lifted(phone) ? "off hook" : "on hook");
	for (size_t i = 0; i < STATE_COUNT; i++)
		if (n > 0 && (size_t)n < size && phone_is(phone, states[i].state))
			n += snprintf(text + n, size - (size_t)n, ", %s", states[i].word);
}

/* One object a telephone, so that all who ask for it share what it has been expected to do. */
static int l_phone(lua_State *L)
{
	struct lab *lab = lab_of(L);
	unsigned span, timeslot;
	char rest, key[48];
	const char *text = luaL_checkstring(L, 1);
	if (sscanf(text, "%u/%u%c", &span, &timeslot, &rest) != 2)
		return luaL_error(L, "phone(\"%s\"): SPAN/CHANNEL expected, as in phone(\"2/1\")", text);
	snprintf(key, sizeof key, "phone %u/%u of box %u", span, timeslot, lab->generation);
	struct lab_phone *phone = phone_at(box_exchange(lab_box(L)), span, timeslot);
	if (!phone)
		return luaL_error(L, "phone(\"%s\"): span %d has no such telephone", text, (int)span);
	if (lua_getfield(L, LUA_REGISTRYINDEX, key) == LUA_TUSERDATA)
		return 1;
	struct lab_party *party = lua_newuserdatauv(L, sizeof *party, 0);
	*party = (struct lab_party){.generation = lab->generation, .phone = phone};
	snprintf(party->name, sizeof party->name, "phone %u/%u", span, timeslot);
	luaL_setmetatable(L, "phone");
	lua_pushvalue(L, -1);
	lua_setfield(L, LUA_REGISTRYINDEX, key);
	lab_record_all(L, party);
	return 1;
}

static int l_lift(lua_State *L)
{
	struct lab_party *party = this_phone(L);
	phone_lift(party->phone);
	party->lifted = exchange_now(L);
	party->dialled = false;
	return 0;
}

static int l_hang_up(lua_State *L)
{
	struct lab_party *party = this_phone(L);
	phone_hang_up(party->phone);
	party->dialled = false;
	return 0;
}

/* Recall dial tone is waited for as after lifting. */
static int l_flash(lua_State *L)
{
	struct lab_party *party = this_phone(L);
	if (!phone_lifted(party->phone))
		return lab_fail(L, "%s cannot flash: it is on hook", party->name);
	phone_flash(party->phone);
	party->lifted = exchange_now(L);
	party->dialled = false;
	return 0;
}

static enum lab_phone_state checked_state(lua_State *L)
{
	const char *word = luaL_checkstring(L, 2);
	for (size_t i = 0; i < STATE_COUNT; i++)
		if (strcmp(states[i].word, word) == 0)
			return states[i].state;
	return luaL_error(L, "a telephone is never \"%s\"; it is ringing, silent, dialtone, busy-or-reorder or howler",
	                  word);
}

/* A first burst that ended before any usual one does: the ringing was stopped. Otherwise it takes a pause to know. */
static bool cut_short(const struct lab_phone *phone)
{
	static const unsigned usual_ms[] = {400, 500, 800, 1000, 1500, 2000};
	unsigned ms[2];
	if (phone_ring_cadence(phone, ms, 2) != 1)
		return false;
	for (size_t i = 0; i < sizeof usual_ms / sizeof *usual_ms; i++)
		if (ms[0] + BURST_TOLERANCE_MS > usual_ms[i] && ms[0] < usual_ms[i] + BURST_TOLERANCE_MS)
			return false;
	return true;
}

static bool is_in_state(struct lab_phone *phone, enum lab_phone_state state)
{
	if (state == LAB_PHONE_SILENT)
		return phone_is(phone, state) || phone_lifted(phone) || cut_short(phone);
	return phone_is(phone, state) && !(state == LAB_PHONE_RINGING && cut_short(phone));
}

/* Stack: phone, state, seconds */
static int state_reached(lua_State *L, bool last)
{
	struct lab_party *party = this_phone(L);
	enum lab_phone_state state = checked_state(L);
	uint64_t at = 0, from = lab_expected_from(party);
	bool passed = phone_was(party->phone, state, from, &at) && at >= from;
	if (passed || is_in_state(party->phone, state))
		return lab_state_reached(L, party, passed, at);
	return lab_state_missed(L, party, last);
}

static int l_expect(lua_State *L)
{
	static const struct lab_condition reached = {state_reached, BOX_PERIOD_SAMPLES};
	this_phone(L);
	checked_state(L);
	return lab_expect(L, &reached);
}

static void set_text(lua_State *L, const char *name, const char *text)
{
	if (!text[0])
		return;
	lua_pushstring(L, text);
	lua_setfield(L, -2, name);
}

static int caller_id_seen(lua_State *L, bool last)
{
	struct lab_party *party = this_phone(L);
	struct lab_caller_id id;
	phone_caller_id(party->phone, &id);
	if (!id.seen) {
		if (!last && (phone_is(party->phone, LAB_PHONE_RINGING) || phone_burst_due(party->phone)))
			return -1;
		lua_pushnil(L);
		return 1;
	}
	lua_createtable(L, 0, 6);
	set_text(L, "number", id.number);
	set_text(L, "name", id.name);
	set_text(L, "time", id.time);
	set_text(L, "presentation", id.presentation);
	lua_pushlstring(L, (const char *)id.raw, id.raw_bytes);
	lua_setfield(L, -2, "raw");
	lua_pushboolean(L, id.v23);
	lua_setfield(L, -2, "v23");
	return 1;
}

static int l_caller_id(lua_State *L)
{
	static const struct lab_condition seen = {caller_id_seen, BOX_PERIOD_SAMPLES};
	this_phone(L);
	lua_settop(L, 1);
	return lab_until(L, CALLER_ID_WAIT_S, &seen);
}

static int l_message_waiting(lua_State *L)
{
	int waiting = phone_message_waiting(this_phone(L)->phone);
	if (waiting < 0)
		lua_pushnil(L);
	else
		lua_pushboolean(L, waiting);
	return 1;
}

/* ms on, off, on, off ... */
static int l_ring_cadence(lua_State *L)
{
	unsigned ms[16], count = phone_ring_cadence(this_phone(L)->phone, ms, 16);
	lua_createtable(L, (int)count, 0);
	for (unsigned i = 0; i < count; i++) {
		lua_pushinteger(L, ms[i]);
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	return 1;
}

static int l_digits(lua_State *L)
{
	lua_pushstring(L, party_digits_heard(phone_party(this_phone(L)->phone)));
	return 1;
}

void lab_open_phone(lua_State *L)
{
	static const luaL_Reg own[] = {{"lift", l_lift},
	                               {"hang_up", l_hang_up},
	                               {"flash", l_flash},
	                               {"expect", l_expect},
	                               {"caller_id", l_caller_id},
	                               {"message_waiting", l_message_waiting},
	                               {"ring_cadence", l_ring_cadence},
	                               {"digits_heard", l_digits},
	                               {NULL, NULL}};
	lab_make_class(L, "phone", own, NULL);
	lua_register(L, "phone", l_phone);
}
