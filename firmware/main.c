/*
 * belfryd: the list of rooms in the order in which they depend on each other, and the exact reverse at exit.
 *
 * In real time each actor is a thread and the main thread waits for signals. In the lab's virtual time this thread
 * steps all of them: a period comes in, everybody settles, the answer goes out.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "acd/acd_actor.h"
#include "admin/admin.h"
#include "admin/own_prompts.h"
#include "base/actor.h"
#include "base/boot_facts.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/power.h"
#include "base/text.h"
#include "base/watchdog.h"
#include "call/control.h"
#include "config/factory_reset.h"
#include "config/settings.h"
#include "drivers/driver.h"
#include "line/timer_rows.h"
#include "machine/machine.h"
#include "management/management.h"
#include "media/media.h"
#include "options.h"
#include "resume.h"
#include "store/durable.h"
#include "store/event_files.h"
#include "store/store.h"
#include "trace/trace.h"

#define HOUSEKEEPING_MS 100
#define JOURNAL_BYTES   (4u << 20)

/* The scheduler's journal: may wait in memory before it is written; on flash until the settings say otherwise. */
#define ACD_RING_BYTES    (ACD_STATE_BYTES_MAX + (512u << 10))
#define ACD_JOURNAL_BYTES (32u << 20)

struct box {
	struct options options;
	struct doorbell *control_bell, *main_bell;
	struct settings *settings;
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

/* Virtual time: where the CPU time of the one thread went. */
struct cpu_split {
	uint64_t audio_us, rest_us;
};

static struct admin *log_reader; /* set once the console is there */
static const struct prompts *known_prompts;

/* ---- what the settings are told of rooms that they may not include ---- */

static bool strategy_available(int strategy)
{
	return acd_strategy_available((enum acd_strategy)strategy);
}

static bool prompt_known(const char *name)
{
	return prompts_find(known_prompts, name) != PROMPT_NONE;
}

static void introduce_settings(void)
{
	static struct settings_timer rows[TIMER_ROW_COUNT];
	int i;

	for (i = 0; i < TIMER_ROW_COUNT; i++)
		rows[i] = (struct settings_timer){timer_rows[i].name, timer_rows[i].help, timer_rows[i].initial_ms,
		                                  timer_rows[i].low_ms, timer_rows[i].high_ms};
	settings_register_timers(rows, TIMER_ROW_COUNT);
	settings_set_strategy_check(strategy_available);
	settings_set_prompt_check(prompt_known);
	settings_set_writer(durable_replace);
}

/* ---- start, in order ---- */

/* One belfryd a folder: two would write the same journal. The lock goes with the process, however it ends. */
static int lock_folder(const char *folder, struct fault *fault)
{
	char path[4096];
	size_t used = 0;
	int fd;

	if (mkdir(folder, 0750) < 0 && errno != EEXIST)
		return fault_set(fault, -errno, "data folder %s: %s", folder, strerror(errno));
	text_append(path, sizeof(path), &used, "%s/lock", folder);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (fd < 0)
		return fault_set(fault, -errno, "data folder %s: %s", folder, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return fault_set(fault, -EBUSY, "data folder %s: another belfryd is using it", folder);
	return 0;
}

static int lock_folders(const struct box *box, struct fault *fault)
{
	int error = lock_folder(box->options.data, fault);

	if (!error && strcmp(box->options.conf, box->options.data) != 0)
		error = lock_folder(box->options.conf, fault);
	return error;
}

/* The calls come first: a box with factory settings and an alarm can be set up, one that does not start cannot. */
static int open_settings(struct box *box, struct fault *fault)
{
	struct fault why = {""};
	int error = settings_load(&box->settings, box->options.conf, &why);

	if (!error) {
		if (settings_key_lost(box->settings))
			boot_facts_add_alarm(&box->boot, "key-lost", SEVERITY_CRITICAL,
			                     "The box's key was missing and is a new one: set the agents' PINs again. "
			                     "Older entries of the audit log cannot be checked.");
		return 0;
	}
	log_write(LOG_ERROR, LOG_CONFIG, "the settings cannot be read, going on with factory settings: %s", why.text);
	boot_facts_add_alarm(&box->boot, "settings-damaged", SEVERITY_CRITICAL,
	                     "The settings cannot be read (%s). The box runs with factory settings.", why.text);
	return settings_load_factory(&box->settings, box->options.conf, fault);
}

static int open_prompts(struct box *box, struct fault *fault)
{
	const char *folders[] = {NULL, NULL, NULL};
	static char own[4096];
	size_t used = 0;

	text_append(own, sizeof(own), &used, "%s/prompts", box->options.data);
	folders[0] = access(own, R_OK) == 0 ? own : box->options.prompts;
	folders[1] = folders[0] == own ? box->options.prompts : NULL;
	return prompts_load(&box->prompts, folders, fault);
}

static int open_driver(struct box *box, struct fault *fault)
{
	struct driver_settings settings = {.name = box->options.driver,
	                                   .local_socket = box->options.socket,
	                                   .remote_socket = box->options.peer,
	                                   .virtual_time = box->options.virtual_time,
	                                   .control_bell = box->control_bell};

	return driver_open(&settings, &box->driver, fault);
}

static int open_store(struct box *box, struct fault *fault)
{
	struct store_settings settings = {
	    .folder = box->options.data, .bell = box->control_bell, .journal_bytes = JOURNAL_BYTES};

	return store_new(&box->store, &settings, fault);
}

/* The reset button was held: everything, users too, as delivered at the next start. */
static int reset_wanted(void *user)
{
	const struct box *box = user;
	struct fault fault = {""};
	int error = factory_reset_ask(box->options.conf, RESET_ALL, &fault);

	if (error)
		log_write(LOG_ERROR, LOG_CONFIG, "reset button: %s", fault.text);
	return error;
}

/*
 * A reset of everything is the system's on the box: the console's password and the file systems are not ours. It does
 * that before we are started; a wish that came between is done by a restart of the box, and nothing of it before.
 */
static int factory_reset(struct box *box, struct fault *fault)
{
	int error;

	if (!power_watched(box->boot.folder) || factory_reset_asked(box->options.conf) != RESET_ALL)
		return factory_reset_carry_out(box->options.conf, box->options.data, fault);
	log_write(LOG_NOTICE, LOG_CONFIG, "factory reset (all): the box is restarted for it");
	error = power_ask(box->options.console, POWER_RESTART);
	if (error)
		log_write(LOG_ERROR, LOG_CONFIG,
		          "factory reset (all): the box could not be restarted: %s; it is done at the "
		          "next start of the box",
		          strerror(-error));
	return 0;
}

static int open_machine(struct box *box, struct fault *fault)
{
	struct machine_settings settings = {.board_file = box->options.board,
	                                    .control_bell = box->control_bell,
	                                    .reset_wanted = reset_wanted,
	                                    .reset_user = box};

	return machine_new(&box->machine, &settings, fault);
}

static int open_management(struct box *box, struct fault *fault)
{
	int error = management_new(&box->management);

	return error ? fault_set(fault, error, "no memory for the receivers of alarms") : 0;
}

static int put_journal(void *user, const struct acd_journal_piece *piece)
{
	return event_files_put(user, piece->new_file, piece->events, piece->event_bytes, piece->decisions,
	                       piece->decision_bytes);
}

static uint64_t journal_file_bytes(void *user)
{
	return event_files_file_bytes(user);
}

/* The scheduler goes on as its journal left it. */
static int open_journal(struct box *box, struct fault *fault)
{
	struct acd_actor_journal keeper = {.put = put_journal, .file_bytes = journal_file_bytes};
	char folder[4096];
	size_t used = 0;
	struct acd *resumed;
	int error;

	if (!text_append(folder, sizeof(folder), &used, "%s/acd", box->options.data))
		return fault_set(fault, -ENAMETOOLONG, "data folder %s: its name is too long", box->options.data);
	resumed = resume_scheduler(folder);
	error = event_files_new(&box->journal, folder, ACD_JOURNAL_BYTES, ACD_RING_BYTES, box->control_bell, fault);
	keeper.user = box->journal;
	if (!error && acd_actor_keep_journal(box->acd, &keeper, resumed, clock_wall_us()) < 0)
		error = fault_set(fault, -ENOMEM, "no memory for the scheduler's journal");
	if (error)
		acd_free(resumed);
	return error;
}

/* A table that is damaged keeps no call away: nobody is a customer then, and an alarm says so. */
static void open_customers(struct box *box)
{
	struct fault why = {""};

	if (customers_load(&box->customers, box->options.data, &why) < 0) {
		log_write(LOG_ERROR, LOG_CONFIG, "%s", why.text);
		boot_facts_add_alarm(&box->boot, "customers", SEVERITY_MAJOR,
		                     "The customer table cannot be read: import it again (import csv customers).");
	}
}

static int open_control(struct box *box, struct fault *fault)
{
	struct control_parts parts = {.driver = box->driver,
	                              .media = box->media,
	                              .prompts = box->prompts,
	                              .acd = box->acd,
	                              .store = box->store,
	                              .journal = box->journal,
	                              .sound = box->sound,
	                              .trace = box->trace,
	                              .machine = box->machine,
	                              .management = box->management,
	                              .boot = &box->boot,
	                              .bell = box->control_bell};

	int error;

	open_customers(box);
	error = control_new(&box->control, &parts, fault);
	if (!error && box->customers)
		control_give_customers(box->control, box->customers);
	else
		customers_free(box->customers);
	return error;
}

/* For trials: as if the disk were full. */
static int simulate_disk(const char *word)
{
	bool full = strcmp(word, "full") == 0;

	if (!full && strcmp(word, "ok") != 0)
		return -EINVAL;
	durable_set_full(full);
	return 0;
}

static int simulate_supply(struct box *box, const char *word)
{
	bool failing = strcmp(word, "failing") == 0;

	if (!failing && strcmp(word, "ok") != 0)
		return -EINVAL;
	machine_simulate_supply(box->machine, failing);
	return 0;
}

/* As if the sound cards were pulled out. */
static int simulate_sound(struct box *box, const char *word)
{
	bool lost = strcmp(word, "lost") == 0;

	if (!lost && strcmp(word, "ok") != 0)
		return -EINVAL;
	for (unsigned i = 0; i < SOUND_CARDS_MAX; i++)
		sound_pretend_lost(box->sound, i, lost);
	return 0;
}

static int simulate(void *user, const char *what, const char *word)
{
	if (strcmp(what, "sound") == 0)
		return simulate_sound(user, word);
	return strcmp(what, "supply") == 0 ? simulate_supply(user, word) : simulate_disk(word);
}

static int open_admin(struct box *box, struct fault *fault)
{
	struct admin_parts parts = {.journal = box->journal,
	                            .socket_path = box->options.console,
	                            .data_folder = box->options.data,
	                            .conf_folder = box->options.conf,
	                            .boot = &box->boot,
	                            .driver_name = box->options.driver,
	                            .settings = box->settings,
	                            .control = box->control,
	                            .acd = box->acd,
	                            .trace = box->trace,
	                            .management = box->management,
	                            .prompts = box->prompts,
	                            .media = box->media};

	return admin_new(&box->admin, &parts, fault);
}

static void log_line(void *argument, uint64_t wall_us, enum log_level level, enum log_room room, const char *text)
{
	struct box *box = argument;

	if (log_reader)
		admin_log_line(log_reader, wall_us, level, room, text);
	management_log(box->management, wall_us, level, room, text);
}

static void settle(struct box *box)
{
	actors_settle(&box->actors, clock_now_us());
}

/* Takes over the start-up file, if there is one, as a commit like any other. */
static int load_startup_file(struct box *box, struct fault *fault)
{
	static char text[1 << 20];
	struct candidate *candidate;
	struct config *config;
	size_t count;
	FILE *file;
	int error;

	if (!box->options.settings)
		return 0;
	file = fopen(box->options.settings, "r");
	if (!file)
		return fault_set(fault, -errno, "start-up file %s: %s", box->options.settings, strerror(errno));
	count = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[count] = '\0';
	error = candidate_new(&candidate, box->settings);
	if (error)
		return fault_set(fault, error, "no memory for the start-up file");
	error = candidate_load_text(candidate, text, fault);
	if (!error)
		error = candidate_build(candidate, &config, NULL, 0, fault);
	if (!error) {
		config_free(config);
		error = settings_commit(box->settings, candidate, fault);
	}
	candidate_free(candidate);
	return error ? fault_add(fault, error, "start-up file %s", box->options.settings) : 0;
}

/* The stored settings are applied before the first call; if they cannot be, the box runs without any and says so. */
static void apply_settings(struct box *box)
{
	struct control_request request = {.type = CONTROL_APPLY};
	struct fault fault = {""};

	if (settings_build(box->settings, &request.config, &fault) < 0) {
		log_write(LOG_ERROR, LOG_CONFIG, "the stored settings cannot be used: %s", fault.text);
		admin_settings_refused(box->admin);
		return;
	}
	own_prompts_keep(request.config, box->prompts, box->options.data);
	if (control_ask(box->control, &request) < 0)
		return;
	settle(box);
	if (request.result < 0) {
		log_write(LOG_ERROR, LOG_CONFIG, "the stored settings could not be applied: %s", request.fault.text);
		config_free(request.config);
		admin_settings_refused(box->admin);
	}
}

static int open_rooms(struct box *box, struct fault *fault)
{
	int error = doorbell_new(&box->control_bell);

	if (!error)
		error = doorbell_new(&box->main_bell);
	if (error)
		return fault_set(fault, error, "no memory");
	introduce_settings();
	boot_facts_read(&box->boot, box->options.boot);
	if ((error = lock_folders(box, fault)) < 0 || (error = factory_reset(box, fault)) < 0 ||
	    (error = open_prompts(box, fault)) < 0)
		return error;
	if (prompts_count(box->prompts) == 0)
		log_write(LOG_ERROR, LOG_MEDIA, "no announcements in %s: callers hear silence", box->options.prompts);
	known_prompts = box->prompts;
	if ((error = open_settings(box, fault)) < 0 || (error = load_startup_file(box, fault)) < 0 ||
	    (error = open_driver(box, fault)) < 0)
		return error;
	if ((error = media_new(&box->media, box->driver, box->prompts, box->control_bell)) < 0 ||
	    (error = sound_new(&box->sound, box->options.virtual_time, box->control_bell)) < 0 ||
	    (error = acd_actor_new(&box->acd, box->control_bell)) < 0)
		return fault_set(fault, error, "no memory for the audio or the scheduler");
	media_set_sound(box->media, box->sound);
	if ((error = open_store(box, fault)) < 0 || (error = open_journal(box, fault)) < 0 ||
	    (error = open_machine(box, fault)) < 0 || (error = open_management(box, fault)) < 0 ||
	    (error = trace_new(&box->trace, box->options.pcap, fault)) < 0 || (error = open_control(box, fault)) < 0 ||
	    (error = open_admin(box, fault)) < 0)
		return error;
	log_reader = box->admin;
	admin_set_trial_hook(box->admin, simulate, box);
	actors_add(&box->actors, control_actor(box->control));
	actors_add(&box->actors, acd_actor_base(box->acd));
	actors_add(&box->actors, store_actor(box->store));
	actors_add(&box->actors, event_files_actor(box->journal));
	actors_add(&box->actors, machine_actor(box->machine));
	actors_add(&box->actors, management_actor(box->management));
	actors_add(&box->actors, sound_actor(box->sound));
	actors_add(&box->actors, admin_actor(box->admin));
	return 0;
}

static void close_rooms(struct box *box)
{
	log_reader = NULL;
	admin_free(box->admin);
	control_free(box->control);
	trace_free(box->trace);
	management_free(box->management);
	box->management = NULL; /* the last lines of the log come later */
	machine_free(box->machine);
	store_free(box->store);
	acd_actor_free(box->acd);
	event_files_free(box->journal);
	media_free(box->media);
	sound_free(box->sound);
	driver_close(box->driver);
	settings_free(box->settings);
	prompts_free(box->prompts);
	doorbell_free(box->main_bell);
	doorbell_free(box->control_bell);
}

/* ---- running ---- */

static void housekeeping(struct box *box)
{
	log_drain(log_line, box);
}

/* A signal asks for an orderly stop; the second one does not wait for the calls. True: leave now. */
static bool signal_came(struct box *box)
{
	struct signalfd_siginfo info;

	if (read(box->signals, &info, sizeof(info)) != sizeof(info))
		return false;
	if (box->stopping)
		return true;
	box->stopping = true;
	box->stop = (struct control_request){.type = CONTROL_STOP, .bell = box->main_bell};
	return control_ask(box->control, &box->stop) < 0;
}

static bool stopped(struct box *box)
{
	return box->stopping && atomic_load_explicit(&box->stop.done, memory_order_acquire);
}

static uint64_t thread_cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * US_PER_S + (uint64_t)now.tv_nsec / 1000;
}

static void report_costs(const struct cpu_split *cpu)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	log_write(LOG_INFO, LOG_BASE, "CPU time: audio and driver %llu us, everything else %llu us; memory %ld KiB",
	          (unsigned long long)cpu->audio_us, (unsigned long long)cpu->rest_us, usage.ru_maxrss);
}

