/*
 * New settings, applied in two phases: everything that can fail (memory, tones, what this build cannot do, spans), then
 * what cannot. Calls in progress go on except on a span whose signalling changed.
 */
#include "call/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* ---- translation: settings to the plain structs of the rooms ---- */

/* What a telephone's own lines add to those of its span. */
static void add_ports(const struct config *config, struct driver_span *out)
{
	uint32_t i;

	for (i = 0; i < config->port_count; i++) {
		const struct config_port *port = &config->ports[i];
		unsigned slot = port->timeslot;
		bool echo = port->echo_cancel == CONFIG_ECHO_ON;

		if (port->span != out->span || slot > DRIVER_TIMESLOTS_MAX)
			continue;
		out->receive_gain[slot] = (int16_t)(out->receive_gain[slot] + port->receive_gain);
		out->send_gain[slot] = (int16_t)(out->send_gain[slot] + port->send_gain);
		if (port->echo_cancel != CONFIG_ECHO_AS_SPAN && echo != out->echo_cancel)
			out->echo_exceptions |= UINT32_C(1) << slot;
	}
}

static void limit_gains(struct driver_span *out)
{
	unsigned slot;

	for (slot = 1; slot <= DRIVER_TIMESLOTS_MAX; slot++) {
		int16_t *gains[] = {&out->receive_gain[slot], &out->send_gain[slot]};
		unsigned i;

		for (i = 0; i < ARRAY_SIZE(gains); i++)
			if (*gains[i] > DRIVER_GAIN_MAX)
				*gains[i] = DRIVER_GAIN_MAX;
			else if (*gains[i] < -DRIVER_GAIN_MAX)
				*gains[i] = -DRIVER_GAIN_MAX;
	}
}

static void fill_sound(const struct config *config, const struct config_span *span, struct driver_span *out)
{
	unsigned slot;

	out->echo_cancel = span->echo_cancel;
	out->echo_taps = (uint16_t)(32u << span->echo_taps);
	for (slot = 1; slot <= DRIVER_TIMESLOTS_MAX; slot++) {
		out->receive_gain[slot] = (int16_t)span->receive_gain;
		out->send_gain[slot] = (int16_t)span->send_gain;
	}
	add_ports(config, out);
	limit_gains(out);
}

static struct line_span_settings span_settings(const struct config *config, const struct config_span *span)
{
	static const enum line_signalling signalling[] = {
	    [CONFIG_PRI_CPE] = LINE_PRI_CPE, [CONFIG_PRI_NET] = LINE_PRI_NET, [CONFIG_FXS] = LINE_FXS};
	static const enum line_switch switches[] = {
	    [CONFIG_EUROISDN] = LINE_EUROISDN, [CONFIG_NI1] = LINE_NI1,   [CONFIG_NI2] = LINE_NI2,
	    [CONFIG_DMS100] = LINE_DMS100,     [CONFIG_5ESS] = LINE_5ESS, [CONFIG_4ESS] = LINE_4ESS,
	    [CONFIG_QSIG] = LINE_QSIG,
	};
	static const enum span_framing framings[] = {[CONFIG_CCS] = SPAN_FRAMING_CCS,
	                                             [CONFIG_CAS] = SPAN_FRAMING_CAS,
	                                             [CONFIG_ESF] = SPAN_FRAMING_ESF,
	                                             [CONFIG_D4] = SPAN_FRAMING_D4};
	static const enum span_coding codings[] = {
	    [CONFIG_HDB3] = SPAN_CODING_HDB3, [CONFIG_AMI] = SPAN_CODING_AMI, [CONFIG_B8ZS] = SPAN_CODING_B8ZS};
	struct line_span_settings out = {0};

