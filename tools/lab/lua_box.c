/* box{...} and what can be asked of the box. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lua_lab.h"

#define CONSOLE_WAIT_S 120.0

static int raise(lua_State *L, const char *error)
{
	return lab_fail(L, "%s", error);
}

/* ---- box{} ---- */

static int take_side(lua_State *L, int index)
{
	static const struct lab_word words[] = {{"network", 1}, {"net", 1}, {"cpe", 0}, {"user", 0}, {NULL, 0}};
	return lab_word_field(L, index, "side", words, -1);
}

static void take_override(lua_State *L, int index, struct box_span_override *override)
{
	static const char *const names[] = {"switch", "side", "law", "missing", NULL};
	static const struct lab_word laws[] = {{"alaw", 0}, {"mulaw", 1}, {"ulaw", 1}, {NULL, 0}};
	lab_check_fields(L, index, "spans", names);
	const char *type = lab_string_field(L, index, "switch", NULL);
	override->switch_type = type ? box_switch_type(type) : -1;
	if (type && override->switch_type < 0)
		luaL_error(L, "spans: unknown switch \"%s\"", type);
	override->network_side = take_side(L, index);
	override->mulaw = lab_word_field(L, index, "law", laws, -1);
	override->missing = lab_boolean_field(L, index, "missing", false) ? 1 : -1;
}

static void take_overrides(lua_State *L, struct box_settings *settings)
{
	if (lua_getfield(L, 1, "spans") == LUA_TNIL) {
		lua_pop(L, 1);
		return;
	}
	int table = lua_gettop(L);
	luaL_checktype(L, table, LUA_TTABLE);
	for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
		if (!lua_isinteger(L, -2) || settings->override_count == LAB_SPANS_MAX)
			luaL_error(L, "spans: as in spans={[1]={switch=\"ni2\"}}");
		struct box_span_override *override = &settings->overrides[settings->override_count++];
		override->span = (unsigned)lua_tointeger(L, -2);
		take_override(L, lua_gettop(L), override);
	}
	lua_pop(L, 1);
}

/* The lines stay the table's; the array is a userdata left on the stack. */
static const char **take_lines(lua_State *L, int table, size_t *count)
{
	if (lua_isnoneornil(L, table)) {
		*count = 0;
		return NULL;
	}
	luaL_checktype(L, table, LUA_TTABLE);
	*count = lua_rawlen(L, table);
	if (*count > BOX_SETTINGS_MAX)
		luaL_error(L, "more than %d settings", (int)BOX_SETTINGS_MAX);
	const char **lines = lua_newuserdatauv(L, (*count + 1) * sizeof *lines, 0);
	for (size_t i = 0; i < *count; i++) {
		if (lua_rawgeti(L, table, (lua_Integer)i + 1) != LUA_TSTRING)
			luaL_error(L, "settings are a list of strings; number %d is a %s", (int)i + 1,
			           luaL_typename(L, -1));
		lines[i] = lua_tostring(L, -1);
		lua_pop(L, 1);
	}
	return lines;
}

static double take_date(lua_State *L)
{
	char error[256];
	double unix_time = BOX_DEFAULT_UNIX;
	const char *date = lab_string_field(L, 1, "date", NULL);
	if (date && box_parse_date(date, &unix_time, error, sizeof error))
		raise(L, error);
	return unix_time;
}

static void take_settings(lua_State *L, struct box_settings *settings)
{
	static const char *const names[] = {"set",   "spans",     "date",        "spool",  "realtime",
	                                    "delay", "power_cut", "disk_faults", "asound", NULL};
	struct lab *lab = lab_of(L);
	lab_check_fields(L, 1, "box", names);
	settings->kind = lab->options->kind;
	settings->seed = lab->options->seed;
	settings->pcap = lab->options->pcap;
	settings->real_time = lab_boolean_field(L, 1, "realtime", lab->options->real_time);
	settings->spool = lab_string_field(L, 1, "spool", NULL);
	settings->asound = lab_string_field(L, 1, "asound", NULL);
	settings->power_cut = lab_boolean_field(L, 1, "power_cut", lab->mentions_power_cut);
	settings->disk_faults = lab_boolean_field(L, 1, "disk_faults", lab->mentions_disk);
	settings->unix_time = take_date(L);
	take_overrides(L, settings);
	if (lua_getfield(L, 1, "delay") != LUA_TNIL) /* answered inside of the box in this build: nothing to delay */
		luaL_checktype(L, -1, LUA_TTABLE);
	lua_getfield(L, 1, "set");
	settings->lines = take_lines(L, lua_gettop(L), &settings->line_count);
}

