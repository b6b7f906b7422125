/* The control actor: drains what media, line, acd, store and admin have to say, and runs its timers. */
#include "call/parts.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define CONTROL_TIMERS                                                                                                 \
	(CONFIG_CALLS_MAX * 6 + MEDIA_CHANNELS_MAX * 2 + CONTROL_TESTS_MAX + REMOTE_PLACES + CONFIG_SPANS_MAX * 2 +    \
	 CONTROL_PAGES_MAX + 9)
#define CONTROL_REQUESTS 64

void control_send_acd(struct control *control, const struct acd_event *event)
{
	struct acd_event stamped = *event;

	stamped.at_us = control->now_us;
	if (acd_actor_send(control->parts.acd, &stamped) < 0)
		log_write(LOG_ERROR, LOG_CALL, "call %08x: the scheduler does not keep up, event %s was lost",
		          event->call, acd_event_names[event->type]);
}

/* ---- what the audio thread says ---- */

static void media_digit(struct control *control, const struct media_event *event)
{
	struct phone *phone = phone_at(control, event->channel);
	struct call *call;

	if (phone && !(phone->state == PHONE_IN_CALL && phone->call)) {
		if (!phone->no_tone_dialling)
			phone_digit(phone, event->digit);
		return;
	}
	call = phone ? phone->call : control->channel_call[event->channel];
	if (call && call->remote)
		remote_digit(call->remote, event->digit);
	if (phone)
		disposition_call_digit(phone, event->digit);
	if (!call || call->a.channel != event->channel)
		return;
	if (call->state == CALL_QUEUED)
		queue_digit(call, event->digit);
	else if (call->state == CALL_MENU)
		menu_digit(call, event->digit);
	else if (call->state == CALL_LOGIN)
		login_line_digit(call, event->digit);
}

static void media_play_done(struct control *control, const struct media_event *event)
{
	struct phone *phone = phone_at(control, event->channel);
	struct call *call;

	if (event->play.token == 0 || page_played(control, event->play.token) || event->play.stopped)
		return;
	call = phone ? phone->call : control->channel_call[event->channel];
	if (call && call->play_token == event->play.token) {
		call->play_token = 0;
		if (call->state == CALL_QUEUED)
			announce_played(call);
		else if (call->state == CALL_MENU)
			menu_play_done(call);
		else if (call->state == CALL_LOGIN)
			login_line_played(call);
		else if (call->remote)
			remote_played(call->remote);
		else
			destination_play_done(call);
	} else if (phone) {
		phone_play_done(phone, event->play.token);
	}
}

static void media_driver(struct control *control, const struct driver_event *event)
{
	struct phone *phone;

	if (event->type == DRIVER_ALARM) {
		line_alarm(control->line, driver_channel_span(event->channel), event->alarms);
		return;
	}
	if (event->type == DRIVER_CLOCK_SOURCE) {
		if (event->channel == DRIVER_NO_CHANNEL)
			log_write(LOG_WARNING, LOG_CALL, "no span gives the clock");
		else
			log_write(LOG_NOTICE, LOG_CALL, "span %u gives the clock", driver_channel_span(event->channel));
		return;
	}
	phone = phone_at(control, event->channel);
	if (phone)
		phone_driver_event(phone, event);
}

static void clock_is_lost(void *argument)
{
	alarm_raise(argument, SEVERITY_CRITICAL, "clock",
	            "No span delivers samples: time goes on by the box's own clock. Check the trunk cables.");
}

/* A gap of a few periods is bridged and no alarm; one that lasts is. */
static void clock_state(struct control *control, bool lost)
{
	if (lost) {
		control_start(control, &control->clock_timer, TIMER_no_clock);
		return;
	}
	timer_stop(control->timers, &control->clock_timer);
	alarm_clear(control, "clock");
}

