/* The actor: events in, messages for each receiver; who is new hears of the alarms that stand. */
#include "management/management.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mailbox.h"
#include "base/text.h"
#include "base/timer.h"
#include "management/receiver.h"

#define EVENTS_MAX   256
#define SETTINGS_MAX 4
#define STANDING_MAX 64 /* as many as control keeps */
#define TICK_US      10000

struct event {
	bool is_line;
	struct management_alarm alarm;
	uint64_t wall_us;
	enum log_level level;
	enum log_room room;
	char line[LOG_LINE_BYTES];
};

struct management {
	struct actor actor;
	struct doorbell *bell;
	struct mailbox *events, *settings;
	struct management_settings now;
	struct receiver *receivers[MANAGEMENT_RECEIVERS_MAX];
	uint32_t count;
	struct management_alarm standing[STANDING_MAX];
	uint32_t standing_count;
	int32_t next_request;
	uint64_t began_us, began_wall_us;
	bool introduced; /* the first receivers were told of the start */
	pthread_mutex_t look_lock;
	struct management_status look[MANAGEMENT_RECEIVERS_MAX];
	uint32_t look_count;
};

static const char *const kind_names[MANAGEMENT_KIND_COUNT] = {"syslog", "trap", "inform"};

const char *management_kind_name(enum management_kind kind)
{
	return text_name(kind_names, MANAGEMENT_KIND_COUNT, (int)kind);
}

/* ---- what a receiver is told; alarm NULL: the start ---- */

static struct syslog_sender sender(const struct management *management)
{
	return (struct syslog_sender){.box = management->now.box, .process = (uint32_t)getpid()};
}

static void tell_syslog(struct management *management, struct receiver *receiver, const struct management_alarm *alarm)
{
	struct receiver_message *message = receiver_add(receiver, false);
	struct syslog_sender from = sender(management);
	char *text = (char *)message->data;

	message->bytes =
	    (uint16_t)(alarm ? syslog_alarm(&from, alarm, text)
	                     : syslog_start(&from, management->began_wall_us, management->now.serial, text));
}

static void tell_snmp(struct management *management, struct receiver *receiver, const struct management_alarm *alarm)
{
	struct receiver_message *message = receiver_add(receiver, false);
	struct snmp_notification what = {
	    .inform = receiver->wanted.kind == MANAGEMENT_INFORM,
	    .community = receiver->wanted.community,
	    .request = management->next_request,
	    .up_ticks = (uint32_t)((clock_now_us() - management->began_us) / TICK_US),
	    .box = management->now.box,
	    .serial = management->now.serial,
	    .alarm = alarm,
	};
	uint8_t buffer[SNMP_MESSAGE_BYTES];
	const uint8_t *first;

	management->next_request = (management->next_request + 1) & INT32_MAX;
	message->request = what.request;
	message->bytes = (uint16_t)snmp_message(&what, buffer, &first);
	memcpy(message->data, first, message->bytes);
}

static void tell(struct management *management, struct receiver *receiver, const struct management_alarm *alarm)
{
	if (receiver->wanted.kind == MANAGEMENT_SYSLOG)
		tell_syslog(management, receiver, alarm);
	else
		tell_snmp(management, receiver, alarm);
}

/* ---- events ---- */

static void keep_standing(struct management *management, const struct management_alarm *alarm)
{
	uint32_t i = 0;

	while (i < management->standing_count && management->standing[i].id != alarm->id)
		i++;
	if (alarm->cleared && i < management->standing_count)
		memmove(&management->standing[i], &management->standing[i + 1],
		        (--management->standing_count - i) * sizeof(*alarm));
	else if (!alarm->cleared && i < STANDING_MAX) {
		management->standing[i] = *alarm;
		management->standing_count += i == management->standing_count;
	}
}

static void take_line(struct management *management, const struct event *event)
{
	struct syslog_sender from = sender(management);

	for (uint32_t i = 0; i < management->count; i++) {
		struct receiver *receiver = management->receivers[i];
		struct receiver_message *message;

		if (receiver->wanted.kind != MANAGEMENT_SYSLOG || event->level > receiver->wanted.level ||
		    !(message = receiver_add(receiver, true)))
			continue;
		message->bytes = (uint16_t)syslog_line(&from, event->wall_us, event->level, event->room, event->line,
		                                       (char *)message->data);
	}
}

static void take_event(struct management *management, const struct event *event)
{
	if (event->is_line) {
		take_line(management, event);
		return;
	}
	keep_standing(management, &event->alarm);
	for (uint32_t i = 0; i < management->count; i++)
		tell(management, management->receivers[i], &event->alarm);
}

/* ---- settings ---- */

static void introduce(struct management *management, struct receiver *receiver, bool start)
{
	if (start)
		tell(management, receiver, NULL);
	for (uint32_t i = 0; i < management->standing_count; i++)
		tell(management, receiver, &management->standing[i]);
}

static void forget(struct receiver *receiver)
{
	if (receiver)
		receiver_end(receiver);
	free(receiver);
}

/* The one that is this receiver already, taken out of the old ones: its messages go on waiting. Or a new one. */
static struct receiver *receiver_for(struct management *management, const struct management_receiver *wanted,
                                     struct receiver **old)
{
	for (uint32_t i = 0; i < MANAGEMENT_RECEIVERS_MAX; i++) {
		struct receiver *receiver = old[i];

		if (!receiver || !receiver_is(receiver, wanted))
			continue;
		old[i] = NULL;
		receiver->wanted = *wanted;
		return receiver;
	}
	struct receiver *receiver = calloc(1, sizeof(*receiver));

