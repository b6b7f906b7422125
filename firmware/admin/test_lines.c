/*
 * test port, test span, test stop, show tests: a technician's tests of telephones and B channels.
 */
#include "admin/internal.h"

#include <errno.h>
#include <string.h>

#include "admin/cell.h"
#include "base/text.h"

#define FOR_MS_INITIAL  60000u
#define RING_MS_INITIAL 10000u
#define FOR_MS_MAX      3600000u

/* The words still to be read of the line. */
struct reader {
	const struct words *words;
	unsigned at;
};

static const char *next_word(struct reader *reader)
{
	return reader->at < reader->words->count ? reader->words->word[reader->at++] : "";
}

static bool is_word(const char *given, const char *word)
{
	return *given && strncmp(word, given, strlen(given)) == 0;
}

static int take_kind(struct session *session, struct reader *reader, struct control_test *test)
{
	const char *word = next_word(reader);

	for (int i = 0; i < CONTROL_TEST_KIND_COUNT; i++) {
		if (!is_word(word, control_test_kind_names[i]))
			continue;
		test->kind = (enum control_test_kind)i;
		return 0;
	}
	return fault_set(&session->fault, -EINVAL,
	                 "test: \"%s\" is no test: expected ring, hook, tone, echo or level, on a span tone, echo, "
	                 "level or bit-errors",
	                 word);
}

static int take_time(struct session *session, struct reader *reader, struct control_test *test)
{
	const char *word = next_word(reader);
	uint64_t ms;

	test->for_ms = test->kind == CONTROL_TEST_RING ? RING_MS_INITIAL : FOR_MS_INITIAL;
	if (!*word)
		return 0;
	if (!is_word(word, "for") || text_to_duration_ms(next_word(reader), &ms) || ms < 1000 || ms > FOR_MS_MAX)
		return fault_set(&session->fault, -EINVAL,
		                 "test: expected for and a time of 1s to 1h, such as for 30s");
	test->for_ms = (uint32_t)ms;
	word = next_word(reader);
	return *word ? fault_set(&session->fault, -EINVAL, "test: \"%s\" is too much", word) : 0;
}

static int take_number(struct session *session, const char *word, unsigned max, const char *what, uint8_t *out)
{
	uint32_t number;

	if (text_to_u32(word, 1, max, &number))
		return fault_set(&session->fault, -EINVAL, "test: %s: expected 1 to %u, not \"%s\"", what, max, word);
	*out = (uint8_t)number;
	return 0;
}

static int take_port(struct session *session, struct reader *reader, struct control_test *test)
{
	char span[8];
	const char *word = next_word(reader), *slash = strchr(word, '/');

	if (!slash || (size_t)(slash - word) >= sizeof(span))
		return fault_set(&session->fault, -EINVAL, "test port: expected a port such as 2/5, not \"%s\"", word);
	memcpy(span, word, (size_t)(slash - word));
	span[slash - word] = '\0';
	test->port = true;
	int error = take_number(session, span, CONFIG_SPANS_MAX, "span", &test->span);
	return error ? error : take_number(session, slash + 1, 24, "port", &test->timeslot);
}

int begin_test_port(struct admin *admin, struct session *session)
{
	struct reader reader = {&session->words, session->first};
	struct control_test *test = &admin->request.test;
	int error = take_port(session, &reader, test);

	if (!error)
		error = take_kind(session, &reader, test);
	if (!error && test->kind == CONTROL_TEST_BIT_ERRORS)
		error = fault_set(&session->fault, -EINVAL,
		                  "test port: a telephone cannot send bits back: test span N channel C bit-errors");
	admin->request.type = CONTROL_TEST_BEGIN;
	return error ? error : take_time(session, &reader, test);
}

int begin_test_span(struct admin *admin, struct session *session)
{
	struct reader reader = {&session->words, session->first};
	struct control_test *test = &admin->request.test;
	int error = take_number(session, next_word(&reader), CONFIG_SPANS_MAX, "span", &test->span);

	if (!error && !is_word(next_word(&reader), "channel"))
		error =
		    fault_set(&session->fault, -EINVAL, "test span %u: expected channel and its number", test->span);
	if (!error)
		error = take_number(session, next_word(&reader), 31, "channel", &test->timeslot);
	if (!error)
		error = take_kind(session, &reader, test);
	admin->request.type = CONTROL_TEST_BEGIN;
	return error ? error : take_time(session, &reader, test);
}

int run_test(struct admin *admin, struct session *session)
{
	const struct control_test *test = &admin->request.test;

	if (admin->request.result) {
		session->fault = admin->request.fault;
		return admin->request.result;
	}
	fprintf(session->out, "Test %u: %s on %u/%u for %u s; show tests tells what it finds.\n", admin->request.number,
	        control_test_kind_names[test->kind], test->span, test->timeslot, test->for_ms / 1000);
	return 0;
}

int begin_test_stop(struct admin *admin, struct session *session)
{
	struct reader reader = {&session->words, session->first};
	const char *word = next_word(&reader);

	admin->request.type = CONTROL_TEST_STOP;
	admin->request.number = 0;
	if (!strcmp(word, "all") || (*word && !text_to_u32(word, 1, UINT32_MAX, &admin->request.number)))
		return 0;
	return fault_set(&session->fault, -EINVAL, "test stop: expected the number of a test, or all");
}

int run_test_stop(struct admin *admin, struct session *session)
{
	if (admin->request.result)
		session->fault = admin->request.fault;
	return admin->request.result;
}

static void json_test(struct json *json, const struct control_test_view *view)
{
	char place[16];
	size_t used = 0;

	text_append(place, sizeof(place), &used, "%u/%u", view->test.span, view->test.timeslot);
	json_open(json, NULL, '{');
	json_number(json, "id", view->id);
	json_text(json, "test", control_test_kind_names[view->test.kind]);
	json_text(json, view->test.port ? "port" : "channel", place);
	json_bool(json, "running", view->running);
	json_time(json, "since", view->since_us);
	json_number(json, "lasted_ms", view->lasted_ms);
	json_text(json, "text", view->text);
	json_close(json, '}');
}

int run_show_tests(struct admin *admin, struct session *session)
{
	const struct control_view *view = admin->control_view;
	struct json json = {.out = session->out};

	if (session->json) {
		json_open(&json, NULL, '[');
		for (uint32_t i = 0; i < view->test_count; i++)
			json_test(&json, &view->tests[i]);
		json_close(&json, ']');
		return 0;
	}
	fprintf(session->out,
	        view->test_count ? "Test  What       Where   State      For Shown\n" : "no tests so far\n");
	for (uint32_t i = 0; i < view->test_count; i++) {
		const struct control_test_view *test = &view->tests[i];
		cell_format(session->out, 5, "%u", test->id);
		cell(session->out, 10, control_test_kind_names[test->test.kind]);
		cell_format(session->out, 7, "%u/%u", test->test.span, test->test.timeslot);
		cell(session->out, 7, test->running ? "running" : "over");
		cell_duration(session->out, -6, test->lasted_ms);
		fprintf(session->out, "%s\n", test->text);
	}
	return 0;
}