static void media_said(struct control *control, const struct media_event *event)
{
	switch (event->type) {
	case MEDIA_DTMF_BEGIN:
		media_digit(control, event);
		break;
	case MEDIA_PLAY_DONE:
		media_play_done(control, event);
		break;
	case MEDIA_DRIVER:
		media_driver(control, &event->driver);
		break;
	case MEDIA_NO_CLOCK:
		clock_state(control, event->flag);
		break;
	case MEDIA_TEST_REPORT:
		line_tests_report(control, event);
		break;
	case MEDIA_TAKE_DONE:
		recorder_taken(control);
		break;
	case MEDIA_SILENT:
		sounds_silent(control, event->channel, event->flag);
		break;
	case MEDIA_DTMF_END:
	case MEDIA_CALLER_ID_DONE:
	case MEDIA_DIGITS_DONE:
		break;
	}
}

/* ---- what the store says ---- */

/* The alarm stands until all of them were reached or dealt with. */
static void callbacks_changed(struct control *control, uint32_t open)
{
	if (open == 0)
		alarm_clear(control, "callbacks");
	else if (control->reconciliation[0])
		alarm_raise(control, SEVERITY_MINOR, "callbacks", "The box was restarted: %s; see show callbacks.",
		            control->reconciliation);
	else
		alarm_raise(control, SEVERITY_MINOR, "callbacks",
		            "Callers whom a restart cut off are to be called back; see show callbacks.");
}

static void store_said(struct control *control, const struct store_event *event)
{
	switch (event->type) {
	case STORE_DURABLE:
		incoming_durable(control, (uint32_t)event->token, event->flag);
		break;
	case STORE_ALARM:
		if (event->flag)
			alarm_raise(control, SEVERITY_MAJOR, "records", "Call records cannot be written: %s",
			            event->text);
		else
			alarm_clear(control, "records");
		break;
	case STORE_RECOVERED:
		text_copy(control->reconciliation, sizeof(control->reconciliation), event->text);
		log_write(LOG_NOTICE, LOG_CALL, "the box was restarted: %s", event->text);
		break;
	case STORE_DISPOSED:
		disposition_kept(control, (uint32_t)event->token, event->flag);
		break;
	case STORE_CALLBACKS:
		callbacks_changed(control, event->count);
		break;
	}
}

static bool hear_journal(struct control *control)
{
	struct event_files_event event;
	bool did = false;

	for (; control->parts.journal && event_files_next(control->parts.journal, &event); did = true)
		if (event.on)
			alarm_raise(control, SEVERITY_MINOR, "journal", "The scheduler's journal %s", event.text);
		else
			alarm_clear(control, "journal");
	return did;
}

/* ---- what the console asks ---- */

static void finish(struct control_request *request, int result)
{
	struct doorbell *bell = request->bell;

	request->result = result;
	atomic_store_explicit(&request->done, true, memory_order_release);
	if (bell)
		doorbell_ring(bell);
}

static void stop_when_empty(struct control *control)
{
	struct call *call;

	if (!control->stopping || control->stopped)
		return;
	for (call = control->first; call; call = call->next)
		if (call->state != CALL_WRAP_UP)
			return;
	timer_stop(control->timers, &control->stop_timer);
	while (control->first)
		call_finish(control->first);
	control->stopped = true;
	log_write(LOG_NOTICE, LOG_CALL, "stopped: all calls have ended");
	reaction_say(control);
	if (control->stop_request)
		finish(control->stop_request, 0);
	control->stop_request = NULL;
}

static void stop_timed_out(void *argument)
{
	struct control *control = argument;

	while (control->first) {
		record_close(control->first);
		call_finish(control->first);
	}
	stop_when_empty(control);
}

static void stop(struct control *control, struct control_request *request)
{
	struct call *call, *next;

	control->stopping = true;
	control->stop_request = request;
	log_write(LOG_NOTICE, LOG_CALL, "stopping: %u calls in progress are ended", control->call_count);
	/* A call that goes takes the one out to its agent along: that one is never the next. */
	for (call = control->first; call; call = next) {
		for (next = call->next; next && next->remote;)
			next = next->next;
		call_end(call, 41, CALL_WITHDRAWN, "box stopped");
	}
	control_start(control, &control->stop_timer, TIMER_T308);
	stop_when_empty(control);
}