	if (!receiver) {
		log_write(LOG_ERROR, LOG_BASE, "no memory for the receiver of alarms %s", wanted->host);
		return NULL;
	}
	receiver_begin(receiver, wanted);
	introduce(management, receiver, !management->introduced);
	return receiver;
}

static void take_settings(struct management *management, const struct management_settings *settings)
{
	struct receiver *old[MANAGEMENT_RECEIVERS_MAX];

	memcpy(old, management->receivers, sizeof(old));
	memset(management->receivers, 0, sizeof(management->receivers));
	management->now = *settings;
	management->count = 0;
	for (uint32_t i = 0; i < settings->count; i++) {
		struct receiver *receiver = receiver_for(management, &settings->receivers[i], old);

		if (receiver)
			management->receivers[management->count++] = receiver;
	}
	for (uint32_t i = 0; i < MANAGEMENT_RECEIVERS_MAX; i++)
		forget(old[i]);
	management->introduced = true;
}

/* ---- the actor ---- */

static void publish(struct management *management)
{
	pthread_mutex_lock(&management->look_lock);
	management->look_count = management->count;
	for (uint32_t i = 0; i < management->count; i++) {
		const struct receiver *receiver = management->receivers[i];
		struct management_status *status = &management->look[i];

		status->receiver = receiver->wanted;
		memset(status->receiver.community, 0, sizeof(status->receiver.community));
		status->sent = receiver->sent;
		status->acknowledged = receiver->acknowledged;
		status->dropped = receiver->dropped;
		status->waiting = receiver->count;
		text_copy(status->trouble, sizeof(status->trouble), receiver->trouble);
	}
	pthread_mutex_unlock(&management->look_lock);
}

static bool step(void *self, uint64_t now_us)
{
	struct management *management = self;
	struct management_settings settings;
	struct event event;
	bool did = false;

	while (mailbox_receive(management->settings, &settings)) {
		take_settings(management, &settings);
		did = true;
	}
	while (mailbox_receive(management->events, &event)) {
		take_event(management, &event);
		did = true;
	}
	for (uint32_t i = 0; i < management->count; i++)
		did |= receiver_work(management->receivers[i], now_us);
	if (did)
		publish(management);
	return did;
}

static uint64_t next_deadline_us(void *self)
{
	const struct management *management = self;
	uint64_t next_us = TIMER_NEVER;

	for (uint32_t i = 0; i < management->count; i++) {
		uint64_t due_us = receiver_due_us(management->receivers[i]);

		next_us = due_us < next_us ? due_us : next_us;
	}
	return next_us;
}

/* Answers to informs. */
static int poll_fds(void *self, struct pollfd *fds, int room)
{
	const struct management *management = self;
	int count = 0;

	for (uint32_t i = 0; i < management->count && count < room; i++)
		if (management->receivers[i]->asked && management->receivers[i]->fd >= 0)
			fds[count++] = (struct pollfd){.fd = management->receivers[i]->fd, .events = POLLIN};
	return count;
}

int management_new(struct management **out)
{
	struct management *management = calloc(1, sizeof(*management));
	int error = management ? doorbell_new(&management->bell) : -ENOMEM;

	if (!error)
		error = mailbox_new(&management->events, "management events", sizeof(struct event), EVENTS_MAX,
		                    management->bell);
	if (!error)
		error = mailbox_new(&management->settings, "management settings", sizeof(struct management_settings),
		                    SETTINGS_MAX, management->bell);
	if (error) {
		management_free(management);
		return error;
	}
	pthread_mutex_init(&management->look_lock, NULL);
	management->began_us = clock_now_us();
	management->began_wall_us = clock_wall_us();
	/* Unlike those of the run before: a late answer to one of them acknowledges nothing. */
	management->next_request = (int32_t)(management->began_wall_us / US_PER_MS & INT32_MAX);
	management->actor = (struct actor){.name = "management",
	                                   .self = management,
	                                   .step = step,
	                                   .next_deadline_us = next_deadline_us,
	                                   .poll_fds = poll_fds,
	                                   .bell = management->bell};
	*out = management;
	return 0;
}

void management_free(struct management *management)
{
	if (!management)
		return;
	for (uint32_t i = 0; i < MANAGEMENT_RECEIVERS_MAX; i++)
		forget(management->receivers[i]);
	mailbox_free(management->events);
	mailbox_free(management->settings);
	doorbell_free(management->bell);
	free(management);
}

struct actor *management_actor(struct management *management)
{
	return &management->actor;
}

/* ---- from other threads ---- */

void management_configure(struct management *management, const struct management_settings *settings)
{
	if (management && mailbox_send(management->settings, settings) != 0)
		log_write(LOG_ERROR, LOG_BASE, "the receivers of alarms did not change: too many changes at once");
}

void management_alarm(struct management *management, const struct management_alarm *alarm)
{
	struct event event = {.alarm = *alarm};

	/* Full: counted by the mailbox, and the alarm stands in the log. */
	if (management && mailbox_send(management->events, &event) != 0)
		return;
}

void management_log(struct management *management, uint64_t wall_us, enum log_level level, enum log_room room,
                    const char *text)
{
	struct event event = {.is_line = true, .wall_us = wall_us, .level = level, .room = room};

	if (room == LOG_ALARM)
		return;
	text_copy(event.line, sizeof(event.line), text);
	if (management && mailbox_send(management->events, &event) != 0)
		return;
}

uint32_t management_look(struct management *management, struct management_status *status, uint32_t room)
{
	uint32_t count = 0;

	pthread_mutex_lock(&management->look_lock);
	for (; count < management->look_count && count < room; count++)
		status[count] = management->look[count];
	pthread_mutex_unlock(&management->look_lock);
	return count;
}

uint64_t management_refused(const struct management *management)
{
	return mailbox_refused(management->events);
}
