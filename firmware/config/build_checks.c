/*
 * The rules between lines: what is named must exist, what is used once must not be used twice, what the hardware or
 * the standard cannot do is refused before anything is touched. What is merely incomplete is a warning.
 */
#include "config/build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/pin.h"

bool (*strategy_available)(int strategy);
bool (*prompt_known)(const char *name);

static const char *class_title(enum object_class class)
{
	return class == OBJECT_HUNTGROUP ? "hunt group"
	       : class == OBJECT_TRUNK   ? "trunk group"
	                                 : object_class_names[class];
}

/* A port needs no line of its own, only a span of telephones: checked with the spans. */
static bool must_exist(const struct settings_line *line, unsigned word)
{
	enum object_class class = line->refers[word];
	if (class == OBJECT_NONE || class == OBJECT_PORT || class == OBJECT_TIMER)
		return false;
	if (class == OBJECT_EXTENSION && !strcmp(line->word[0], "port"))
		return false;
	return word != 1 || strcmp(line->word[0], object_class_names[class]);
}

int check_references(struct build *build)
{
	for (uint32_t i = 0; i < build->line_count; i++) {
		const struct settings_line *line = build->lines[i];
		for (unsigned word = 1; word < line->word_count; word++) {
			enum object_class class = line->refers[word];
			if (!must_exist(line, word) || object_index(build, class, line->word[word]) >= 0)
				continue;
			const struct object_names *names = &build->names[class];
			const char *near = word_nearest(line->word[word], names->name, names->count);
			return build_refuse(build, line, "there is no %s %s%s%s%s", class_title(class),
			                    line->word[word], near ? "; did you mean \"" : "", near ? near : "",
			                    near ? "\"?" : "");
		}
	}
	return 0;
}

static int span_refuse(struct build *build, const struct config_span *span, const char *leaf, const char *why)
{
	char name[8];
	size_t used = 0;
	text_append(name, sizeof(name), &used, "%u", span->span);
	const struct settings_line *line = build_line(build, "span", name, leaf);
	return line ? build_refuse(build, line, "%s", why) : fault_set(build->fault, -EINVAL, "span %s: %s", name, why);
}

/* What does not go with the span's type, all of it in one sentence: who changes the type need not try again for each.
 */
static int check_line_parameters(struct build *build, const struct config_span *span)
{
	bool e1 = span->type == CONFIG_E1;
	const struct {
		bool wrong;
		const char *leaf, *why;
	} parameters[] = {
	    {span->crc4 && !e1, "crc4", "CRC-4 exists on E1 only; T1 has its own check in ESF framing (rule crc4)"},
	    {e1 != (span->framing == CONFIG_CCS || span->framing == CONFIG_CAS), "framing",
	     e1 ? "an E1 span is framed ccs or cas" : "a T1 span is framed esf or d4"},
	    {span->coding == (e1 ? CONFIG_B8ZS : CONFIG_HDB3), "coding",
	     e1 ? "an E1 span is coded hdb3 or ami" : "a T1 span is coded b8zs or ami"},
	};
	const char *first = NULL;
	char why[260] = "", name[8];
	size_t used = 0, name_used = 0;
	text_append(name, sizeof(name), &name_used, "%u", span->span);
	for (size_t i = 0; i < ARRAY_SIZE(parameters); i++) {
		const struct settings_line *line = build_line(build, "span", name, parameters[i].leaf);
		if (!parameters[i].wrong)
			continue;
		if (first)
			text_append(why, sizeof(why), &used, "; %s %s: ", parameters[i].leaf,
			            line ? line->word[line->word_count - 1] : "");
		first = first ? first : parameters[i].leaf;
		text_append(why, sizeof(why), &used, "%s", parameters[i].why);
	}
	return first ? span_refuse(build, span, first, why) : 0;
}

static int check_span(struct build *build, const struct config_span *span)
{
	bool e1 = span->type == CONFIG_E1;
	if (span->signalling > CONFIG_SIGNALLING_NONE)
		return span_refuse(build, span, "signalling",
		                   "this release speaks pri-cpe, pri-net and fxs; the others come later");
	if (span->signalling == CONFIG_FXS && e1)
		return span_refuse(build, span, "type", "telephones (signalling fxs) are on a channel bank of type t1");
	int error = check_line_parameters(build, span);
	if (error)
		return error;
	if (e1 && span->signalling != CONFIG_SIGNALLING_NONE && span->framing == CONFIG_CAS)
		return span_refuse(build, span, "framing", "a PRI on E1 needs framing ccs");
	if (span->signalling == CONFIG_FXS && (span->off_service || span->channels_off))
		return span_refuse(build, span, span->off_service ? "service" : "signalling",
		                   "telephones have no service setting; it is for trunks");
	if (span->channels_off & (e1 ? UINT32_C(1) << 16 : UINT32_C(0xff) << 24))
		return span_refuse(build, span, "signalling",
		                   e1 ? "channel 16 is the D channel" : "a T1 trunk has the B channels 1 to 23");
	if (e1 && span->line_build_out)
		build_warn(build, "span %u lbo %u: line build-out is for T1, an E1 takes no notice of it", span->span,
		           span->line_build_out);
	if (span->signalling == CONFIG_SIGNALLING_NONE)
		build_warn(build, "span %u has no signalling and stays unused", span->span);
	return 0;
}

