/*
 * The cards' thread, media, control and the console at once, as on the box, while a card (ALSA's null device) is taken
 * away, comes back and is set anew. For the thread sanitizer; what each sees must be whole in any case.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "base/mailbox.h"
#include "base/text.h"
#include "drivers/sound.h"

#define PERIODS 1500

static struct {
	struct sound *sound;
	_Atomic uint64_t now_us;
	_Atomic bool over;
	_Atomic uint32_t steps, looks, torn;
} box;

static void *cards(void *argument)
{
	struct actor *actor = sound_actor(box.sound);
	while (!atomic_load(&box.over)) {
		actor->step(actor->self, atomic_load(&box.now_us));
		atomic_fetch_add(&box.steps, 1);
		actor->next_deadline_us(actor->self);
		sched_yield();
	}
	return NULL;
}

static bool known(const char *text)
{
	return !*text || !strncmp(text, "null: 48000 Hz, loudspeaker and input", 37) ||
	       !strcmp(text, "null: the card is gone") || !strcmp(text, "null: there is no such card");
}

static void *console(void *argument)
{
	while (!atomic_load(&box.over)) {
		struct sound_status status;
		sound_status(box.sound, 0, &status);
		if (!known(status.text))
			atomic_fetch_add(&box.torn, 1);
		sched_yield();
	}
	return NULL;
}

static void *media(void *argument)
{
	int16_t to[DRIVER_PERIOD_SAMPLES] = {0}, from[DRIVER_PERIOD_SAMPLES];
	for (int i = 0; i < PERIODS; i++) {
		if (sound_working(box.sound, 0))
			sound_exchange(box.sound, 0, to, from);
		atomic_fetch_add(&box.now_us, DRIVER_PERIOD_MS * 1000);
		/* Faster than the cards' thread and control nothing would meet: on a busy machine one of them would
		 * have slept through it all. */
		const uint32_t steps = atomic_load(&box.steps), looks = atomic_load(&box.looks);
		while (atomic_load(&box.steps) == steps || atomic_load(&box.looks) == looks)
			sched_yield();
	}
	atomic_store(&box.over, true);
	return NULL;
}

/* Control's part, which is this thread's: events, settings, trials. */
static void control(uint32_t *began, uint32_t *ended)
{
	struct sound_card card = {.rate_hz = 48000, .volume = SOUND_AS_IT_IS, .input_volume = SOUND_AS_IT_IS};
	struct sound_event event;
	uint64_t turn_us = 0;
	bool there = false, lost = false;
	while (!atomic_load(&box.over)) {
		atomic_fetch_add(&box.looks, 1);
		while (sound_next_event(box.sound, &event))
			++*(event.working ? began : ended);
		if (atomic_load(&box.now_us) < turn_us) {
			sched_yield();
			continue;
		}
		turn_us = atomic_load(&box.now_us) + 900000;
		if (there && !lost) {
			sound_pretend_lost(box.sound, 0, lost = true);
			continue;
		}
		there = !there;
		text_copy(card.device, sizeof(card.device), there ? "null" : "");
		sound_set(box.sound, 0, &card);
		sound_pretend_lost(box.sound, 0, lost = false);
	}
}

static void everybody_at_once(void **state)
{
	void *(*const parts[])(void *) = {cards, console, media};
	pthread_t thread[3];
	struct doorbell *bell;
	uint32_t began = 0, ended = 0;
	assert_int_equal(doorbell_new(&bell), 0);
	assert_int_equal(sound_new(&box.sound, false, bell), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, parts[i], NULL), 0);
	control(&began, &ended);
	for (int i = 0; i < 3; i++)
		pthread_join(thread[i], NULL);
	sound_free(box.sound);
	doorbell_free(bell);
	assert_true(began > 0 && ended > 0);
	assert_int_equal(box.torn, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(everybody_at_once)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