/* At the telephone named, else at home, else at the number outside. */
static int agent_log_in(struct control *control, const struct control_request *request, struct fault *fault)
{
	int32_t index = agent_index(control, request->number);
	const struct config_agent *agent = index < 0 ? NULL : &control->config->agents[index];
	unsigned span = request->port_span, timeslot = request->port_timeslot;
	struct phone *phone;

	if (!agent)
		return fault_set(fault, -ENOENT, "there is no agent %u", request->number);
	if (!span && !request->outside) {
		span = agent->home_span;
		timeslot = agent->home_timeslot;
	}
	if (!span && !request->outside && !agent->outside[0])
		return fault_set(fault, -EINVAL,
		                 "agent %u login: expected a telephone, such as 2/1; the settings give neither a home "
		                 "telephone nor a number outside",
		                 request->number);
	if (!span)
		return remote_log_in(control, request->number, NULL, fault);
	phone = span > CONFIG_SPANS_MAX ? NULL : phone_at(control, driver_channel(span, timeslot));
	if (!phone)
		return fault_set(fault, -ENOENT, "agent %u login %u/%u: there is no such telephone", request->number,
		                 span, timeslot);
	return phone_log_in(phone, request->number, fault);
}

static int agent_request(struct control *control, struct control_request *request)
{
	static const enum acd_event_type events[] = {
	    [CONTROL_AGENT_LOGOUT] = ACD_AGENT_LOGOUT,
	    [CONTROL_AGENT_PAUSE] = ACD_AGENT_PAUSE,
	    [CONTROL_AGENT_READY] = ACD_AGENT_READY,
	};
	struct acd_event event = {.type = events[request->type], .port = ACD_NONE, .reason = request->reason};
	int32_t index = agent_index(control, request->number);

	if (index < 0)
		return fault_set(&request->fault, -ENOENT, "there is no agent %u", request->number);
	if (!agent_phone(control, request->number) && !agent_remote(control, request->number))
		return fault_set(&request->fault, -ENOTCONN, "agent %u is not logged in", request->number);
	if (request->type == CONTROL_AGENT_PAUSE && !pause_allowed(control, request->reason))
		return fault_set(&request->fault, -EINVAL,
		                 request->reason
		                     ? "agent %u pause %u: there is no such reason"
		                     : "agent %u pause: expected a reason's number, the settings ask for one",
		                 request->number, request->reason);
	if (request->type == CONTROL_AGENT_LOGOUT && !logout_allowed(control, request->reason))
		return fault_set(&request->fault, -EINVAL,
		                 request->reason
		                     ? "agent %u logout %u: there is no such reason for logging out"
		                     : "agent %u logout: expected a reason's number, the settings ask for one",
		                 request->number, request->reason);
	if (request->type != CONTROL_AGENT_PAUSE && disposition_refuses(control, request->number, &request->fault))
		return -EBUSY;
	event.agent = (acd_agent)index;
	control_send_acd(control, &event);
	return 0;
}

