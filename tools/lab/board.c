/* Sets a small call centre going and keeps its board. */
#include "board.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "board_private.h"

#define AGENTS         6u
#define LOGIN_S        20.0
#define LINE_EVERY_S   10.0
#define WIND_UP_S      60.0
#define RECORDS_S      3.0
#define PIN            "4711"
#define CALLS_PER_HOUR 180.0

static const char *const settings[] = {
    "system name \"Belfry demonstration\"",
    "span 1 type e1",
    "span 1 signalling pri-cpe",
    "span 1 switch euroisdn",
    "span 2 type t1",
    "span 2 signalling fxs",
    "port 2/1 extension 201",
    "port 2/2 extension 202",
    "port 2/3 extension 203",
    "port 2/4 extension 204",
    "port 2/5 extension 205",
    "port 2/6 extension 206",
    "port 2/7 extension 207",
    "port 2/8 extension 208",
    "agent 101 name Ann",
    "agent 101 pin " PIN,
    "agent 101 port 2/1",
    "agent 102 name Bob",
    "agent 102 pin " PIN,
    "agent 102 port 2/2",
    "agent 103 name Cleo",
    "agent 103 pin " PIN,
    "agent 103 port 2/3",
    "agent 104 name Dan",
    "agent 104 pin " PIN,
    "agent 104 port 2/4",
    "agent 105 name Eve",
    "agent 105 pin " PIN,
    "agent 105 port 2/5",
    "agent 106 name Finn",
    "agent 106 pin " PIN,
    "agent 106 port 2/6",
    "queue sales strategy longest-idle",
    "queue sales agent 101",
    "queue sales agent 102",
    "queue sales agent 103",
    "queue sales agent 104",
    "queue sales wrap-up 5s",
    "queue support strategy longest-idle",
    "queue support agent 103",
    "queue support agent 104",
    "queue support agent 105",
    "queue support agent 106",
    "queue support wrap-up 10s",
    "did 8005551000 queue sales",
    "did 8005552000 queue support",
};

static volatile sig_atomic_t interrupted;

static void interrupt(int signal_number)
{
	interrupted = 1;
}

static double wall_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- the agents come to work ---- */

struct newcomer {
	struct lab_phone *phone;
	uint64_t lifted;
	bool dialled, done;
};

static void newcomer_step(struct newcomer *newcomer, unsigned number, uint64_t now)
{
	char digits[24], error[LAB_TEXT];
	uint64_t at;
	struct party *voice = phone_party(newcomer->phone);
	if (newcomer->done)
		return;
	if (!newcomer->dialled && phone_is(newcomer->phone, LAB_PHONE_DIAL_TONE)) {
		snprintf(digits, sizeof digits, "*11%u#" PIN "#", number);
		newcomer->dialled = party_dial(voice, digits, &(struct lab_dial){0}, error, sizeof error) == 0;
	} else if (newcomer->dialled && now % 800 == 0 &&
	           party_hears_prompt(voice, "agent-loginok", newcomer->lifted, &at) > 0) {
		phone_hang_up(newcomer->phone);
		newcomer->done = true;
	}
}

static int log_in(struct box *box, char *error, size_t size)
{
	struct newcomer newcomers[AGENTS] = {0};
	uint64_t begun = box_now(box);
	unsigned done = 0;
	for (unsigned i = 0; i < AGENTS; i++) {
		newcomers[i].phone = phone_at(box_exchange(box), 2, i + 1);
		newcomers[i].lifted = begun;
		phone_lift(newcomers[i].phone);
	}
	while (done < AGENTS) {
		int r = box_period(box, error, size);
		if (r)
			return r;
		if (box_seconds(box_now(box) - begun) > LOGIN_S) {
			snprintf(error, size, "only %u of %u agents could log in", done, AGENTS);
			return -ETIMEDOUT;
		}
		done = 0;
		for (unsigned i = 0; i < AGENTS; i++) {
			newcomer_step(&newcomers[i], 101 + i, box_now(box));
			done += newcomers[i].done;
		}
	}
	return 0;
}

static int set_up(struct board *board, char *error, size_t size)
{
	struct box_settings box = {.kind = TARGET_HOST,
	                           .seed = board->options->seed,
	                           .unix_time = floor((double)time(NULL)),
	                           .lines = settings,
	                           .line_count = sizeof settings / sizeof *settings};
	struct traffic_settings traffic = {.calls_per_hour = CALLS_PER_HOUR,
	                                   .talk_s = 75,
	                                   .patience_s = 90,
	                                   .did_count = 2,
	                                   .dids = {"8005551000", "8005552000"},
	                                   .agent_count = AGENTS,
	                                   .seed = board->options->seed};
	for (unsigned i = 0; i < AGENTS; i++)
		traffic.agents[i] = (struct traffic_agent_place){2, i + 1};
	int r = box_new(&board->box, &box, error, size);
	if (!r)
		r = log_in(board->box, error, size);
	return r ? r : traffic_new(&board->traffic, board->box, &traffic, error, size);
}

/* ---- what the box says ---- */

static int refresh(struct board *board, const char *question, struct json **answer, char *error, size_t size)
{
	int r = box_ask_now(board->box, question, error, size);
	if (r)
		return r;
	json_free(*answer);
	*answer = NULL;
	return json_parse(answer, box_answer(board->box), error, size);
}

