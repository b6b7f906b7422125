/* What calls and telephones have in common: a mouth, ears, and the class they are made of. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lua_lab.h"

#define HEARS_DEFAULT_S    5.0
#define DIAL_TONE_WAIT_S   3.0
#define LOOK_BACK_SAMPLES  BOX_SECOND /* a playback begun up to 1 s earlier counts */
#define SILENCE_DBM0       (-50.0)
#define ASK_SOUND_SAMPLES  800u
#define ASK_PERIOD_SAMPLES BOX_PERIOD_SAMPLES

struct lab_party *lab_party(lua_State *L)
{
	struct lab_party *party = luaL_testudata(L, 1, "call");
	if (!party)
		party = luaL_testudata(L, 1, "phone");
	if (!party)
		luaL_error(L,
		           "a call or a telephone expected before the colon (call:method(...), not call.method(...))");
	if (party->generation != lab_of(L)->generation)
		luaL_error(L, "%s belongs to a box that is gone", party->name);
	return party;
}

struct party *lab_party_voice(struct lab_party *party)
{
	return party->call ? call_party(party->call) : phone_party(party->phone);
}

void lab_party_text(lua_State *L, struct lab_party *party, char *text, size_t size)
{
	char heard[512];
	if (party->call)
		lab_call_text(party->call, text, size);
	else
		lab_phone_text(party->phone, text, size);
	party_heard_text(lab_party_voice(party), heard, sizeof heard);
	size_t n = strlen(text);
	snprintf(text + n, size - n, "; heard: %s", heard);
}

static struct exchange *exchange_of(lua_State *L)
{
	return box_exchange(lab_box(L));
}

static int heard_otherwise(lua_State *L, struct lab_party *party, const char *expected)
{
	char text[1024];
	lab_party_text(L, party, text, sizeof text);
	return lab_fail(L, "%s: expected to hear %s, but %s", party->name, expected, text);
}

/* ---- expect ---- */

int lab_expect(lua_State *L, const struct lab_condition *reached)
{
	lua_settop(L, 3);
	double seconds = lab_seconds_argument(L, 3, EXPECT_DEFAULT_S);
	lua_pushnumber(L, seconds);
	lua_replace(L, 3);
	return lab_until(L, seconds, reached);
}

uint64_t lab_expected_from(const struct lab_party *party)
{
	return party->expected ? party->mark + 1 : 0;
}

int lab_state_reached(lua_State *L, struct lab_party *party, bool passed, uint64_t at)
{
	uint64_t now = exchange_now_samples(exchange_of(L));
	/* what else happened within this same period is still to be expected */
	party->mark = passed && now - at < BOX_PERIOD_SAMPLES ? at : now;
	party->expected = true;
	lua_settop(L, 1);
	return 1;
}

int lab_state_missed(lua_State *L, struct lab_party *party, bool last)
{
	char text[1024];
	if (!last)
		return -1;
	lab_party_text(L, party, text, sizeof text);
	return lab_fail(L, "%s: expected %s within %g s, but %s", party->name, lua_tostring(L, 2), lua_tonumber(L, 3),
	                text);
}

/* ---- mouth ---- */

static int l_say(lua_State *L)
{
	struct lab_party *party = lab_party(L);
	double hz = luaL_checknumber(L, 2), dbm0 = luaL_optnumber(L, 3, -10);
	luaL_argcheck(L, hz > 0 && hz < 4000, 2, "a frequency below 4000 Hz expected");
	luaL_argcheck(L, dbm0 <= 3.2 && dbm0 > -90, 3, "a level from -90 to +3 dBm0 expected");
	party_say_tone(lab_party_voice(party), hz, dbm0);
	return 0;
}

/* A relative name is looked for as it is, then beside the scenario. */
void lab_find_file(lua_State *L, const char *name, char *path, size_t size)
{
	const char *scenario = lab_of(L)->path, *slash = strrchr(scenario, '/');
	snprintf(path, size, "%s", name);
	if (name[0] != '/' && access(path, R_OK) && slash)
		snprintf(path, size, "%.*s/%s", (int)(slash - scenario), scenario, name);
}

static int l_say_file(lua_State *L)
{
	struct lab_party *party = lab_party(L);
	char path[4096], error[LAB_TEXT];
	lab_find_file(L, luaL_checkstring(L, 2), path, sizeof path);
	if (party_say_file(lab_party_voice(party), path, error, sizeof error))
		return lab_fail(L, "%s", error);
	return 0;
}

static int l_silence(lua_State *L)
{
	party_say_nothing(lab_party_voice(lab_party(L)));
	return 0;
}

static int l_record(lua_State *L)
{
	struct lab_party *party = lab_party(L);
	const char *name = luaL_checkstring(L, 2), *folder = lab_of(L)->options->wav_folder;
	char path[4096], error[LAB_TEXT];
	snprintf(path, sizeof path, "%s%s%s", folder && name[0] != '/' ? folder : "",
	         folder && name[0] != '/' ? "/" : "", name);
	if (party_record(lab_party_voice(party), path, error, sizeof error))
		return lab_fail(L, "%s", error);
	return 0;
}

