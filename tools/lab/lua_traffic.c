/* traffic{}: a busy hour, run and compared by traffic.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lua_lab.h"

#define WIND_UP_S 60.0
#define RECORDS_S 3.0 /* a record is complete within 2 s */

struct traffic_reference {
	unsigned generation;
	struct traffic *traffic;
};

static struct traffic *this_traffic(lua_State *L)
{
	struct traffic_reference *reference = luaL_checkudata(L, 1, "traffic");
	if (reference->generation != lab_of(L)->generation)
		luaL_error(L, "this traffic belongs to a box that is gone");
	return reference->traffic;
}

static void take_dids(lua_State *L, struct traffic_settings *settings)
{
	if (lua_getfield(L, 1, "dids") != LUA_TTABLE)
		luaL_error(L, "traffic: dids={\"8005551000\", ...} expected");
	settings->did_count = (unsigned)lua_rawlen(L, -1);
	if (settings->did_count < 1 || settings->did_count > TRAFFIC_DIDS_MAX)
		luaL_error(L, "traffic: 1 to %d dids", TRAFFIC_DIDS_MAX);
	for (unsigned i = 0; i < settings->did_count; i++) {
		if (lua_rawgeti(L, -1, (lua_Integer)i + 1) != LUA_TSTRING)
			luaL_error(L, "traffic: dids are strings");
		settings->dids[i] = lua_tostring(L, -1);
		lua_pop(L, 1);
	}
	lua_pop(L, 1);
}

static void take_agents(lua_State *L, struct traffic_settings *settings)
{
	if (lua_getfield(L, 1, "agents") == LUA_TNIL) {
		lua_pop(L, 1);
		return;
	}
	luaL_checktype(L, -1, LUA_TTABLE);
	settings->agent_count = (unsigned)lua_rawlen(L, -1);
	if (settings->agent_count > TRAFFIC_AGENTS_MAX)
		luaL_error(L, "traffic: at most %d agents", TRAFFIC_AGENTS_MAX);
	for (unsigned i = 0; i < settings->agent_count; i++) {
		char rest;
		lua_rawgeti(L, -1, (lua_Integer)i + 1);
		const char *text = luaL_tolstring(L, -1, NULL);
		if (sscanf(text, "%u/%u%c", &settings->agents[i].span, &settings->agents[i].timeslot, &rest) != 2)
			luaL_error(L, "traffic: agents={\"2/1\", ...} expected, not \"%s\"", text);
		lua_pop(L, 2);
	}
	lua_pop(L, 1);
}

static void take_settings(lua_State *L, struct traffic_settings *settings)
{
	static const char *const names[] = {"calls_per_hour", "dids", "talk", "patience", "agents", "seed", NULL};
	lab_check_fields(L, 1, "traffic", names);
	settings->calls_per_hour = lab_number_field(L, 1, "calls_per_hour", 0);
	settings->talk_s = lab_number_field(L, 1, "talk", 120);
	settings->patience_s = lab_number_field(L, 1, "patience", 180);
	settings->seed = (uint64_t)lab_integer_field(L, 1, "seed", (long)lab_of(L)->options->seed);
	if (settings->calls_per_hour <= 0 || settings->talk_s <= 0 || settings->patience_s <= 0)
		luaL_error(L, "traffic: calls_per_hour, talk and patience must be above 0");
	take_dids(L, settings);
	take_agents(L, settings);
}

static int l_traffic(lua_State *L)
{
	struct lab *lab = lab_of(L);
	struct traffic_settings settings = {0};
	char error[BOX_ERROR_BYTES];
	struct box *box = lab_box(L);
	lua_settop(L, 1);
	take_settings(L, &settings);
	struct lab_traffic *link = calloc(1, sizeof *link);
	if (!link || traffic_new(&link->traffic, box, &settings, error, sizeof error)) {
		free(link);
		return lab_fail(L, "traffic: %s", link ? error : "no memory");
	}
	link->next = lab->traffics;
	lab->traffics = link;
	struct traffic_reference *reference = lua_newuserdatauv(L, sizeof *reference, 0);
	*reference = (struct traffic_reference){lab->generation, link->traffic};
	luaL_setmetatable(L, "traffic");
	return 1;
}

