/* The box under test and what surrounds it. */
#include "box.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PERIOD_WALL_BUDGET_S 30.0
#define START_WALL_BUDGET_MS 30000
#define BOOT_LAB_S           300 /* an emulated processor on a busy machine */
#define ANSWER_QUIET_MS      200 /* no answer while the box rests for so long: it waits for lab time */
#define ANSWER_WALL_MS       30000
#define ANSWER_LAB_S         60.0
#define E1_CHANNELS          31u
#define T1_CHANNELS          24u
#define SETTLE_S             1.2 /* telephones' signalling is debounced, links are established by both ends */

struct box {
	struct exchange *exchange;
	struct target *target;
	struct box_plan plan;
	bool overridden[LAB_SPANS_MAX];
	struct box_settings settings;
	char folder[64], data[4096];
	double unix_time; /* at the lab's sample 0 */
	bool should_run, keep, asking;
	bool set_up; /* has been ready: its settings may be others by its next start */
	uint64_t started, asked, up_since;
	unsigned numbers; /* handed out */
};

static int remove_entry(const char *path, const struct stat *status, int flag, struct FTW *walk)
{
	return remove(path);
}

static bool process_alive(void *user)
{
	return target_alive(((struct box *)user)->target);
}

static bool virtual_time(const struct box *box)
{
	return !box->settings.real_time && !target_on_ethernet(box->target);
}

static int make_folder(struct box *box, char *error, size_t size)
{
	const char *parent = getenv("TMPDIR");
	if (!parent || strlen(parent) > 30)
		parent = "/tmp";
	snprintf(box->folder, sizeof box->folder, "%s/belfry-lab-XXXXXX", parent);
	if (!mkdtemp(box->folder)) {
		int r = -errno;
		snprintf(error, size, "%s: %s", box->folder, strerror(errno));
		box->folder[0] = '\0';
		return r;
	}
	if (box->settings.spool)
		snprintf(box->data, sizeof box->data, "%s", box->settings.spool);
	else
		snprintf(box->data, sizeof box->data, "%s/data", box->folder);
	return 0;
}

static void make_plan(struct box *box)
{
	const struct box_settings *settings = &box->settings;
	for (size_t i = 0; i < settings->line_count; i++)
		box_plan_line(&box->plan, settings->lines[i]);
	for (size_t i = 0; i < settings->override_count; i++)
		box_plan_override(&box->plan, &settings->overrides[i]);
	for (unsigned i = 0; i < box->plan.count; i++)
		for (size_t k = 0; k < settings->override_count; k++)
			if (settings->overrides[k].span == box->plan.spans[i].span)
				box->overridden[i] = true;
}

static int make_target(struct box *box, char *error, size_t size)
{
	char spans[256] = "";
	for (unsigned i = 0; i < box->plan.count; i++) {
		size_t used = strlen(spans);
		snprintf(spans + used, sizeof spans - used, "%s%u:%u", used ? "," : "", box->plan.spans[i].span,
		         box->plan.spans[i].e1 ? E1_CHANNELS : T1_CHANNELS);
	}
	struct target_settings settings = {.kind = box->settings.kind,
	                                   .folder = box->folder,
	                                   .data = box->data,
	                                   .spans = spans,
	                                   .real_time = box->settings.real_time,
	                                   .asound = box->settings.asound,
	                                   .power_cut_log = box->settings.power_cut,
	                                   .disk_faults = box->settings.disk_faults};
	return target_new(&box->target, &settings, error, size);
}

static int make_exchange(struct box *box, char *error, size_t size)
{
	bool ethernet = target_on_ethernet(box->target);
	struct exchange_settings settings = {
	    .transport = ethernet ? LAB_TO_ETHERNET : LAB_TO_PROCESS,
	    .local_path = target_lab_socket(box->target),
	    .remote_path = target_box_socket(box->target),
	    .real_time = ethernet || box->settings.real_time,
	    .seed = box->settings.seed,
	    .pcap_path = box->settings.pcap,
	    .prompt_folder = {LAB_PROMPTS, target_prompts()},
	};
	int r = exchange_new(&box->exchange, &settings, error, size);
	if (!r)
		exchange_set_alive(box->exchange, process_alive, box);
	return r;
}

static bool same_span(const struct lab_span *a, const struct lab_span *b)
{
	return a->e1 == b->e1 && a->mulaw == b->mulaw && a->kind == b->kind && a->switch_type == b->switch_type &&
	       a->network_side == b->network_side && a->overlap == b->overlap && a->missing == b->missing;
}

/* Gives the exchange every span that is new or has changed against the plan before. */
static int add_spans(struct box *box, const struct box_plan *before, char *error, size_t size)
{
	for (unsigned i = 0; i < box->plan.count; i++) {
		const struct lab_span *span = &box->plan.spans[i];
		bool known = before && i < before->count && before->carried[i] && same_span(span, &before->spans[i]);
		if (!box->plan.carried[i] || known)
			continue;
		int r = exchange_add_span(box->exchange, span, error, size);
		if (r)
			return r;
	}
	return 0;
}

