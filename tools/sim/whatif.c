/*
 * belfry-sim whatif: the day of a journal as it was, and as it would have been with other rules or other agents.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acd/acd_journal.h"
#include "base/clock.h"
#include "base/text.h"
#include "tools/sim/day.h"
#include "tools/sim/measures.h"
#include "tools/sim/rerun.h"
#include "tools/sim/rules.h"
#include "tools/sim/sim.h"

#define CHANGES_MAX   64
#define FIRST_NUMBER  90000001 /* of agents who were not there */
#define DAY_US        (86400 * US_PER_S)
#define AGENTS_AT_ONE 1000

/* "agents +2 queue sales from 10:00 to 12:00": shares of the day, by the box's clock. */
struct staffing {
	const char *line;
	uint32_t count, first_agent; /* first_agent: index of those who come in addition */
	bool fewer, met;             /* met: the journal has such a time of day */
	char queue[ACD_NAME_BYTES];  /* empty: all */
	uint64_t from_us, to_us;
};

struct whatif {
	const char *journal;
	const char *lines[CHANGES_MAX];
	struct staffing staffing[CHANGES_MAX];
	uint32_t line_count, staffing_count;
	uint32_t only_day; /* YYYYMMDD; 0: all of the journal */
	struct day day;
	struct deed *more;
	uint32_t more_count;
	struct acd_view *before; /* as the journal begins */
};

static int complain(const char *what, const char *word)
{
	fprintf(stderr, "belfry-sim: whatif: %s%s%s\n", what, word[0] ? ": " : "", word);
	return 2;
}

/* ---- agents more or fewer ---- */

static bool clock_time(const char *text, uint64_t *us)
{
	char hours[8];
	const char *colon = strchr(text, ':');
	uint64_t hour, minute;
	if (!colon || (size_t)(colon - text) >= sizeof(hours))
		return false;
	memcpy(hours, text, (size_t)(colon - text));
	hours[colon - text] = '\0';
	if (text_to_u64(hours, 0, 24, &hour) < 0 || text_to_u64(colon + 1, 0, 59, &minute) < 0)
		return false;
	*us = (hour * 60 + minute) * 60 * US_PER_S;
	return *us <= DAY_US;
}

static int staffing_option(struct staffing *staffing, char *word, char **rest)
{
	char *value = strtok_r(NULL, " ", rest);
	if (!value)
		return complain("a word is missing behind", word);
	if (strcmp(word, "queue") == 0)
		return text_copy(staffing->queue, ACD_NAME_BYTES, value) ? 0 : complain("no such queue", value);
	if (strcmp(word, "from") == 0 && clock_time(value, &staffing->from_us))
		return 0;
	if (strcmp(word, "to") == 0 && clock_time(value, &staffing->to_us))
		return 0;
	if (strcmp(word, "from") == 0 || strcmp(word, "to") == 0)
		return complain("expected a time of day as HH:MM, 00:00 to 24:00, behind from and to", value);
	return complain("expected queue NAME, from HH:MM or to HH:MM", word);
}

static int read_staffing(struct whatif *whatif, const char *line)
{
	char copy[256], *rest = NULL;
	struct staffing staffing = {.to_us = DAY_US};
	if (!text_copy(copy, sizeof(copy), line) || !strtok_r(copy, " ", &rest))
		return complain("the line is too long", line);
	char *count = strtok_r(NULL, " ", &rest);
	if (!count || (count[0] != '+' && count[0] != '-') ||
	    text_to_u32(count + 1, 1, AGENTS_AT_ONE, &staffing.count) < 0)
		return complain("expected agents +N or -N", line);
	staffing.fewer = count[0] == '-';
	for (char *word; (word = strtok_r(NULL, " ", &rest));)
		if (staffing_option(&staffing, word, &rest))
			return 2;
	if (staffing.from_us >= staffing.to_us)
		return complain("ends before it begins", line);
	staffing.line = line;
	whatif->staffing[whatif->staffing_count++] = staffing;
	return 0;
}

static uint64_t time_of_day(const struct day *day, const struct deed *deed)
{
	const struct epoch *epoch = &day->epochs[deed->epoch < EPOCHS_MAX ? deed->epoch : EPOCHS_MAX - 1];
	uint64_t wall_us = epoch->wall_us + deed->after_us + (uint64_t)((int64_t)day->utc_offset_s * (int64_t)US_PER_S);
	return wall_us % DAY_US;
}

