/*
 * The rows whose value is more than one field.
 */
#include "config/build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/settings.h"

const char *const code_initial[CODE_COUNT] = {"*11", "*12", "*13", "*14", "*15", "*16", "*17", "*18", "*19", "*21",
                                              "*22", "*23", "*24", "*26", "*27", "*28", "*29", "*99", "*25", "*30"};

/* The word behind this one in the line's value, as a number; initial if it is not there. */
uint32_t option_number(const struct settings_line *line, const char *name, uint32_t initial)
{
	uint32_t value = initial;
	for (unsigned i = line->key_count; i + 1 < line->word_count; i++)
		if (!strcmp(line->word[i], name) && text_to_u32(line->word[i + 1], 0, UINT32_MAX, &value))
			return initial;
	return value;
}

/* Room for one more in an array that has count of them. */
void *build_one_more(void **array, uint32_t count, size_t bytes)
{
	void *grown = reallocarray(*array, count + 1, bytes);
	if (!grown)
		return NULL;
	*array = grown;
	return memset((char *)grown + count * bytes, 0, bytes);
}

int apply_trunk_span(struct build *build, void *object, const struct settings_line *line)
{
	struct config_trunk *trunk = object;
	uint32_t span;
	if (text_to_u32(line->word[3], 1, CONFIG_SPANS_MAX, &span))
		return -EINVAL;
	trunk->spans[trunk->span_count++] = (uint8_t)span;
	return 0;
}

int apply_outside(struct build *build, void *object, const struct settings_line *line)
{
	struct config_outside *outside = object;
	outside->trunk = (uint32_t)object_index(build, OBJECT_TRUNK, line->word[3]);
	/* The prefix is the access code: it goes unless the row says otherwise. */
	outside->strip = (uint8_t)option_number(line, "strip", (uint32_t)strlen(outside->prefix));
	for (unsigned i = line->key_count; i + 1 < line->word_count; i++)
		if (!strcmp(line->word[i], "add"))
			text_copy(outside->add, sizeof(outside->add), line->word[i + 1]);
	return 0;
}

int apply_emergency(struct build *build, void *object, const struct settings_line *line)
{
	struct config *config = object;
	void *array = config->emergency;
	char *number = build_one_more(&array, config->emergency_count, CONFIG_DIGITS_BYTES);
	if (!number)
		return -ENOMEM;
	config->emergency = array;
	config->emergency_count++;
	text_copy(number, CONFIG_DIGITS_BYTES, line->word[1]);
	return 0;
}

int apply_agent_port(struct build *build, void *object, const struct settings_line *line)
{
	struct config_agent *agent = object;
	char port[16];
	text_copy(port, sizeof(port), line->word[3]);
	char *slash = strchr(port, '/');
	uint32_t span, timeslot;
	if (!slash)
		return -EINVAL;
	*slash = '\0';
	if (text_to_u32(port, 1, CONFIG_SPANS_MAX, &span) || text_to_u32(slash + 1, 1, 31, &timeslot))
		return -EINVAL;
	agent->home_span = (uint8_t)span;
	agent->home_timeslot = (uint8_t)timeslot;
	return 0;
}

int apply_queue_agent(struct build *build, void *object, const struct settings_line *line)
{
	struct config_queue *queue = object;
	void *array = queue->members;
	if (queue->member_count >= CONFIG_AGENTS_PER_QUEUE_MAX)
		return build_refuse(build, line, "a queue has at most %d agents", CONFIG_AGENTS_PER_QUEUE_MAX);
	struct config_member *member = build_one_more(&array, queue->member_count, sizeof(*member));
	if (!member)
		return -ENOMEM;
	queue->members = array;
	queue->member_count++;
	member->agent = (uint32_t)object_index(build, OBJECT_AGENT, line->word[3]);
	member->penalty = (uint8_t)option_number(line, "penalty", 0);
	member->weight = (uint8_t)option_number(line, "weight", 1);
	member->reserve = (uint8_t)option_number(line, "reserve", 0);
	member->share = (uint8_t)option_number(line, "share", 0);
	return 0;
}

