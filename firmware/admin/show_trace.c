/*
 * trace, show trace: D-channel frames in words.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "admin/follow.h"
#include "base/clock.h"
#include "base/text.h"

#define COLUMNS      79
#define SHOWN_OF_ALL 50
#define FRAMES_AT_ONCE                                                                                                 \
	100 /* of a live trace: a slow line is not drowned, the next ones come with the next question                  \
	     */

/* ---- a frame ---- */

/* Words with a label, broken at blanks, the further lines further in. */
static void print_wrapped(FILE *out, const char *label, const char *text)
{
	size_t column = 4 + strlen(label) + 2;
	fprintf(out, "    %s%s", label, *text ? ": " : "");
	while (*text) {
		size_t word = strcspn(text, " ") + (text[strcspn(text, " ")] == ' ');
		if (column + word > COLUMNS + 1 && column > 8) {
			fputs("\n        ", out);
			column = 8;
		}
		fprintf(out, "%.*s", (int)word, text);
		column += word;
		text += word;
	}
	fputc('\n', out);
}

static void print_frame(FILE *out, const struct trace_kept *kept, const struct decoded *decoded)
{
	char time[32], words[400];
	clock_format_utc(kept->wall_us, time, sizeof(time));
	fprintf(out, "%.12s span %u %s ", time + 11, kept->span, kept->sent ? "->" : "<-");
	if (!decoded->message_present) {
		decoded_link_words(decoded, words, sizeof(words));
		fprintf(out, "%s%s%s\n", words, decoded->fault ? ": " : "", decoded->fault ? decoded->fault : "");
		return;
	}
	fprintf(out, "%s", decoded->message_name);
	if (kept->call)
		fprintf(out, ", call %u", kept->call);
	if (decoded->cref_bytes == 0)
		fputs(", no call reference", out);
	else if (decoded->cref == 0)
		fputs(", all calls", out);
	else
		fprintf(out, ", reference %u %s", decoded->cref, kept->key & 0x8000 ? "(ours)" : "(theirs)");
	if (decoded->kind == Q921_I)
		fprintf(out, " [%u/%u]", decoded->ns, decoded->nr);
	fputc('\n', out);
	for (unsigned i = 0; i < decoded->element_count; i++) {
		decoded_element_words(decoded, &decoded->elements[i], words, sizeof(words));
		print_wrapped(out, decoded->elements[i].name, words);
	}
	if (decoded->elements_left_out)
		fprintf(out, "    %u further elements\n", decoded->elements_left_out);
	if (decoded->fault)
		print_wrapped(out, "fault", decoded->fault);
}

static void json_element(struct json *json, const struct decoded *decoded, const struct decoded_element *element)
{
	json_open(json, NULL, '{');
	json_text(json, "element", element->name);
	json_number(json, "codeset", element->codeset);
	json_number(json, "id", element->id);
	for (unsigned i = 0; i < element->count; i++) {
		const struct decoded_field *one = &decoded->fields[element->first + i];
		uint32_t number;
		bool again = false; /* a name can stand several times: channels of a list, components */
		for (unsigned k = 0; k < i; k++)
			again |= !strcmp(decoded->fields[element->first + k].name, one->name);
		if (again)
			continue;
		if (one->number && text_to_u32(decoded_text(decoded, one), 0, UINT32_MAX, &number) == 0)
			json_number(json, one->name, number);
		else
			json_text(json, one->name, decoded_text(decoded, one));
	}
	json_close(json, '}');
}

static void json_message(struct json *json, const struct trace_kept *kept, const struct decoded *decoded)
{
	json_text(json, "message", decoded->message_name);
	json_number(json, "message_type", decoded->message);
	json_number(json, "reference", decoded->cref);
	json_bool(json, "reference_ours", kept->key >= 0 && kept->key & 0x8000);
	if (decoded->cause_present)
		json_number(json, "cause", decoded->cause);
	else
		json_null(json, "cause");
	json_open(json, "elements", '[');
	for (unsigned i = 0; i < decoded->element_count; i++)
		json_element(json, decoded, &decoded->elements[i]);
	json_close(json, ']');
}

