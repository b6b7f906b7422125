/*
 * Scenario files: Lua on the lab's clock. What the lua_*.c files share.
 *
 * Every step of a scenario is a Lua coroutine; lab_until() suspends it until a condition, asked between periods, holds
 * or its time is over. Coroutines are resumed in the order they were made, so a run repeats exactly. One thread.
 * Failures are Lua errors, with the place in the scenario and the lab time in front.
 */
#ifndef BELFRY_LAB_LUA_LAB_H
#define BELFRY_LAB_LUA_LAB_H

#include <lua5.4/lauxlib.h>
#include <lua5.4/lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "box.h"
#include "box_json.h"
#include "traffic.h"

struct run_options {
	enum target_kind kind;
	bool real_time, keep;
	uint64_t seed;
	const char *pcap, *wav_folder;
};

struct lab_step;
struct lab_repair;

struct lab_traffic {
	struct traffic *traffic;
	struct lab_traffic *next;
};

/* One scenario being run. */
struct lab {
	const struct run_options *options;
	const char *path; /* of the scenario */
	bool mentions_power_cut, mentions_disk;
	lua_State *main;
	struct box *box;     /* NULL before box{} */
	unsigned recorded;   /* files so far, by --wav */
	unsigned faxes;      /* taken in so far */
	unsigned generation; /* of the box: objects of an earlier one are refused */
	uint64_t base;       /* lab samples before this box's exchange began */
	uint64_t random_state;
	struct lab_step *steps, *running;
	struct lab_repair *repairs; /* faults that end by themselves */
	struct lab_traffic *traffics;
	lua_State *console_owner; /* the step whose question is open */
	char failure[BOX_ERROR_BYTES];
	/* Told of each step that has ended, its results on its stack, or -1 with the failure above; when set, no step's
	 * failure ends the rest. */
	void (*step_ended)(struct lab *lab, lua_State *step, int results);
};

struct lab *lab_of(lua_State *L);
uint64_t lab_now(const struct lab *lab);
uint64_t lab_random(struct lab *lab);
/* The box, or an error: box{} comes first. */
struct box *lab_box(lua_State *L);

/* ---- lua_steps.c ---- */

/* Asked with the C function's arguments on the stack at their places: the number of results pushed, or -1: not yet.
 * `last`: the time is over; the check then raises its failure, or returns what there is. */
struct lab_condition {
	int (*check)(lua_State *L, bool last);
	unsigned every_samples;
};
int lab_until(lua_State *L, double seconds, const struct lab_condition *condition);
/* Raises "FILE:LINE: at 1.234 s: ...". */
int lab_fail(lua_State *L, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The function at the top of the stack becomes a step that starts at this lab time; valid until the step has ended. */
lua_State *lab_start_step(lua_State *L, uint64_t when);
/* Gives a step up where it is. */
void lab_end_step(struct lab *lab, const lua_State *thread);
/* Resumes every step that is due; 0, or -1 with lab->failure and a traceback when one has failed. 1: the main one
 * ended. */
int lab_run_steps(struct lab *lab);
void lab_drop_steps(struct lab *lab);
void lab_open_steps(lua_State *L);

/* ---- lua_args.c: tables of named arguments ---- */

void lab_check_fields(lua_State *L, int index, const char *what, const char *const *names);
/* Each reads field `name` of the table at index; the default when absent; an error when of another type. */
double lab_number_field(lua_State *L, int index, const char *name, double otherwise);
long lab_integer_field(lua_State *L, int index, const char *name, long otherwise);
bool lab_boolean_field(lua_State *L, int index, const char *name, bool otherwise);
/* The string stays valid as long as the table does. */
const char *lab_string_field(lua_State *L, int index, const char *name, const char *otherwise);
/* A number, or one of the words (their values run from 0, or as given). */
struct lab_word {
	const char *word;
	int value;
};
int lab_word_field(lua_State *L, int index, const char *name, const struct lab_word *words, int otherwise);
void lab_copy_field(lua_State *L, int index, const char *name, char *to, size_t size);
double lab_seconds_argument(lua_State *L, int index, double otherwise);

/* ---- the objects ---- */

struct lab_party {
	unsigned generation;
	struct lab_call *call; /* one of the two */
	struct lab_phone *phone;
	uint64_t mark;   /* exchange samples of the last successful expect */
	uint64_t lifted; /* telephones: when; or when last flashed */
	bool dialled, expected;
	char name[40]; /* for messages */
};

/* The party at index 1 (a call or a telephone), checked to belong to the present box. */
struct lab_party *lab_party(lua_State *L);
struct party *lab_party_voice(struct lab_party *party);
/* What it is doing and what it hears, in words. */
void lab_party_text(lua_State *L, struct lab_party *party, char *text, size_t size);
/* expect(state, seconds): keeps them at places 2 and 3, and asks until the state is reached. */
#define EXPECT_DEFAULT_S 5.0
int lab_expect(lua_State *L, const struct lab_condition *reached);
/* An expected state is looked for from here on (exchange samples); what lab_expect() returns when it is there:
 * passed: that it passed through it at `at`; and when it is not. */
uint64_t lab_expected_from(const struct lab_party *party);
int lab_state_reached(lua_State *L, struct lab_party *party, bool passed, uint64_t at);
int lab_state_missed(lua_State *L, struct lab_party *party, bool last);
void lab_call_text(struct lab_call *call, char *text, size_t size);
void lab_phone_text(struct lab_phone *phone, char *text, size_t size);
/* A file that a scenario names: as it stands, or beside the scenario. */
void lab_find_file(lua_State *L, const char *name, char *path, size_t size);
extern const luaL_Reg lab_fax_methods[]; /* lua_fax.c */
/* With --wav every call and every telephone that a scenario mentions is recorded there under its name. */
void lab_record_all(lua_State *L, struct lab_party *party);
/* Makes a metatable with the methods of both and its own; `fields` answers other names (NULL: none). */
void lab_make_class(lua_State *L, const char *name, const luaL_Reg *own, lua_CFunction fields);

/* The console's one session: takes it for this step and sends the line; 1 when answered, 0 not yet. */
int lab_ask(lua_State *L, const char *line);

void lab_open_box(lua_State *L);
void lab_open_call(lua_State *L);
void lab_open_phone(lua_State *L);
void lab_open_fault(lua_State *L);
void lab_open_traffic(lua_State *L);

/* Ends the box and everything that belongs to it. */
void lab_drop_box(struct lab *lab);
/* Repairs that are due (lua_fault.c), traffic's next period (lua_traffic.c). */
int lab_run_repairs(struct lab *lab);
void lab_drop_repairs(struct lab *lab);
int lab_run_traffic(struct lab *lab);
void lab_drop_traffic(struct lab *lab);

/* lua_json.c: pushes the tree as a Lua value; null in an object is an absent field. */
void lab_push_json(lua_State *L, const struct json *json);

/* lua_run.c: runs one file. true: it passed. */
bool lab_run_file(const char *path, const struct run_options *options);

#endif
