/*
 * The console server: sessions on a unix socket, `show` and settings commands, JSON.
 *
 * Thread: admin (normal priority), or stepped in virtual time. Talks to control by control_ask(), to acd by
 * acd_actor_ask_view(), to the records by a read-only connection; owns the settings and their candidates.
 *
 * A session's protocol is described in README.md beside this file: a line in, text out, ended by a marker line that
 * carries the exit status.
 */
#ifndef BELFRY_ADMIN_ADMIN_H
#define BELFRY_ADMIN_ADMIN_H

#include "base/actor.h"
#include "base/boot_facts.h"
#include "base/fault.h"
#include "base/log.h"
#include "call/control.h"
#include "config/settings.h"
#include "management/management.h"
#include "trace/trace.h"

struct admin_parts {
	const char *socket_path; /* console socket */
	const char *data_folder;
	const char *conf_folder;       /* settings, keys, audit log; NULL: the data folder */
	const struct boot_facts *boot; /* or NULL */
	struct settings *settings;
	struct control *control;
	struct acd_actor *acd;
	const struct event_files *journal; /* the scheduler's; NULL: none is kept */
	const struct media *media;
	struct prompts *prompts;       /* admin adds the owner's; NULL: none are taken */
	struct management *management; /* for `show management`; NULL: none */
	struct trace *trace;           /* admin is its keeper; NULL: nothing is traced */
	const char *driver_name;       /* for `show spans`; NULL: not said */
};

struct admin;
MUST_CHECK int admin_new(struct admin **out, const struct admin_parts *parts, struct fault *fault);
void admin_free(struct admin *admin);
struct actor *admin_actor(struct admin *admin);
/* The stored settings could not be applied: if they wait for a confirmation, they are undone at once. */
void admin_settings_refused(struct admin *admin);
/* A line of the log, for `show log`; any one thread (the one that drains the log). */
void admin_log_line(struct admin *admin, uint64_t wall_us, enum log_level level, enum log_room room, const char *text);
/* Lab only (environment BELFRY_LAB=1): what `debug disk WORD`, `debug supply WORD` and `debug sound WORD` call. 0, or
 * -EINVAL. */
void admin_set_trial_hook(struct admin *admin, int (*hook)(void *user, const char *what, const char *word), void *user);
/* Virtual time, tests: a thread or a program of its own does something, behind which a session will have its answer. */
bool admin_works(const struct admin *admin);
/* Virtual time: the descriptors the main loop must wait on besides the driver's come from admin_actor()->poll_fds. */

#endif
