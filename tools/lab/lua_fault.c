/* fault{}: things that go wrong, and for_s: their end. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lua_lab.h"

struct lab_repair {
	uint64_t when;           /* lab samples */
	struct lab_fault undone; /* the other way round */
	bool disk;
	struct lab_repair *next;
};

static const struct lab_word l1_words[] = {{"down", 0}, {"up", 1}, {NULL, 0}};
static const struct lab_word alarm_words[] = {{"none", 0}, {"red", 1}, {"yellow", 2}, {"blue", 3}, {NULL, 0}};
static const struct lab_word dchannel_words[] = {{"dead", 0}, {"ok", 1}, {NULL, 0}};
static const struct lab_word disk_words[] = {
    {"ok", TARGET_DISK_OK}, {"full", TARGET_DISK_FULL}, {"slow", TARGET_DISK_SLOW}, {NULL, 0}};

static int flag(lua_State *L, const char *name)
{
	lua_getfield(L, 1, name);
	int value = lua_isnil(L, -1) ? -1 : lua_toboolean(L, -1);
	lua_pop(L, 1);
	return value;
}

static void take_echo(lua_State *L, struct lab_fault *fault)
{
	static const char *const names[] = {"ms", "db", NULL};
	if (lua_getfield(L, 1, "echo") != LUA_TNIL) {
		int index = lua_gettop(L);
		lab_check_fields(L, index, "echo", names);
		fault->echo_ms = lab_number_field(L, index, "ms", 0);
		fault->echo_db = lab_number_field(L, index, "db", 12);
	}
	lua_pop(L, 1);
}

static void take_fault(lua_State *L, struct lab_fault *fault)
{
	static const char *const names[] = {"span",  "l1",       "alarm", "dchannel",   "loss",          "late_ms",
	                                    "dup",   "truncate", "ber",   "ppm",        "q931",          "q921",
	                                    "glare", "channel",  "echo",  "noise_dbm0", "stuck_offhook", "loop",
	                                    "disk",  "for_s",    NULL};
	lab_check_fields(L, 1, "fault", names);
	fault_clear(fault);
	fault->span = (unsigned)lab_integer_field(L, 1, "span", 0);
	fault->channel = (unsigned)lab_integer_field(L, 1, "channel", 0);
	fault->l1 = lab_word_field(L, 1, "l1", l1_words, fault->l1);
	fault->alarm = lab_word_field(L, 1, "alarm", alarm_words, fault->alarm);
	fault->dchannel = lab_word_field(L, 1, "dchannel", dchannel_words, fault->dchannel);
	fault->loss_percent = lab_number_field(L, 1, "loss", fault->loss_percent);
	fault->late_ms = lab_number_field(L, 1, "late_ms", fault->late_ms);
	fault->duplicate_percent = lab_number_field(L, 1, "dup", fault->duplicate_percent);
	fault->truncate_percent = lab_number_field(L, 1, "truncate", fault->truncate_percent);
	fault->ber = lab_number_field(L, 1, "ber", fault->ber);
	fault->ppm = lab_number_field(L, 1, "ppm", fault->ppm);
	fault->q931_hex = lab_string_field(L, 1, "q931", NULL);
	fault->q921_hex = lab_string_field(L, 1, "q921", NULL);
	fault->glare = flag(L, "glare");
	take_echo(L, fault);
	fault->noise_dbm0 = lab_number_field(L, 1, "noise_dbm0", fault->noise_dbm0);
	fault->stuck_offhook = flag(L, "stuck_offhook");
	fault->loop = flag(L, "loop");
}

static double healed(double value)
{
	return value >= 0 ? 0 : value;
}

static void opposite(const struct lab_fault *fault, struct lab_fault *undone)
{
	fault_clear(undone);
	undone->span = fault->span;
	undone->channel = fault->channel;
	if (fault->l1 >= 0)
		undone->l1 = 1;
	if (fault->alarm >= 0)
		undone->alarm = 0;
	if (fault->dchannel >= 0)
		undone->dchannel = 1;
	undone->loss_percent = healed(fault->loss_percent);
	undone->late_ms = healed(fault->late_ms);
	undone->duplicate_percent = healed(fault->duplicate_percent);
	undone->truncate_percent = healed(fault->truncate_percent);
	undone->ber = healed(fault->ber);
	undone->ppm = healed(fault->ppm);
	if (fault->glare >= 0)
		undone->glare = 0;
	if (!isnan(fault->echo_ms))
		undone->echo_ms = undone->echo_db = 0;
	if (!isnan(fault->noise_dbm0))
		undone->noise_dbm0 = -99;
	if (fault->stuck_offhook >= 0)
		undone->stuck_offhook = 0;
	if (fault->loop >= 0)
		undone->loop = 0;
}

static void repair_later(lua_State *L, const struct lab_fault *fault, bool disk, double seconds)
{
	struct lab *lab = lab_of(L);
	struct lab_repair *repair = calloc(1, sizeof *repair);
	if (!repair)
		luaL_error(L, "no memory");
	repair->when = lab_now(lab) + (uint64_t)(seconds * BOX_SECOND);
	repair->disk = disk;
	opposite(fault, &repair->undone);
	repair->next = lab->repairs;
	lab->repairs = repair;
}

static int l_fault(lua_State *L)
{
	struct box *box = lab_box(L);
	struct lab_fault fault;
	char error[BOX_ERROR_BYTES] = "";
	lua_settop(L, 1);
	take_fault(L, &fault);
	int disk = lab_word_field(L, 1, "disk", disk_words, -1);
	double seconds = lab_number_field(L, 1, "for_s", -1);
	int r = disk >= 0 ? target_disk(box_target(box), (enum target_disk)disk, error, sizeof error)
	                  : exchange_fault(box_exchange(box), &fault, error, sizeof error);
	if (r)
		return lab_fail(L, "fault: %s", error);
	if (seconds >= 0)
		repair_later(L, &fault, disk >= 0, seconds);
	return 0;
}

int lab_run_repairs(struct lab *lab)
{
	for (struct lab_repair **link = &lab->repairs, *repair; (repair = *link);) {
		if (repair->when > lab_now(lab)) {
			link = &repair->next;
			continue;
		}
		int r =
		    repair->disk
		        ? target_disk(box_target(lab->box), TARGET_DISK_OK, lab->failure, sizeof lab->failure)
		        : exchange_fault(box_exchange(lab->box), &repair->undone, lab->failure, sizeof lab->failure);
		*link = repair->next;
		free(repair);
		if (r)
			return -1;
	}
	return 0;
}

void lab_drop_repairs(struct lab *lab)
{
	while (lab->repairs) {
		struct lab_repair *repair = lab->repairs;
		lab->repairs = repair->next;
		free(repair);
	}
}

void lab_open_fault(lua_State *L)
{
	lua_register(L, "fault", l_fault);
}
