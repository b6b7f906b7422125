/* Runs one scenario file from beginning to end and says how it went. */
#include <errno.h>
#include <lua5.4/lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lua_lab.h"

#define TRACE_LINES 24
#define LOG_LINES   15

static double wall_seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool file_mentions(const char *path, const char *word)
{
	char line[4096];
	bool found = false;
	FILE *file = fopen(path, "re");
	while (file && !found && fgets(line, sizeof line, file))
		found = strstr(line, word) != NULL;
	if (file)
		fclose(file);
	return found;
}

static void set_arg(lua_State *L, const char *path)
{
	lua_createtable(L, 0, 1);
	lua_pushstring(L, path);
	lua_rawseti(L, -2, 0);
	lua_setglobal(L, "arg");
}

static int open_all(lua_State *L)
{
	struct lab *lab = lua_touserdata(L, 1);
	luaL_openlibs(L);
	lab_open_steps(L);
	lab_open_box(L);
	lab_open_call(L);
	lab_open_phone(L);
	lab_open_fault(L);
	lab_open_traffic(L);
	set_arg(L, lab->path);
	/* math.random repeats too */
	lua_getglobal(L, "math");
	lua_getfield(L, -1, "randomseed");
	lua_pushinteger(L, (lua_Integer)lab->options->seed);
	lua_call(L, 1, 0);
	return 0;
}

static int load(struct lab *lab)
{
	lua_State *L = lab->main;
	lua_pushcfunction(L, open_all);
	lua_pushlightuserdata(L, lab);
	if (lua_pcall(L, 1, 0, 0) == LUA_OK && luaL_loadfile(L, lab->path) == LUA_OK) {
		lab_start_step(L, 0);
		return 0;
	}
	snprintf(lab->failure, sizeof lab->failure, "%s", lua_tostring(L, -1));
	return -1;
}

/* One round: the steps that are due, then a period of lab time. 1 the scenario has ended, -1 failed. */
static int round_of_steps(struct lab *lab)
{
	int r = lab_run_steps(lab);
	if (r)
		return r;
	if (!lab->box) {
		lab->base += BOX_PERIOD_SAMPLES;
		return 0;
	}
	char error[BOX_ERROR_BYTES - 64];
	if (box_period(lab->box, error, sizeof error)) {
		snprintf(lab->failure, sizeof lab->failure, "%s: at %.3f s: %s", lab->path, box_seconds(lab_now(lab)),
		         error);
		return -1;
	}
	return lab_run_repairs(lab) || lab_run_traffic(lab) ? -1 : 0;
}

static void print_indented(const char *title, const char *text)
{
	if (!text[0])
		return;
	printf("  %s\n", title);
	while (*text) {
		size_t length = strcspn(text, "\n");
		printf("    %.*s\n", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

static void print_box(struct lab *lab)
{
	static char text[16384];
	struct lab_counters counters;
	exchange_trace_tail(box_exchange(lab->box), text, sizeof text, TRACE_LINES);
	print_indented("D channels:", text);
	target_log_tail(box_target(lab->box), text, 4096, LOG_LINES);
	print_indented("the box's log:", text);
	exchange_counters(box_exchange(lab->box), &counters);
	if (counters.frames_dropped_at_socket || counters.sequence_gaps || counters.guest_silent)
		printf("  frames: %llu dropped at the socket, %llu gaps in the sequence, %llu late, %llu times none "
		       "came\n",
		       (unsigned long long)counters.frames_dropped_at_socket,
		       (unsigned long long)counters.sequence_gaps, (unsigned long long)counters.periods_late,
		       (unsigned long long)counters.guest_silent);
	if (lab->options->keep) {
		box_keep(lab->box);
		printf("  kept: %s\n", box_folder(lab->box));
	}
}

static void print_result(struct lab *lab, bool passed, double wall)
{
	printf("%-6s %s  (%.1f s of lab time in %.1f s)\n", passed ? "ok" : "FAILED", lab->path,
	       box_seconds(lab_now(lab)), wall);
	if (passed)
		return;
	print_indented("why:", lab->failure);
	if (lab->box && box_exchange(lab->box))
		print_box(lab);
	fflush(stdout);
}

bool lab_run_file(const char *path, const struct run_options *options)
{
	struct lab lab = {.options = options,
	                  .path = path,
	                  .random_state = options->seed,
	                  .mentions_power_cut = file_mentions(path, "power_cut"),
	                  .mentions_disk = file_mentions(path, "disk")};
	double began = wall_seconds();
	int r = -1;
	lab.main = luaL_newstate();
	if (!lab.main)
		return false;
	*(struct lab **)lua_getextraspace(lab.main) = &lab;
	if (load(&lab) == 0)
		while ((r = round_of_steps(&lab)) == 0)
			continue;
	print_result(&lab, r > 0, wall_seconds() - began);
	lab_drop_box(&lab);
	lab_drop_steps(&lab);
	lua_close(lab.main);
	return r > 0;
}
