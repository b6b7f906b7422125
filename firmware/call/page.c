/*
 * Pages: a telephone speaks to a zone (loudspeakers, and headsets that wait for calls), or the console has an
 * announcement played there. A start tone first; whoever in the zone gets a call leaves the page.
 */
#include "call/parts.h"

#include <errno.h>
#include <string.h>

static const char *const beep[] = {"beep", NULL};

static const struct config_zone *find_zone(const struct control *control, uint32_t number)
{
	const struct config *config = control->config;
	uint32_t i;

	for (i = 0; config && i < config->zone_count; i++)
		if (config->zones[i].number == number)
			return &config->zones[i];
	return NULL;
}

/* ---- who hears it ---- */

bool pages_speaker_busy(const struct control *control, unsigned card)
{
	int i;

	for (i = 0; i < CONTROL_PAGES_MAX; i++)
		if (control->pages[i].zone && control->pages[i].speakers & 1u << card)
			return true;
	return false;
}

static bool zone_busy(const struct control *control, const struct config_zone *zone)
{
	unsigned i;

	for (i = 0; i < CONTROL_PAGES_MAX; i++)
		if (control->pages[i].zone == zone->number)
			return true;
	for (i = 0; i < SOUND_CARDS_MAX; i++)
		if (zone->speakers & 1u << i && pages_speaker_busy(control, i))
			return true;
	return false;
}

static bool listens(const struct control *control, uint16_t channel)
{
	int i;
	uint32_t k;

	for (i = 0; i < CONTROL_PAGES_MAX; i++)
		for (k = 0; control->pages[i].zone && k < control->pages[i].listener_count; k++)
			if (control->pages[i].listeners[k].channel == channel)
				return true;
	return false;
}

/* One page at a time: who hears another one does not hear this. */
static void add_headsets(struct control *control, struct page *page, const struct config_zone *zone)
{
	uint32_t i;

	for (i = 0; i < zone->port_count; i++) {
		struct phone *phone = phone_at(control, driver_channel(zone->ports[i].span, zone->ports[i].timeslot));

		if (phone && phone != page->talker && phone->state == PHONE_STANDBY && !phone->waiting &&
		    !listens(control, phone->channel))
			page->listeners[page->listener_count++] = (struct page_listener){.channel = phone->channel};
	}
}

static void add_speakers(struct control *control, struct page *page, const struct config_zone *zone)
{
	unsigned i;

	for (i = 0; control->parts.sound && i < SOUND_CARDS_MAX; i++) {
		if (!(zone->speakers & 1u << i) || !sound_working(control->parts.sound, i))
			continue;
		page->speakers |= 1u << i;
		sound_card_use(control, i);
		page->listeners[page->listener_count++] = (struct page_listener){.channel = media_sound_channel(i)};
	}
}

/* Whether this listener is still the page's: a headset may have got a call. */
static bool still_there(const struct control *control, const struct page_listener *listener)
{
	const struct phone *phone = phone_at(control, listener->channel);

	return phone ? phone->state == PHONE_STANDBY : listener->channel >= DRIVER_CHANNELS_MAX;
}

/* ---- beginning and end ---- */

static void page_end(struct page *page, const char *why)
{
	struct control *control = page->control;
	uint32_t i;

	log_write(LOG_NOTICE, LOG_CALL, "page of zone %u has ended: %s", page->zone, why);
	timer_stop(control->timers, &page->timer);
	for (i = 0; i < page->listener_count; i++)
		if (still_there(control, &page->listeners[i]))
			audio_stop(control, page->listeners[i].channel);
	for (i = 0; i < SOUND_CARDS_MAX; i++)
		if (page->speakers & 1u << i)
			sound_card_release(control, i);
	page->zone = 0;
	page->speakers = page->listener_count = 0;
	page->talker = NULL;
}

/* Its talker, if there is one, hears that it is over. */
static void page_cut(struct page *page, const char *why)
{
	struct phone *talker = page->talker;

	page_end(page, why);
	if (talker)
		phone_say(talker, beep);
}

static void page_expired(void *argument)
{
	page_cut(argument, "its time is over");
}

/* 0, or why not: -ENOENT no such zone, -EBUSY, -ENODEV nobody there could hear it. */
static int page_begin(struct control *control, uint32_t number, struct phone *talker, struct page **out)
{
	const struct config_zone *zone = find_zone(control, number);
	struct page *page = NULL;
	unsigned i;

	if (!zone)
		return -ENOENT;
	for (i = 0; i < CONTROL_PAGES_MAX && !page; i++)
		page = control->pages[i].zone ? NULL : &control->pages[i];
	if (!page || zone_busy(control, zone))
		return -EBUSY;
	page->talker = talker;
	add_headsets(control, page, zone);
	add_speakers(control, page, zone);
	if (!page->listener_count)
		return -ENODEV;
	page->control = control;
	page->zone = number;
	page->live = false;
	timer_init(&page->timer, "page", page_expired, page);
	timer_start(control->timers, &page->timer, control->now_us + control->config->page_limit_ms * US_PER_MS);
	*out = page;
	return 0;
}