static int apply_settings(struct box *box, char *error, size_t size)
{
	char line[1024];
	for (size_t i = 0; i < box->settings.line_count; i++) {
		box_set_line(line, sizeof line, box->settings.lines[i]);
		int r = box_ask_now(box, line, error, size);
		if (r)
			return r;
	}
	for (size_t i = 0; i < box->settings.line_count; i++)
		exchange_follow_prompt(box->exchange, box->settings.lines[i]);
	return box->settings.line_count ? box_ask_now(box, "commit", error, size) : 0;
}

/* The console appears after a little wall time; with real time the wire is kept going meanwhile. */
static int wait_console(struct box *box, char *error, size_t size)
{
	uint64_t begun = box_now(box);
	for (int waited = 0; waited < START_WALL_BUDGET_MS; waited += 5) {
		if (!target_alive(box->target)) {
			char how[128];
			target_death_text(box->target, how, sizeof how);
			snprintf(error, size, "the box did not start: %s", how);
			return -EPIPE;
		}
		int r = target_console_open(box->target, error, size);
		if (r)
			return r > 0 ? 0 : r;
		if (target_on_ethernet(box->target)) {
			waited = (int)(box_seconds(box_now(box) - begun) / BOOT_LAB_S * START_WALL_BUDGET_MS);
			r = box_period(box, error, size);
			if (r)
				return r;
		} else {
			nanosleep(&(struct timespec){.tv_nsec = 5 * 1000 * 1000}, NULL);
		}
	}
	snprintf(error, size, "the box's console did not appear within %d s; it said last: %.300s",
	         target_on_ethernet(box->target) ? BOOT_LAB_S : START_WALL_BUDGET_MS / 1000,
	         target_console_said(box->target));
	return -ETIMEDOUT;
}

int box_new(struct box **out, const struct box_settings *settings, char *error, size_t size)
{
	struct box *box = calloc(1, sizeof *box);
	if (!box)
		return -ENOMEM;
	box->settings = *settings;
	box->unix_time = settings->unix_time;
	int r = make_folder(box, error, size);
	make_plan(box);
	if (!r)
		r = make_target(box, error, size);
	if (!r)
		r = make_exchange(box, error, size);
	if (!r)
		r = add_spans(box, NULL, error, size);
	*out = box; /* also when it failed: its log is wanted for the message; box_free() in any case */
	if (!r)
		r = box_start(box, error, size);
	if (!r)
		r = apply_settings(box, error, size);
	box->settings.lines = NULL; /* the caller's */
	box->settings.line_count = 0;
	if (!r)
		r = box_wait_ready(box, error, size);
	box->set_up = !r;
	return r;
}

int box_attend(struct box **out, struct exchange *exchange, const struct lab_span *spans, unsigned count)
{
	char error[BOX_ERROR_BYTES];
	struct box *box = calloc(1, sizeof *box);
	if (!box)
		return -ENOMEM;
	const struct target_settings settings = {.kind = TARGET_ATTENDED, .folder = "", .data = "", .spans = ""};
	int r = target_new(&box->target, &settings, error, sizeof error);
	if (r) {
		free(box);
		return r;
	}
	box->exchange = exchange;
	box->settings.kind = TARGET_ATTENDED;
	for (; box->plan.count < count; box->plan.count++) {
		box->plan.spans[box->plan.count] = spans[box->plan.count];
		box->plan.carried[box->plan.count] = true;
	}
	*out = box;
	return 0;
}