void lab_record_all(lua_State *L, struct lab_party *party)
{
	struct lab *lab = lab_of(L);
	char path[4096], error[LAB_TEXT];
	if (!lab->options->wav_folder)
		return;
	int n = snprintf(path, sizeof path, "%s/%03u-", lab->options->wav_folder, ++lab->recorded);
	for (const char *c = party->name; *c && n < 200; c++)
		path[n++] = *c == ' ' || *c == '/' ? '-' : *c;
	snprintf(path + n, sizeof path - (size_t)n, ".wav");
	if (party_record(lab_party_voice(party), path, error, sizeof error))
		lab_fail(L, "%s", error);
}

/* ---- digits ---- */

/* Durations are ms; seconds are understood too, since no digit lasts 2 ms. */
static unsigned digit_ms(lua_State *L, const char *name)
{
	double value = lab_number_field(L, 3, name, 0);
	return (unsigned)lrint(value > 0 && value <= 2 ? value * 1000 : value);
}

static struct lab_dial dial_manner(lua_State *L)
{
	static const char *const names[] = {"on", "off", "pulse", "level", "twist", NULL};
	struct lab_dial how = {0};
	if (lua_isnoneornil(L, 3))
		return how;
	lab_check_fields(L, 3, "dial", names);
	how.on_ms = digit_ms(L, "on");
	how.off_ms = digit_ms(L, "off");
	how.pulse = lab_boolean_field(L, 3, "pulse", false);
	how.level_dbm0 = lab_number_field(L, 3, "level", 0);
	how.twist_db = lab_number_field(L, 3, "twist", 0);
	return how;
}

static int digits_sent(lua_State *L, bool last)
{
	struct lab_party *party = lab_party(L);
	if (!party_dialling(lab_party_voice(party)))
		return 0;
	return last ? lab_fail(L, "%s: the digits were not sent in time", party->name) : -1;
}

static int send_digits(lua_State *L)
{
	static const struct lab_condition sent = {digits_sent, ASK_PERIOD_SAMPLES};
	struct lab_party *party = lab_party(L);
	struct lab_dial how = dial_manner(L);
	char error[LAB_TEXT];
	if (party_dial(lab_party_voice(party), luaL_checkstring(L, 2), &how, error, sizeof error))
		return lab_fail(L, "%s: %s", party->name, error);
	party->dialled = true;
	return lab_until(L, 600, &sent);
}

static int dial_tone_or_enough(lua_State *L, bool last)
{
	struct lab_party *party = lab_party(L);
	uint64_t since;
	if (!last && !(phone_is(party->phone, LAB_PHONE_DIAL_TONE) &&
	               phone_was(party->phone, LAB_PHONE_DIAL_TONE, party->lifted, &since)))
		return -1;
	lua_settop(L, 3);
	return send_digits(L);
}

static int l_dial(lua_State *L)
{
	static const struct lab_condition dial_tone = {dial_tone_or_enough, ASK_PERIOD_SAMPLES};
	struct lab_party *party = lab_party(L);
	luaL_checkstring(L, 2);
	lua_settop(L, 3);
	(void)dial_manner(L); /* mistakes are named at once */
	if (!party->phone || party->dialled)
		return send_digits(L);
	if (!phone_lifted(party->phone) && !party->lifted)
		return lab_fail(L, "%s cannot dial: it has not been lifted", party->name);
	return lab_until(L, DIAL_TONE_WAIT_S, &dial_tone);
}

/* ---- ears ---- */

/* Stack: party, hz, level, seconds, from */
static int tone_heard(lua_State *L, bool last)
{
	struct lab_party *party = lab_party(L);
	double hz = lua_tonumber(L, 2), least = lua_tonumber(L, 3);
	double level = party_tone_level(lab_party_voice(party), hz, (uint64_t)lua_tointeger(L, 5));
	if (level >= least) {
		lua_pushnumber(L, level);
		return 1;
	}
	if (!last)
		return -1;
	char expected[160];
	snprintf(expected, sizeof expected, "%g Hz at %g dBm0 within %g s (it reached %.1f dBm0)", hz, least,
	         lua_tonumber(L, 4), level);
	return heard_otherwise(L, party, expected);
}

static int l_hears_tone(lua_State *L)
{
	static const struct lab_condition heard = {tone_heard, ASK_SOUND_SAMPLES};
	lab_party(L);
	luaL_checknumber(L, 2);
	lua_settop(L, 4);
	lua_pushnumber(L, luaL_optnumber(L, 3, -30));
	lua_replace(L, 3);
	double seconds = lab_seconds_argument(L, 4, HEARS_DEFAULT_S);
	lua_pushnumber(L, seconds);
	lua_replace(L, 4);
	lua_pushinteger(L, (lua_Integer)exchange_now_samples(exchange_of(L)));
	return lab_until(L, seconds, &heard);
}