	out.driver.span = span->span;
	out.driver.type = span->type == CONFIG_E1 ? SPAN_E1 : SPAN_T1;
	out.driver.use = span->signalling == CONFIG_FXS ? SPAN_USE_FXS : SPAN_USE_PRI;
	out.driver.law = span->law == CONFIG_ALAW ? SPAN_ALAW : SPAN_MULAW;
	out.driver.framing = framings[span->framing];
	out.driver.coding = codings[span->coding];
	out.driver.crc4 = span->crc4;
	out.driver.line_build_out = span->line_build_out;
	out.driver.yellow_when_closed = span->yellow;
	out.driver.clock_rank = span->clock_rank;
	out.driver.flash_min_ms = 200;
	out.driver.flash_max_ms = PHONE_FLASH_MAX_MS;
	fill_sound(config, span, &out.driver);
	text_copy(out.driver.location, sizeof(out.driver.location), span->location);
	out.driver.may_be_absent = span->location[0] != '\0';
	out.signalling = signalling[span->signalling];
	out.switch_type = switches[span->switch_type];
	out.hunt = span->hunt_ascending ? LINE_HUNT_ASCENDING : LINE_HUNT_DESCENDING;
	out.overlap_in = span->overlap == CONFIG_OVERLAP_IN || span->overlap == CONFIG_OVERLAP_BOTH;
	out.overlap_out = span->overlap == CONFIG_OVERLAP_OUT || span->overlap == CONFIG_OVERLAP_BOTH;
	out.off_channels = span->off_service ? UINT32_MAX : span->channels_off;
	out.resync_ms = span->idle_resync_ms;
	out.inband_on_setup_ack = span->switch_type == CONFIG_QSIG;
	return out;
}

static void fill_skills(struct acd_queue_settings *out, const struct config_queue *queue)
{
	unsigned i;

	out->need_count = queue->need_count;
	for (i = 0; i < queue->need_count; i++)
		out->needs[i] = (struct acd_need){
		    .skill = queue->needs[i].skill, .level = queue->needs[i].level, .weight = queue->needs[i].weight};
	out->skip = (enum acd_skip)queue->skip;
	out->relax_count = queue->relax_count;
	for (i = 0; i < queue->relax_count; i++)
		out->relax[i] = (struct acd_relax){.after_ms = queue->relax[i].after_ms,
		                                   .skill = queue->relax[i].skill,
		                                   .level = queue->relax[i].level};
}

static void fill_overload(struct acd_queue_settings *out, const struct config_queue *queue)
{
	unsigned i;

	for (i = 0; i < ACD_RESERVES; i++)
		out->reserve[i] = (struct acd_reserve){.waiting = queue->reserve[i].waiting,
		                                       .waiting_until = queue->reserve[i].waiting_until,
		                                       .oldest_ms = queue->reserve[i].oldest_ms,
		                                       .oldest_until_ms = queue->reserve[i].oldest_until_ms,
		                                       .level = queue->reserve[i].level,
		                                       .level_until = queue->reserve[i].level_until};
	out->best_count = queue->best_count;
	memcpy(out->best, queue->best, sizeof(out->best));
}

static void fill_queue(struct acd_queue_settings *out, const struct config_queue *queue, uint32_t first)
{
	text_copy(out->name, sizeof(out->name), queue->name);
	out->strategy = (enum acd_strategy)queue->strategy;
	out->ring_time_ms = (uint32_t)queue->ring_time_ms;
	out->retry_ms = (uint32_t)queue->retry_ms;
	out->wrap_up_ms = (uint32_t)queue->wrap_up_ms;
	out->priority = queue->priority;
	out->ageing_ms = queue->ageing_ms;
	out->autopause_after = queue->autopause_after;
	out->autopause_on = (enum acd_miss)queue->autopause_on;
	out->autopause_here = queue->autopause_here;
	out->autopause_delay_ms = (uint32_t)queue->autopause_delay_ms;
	out->sticky_ms = (uint32_t)queue->sticky_ms;
	fill_overload(out, queue);
	out->direct = queue->direct;
	out->share_strict = queue->share_strict;
	out->progressive_ms = (uint32_t)queue->progressive_ms;
	out->weight = queue->weight;
	out->length_max = queue->length_max;
	out->wait_max_ms = queue->wait_max_ms;
	out->service_level_ms = (uint32_t)queue->service_level_ms;
	out->short_abandon_ms = (uint32_t)queue->short_abandon_ms;
	/* A treatment for "nobody" applies as soon as it is set; without one callers wait. */
	out->join_states = queue->join_states;
	if (!out->join_states && queue->nobody >= 0)
		out->join_states = ACD_STATES_STAFFED;
	out->leave_states = queue->leave_states;
	out->grace_ms = (uint32_t)queue->grace_ms;
	out->member_first = first;
	out->member_count = queue->member_count;
	fill_skills(out, queue);
}

