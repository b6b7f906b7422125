/*
 * show health: the lines in plain words, with the likely cause and what to do.
 */
#include "admin/internal.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define COLUMNS 79
#define INDENT  4

/* 0: every span. */
static int wanted_span(struct session *session, uint32_t *span)
{
	const struct words *words = &session->words;
	unsigned given = words->count - session->first;

	*span = 0;
	if (given == 0)
		return 0;
	if (given != 2 || strncmp("span", words->word[session->first], strlen(words->word[session->first])) != 0 ||
	    text_to_u32(words->word[session->first + 1], 1, CONFIG_SPANS_MAX, span))
		return fault_set(&session->fault, -EINVAL, "show health: expected nothing more, or span and 1 to %u",
		                 CONFIG_SPANS_MAX);
	return 0;
}

/* Words of a sentence, broken before the last column. */
static void print_wrapped(FILE *out, const char *text)
{
	size_t column = INDENT;

	fprintf(out, "%*s", INDENT - 1, "");
	while (*text) {
		size_t length = strcspn(text, " ");
		if (column + 1 + length > COLUMNS) {
			fprintf(out, "\n%*s", INDENT - 1, "");
			column = INDENT;
		}
		fprintf(out, " %.*s", (int)length, text);
		column += 1 + length;
		text += length;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

static uint64_t wall_of(const struct control_view *view, uint64_t at_us)
{
	return view->wall_us - (view->now_us - at_us);
}

static void json_span_health(struct json *json, const struct control_view *view, const struct control_span_view *span)
{
	json_open(json, NULL, '{');
	json_number(json, "span", span->span);
	json_bool(json, "well", span->finding_count == 0);
	json_open(json, "findings", '[');
	for (uint32_t i = 0; i < span->finding_count; i++) {
		const struct health_report *report = &span->findings[i];
		json_open(json, NULL, '{');
		json_text(json, "finding", health_finding_names[report->finding]);
		json_text(json, "trend", health_trend_names[report->trend]);
		json_time(json, "since", wall_of(view, report->since_us));
		json_text(json, "text", report->text);
		json_close(json, '}');
	}
	json_close(json, ']');
	json_close(json, '}');
}

static void print_span(FILE *out, const struct control_view *view, const struct control_span_view *span)
{
	if (span->finding_count == 0)
		fprintf(out, "Span %u is well.\n", span->span);
	for (uint32_t i = 0; i < span->finding_count; i++) {
		const struct health_report *report = &span->findings[i];
		char since[32];
		clock_format_utc(wall_of(view, report->since_us), since, sizeof(since));
		fprintf(out, "Span %u: %s (%s), since %.5s %.8s UTC\n", span->span,
		        health_finding_names[report->finding], health_trend_names[report->trend], since + 5,
		        since + 11);
		print_wrapped(out, report->text);
	}
}

int run_show_health(struct admin *admin, struct session *session)
{
	const struct control_view *view = admin->control_view;
	struct json json = {.out = session->out};
	uint32_t wanted;
	bool any = false;
	int error = wanted_span(session, &wanted);

	if (error)
		return error;
	if (session->json)
		json_open(&json, NULL, '[');
	for (uint32_t i = 0; i < view->span_count; i++) {
		if (wanted && view->spans[i].span != wanted)
			continue;
		any = true;
		if (session->json)
			json_span_health(&json, view, &view->spans[i]);
		else
			print_span(session->out, view, &view->spans[i]);
	}
	if (session->json)
		json_close(&json, ']');
	else if (!any)
		fprintf(session->out, wanted ? "there is no span %u in the settings\n" : "no spans are configured\n",
		        wanted);
	return 0;
}