int apply_queue_autopause(struct build *build, void *object, const struct settings_line *line)
{
	uint32_t misses = 0;
	if (line->word_count > 4 && text_to_u32(line->word[4], 1, 99, &misses))
		return -EINVAL;
	((struct config_queue *)object)->autopause_after = (uint8_t)misses;
	return 0;
}

/* The states named, as bits of enum acd_state; logged-in is all but logged-out. */
static uint16_t states_of(const struct settings_line *line)
{
	static const char *const names[] = {"logged-out", "paused", "ready",   "reserved", "ringing",
	                                    "talking",    "hold",   "wrap-up", "unplugged"};
	unsigned states = 0, all = (1u << ARRAY_SIZE(names)) - 1;
	for (unsigned i = 4; i < line->word_count; i++) {
		int state = text_name_index(names, ARRAY_SIZE(names), line->word[i]);
		states |= state < 0 ? all & ~1u : 1u << state;
	}
	return (uint16_t)states;
}

int apply_queue_join(struct build *build, void *object, const struct settings_line *line)
{
	((struct config_queue *)object)->join_states = states_of(line);
	return 0;
}

int apply_queue_leave(struct build *build, void *object, const struct settings_line *line)
{
	((struct config_queue *)object)->leave_states = states_of(line);
	for (unsigned i = 4; i < line->word_count; i++)
		if (!strcmp(line->word[i], "ready") || !strcmp(line->word[i], "logged-in")) {
			build_warn_line(build, line,
			                "callers are sent on at once while all agents are ready for them; expected "
			                "states such as logged-out paused (rule leave-ready)");
			break;
		}
	return 0;
}

int apply_queue_max_calls(struct build *build, void *object, const struct settings_line *line)
{
	struct config_queue *queue = object;
	queue->calls_max = 0;
	return strcmp(line->word[3], "none") ? text_to_u32(line->word[3], 1, 10000, &queue->calls_max) : 0;
}

static const char *const positions[] = {"off", "on", "limit", "more-than"};

int apply_queue_position(struct build *build, void *object, const struct settings_line *line)
{
	struct config_queue *queue = object;
	int position = text_name_index(positions, ARRAY_SIZE(positions), line->word[4]);
	if (position < 0)
		return -EINVAL;
	queue->announce_position = (enum config_position)position;
	return line->word_count > 5 ? text_to_u32(line->word[5], 1, 999, &queue->position_limit) : 0;
}

int apply_queue_every(struct build *build, void *object, const struct settings_line *line)
{
	struct config_queue *queue = object;
	text_copy(queue->every, sizeof(queue->every), line->word[5]);
	return text_to_duration_ms(line->word[4], &queue->every_ms);
}

int apply_queue_overflow(struct build *build, void *object, const struct settings_line *line)
{
	struct config_queue *queue = object;
	queue->overflow = build_destination(build, line->word, 4, line->word_count);
	return queue->overflow < 0 ? queue->overflow : text_to_duration_ms(line->word[3], &queue->overflow_after_ms);
}

int apply_queue_key(struct build *build, void *object, const struct settings_line *line)
{
	static const char keys[] = "0123456789*#";
	struct config_queue *queue = object;
	int32_t destination = build_destination(build, line->word, 4, line->word_count);
	queue->key[strchr(keys, line->word[3][0]) - keys] = destination;
	return destination < 0 ? destination : 0;
}

static int add_range(struct config_hours *hours, unsigned days, unsigned from, unsigned to)
{
	void *array = hours->ranges;
	struct config_hours_range *range = build_one_more(&array, hours->range_count, sizeof(*range));
	if (!range)
		return -ENOMEM;
	hours->ranges = array;
	hours->range_count++;
	*range = (struct config_hours_range){(uint8_t)days, (uint16_t)from, (uint16_t)to};
	return 0;
}

/* A range over midnight becomes two: the evening, and the morning of the days after. */
int apply_hours_open(struct build *build, void *object, const struct settings_line *line)
{
	unsigned from, to, days = config_days_mask(line->word[3]);
	config_times(line->word[4], &from, &to);
	if (from < to)
		return add_range(object, days, from, to);
	int error = add_range(object, days, from, 24 * 60);
	if (error || !to)
		return error;
	return add_range(object, ((days << 1) | (days >> 6)) & 0x7f, 0, to);
}