static int refresh_all(struct board *board, char *error, size_t size)
{
	int r = refresh(board, "show spans --json", &board->view.spans, error, size);
	if (!r)
		r = refresh(board, "show queues --json", &board->view.queues, error, size);
	if (!r)
		r = refresh(board, "show agents --json", &board->view.agents, error, size);
	return r ? r : refresh(board, "show calls last 5 --json", &board->view.calls, error, size);
}

/* ---- the screen ---- */

static struct termios terminal;

static bool take_screen(void)
{
	if (!isatty(0) || !isatty(1) || tcgetattr(0, &terminal))
		return false;
	struct termios raw = terminal;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	tcsetattr(0, TCSANOW, &raw);
	printf("\033[2J\033[?25l");
	return true;
}

static void give_screen_back(bool taken)
{
	if (!taken)
		return;
	tcsetattr(0, TCSANOW, &terminal);
	printf("\033[?25h\033[2J\033[H");
	fflush(stdout);
}

static bool quit_pressed(bool screen)
{
	struct pollfd keyboard = {.fd = 0, .events = POLLIN};
	char key;
	return screen && poll(&keyboard, 1, 0) > 0 && read(0, &key, 1) == 1 && (key == 'q' || key == 'Q');
}

static int show(struct board *board, bool screen, char *error, size_t size)
{
	int r = screen ? refresh_all(board, error, size) : 0;
	if (r)
		return r;
	if (screen)
		board_draw(board, stdout);
	else
		board_line(board, stdout);
	return 0;
}

/* ---- the hour itself ---- */

static int one_period(struct board *board, char *error, size_t size)
{
	int r = box_period(board->box, error, size);
	return r ? r : traffic_step(board->traffic, error, size);
}

/* Sleeps until the wall has caught up with the lab's clock at the wanted speed. */
static void pace(const struct board *board, double wall_began, uint64_t lab_began)
{
	double ahead = wall_began + box_seconds(box_now(board->box) - lab_began) / board->options->speed - wall_now();
	if (ahead > 0)
		nanosleep(&(struct timespec){.tv_sec = (time_t)ahead, .tv_nsec = (long)(fmod(ahead, 1) * 1e9)}, NULL);
}

static int run_board(struct board *board, bool screen, char *error, size_t size)
{
	uint64_t began = box_now(board->box);
	double wall_began = wall_now(), shown = wall_began, every = screen ? 1 : LINE_EVERY_S;
	traffic_run_until(board->traffic, UINT64_MAX);
	int r = show(board, screen, error, size);
	while (!r && !interrupted && !quit_pressed(screen)) {
		if (board->options->for_s > 0 && box_seconds(box_now(board->box) - began) >= board->options->for_s)
			break;
		r = one_period(board, error, size);
		pace(board, wall_began, began);
		if (!r && wall_now() - shown >= every) {
			shown = wall_now();
			r = show(board, screen, error, size);
		}
	}
	return r;
}

static int run_for(struct board *board, double seconds, bool until_idle, char *error, size_t size)
{
	uint64_t end = box_now(board->box) + (uint64_t)(seconds * BOX_SECOND);
	int r = 0;
	while (!r && box_now(board->box) < end && !(until_idle && traffic_idle(board->traffic)))
		r = one_period(board, error, size);
	return r;
}

/* The calls end, the records are compared with the wire, the box is stopped in order. */
static int wind_up(struct board *board, char *error, size_t size)
{
	static char differences[2000];
	struct json *records = NULL;
	char question[64];
	traffic_wind_up(board->traffic);
	int r = run_for(board, WIND_UP_S, true, error, size);
	if (!r)
		r = run_for(board, RECORDS_S, false, error, size);
	snprintf(question, sizeof question, "show calls last %u --json", traffic_records_wanted(board->traffic));
	if (!r)
		r = refresh(board, question, &records, error, size);
	if (r)
		return r;
	board_summary(board, stdout);
	unsigned count = traffic_compare(board->traffic, records, differences, sizeof differences);
	json_free(records);
	if (count == 0)
		printf("every call's record agrees with the wire\n");
	else
		printf("%u calls' records differ from the wire:\n%s", count, differences);
	r = box_terminate(board->box, error, size);
	while (!r && box_running(board->box))
		r = box_period(board->box, error, size);
	return r ? r : count != 0;
}

static void clean_up(struct board *board)
{
	json_free(board->view.spans);
	json_free(board->view.queues);
	json_free(board->view.agents);
	json_free(board->view.calls);
	traffic_free(board->traffic);
	box_free(board->box);
}

int board_run(const struct board_options *options)
{
	struct board board = {.options = options};
	struct sigaction action = {.sa_handler = interrupt};
	char error[BOX_ERROR_BYTES] = "no memory", log[2048] = "";
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	int r = set_up(&board, error, sizeof error);
	if (!r) {
		printf("The box's console: build/belfry -s %s\n", box_console_path(board.box));
		fflush(stdout);
		bool screen = take_screen();
		r = run_board(&board, screen, error, sizeof error);
		give_screen_back(screen);
	}
	if (!r)
		r = wind_up(&board, error, sizeof error);
	if (r < 0) {
		if (board.box)
			target_log_tail(box_target(board.box), log, sizeof log, 10);
		fprintf(stderr, "belfry-lab: %s\n%s", error, log);
	}
	clean_up(&board);
	return r != 0;
}