_Static_assert(ACD_LOGGED_OUT == 0 && ACD_UNPLUGGED == 8, "the settings know the states by their order");
_Static_assert(CONFIG_BEST_MAX == ACD_BEST_MAX, "the settings hold what the scheduler takes");
_Static_assert(CONFIG_SKILLS_MAX == ACD_SKILLS_MAX, "the settings hold what the scheduler takes");
_Static_assert(CONFIG_NEEDS_MAX == ACD_NEEDS_MAX, "the settings hold what the scheduler takes");
_Static_assert(CONFIG_RELAX_MAX == ACD_RELAX_MAX, "the settings hold what the scheduler takes");

static void fill_agents(struct acd_settings *settings, const struct config *config, const struct timer_values *timers)
{
	uint32_t i;

	settings->skill_count = config->skill_count;
	for (i = 0; i < config->skill_count; i++)
		text_copy(settings->skills[i], sizeof(settings->skills[i]), config->skills[i]);
	for (i = 0; i < config->agent_count; i++) {
		settings->agents[i].number = config->agents[i].number;
		settings->agents[i].headset = config->agents[i].headset;
		settings->agents[i].direct_in_turn = config->agents[i].direct_in_turn;
		settings->agents[i].prefer = (enum acd_prefer)config->agents[i].prefer;
		settings->agents[i].occupancy_max = config->agents[i].occupancy_max;
		settings->agents[i].rest_ms = (uint32_t)config->agents[i].rest_ms;
		settings->agents[i].ring_time_ms = (uint32_t)config->agents[i].ring_time_ms;
		settings->agents[i].retry_ms = config->agents[i].outside[0] ? timers->ms[TIMER_remote_retry] : 0;
		settings->agents[i].own_wrap_up = config->agents[i].own_wrap_up;
		settings->agents[i].wrap_up_ms = (uint32_t)config->agents[i].wrap_up_ms;
		text_copy(settings->agents[i].name, sizeof(settings->agents[i].name), config->agents[i].name);
		memcpy(settings->agents[i].level, config->agents[i].level, sizeof(settings->agents[i].level));
	}
}

static struct acd_pause_limit pause_limit(const struct config_pause_limit *limit)
{
	return (struct acd_pause_limit){.after_ms = (uint32_t)limit->after_ms, .log_out = limit->log_out};
}

static void fill_pauses(struct acd_settings *settings, const struct config *config)
{
	uint32_t i;

	for (i = 0; i < ACD_REASONS; i++)
		settings->pause_limits[i] = pause_limit(&config->pause_limit);
	for (i = 0; i < config->reason_count; i++)
		if (config->reasons[i].own_limit)
			settings->pause_limits[config->reasons[i].number] = pause_limit(&config->reasons[i].limit);
}

static int acd_settings_of(const struct config *config, const struct timer_values *timers, struct acd_settings **out)
{
	struct acd_settings *settings;
	uint32_t members = 0, i, m;
	int error;

	for (i = 0; i < config->queue_count; i++)
		members += config->queues[i].member_count;
	error = acd_settings_new(&settings, config->queue_count, config->agent_count, members);
	if (error)
		return error;
	settings->revision = config->revision;
	settings->offer_lease_ms = timers->ms[TIMER_offer_lease];
	settings->choice = (enum acd_choice)config->call_choice;
	settings->idle_after_wrap_up = config->idle_after_wrap_up;
	settings->idle_after_pause = config->idle_after_pause;
	settings->idle_after_own_call = config->idle_after_own_call;
	settings->work_without_wrap_up = config->work_without_wrap_up;
	settings->seed = config->random_seed;
	fill_agents(settings, config, timers);
	fill_pauses(settings, config);
	for (i = 0, members = 0; i < config->queue_count; i++) {
		const struct config_queue *queue = &config->queues[i];

		fill_queue(&settings->queues[i], queue, members);
		for (m = 0; m < queue->member_count; m++, members++)
			settings->members[members] = (struct acd_member){.agent = (acd_agent)queue->members[m].agent,
			                                                 .penalty = queue->members[m].penalty,
			                                                 .weight = queue->members[m].weight,
			                                                 .reserve = queue->members[m].reserve,
			                                                 .share = queue->members[m].share};
	}
	*out = settings;
	return 0;
}

