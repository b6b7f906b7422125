/*
 * test port, test span, test stop, show tests: a technician's tests of telephones, B channels and whole spans.
 */
#include "admin/internal.h"

#include <errno.h>
#include <string.h>

#include "admin/cell.h"
#include "base/text.h"

#define FOR_MS_INITIAL  60000u
#define RING_MS_INITIAL 10000u
#define INSERT_MAX      100u
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

	for (int i = 0; i <= CONTROL_TEST_BIT_ERRORS; i++) {
		if (!is_word(word, control_test_kind_names[i]))
			continue;
		test->kind = (enum control_test_kind)i;
		return 0;
	}
	return fault_set(&session->fault, -EINVAL, "%s: expected %s%s%s%s", session->command->words,
	                 test->port ? "ring, hook, tone, echo or level" : "tone, echo, level or bit-errors",
	                 *word ? ", not \"" : " behind it", word, *word ? "\"" : "");
}

static int take_end(struct session *session, const char *word)
{
	return *word ? fault_set(&session->fault, -EINVAL, "test: \"%s\" is too much", word) : 0;
}

/* Behind a test of a whole span only. */
static bool take_force(struct control_test *test, const char *word)
{
	if (test->port || test->timeslot || strcmp(word, "force"))
		return false;
	test->force = true;
	return true;
}

static int take_time(struct session *session, struct reader *reader, struct control_test *test)
{
	const char *word = next_word(reader);
	uint64_t ms;

	test->for_ms = test->kind == CONTROL_TEST_RING ? RING_MS_INITIAL : FOR_MS_INITIAL;
	if (take_force(test, word))
		word = next_word(reader);
	if (!*word)
		return 0;
	if (!is_word(word, "for") || text_to_duration_ms(next_word(reader), &ms) || ms < 1000 || ms > FOR_MS_MAX)
		return fault_set(&session->fault, -EINVAL,
		                 "test: expected for and a time of 1s to 1h, such as for 30s");
	test->for_ms = (uint32_t)ms;
	word = next_word(reader);
	if (take_force(test, word))
		word = next_word(reader);
	return take_end(session, word);
}

static int take_number(struct session *session, const char *word, unsigned max, const char *what, uint8_t *out)
{
	uint32_t number;

	if (text_to_u32(word, 1, max, &number))
		return fault_set(&session->fault, -EINVAL, "%s: %s: expected 1 to %u%s%s%s", session->command->words,
		                 what, max, *word ? ", not \"" : "", word, *word ? "\"" : "");
	*out = (uint8_t)number;
	return 0;
}