static void carry_out(struct control *control, struct control_request *request)
{
	struct call *call;
	int result = 0;

	switch (request->type) {
	case CONTROL_APPLY:
		result = control_apply(control, request->config, &request->fault);
		if (!result)
			spans_without_yellow(control, request->text_long, sizeof(request->text_long));
		break;
	case CONTROL_VIEW:
		control_fill_view(control, request->view);
		break;
	case CONTROL_STOP:
		stop(control, request);
		return;
	case CONTROL_DRAIN:
		drain(control, request);
		if (request->number)
			return; /* drain_step() goes on */
		break;
	case CONTROL_LOCAL_TIME:
		result = zone_wall_s(request->text, &request->wall_s, &request->fault);
		if (!result)
			zone_format(request->wall_s, request->text_long, sizeof(request->text_long));
		break;
	case CONTROL_CLEAR_CALL:
		call = call_by_id(control, request->number);
		if (!call || call->state == CALL_WRAP_UP)
			result =
			    fault_set(&request->fault, -ENOENT, "there is no call %u in progress", request->number);
		else
			call_end(call, 31, CALL_WITHDRAWN, "cleared from the console");
		break;
	case CONTROL_TEST_BEGIN:
		result = line_test_begin(control, &request->test, &request->number, &request->fault);
		break;
	case CONTROL_TEST_STOP:
		result = line_test_stop(control, request->number, &request->fault);
		break;
	case CONTROL_SPAN_ACTION:
		result = span_action(control, request);
		break;
	case CONTROL_HARDWARE:
		request->number = driver_hardware_list(control->parts.driver, request->hardware, CONTROL_HARDWARE_MAX);
		break;
	case CONTROL_ANNOUNCE:
		result = page_announce(control, request);
		break;
	case CONTROL_ANNOUNCE_STOP:
		result = page_stop(control, request);
		break;
	case CONTROL_HEADSET:
		result = headset_request(control, request);
		break;
	case CONTROL_RECORD:
		result = recorder_from_card(control, request);
		break;
	case CONTROL_RECORD_STOP:
		result = recorder_stop(control, request);
		break;
	case CONTROL_RECORD_KEPT:
		recorder_kept(control, request);
		break;
	case CONTROL_CALL_PRIORITY:
		result = supervise_priority(control, request);
		break;
	case CONTROL_CALL_WITHDRAW:
		result = supervise_withdraw(control, request);
		break;
	case CONTROL_QUEUE_EVACUATE:
		result = supervise_evacuate(control, request);
		break;
	case CONTROL_QUEUE_DRAIN:
		result = supervise_drain(control, request);
		break;
	case CONTROL_CALLBACK_DONE:
		result = store_callback_done(control->parts.store, request->number);
		break;
	case CONTROL_AGENT_LOGIN:
		result = agent_log_in(control, request, &request->fault);
		break;
	case CONTROL_AGENT_DISPOSITION:
		result = disposition_give(control, request->number, request->text, &request->fault);
		break;
	case CONTROL_AGENT_LOGOUT:
	case CONTROL_AGENT_PAUSE:
	case CONTROL_AGENT_READY:
		result = agent_request(control, request);
		break;
	}
	finish(request, result);
}

int control_ask(struct control *control, struct control_request *request)
{
	atomic_store_explicit(&request->done, false, memory_order_relaxed);
	return mailbox_send(control->requests, &request);
}

bool control_stopped(const struct control *control)
{
	return control->stopped;
}

/* ---- the actor ---- */

static bool control_step(void *self, uint64_t now_us)
{
	struct control *control = self;
	struct control_request *request;
	struct acd_decision decision;
	struct media_event media;
	struct store_event stored;
	bool did = false;

	control->now_us = now_us;
	while (media_next_event(control->parts.media, &media)) {
		media_said(control, &media);
		did = true;
	}
	did |= line_step(control->line, now_us);
	while (acd_actor_next_decision(control->parts.acd, &decision)) {
		queue_decision(control, &decision);
		did = true;
	}
	did |= sweep_heard(control);
	did |= hear_journal(control);
	did |= customers_take(control);
	while (store_next_event(control->parts.store, &stored)) {
		store_said(control, &stored);
		did = true;
	}
	did |= machine_take_events(control);
	did |= sounds_take_events(control);
	while (mailbox_receive(control->requests, &request)) {
		carry_out(control, request);
		did = true;
	}
	did |= timers_run(control->timers, now_us) > 0;
	monitors_step(control);
	drain_step(control);
	stop_when_empty(control);
	return did;
}

static uint64_t control_next_deadline_us(void *self)
{
	struct control *control = self;
	uint64_t line_us = line_next_deadline_us(control->line);
	uint64_t own_us = timers_next_us(control->timers);

	return line_us < own_us ? line_us : own_us;
}

static int take_memory(struct control *control)
{
	uint32_t i;
	int error;

	control->calls = calloc(CONFIG_CALLS_MAX, sizeof(*control->calls));
	control->phones = calloc(MEDIA_CHANNELS_MAX, sizeof(*control->phones));
	control->channel_call = calloc(MEDIA_CHANNELS_MAX, sizeof(*control->channel_call));
	if (!control->calls || !control->phones || !control->channel_call)
		return -ENOMEM;
	for (i = CONFIG_CALLS_MAX; i-- > 0;) {
		control->calls[i].next = control->free_call;
		control->free_call = &control->calls[i];
	}
	error = timers_new(&control->timers, CONTROL_TIMERS);
	if (!error)
		error = key_index_new(&control->by_id, CONFIG_CALLS_MAX);
	if (!error)
		error = key_index_new(&control->by_leg, CONFIG_CALLS_MAX * 2);
	if (!error)
		error = queue_memory_new(&control->memory);
	if (!error)
		error = mailbox_new(&control->requests, "console requests", sizeof(struct control_request *),
		                    CONTROL_REQUESTS, control->parts.bell);
	return error;
}

