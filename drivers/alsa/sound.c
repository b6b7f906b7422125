/* The cards of the box and their actor. */
#include "drivers/sound.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "base/text.h"
#include "base/timer.h"
#include "drivers/alsa/card.h"

#define FIFO_PRIORITY 50 /* below those who decide about calls */
#define MESSAGES      16

struct order {
	uint8_t card;
	struct sound_card settings;
};

/* Written by the actor, read by anybody: as a sentence of several words is not atomic, it is guarded. */
struct said {
	_Atomic uint32_t version; /* odd: being written */
	_Atomic char text[SOUND_TEXT_BYTES];
	_Atomic bool wanted, plays, captures;
	_Atomic uint32_t rate_hz;
};

struct sound {
	struct actor actor;
	struct doorbell *bell;
	struct mailbox *orders, *events;
	struct card card[SOUND_CARDS_MAX];
	struct said said[SOUND_CARDS_MAX];
	struct sound_card wanted[SOUND_CARDS_MAX]; /* control's copy */
	uint64_t now_us;
};

#ifdef CONFIG_DRIVER_ALSA
static const struct device_ops *const device = &device_alsa;
#else
static int no_device(struct device **out, const struct sound_card *card, struct device_facts *facts,
                     struct fault *fault)
{
	return fault_set(fault, -ENOTSUP, "this build has no support for sound cards");
}
static const struct device_ops none = {.open = no_device};
static const struct device_ops *const device = &none;
#endif

static uint64_t monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * US_PER_S + (uint64_t)now.tv_nsec / 1000;
}

static void say(struct said *said, const struct card *card)
{
	uint32_t version = atomic_load_explicit(&said->version, memory_order_relaxed);

	atomic_store(&said->version, version + 1);
	for (size_t i = 0; i < SOUND_TEXT_BYTES; i++)
		atomic_store_explicit(&said->text[i], card->text[i], memory_order_relaxed);
	atomic_store(&said->wanted, card->settings.device[0] != '\0');
	atomic_store(&said->plays, card->facts.plays);
	atomic_store(&said->captures, card->facts.captures);
	atomic_store(&said->rate_hz, card->facts.rate_hz);
	atomic_store(&said->version, version + 2);
}

static void tell(struct sound *sound, unsigned number)
{
	const struct card *card = &sound->card[number];
	struct sound_event event = {.card = (uint8_t)number, .working = atomic_load(&card->working)};

	say(&sound->said[number], card);
	text_copy(event.text, sizeof(event.text), card->text);
	log_write(event.working ? LOG_NOTICE : LOG_WARNING, LOG_DRIVER, "sound card %u: %s", number + 1,
	          card->settings.device[0] ? card->text : "none");
	if (mailbox_send(sound->events, &event) < 0)
		log_write(LOG_ERROR, LOG_DRIVER, "sound card %u: control did not hear of it", number + 1);
}

static bool step(void *self, uint64_t now_us)
{
	struct sound *sound = self;
	uint64_t mono_us = monotonic_us();
	struct order order;
	bool did = false;

	sound->now_us = now_us;
	while (mailbox_receive(sound->orders, &order)) {
		bool ended = card_set(&sound->card[order.card], &order.settings, now_us);
		say(&sound->said[order.card], &sound->card[order.card]);
		if (ended)
			tell(sound, order.card);
		did = true;
	}
	for (unsigned i = 0; i < SOUND_CARDS_MAX; i++)
		if (card_service(&sound->card[i], now_us, mono_us)) {
			tell(sound, i);
			did = true;
		}
	return did;
}

static uint64_t next_deadline_us(void *self)
{
	const struct sound *sound = self;
	uint64_t next = TIMER_NEVER;

	for (unsigned i = 0; i < SOUND_CARDS_MAX; i++) {
		const struct card *card = &sound->card[i];
		uint64_t due = !card->settings.device[0] ? TIMER_NEVER
		               : card->device            ? sound->now_us + DRIVER_PERIOD_MS * US_PER_MS
		                                         : card->try_us;
		next = due < next ? due : next;
	}
	return next;
}