static void json_frame(struct json *json, const struct trace_kept *kept, const struct decoded *decoded)
{
	json_open(json, NULL, '{');
	json_time(json, "time", kept->wall_us);
	json_number(json, "span", kept->span);
	json_text(json, "direction", kept->sent ? "sent" : "received");
	json_some(json, "call", kept->call);
	json_text(json, "frame", q921_kind_names[decoded->kind]);
	json_number(json, "sapi", decoded->sapi);
	json_number(json, "tei", decoded->tei);
	json_bool(json, "command", decoded->command);
	json_bool(json, "poll_final", decoded->poll_final);
	if (decoded->kind == Q921_I)
		json_number(json, "ns", decoded->ns);
	if (decoded->kind >= Q921_I && decoded->kind <= Q921_REJ)
		json_number(json, "nr", decoded->nr);
	if (decoded->message_present)
		json_message(json, kept, decoded);
	else
		json_null(json, "message");
	json_text(json, "fault", decoded->fault);
	json_close(json, '}');
}

/* ---- which ones ---- */

struct showing {
	FILE *out;
	struct json json;
	bool as_json, live;
	struct trace_filter filter;
	uint32_t taken, skip; /* skip: so many at the beginning are not shown */
	uint32_t most;
	uint64_t last;
	struct decoded decoded;
};

static void decode(struct decoded *decoded, const struct trace_kept *kept)
{
	decode_frame(decoded, kept->bytes, kept->count, kept->sent == kept->network, kept->variant);
}

static bool count_frame(void *user, const struct trace_kept *kept)
{
	struct showing *showing = user;
	decode(&showing->decoded, kept);
	showing->taken += trace_filter_takes(&showing->filter, kept, &showing->decoded);
	showing->last = kept->sequence;
	return true;
}

static bool show_frame(void *user, const struct trace_kept *kept)
{
	struct showing *showing = user;
	decode(&showing->decoded, kept);
	showing->last = kept->sequence;
	if (!trace_filter_takes(&showing->filter, kept, &showing->decoded) || showing->taken++ < showing->skip)
		return true;
	if (showing->as_json && showing->live) {
		showing->json = (struct json){.out = showing->out};
		json_frame(&showing->json, kept, &showing->decoded);
		fputc('\n', showing->out);
	} else if (showing->as_json) {
		json_frame(&showing->json, kept, &showing->decoded);
	} else {
		print_frame(showing->out, kept, &showing->decoded);
	}
	return showing->taken - showing->skip < showing->most;
}

/* "N [last K] [q931]": N is filled in by the caller's type. */
static int parse(struct session *session, struct trace_filter *filter, uint32_t *last)
{
	const struct words *words = &session->words;
	const char *name = session->command->words,
	           *value = session->first < words->count ? words->word[session->first] : "";
	const char *kind = strrchr(name, ' ') + 1;
	memset(filter, 0, sizeof(*filter));
	*last = UINT32_MAX;
	filter->of = !strcmp(kind, "span") ? TRACE_OF_SPAN : !strcmp(kind, "call") ? TRACE_OF_CALL : TRACE_OF_NUMBER;
	if (filter->of == TRACE_OF_SPAN && text_to_u32(value, 1, CONFIG_SPANS_MAX, &filter->span))
		return fault_set(&session->fault, -EINVAL, "%s: expected a span, 1 to %d", name, CONFIG_SPANS_MAX);
	if (filter->of == TRACE_OF_CALL && text_to_u32(value, 1, UINT32_MAX, &filter->call))
		return fault_set(&session->fault, -EINVAL, "%s: expected the id of a call, as show calls has it", name);
	if (filter->of == TRACE_OF_NUMBER && (!*value || value[strspn(value, "0123456789*#")] ||
	                                      !text_copy(filter->number, sizeof(filter->number), value)))
		return fault_set(&session->fault, -EINVAL, "%s: expected a telephone number, digits only", name);
	for (unsigned i = session->first + 1; i < words->count; i++) {
		if (!strcmp(words->word[i], "q931"))
			filter->messages_only = true;
		else if (!strcmp(words->word[i], "last") && i + 1 < words->count &&
		         !text_to_u32(words->word[i + 1], 1, 100000, last))
			i++;
		else
			return fault_set(&session->fault, -EINVAL,
			                 "%s: expected last and a number from 1 to 100000, or q931", name);
	}
	return 0;
}

static int check(const struct admin *admin, struct session *session)
{
	return admin->parts.trace ? 0 : fault_set(&session->fault, -ENODEV, "nothing is traced here");
}

static unsigned span_of(const struct trace_filter *filter)
{
	return filter->of == TRACE_OF_SPAN ? filter->span : 0;
}