void box_free(struct box *box)
{
	if (!box)
		return;
	target_free(box->target);
	exchange_free(box->exchange);
	if (box->folder[0] && !box->keep)
		nftw(box->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	free(box);
}

void box_keep(struct box *box)
{
	box->keep = true;
}

struct exchange *box_exchange(struct box *box)
{
	return box->exchange;
}

struct target *box_target(struct box *box)
{
	return box->target;
}

const char *box_folder(const struct box *box)
{
	return box->folder;
}

const char *box_console_path(const struct box *box)
{
	return target_console_path(box->target);
}

uint64_t box_now(const struct box *box)
{
	return box->exchange ? exchange_now_samples(box->exchange) : 0;
}

double box_seconds(uint64_t samples)
{
	return (double)samples / BOX_SECOND;
}

double box_unix_time(const struct box *box, uint64_t samples)
{
	return box->unix_time + box_seconds(samples);
}

unsigned box_span_count(const struct box *box)
{
	return box->plan.count;
}

const struct lab_span *box_span(const struct box *box, unsigned index)
{
	return &box->plan.spans[index];
}

void box_new_number(struct box *box, char *number, size_t size)
{
	snprintf(number, size, "212%07u", 5000000 + ++box->numbers % 5000000);
}

bool box_running(const struct box *box)
{
	return target_alive(box->target);
}

int box_period(struct box *box, char *error, size_t size)
{
	int r = exchange_period(box->exchange, box_running(box) ? PERIOD_WALL_BUDGET_S : 0);
	bool alive = box_running(box);
	if (!box->should_run || (alive && (r == 0 || r == -EPIPE)))
		return 0;
	if (alive) {
		snprintf(error, size, "the box did not answer the line for %.0f s of wall time", PERIOD_WALL_BUDGET_S);
		return r;
	}
	char how[128];
	target_death_text(box->target, how, sizeof how);
	snprintf(error, size, "the box has %s", how);
	return -EPIPE;
}

int box_start(struct box *box, char *error, size_t size)
{
	if (box_running(box)) {
		snprintf(error, size, "the box is running already");
		return -EBUSY;
	}
	int r = target_start(box->target, box_unix_time(box, box_now(box)), error, size);
	if (r)
		return r;
	r = wait_console(box, error, size);
	if (r)
		return r;
	exchange_box_restarted(box->exchange);
	box->asking = false;
	box->should_run = true;
	box->started = box_now(box);
	box->up_since = 0;
	return 0;
}

int box_terminate(struct box *box, char *error, size_t size)
{
	box->should_run = false;
	return target_terminate(box->target, error, size);
}

int box_kill(struct box *box, bool power_cut, char *error, size_t size)
{
	box->should_run = false;
	box->asking = false;
	if (power_cut)
		return target_power_cut(box->target, error, size);
	target_kill(box->target);
	return 0;
}

/* 1: every D channel that should be there is up; 0: not yet. */
static int links_up(const struct box *box, char *error, size_t size)
{
	double passed = box_seconds(box_now(box) - box->started);
	for (unsigned i = 0; i < box->plan.count; i++) {
		const struct lab_span *span = &box->plan.spans[i];
		if (!box->plan.carried[i] || span->kind != LAB_SPAN_PRI || span->missing ||
		    exchange_dchannel_up(box->exchange, span->span))
			continue;
		if (passed < BOX_READY_S)
			return 0;
		if (box->overridden[i] || box->set_up)
			continue;
		snprintf(error, size, "span %u: the D channel did not come up within %.0f s", span->span, BOX_READY_S);
		return -ETIMEDOUT;
	}
	return 1;
}

/* Both ends of a new link may establish it, one after the other; what is sent in between is lost. So it has to stay up.
 */
int box_ready(struct box *box, char *error, size_t size)
{
	int up = links_up(box, error, size);
	if (up <= 0) {
		box->up_since = 0;
		return up;
	}
	if (!box->up_since)
		box->up_since = box_now(box);
	return box_seconds(box_now(box) - box->up_since) >= SETTLE_S;
}

int box_wait_ready(struct box *box, char *error, size_t size)
{
	int r;
	while ((r = box_ready(box, error, size)) == 0)
		if ((r = box_period(box, error, size)))
			return r;
	return r < 0 ? r : 0;
}

/* ---- console ---- */

int box_ask(struct box *box, const char *line, char *error, size_t size)
{
	int r = target_console_send(box->target, line, error, size);
	box->asking = r == 0;
	box->asked = box_now(box);
	return r;
}

bool box_asking(const struct box *box)
{
	return box->asking;
}

static int poll_answer(struct box *box, char *error, size_t size)
{
	int r = target_console_poll(box->target);
	if (r < 0)
		snprintf(error, size, "console: the box closed the session");
	else if (r == 0 && box_seconds(box_now(box) - box->asked) > ANSWER_LAB_S) {
		snprintf(error, size, "console: no answer within %.0f s", ANSWER_LAB_S);
		r = -ETIMEDOUT;
	}
	if (r)
		box->asking = false;
	return r;
}

int box_answered(struct box *box, char *error, size_t size)
{
	int r = poll_answer(box, error, size);
	if (!virtual_time(box) || box->asked != box_now(box))
		return r;
	for (int quiet = 0, total = 0; r == 0 && quiet < ANSWER_QUIET_MS && total < ANSWER_WALL_MS; total += 10) {
		target_console_wait(box->target, 10);
		quiet = target_busy(box->target) ? 0 : quiet + 10;
		r = poll_answer(box, error, size);
	}
	return r;
}

int box_ask_now(struct box *box, const char *line, char *error, size_t size)
{
	int r = box_ask(box, line, error, size);
	while (!r && (r = box_answered(box, error, size)) == 0)
		r = box_period(box, error, size);
	if (r < 0)
		return r;
	if (box_answer_status(box) == 0)
		return 0;
	snprintf(error, size, "%s: %s", line, box_answer(box));
	return -EINVAL;
}

const char *box_answer(const struct box *box)
{
	return target_console_text(box->target);
}

int box_answer_status(const struct box *box)
{
	return target_console_status(box->target);
}

void box_set_line(char *line, size_t size, const char *setting)
{
	setting += strspn(setting, " \t");
	bool command = strncmp(setting, "set ", 4) == 0 || strncmp(setting, "delete ", 7) == 0;
	snprintf(line, size, "%s%s", command ? "" : "set ", setting);
}

int box_follow_settings(struct box *box, const char *const *lines, size_t count, char *error, size_t size)
{
	struct box_plan before = box->plan;
	for (size_t i = 0; i < count; i++)
		exchange_follow_prompt(box->exchange, lines[i]);
	for (size_t i = 0; i < count; i++)
		box_plan_line(&box->plan, lines[i]);
	return add_spans(box, &before, error, size);
}