/* One pass of the audio, then everybody else, then the answer to the lab. CPU time is counted apart for the figures. */
static int pass_virtual(struct box *box, struct cpu_split *cpu)
{
	uint64_t begun_us = thread_cpu_us(), heard_us;
	int passed = media_pass(box->media, true);

	heard_us = thread_cpu_us();
	settle(box);
	housekeeping(box);
	cpu->rest_us += thread_cpu_us() - heard_us;
	if (passed > 0)
		driver_period_flush(box->driver);
	cpu->audio_us += heard_us - begun_us;
	return passed;
}

static int run_virtual(struct box *box)
{
	struct cpu_split cpu = {0};
	struct pollfd fds[ACTOR_POLL_MAX + 2];
	struct actor *admin = admin_actor(box->admin);
	int passed = 0;

	while (!stopped(box) && passed >= 0) {
		bool works = admin_works(box->admin); /* the lab's clock waits for it */
		int count = 2;

		fds[0] = (struct pollfd){.fd = works ? -1 : driver_period_fd(box->driver), .events = POLLIN};
		fds[1] = (struct pollfd){.fd = box->signals, .events = POLLIN};
		if (admin->poll_fds)
			count += admin->poll_fds(admin->self, fds + 2, ACTOR_POLL_MAX);
		if (poll(fds, (nfds_t)count, -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[1].revents && signal_came(box))
			break;
		if (works)
			settle(box);
		else
			passed = pass_virtual(box, &cpu);
	}
	report_costs(&cpu);
	return passed < 0 ? passed : 0;
}

static uint64_t actor_steps(const void *self)
{
	const struct actor *actor = self;

	return atomic_load_explicit(&actor->steps, memory_order_relaxed);
}

static uint64_t media_periods(const void *self)
{
	struct media_status status;

	media_status(self, &status);
	return status.periods;
}

/* Those without which no call goes on. */
static void watch_threads(struct box *box)
{
	heartbeat_add(&box->watchdog.heartbeat, "media", media_periods, box->media);
	heartbeat_add(&box->watchdog.heartbeat, "control", actor_steps, control_actor(box->control));
	heartbeat_add(&box->watchdog.heartbeat, "acd", actor_steps, acd_actor_base(box->acd));
}

static int run_real(struct box *box)
{
	struct pollfd fds[2] = {{.fd = box->signals, .events = POLLIN},
	                        {.fd = doorbell_fd(box->main_bell), .events = POLLIN}};
	int error = actors_start_threads(&box->actors);

	if (!error)
		error = media_start_thread(box->media, &box->actors);
	if (error)
		return error;
	watch_threads(box);
	while (!stopped(box)) {
		if (poll(fds, 2, HOUSEKEEPING_MS) < 0 && errno != EINTR)
			break;
		if (fds[0].revents && signal_came(box))
			break;
		/* A sleeping thread is woken, so that it has made a step at the next look. */
		if (watchdog_look(&box->watchdog))
			actors_wake(&box->actors);
		housekeeping(box);
	}
	watchdog_stopping();
	media_stop_thread(box->media);
	actors_stop(&box->actors);
	return 0;
}

static int watch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	signal(SIGPIPE, SIG_IGN);
	if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
		return -errno;
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int undo(const char *folder)
{
	struct fault fault = {""};

	if (durable_undo_unsynced(folder, &fault) == 0)
		return 0;
	fprintf(stderr, "belfryd: %s\n", fault.text);
	return 1;
}

int main(int argc, char **argv)
{
	static struct box box;
	struct fault fault = {""};
	int result = options_parse(&box.options, argc, argv);

	if (result != 0)
		return result < 0;
	if (box.options.undo_unsynced)
		return undo(box.options.undo_unsynced);
	clock_start(box.options.wall_start_us);
	if (log_start(box.options.log_level) < 0 || (box.signals = watch_signals()) < 0) {
		fprintf(stderr, "belfryd: cannot start: %s\n", strerror(errno));
		return 1;
	}
	if (box.options.power_cut_log && durable_log_unsynced(box.options.data) < 0) {
		fprintf(stderr, "belfryd: %s: cannot keep the log of unsynced writes\n", box.options.data);
		return 1;
	}
	result = open_rooms(&box, &fault);
	if (result < 0) {
		log_drain(NULL, NULL);
		fprintf(stderr, "belfryd: %s\n", fault.text);
		close_rooms(&box);
		return 1;
	}
	if (!box.options.virtual_time && mlockall(MCL_CURRENT | MCL_FUTURE) < 0)
		log_write(LOG_NOTICE, LOG_BASE, "memory could not be locked: audio may be late under load");
	apply_settings(&box);
	result = box.options.virtual_time ? run_virtual(&box) : run_real(&box);
	housekeeping(&box);
	if (result < 0)
		fprintf(stderr, "belfryd: stopped: %s\n", strerror(-result));
	close_rooms(&box);
	log_drain(NULL, NULL);
	log_stop();
	return result < 0;
}