int run_show_trace(struct admin *admin, struct session *session)
{
	struct showing *showing = calloc(1, sizeof(*showing));
	uint32_t last = 0;
	int error = showing ? check(admin, session) : -ENOMEM;
	if (!error)
		error = parse(session, &showing->filter, &last);
	if (error) {
		free(showing);
		return error;
	}
	struct trace_filter filter = showing->filter;
	if (last == UINT32_MAX && filter.of == TRACE_OF_SPAN)
		last = SHOWN_OF_ALL;
	trace_each(admin->parts.trace, span_of(&filter), 0, count_frame, showing);
	uint32_t all = showing->taken;
	*showing = (struct showing){.out = session->out,
	                            .json = {.out = session->out},
	                            .as_json = session->json,
	                            .filter = filter,
	                            .skip = all > last ? all - last : 0,
	                            .most = UINT32_MAX};
	if (session->json)
		json_open(&showing->json, NULL, '[');
	trace_each(admin->parts.trace, span_of(&filter), 0, show_frame, showing);
	if (session->json)
		json_close(&showing->json, ']');
	else
		fprintf(session->out, "%u of %u frames\n", all < last ? all : last, all);
	free(showing);
	return 0;
}

/* What the variant of a frozen frame was is taken from the settings of today. */
static enum decode_variant variant_of(const struct admin *admin, unsigned span)
{
	for (uint32_t i = 0; admin->config && i < admin->config->span_count; i++)
		if (admin->config->spans[i].span == span)
			return admin->config->spans[i].switch_type == CONFIG_EUROISDN ? DECODE_ETSI
			       : admin->config->spans[i].switch_type == CONFIG_QSIG   ? DECODE_QSIG
			                                                              : DECODE_AMERICAN;
	return DECODE_ETSI;
}

struct frozen {
	const struct admin *admin;
	struct showing showing;
};

static bool show_frozen(void *user, const struct trace_kept *kept)
{
	struct frozen *frozen = user;
	struct showing *showing = &frozen->showing;
	struct trace_kept known = *kept;
	known.variant = variant_of(frozen->admin, kept->span);
	decode(&showing->decoded, &known);
	known.key = decode_call_key(&showing->decoded, known.sent);
	showing->taken++;
	if (showing->as_json)
		json_frame(&showing->json, &known, &showing->decoded);
	else
		print_frame(showing->out, &known, &showing->decoded);
	return true;
}

/* show flight-recorder ID */
int show_frozen_trace(struct admin *admin, struct session *session, uint32_t id)
{
	struct frozen *frozen = calloc(1, sizeof(*frozen));
	if (!frozen)
		return -ENOMEM;
	frozen->admin = admin;
	frozen->showing.out = frozen->showing.json.out = session->out;
	frozen->showing.as_json = session->json;
	if (session->json)
		json_open(&frozen->showing.json, NULL, '[');
	int error = flight_read(admin->parts.trace, id, show_frozen, frozen, &session->fault);
	if (session->json)
		json_close(&frozen->showing.json, ']');
	else if (!error)
		fprintf(session->out, "%u frames\n", frozen->showing.taken);
	free(frozen);
	return error;
}

/* What is there already: shown for a call, only learnt from for the others. */
static int begin_trace(struct admin *admin, struct session *session, struct showing *showing)
{
	uint32_t last;
	int error = parse(session, &showing->filter, &last);
	if (!error)
		error = follow_begin(session);
	if (error)
		return error;
	if (!session->json)
		fprintf(session->out, "<- from the line, -> to the line; q or Ctrl-C ends\n");
	if (showing->filter.of == TRACE_OF_CALL)
		return 0;
	trace_each(admin->parts.trace, span_of(&showing->filter), 0, count_frame, showing);
	session->follow->filter = showing->filter;
	session->follow->after = trace_newest(admin->parts.trace);
	return 1;
}

int run_trace(struct admin *admin, struct session *session)
{
	struct showing *showing = calloc(1, sizeof(*showing));
	int error = showing ? check(admin, session) : -ENOMEM;
	bool first = !session->follow;
	if (!error && first)
		error = begin_trace(admin, session, showing);
	if (error) {
		free(showing);
		return error < 0 ? error : 0;
	}
	struct follow *follow = session->follow;
	showing->out = session->out;
	showing->as_json = session->json;
	showing->live = true;
	showing->most = first ? UINT32_MAX : FRAMES_AT_ONCE;
	if (!first)
		showing->filter = follow->filter;
	showing->last = follow->after;
	showing->taken = 0;
	trace_each(admin->parts.trace, span_of(&showing->filter), follow->after, show_frame, showing);
	follow->after = showing->last;
	follow->filter = showing->filter;
	free(showing);
	return 0;
}