static void timers_of(const struct config *config, struct timer_values *values)
{
	uint32_t i;
	int row;

	timer_values_initial(values);
	for (i = 0; i < config->timer_count; i++)
		for (row = 0; row < TIMER_ROW_COUNT; row++)
			if (strcmp(timer_rows[row].name, config->timers[i].name) == 0)
				values->ms[row] = (uint32_t)config->timers[i].ms;
}

/* ---- what this build cannot do is refused, never half done ---- */

static int check_destinations(const struct config *config, struct fault *fault)
{
	uint32_t i;

	for (i = 0; i < config->destination_count; i++) {
		enum config_destination_type type = config->destinations[i].type;

		if (type != DEST_NONE && !destination_supported(type))
			return fault_set(fault, -ENOTSUP, "destination \"%s %s\": this release has no %s yet",
			                 config_destination_names[type], config->destinations[i].name,
			                 config_destination_names[type]);
	}
	return 0;
}

static int check(const struct config *config, struct fault *fault)
{
	uint32_t i;

	for (i = 0; i < config->span_count; i++)
		if (config->spans[i].span == 0 || config->spans[i].span > CONFIG_SPANS_MAX)
			return fault_set(fault, -ERANGE, "span %u: this build has spans 1 to %u", config->spans[i].span,
			                 CONFIG_SPANS_MAX);
	return check_destinations(config, fault);
}

/* ---- spans ---- */

static void tell_media(struct control *control, unsigned span)
{
	struct media_command command = {
	    .type = MEDIA_SPAN, .channel = driver_channel(span, 1), .peer = DRIVER_NO_CHANNEL};

	if (media_send(control->parts.media, &command) < 0)
		log_write(LOG_ERROR, LOG_CALL, "span %u: the audio thread did not hear of the change", span);
}

static const struct config_span *find_span(const struct config *config, unsigned span)
{
	uint32_t i;

	for (i = 0; config && i < config->span_count; i++)
		if (config->spans[i].span == span && config->spans[i].signalling != CONFIG_SIGNALLING_NONE)
			return &config->spans[i];
	return NULL;
}

static bool same_sound(const struct config *config, const struct config_span *a, const struct config *old,
                       const struct config_span *b)
{
	struct driver_span one = {.span = a->span}, other = {.span = b->span};

	fill_sound(config, a, &one);
	fill_sound(old, b, &other);
	return one.echo_cancel == other.echo_cancel && one.echo_taps == other.echo_taps &&
	       one.echo_exceptions == other.echo_exceptions &&
	       memcmp(one.receive_gain, other.receive_gain, sizeof(one.receive_gain)) == 0 &&
	       memcmp(one.send_gain, other.send_gain, sizeof(one.send_gain)) == 0;
}

static bool same_span(const struct config *config, const struct config *old, unsigned span)
{
	const struct config_span *a = find_span(config, span), *b = find_span(old, span);

	return a && b && same_sound(config, a, old, b) && strcmp(a->location, b->location) == 0 && a->type == b->type &&
	       a->signalling == b->signalling && a->switch_type == b->switch_type && a->law == b->law &&
	       a->framing == b->framing && a->coding == b->coding && a->overlap == b->overlap && a->crc4 == b->crc4 &&
	       a->hunt_ascending == b->hunt_ascending && a->off_service == b->off_service &&
	       a->channels_off == b->channels_off && a->clock_rank == b->clock_rank &&
	       a->idle_resync_ms == b->idle_resync_ms && a->line_build_out == b->line_build_out &&
	       a->yellow == b->yellow;
}

static int set_span(struct control *control, const struct config *config, unsigned number, struct fault *fault)
{
	const struct config_span *span = find_span(config, number);
	struct line_span_settings settings = span_settings(config, span);

	/* A card that has died keeps the box from nothing; one that is asked for now must be there. */
	settings.driver.may_be_absent = settings.driver.may_be_absent || !control->config;
	span_tests_end(control, span->span);
	bool fresh = !line_span_settings_of(control->line, span->span);
	int error = line_span_set(control->line, &settings, fault);

	if (!error && fresh)
		span_tests_none(control, span->span);
	tell_media(control, span->span);
	return error;
}

/* A span whose card is gone when the box starts takes no other with it; each later commit tries it again. */
static void mark_missing(struct control *control, unsigned span, bool missing, const char *why)
{
	char key[32];

	if (!missing && !control->span_missing[span])
		return;
	snprintf(key, sizeof(key), "span %u card", span);
	control->span_missing[span] = missing;
	if (missing)
		alarm_raise(control, SEVERITY_CRITICAL, key, "Out of service: %s", why);
	else
		alarm_clear(control, key);
}

