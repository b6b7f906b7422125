#include "admin/wizard.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/text.h"

#define TEXT_BYTES  16384
#define FIRST_PHONE 201
#define FIRST_AGENT 101

/* The order is that of the questions. */
enum answer {
	ANSWER_NAME,
	ANSWER_COUNTRY,
	ANSWER_TIMEZONE,
	ANSWER_LINE,
	ANSWER_SWITCH,
	ANSWER_PHONES,
	ANSWER_QUEUE,
	ANSWER_AGENTS,
	ANSWER_NUMBER,
	ANSWER_PREFIX,
	ANSWER_COUNT
};

struct wizard {
	struct candidate *trial; /* takes the lines one by one, so that a wrong answer is known at once */
	enum answer at;
	char answer[ANSWER_COUNT][80];
	char lines[TEXT_BYTES]; /* set lines so far */
	size_t used;
	char pins[2048]; /* to be told to the agents: only their hashes are kept */
	size_t pins_used;
};

/* What a country usually has. */
static const struct {
	const char *country, *timezone, *line;
} usual[] = {{"us", "America/New_York", "t1"}, {"ca", "America/Toronto", "t1"}, {"gb", "Europe/London", "e1"},
             {"de", "Europe/Berlin", "e1"},    {"at", "Europe/Vienna", "e1"},   {"ch", "Europe/Zurich", "e1"},
             {"fr", "Europe/Paris", "e1"},     {"es", "Europe/Madrid", "e1"},   {"it", "Europe/Rome", "e1"},
             {"nl", "Europe/Amsterdam", "e1"}, {"jp", "Asia/Tokyo", "t1"}};

static bool is(const struct wizard *w, enum answer which, const char *text)
{
	return !strcmp(w->answer[which], text);
}

static const char *usual_timezone(const struct wizard *w)
{
	for (size_t i = 0; i < ARRAY_SIZE(usual); i++)
		if (is(w, ANSWER_COUNTRY, usual[i].country))
			return usual[i].timezone;
	return "UTC";
}

static const char *usual_line(const struct wizard *w)
{
	for (size_t i = 0; i < ARRAY_SIZE(usual); i++)
		if (is(w, ANSWER_COUNTRY, usual[i].country))
			return usual[i].line;
	return "e1";
}

static const char *usual_switch(const struct wizard *w)
{
	return is(w, ANSWER_LINE, "t1") ? "ni2" : "euroisdn";
}

static const char *as_many_as_phones(const struct wizard *w)
{
	return w->answer[ANSWER_PHONES];
}

static const char *usual_prefix(const struct wizard *w)
{
	return is(w, ANSWER_LINE, "t1") ? "9" : "0";
}

/* ---- lines ---- */

/* Puts a line to the trial, and if it is taken to the others. */
static int PRINTF_LIKE(3, 4) put(struct wizard *w, struct fault *fault, const char *format, ...)
{
	char line[300];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	int error = candidate_set(w->trial, line, fault);
	if (!error && !text_append(w->lines, sizeof(w->lines), &w->used, "set %s\n", line))
		error = fault_set(fault, -ENOSPC, "too many lines");
	return error;
}

static int put_name(struct wizard *w, struct fault *fault)
{
	char quoted[200];
	word_quote(w->answer[ANSWER_NAME], quoted, sizeof(quoted));
	return put(w, fault, "system name %s", quoted);
}

static int put_country(struct wizard *w, struct fault *fault)
{
	return put(w, fault, "country %s", w->answer[ANSWER_COUNTRY]);
}

static int put_timezone(struct wizard *w, struct fault *fault)
{
	return put(w, fault, "timezone %s", w->answer[ANSWER_TIMEZONE]);
}

static int put_line(struct wizard *w, struct fault *fault)
{
	int error = put(w, fault, "span 1 type %s", w->answer[ANSWER_LINE]);
	return error ? error : put(w, fault, "span 1 signalling pri-cpe");
}