int apply_hours_holiday(struct build *build, void *object, const struct settings_line *line)
{
	struct config_hours *hours = object;
	void *array = hours->holidays;
	uint32_t *day = build_one_more(&array, hours->holiday_count, sizeof(*day));
	if (!day)
		return -ENOMEM;
	hours->holidays = array;
	hours->holiday_count++;
	for (const char *at = line->word[3]; *at; at++)
		if (*at != '-')
			*day = *day * 10 + (uint32_t)(*at - '0');
	return 0;
}

int apply_span_channel(struct build *build, void *object, const struct settings_line *line)
{
	struct config_span *span = object;
	uint32_t timeslot;
	if (text_to_u32(line->word[3], 1, 31, &timeslot))
		return -EINVAL;
	if (!strcmp(line->word[5], "off"))
		span->channels_off |= UINT32_C(1) << timeslot;
	return 0;
}

/* receive-gain or send-gain of a span or a port. */
int apply_gain(struct build *build, void *object, const struct settings_line *line)
{
	bool port = !strcmp(line->word[0], "port"), send = !strcmp(line->word[2], "send-gain");
	int32_t tenths;
	if (!config_gain(line->word[3], &tenths))
		return -EINVAL;
	if (port && send)
		((struct config_port *)object)->send_gain = tenths;
	else if (port)
		((struct config_port *)object)->receive_gain = tenths;
	else if (send)
		((struct config_span *)object)->send_gain = tenths;
	else
		((struct config_span *)object)->receive_gain = tenths;
	return 0;
}

int apply_expected_cause(struct build *build, void *object, const struct settings_line *line)
{
	struct config *config = object;
	uint32_t cause;
	if (text_to_u32(line->word[2], 1, 127, &cause))
		return -EINVAL;
	config->flight.expected_cause[cause] = true;
	return 0;
}

int apply_code(struct build *build, void *object, const struct settings_line *line)
{
	struct config *config = object;
	int code = text_name_index(config_code_names, CODE_COUNT, line->word[1]);
	if (code < 0)
		return -EINVAL;
	text_copy(config->codes[code], sizeof(config->codes[code]), line->word[2]);
	return 0;
}

/* ---- further checks of a single line, at the time it is typed ---- */

int check_states(const char *const *words, unsigned count, struct fault *fault)
{
	bool when = !strcmp(words[3], "when");
	if (when && count == 4)
		return fault_set(fault, -EINVAL, "%s %s %s when: not complete, expected agent states such as logged-in",
		                 words[0], words[1], words[2]);
	if (!when && count > 4)
		return fault_set(fault, -EINVAL, "%s %s %s %s: \"%s\" is too much", words[0], words[1], words[2],
		                 words[3], words[4]);
	return 0;
}

int check_position(const char *const *words, unsigned count, struct fault *fault)
{
	bool limited = !strcmp(words[4], "limit") || !strcmp(words[4], "more-than");
	if (limited != (count == 6))
		return fault_set(fault, -EINVAL, "%s %s announce position: expected off, on, limit N or more-than N",
		                 words[0], words[1]);
	return 0;
}

int check_autopause(const char *const *words, unsigned count, struct fault *fault)
{
	bool after = !strcmp(words[3], "after");
	if (after != (count == 6))
		return fault_set(fault, -EINVAL, "%s %s %s: expected off, or after N misses", words[0], words[1],
		                 words[2]);
	return 0;
}

int check_timer_range(const char *const *words, unsigned count, struct fault *fault)
{
	const struct settings_timer *timer = timer_find(words[1]);
	char low[24], high[24];
	uint64_t ms;
	if (!timer || count < 3 || text_to_duration_ms(words[2], &ms))
		return fault_set(fault, -EINVAL, "timer %s: not a timer", words[1]);
	if (ms >= timer->low_ms && ms <= timer->high_ms)
		return 0;
	text_from_duration_ms(timer->low_ms, low, sizeof(low));
	text_from_duration_ms(timer->high_ms, high, sizeof(high));
	return fault_set(fault, -EINVAL, "timer %s %s: expected a duration from %s to %s", words[1], words[2], low,
	                 high);
}