int sound_new(struct sound **out, bool virtual_time, struct doorbell *control_bell)
{
	struct sound *sound = aligned_alloc(64, (sizeof(*sound) + 63) / 64 * 64);
	int error;

	if (!sound)
		return -ENOMEM;
	memset(sound, 0, sizeof(*sound));
	for (unsigned i = 0; i < SOUND_CARDS_MAX; i++) {
		sound->card[i].ops = device;
		sound->card[i].virtual_time = virtual_time;
	}
	error = doorbell_new(&sound->bell);
	if (!error)
		error = mailbox_new(&sound->orders, "sound settings", sizeof(struct order), MESSAGES, sound->bell);
	if (!error)
		error = mailbox_new(&sound->events, "sound events", sizeof(struct sound_event), MESSAGES, control_bell);
	if (error) {
		sound_free(sound);
		return error;
	}
	sound->actor = (struct actor){.name = "sound",
	                              .fifo_priority = FIFO_PRIORITY,
	                              .self = sound,
	                              .step = step,
	                              .next_deadline_us = next_deadline_us,
	                              .bell = sound->bell};
	*out = sound;
	return 0;
}

void sound_free(struct sound *sound)
{
	if (!sound)
		return;
	for (unsigned i = 0; i < SOUND_CARDS_MAX; i++)
		card_close(&sound->card[i]);
	mailbox_free(sound->orders);
	mailbox_free(sound->events);
	doorbell_free(sound->bell);
	free(sound);
}

struct actor *sound_actor(struct sound *sound)
{
	return &sound->actor;
}

void sound_set(struct sound *sound, unsigned card, const struct sound_card *settings)
{
	struct order order = {.card = (uint8_t)card};

	if (card >= SOUND_CARDS_MAX || memcmp(&sound->wanted[card], settings, sizeof(*settings)) == 0)
		return;
	order.settings = *settings;
	if (mailbox_send(sound->orders, &order) < 0)
		log_write(LOG_ERROR, LOG_DRIVER, "sound card %u did not hear of its settings", card + 1);
	else
		sound->wanted[card] = *settings;
}

bool sound_next_event(struct sound *sound, struct sound_event *event)
{
	return mailbox_receive(sound->events, event);
}

bool sound_working(const struct sound *sound, unsigned card)
{
	return card < SOUND_CARDS_MAX && atomic_load_explicit(&sound->card[card].working, memory_order_relaxed);
}

void sound_exchange(struct sound *sound, unsigned card, const int16_t to[DRIVER_PERIOD_SAMPLES],
                    int16_t from[DRIVER_PERIOD_SAMPLES])
{
	card_exchange(&sound->card[card], monotonic_us(), to, from);
}

void sound_pretend_lost(struct sound *sound, unsigned card, bool lost)
{
	if (card < SOUND_CARDS_MAX)
		atomic_store(&sound->card[card].pretend_lost, lost);
}

static uint32_t figure(const _Atomic uint32_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

static bool copy_said(const struct said *said, struct sound_status *out)
{
	uint32_t version = atomic_load(&said->version);

	for (size_t i = 0; i < SOUND_TEXT_BYTES; i++)
		out->text[i] = atomic_load_explicit(&said->text[i], memory_order_relaxed);
	out->wanted = atomic_load(&said->wanted);
	out->plays = atomic_load(&said->plays);
	out->captures = atomic_load(&said->captures);
	out->rate_hz = atomic_load(&said->rate_hz);
	return version % 2 == 0 && atomic_load(&said->version) == version;
}

#define LOOKS_MAX 100 /* it is written in a microsecond, once in a while */

void sound_status(const struct sound *sound, unsigned card, struct sound_status *out)
{
	const struct card *c = &sound->card[card];

	for (int i = 0; i < LOOKS_MAX && !copy_said(&sound->said[card], out); i++)
		;
	out->text[SOUND_TEXT_BYTES - 1] = '\0';
	out->working = sound_working(sound, card);
	out->play_ppm = atomic_load_explicit(&c->play.ppm, memory_order_relaxed);
	out->capture_ppm = atomic_load_explicit(&c->capture.ppm, memory_order_relaxed);
	out->play_delay_ms = figure(&c->delay);
	out->underruns = figure(&c->underruns) + figure(&c->missed);
	out->overruns = figure(&c->overruns);
	out->losses = figure(&c->losses);
}