static int put_switch(struct wizard *w, struct fault *fault)
{
	return put(w, fault, "span 1 switch %s", w->answer[ANSWER_SWITCH]);
}

static int put_phones(struct wizard *w, struct fault *fault)
{
	uint32_t count;
	if (text_to_u32(w->answer[ANSWER_PHONES], 1, 24, &count))
		return fault_set(fault, -EINVAL, "expected a number from 1 to 24");
	int error = put(w, fault, "span 2 type t1");
	if (!error)
		error = put(w, fault, "span 2 signalling fxs");
	for (uint32_t i = 0; !error && i < count; i++)
		error = put(w, fault, "port 2/%u extension %u", i + 1, FIRST_PHONE + i);
	return error;
}

static int put_queue(struct wizard *w, struct fault *fault)
{
	return put(w, fault, "queue %s strategy longest-idle", w->answer[ANSWER_QUEUE]);
}

/* 0000 to 9999, each as likely as the others. */
static int random_pin(uint32_t *pin)
{
	do {
		if (getrandom(pin, sizeof(*pin), 0) != (ssize_t)sizeof(*pin))
			return -EIO;
	} while (*pin >= UINT32_MAX - UINT32_MAX % 10000);
	*pin %= 10000;
	return 0;
}

static int put_agents(struct wizard *w, struct fault *fault)
{
	uint32_t count, phones, pin;
	int error = text_to_u32(w->answer[ANSWER_PHONES], 1, 24, &phones);
	if (error || text_to_u32(w->answer[ANSWER_AGENTS], 1, 99, &count))
		return fault_set(fault, -EINVAL, "expected a number from 1 to 99");
	w->pins_used = 0;
	for (uint32_t i = 0; !error && i < count; i++) {
		uint32_t agent = FIRST_AGENT + i;
		if (random_pin(&pin))
			return fault_set(fault, -EIO, "no random numbers for the PINs");
		error = put(w, fault, "agent %u pin %04u", agent, pin);
		if (!error && i < phones)
			error = put(w, fault, "agent %u port 2/%u", agent, i + 1);
		if (!error)
			error = put(w, fault, "queue %s agent %u", w->answer[ANSWER_QUEUE], agent);
		text_append(w->pins, sizeof(w->pins), &w->pins_used, "  agent %u: PIN %04u\n", agent, pin);
	}
	return error;
}

static int put_number(struct wizard *w, struct fault *fault)
{
	const char *number = is(w, ANSWER_NUMBER, "any") ? "." : w->answer[ANSWER_NUMBER];
	return put(w, fault, "did %s queue %s", number, w->answer[ANSWER_QUEUE]);
}

static int put_prefix(struct wizard *w, struct fault *fault)
{
	int error = put(w, fault, "trunk main span 1");
	return error ? error : put(w, fault, "outside %s trunk main", w->answer[ANSWER_PREFIX]);
}

static const struct question {
	const char *text, *usual;
	const char *(*usual_of)(const struct wizard *w);
	int (*put)(struct wizard *w, struct fault *fault);
} questions[ANSWER_COUNT] = {
    [ANSWER_NAME] = {"Name of this box", "belfry", NULL, put_name},
    [ANSWER_COUNTRY] = {"Country, for tones (us, gb, de, fr, es, ...)", "us", NULL, put_country},
    [ANSWER_TIMEZONE] = {"Time zone", NULL, usual_timezone, put_timezone},
    [ANSWER_LINE] = {"Trunk on span 1: e1 or t1", NULL, usual_line, put_line},
    [ANSWER_SWITCH] = {"ISDN variant of the network (euroisdn, ni1, ni2, dms100, 5ess, 4ess, qsig)", NULL, usual_switch,
                       put_switch},
    [ANSWER_PHONES] = {"Telephones on the channel bank, span 2 (1 to 24)", "8", NULL, put_phones},
    [ANSWER_QUEUE] = {"Name of the queue that calls come to", "main", NULL, put_queue},
    [ANSWER_AGENTS] = {"Agents of the queue (1 to 99)", NULL, as_many_as_phones, put_agents},
    [ANSWER_NUMBER] = {"Your number, as the network sends it (any: whatever is called)", "any", NULL, put_number},
    [ANSWER_PREFIX] = {"Prefix for calls to the outside", NULL, usual_prefix, put_prefix},
};