static int start_span(struct control *control, const struct config *config, unsigned span, struct fault *fault)
{
	bool again = control->span_missing[span], same = same_span(config, control->config, span);
	int error;

	if (same && !again)
		return 0;
	error = set_span(control, config, span, fault);
	if (error && (!control->config || (same && again))) {
		mark_missing(control, span, true, fault->text);
		return 0;
	}
	if (!error)
		mark_missing(control, span, false, NULL);
	return error;
}

static void restore_span(struct control *control, unsigned span)
{
	const struct config_span *old = find_span(control->config, span);
	struct fault ignored;

	if (control->span_missing[span])
		return;
	if (!old)
		line_span_stop(control->line, span);
	else if (set_span(control, control->config, span, &ignored) < 0)
		log_write(LOG_ERROR, LOG_CALL, "span %u could not be put back: %s", span, ignored.text);
	tell_media(control, span);
}

static int start_spans(struct control *control, const struct config *config, struct fault *fault)
{
	unsigned span, failed;
	int error = 0;

	for (span = 1; span <= CONFIG_SPANS_MAX && !error; span++) {
		if (find_span(config, span))
			error = start_span(control, config, span, fault);
	}
	if (!error)
		return 0;
	failed = span - 1;
	for (span = 1; span <= failed; span++)
		if (!same_span(config, control->config, span))
			restore_span(control, span);
	return error;
}

void spans_without_yellow(const struct control *control, char *text, size_t size)
{
	const struct config *config = control->config;
	size_t used = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i < config->span_count; i++)
		if (config->spans[i].yellow && config->spans[i].signalling != CONFIG_SIGNALLING_NONE &&
		    !driver_span_has_line(control->parts.driver, config->spans[i].span))
			text_append(text, size, &used, "%s%u", used ? ", " : "", config->spans[i].span);
}

static void stop_spans(struct control *control, const struct config *config)
{
	unsigned span;

	for (span = 1; span <= CONFIG_SPANS_MAX; span++)
		if (find_span(control->config, span) && !find_span(config, span)) {
			line_tests_span_gone(control, span);
			line_span_stop(control->line, span);
			tell_media(control, span);
			mark_missing(control, span, false, NULL);
		}
}

/* ---- calls that refer to the old settings ---- */

static int32_t same_queue(const struct config *config, const char *name)
{
	uint32_t i;

	for (i = 0; i < config->queue_count; i++)
		if (strcmp(config->queues[i].name, name) == 0)
			return (int32_t)i;
	return -1;
}

static int32_t same_destination(const struct config *config, const struct config *old, int32_t index)
{
	const struct config_destination *wanted;
	uint32_t i;

	if (index <= DESTINATION_OWN)
		return index;
	if (index < 0 || !old || (uint32_t)index >= old->destination_count)
		return -1;
	wanted = &old->destinations[index];
	for (i = 0; i < config->destination_count; i++)
		if (config->destinations[i].type == wanted->type && config->destinations[i].cause == wanted->cause &&
		    strcmp(config->destinations[i].name, wanted->name) == 0)
			return (int32_t)i;
	return -1;
}

static int32_t same_outside(const struct config *config, const struct config *old, uint32_t index)
{
	uint32_t i;

	for (i = 0; old && index < old->outside_count && i < config->outside_count; i++)
		if (strcmp(config->outsides[i].prefix, old->outsides[index].prefix) == 0)
			return (int32_t)i;
	return -1;
}

static int32_t direct_queue(const struct config *config)
{
	return config->queue_count && config->queues[config->queue_count - 1].direct ? (int32_t)config->queue_count - 1
	                                                                             : -1;
}

static void move_calls(struct control *control, const struct config *config)
{
	struct call *call;

	for (call = control->first; call; call = call->next) {
		call->destination = same_destination(config, control->config, call->destination);
		call->outside = (uint32_t)same_outside(config, control->config, call->outside);
		if (call->queue < 0)
			continue;
		call->queue = control->config && control->config->queues[call->queue].direct
		                  ? direct_queue(config)
		                  : same_queue(config, call->record.queue);
		if (call->queue < 0) {
			timer_stop(control->timers, &call->announce_timer);
			timer_stop(control->timers, &call->overflow_timer);
			call->overflow_due = false;
		}
	}
}

