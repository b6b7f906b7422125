/* Controllers: made, configured, run, retired. */
#include "line/pri_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "line/pri_clock.h"
#include "line/pri_internal.h"

/* libpri cannot free a controller. A span that changes its type or side a few times keeps one of each. */
#define CONTROLLERS_MAX (CONFIG_SPANS_MAX * 8)
/* Frames or timers one step handles before the others get their turn. */
#define STEP_MAX 64

/* Control thread's, like everything here. */
static struct pri_link *all_links;
static unsigned controllers;

unsigned pri_link_controllers(void)
{
	return controllers;
}

static void log_message(enum log_level level, struct pri *controller, const char *text)
{
	const struct pri_link *link = controller != NULL ? pri_get_userdata(controller) : NULL;
	int length = (int)strcspn(text, "\r\n");
	log_write(level, LOG_LINE, "span %u: libpri: %.*s", link != NULL ? link->settings.span : 0u, length, text);
}

static void on_message(struct pri *controller, char *text)
{
	log_message(LOG_DEBUG, controller, text);
}

static void on_error(struct pri *controller, char *text)
{
	log_message(LOG_WARNING, controller, text);
}

static int switch_code(const struct pri_link_settings *settings)
{
	static const int codes[LINE_SWITCH_COUNT] = {
	    [LINE_EUROISDN] = PRI_SWITCH_EUROISDN_E1,
	    [LINE_NI1] = PRI_SWITCH_NI1,
	    [LINE_NI2] = PRI_SWITCH_NI2,
	    [LINE_DMS100] = PRI_SWITCH_DMS100,
	    [LINE_5ESS] = PRI_SWITCH_LUCENT5E,
	    [LINE_4ESS] = PRI_SWITCH_ATT4ESS,
	    [LINE_QSIG] = PRI_SWITCH_QSIG,
	};
	if (settings->switch_type == LINE_EUROISDN && !settings->e1)
		return PRI_SWITCH_EUROISDN_T1;
	return codes[settings->switch_type];
}

static struct pri_link *find_retired(const struct pri_link_settings *settings)
{
	for (struct pri_link *link = all_links; link != NULL; link = link->next)
		if (link->muted && link->settings.span == settings->span &&
		    link->settings.network == settings->network &&
		    switch_code(&link->settings) == switch_code(settings))
			return link;
	return NULL;
}

static void configure(struct pri *controller, const struct pri_link_settings *settings)
{
	pri_facility_enable(controller);
	pri_set_overlapdial(controller, 1); /* "sending complete" is said when we say so, not by switch type */
	pri_hangup_fix_enable(controller, 1);
	pri_connect_ack_enable(controller, 1);
	pri_hold_enable(controller, 1);
	pri_set_service_message_support(controller, 1);
	if (settings->switch_type != LINE_QSIG) /* has a name service of its own */
		pri_display_options_receive(controller, PRI_DISPLAY_OPTION_NAME_INITIAL | PRI_DISPLAY_OPTION_TEXT);
	pri_set_timer(controller, PRI_TIMER_N316, 1); /* restart.c repeats RESTART */
	pri_persistent_layer2_option(controller, PRI_L2_PERSISTENCE_KEEP_UP);
}

static struct pri_link *make(const struct pri_link_settings *settings)
{
	struct pri_link *link = calloc(1, sizeof *link);
	if (link == NULL)
		return NULL;
	pri_set_message(on_message);
	pri_set_error(on_error);
	link->settings = *settings;
	link->controller = pri_new_cb(-1, settings->network ? PRI_NETWORK : PRI_CPE, switch_code(settings), pri_io_read,
	                              pri_io_write, link);
	if (link->controller == NULL) {
		free(link);
		return NULL;
	}
	configure(link->controller, settings);
	link->next = all_links;
	all_links = link;
	controllers++;
	return link;
}

int pri_link_open(struct pri_link **out, const struct pri_link_settings *settings)
{
	struct pri_link *link = find_retired(settings);
	if (link != NULL) {
		link->settings = *settings;
		link->muted = false;
		*out = link;
		return 0;
	}
	if (controllers >= CONTROLLERS_MAX)
		return -ENOSPC;
	link = make(settings);
	if (link == NULL)
		return -ENOMEM;
	*out = link;
	return 0;
}

static void discard_events(struct pri_link *link)
{
	for (int i = 0; i < STEP_MAX; i++) {
		const pri_event *event = pri_schedule_run(link->controller);
		if (event == NULL)
			return;
		if (event->e == PRI_EVENT_HANGUP)
			pri_destroycall(link->controller, event->hangup.call);
	}
}

void pri_link_close(struct pri_link *link)
{
	if (link == NULL)
		return;
	/* DISC as from the far end: Q.921 goes down now, so that the next user sees it come up. */
	const uint8_t disc[] = {link->settings.network ? 0x00 : 0x02, 0x01, 0x53};
	link->muted = true;
	pri_inject(link, disc, sizeof disc);
	(void)pri_check_event(link->controller);
	discard_events(link);
}

void pri_link_set_timers(struct pri_link *link, const struct timer_values *values)
{
	static const struct {
		enum timer_row row;
		int timer;
	} map[] = {
	    {TIMER_T200, PRI_TIMER_T200}, {TIMER_T203, PRI_TIMER_T203}, {TIMER_T303, PRI_TIMER_T303},
	    {TIMER_T305, PRI_TIMER_T305}, {TIMER_T308, PRI_TIMER_T308}, {TIMER_T309, PRI_TIMER_T309},
	    {TIMER_T313, PRI_TIMER_T313}, {TIMER_T316, PRI_TIMER_T316},
	};
	for (size_t i = 0; i < ARRAY_SIZE(map); i++)
		pri_set_timer(link->controller, map[i].timer, (int)values->ms[map[i].row]);
}

static void handle(struct pri_link *link, const pri_event *event)
{
	struct pri_link_event copy;
	const struct pri_link_handlers *handlers = &link->settings.handlers;
	pri_event_copy(link, event, &copy);
	handlers->event(handlers->user, &copy);
}

uint64_t pri_link_next_us(struct pri_link *link)
{
	const struct timeval *next = pri_schedule_next(link->controller);
	return next != NULL ? pri_clock_us(next) : TIMER_NEVER;
}

static bool run_schedule(struct pri_link *link, uint64_t now_us)
{
	int runs = 0;
	while (runs < STEP_MAX && !link->muted && pri_link_next_us(link) <= now_us) {
		memset(&link->facts, 0, sizeof link->facts);
		handle(link, pri_schedule_run(link->controller));
		runs++;
	}
	return runs > 0;
}

static bool run_frames(struct pri_link *link)
{
	int frames = 0;
	for (; frames < STEP_MAX && !link->muted; frames++) {
		link->frame_taken = false;
		const pri_event *event = pri_check_event(link->controller);
		if (!link->frame_taken)
			break;
		handle(link, event);
	}
	return frames > 0;
}

bool pri_link_step(struct pri_link *link, uint64_t now_us)
{
	bool worked = run_frames(link);
	return run_schedule(link, now_us) || worked;
}
