/* Steps: coroutines on the lab's clock. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lua_lab.h"

struct lab_step {
	lua_State *thread;
	int reference; /* keeps the coroutine */
	uint64_t wake; /* lab samples */
	bool main;
	struct lab_step *next;
};

struct lab *lab_of(lua_State *L)
{
	return *(struct lab **)lua_getextraspace(L);
}

uint64_t lab_now(const struct lab *lab)
{
	return lab->base + (lab->box ? box_now(lab->box) : 0);
}

/* splitmix64 */
uint64_t lab_random(struct lab *lab)
{
	uint64_t z = lab->random_state += 0x9E3779B97F4A7C15u;
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

struct box *lab_box(lua_State *L)
{
	struct lab *lab = lab_of(L);
	if (!lab->box)
		luaL_error(L, "there is no box yet: box{...} comes first");
	return lab->box;
}

int lab_fail(lua_State *L, const char *format, ...)
{
	char text[BOX_ERROR_BYTES];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	char time[32];
	snprintf(time, sizeof time, "at %.3f s: ", box_seconds(lab_now(lab_of(L))));
	return luaL_error(L, "%s%s", time, text);
}

/* The deadline lies on top of the function's arguments. */
static int ask_condition(lua_State *L, int status, lua_KContext context)
{
	const struct lab_condition *condition = (const struct lab_condition *)context;
	struct lab *lab = lab_of(L);
	uint64_t deadline = (uint64_t)lua_tointeger(L, -1);
	int top = lua_gettop(L);
	bool last = lab_now(lab) >= deadline;
	int results = condition->check(L, last);
	if (results >= 0)
		return results;
	if (last)
		return lab_fail(L, "the time is over");
	lua_settop(L, top);
	uint64_t next = lab_now(lab) + condition->every_samples;
	lab->running->wake = next < deadline ? next : deadline;
	return lua_yieldk(L, 0, context, ask_condition);
}

int lab_until(lua_State *L, double seconds, const struct lab_condition *condition)
{
	struct lab *lab = lab_of(L);
	if (!lab->running || lab->running->thread != L)
		return luaL_error(
		    L, "this waits for lab time: call it from the scenario or a step made by spawn() or at(), not "
		       "from a coroutine of your own");
	uint64_t deadline = lab_now(lab) + (uint64_t)(seconds * BOX_SECOND + 0.5);
	lua_pushinteger(L, (lua_Integer)deadline);
	return ask_condition(L, LUA_OK, (lua_KContext)condition);
}

lua_State *lab_start_step(lua_State *L, uint64_t when)
{
	struct lab *lab = lab_of(L);
	struct lab_step *step = calloc(1, sizeof *step), **tail = &lab->steps;
	if (!step)
		luaL_error(L, "no memory");
	step->thread = lua_newthread(L);
	step->reference = luaL_ref(L, LUA_REGISTRYINDEX);
	lua_xmove(L, step->thread, 1);
	step->wake = when;
	step->main = lab->steps == NULL;
	while (*tail)
		tail = &(*tail)->next;
	*tail = step;
	return step->thread;
}

static void end_step(struct lab *lab, struct lab_step *step)
{
	struct lab_step **link = &lab->steps;
	while (*link != step)
		link = &(*link)->next;
	*link = step->next;
	luaL_unref(lab->main, LUA_REGISTRYINDEX, step->reference);
	free(step);
}

void lab_end_step(struct lab *lab, const lua_State *thread)
{
	struct lab_step *step = lab->steps;
	while (step && step->thread != thread)
		step = step->next;
	if (step)
		end_step(lab, step);
}

static void keep_failure(struct lab *lab, lua_State *thread)
{
	luaL_traceback(lab->main, thread, luaL_tolstring(thread, -1, NULL), 0);
	snprintf(lab->failure, sizeof lab->failure, "%s", lua_tostring(lab->main, -1));
	lua_pop(lab->main, 1);
}

/* 1 ended, 0 waits, -1 failed */
static int resume(struct lab *lab, struct lab_step *step, int *results)
{
	lab->running = step;
	int status = lua_resume(step->thread, lab->main, 0, results);
	lab->running = NULL;
	if (status == LUA_YIELD) {
		lua_pop(step->thread, *results);
		return 0;
	}
	if (status == LUA_OK)
		return 1;
	keep_failure(lab, step->thread);
	return -1;
}

int lab_run_steps(struct lab *lab)
{
	uint64_t now = lab_now(lab);
	for (struct lab_step *step = lab->steps, *next; step; step = next) {
		int results = 0, r = step->wake <= now ? resume(lab, step, &results) : 0;
		next = step->next; /* only now: it may have spawned */
		if (r && lab->step_ended) {
			lab->step_ended(lab, step->thread, r > 0 ? results : -1);
			end_step(lab, step);
			continue;
		}
		if (r < 0)
			return -1;
		if (r > 0 && step->main)
			return 1;
		if (r > 0)
			end_step(lab, step);
	}
	return 0;
}

void lab_drop_steps(struct lab *lab)
{
	while (lab->steps)
		end_step(lab, lab->steps);
}

static int wait_over(lua_State *L, bool last)
{
	return last ? 0 : -1;
}

static int l_wait(lua_State *L)
{
	static const struct lab_condition over = {wait_over, 3600 * BOX_SECOND};
	double seconds = lab_seconds_argument(L, 1, -1);
	return lab_until(L, seconds, &over);
}

static int l_spawn(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TFUNCTION);
	lua_settop(L, 1);
	lab_start_step(L, lab_now(lab_of(L)));
	return 0;
}

/* A moment of the lab's clock; one that is over already means: in so many seconds. */
static int l_at(lua_State *L)
{
	struct lab *lab = lab_of(L);
	double seconds = lab_seconds_argument(L, 1, -1);
	luaL_checktype(L, 2, LUA_TFUNCTION);
	lua_settop(L, 2);
	uint64_t when = (uint64_t)(seconds * BOX_SECOND + 0.5);
	lab_start_step(L, when < lab_now(lab) ? lab_now(lab) + when : when);
	return 0;
}

static int l_now(lua_State *L)
{
	lua_pushnumber(L, box_seconds(lab_now(lab_of(L))));
	return 1;
}

static int l_random(lua_State *L)
{
	lua_Integer low = luaL_checkinteger(L, 1), high = luaL_checkinteger(L, 2);
	luaL_argcheck(L, low <= high, 2, "interval is empty");
	lua_pushinteger(L, low + (lua_Integer)(lab_random(lab_of(L)) % (uint64_t)(high - low + 1)));
	return 1;
}

void lab_open_steps(lua_State *L)
{
	lua_register(L, "wait", l_wait);
	lua_register(L, "spawn", l_spawn);
	lua_register(L, "at", l_at);
	lua_register(L, "now", l_now);
	lua_register(L, "random", l_random);
}
