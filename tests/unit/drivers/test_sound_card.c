/*
 * A card of arrays with a clock of its own: what it plays and records through drift and a late thread is measured; it
 * is pulled out, runs dry, stands still, and is there again.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>

#include "base/clock.h"
#include "base/text.h"
#include "drivers/alsa/card.h"

#define TONE_HZ   1004.0
#define AMPLITUDE 8000.0
#define CARD_HZ   48000
#define PERIOD    DRIVER_PERIOD_SAMPLES
#define SECONDS   45
#define HEARD_MAX (SECONDS * CARD_HZ + CARD_HZ)

/* The other side of the card: what it has played, in its own time. */
static struct {
	double drift;                   /* of its clock */
	double time_us;                 /* the line's */
	uint64_t written, read, origin; /* frames */
	int16_t *heard;
	int open_error, next_error, opens;
	bool open, still, dry;
} fake;

static uint64_t card_frames(void)
{
	return fake.still ? fake.origin : (uint64_t)(fake.time_us * 1e-6 * CARD_HZ * (1 + fake.drift));
}

static int fake_open(struct device **out, const struct sound_card *card, struct device_facts *facts,
                     struct fault *fault)
{
	fake.opens++;
	if (fake.open_error)
		return fault_set(fault, fake.open_error, "there is no such card");
	fake.open = true;
	fake.origin = fake.read = card_frames();
	fake.written = fake.origin;
	*facts = (struct device_facts){true, true, CARD_HZ};
	*out = (struct device *)&fake;
	return 0;
}

static void fake_close(struct device *device)
{
	assert_true(fake.open);
	fake.open = false;
}

static int error_due(void)
{
	int error = fake.next_error;

	fake.next_error = 0;
	return error;
}

static int fake_delay(struct device *device, int32_t *frames)
{
	int error = error_due();

	if (error)
		return error;
	if (card_frames() > fake.written) {
		fake.written = card_frames();
		fake.dry = true;
		return -EPIPE;
	}
	*frames = (int32_t)(fake.written - card_frames());
	return 0;
}

static int fake_write(struct device *device, const int16_t *samples, size_t count)
{
	size_t room = CARD_HZ * DEVICE_BUFFER_MS / 1000 - (size_t)(fake.written - card_frames());

	count = count < room ? count : room;
	for (size_t i = 0; i < count && fake.written < HEARD_MAX; i++)
		fake.heard[fake.written++] = samples[i];
	return (int)count;
}

static int fake_read(struct device *device, int16_t *samples, size_t room)
{
	size_t count = 0;

	for (; count < room && fake.read < card_frames(); count++, fake.read++)
		samples[count] = (int16_t)lrint(AMPLITUDE * sin(2 * M_PI * TONE_HZ * (double)fake.read / CARD_HZ));
	return (int)count;
}

static const struct device_ops fake_ops = {fake_open, fake_close, fake_delay, fake_write, fake_read};

static const struct sound_card settings = {
    .device = "fake", .rate_hz = CARD_HZ, .volume = SOUND_AS_IT_IS, .input_volume = SOUND_AS_IT_IS};

/* ---- how clean a tone is ---- */

static double remainder_at(const int16_t *samples, size_t count, double rate, double hz, double *power)
{
	double cs = 0, ss = 0, cc = 0, c_sum = 0, s_sum = 0, all = 0, c = 1, s = 0;
	double turn_c = cos(2 * M_PI * hz / rate), turn_s = sin(2 * M_PI * hz / rate);
	for (size_t i = 0; i < count; i++) {
		double next = c * turn_c - s * turn_s;
		cs += c * s;
		cc += c * c;
		ss += s * s;
		c_sum += samples[i] * c;
		s_sum += samples[i] * s;
		all += (double)samples[i] * samples[i];
		s = c * turn_s + s * turn_c;
		c = next;
	}
	double determinant = cc * ss - cs * cs;
	double a = (c_sum * ss - s_sum * cs) / determinant, b = (s_sum * cc - c_sum * cs) / determinant;
	*power = (a * a + b * b) / 2;
	return (all - a * c_sum - b * s_sum) / (double)count;
}

/* Signal to everything else, in dB, at the best frequency within 500 ppm. */
static double tone_snr_db(const int16_t *samples, size_t count, double rate)
{
	double low = TONE_HZ * (1 - 5e-4), high = TONE_HZ * (1 + 5e-4), power, rest;
	for (int i = 0; i < 16; i++) {
		double third = (high - low) / 3;
		if (remainder_at(samples, count, rate, low + third, &power) <
		    remainder_at(samples, count, rate, high - third, &power))
			high -= third;
		else
			low += third;
	}
	rest = remainder_at(samples, count, rate, (low + high) / 2, &power);
	return 10 * log10(power / (rest + 1e-9));
}

/* ---- running ---- */

struct run {
	struct card *card;
	int16_t *recorded;
	size_t recorded_count;
	uint64_t periods;
};

