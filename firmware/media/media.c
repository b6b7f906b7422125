/* The room's door: making and freeing, the mailboxes, countries, status. */
#include "media/media.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "dsp/dsp.h"
#include "media/internal.h"

#define COUNTRY_AT_START "us"
#define COUNTRIES_MAX    128

/*
 * Tone plans live as long as the program: a generator may be sounding one of them. Control fills the table, media sees
 * only what a command brings.
 */
static struct tone_plan *countries[COUNTRIES_MAX];
static pthread_mutex_t countries_lock = PTHREAD_MUTEX_INITIALIZER;

static int find_or_load(const char *country, struct tone_plan **out, struct fault *fault)
{
	int i;
	for (i = 0; i < COUNTRIES_MAX && countries[i]; i++)
		if (strcasecmp(countries[i]->country, country) == 0) {
			*out = countries[i];
			return 0;
		}
	if (i == COUNTRIES_MAX)
		return fault_set(fault, -ENOBUFS, "tones of more than %d countries", COUNTRIES_MAX);
	struct tone_plan *plan = calloc(1, sizeof(*plan));
	if (!plan)
		return fault_set(fault, -ENOMEM, "tones: out of memory");
	int error = tone_plan_load(plan, country, fault);
	if (error) {
		free(plan);
		return error;
	}
	*out = countries[i] = plan;
	return 0;
}

int media_country_load(const char *country, void **out, struct fault *fault)
{
	struct tone_plan *plan = NULL;
	pthread_mutex_lock(&countries_lock);
	int error = find_or_load(country, &plan, fault);
	pthread_mutex_unlock(&countries_lock);
	if (!error)
		*out = plan;
	return error;
}

static int make_channels(struct media *media)
{
	media->channel = aligned_alloc(64, (MEDIA_CHANNELS_MAX * sizeof(struct channel) + 63) / 64 * 64);
	media->active = calloc(MEDIA_CHANNELS_MAX, sizeof(*media->active));
	if (!media->channel || !media->active)
		return -ENOMEM;
	memset(media->channel, 0, MEDIA_CHANNELS_MAX * sizeof(struct channel));
	for (uint32_t i = 0; i < MEDIA_CHANNELS_MAX; i++) {
		struct channel *c = &media->channel[i];
		c->number = (uint16_t)i;
		c->place = NO_PLACE;
		c->law = LAW_MULAW;
		int error = caller_id_sender_new(&c->caller_id_sender);
		if (error)
			return error;
	}
	return 0;
}

static int make_bridges(struct media *media)
{
	const uint32_t count = MEDIA_CHANNELS_MAX / 2;
	media->bridge = calloc(count, sizeof(*media->bridge));
	media->free_bridge = calloc(count, sizeof(struct bridge *));
	if (!media->bridge || !media->free_bridge)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++)
		media->free_bridge[i] = &media->bridge[count - 1 - i];
	media->free_bridges = count;
	return 0;
}

static int make(struct media *media, struct doorbell *bell)
{
	void *tones;
	int error = media_country_load(COUNTRY_AT_START, &tones, NULL);
	if (error)
		return error;
	media->tones = tones;
	error = make_channels(media);
	if (!error)
		error = make_bridges(media);
	if (!error)
		error = events_start(&media->events, bell);
	if (!error)
		error =
		    mailbox_new(&media->commands, "media commands", sizeof(struct media_command), COMMANDS_MAX, NULL);
	return error;
}

int media_new(struct media **out, struct span_driver *driver, const struct prompts *prompts, struct doorbell *bell)
{
	dsp_start();
	struct media *media = calloc(1, sizeof(*media));
	if (!media)
		return -ENOMEM;
	media->driver = driver;
	media->prompts = prompts;
	int error = make(media, bell);
	if (error) {
		media_free(media);
		return error;
	}
	*out = media;
	return 0;
}

void media_free(struct media *media)
{
	if (!media)
		return;
	media_stop_thread(media);
	mailbox_free(media->commands);
	events_release(&media->events);
	for (uint32_t i = 0; media->channel && i < MEDIA_CHANNELS_MAX; i++)
		caller_id_sender_free(media->channel[i].caller_id_sender);
	free(media->channel);
	free(media->active);
	free(media->bridge);
	free(media->free_bridge);
	free(media);
}

void media_set_sound(struct media *media, struct sound *sound)
{
	media->sound = sound;
	for (unsigned i = 0; i < SOUND_CARDS_MAX; i++)
		sound_port_init(&media->port[i]);
}

int media_send(struct media *media, const struct media_command *command)
{
	int error = mailbox_send(media->commands, command);
	if (error) {
		atomic_fetch_add_explicit(&media->refused, 1, memory_order_relaxed);
		log_write(LOG_ERROR, LOG_MEDIA, "channel %u/%u: the mailbox of media commands is full",
		          driver_channel_span(command->channel), driver_channel_timeslot(command->channel));
	}
	return error;
}

bool media_next_event(struct media *media, struct media_event *event)
{
	return mailbox_receive(media->events.box, event);
}

void media_status(const struct media *media, struct media_status *out)
{
	out->channels_open = atomic_load_explicit(&media->open, memory_order_relaxed);
	out->bridges = atomic_load_explicit(&media->bridges, memory_order_relaxed);
	out->playing = atomic_load_explicit(&media->playing, memory_order_relaxed);
	out->listening = atomic_load_explicit(&media->listening, memory_order_relaxed);
	out->periods = atomic_load_explicit(&media->periods, memory_order_relaxed);
	out->periods_late = atomic_load_explicit(&media->periods_late, memory_order_relaxed);
	out->commands_refused = atomic_load_explicit(&media->refused, memory_order_relaxed);
	out->driver_error = atomic_load_explicit(&media->driver_error, memory_order_relaxed);
	out->events_lost = atomic_load_explicit(&media->events.lost, memory_order_relaxed);
}
