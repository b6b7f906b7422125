/*
 * Private to admin: the server, its sessions, its commands.
 */
#ifndef BELFRY_ADMIN_INTERNAL_H
#define BELFRY_ADMIN_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "acd/acd_actor.h"
#include "admin/admin.h"
#include "admin/audit.h"
#include "admin/json.h"
#include "base/power.h"
#include "config/words.h"
#include "store/reader.h"
#include "trace/flight.h"

#ifndef BELFRY_VERSION
#define BELFRY_VERSION "0.1"
#endif

#define SESSIONS_MAX     CONFIG_CONSOLE_SESSIONS_MAX
#define OUTPUT_BYTES_MAX (32u << 20)
#define LOAD_BYTES_MAX   (4u << 20)
#define LOG_LINES        1000
#define STALLED_US       UINT64_C(60000000) /* a client that takes no output for so long is dropped */
#define KEPT_MAX         8
#define CALLS_LAST_MAX   10000

#define MARK_END     '\x1e' /* record separator: begins the line that ends an answer */
#define MARK_GIVE_UP "\x03" /* a further line or an answer that takes the whole command back */
#define MARK_SPECIAL '\x05' /* enquiry: a request that is not a command */

struct admin;
struct session;
struct wizard;
struct follow;

/* What a command must be given before it can run. */
enum needs { NEEDS_NOTHING = 0, NEEDS_CONTROL_VIEW = 1, NEEDS_ACD_VIEW = 2, NEEDS_REQUEST = 4, NEEDS_WHY = 8 };

struct command {
	const char *words;     /* "show calls last" */
	const char *arguments; /* "N", "[PATH]": for help; "" : none */
	const char *help;
	uint8_t needs;
	enum config_role role; /* who may */
	bool rest, json;       /* rest: the whole rest of the line is its own business; json: knows --json */
	/* What takes long and comes before all else, given to the worker: 0: nothing; 1: begun, and the session is put
	 * to SESSION_WAITING at its end; -errno. May be NULL. */
	int (*ahead)(struct admin *admin, struct session *session);
	/* NEEDS_REQUEST: fills in admin->request; a negative result: refused, said in session->fault. May return 1:
	 * nothing to ask, run() at once. NEEDS_WHY: the same with admin->why_request. */
	int (*begin)(struct admin *admin, struct session *session);
	/* 0 or -errno with session->fault; writes to session->out. NEEDS_REQUEST: admin->request has the result.
	 * Without needs: 1 if the answer comes later, by session_done(). */
	int (*run)(struct admin *admin, struct session *session);
	/* Takes the further lines that run() has asked for by paste_begin(), as one text that the caller frees. As
	 * run(); 1: the answer comes later. */
	int (*take)(struct admin *admin, struct session *session, const char *text);
};
extern const struct command commands[];
extern const unsigned command_count;

enum session_state { SESSION_IDLE, SESSION_WAITING, SESSION_RUNNING };

struct session {
	struct admin *admin;
	int fd; /* -1: free; a session that ends while its command runs is kept until that is done */
	bool gone, leaving, overlong;
	bool owner;              /* root, or who belfryd runs as */
	char user[32], from[32]; /* who is at the other end, and on which terminal */
	enum session_state state;
	char input[LINE_BYTES_MAX];
	size_t input_used;
	/* the command in hand */
	char line[LINE_BYTES_MAX];
	struct words words;
	const struct command *command;
	unsigned first;   /* word behind the command's own */
	const char *rest; /* the same place in the line */
	bool json;
	const char *filter; /* | include TEXT, | exclude TEXT */
	char filter_kind;   /* 'i', 'e', 'c' or 0 */
	struct fault fault;
	FILE *out;
	char *answer;
	size_t answer_bytes;
	/* going out */
	char *output;
	size_t output_bytes, output_sent;
	uint64_t stalled_us; /* when it began not to take output; 0: it does */
	/* edits */
	struct candidate *candidate;
	char *loading; /* further lines of a command: what came so far, or NULL */
	size_t loading_bytes;
	const struct command *loading_for;
	bool loading_line;        /* one line is all that is wanted, and it is a secret */
	char secret[68];          /* a password that must be typed once more */
	struct backup *restoring; /* the backup in hand */
	struct follow *follow;    /* trace or monitor: goes on, or NULL */
	bool polling, steady;     /* polling: the command is run again; steady: without what ticks */
	bool person;              /* not a program: its unfinished changes are kept when it goes */
	struct wizard *wizard;    /* its questions are being answered, or NULL */
	char *warnings;
	struct settings_revision note; /* of the commit in hand: who, from where, why, to be confirmed */
	uint64_t ticket;               /* order of waiting commands */
};