/* What was wrong before we began: nobody but the next start can say that it is over. */
static void raise_boot_alarms(struct control *control)
{
	const struct boot_facts *boot = control->parts.boot;
	int i;

	for (i = 0; boot && i < boot->alarm_count; i++)
		alarm_raise(control, boot->alarm[i].severity, boot->alarm[i].key, "%s", boot->alarm[i].text);
}

#define CLOSING_PERIOD_US US_PER_S

static void look_at_closing(void *argument)
{
	struct control *control = argument;

	supervise_closing(control);
	timer_start(control->timers, &control->closing_timer, control->now_us + CLOSING_PERIOD_US);
}

/* Small states that outlive a restart; whose they are is in the name. */
static void take_kept(void *user, const char *name, const char *value)
{
	hours_kept(user, name, value);
	queue_drain_kept(user, name, value);
	caps_kept(user, name, value);
	pin_lock_kept(user, name, value);
	kept_logins_read(user, name, value);
	dispositions_read(user, name, value);
}

int control_new(struct control **out, const struct control_parts *parts, struct fault *fault)
{
	struct line_handlers handlers = {.event = line_event_arrived, .frame = frame_seen, .trouble = trouble_seen};
	struct control *control = calloc(1, sizeof(*control));
	int error;

	if (!control)
		return fault_set(fault, -ENOMEM, "no memory for calls");
	control->parts = *parts;
	control->now_us = clock_now_us();
	zone_begin();
	control->next_call_id = store_first_call_id(parts->store);
	timer_values_initial(&control->timer_values);
	timer_init(&control->stop_timer, "stop", stop_timed_out, control);
	timer_init(&control->closing_timer, "closing", look_at_closing, control);
	timer_init(&control->clock_timer, "no_clock", clock_is_lost, control);
	control->actor = (struct actor){.name = "control",
	                                .fifo_priority = 60,
	                                .self = control,
	                                .step = control_step,
	                                .next_deadline_us = control_next_deadline_us,
	                                .bell = parts->bell};
	handlers.user = control;
	error = take_memory(control);
	if (!error)
		error = remotes_new(control);
	if (!error)
		error = login_lines_new(control);
	if (!error)
		error = kept_logins_new(control);
	if (!error)
		error = dispositions_new(control);
	if (!error)
		error = recorder_new(control);
	if (!error)
		error = caps_new(control);
	if (!error)
		store_kept(parts->store, take_kept, control);
	if (!error)
		error = sweep_new(control);
	if (!error)
		error = reaction_new(control);
	if (!error)
		error = line_new(&control->line, parts->driver, control->timers, &handlers);
	if (error) {
		control_free(control);
		return fault && fault->text[0] ? error : fault_set(fault, error, "no memory for calls");
	}
	health_begin(control);
	sweep_begin(control);
	line_tests_init(control);
	raise_boot_alarms(control);
	*out = control;
	return 0;
}

void control_free(struct control *control)
{
	if (!control)
		return;
	line_free(control->line);
	recorder_free(control);
	sweep_free(control);
	reaction_free(control);
	mailbox_free(control->requests);
	key_index_free(control->by_id);
	key_index_free(control->by_leg);
	queue_memory_free(control->memory);
	timers_free(control->timers);
	config_free(control->config);
	free(control->remotes);
	free(control->logins);
	customers_end(control);
	free(control->kept_logins);
	free(control->last_calls);
	free(control->channel_call);
	free(control->caps);
	free(control->phones);
	free(control->calls);
	free(control);
}

struct actor *control_actor(struct control *control)
{
	return &control->actor;
}