/* One place, one span. */
static int check_locations(struct build *build)
{
	struct config *config = build->config;
	char why[160];
	for (uint32_t i = 0; i < config->span_count; i++)
		for (uint32_t k = 0; k < i && config->spans[i].location[0]; k++) {
			size_t used = 0;
			if (strcmp(config->spans[i].location, config->spans[k].location))
				continue;
			text_append(why, sizeof(why), &used, "span %u has this location already (rule location)",
			            config->spans[k].span);
			return span_refuse(build, &config->spans[i], "location", why);
		}
	return 0;
}

/* What can be meant and mostly is not: it shows as clicks and failed faxes only days later. */
static void warn_of_clocks(struct build *build)
{
	const struct config_span *trunk = NULL, *source = NULL;
	bool taken[256] = {false};
	unsigned free_rank = 1;
	for (uint32_t i = 0; i < build->config->span_count; i++) {
		const struct config_span *span = &build->config->spans[i];
		if (span->signalling == CONFIG_PRI_CPE && !trunk)
			trunk = span;
		taken[span->clock_rank] = true;
		if (span->clock_rank && span->signalling == CONFIG_PRI_CPE)
			source = span;
		if (span->clock_rank && span->signalling == CONFIG_FXS)
			build_warn(build,
			           "span %u clock %u: telephones take our clock and have none of the network's to give",
			           span->span, span->clock_rank);
	}
	while (free_rank < 16 && taken[free_rank])
		free_rank++;
	if (trunk && !source)
		build_warn(build,
		           "no span gives the network's clock (span %u clock 0): trunks that do not take ours will "
		           "slip; set span %u clock %u, unless the network takes ours",
		           trunk->span, trunk->span, free_rank);
}

/* Ranks as typed first; spans of the network that have none get the next free ones in span order. */
static int rank_clocks(struct build *build)
{
	struct config *config = build->config;
	uint8_t taken[256] = {0};
	char name[8];
	for (int pass = 0; pass < 2; pass++) {
		unsigned next = 1;
		for (uint32_t i = 0; i < config->span_count; i++) {
			struct config_span *span = &config->spans[i];
			size_t used = 0;
			text_append(name, sizeof(name), &used, "%u", span->span);
			bool typed = build_line(build, "span", name, "clock") != NULL;
			if (typed != (pass == 0))
				continue;
			if (!typed && span->signalling == CONFIG_PRI_CPE) {
				while (next < 255 && taken[next])
					next++;
				span->clock_rank = (uint8_t)next;
			}
			if (span->clock_rank && taken[span->clock_rank])
				return fault_set(build->fault, -EINVAL,
				                 "span %u clock %u: span %u has this rank already (rule clock)",
				                 span->span, span->clock_rank, taken[span->clock_rank]);
			taken[span->clock_rank] = span->span;
		}
	}
	warn_of_clocks(build);
	return 0;
}

/* Defaults that depend on type and signalling. */
static void default_span(const struct build *build, struct config_span *span)
{
	char name[8];
	size_t used = 0;
	text_append(name, sizeof(name), &used, "%u", span->span);
	if (!build_line(build, "span", name, "signalling"))
		span->signalling = CONFIG_SIGNALLING_NONE;
	else if (span->signalling >= CONFIG_SIGNALLING_NONE)
		span->signalling++; /* fxo, em, r2 have no place in the enum yet */
	if (!build_line(build, "span", name, "type"))
		span->type = span->signalling == CONFIG_FXS ? CONFIG_T1 : CONFIG_E1;
	bool e1 = span->type == CONFIG_E1;
	if (!build_line(build, "span", name, "switch"))
		span->switch_type = e1 ? CONFIG_EUROISDN : CONFIG_NI2;
	if (!build_line(build, "span", name, "framing"))
		span->framing = e1 ? CONFIG_CCS : CONFIG_ESF;
	if (!build_line(build, "span", name, "coding"))
		span->coding = e1 ? CONFIG_HDB3 : CONFIG_B8ZS;
	if (!build_line(build, "span", name, "law"))
		span->law = e1 ? CONFIG_ALAW : CONFIG_MULAW;
}