static bool is_member(const struct acd_settings *settings, const char *queue, acd_agent agent)
{
	for (uint32_t i = 0; i < settings->queue_count; i++) {
		const struct acd_queue_settings *of = &settings->queues[i];
		if (queue[0] && strncmp(of->name, queue, ACD_NAME_BYTES) != 0)
			continue;
		for (uint32_t j = 0; j < of->member_count; j++)
			if (settings->members[of->member_first + j].agent == agent)
				return true;
	}
	return false;
}

/* The last settings of the journal: who is meant by "two fewer". */
static const struct acd_settings *last_settings(const struct day *day)
{
	const struct acd_settings *settings = day->settings;
	for (uint32_t i = 0; i < day->absolute_count; i++)
		if (day->absolute[i].event.type == ACD_SETTINGS && day->absolute[i].event.settings)
			settings = day->absolute[i].event.settings;
	return settings;
}

/* Of those who work there the last as the settings list them. */
static bool sent_home(const struct day *day, const struct staffing *staffing, acd_agent agent)
{
	const struct acd_settings *settings = last_settings(day);
	uint32_t behind = 0;
	if (!settings || !is_member(settings, staffing->queue, agent))
		return false;
	for (uint32_t i = agent + 1u; i < settings->agent_count; i++)
		behind += is_member(settings, staffing->queue, (acd_agent)i);
	return behind < staffing->count;
}

static bool keep_deed(void *user, const struct day *day, const struct deed *deed)
{
	const struct whatif *whatif = user;
	uint64_t at_us = time_of_day(day, deed);
	for (uint32_t i = 0; i < whatif->staffing_count; i++) {
		const struct staffing *staffing = &whatif->staffing[i];
		if (staffing->fewer && at_us >= staffing->from_us && at_us < staffing->to_us &&
		    sent_home(day, staffing, deed->event.agent))
			return false;
	}
	return true;
}

static bool add_deed(struct whatif *whatif, enum acd_event_type type, acd_agent agent, uint32_t epoch, uint64_t at_us)
{
	struct deed *more = realloc(whatif->more, (whatif->more_count + 1) * sizeof(*more));
	if (!more)
		return false;
	whatif->more = more;
	more[whatif->more_count++] =
	    (struct deed){.event = {.type = type, .agent = agent, .port = ACD_NONE, .queue = ACD_NONE},
	                  .after_us = at_us,
	                  .rank = UINT64_MAX,
	                  .epoch = epoch};
	return true;
}

/* The journal may begin in the middle of a day. */
static bool logged_in_before(const struct acd_view *before, acd_agent agent, struct acd_event *login)
{
	if (agent >= before->agent_count || before->agents[agent].state == ACD_LOGGED_OUT)
		return false;
	*login = (struct acd_event){
	    .type = ACD_AGENT_LOGIN, .agent = agent, .port = before->agents[agent].port, .queue = ACD_NONE};
	return true;
}

/* Was the agent logged in at this moment of a run of the box, and at which telephone? */
static bool logged_in_at(const struct whatif *whatif, acd_agent agent, uint32_t epoch, uint64_t at_us,
                         struct acd_event *login)
{
	const struct day *day = &whatif->day;
	bool in = !epoch && logged_in_before(whatif->before, agent, login);
	for (uint32_t i = 0; i < day->absolute_count; i++) {
		const struct deed *deed = &day->absolute[i];
		if (deed->epoch != epoch || deed->after_us >= at_us || deed->event.agent != agent)
			continue;
		if (deed->event.type == ACD_AGENT_LOGOUT)
			in = false;
		if (deed->event.type == ACD_AGENT_LOGIN) {
			in = true;
			*login = deed->event;
		}
	}
	return in;
}

/*
 * From when to when by the belfry clock of a run of the box, on the so-manieth day that it has seen; who is there at
 * all hours neither comes nor goes at midnight. False: that day is over before, or the run.
 */
static bool on_day(struct whatif *whatif, struct staffing *staffing, uint32_t epoch, uint32_t nth, uint64_t *from_us,
                   uint64_t *to_us)
{
	const struct day *day = &whatif->day;
	struct deed first = {.epoch = epoch};
	uint64_t start_us = time_of_day(day, &first), before_us = nth * DAY_US;
	bool always = !staffing->from_us && staffing->to_us == DAY_US;
	if (always && nth)
		return false;
	*from_us = before_us + staffing->from_us > start_us ? before_us + staffing->from_us - start_us : 0;
	*to_us = before_us + staffing->to_us > start_us ? before_us + staffing->to_us - start_us : 0;
	*to_us = always ? UINT64_MAX : *to_us;
	if (*to_us <= *from_us || *from_us > day->epochs[epoch].last_us)
		return false;
	staffing->met = true;
	return true;
}