static int run_over(lua_State *L, bool last)
{
	return last ? 0 : -1;
}

static int l_run(lua_State *L)
{
	static const struct lab_condition over = {run_over, 3600 * BOX_SECOND};
	struct traffic *traffic = this_traffic(L);
	double seconds = lab_seconds_argument(L, 2, -1);
	traffic_run_until(traffic, box_now(lab_box(L)) + (uint64_t)(seconds * BOX_SECOND));
	return lab_until(L, seconds, &over);
}

static int records_answered(lua_State *L, bool last)
{
	char line[64], text[BOX_ERROR_BYTES - 256];
	struct json *records;
	snprintf(line, sizeof line, "show calls last %u --json", traffic_records_wanted(this_traffic(L)));
	if (!lab_ask(L, line))
		return last ? lab_fail(L, "no answer to %s", line) : -1;
	if (json_parse(&records, box_answer(lab_box(L)), text, sizeof text))
		return lab_fail(L, "%s: %s", line, text);
	unsigned differences = traffic_compare(this_traffic(L), records, text, sizeof text);
	json_free(records);
	if (differences)
		return lab_fail(L, "the wire and the box's records differ in %u calls:\n%s", differences, text);
	lua_pushboolean(L, true);
	return 1;
}

static int records_written(lua_State *L, bool last)
{
	static const struct lab_condition answered = {records_answered, BOX_PERIOD_SAMPLES};
	return last ? lab_until(L, WIND_UP_S, &answered) : -1;
}

static int wound_up(lua_State *L, bool last)
{
	static const struct lab_condition written = {records_written, BOX_PERIOD_SAMPLES};
	if (!traffic_idle(this_traffic(L)))
		return last ? lab_fail(L, "traffic: calls do not end") : -1;
	return lab_until(L, RECORDS_S, &written);
}

static int l_check(lua_State *L)
{
	static const struct lab_condition done = {wound_up, BOX_PERIOD_SAMPLES};
	lua_settop(L, 1);
	traffic_wind_up(this_traffic(L));
	return lab_until(L, WIND_UP_S, &done);
}

static int l_index(lua_State *L)
{
	const char *name = luaL_checkstring(L, 2);
	lua_pushvalue(L, 2);
	if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
		return 1;
	struct traffic_counts counts;
	traffic_counts(this_traffic(L), &counts);
	const struct {
		const char *name;
		unsigned value;
	} fields[] = {{"offered", counts.offered}, {"answered", counts.answered}, {"abandoned", counts.abandoned},
	              {"blocked", counts.blocked}, {"cleared", counts.cleared},   {"one_way", counts.one_way},
	              {"waiting", counts.waiting}, {"talking", counts.talking}};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (strcmp(fields[i].name, name) == 0) {
			lua_pushinteger(L, fields[i].value);
			return 1;
		}
	if (strcmp(name, "asa") != 0)
		return luaL_error(L, "traffic has no \"%s\"", name);
	lua_pushnumber(L, counts.asa_s);
	return 1;
}

int lab_run_traffic(struct lab *lab)
{
	for (struct lab_traffic *link = lab->traffics; link; link = link->next)
		if (traffic_step(link->traffic, lab->failure, sizeof lab->failure))
			return -1;
	return 0;
}

void lab_drop_traffic(struct lab *lab)
{
	while (lab->traffics) {
		struct lab_traffic *link = lab->traffics;
		lab->traffics = link->next;
		traffic_free(link->traffic);
		free(link);
	}
}

void lab_open_traffic(lua_State *L)
{
	static const luaL_Reg own[] = {{"run", l_run}, {"check", l_check}, {NULL, NULL}};
	luaL_newmetatable(L, "traffic");
	luaL_newlib(L, own);
	lua_pushcclosure(L, l_index, 1);
	lua_setfield(L, -2, "__index");
	lua_pop(L, 1);
	lua_register(L, "traffic", l_traffic);
}