int finish_spans(struct build *build)
{
	int error = 0;
	for (uint32_t i = 0; !error && i < build->config->span_count; i++) {
		default_span(build, &build->config->spans[i]);
		error = check_span(build, &build->config->spans[i]);
	}
	if (!error)
		error = check_locations(build);
	return error ? error : rank_clocks(build);
}

const struct config_span *build_span(const struct build *build, unsigned number)
{
	const struct config *config = build->config;
	for (uint32_t i = 0; i < config->span_count; i++)
		if (config->spans[i].span == number)
			return &config->spans[i];
	return NULL;
}

bool build_telephone(const struct build *build, unsigned span, unsigned timeslot, char *why, size_t why_size)
{
	const struct config_span *found = build_span(build, span);
	size_t used = 0;
	if (!found)
		text_append(why, why_size, &used, "there is no span %u", span);
	else if (found->signalling != CONFIG_FXS)
		text_append(why, why_size, &used, "span %u has no telephones (its signalling is not fxs)", span);
	else if (timeslot > 24)
		text_append(why, why_size, &used, "span %u has telephones 1 to 24", span);
	else
		return true;
	return false;
}

static int check_telephone(struct build *build, const struct settings_line *line, unsigned span, unsigned timeslot)
{
	char why[80];
	return build_telephone(build, span, timeslot, why, sizeof(why)) ? 0 : build_refuse(build, line, "%s", why);
}

/* Which of an object's lines to name in a refusal: that of the leaf, else its first. */
static const struct settings_line *line_of(const struct build *build, enum object_class class, uint32_t index,
                                           const char *leaf)
{
	const char *name = build->names[class].name[index];
	const struct settings_line *line = leaf ? build_line(build, object_class_names[class], name, leaf) : NULL;
	for (uint32_t i = 0; !line && i < build->line_count; i++)
		if (!strcmp(build->lines[i]->word[0], object_class_names[class]) &&
		    !strcmp(build->lines[i]->word[1], name))
			line = build->lines[i];
	return line;
}

static int check_ports(struct build *build)
{
	int error = 0;
	for (uint32_t i = 0; !error && i < build->config->port_count; i++) {
		const struct config_port *port = &build->config->ports[i];
		error = check_telephone(build, line_of(build, OBJECT_PORT, i, NULL), port->span, port->timeslot);
	}
	return error;
}

/* A number outside must be one that a call out may go to. */
static int check_number_outside(struct build *build, uint32_t index)
{
	const struct config *config = build->config;
	const struct config_agent *agent = &config->agents[index];
	if (!config->outside_count)
		build_warn(build, "agent %u number %s: no outside rule leads there (rule no-outside)", agent->number,
		           agent->outside);
	for (uint32_t i = 0; i < build->line_count; i++)
		if (!strcmp(build->lines[i]->word[0], "emergency") && !strcmp(build->lines[i]->word[1], agent->outside))
			return build_refuse(build, line_of(build, OBJECT_AGENT, index, "number"),
			                    "it is an emergency number (rule emergency-number)");
	if (!strcmp(agent->outside, "112") || !strcmp(agent->outside, "911"))
		return build_refuse(build, line_of(build, OBJECT_AGENT, index, "number"),
		                    "it is an emergency number (rule emergency-number)");
	return 0;
}

static int check_agents(struct build *build)
{
	struct config *config = build->config;
	uint16_t *homes = calloc(256 * 32, sizeof(*homes));
	int error = homes ? 0 : -ENOMEM;
	for (uint32_t i = 0; !error && i < config->agent_count; i++) {
		const struct config_agent *agent = &config->agents[i];
		if (!agent->pin[0])
			build_warn(build, "agent %u has no pin and cannot log in", agent->number);
		else if (!pin_has_key(agent->pin))
			build_warn(build, "agent %u: the key of the box where the pin was set is missing: set it again",
			           agent->number);
		else if (pin_is_short(agent->pin))
			build_warn(build, "agent %u: a pin of less than 4 digits is easily guessed", agent->number);
		if (agent->outside[0])
			error = check_number_outside(build, i);
		if (error || !agent->home_span)
			continue;
		const struct settings_line *line = line_of(build, OBJECT_AGENT, i, "port");
		error = check_telephone(build, line, agent->home_span, agent->home_timeslot);
		uint16_t *home = &homes[agent->home_span * 32 + agent->home_timeslot];
		if (!error && *home)
			error =
			    build_refuse(build, line, "it is the home telephone of agent %u already (rule same-port)",
			                 config->agents[*home - 1].number);
		*home = (uint16_t)(i + 1);
	}
	free(homes);
	return error;
}

static void warn_prompt(struct build *build, const struct config_queue *queue, const char *leaf, const char *prompt)
{
	build_warn_prompt(build, prompt, "queue", queue->name, leaf);
}