/* Stack: party, names (a list), seconds, from. The first of the names that is heard is returned. */
static int prompt_heard(lua_State *L, bool last)
{
	struct lab_party *party = lab_party(L);
	uint64_t from = (uint64_t)lua_tointeger(L, 4), at;
	char names[256] = "";
	for (int i = 1; lua_rawgeti(L, 2, i) != LUA_TNIL; i++, lua_pop(L, 1)) {
		const char *name = lua_tostring(L, -1);
		int r = party_hears_prompt(lab_party_voice(party), name, from, &at);
		if (r > 0)
			return 1;
		if (r < 0)
			return luaL_error(L, "no prompt is named \"%s\"", name);
		snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i > 1 ? " or " : "", name);
	}
	if (!last)
		return -1;
	char expected[320];
	snprintf(expected, sizeof expected, "%s within %g s", names, lua_tonumber(L, 3));
	return heard_otherwise(L, party, expected);
}

static void names_as_list(lua_State *L)
{
	if (lua_type(L, 2) == LUA_TSTRING) {
		lua_createtable(L, 1, 0);
		lua_pushvalue(L, 2);
		lua_rawseti(L, -2, 1);
		lua_replace(L, 2);
	}
	luaL_checktype(L, 2, LUA_TTABLE);
	luaL_argcheck(L, lua_rawlen(L, 2) > 0, 2, "a prompt's name expected");
	for (int i = 1; lua_rawgeti(L, 2, i) != LUA_TNIL; i++, lua_pop(L, 1))
		luaL_argcheck(L, lua_type(L, -1) == LUA_TSTRING, 2, "prompt names are strings");
	lua_pop(L, 1);
}

static int l_hears(lua_State *L)
{
	static const struct lab_condition heard = {prompt_heard, ASK_SOUND_SAMPLES};
	uint64_t now = exchange_now_samples(exchange_of(L));
	lab_party(L);
	lua_settop(L, 3);
	names_as_list(L);
	double seconds = lab_seconds_argument(L, 3, HEARS_DEFAULT_S);
	lua_pushnumber(L, seconds);
	lua_replace(L, 3);
	lua_pushinteger(L, (lua_Integer)(now > LOOK_BACK_SAMPLES ? now - LOOK_BACK_SAMPLES : 0));
	return lab_until(L, seconds, &heard);
}

/* Stack: party, seconds, from */
static int nothing_heard(lua_State *L, bool last)
{
	struct lab_party *party = lab_party(L);
	double level = party_level(lab_party_voice(party), (uint64_t)lua_tointeger(L, 3));
	if (level <= SILENCE_DBM0)
		return last ? 0 : -1;
	char expected[64];
	snprintf(expected, sizeof expected, "nothing (it reached %.1f dBm0)", level);
	return heard_otherwise(L, party, expected);
}

static int l_hears_nothing(lua_State *L)
{
	static const struct lab_condition nothing = {nothing_heard, ASK_SOUND_SAMPLES};
	lab_party(L);
	lua_settop(L, 2);
	double seconds = lab_seconds_argument(L, 2, 1);
	lua_pushinteger(L, (lua_Integer)exchange_now_samples(exchange_of(L)));
	return lab_until(L, seconds, &nothing);
}

/* ---- the class ---- */

static const luaL_Reg both[] = {{"dial", l_dial},
                                {"say", l_say},
                                {"say_file", l_say_file},
                                {"silence", l_silence},
                                {"hears_tone", l_hears_tone},
                                {"hears", l_hears},
                                {"hears_nothing", l_hears_nothing},
                                {"record", l_record},
                                {NULL, NULL}};

/* Methods first (upvalue 1), then the live fields (upvalue 2). */
static int class_index(lua_State *L)
{
	lua_pushvalue(L, 2);
	if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
		return 1;
	/* called in this same frame, so that its errors name the scenario's line */
	lua_CFunction fields = lua_tocfunction(L, lua_upvalueindex(2));
	if (fields)
		return fields(L);
	return luaL_error(L, "a telephone has no \"%s\"", luaL_tolstring(L, 2, NULL));
}

static int class_text(lua_State *L)
{
	struct lab_party *party = lua_touserdata(L, 1);
	lua_pushstring(L, party->name);
	return 1;
}

void lab_make_class(lua_State *L, const char *name, const luaL_Reg *own, lua_CFunction fields)
{
	luaL_newmetatable(L, name);
	lua_newtable(L);
	luaL_setfuncs(L, both, 0);
	luaL_setfuncs(L, lab_fax_methods, 0);
	luaL_setfuncs(L, own, 0);
	if (fields)
		lua_pushcfunction(L, fields);
	else
		lua_pushnil(L);
	lua_pushcclosure(L, class_index, 2);
	lua_setfield(L, -2, "__index");
	lua_pushcfunction(L, class_text);
	lua_setfield(L, -2, "__tostring");
	lua_pop(L, 1);
}