static int take_port(struct session *session, struct reader *reader, struct control_test *test)
{
	char span[8];
	const char *word = next_word(reader), *slash = strchr(word, '/');

	if (!slash || (size_t)(slash - word) >= sizeof(span))
		return fault_set(&session->fault, -EINVAL, "test port: expected a port such as 2/5%s%s%s",
		                 *word ? ", not \"" : "", word, *word ? "\"" : "");
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

/* ---- whole spans ---- */

static int begin_channel(struct admin *admin, struct session *session, struct reader *reader)
{
	struct control_test *test = &admin->request.test;
	int error = take_number(session, next_word(reader), 31, "channel", &test->timeslot);

	if (!error)
		error = take_kind(session, reader, test);
	return error ? error : take_time(session, reader, test);
}

static int begin_bert(struct admin *admin, struct session *session, struct reader *reader)
{
	admin->request.test.kind = CONTROL_TEST_BERT;
	return take_time(session, reader, &admin->request.test);
}

static int begin_alarm(struct admin *admin, struct session *session, struct reader *reader)
{
	admin->request.test.kind = CONTROL_TEST_ALARM;
	return take_time(session, reader, &admin->request.test);
}

static int begin_loopback(struct admin *admin, struct session *session, struct reader *reader)
{
	static const char *const loops[] = {"local", "line", "payload", "remote-up", "remote-down"};
	const char *word = next_word(reader);

	for (unsigned i = 0; i < ARRAY_SIZE(loops); i++) {
		if (strcmp(word, loops[i]))
			continue;
		admin->request.test.kind = (enum control_test_kind)(CONTROL_TEST_LOOP_LOCAL + i);
		if (i == ARRAY_SIZE(loops) - 1) {
			admin->request.type = CONTROL_SPAN_ACTION;
			admin->request.action = CONTROL_SPAN_REMOTE_DOWN;
		}
		return take_time(session, reader, &admin->request.test);
	}
	return fault_set(&session->fault, -EINVAL,
	                 "test span %u loopback: expected local, line, payload, remote-up or remote-down, not \"%s\"",
	                 admin->request.test.span, word);
}

static int begin_insert(struct admin *admin, struct session *session, struct reader *reader)
{
	static const char *const errors[] = {"fas", "multiframe", "crc", "cas", "prbs", "bipolar"};
	struct control_request *request = &admin->request;
	const char *word = next_word(reader);
	int which = text_name_index(errors, ARRAY_SIZE(errors), word);

	if (which < 0)
		return fault_set(&session->fault, -EINVAL,
		                 "test span %u insert: expected fas, multiframe, crc, cas, prbs or bipolar, not \"%s\"",
		                 request->test.span, word);
	request->type = CONTROL_SPAN_ACTION;
	request->action = CONTROL_SPAN_INSERT;
	request->maint = (enum driver_maint)(DRIVER_MAINT_INSERT_FAS + which);
	request->number = 1;
	word = next_word(reader);
	if (*word && strcmp(word, "force")) {
		if (text_to_u32(word, 1, INSERT_MAX, &request->number))
			return fault_set(&session->fault, -EINVAL,
			                 "test span %u insert: expected how many errors, 1 to %u, not \"%s\"",
			                 request->test.span, INSERT_MAX, word);
		word = next_word(reader);
	}
	if (take_force(&request->test, word))
		word = next_word(reader);
	return take_end(session, word);
}

static int begin_reset(struct admin *admin, struct session *session, struct reader *reader)
{
	admin->request.type = CONTROL_SPAN_ACTION;
	admin->request.action = CONTROL_SPAN_RESET_COUNTERS;
	return take_end(session, next_word(reader));
}

static int begin_stop(struct admin *admin, struct session *session, struct reader *reader)
{
	admin->request.type = CONTROL_SPAN_ACTION;
	admin->request.action = CONTROL_SPAN_STOP_TESTS;
	return take_end(session, next_word(reader));
}

int begin_test_span(struct admin *admin, struct session *session)
{
	static const struct {
		const char *word;
		int (*begin)(struct admin *admin, struct session *session, struct reader *reader);
	} what[] = {
	    {"channel", begin_channel}, {"loopback", begin_loopback},    {"bert", begin_bert}, {"alarm", begin_alarm},
	    {"insert", begin_insert},   {"reset-counters", begin_reset}, {"stop", begin_stop},
	};
	struct reader reader = {&session->words, session->first};
	struct control_test *test = &admin->request.test;
	int error = take_number(session, next_word(&reader), CONFIG_SPANS_MAX, "span", &test->span);
	const char *word = next_word(&reader);

	admin->request.type = CONTROL_TEST_BEGIN;
	for (unsigned i = 0; i < ARRAY_SIZE(what) && !error; i++)
		if (is_word(word, what[i].word))
			return what[i].begin(admin, session, &reader);
	return error ? error
	             : fault_set(&session->fault, -EINVAL,
	                         "test span %u: expected channel and its number, loopback, bert, alarm, insert, "
	                         "reset-counters or stop, not \"%s\"",
	                         test->span, word);
}

static void action_done(FILE *out, const struct control_request *request)
{
	switch (request->action) {
	case CONTROL_SPAN_INSERT:
		fprintf(out, "Span %u: %s, %u times, put into what is sent.\n", request->test.span,
		        driver_maint_names[request->maint], request->number);
		break;
	case CONTROL_SPAN_REMOTE_DOWN:
		fprintf(out, "Span %u: the far end is asked to take its loop off.\n", request->test.span);
		break;
	case CONTROL_SPAN_RESET_COUNTERS:
		fprintf(out, "Span %u: its counters begin at zero.\n", request->test.span);
		break;
	case CONTROL_SPAN_STOP_TESTS:
		fprintf(out, "Span %u: its tests are over.\n", request->test.span);
		break;
	}
}

int run_test(struct admin *admin, struct session *session)
{
	const struct control_test *test = &admin->request.test;

	if (admin->request.result) {
		session->fault = admin->request.fault;
		return admin->request.result;
	}
	if (admin->request.type == CONTROL_SPAN_ACTION)
		action_done(session->out, &admin->request);
	else if (!test->port && !test->timeslot)
		fprintf(session->out, "Test %u: %s of span %u for %u s; show tests tells what it finds.\n",
		        admin->request.number, control_test_kind_names[test->kind], test->span, test->for_ms / 1000);
	else
		fprintf(session->out, "Test %u: %s on %u/%u for %u s; show tests tells what it finds.\n",
		        admin->request.number, control_test_kind_names[test->kind], test->span, test->timeslot,
		        test->for_ms / 1000);
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

	text_append(place, sizeof(place), &used, view->test.timeslot ? "%u/%u" : "%u", view->test.span,
	            view->test.timeslot);
	json_open(json, NULL, '{');
	json_number(json, "id", view->id);
	json_text(json, "test", control_test_kind_names[view->test.kind]);
	json_text(json, view->test.port ? "port" : view->test.timeslot ? "channel" : "span", place);
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
	        view->test_count ? "Test  What         Where   State      For Shown\n" : "no tests so far\n");
	for (uint32_t i = 0; i < view->test_count; i++) {
		const struct control_test_view *test = &view->tests[i];
		cell_format(session->out, 5, "%u", test->id);
		cell(session->out, 12, control_test_kind_names[test->test.kind]);
		if (test->test.timeslot)
			cell_format(session->out, 7, "%u/%u", test->test.span, test->test.timeslot);
		else
			cell_format(session->out, 7, "%u", test->test.span);
		cell(session->out, 7, test->running ? "running" : "over");
		cell_duration(session->out, -6, test->lasted_ms);
		fprintf(session->out, "%s\n", test->text);
	}
	return 0;
}
