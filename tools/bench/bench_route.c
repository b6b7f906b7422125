/*
 * Where a call goes: what looking it up takes with as many rules, numbers and customers as the box allows, warm.
 *
 *   bench_route         prints "name value unit" lines
 *   bench_route insn    INSN_CALLS calls, for valgrind --tool=callgrind --toggle-collect=look_up*
 *
 * A call's way: is its number complete, which rule fits, is the number full; and rule and limit once more when its
 * record is on flash (call/incoming.c). Worst for it: 999 rules of all kinds that do not fit, the last one does; in the
 * other half of the calls none does, and the number is found among 1,000. All callers are in the customer table, the
 * half of them with a country code before the number that the table does not have.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "call/parts.h"
#include "config/settings.h"
#include "line/timer_rows.h"

#define RULES      CONTROL_ROUTES_MAX
#define CUSTOMERS  100000
#define ROUNDS     7
#define CALLS      20000
#define INSN_CALLS 2000
#define TEXT_BYTES (8u << 20)

struct bench {
	struct control *control;
	struct settings *settings;
	char folder[64];
	uint64_t random;
};

__attribute__((noreturn)) static void die(const char *what)
{
	fprintf(stderr, "bench_route: %s\n", what);
	exit(1);
}

static double cpu_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static uint32_t draw(struct bench *b, uint32_t sides)
{
	b->random = b->random * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(b->random >> 33) % sides;
}

/* ---- a large box ---- */

static const char *matched(unsigned i, char *text, size_t bytes)
{
	static const char *const forms[][2] = {
	    {"to 8004", "X"}, {"to 8005", ""}, {"from 44", "."}, {"from 49", "XXX"}, {"customer class", ""}};
	size_t used = 0;
	if (i % 20 == 19)
		return "hours shop";
	if (i % 20 == 18)
		return "span 2";
	text_append(text, bytes, &used, "%s%04u%s", forms[i % 5][0], i, forms[i % 5][1]);
	return text;
}

static void add_rule(char *text, size_t *used, unsigned i)
{
	char match[32];
	text_append(text, TEXT_BYTES, used, "route %u match %s queue sales\n", i, matched(i, match, sizeof(match)));
}

/* The shop is never open. */
static char *rules_as_text(void)
{
	size_t used = 0;
	char *text = malloc(TEXT_BYTES);
	if (!text)
		die("out of memory");
	text_append(text, TEXT_BYTES, &used,
	            "span 2 type e1\nqueue sales strategy linear\nhours shop open mon 00:00-00:01\n");
	text_append(text, TEXT_BYTES, &used, "hours shop night-switch on\nhours shop then queue sales\n");
	for (unsigned i = 1; i < RULES; i++)
		add_rule(text, &used, i);
	text_append(text, TEXT_BYTES, &used, "route %u match to 8006XXXX queue sales\n", RULES);
	for (unsigned i = 0; i < CONFIG_DIDS_MAX; i++)
		text_append(text, TEXT_BYTES, &used, "did 8007%04u queue sales\n", i);
	return text;
}

static char *customers_as_text(void)
{
	size_t used = 0;
	char *text = malloc(TEXT_BYTES);
	if (!text)
		die("out of memory");
	text_append(text, TEXT_BYTES, &used, "number,name,key,class\n");
	for (unsigned i = 0; i < CUSTOMERS; i++)
		text_append(text, TEXT_BYTES, &used, "%u,Customer %u,K%u,gold\n", 2120000000u + i * 37, i, i);
	return text;
}

static void register_timers(void)
{
	static struct settings_timer rows[TIMER_ROW_COUNT];
	for (int i = 0; i < TIMER_ROW_COUNT; i++)
		rows[i] = (struct settings_timer){timer_rows[i].name, timer_rows[i].help, timer_rows[i].initial_ms,
		                                  timer_rows[i].low_ms, timer_rows[i].high_ms};
	settings_register_timers(rows, TIMER_ROW_COUNT);
}