static struct run run_new(double drift)
{
	struct run run = {.card = aligned_alloc(64, (sizeof(struct card) + 63) / 64 * 64),
	                  .recorded = calloc((SECONDS + 1) * 8000, sizeof(int16_t))};
	int16_t *heard = fake.heard ? fake.heard : calloc(HEARD_MAX, sizeof(int16_t));
	memset(&fake, 0, sizeof(fake));
	memset(run.card, 0, sizeof(*run.card));
	fake.heard = heard;
	fake.drift = drift;
	run.card->ops = &fake_ops;
	srand(1);
	assert_false(card_set(run.card, &settings, 0));
	return run;
}

static void run_free(struct run *run)
{
	card_close(run->card);
	free(run->card);
	free(run->recorded);
}

/* One period of the line; the card's thread is up to late_us late. True: the card has news. */
static bool run_period(struct run *run, unsigned late_us)
{
	int16_t to[PERIOD], from[PERIOD];
	uint64_t now_us = ++run->periods * PERIOD * US_PER_SAMPLE;

	for (int i = 0; i < PERIOD; i++)
		to[i] = (int16_t)lrint(AMPLITUDE *
		                       sin(2 * M_PI * TONE_HZ * (double)(run->periods * PERIOD + (unsigned)i) / 8000));
	fake.time_us = (double)now_us;
	card_exchange(run->card, 1000000 + now_us, to, from);
	memcpy(run->recorded + run->recorded_count, from, sizeof(from));
	run->recorded_count += PERIOD;
	if (run->recorded_count > SECONDS * 8000)
		run->recorded_count = 8000; /* long ago is not looked at */
	unsigned late = late_us ? (unsigned)rand() % late_us : 0;
	fake.time_us = (double)(now_us + late);
	return card_service(run->card, now_us, 1000000 + now_us + late);
}

/* Tenths of a second, each with its own frequency: what is slowly steered is not heard, a click is. */
static double worst_db(const int16_t *samples, size_t second, double rate, size_t from_s, size_t to_s)
{
	double worst = 200;
	for (size_t tenth = from_s * 10; tenth < to_s * 10; tenth++) {
		double db = tone_snr_db(samples + tenth * (second / 10), second / 10, rate);
		worst = db < worst ? db : worst;
	}
	return worst;
}

static void check_drift(double drift, double least_db)
{
	struct run run = run_new(drift);
	while (run.periods < SECONDS * 100)
		run_period(&run, 2000);
	double played_db = worst_db(fake.heard, CARD_HZ, CARD_HZ, 2, SECONDS - 1);
	double recorded_db = worst_db(run.recorded, 8000, 8000, 2, SECONDS);
	print_message("drift %+.0f ppm: played %.1f dB, recorded %.1f dB, corrected by %d and %d ppm\n", drift * 1e6,
	              played_db, recorded_db, run.card->play.ppm, run.card->capture.ppm);
	assert_true(played_db > least_db);
	assert_true(recorded_db > least_db);
	assert_int_equal(run.card->underruns, 0);
	assert_int_equal(run.card->overruns, 0);
	assert_int_equal(run.card->missed, 0);
	assert_in_range(run.card->play.ppm + 1000, (int)(drift * 1e6) + 1000 - 50, (int)(drift * 1e6) + 1000 + 50);
	assert_in_range(1000 - run.card->capture.ppm, (int)(drift * 1e6) + 1000 - 50, (int)(drift * 1e6) + 1000 + 50);
	run_free(&run);
}

static void a_tone_stays_clean_through_drift(void **state)
{
	check_drift(200e-6, 60);
	check_drift(-200e-6, 60);
}

static void in_virtual_time_nothing_is_corrected(void **state)
{
	struct run run = run_new(0);
	run.card->virtual_time = true;
	while (run.periods < 300)
		run_period(&run, 0);
	assert_int_equal(run.card->play.ppm, 0);
	assert_true(worst_db(fake.heard, CARD_HZ, CARD_HZ, 1, 2) > 60);
	assert_true(worst_db(run.recorded, 8000, 8000, 1, 3) > 60);
	run_free(&run);
}

/* ---- trouble ---- */

static bool news_within(struct run *run, unsigned periods)
{
	while (periods--)
		if (run_period(run, 0))
			return true;
	return false;
}

