/*
 * The pass allocates nothing: the allocator is interposed in this program, and 1,000 passes with everything going on
 * must not call it. And the real-time thread, with a driver that delivers.
 */
#include "tests/unit/media/fixture.h"

#include <stdatomic.h>

#include "dsp/caller_id.h"

/* A sanitizer has its own allocator, which does not like to be interposed. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define INTERPOSED 0
#elif defined(__has_feature)
#define INTERPOSED (!__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer))
#else
#define INTERPOSED 1
#endif

static _Atomic bool counting;
static _Atomic int calls;

#if INTERPOSED
/* The C library's own, under the names that it keeps for those who interpose. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void __libc_free(void *old);

static void note(void)
{
	if (counting)
		calls++;
}

void *malloc(size_t size)
{
	note();
	return __libc_malloc(size);
}
void *calloc(size_t count, size_t size)
{
	note();
	return __libc_calloc(count, size);
}
void *realloc(void *old, size_t size)
{
	note();
	return __libc_realloc(old, size);
}
void free(void *old)
{
	note();
	__libc_free(old);
}
#endif

static void everything_goes_on(struct fixture *f, int round)
{
	static const char *const names[] = {"a", "b", NULL};
	static const struct caller_id ann = {.number = "2125550123", .name = "Ann"};
	struct media_command music = fixture_play(f, US(1), 1, MEDIA_PLAY_ALONE, names);
	struct media_command id = {.type = MEDIA_CALLER_ID, .channel = US(10)};
	music.play.loop = true;
	for (unsigned i = 1; i <= 9; i++) {
		fixture_open(f, US(i), true);
		fixture_open(f, EU(i), true);
	}
	fixture_send(f, music);
	fixture_tone(f, EU(1), (enum media_tone)(1 + round % (MEDIA_TONE_COUNT - 1)));
	fixture_bridge(f, US(2), EU(2), false);
	fixture_bridge(f, US(3), EU(3), false);
	fixture_bridge(f, US(4), EU(3), true);
	fixture_send(f, fixture_play(f, US(2), 2, MEDIA_PLAY_MIX, names));
	fixture_send(f, fixture_play(f, EU(2), 3, MEDIA_PLAY_OVER, names));
	fixture_send(f, (struct media_command){.type = MEDIA_SEND_DTMF, .channel = US(5), .digits = "123"});
	int bytes = caller_id_build(CALLER_ID_BELL202, &ann, id.caller_id.message, sizeof(id.caller_id.message));
	assert_true(bytes > 0);
	id.caller_id.bytes = (uint16_t)bytes;
	fixture_send(f, id);
	fake_event(&f->driver, DRIVER_FLASH, US(6));
	fixture_simple(f, MEDIA_CLOSE, US(7), false);
	fixture_tone(f, US(7), MEDIA_TONE_BUSY); /* refused, and logged */
}

static void test_no_allocation(void **state)
{
	struct fixture *f = *state;
	if (!INTERPOSED)
		skip();
	void *volatile probe;
	counting = true;
	probe = malloc(10);
	free(probe);
	assert_int_equal(calls, 2); /* the counter counts */
	calls = 0;
	for (int p = 0; p < 1000; p++) {
		counting = false;
		if (p % 50 == 0)
			everything_goes_on(f, p / 50);
		f->events = 0;
		for (int i = 0; i < PERIOD_SAMPLES; i++)
			f->driver.received[US(2)][i] = (uint8_t)(p + i);
		counting = true;
		fixture_pass(f);
	}
	counting = false;
	assert_int_equal(calls, 0);
}

static bool never(void *self, uint64_t now_us)
{
	return false;
}
static uint64_t no_deadline(void *self)
{
	return UINT64_MAX;
}

/* The thread runs passes for ever until it is told to stop. The fake driver always has a period. */
static void test_thread(void **state)
{
	struct fixture *f = *state;
	struct actor actor = {.name = "test", .step = never, .next_deadline_us = no_deadline, .bell = f->bell};
	struct actors actors = {.count = 0};
	struct media_status status;
	actor.deadline_us = UINT64_MAX;
	actors_add(&actors, &actor);
	f->driver.keep_transmit = true;
	assert_int_equal(media_start_thread(f->media, &actors), 0);
	do
		media_status(f->media, &status);
	while (status.periods < 1000);
	media_stop_thread(f->media);
	media_status(f->media, &status);
	uint64_t periods = status.periods;
	assert_int_equal(clock_now_us(), periods * DRIVER_PERIOD_MS * 1000);
	media_stop_thread(f->media); /* twice does no harm */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_no_allocation),
	    TEST(test_thread),
	};
	/* The log's ring, as on the box: without it a line would go straight to standard error. */
	if (log_start(LOG_NOTICE) != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