struct log_ring;
struct login_locks;
struct worker;
struct helper;

/* Changes that nobody had committed when their session ended. */
struct kept {
	char user[32], from[32];
	uint64_t wall_us;
	struct candidate *candidate; /* NULL: nothing */
};

/* A commit that is undone unless it is confirmed (confirm.c). */
struct confirmation {
	uint64_t due_us, keep_us; /* TIMER_NEVER: nothing to be confirmed; when to write down what is left */
	bool undoing;
	struct candidate *candidate; /* of the undo */
};

/* The machine is to be restarted or switched off (power.c). */
struct power {
	enum power_kind kind;
	bool draining;   /* request is open: it is done when the last call has ended */
	bool drained;    /* no new calls are taken, and none are waited for */
	bool ending;     /* end is open: new calls are let in again */
	uint64_t due_us; /* at the latest; TIMER_NEVER: it is being done */
	char user[32];
	struct control_request request, end;
};

struct admin {
	struct admin_parts parts;
	struct actor actor;
	struct doorbell *bell;
	int listener;
	uint64_t now_us, tickets;
	struct config *config; /* of the running settings: names, queues of agents */
	struct store_reader *reader;
	struct log_ring *log;
	struct audit *audit;
	struct worker *worker; /* passwords being checked, and the like */
	struct login_locks *locks;
	struct helper *helper; /* a program that works for us, or NULL */
	struct kept kept[KEPT_MAX];
	int (*trial_hook)(void *user, const char *what, const char *word);
	void *trial_user;
	bool lab;
	/* the one command that is being carried out with the help of others */
	struct session *busy;
	bool reverting, wrote_ahead;
	struct confirmation confirmation;
	struct power power;
	int commit_error;
	struct fault commit_fault;
	struct control_request request;
	struct driver_hardware hardware[CONTROL_HARDWARE_MAX];
	struct control_request kept_request; /* CONTROL_RECORD_KEPT */
	bool kept_open;                      /* not answered yet */
	bool request_open, acd_open, why_open;
	struct acd_view_request acd_request;
	struct acd_why_request why_request;
	struct acd_why *why; /* taken when first asked for */
	struct control_view *control_view;
	struct acd_view *acd_view;
	uint64_t sessions_refused, sessions_dropped, lines_refused;
	struct session sessions[SESSIONS_MAX];
};

/* session.c */
bool sessions_step(struct admin *admin);
int sessions_poll(struct admin *admin, struct pollfd *fds, int room);
void session_answer(struct admin *admin, struct session *session, const char *status);
void session_end(struct session *session);
void session_close(struct session *session);   /* gives everything back */
size_t session_trim(char *text, size_t bytes); /* takes blanks at the ends of lines away; what is left */

/* command.c */
void command_take(struct admin *admin, struct session *session, const char *line);
void command_finish(struct admin *admin, struct session *session, int result);
void command_complete(struct admin *admin, struct session *session, const char *line);

/* arguments.c: what could stand next behind the row's words, of which the line has the first so many */
void arguments_complete(struct admin *admin, struct session *session, const struct command *command, unsigned first,
                        void (*each)(void *user, const char *word, const char *help), void *user);