static int check_queues(struct build *build)
{
	struct config *config = build->config;
	uint16_t *served = calloc(config->agent_count + 1, sizeof(*served));
	int error = served ? 0 : -ENOMEM;
	for (uint32_t i = 0; !error && i < config->queue_count; i++) {
		const struct config_queue *queue = &config->queues[i];
		if (strategy_available && !strategy_available((int)queue->strategy))
			error = build_refuse(build, line_of(build, OBJECT_QUEUE, i, "strategy"),
			                     "this release has no such scheduler yet");
		if (!queue->member_count)
			build_warn(build, "queue %s has no agents (rule no-agents)", queue->name);
		if (queue->hours[0] && queue->closed < 0)
			build_warn(
			    build,
			    "queue %s has hours but no closed treatment: callers are released (rule no-treatment)",
			    queue->name);
		warn_prompt(build, queue, "announce welcome", queue->welcome);
		warn_prompt(build, queue, "announce every", queue->every);
		if (strcmp(queue->whisper, "name"))
			warn_prompt(build, queue, "whisper", queue->whisper);
		for (uint32_t j = 0; !error && j < queue->member_count; j++)
			if (++served[queue->members[j].agent] > CONFIG_QUEUES_PER_AGENT_MAX)
				error = fault_set(build->fault, -ENOSPC,
				                  "queue %s agent %u: an agent serves at most %d queues", queue->name,
				                  config->agents[queue->members[j].agent].number,
				                  CONFIG_QUEUES_PER_AGENT_MAX);
	}
	free(served);
	return error;
}

static int check_trunks(struct build *build)
{
	struct config *config = build->config;
	for (uint32_t i = 0; i < config->trunk_count; i++) {
		const struct config_trunk *trunk = &config->trunks[i];
		if (!trunk->span_count)
			build_warn(build, "trunk group %s has no span", trunk->name);
		for (unsigned j = 0; j < trunk->span_count; j++) {
			const struct config_span *span = build_span(build, trunk->spans[j]);
			if (span && span->signalling == CONFIG_FXS)
				return fault_set(build->fault, -EINVAL,
				                 "trunk %s span %u: the span has telephones, no trunk", trunk->name,
				                 span->span);
		}
	}
	for (uint32_t i = 0; i < config->outside_count; i++)
		if (config->outsides[i].strip > strlen(config->outsides[i].prefix))
			build_warn(build, "outside %s: strips more digits than the prefix has",
			           config->outsides[i].prefix);
	return 0;
}

static int check_codes(struct build *build)
{
	struct config *config = build->config;
	for (int a = 0; a < CODE_COUNT; a++)
		for (int b = 0; b < CODE_COUNT; b++)
			if (a != b && !strncmp(config->codes[a], config->codes[b], strlen(config->codes[a])))
				return fault_set(build->fault, -EINVAL, "code %s %s: %s %s begins with the same keys",
				                 config_code_names[a], config->codes[a], config_code_names[b],
				                 config->codes[b]);
	return 0;
}

/* Rows and destinations that this release keeps but cannot carry out. */
static void warn_later(struct build *build)
{
	char text[160];
	for (uint32_t i = 0; i < build->line_count; i++) {
		const struct settings_line *line = build->lines[i];
		if (!setting_rows[line->row].later)
			continue;
		words_join(line->word, line->word_count, text, sizeof(text));
		build_warn(build, "%s: kept, has no effect in this release", text);
	}
	for (uint32_t i = 0; i < build->config->destination_count; i++) {
		const struct config_destination *to = &build->config->destinations[i];
		if (to->type == DEST_VOICEMAIL || to->type == DEST_FAX || to->type == DEST_CALLBACK)
			build_warn(build, "%s %s: calls sent there are released in this release",
			           config_destination_names[to->type], to->name);
		else if (to->type == DEST_ANNOUNCE)
			build_warn_prompt(build, to->name, "announce", to->name, "");
	}
}

/* Numbers typed replace these. */
static int default_emergency(struct config *config)
{
	config->emergency = calloc(2, CONFIG_DIGITS_BYTES);
	if (!config->emergency)
		return -ENOMEM;
	text_copy(config->emergency[0], CONFIG_DIGITS_BYTES, "112");
	text_copy(config->emergency[1], CONFIG_DIGITS_BYTES, "911");
	config->emergency_count = 2;
	return 0;
}

int check_config(struct build *build)
{
	static int (*const checks[])(struct build *) = {check_ports,     check_agents,  check_queues, check_skills,
	                                                check_routing,   check_trunks,  check_codes,  check_routes,
	                                                check_receivers, check_network, check_sounds, check_offers};
	struct config *config = build->config;
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		int error = checks[i](build);
		if (error)
			return error;
	}
	int error = config->emergency_count ? 0 : default_emergency(config);
	if (!error)
		error = check_rules(build);
	if (!error)
		error = add_headsets(build);
	if (!error)
		warn_later(build);
	return error;
}