static bool send_home(struct whatif *whatif, const struct staffing *staffing, uint32_t epoch, uint64_t from_us,
                      uint64_t to_us)
{
	const struct acd_settings *settings = last_settings(&whatif->day);
	bool good = true, ends = to_us <= whatif->day.epochs[epoch].last_us;
	for (uint32_t i = 0; settings && i < settings->agent_count && good; i++) {
		struct acd_event login = {0};
		if (!sent_home(&whatif->day, staffing, (acd_agent)i))
			continue;
		if (logged_in_at(whatif, (acd_agent)i, epoch, from_us, &login))
			good = add_deed(whatif, ACD_AGENT_LOGOUT, (acd_agent)i, epoch, from_us);
		if (good && ends && logged_in_at(whatif, (acd_agent)i, epoch, to_us, &login)) {
			good = add_deed(whatif, ACD_AGENT_LOGIN, (acd_agent)i, epoch, to_us);
			whatif->more[whatif->more_count - 1].event = login;
		}
	}
	return good;
}

/* Not before the settings that know them. */
static bool bring_in(struct whatif *whatif, const struct staffing *staffing, uint32_t epoch, uint64_t from_us,
                     uint64_t to_us)
{
	const struct epoch *run = &whatif->day.epochs[epoch];
	bool good = true, ends = to_us <= run->last_us;
	from_us = from_us < run->settings_us ? run->settings_us : from_us;
	for (uint32_t i = 0; i < staffing->count && good && to_us > from_us; i++) {
		acd_agent agent = (acd_agent)(staffing->first_agent + i);
		good = add_deed(whatif, ACD_AGENT_LOGIN, agent, epoch, from_us);
		if (good && ends)
			good = add_deed(whatif, ACD_AGENT_LOGOUT, agent, epoch, to_us);
	}
	return good;
}

static bool plan_run(struct whatif *whatif, struct staffing *staffing, uint32_t epoch)
{
	uint64_t last_us = whatif->day.epochs[epoch].last_us, from_us, to_us;
	bool good = true;
	for (uint32_t nth = 0; good && nth <= last_us / DAY_US + 1; nth++)
		if (on_day(whatif, staffing, epoch, nth, &from_us, &to_us))
			good = (staffing->fewer ? send_home : bring_in)(whatif, staffing, epoch, from_us, to_us);
	return good;
}

static bool look_before(struct whatif *whatif)
{
	struct acd *acd;
	const char *fault;
	whatif->before = calloc(1, sizeof(*whatif->before));
	if (!whatif->before || acd_state_read(&acd, whatif->day.state, whatif->day.state_bytes, &fault) < 0)
		return false;
	acd_look(acd, whatif->before);
	acd_free(acd);
	return true;
}

static bool plan_staffing(struct whatif *whatif)
{
	uint32_t epochs =
	    whatif->day.absolute_count ? whatif->day.absolute[whatif->day.absolute_count - 1].epoch + 1 : 1;
	bool good = look_before(whatif);
	for (uint32_t i = 0; good && i < whatif->staffing_count; i++) {
		for (uint32_t epoch = 0; epoch < epochs && epoch < EPOCHS_MAX && good; epoch++)
			good = plan_run(whatif, &whatif->staffing[i], epoch);
		if (good && !whatif->staffing[i].met)
			printf("\"%s\" changes nothing: the journal has no such time of day\n",
			       whatif->staffing[i].line);
	}
	return good;
}

/* ---- settings ---- */

/* Those who come in addition stand behind all others, so that nobody's index changes. */
static bool add_agents(struct whatif *whatif, struct acd_settings **settings, bool trying)
{
	for (uint32_t i = 0; i < whatif->staffing_count; i++) {
		struct staffing *staffing = &whatif->staffing[i];
		bool somewhere = false;
		if (staffing->fewer)
			continue;
		staffing->first_agent = (*settings)->agent_count;
		for (uint32_t n = 0; n < staffing->count; n++) {
			acd_agent agent =
			    rule_add_agent(settings, FIRST_NUMBER + (*settings)->agent_count, "in addition");
			for (uint32_t q = 0; agent != ACD_NONE && q < (*settings)->queue_count; q++) {
				const char *name = (*settings)->queues[q].name;
				if (staffing->queue[0] && strncmp(name, staffing->queue, ACD_NAME_BYTES) != 0)
					continue;
				somewhere =
				    rule_add_member(settings, q, (struct acd_member){.agent = agent, .weight = 1});
			}
		}
		if (!somewhere && trying)
			return complain("agents: there is no such queue in the journal", staffing->queue) == 0;
	}
	return true;
}

