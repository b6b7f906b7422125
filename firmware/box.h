/*
 * The box as belfryd's own files see it: its rooms and what they are started with. Nobody else includes this.
 * Thread: main, which in the lab's virtual time is everybody's.
 */
#ifndef BELFRY_BOX_H
#define BELFRY_BOX_H

#include <stdbool.h>

#include "acd/acd_actor.h"
#include "admin/admin.h"
#include "base/actor.h"
#include "base/boot_facts.h"
#include "base/fault.h"
#include "base/watchdog.h"
#include "call/control.h"
#include "config/settings.h"
#include "drivers/driver.h"
#include "machine/machine.h"
#include "management/management.h"
#include "media/media.h"
#include "options.h"
#include "store/event_files.h"
#include "store/store.h"
#include "trace/trace.h"

struct box {
	struct options options;
	struct doorbell *control_bell, *main_bell;
	struct settings *settings;
	struct config *stored; /* built of the settings at the start, until control has it; NULL: they cannot be used */
	struct prompts *prompts;
	struct span_driver *driver;
	struct media *media;
	struct sound *sound;
	struct acd_actor *acd;
	struct store *store;
	struct event_files *journal; /* the scheduler's */
	struct trace *trace;
	struct machine *machine;
	struct management *management;
	struct control *control;
	struct customers *customers; /* as read at the start, until control has them */
	struct admin *admin;
	struct actors actors;
	struct boot_facts boot;
	struct watchdog watchdog;
	int signals;
	bool stopping;
	struct control_request stop;
};

/* ---- rooms.c: the rooms in the order in which they depend on each other, and the exact reverse at exit ---- */

/* Opens every room. Returns 0, or -errno with the fault filled; box_close() is due in either case. */
int box_open(struct box *box, struct fault *fault);
void box_close(struct box *box);

/* ---- stored_settings.c: from the files to the rooms ---- */

/* Tells the settings what only other rooms know: timers, strategies, prompts. Before anything is read. */
void box_introduce_settings(struct box *box);

/*
 * Reads the stored settings, or goes on with factory settings and an alarm; then the start-up file, if there is one.
 * What cannot be used at all is an alarm too.
 */
int box_read_settings(struct box *box, struct fault *fault);

/* The settings are applied before the first call; if they cannot be, the box runs without any and says so. */
void box_apply_settings(struct box *box);

/* ---- trial.c: for trials on the console ---- */

/* As if the disk were full, the supply failing, the sound cards pulled out. Returns 0, -EINVAL for an unknown word. */
int box_simulate(void *box, const char *what, const char *word);

/* ---- run.c: until a signal asks for the end ---- */

/* Every actor steps until none has work left. */
void box_settle(struct box *box);

/* The log's lines are handed to the console and to the management's receivers. */
void box_housekeeping(struct box *box);

/* Runs the box until it has stopped; returns 0, or -errno of what ended it. */
int box_run_virtual(struct box *box);
int box_run_real(struct box *box);

#endif
