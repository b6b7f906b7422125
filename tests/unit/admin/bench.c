#include "bench.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/unit/scratch.h"

struct bench *bench;

/* ---- the stand-ins ---- */

static void finish(struct control_request *request)
{
	if (request->type == CONTROL_APPLY && bench->refuse) {
		request->result = fault_set(&request->fault, bench->refuse, "span 1 cannot be started");
	} else if (request->type == CONTROL_APPLY) {
		config_free(bench->applied);
		bench->applied = request->config;
		bench->applies++;
	} else if (request->type == CONTROL_VIEW) {
		*request->view = bench->view;
	} else if (request->type == CONTROL_LOCAL_TIME) {
		bench->local_time = request->text;
		request->wall_s = bench->wall_s;
		snprintf(request->text_long, sizeof(request->text_long), "the time of the zone");
	} else if (request->number == 404) {
		request->result = -ENOENT;
	}
	atomic_store(&request->done, true);
}

void control_give_customers(struct control *control, struct customers *customers)
{
	customers_free(customers);
}

int control_ask(struct control *control, struct control_request *request)
{
	bench->asked = request->type;
	bench->asked_number = request->number;
	if (bench->hold || (bench->held && bench->held == request->type)) {
		bench->open = request;
		return 0;
	}
	finish(request);
	return 0;
}

void control_set_keeper(struct control *control, struct doorbell *bell)
{
}

bool control_recording(const struct control *control, struct control_recording *out)
{
	if (!bench->recording)
		return false;
	*out = *bench->recording;
	return true;
}

void acd_actor_journal_figures(const struct acd_actor *actor, struct acd_journal_figures *figures)
{
	*figures = (struct acd_journal_figures){0};
}

int acd_actor_ask_view(struct acd_actor *actor, struct acd_view_request *request)
{
	*request->view = bench->acd;
	atomic_store(&request->done, true);
	return 0;
}

int acd_actor_ask_why(struct acd_actor *actor, struct acd_why_request *request)
{
	bench->asked_call = request->call;
	bench->asked_queue = request->queue;
	request->count = bench->why_count < request->max ? bench->why_count : request->max;
	for (uint32_t i = 0; i < request->count; i++)
		request->why[i] = bench->why[i];
	atomic_store(&request->done, true);
	return 0;
}

int store_reader_new(struct store_reader **out, const char *folder, struct fault *fault)
{
	*out = NULL;
	return 0;
}

void store_reader_free(struct store_reader *reader)
{
}

int store_reader_calls(struct store_reader *reader, uint32_t last,
                       bool (*each)(void *user, const struct call_record *record), void *user)
{
	for (uint32_t i = 0; i < bench->record_count && i < last; i++)
		if (!each(user, &bench->records[i]))
			break;
	return 0;
}

int store_reader_callbacks(struct store_reader *reader, bool (*each)(void *user, const struct store_callback *callback),
                           void *user)
{
	return 0;
}

int store_reader_call(struct store_reader *reader, uint32_t id, struct call_record *record)
{
	return -ENOENT;
}

/* ---- the bench ---- */

int bench_set_up(void **state)
{
	struct fault fault = {""};
	bench = calloc(1, sizeof(*bench));
	clock_start(UINT64_C(1774745702250000)); /* 2026-03-29T00:55:02.250Z */
	settings_set_writer(NULL);
	if (!scratch_new(bench->folder, sizeof(bench->folder), "admin"))
		return -1;
	snprintf(bench->socket, sizeof(bench->socket), "%s/console", bench->folder);
	struct admin_parts parts = {
	    .socket_path = bench->socket, .data_folder = bench->folder, .driver_name = "tdmoe", .boot = &bench->boot};
	if (settings_load(&bench->settings, bench->folder, &fault))
		return -1;
	parts.settings = bench->settings;
	return admin_new(&bench->admin, &parts, &fault);
}

static void empty_folder(const char *folder)
{
	DIR *open_folder = opendir(folder);
	struct dirent *entry;
	while (open_folder && (entry = readdir(open_folder))) {
		char path[400];
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		unlink(path);
	}
	if (open_folder)
		closedir(open_folder);
}

void bench_restart(void)
{
	struct fault fault = {""};
	struct admin_parts parts = {
	    .socket_path = bench->socket, .data_folder = bench->folder, .driver_name = "tdmoe", .boot = &bench->boot};
	admin_free(bench->admin);
	settings_free(bench->settings);
	bench->admin = NULL;
	bench->settings = NULL;
	clock_start(UINT64_C(1774745702250000));
	assert_int_equal(settings_load(&bench->settings, bench->folder, &fault), 0);
	parts.settings = bench->settings;
	assert_int_equal(admin_new(&bench->admin, &parts, &fault), 0);
}

int bench_tear_down(void **state)
{
	admin_free(bench->admin);
	settings_free(bench->settings);
	config_free(bench->applied);
	empty_folder(bench->folder);
	rmdir(bench->folder);
	free(bench);
	return 0;
}

void bench_release(void)
{
	struct control_request *request = bench->open;
	assert_non_null(request);
	bench->open = NULL;
	finish(request);
}

void bench_settle(void)
{
	struct actor *actor = admin_actor(bench->admin);
	while (actor->step(actor->self, clock_now_us()))
		;
}

/* What the worker does takes its time; true: it did something, or still does. */
static bool wait_for_worker(void)
{
	struct actor *actor = admin_actor(bench->admin);
	struct pollfd fds[ACTOR_POLL_MAX];
	if (!admin_works(bench->admin))
		return false;
	int count = actor->poll_fds(actor->self, fds, ACTOR_POLL_MAX);
	assert_true(poll(fds, (nfds_t)count, -1) > 0 || errno == EINTR);
	bench_settle();
	return true;
}

/* ---- the client ---- */

int client_open(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int client = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", bench->socket);
	assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof(address)), 0);
	bench_settle();
	return client;
}

void client_send(int client, const char *text)
{
	assert_int_equal(send(client, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	bench_settle();
}

char *client_answer(int client, char *status)
{
	size_t room = 1 << 20, used = 0;
	char *text = calloc(1, room);
	*status = 0;
	for (int idle = 0; idle < 3;) {
		ssize_t count = recv(client, text + used, room - 1 - used, MSG_DONTWAIT);
		bench_settle();
		if (count <= 0) {
			idle += !wait_for_worker();
			continue;
		}
		used += (size_t)count;
		text[used] = '\0';
		char *mark = strchr(text, '\x1e');
		if (mark && strchr(mark, '\n')) {
			*status = mark[1];
			*mark = '\0';
			break;
		}
	}
	return text;
}

void expect(int client, const char *line, char status, const char *text)
{
	char got;
	client_send(client, line);
	client_send(client, "\n");
	char *answer = client_answer(client, &got);
	print_message("> %s\n", line);
	if (text)
		assert_string_equal(answer, text);
	assert_int_equal(got, status);
	free(answer);
}

char *ask(int client, const char *line)
{
	char status;
	client_send(client, line);
	client_send(client, "\n");
	char *answer = client_answer(client, &status);
	assert_int_equal(status, '0');
	return answer;
}

void expect_part(int client, const char *line, char status, const char *part)
{
	char got;
	client_send(client, line);
	client_send(client, "\n");
	char *text = client_answer(client, &got);
	if (got != status || !strstr(text, part))
		fail_msg("%s: \"%s\" (%c), expected \"%s\"", line, text, got, part);
	free(text);
}