/* trying: the last settings of the journal, which every line must fit; earlier ones need not know the queue yet. */
static bool apply_lines(struct whatif *whatif, struct acd_settings **settings, bool trying)
{
	char fault[200] = "";
	for (uint32_t i = 0; i < whatif->line_count; i++) {
		if (rule_apply(settings, whatif->lines[i], fault, sizeof(fault)))
			continue;
		if (!trying)
			continue;
		fprintf(stderr, "belfry-sim: whatif: \"%s\": %s\n", whatif->lines[i], fault);
		return false;
	}
	return true;
}

static bool change_settings(void *user, struct acd_settings **settings)
{
	return apply_lines(user, settings, false) && add_agents(user, settings, false);
}

static void nowhere(void *user, const struct acd_decision *decision)
{
}

/* The scheduler itself says so; it takes the settings over. */
static bool consistent(struct acd_settings *settings)
{
	struct acd *acd;
	struct acd_view *view = calloc(1, sizeof(*view));
	struct acd_event event = {.type = ACD_SETTINGS, .settings = settings};
	if (!view || acd_new(&acd) < 0) {
		free(view);
		acd_settings_free(settings);
		return complain("out of memory", "") == 0;
	}
	acd_decide(acd, &event, nowhere, NULL);
	acd_look(acd, view);
	bool taken = view->unexpected == 0;
	acd_free(acd);
	free(view);
	return taken ||
	       complain("the lines contradict each other or what is set (levels and steps of skills)", "") == 0;
}

/* Once on a copy, so that the indices of further agents are known and mistakes are told before anything runs. */
static bool try_settings(struct whatif *whatif)
{
	struct acd_settings *copy;
	const struct acd_settings *last = last_settings(&whatif->day);
	if (!last || acd_settings_copy(&copy, last) < 0)
		return complain("the journal has no settings", "") == 0;
	if (apply_lines(whatif, &copy, true) && add_agents(whatif, &copy, true))
		return consistent(copy);
	acd_settings_free(copy);
	return false;
}

/* ---- the table ---- */

static void row(const char *name, const char *digits, double before, double after)
{
	char one[32], other[32];
	size_t used = 0;
	text_append(one, sizeof(one), &used, "%.*f", digits[0] - '0', before);
	used = 0;
	text_append(other, sizeof(other), &used, "%.*f", digits[0] - '0', after);
	printf("%-34s %12s %12s\n", name, one, other);
}

static void print_queue(const struct queue_measures *before, const struct queue_measures *after)
{
	char name[64];
	size_t used = 0;
	text_append(name, sizeof(name), &used, "queue %s: service level %%", before->name);
	row(name, "1", 100 * service_level(before), 100 * service_level(after));
	used = 0;
	text_append(name, sizeof(name), &used, "queue %s: answered", before->name);
	row(name, "0", (double)before->answered, (double)after->answered);
}

static void print_table(const struct measures *was, const struct measures *would)
{
	struct summary a, b;
	measures_sum(was, &a);
	measures_sum(would, &b);
	printf("%-34s %12s %12s\n", "", "before", "after");
	row("offered", "0", (double)a.all.offered, (double)b.all.offered);
	row("answered", "0", (double)a.all.answered, (double)b.all.answered);
	row("abandoned", "0", (double)a.all.abandoned, (double)b.all.abandoned);
	row("service level % (SL-4)", "1", 100 * a.service_level, 100 * b.service_level);
	row("ASA s", "1", a.asa_s, b.asa_s);
	row("abandonment %", "1", 100 * a.abandoned, 100 * b.abandoned);
	row("occupancy % (with wrap-up)", "1", 100 * a.occupancy, 100 * b.occupancy);
	row("fairness: occupancy spread %", "1", 100 * a.occupancy_spread, 100 * b.occupancy_spread);
	row("fairness: most calls of an agent", "0", (double)a.most_calls, (double)b.most_calls);
	row("fairness: fewest calls of an agent", "0", (double)a.fewest_calls, (double)b.fewest_calls);
	row("agents", "0", a.agents, b.agents);
	for (uint32_t i = 0; was->queue_count > 1 && i < was->queue_count && i < would->queue_count; i++)
		if (was->queues[i].offered || would->queues[i].offered)
			print_queue(&was->queues[i], &would->queues[i]);
}