/* ---- the dialogue ---- */

void wizard_free(struct wizard *wizard)
{
	if (wizard)
		candidate_free(wizard->trial);
	free(wizard);
}

static const char *usual_answer(const struct wizard *w)
{
	const struct question *question = &questions[w->at];
	return question->usual_of ? question->usual_of(w) : question->usual;
}

static void ask(struct session *session)
{
	const struct wizard *w = session->wizard;
	fprintf(session->out, "%d of %d. %s [%s]\n", (int)w->at + 1, (int)ANSWER_COUNT, questions[w->at].text,
	        usual_answer(w));
}

int run_wizard(struct admin *admin, struct session *session)
{
	int error = session_candidate(admin, session);
	if (error)
		return error;
	if (candidate_changed(session->candidate))
		return fault_set(&session->fault, -EBUSY, "there are changes already: commit or discard them first");
	session->wizard = calloc(1, sizeof(*session->wizard));
	if (!session->wizard || candidate_new(&session->wizard->trial, admin->parts.settings)) {
		wizard_free(session->wizard);
		session->wizard = NULL;
		return fault_set(&session->fault, -ENOMEM, "no memory left");
	}
	fprintf(session->out, "%d questions; an empty line takes what stands in brackets, \".\" ends.\n", ANSWER_COUNT);
	ask(session);
	return 0;
}

/* All answers are there: the lines go to the session's candidate. */
static int finish(struct session *session)
{
	struct wizard *w = session->wizard;
	int error = candidate_load_text(session->candidate, w->lines, &session->fault);
	if (!error)
		fprintf(session->out,
		        "The PINs, to be told to the agents (the box keeps only hashes):\n%s"
		        "See \"show | compare\"; \"commit\" puts it in force.\n"
		        "Then a test: at telephone %d dial *11%d#PIN#, hang up, and call %s from outside.\n",
		        w->pins, FIRST_PHONE, FIRST_AGENT,
		        is(w, ANSWER_NUMBER, "any") ? "your number" : w->answer[ANSWER_NUMBER]);
	return error;
}

static void end(struct session *session)
{
	wizard_free(session->wizard);
	session->wizard = NULL;
}

/* 0, or the answer cannot be taken: the question is asked again, and nothing of it is kept. */
static int take(struct session *session, const char *line)
{
	struct wizard *w = session->wizard;
	size_t used = w->used;
	char *answer = w->answer[w->at];
	const char *given = *line ? line : usual_answer(w);
	if (given != answer && !text_copy(answer, sizeof(w->answer[0]), given))
		return fault_set(&session->fault, -EINVAL, "the answer is too long");
	int error = questions[w->at].put(w, &session->fault);
	if (error) {
		w->used = used;
		w->lines[used] = '\0';
	}
	return error;
}

void wizard_line(struct admin *admin, struct session *session, const char *line)
{
	struct wizard *w = session->wizard;
	line += strspn(line, " \t");
	if (!strcmp(line, ".") || !strcmp(line, MARK_GIVE_UP)) {
		fprintf(session->out, "nothing was changed\n");
		end(session);
		command_finish(admin, session, 0);
		return;
	}
	if (take(session, line)) {
		fprintf(session->out, "%s\n", session->fault.text);
		ask(session);
		command_finish(admin, session, 0);
		return;
	}
	int error = 0;
	if (++w->at < ANSWER_COUNT) {
		ask(session);
	} else {
		error = finish(session);
		end(session);
	}
	command_finish(admin, session, error);
}
