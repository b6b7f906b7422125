/*
 * Events to control. What a call hangs on (hook, digit, playback over, clock) waits in a backlog while the mailbox is
 * full; what only rounds a picture off gives way first.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "media/internal.h"

int events_start(struct events *events, struct doorbell *bell)
{
	events->backlog = calloc(BACKLOG_MAX, sizeof(*events->backlog));
	if (!events->backlog)
		return -ENOMEM;
	return mailbox_new(&events->box, "media events", sizeof(struct media_event), EVENTS_MAX, bell);
}

void events_release(struct events *events)
{
	mailbox_free(events->box);
	free(events->backlog);
}

static bool may_be_lost(enum media_event_type type)
{
	return type == MEDIA_DTMF_END || type == MEDIA_CALLER_ID_DONE || type == MEDIA_DIGITS_DONE ||
	       type == MEDIA_TEST_REPORT;
}

static void lose(struct events *events)
{
	atomic_fetch_add_explicit(&events->lost, 1, memory_order_relaxed);
}

static void keep(struct events *events, const struct media_event *event)
{
	if (!events->full)
		log_write(LOG_WARNING, LOG_MEDIA, "the mailbox of media events is full: control is behind");
	events->full = true;
	if (may_be_lost(event->type) || events->waiting == BACKLOG_MAX) {
		lose(events);
		return;
	}
	events->backlog[(events->first + events->waiting++) % BACKLOG_MAX] = *event;
}

void events_retry(struct events *events)
{
	while (events->waiting && mailbox_send(events->box, &events->backlog[events->first]) == 0) {
		events->first = (events->first + 1) % BACKLOG_MAX;
		events->waiting--;
	}
	if (events->full && events->waiting == 0) {
		events->full = false;
		log_write(LOG_NOTICE, LOG_MEDIA, "the mailbox of media events has room again, %llu lost since start",
		          (unsigned long long)atomic_load_explicit(&events->lost, memory_order_relaxed));
	}
}

void events_send(struct events *events, struct media_event *event)
{
	event->at_us = clock_now_us();
	if (events->waiting || mailbox_send(events->box, event) != 0)
		keep(events, event);
}