void lab_drop_box(struct lab *lab)
{
	if (!lab->box)
		return;
	lab_drop_traffic(lab);
	lab_drop_repairs(lab);
	lab->base += box_now(lab->box);
	lab->generation++;
	lab->console_owner = NULL;
	box_free(lab->box);
	lab->box = NULL;
}

static int l_box(lua_State *L)
{
	struct lab *lab = lab_of(L);
	struct box_settings settings = {0};
	char error[BOX_ERROR_BYTES] = "";
	lua_remove(L, 1); /* the table that was called */
	lua_settop(L, 1);
	take_settings(L, &settings);
	lab_drop_box(lab);
	lab->generation++;
	int r = box_new(&lab->box, &settings, error, sizeof error);
	return r ? raise(L, error[0] ? error : strerror(-r)) : 0;
}

/* ---- the console: one session for all steps ---- */

int lab_ask(lua_State *L, const char *line)
{
	struct lab *lab = lab_of(L);
	struct box *box = lab_box(L);
	char error[BOX_ERROR_BYTES];
	if (lab->console_owner && lab->console_owner != L && box_asking(box))
		return 0;
	int r = 0;
	if (lab->console_owner != L) {
		r = box_ask(box, line, error, sizeof error);
		lab->console_owner = r ? NULL : L;
	}
	if (!r)
		r = box_answered(box, error, sizeof error);
	if (r)
		lab->console_owner = NULL;
	return r < 0 ? raise(L, error) : r;
}

static int console_answered(lua_State *L, bool last)
{
	if (!lab_ask(L, lua_tostring(L, 1)))
		return last ? lab_fail(L, "console: no answer to \"%s\"", lua_tostring(L, 1)) : -1;
	lua_pushstring(L, box_answer(lab_box(L)));
	lua_pushinteger(L, box_answer_status(lab_box(L)));
	return 2;
}

static int l_console(lua_State *L)
{
	static const struct lab_condition answered = {console_answered, BOX_PERIOD_SAMPLES};
	lab_box(L);
	luaL_checkstring(L, 1);
	lua_settop(L, 1);
	return lab_until(L, CONSOLE_WAIT_S, &answered);
}

static int query_answered(lua_State *L, bool last)
{
	const char *line = lua_tostring(L, 1);
	if (!lab_ask(L, line))
		return last ? lab_fail(L, "console: no answer to \"%s\"", line) : -1;
	struct box *box = lab_box(L);
	struct json *json;
	char error[256];
	if (box_answer_status(box))
		return lab_fail(L, "%s: %s", line, box_answer(box));
	if (json_parse(&json, box_answer(box), error, sizeof error))
		return lab_fail(L, "%s: the answer is not JSON: %s", line, error);
	lab_push_json(L, json);
	json_free(json);
	return 1;
}

static int l_query(lua_State *L)
{
	static const struct lab_condition answered = {query_answered, BOX_PERIOD_SAMPLES};
	lab_box(L);
	const char *line = luaL_checkstring(L, 1);
	if (!strstr(line, "--json")) {
		lua_pushfstring(L, "%s --json", line);
		lua_replace(L, 1);
	}
	lua_settop(L, 1);
	return lab_until(L, CONSOLE_WAIT_S, &answered);
}

/* Stack: list of settings, number of the line being asked (one more than there are: commit; then: give up the rest) */
static void line_to_send(lua_State *L, char *line, size_t size)
{
	lua_Integer index = lua_tointeger(L, 2), count = (lua_Integer)lua_rawlen(L, 1);
	if (index > count) {
		snprintf(line, size, "%s", "commit");
		return;
	}
	lua_rawgeti(L, 1, index);
	box_set_line(line, size, lua_tostring(L, -1));
	lua_pop(L, 1);
}

static int settings_committed(lua_State *L)
{
	struct box *box = lab_box(L);
	char error[BOX_ERROR_BYTES];
	size_t count;
	const char **lines = take_lines(L, 1, &count);
	return box_follow_settings(box, lines, count, error, sizeof error) ? raise(L, error) : 0;
}

