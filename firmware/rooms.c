/* The rooms, opened in the order in which they depend on each other and closed in the exact reverse. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/power.h"
#include "base/text.h"
#include "box.h"
#include "config/factory_reset.h"
#include "resume.h"

#define JOURNAL_BYTES (4u << 20)

/* The scheduler's journal: may wait in memory before it is written; on flash until the settings say otherwise. */
#define ACD_RING_BYTES    (ACD_STATE_BYTES_MAX + (512u << 10))
#define ACD_JOURNAL_BYTES (32u << 20)

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

int box_open(struct box *box, struct fault *fault)
{
	int error = doorbell_new(&box->control_bell);

	if (!error)
		error = doorbell_new(&box->main_bell);
	if (error)
		return fault_set(fault, error, "no memory");
	box_introduce_settings(box);
	boot_facts_read(&box->boot, box->options.boot);
	if ((error = lock_folders(box, fault)) < 0 || (error = factory_reset(box, fault)) < 0 ||
	    (error = open_prompts(box, fault)) < 0)
		return error;
	if (prompts_count(box->prompts) == 0)
		log_write(LOG_ERROR, LOG_MEDIA, "no announcements in %s: callers hear silence", box->options.prompts);
	if ((error = box_read_settings(box, fault)) < 0 || (error = open_driver(box, fault)) < 0)
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
	admin_set_trial_hook(box->admin, box_simulate, box);
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

void box_close(struct box *box)
{
	admin_free(box->admin);
	box->admin = NULL; /* the log is read on */
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
	config_free(box->stored);
	settings_free(box->settings);
	prompts_free(box->prompts);
	doorbell_free(box->main_bell);
	doorbell_free(box->control_bell);
}