/* job.c: commands that need others */
bool jobs_step(struct admin *admin);
MUST_CHECK int job_ask_control(struct admin *admin, enum control_request_type type);
bool job_done(const _Atomic bool *flag);

/* A command that ran elsewhere, not as the one job in hand, has ended. */
void session_done(struct admin *admin, struct session *session, int result);

/* confirm.c */
void confirm_watch(struct admin *admin); /* after a commit and at start: is there something to be confirmed? */
bool confirm_due(const struct admin *admin);
void confirm_begin_undo(struct admin *admin);
bool confirm_step_undo(struct admin *admin);
void confirm_keep(struct admin *admin, bool at_once);
uint64_t confirm_deadline_us(const struct admin *admin);
void confirm_end(struct admin *admin);
uint64_t confirm_left_ms(const struct admin *admin);
/* What nobody has confirmed is undone now, not when its time is over: it could not be applied. */
void confirm_undo_now(struct admin *admin);

/* peer.c: the user behind a connection, and the terminal */
void peer_name(int fd, char *user, size_t user_size, char *from, size_t from_size);

/* roles.c: who may do what, and that it was done */
enum config_role session_role(const struct admin *admin, const struct session *session);
int role_check(struct admin *admin, struct session *session);
/* The candidate changes what only an administrator may. */
int role_check_commit(struct admin *admin, struct session *session);
void audit_command(struct admin *admin, struct session *session, int result);
int run_show_span_file(struct admin *admin, struct session *session);
int run_show_management(struct admin *admin, struct session *session);
int run_show_audit(struct admin *admin, struct session *session);

/* show_revisions.c */
int run_show_revisions(struct admin *admin, struct session *session);

/* set.c */
int run_set(struct admin *admin, struct session *session);
int take_set(struct admin *admin, struct session *session, const char *text);
int run_load(struct admin *admin, struct session *session);
int take_load(struct admin *admin, struct session *session, const char *text);

/* edit.c */
int session_candidate(struct admin *admin, struct session *session);
int admin_refresh_config(struct admin *admin, struct fault *fault);
int run_delete(struct admin *admin, struct session *session);
int run_compare(struct admin *admin, struct session *session);
int run_discard(struct admin *admin, struct session *session);
int run_show_configuration(struct admin *admin, struct session *session);
/* Puts the candidate to control, with session->note. As begin(). */
int commit_begin(struct admin *admin, struct session *session);
/* A text file of at most so many bytes, which the caller frees. */
MUST_CHECK int read_text_file(struct session *session, const char *path, size_t bytes_max, char **text);
int begin_commit(struct admin *admin, struct session *session);
int run_commit(struct admin *admin, struct session *session);
int run_commit_check(struct admin *admin, struct session *session);
int begin_commit_comment(struct admin *admin, struct session *session);
int begin_commit_confirm(struct admin *admin, struct session *session);
int run_rollback(struct admin *admin, struct session *session);
/* speak.c: what of the candidate has to be spoken, before the commit */
int ahead_commit(struct admin *admin, struct session *session);
/* The request could not even be put to control. */
void commit_abandoned(struct admin *admin, struct session *session);
/* A commit whose saving failed is taken back: what the revert ended with. */
int commit_reverted(struct admin *admin, struct session *session);

/* paste.c: further lines of a command */
int paste_begin(struct session *session, const char *say);
int paste_secret(struct session *session, const char *say);
void paste_line(struct admin *admin, struct session *session, const char *line);

/* keep.c: backup, restore, clone */
int run_backup(struct admin *admin, struct session *session);
int ahead_restore(struct admin *admin, struct session *session);
int begin_restore(struct admin *admin, struct session *session);
int run_restore(struct admin *admin, struct session *session);
int take_restore(struct admin *admin, struct session *session, const char *text);

/* reset.c */
int run_factory_reset(struct admin *admin, struct session *session);

/* power.c */
int begin_power(struct admin *admin, struct session *session);
int run_power(struct admin *admin, struct session *session);
int run_power_cancel(struct admin *admin, struct session *session);
bool power_step(struct admin *admin);
uint64_t power_deadline_us(const struct admin *admin);