/* A refusal leaves no half of a change behind: what was typed is dropped before the error is raised. */
static int setting_answered(lua_State *L, bool last)
{
	char line[1024], error[BOX_ERROR_BYTES];
	bool refused = lua_isstring(L, 3);
	line_to_send(L, line, sizeof line);
	while (lab_ask(L, refused ? "discard" : line)) {
		struct box *box = lab_box(L);
		if (refused)
			return raise(L, lua_tostring(L, 3));
		if (box_answer_status(box)) {
			snprintf(error, sizeof error, "%s: %s", line, box_answer(box));
			lua_pushstring(L, error);
			lua_replace(L, 3);
			refused = true;
			continue;
		}
		lua_Integer next = lua_tointeger(L, 2) + 1;
		if (next > (lua_Integer)lua_rawlen(L, 1) + 1)
			return settings_committed(L);
		lua_pushinteger(L, next);
		lua_replace(L, 2);
		line_to_send(L, line, sizeof line);
	}
	return last ? lab_fail(L, "console: no answer to \"%s\"", line) : -1;
}

static int l_set(lua_State *L)
{
	static const struct lab_condition answered = {setting_answered, BOX_PERIOD_SAMPLES};
	size_t count;
	lab_box(L);
	if (lua_type(L, 1) == LUA_TSTRING) {
		lua_createtable(L, 1, 0);
		lua_pushvalue(L, 1);
		lua_rawseti(L, -2, 1);
		lua_replace(L, 1);
	}
	lua_settop(L, 1);
	take_lines(L, 1, &count);
	luaL_argcheck(L, count > 0, 1, "a list of settings expected");
	lua_settop(L, 1);
	lua_pushinteger(L, 1);
	lua_pushboolean(L, false);
	return lab_until(L, CONSOLE_WAIT_S, &answered);
}

/* ---- on and off ---- */

static int l_time(lua_State *L)
{
	struct box *box = lab_box(L);
	lua_pushnumber(L, box_unix_time(box, box_now(box)));
	return 1;
}

static int has_stopped(lua_State *L, bool last)
{
	if (!box_running(lab_box(L)))
		return 0;
	return last ? lab_fail(L, "the box has not stopped within %.0f s of SIGTERM", BOX_STOP_S) : -1;
}

static int l_stop(lua_State *L)
{
	static const struct lab_condition stopped = {has_stopped, BOX_PERIOD_SAMPLES};
	char error[BOX_ERROR_BYTES];
	lua_settop(L, 0);
	if (box_terminate(lab_box(L), error, sizeof error))
		return raise(L, error);
	return lab_until(L, BOX_STOP_S, &stopped);
}

static int cut(lua_State *L, bool power)
{
	char error[BOX_ERROR_BYTES] = "";
	int r = box_kill(lab_box(L), power, error, sizeof error);
	return r ? raise(L, error) : 0;
}

static int l_kill(lua_State *L)
{
	return cut(L, false);
}

static int l_power_cut(lua_State *L)
{
	return cut(L, true);
}

static int has_started(lua_State *L, bool last)
{
	char error[BOX_ERROR_BYTES] = "the box is not ready for calls";
	int r = box_ready(lab_box(L), error, sizeof error);
	if (r == 0 && !last)
		return -1;
	return r > 0 ? 0 : raise(L, error);
}

static int l_start(lua_State *L)
{
	static const struct lab_condition started = {has_started, BOX_PERIOD_SAMPLES};
	char error[BOX_ERROR_BYTES];
	lua_settop(L, 0);
	if (box_start(lab_box(L), error, sizeof error))
		return raise(L, error);
	return lab_until(L, BOX_READY_S + 3, &started); /* and what settles after it */
}

/* Exit status and words of another program on the same data; 0 also when it went on running. */
static int l_second(lua_State *L)
{
	char text[BOX_ERROR_BYTES] = "";
	int status = target_second(box_target(lab_box(L)), text, sizeof text);
	if (status < 0 && status != -ETIMEDOUT)
		return raise(L, text);
	lua_pushinteger(L, status < 0 ? 0 : status);
	lua_pushstring(L, text);
	return 2;
}

void lab_open_box(lua_State *L)
{
	static const luaL_Reg functions[] = {{"console", l_console},
	                                     {"query", l_query},
	                                     {"set", l_set},
	                                     {"time", l_time},
	                                     {"stop", l_stop},
	                                     {"kill", l_kill},
	                                     {"power_cut", l_power_cut},
	                                     {"start", l_start},
	                                     {"second", l_second},
	                                     {NULL, NULL}};
	luaL_newlib(L, functions);
	lua_createtable(L, 0, 1);
	lua_pushcfunction(L, l_box);
	lua_setfield(L, -2, "__call");
	lua_setmetatable(L, -2);
	lua_setglobal(L, "box");
}