static void pulled_out_and_back(void **state)
{
	struct run run = run_new(0);
	int16_t in[PERIOD], silence[PERIOD] = {0};
	assert_true(news_within(&run, 1));
	assert_true(run.card->working);
	assert_string_equal(run.card->text, "fake: 48000 Hz, loudspeaker and input");
	assert_false(news_within(&run, 1200));
	fake.next_error = -ENODEV;
	fake.open_error = -ENOENT;
	assert_true(news_within(&run, 1));
	assert_false(run.card->working);
	assert_false(fake.open);
	assert_string_equal(run.card->text, "fake: the card is gone");
	card_exchange(run.card, 1, in, in);
	assert_memory_equal(in, silence, sizeof(in));
	/* Tried again after 1, 2, 4 ... seconds, which is no news. */
	assert_int_equal(fake.opens, 1);
	assert_false(news_within(&run, 1600));
	assert_int_equal(fake.opens, 5);
	fake.open_error = 0;
	assert_true(news_within(&run, 1600));
	assert_true(run.card->working);
	assert_int_equal(run.card->losses, 1);
	assert_false(news_within(&run, 300));
	assert_true(tone_snr_db(run.recorded + run.recorded_count - 8000, 8000, 8000) > 45);
	run_free(&run);
}

static void not_there_from_the_beginning(void **state)
{
	struct run run = run_new(0);
	fake.open_error = -ENOENT;
	assert_true(news_within(&run, 1));
	assert_string_equal(run.card->text, "fake: there is no such card");
	/* The longest pause between two tries is a minute. */
	assert_false(news_within(&run, 20000));
	assert_int_equal(fake.opens, 9);
	assert_true(run.card->try_us <= run.periods * 10000 + 60 * US_PER_S);
	struct sound_card none = {.device = ""};
	assert_false(card_set(run.card, &none, 0));
	fake.open_error = 0;
	assert_false(news_within(&run, 10000));
	assert_int_equal(fake.opens, 9);
	run_free(&run);
}

static void every_error_is_survived(void **state)
{
	static const int errors[] = {-EIO, -EBADFD, -ENODEV, -ENOSYS};
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		struct run run = run_new(0);
		assert_true(news_within(&run, 1));
		news_within(&run, 200);
		fake.next_error = errors[i];
		assert_true(news_within(&run, 1));
		assert_false(run.card->working);
		assert_true(news_within(&run, 200));
		assert_true(run.card->working);
		run_free(&run);
	}
}

static void runs_dry_once(void **state)
{
	struct run run = run_new(0);
	while (run.periods < 500)
		run_period(&run, 0);
	/* The thread is held up for 200 ms. */
	for (int i = 0; i < 20; i++) {
		int16_t to[PERIOD] = {0}, from[PERIOD];
		run.periods++;
		card_exchange(run.card, 1000000 + run.periods * 10000, to, from);
	}
	while (run.periods < 1500)
		run_period(&run, 0);
	assert_true(fake.dry);
	assert_true(run.card->working);
	assert_int_equal(run.card->underruns, 1);
	assert_true(tone_snr_db(run.recorded + run.recorded_count - 8000, 8000, 8000) > 45);
	assert_true(run.card->delay < CARD_PLAY_TARGET_MS + 30);
	run_free(&run);
}

static void a_card_that_stands_still_is_lost(void **state)
{
	struct run run = run_new(0);
	while (run.periods < 300)
		run_period(&run, 0);
	fake.origin = card_frames();
	fake.still = true;
	assert_true(news_within(&run, 400));
	assert_string_equal(run.card->text, "fake: the card does not move on");
	run_free(&run);
}

static void pretended(void **state)
{
	struct run run = run_new(0);
	assert_true(news_within(&run, 1));
	run.card->pretend_lost = true;
	assert_true(news_within(&run, 1));
	assert_false(run.card->working);
	assert_false(news_within(&run, 500));
	run.card->pretend_lost = false;
	assert_true(news_within(&run, 900));
	assert_true(run.card->working);
	run_free(&run);
}

static void a_ring_takes_what_fits(void **state)
{
	static struct sample_ring ring;
	int16_t block[1000], out[1000];
	size_t put = 0;
	for (int16_t i = 0; i < 1000; i++)
		block[i] = i;
	for (int i = 0; i < 5; i++)
		put += sample_ring_put(&ring, block, 1000);
	assert_int_equal(put, SAMPLE_RING_SAMPLES);
	assert_int_equal(sample_ring_fill(&ring), SAMPLE_RING_SAMPLES);
	assert_int_equal(sample_ring_take(&ring, NULL, 990), 990);
	assert_int_equal(sample_ring_take(&ring, out, 20), 20);
	assert_int_equal(out[9], 999);
	assert_int_equal(out[10], 0);
	assert_int_equal(sample_ring_put(&ring, block, 2000 / 2), 1000);
	while (sample_ring_take(&ring, out, 7))
		;
	assert_int_equal(sample_ring_fill(&ring), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_ring_takes_what_fits),
	    cmocka_unit_test(a_tone_stays_clean_through_drift),
	    cmocka_unit_test(in_virtual_time_nothing_is_corrected),
	    cmocka_unit_test(pulled_out_and_back),
	    cmocka_unit_test(not_there_from_the_beginning),
	    cmocka_unit_test(every_error_is_survived),
	    cmocka_unit_test(runs_dry_once),
	    cmocka_unit_test(a_card_that_stands_still_is_lost),
	    cmocka_unit_test(pretended),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