/* ---- from a telephone ---- */

static struct page *page_of(struct control *control, const struct phone *talker)
{
	int i;

	for (i = 0; i < CONTROL_PAGES_MAX; i++)
		if (control->pages[i].zone && control->pages[i].talker == talker)
			return &control->pages[i];
	return NULL;
}

void page_from_phone(struct phone *phone, const char *digits)
{
	static const char *const unknown[] = {"page-unknown", NULL}, *const busy[] = {"page-busy", NULL},
	                         *const nobody[] = {"page-nobody", NULL};
	struct control *control = phone->control;
	struct page *page;
	uint32_t number, i;
	int error = text_to_u32(digits, 1, 9999, &number) < 0 ? -ENOENT : page_begin(control, number, phone, &page);

	if (error) {
		phone_say(phone, error == -ENOENT ? unknown : error == -EBUSY ? busy : nobody);
		return;
	}
	log_write(LOG_NOTICE, LOG_CALL, "port %s: page of zone %u, heard in %u places", phone->place, number,
	          page->listener_count);
	phone_set_state(phone, PHONE_PAGE);
	for (i = 0; i < page->listener_count; i++)
		audio_play(control, page->listeners[i].channel, beep);
	phone->play_token = audio_play(control, phone->channel, beep);
}

/* The start tone is over: what the telephone says is heard. */
void page_live(struct phone *phone)
{
	struct page *page = page_of(phone->control, phone);
	uint32_t i;

	if (!page || page->live)
		return;
	page->live = true;
	for (i = 0; i < page->listener_count; i++)
		if (still_there(phone->control, &page->listeners[i]))
			audio_feed(phone->control, page->listeners[i].channel, phone->channel);
}

void page_digit(struct phone *phone, char digit)
{
	if (digit == '#')
		phone_say(phone, beep);
}

void page_left(struct phone *phone)
{
	struct page *page = page_of(phone->control, phone);

	if (page)
		page_end(page, "the telephone has left it");
}

/* ---- from the console ---- */

int page_announce(struct control *control, struct control_request *request)
{
	const char *names[] = {"beep", request->text, NULL};
	struct page *page;
	uint32_t i;
	int error;

	if (!audio_prompt_exists(control, request->text))
		return fault_set(&request->fault, -ENOENT, "announce: there is no prompt %s", request->text);
	error = page_begin(control, request->number, NULL, &page);
	if (error)
		return fault_set(&request->fault, error, "announce zone %u: %s", request->number,
		                 error == -ENOENT  ? "there is no such zone"
		                 : error == -EBUSY ? "there is a page in it"
		                                   : "no loudspeaker works and no headset waits there");
	for (i = 0; i < page->listener_count; i++)
		page->listeners[i].token = audio_play(control, page->listeners[i].channel, names);
	request->number = page->listener_count;
	return 0;
}

int page_stop(struct control *control, struct control_request *request)
{
	int i, stopped = 0;

	for (i = 0; i < CONTROL_PAGES_MAX; i++)
		if (control->pages[i].zone && (!request->number || control->pages[i].zone == request->number)) {
			page_cut(&control->pages[i], "stopped from the console");
			stopped++;
		}
	return stopped || !request->number
	           ? 0
	           : fault_set(&request->fault, -ENOENT, "announce stop: there is no page in zone %u", request->number);
}

/* An announcement is over when all who hear it have heard it, or have left. */
bool page_played(struct control *control, uint32_t token)
{
	int i;
	uint32_t k, left;

	for (i = 0; i < CONTROL_PAGES_MAX; i++) {
		struct page *page = &control->pages[i];
		bool found = false;

		for (k = 0, left = 0; page->zone && k < page->listener_count; k++) {
			if (page->listeners[k].token == token) {
				page->listeners[k].token = 0;
				found = true;
			}
			left += page->listeners[k].token != 0;
		}
		if (found && !left)
			page_end(page, "it was heard");
		if (found)
			return true;
	}
	return false;
}

void pages_end(struct control *control, const char *why)
{
	int i;

	for (i = 0; i < CONTROL_PAGES_MAX; i++)
		if (control->pages[i].zone)
			page_cut(&control->pages[i], why);
}

static bool heard(const struct page *page)
{
	struct control *control = page->control;
	uint32_t i;

	for (i = 0; i < page->listener_count; i++) {
		uint16_t channel = page->listeners[i].channel;

		if (still_there(control, &page->listeners[i]) &&
		    (channel < DRIVER_CHANNELS_MAX ||
		     sound_working(control->parts.sound, channel - DRIVER_CHANNELS_MAX)))
			return true;
	}
	return false;
}

void pages_card_lost(struct control *control, unsigned card)
{
	int i;

	for (i = 0; i < CONTROL_PAGES_MAX; i++) {
		struct page *page = &control->pages[i];

		if (page->zone && page->speakers & 1u << card && !heard(page))
			page_cut(page, "its last loudspeaker is lost");
	}
}