/* ---- the command ---- */

struct watching {
	struct measures *measures;
	bool begun;
};

static void watch(void *user, const struct acd *acd, const struct acd_event *event, const struct acd_decision *decision)
{
	struct watching *watching = user;
	if (!watching->begun)
		measures_begin(watching->measures, acd);
	watching->begun = true;
	if (decision)
		measures_decision(watching->measures, decision);
	else
		measures_event(watching->measures, acd, event);
}

/* Runs unchanged first: if that is not what happened, the rest would mean nothing, so it is said. */
static int compare(struct whatif *whatif, struct measures *was, struct measures *again, struct measures *would)
{
	struct change none = {0}, change = {.settings = change_settings, .agent = keep_deed, .user = whatif};
	if (!plan_staffing(whatif))
		return complain("out of memory", "");
	change.more = whatif->more;
	change.more_count = whatif->more_count;
	if (rerun(&whatif->day, &none, again) < 0 || rerun(&whatif->day, &change, would) < 0)
		return complain("the day cannot be run again", "");
	print_table(was, would);
	if (again->hash == was->hash && again->decisions == was->decisions) {
		printf("check: without the changes all %" PRIu64 " decisions come out as they were (hash %016" PRIx64
		       ")\n",
		       was->decisions, was->hash);
		return 0;
	}
	printf("check: without the changes %" PRIu64 " decisions come out, there were %" PRIu64
	       "; differences below the "
	       "deviation of these do not count\n",
	       again->decisions, was->decisions);
	print_table(was, again);
	return 1;
}

static int run(struct whatif *whatif)
{
	struct measures *measures = calloc(3, sizeof(*measures));
	struct watching watching = {.measures = measures};
	if (!measures)
		return complain("out of memory", "");
	for (unsigned i = 0; i < 3; i++)
		measures[i].only_day = whatif->only_day;
	int error = day_read(&whatif->day, whatif->journal, watch, &watching);
	int status = 2;
	if (!error && !measures[0].met) {
		status = complain(
		    whatif->only_day ? "the journal has nothing of that day" : "the journal has no events", "");
	} else if (!error && try_settings(whatif)) {
		measures_end(&measures[0], whatif->day.acd, whatif->day.last_us);
		printf("%" PRIu32
		       " calls; patience of those answered is only known to be longer than their wait and is "
		       "estimated after Kaplan and Meier\n",
		       whatif->day.stay_count - whatif->day.again_count);
		status = compare(whatif, &measures[0], &measures[1], &measures[2]);
	}
	day_free(&whatif->day);
	free(whatif->more);
	free(whatif->before);
	free(measures);
	return status;
}

static bool date_of(const char *text, uint32_t *day)
{
	char digits[9] = "";
	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
		return false;
	memcpy(digits, text, 4);
	memcpy(digits + 4, text + 5, 2);
	memcpy(digits + 6, text + 8, 2);
	return text_to_u32(digits, 19700101, 99991231, day) == 0;
}

int sim_whatif(int count, char **words)
{
	struct whatif whatif = {0};
	for (int i = 0; i < count; i += 2) {
		const char *value = i + 1 < count ? words[i + 1] : "";
		if (strcmp(words[i], "--journal") == 0 && value[0]) {
			whatif.journal = value;
		} else if (strcmp(words[i], "--set") == 0 && value[0]) {
			if (whatif.line_count == CHANGES_MAX || whatif.staffing_count == CHANGES_MAX)
				return complain("too many changes", value);
			if (strncmp(value, "agents ", 7) != 0)
				whatif.lines[whatif.line_count++] = value;
			else if (read_staffing(&whatif, value))
				return 2;
		} else if (strcmp(words[i], "--day") == 0) {
			if (!date_of(value, &whatif.only_day))
				return complain("expected --day YYYY-MM-DD", value);
		} else {
			return complain("expected --journal FOLDER|FILE, --day YYYY-MM-DD and --set LINE", words[i]);
		}
	}
	return whatif.journal ? run(&whatif) : complain("expected --journal FOLDER|FILE", "");
}