static struct config *build_config(struct bench *b)
{
	struct fault fault = {""};
	struct candidate *candidate;
	struct config *config;
	char *text = rules_as_text();
	register_timers();
	text_copy(b->folder, sizeof(b->folder), "/tmp/belfry-bench-XXXXXX");
	if (!mkdtemp(b->folder) || settings_load_factory(&b->settings, b->folder, &fault) != 0 ||
	    candidate_new(&candidate, b->settings) != 0)
		die("no settings");
	if (candidate_load_text(candidate, text, &fault) != 0 ||
	    candidate_build(candidate, &config, NULL, 0, &fault) != 0)
		die(fault.text);
	candidate_free(candidate);
	free(text);
	return config;
}

static struct customers *build_customers(void)
{
	struct csv_report report = {.rows = 0};
	struct customers *customers;
	char *text = customers_as_text();
	if (customers_read(&customers, text, &report) != 0 || customers_count(customers) != CUSTOMERS)
		die(report.text);
	free(text);
	return customers;
}

static void set_up(struct bench *b)
{
	b->random = 1;
	b->control = calloc(1, sizeof(*b->control));
	if (!b->control)
		die("out of memory");
	clock_start(0);
	b->control->config = build_config(b);
	b->control->customers = build_customers();
	routes_settings(b->control, b->control->config);
}

static void tear_down(struct bench *b)
{
	char path[128];
	size_t used = 0;
	text_append(path, sizeof(path), &used, "%s/key", b->folder);
	unlink(path);
	rmdir(b->folder);
	settings_free(b->settings);
	config_free(b->control->config);
	customers_free(b->control->customers);
	free(b->control);
}

/* ---- a call ---- */

static void dial(struct bench *b, struct call *call)
{
	size_t used = 0;
	unsigned caller = 2120000000u + draw(b, CUSTOMERS) * 37, number = draw(b, CONFIG_DIDS_MAX);
	*call = (struct call){.control = b->control, .state = CALL_SETUP};
	call->record.span = 1;
	text_append(call->record.from, sizeof(call->record.from), &used, "%s%u", draw(b, 2) ? "+1" : "", caller);
	used = 0;
	text_append(call->record.to, sizeof(call->record.to), &used, "%u%04u", draw(b, 2) ? 8006 : 8007, number);
}

__attribute__((noinline)) static int32_t look_up(struct call *call)
{
	const struct config *config = call->control->config;
	int32_t destination = -1;
	if (config_number_known(config, call->record.to) && !config_did_may_grow(config, call->record.to))
		destination = route_find(call, false);
	if (destination < 0 || route_limit(call) >= 0)
		return -1;
	return route_limit(call) >= 0 ? -1 : route_find(call, true);
}

static void some_calls(struct bench *b, uint32_t count)
{
	static struct call call;
	while (count--) {
		dial(b, &call);
		if (look_up(&call) < 0 || !call.customer)
			die("a call leads nowhere, or its caller is not known");
	}
}

/* Making up the calls costs too: it is taken off. */
static double us_per_call(struct bench *b)
{
	static struct call call;
	double begun = cpu_us(), looked_up;
	some_calls(b, CALLS);
	looked_up = cpu_us();
	for (int i = 0; i < CALLS; i++)
		dial(b, &call);
	return (looked_up - begun - (cpu_us() - looked_up)) / CALLS;
}

static int by_double(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

int main(int argc, char **argv)
{
	static struct bench b;
	double us[ROUNDS];
	set_up(&b);
	if (argc == 2 && strcmp(argv[1], "insn") == 0) {
		some_calls(&b, INSN_CALLS);
		tear_down(&b);
		return 0;
	}
	us_per_call(&b);
	for (int i = 0; i < ROUNDS; i++)
		us[i] = us_per_call(&b);
	tear_down(&b);
	qsort(us, ROUNDS, sizeof(*us), by_double);
	printf("route.us %.1f us n=%d min=%.1f max=%.1f\n", us[ROUNDS / 2], ROUNDS, us[0], us[ROUNDS - 1]);
	return 0;
}