/* csv.c: tables of agents, telephones, numbers */
int run_export_csv(struct admin *admin, struct session *session);
int run_import_csv(struct admin *admin, struct session *session);
int take_import_csv(struct admin *admin, struct session *session, const char *text);
/* The answer, or a file of the box: text is freed. */
int put_text(struct admin *admin, struct session *session, const char *path, char *text, const char *what);

/* login.c: users whom the system does not know */
int run_login(struct admin *admin, struct session *session);
int take_login(struct admin *admin, struct session *session, const char *text);

/* bundle.c: the support bundle, which another program makes */
int run_bundle(struct admin *admin, struct session *session);
bool helper_step(struct admin *admin);
int helper_fd(const struct helper *helper); /* -1: none */
void helper_end(struct admin *admin);

/* kept.c: changes that nobody has committed */
void kept_put(struct session *session);
/* To a person who has just come: what is kept for them. */
void kept_tell(struct admin *admin, struct session *session);
void kept_free(struct admin *admin);
int run_resume(struct admin *admin, struct session *session);
int run_discard_kept(struct admin *admin, struct session *session);

/* show_time.c */
int run_show_time(struct admin *admin, struct session *session);
/* The time server that sets the clock now; false: none does. */
bool time_server_heard(const struct admin *admin, char *name, size_t size);
/* set_time.c */
int begin_set_time(struct admin *admin, struct session *session);
int run_set_time(struct admin *admin, struct session *session);
void time_servers_changed(const struct admin *admin);

/* show_network.c */
int run_show_network(struct admin *admin, struct session *session);
void management_network_changed(const struct admin *admin);

/* show_*.c */
int run_show_calls(struct admin *admin, struct session *session);
int run_show_calls_last(struct admin *admin, struct session *session);
int run_show_agents(struct admin *admin, struct session *session);
int run_show_agent(struct admin *admin, struct session *session);
int run_show_queues(struct admin *admin, struct session *session);
int run_show_fairness(struct admin *admin, struct session *session);
int run_show_sweep(struct admin *admin, struct session *session);
int run_show_spans(struct admin *admin, struct session *session);
int begin_show_hardware(struct admin *admin, struct session *session);
int run_show_hardware(struct admin *admin, struct session *session);
/* places.c: bits as "1-4,7", each with so much added. Returns words. */
#define PLACES_WORDS_BYTES 96
const char *places_words(uint32_t places, unsigned add, char *words, size_t size);
int run_show_ports(struct admin *admin, struct session *session);
/* test_lines.c */
int begin_test_port(struct admin *admin, struct session *session);
int begin_test_span(struct admin *admin, struct session *session);
int run_test(struct admin *admin, struct session *session);
int begin_test_stop(struct admin *admin, struct session *session);
int run_test_stop(struct admin *admin, struct session *session);
int run_show_tests(struct admin *admin, struct session *session);

/* show_health.c: what is wrong with the lines, in plain words */
int run_show_health(struct admin *admin, struct session *session);

int run_show_alarms(struct admin *admin, struct session *session);
int run_show_log(struct admin *admin, struct session *session);
unsigned first_number(const struct session *session); /* of its words: behind "last", if that is there */
int run_show_timers(struct admin *admin, struct session *session);
int run_show_software(struct admin *admin, struct session *session);
int run_show_journal(struct admin *admin, struct session *session);

/* show_ways.c */
int run_show_routes(struct admin *admin, struct session *session);
int run_show_customers(struct admin *admin, struct session *session);
int run_show_hours(struct admin *admin, struct session *session);
int run_show_call(struct admin *admin, struct session *session);
int run_show_channels(struct admin *admin, struct session *session);
int run_show_recordings(struct admin *admin, struct session *session);
int run_show_storage(struct admin *admin, struct session *session);
/* The fields of a call's record. state NULL: a finished call. */
void json_call_fields(struct json *json, const struct call_record *record, const char *state);
struct log_print {
	FILE *out;
	bool wrap; /* in 80 columns */
};
void print_log_line(void *print, uint64_t wall_us, enum log_level level, enum log_room room, const char *text);
void print_log_json(void *json, uint64_t wall_us, enum log_level level, enum log_room room, const char *text);