/*
 * The queue in which calls for single agents wait, behind all others. A caller hears ringing and nothing else, so the
 * network's patience (T301) is the limit of the wait. At the build's limit of queues there is none.
 */
static int add_direct_queue(struct config *config, const struct timer_values *timers)
{
	struct config_queue *queues, *direct;

	if (config->queue_count == CONFIG_QUEUES_MAX)
		return 0;
	queues = reallocarray(config->queues, config->queue_count + 1, sizeof(*queues));
	if (!queues)
		return -ENOMEM;
	config->queues = queues;
	direct = &queues[config->queue_count++];
	memset(direct, 0, sizeof(*direct));
	memset(direct->key, 0xff, sizeof(direct->key)); /* -1: no destination */
	text_copy(direct->name, sizeof(direct->name), "*direct");
	direct->direct = true;
	direct->strategy = CONFIG_LINEAR;
	direct->answer = CONFIG_ANSWER_AGENT;
	direct->priority = 5;
	direct->overflow = direct->full = direct->closed = direct->nobody = direct->timeout = -1;
	direct->ring_time_ms = timers->ms[TIMER_no_answer];
	direct->wait_max_ms = timers->ms[TIMER_T301];
	direct->service_level_ms = 20000;
	return 0;
}

/* What was deleted has no alarms and no locks any more; what is new and cannot work has one. */
static void forget_deleted(struct control *control)
{
	line_alarms_settings(control);
	places_look(control);
	pin_locks_settings(control);
	caps_settings(control);
}

/* ---- all of it ---- */

static void tell_left_out(struct control *control, const struct config *config)
{
	if (config->left_out_count)
		alarm_raise(control, SEVERITY_MAJOR, "settings-left-out",
		            "Lines of the settings that cannot be used by this firmware: %u. The first: %s",
		            config->left_out_count, config->left_out);
	else
		alarm_clear(control, "settings-left-out");
}

int control_apply(struct control *control, struct config *config, struct fault *fault)
{
	struct media_command country = {.type = MEDIA_COUNTRY, .channel = DRIVER_NO_CHANNEL, .peer = DRIVER_NO_CHANNEL};
	struct acd_event event = {.type = ACD_SETTINGS};
	struct config *old = control->config;
	struct timer_values timers;
	int error = check(config, fault);

	if (error)
		return error;
	timers_of(config, &timers);
	error = add_direct_queue(config, &timers);
	if (!error)
		error = acd_settings_of(config, &timers, &event.settings);
	if (error)
		return fault_set(fault, error, "no memory for the queues");
	if (!old || strcmp(old->country, config->country) != 0)
		error = media_country_load(config->country, &country.country, fault);
	if (!error)
		error = start_spans(control, config, fault);
	if (error) {
		acd_settings_free(event.settings);
		return error;
	}
	/* From here on nothing fails. */
	control->timer_values = timers;
	line_set_timers(control->line, &timers);
	if (country.country && media_send(control->parts.media, &country) < 0)
		log_write(LOG_ERROR, LOG_CALL, "the audio thread did not hear of the new country");
	if (old)
		stop_spans(control, config);
	zone_set(control, config->timezone);
	sounds_before(control, config);
	phones_attach(control, config);
	huntgroup_settings(control, config);
	menu_settings(control, config);
	move_calls(control, config);
	routes_settings(control, config);
	hours_settings(control, config);
	queue_alarms_settings(control, config);
	alarms_receivers(control, config);
	tell_left_out(control, config);
	control->config = config;
	sounds_settings(control);
	forget_deleted(control);
	if (!timer_running(&control->closing_timer))
		timer_start(control->timers, &control->closing_timer, control->now_us + US_PER_S);
	control_send_acd(control, &event);
	remotes_settings(control);
	dispositions_settings(control, !old);
	if (!old) {
		dispositions_restore(control);
		kept_logins_restore(control);
	}
	day_watch(control);
	if (control->parts.journal)
		event_files_set_size(control->parts.journal, (uint64_t)config->journal_mib << 20);
	config_free(old);
	log_write(LOG_NOTICE, LOG_CALL, "settings applied: %u spans, %u agents, %u queues", config->span_count,
	          config->agent_count, config->queue_count);
	return 0;
}