/* show_trace.c, show_flight.c */
int run_show_trace(struct admin *admin, struct session *session);
int run_trace(struct admin *admin, struct session *session);
int show_frozen_trace(struct admin *admin, struct session *session, uint32_t id);
int run_show_flight(struct admin *admin, struct session *session);
int run_flight_freeze(struct admin *admin, struct session *session);
int run_flight_export(struct admin *admin, struct session *session);

/* follow.c */
void follow_end(struct session *session);
int run_monitor_calls(struct admin *admin, struct session *session);
int run_monitor_queues(struct admin *admin, struct session *session);
int run_monitor_agents(struct admin *admin, struct session *session);
int run_monitor_spans(struct admin *admin, struct session *session);
int run_monitor_alarms(struct admin *admin, struct session *session);
int run_monitor_log(struct admin *admin, struct session *session);

/* show_system.c */
int run_show_system(struct admin *admin, struct session *session);
void print_components(const struct admin *admin, struct json *json, FILE *out);
int run_show_callbacks(struct admin *admin, struct session *session);
int begin_callback(struct admin *admin, struct session *session);
int run_callback(struct admin *admin, struct session *session);

/* show_desk.c, for others */
const char *pause_reason(const struct config *config, uint32_t reason, char *text, size_t size);   /* NULL: none */
void json_queue(struct json *json, const struct admin *admin, const struct acd_queue_view *queue); /* no brackets */
void table_queues(FILE *out);
void table_queue(FILE *out, const struct admin *admin, const struct acd_queue_view *queue, bool steady);
void print_forecast(FILE *out, const struct acd_queue_view *queue); /* a line, if a wait would be told */

/* show_why.c */
int begin_why(struct admin *admin, struct session *session);
int run_why(struct admin *admin, struct session *session);
int begin_show_queue(struct admin *admin, struct session *session);
int run_show_queue(struct admin *admin, struct session *session);

/* sound.c */
int run_show_sound(struct admin *admin, struct session *session);
int begin_headset(struct admin *admin, struct session *session);
int run_headset(struct admin *admin, struct session *session);
int begin_announce(struct admin *admin, struct session *session);
int run_announce(struct admin *admin, struct session *session);
int begin_record(struct admin *admin, struct session *session);
int run_record(struct admin *admin, struct session *session);
int begin_record_stop(struct admin *admin, struct session *session);
int run_record_stop(struct admin *admin, struct session *session);
bool recording_step(struct admin *admin); /* an announcement that was recorded is kept */

/* act.c */
int begin_clear_call(struct admin *admin, struct session *session);
int run_clear_call(struct admin *admin, struct session *session);
int begin_call(struct admin *admin, struct session *session);
int run_call(struct admin *admin, struct session *session);
int begin_queue(struct admin *admin, struct session *session);
int run_queue(struct admin *admin, struct session *session);
int begin_agent(struct admin *admin, struct session *session);
int run_agent(struct admin *admin, struct session *session);
int run_debug(struct admin *admin, struct session *session);
int run_help(struct admin *admin, struct session *session);
int run_exit(struct admin *admin, struct session *session);

/* log_ring.c */
MUST_CHECK int log_ring_new(struct log_ring **out);
void log_ring_free(struct log_ring *ring);
void log_ring_put(struct log_ring *ring, uint64_t wall_us, enum log_level level, enum log_room room, const char *text);
/* The newest last lines, oldest of them first. */
uint64_t log_ring_count(struct log_ring *ring); /* lines that ever came */
void log_ring_each(struct log_ring *ring, uint32_t last,
                   void (*each)(void *user, uint64_t wall_us, enum log_level level, enum log_room room,
                                const char *text),
                   void *user);

#endif
