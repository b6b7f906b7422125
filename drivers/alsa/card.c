#include "drivers/alsa/card.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define PERIOD         DRIVER_PERIOD_SAMPLES
#define RATE           8000
#define BLOCK_FRAMES   4096
#define BACK_OFF_MAX_S 60
#define STEADY_US      (10 * US_PER_S) /* a card that worked so long begins with the shortest back-off again */
#define STUCK_US       (2 * US_PER_S)  /* it takes nothing and gives nothing for so long: lost */
#define RESYNC_MS      80              /* so far from the target nothing is steered, it is cut */

static void count(_Atomic uint32_t *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

/* ---- opened and given up ---- */

static void free_ways(struct card *card)
{
	convert_free(card->play.convert);
	convert_free(card->capture.convert);
	card->play.convert = card->capture.convert = NULL;
}

void card_close(struct card *card)
{
	atomic_store_explicit(&card->working, false, memory_order_release);
	if (card->device)
		card->ops->close(card->device);
	card->device = NULL;
	free_ways(card);
}

static void begin_ways(struct card *card, uint64_t now_us)
{
	sample_ring_take(&card->play.ring, NULL, SAMPLE_RING_SAMPLES);
	steer_restart(&card->play.steer);
	steer_restart(&card->capture.steer);
	card->moved_us = card->serviced_us = card->began_us = now_us;
	card->capture_debt = 0;
	card->filled = false;
}

static bool lost(struct card *card, uint64_t now_us, const char *why)
{
	size_t used = 0;
	bool was_working = atomic_load_explicit(&card->working, memory_order_relaxed);
	bool news = was_working || !card->text[0];

	if (was_working && now_us >= card->began_us + STEADY_US)
		card->back_off_s = 0;
	card_close(card);
	if (was_working)
		count(&card->losses);
	card->back_off_s = card->back_off_s ? card->back_off_s * 2 : 1;
	if (card->back_off_s > BACK_OFF_MAX_S)
		card->back_off_s = BACK_OFF_MAX_S;
	card->try_us = now_us + card->back_off_s * US_PER_S;
	if (news) {
		card->text[0] = '\0';
		text_append(card->text, sizeof(card->text), &used, "%s: %s", card->settings.device, why);
	}
	return news;
}

static bool opened(struct card *card, uint64_t now_us)
{
	struct fault fault = {""};
	char mixer[96];
	size_t used = 0;
	int error;

	if (atomic_load_explicit(&card->pretend_lost, memory_order_relaxed))
		return lost(card, now_us, "there is no such card");
	error = card->ops->open(&card->device, &card->settings, &card->facts, &fault);
	if (error) {
		card->device = NULL;
		return lost(card, now_us, fault.text);
	}
	if (convert_new(&card->play.convert, (double)card->facts.rate_hz / RATE) < 0 ||
	    convert_new(&card->capture.convert, RATE / (double)card->facts.rate_hz) < 0)
		return lost(card, now_us, "no memory left");
	mixer_set(&card->settings, mixer, sizeof(mixer));
	begin_ways(card, now_us);
	card->text[0] = '\0';
	text_append(card->text, sizeof(card->text), &used, "%s: %u Hz, %s%s", card->settings.device,
	            card->facts.rate_hz,
	            !card->facts.captures ? "loudspeaker only"
	            : card->facts.plays   ? "loudspeaker and input"
	                                  : "input only",
	            mixer);
	atomic_store_explicit(&card->working, true, memory_order_release);
	return true;
}

bool card_set(struct card *card, const struct sound_card *settings, uint64_t now_us)
{
	bool was_working = atomic_load_explicit(&card->working, memory_order_relaxed);

	if (memcmp(settings, &card->settings, sizeof(*settings)) == 0)
		return false;
	card_close(card);
	card->settings = *settings;
	card->text[0] = '\0';
	card->back_off_s = 0;
	card->try_us = now_us;
	return was_working && !settings->device[0];
}

/* ---- playing ---- */

static double target_frames(const struct card *card)
{
	return card->facts.rate_hz * (CARD_PLAY_TARGET_MS / 1e3);
}

/* Silence until so much is on the way. */
static int fill_up(struct card *card, int32_t delay)
{
	static const int16_t silence[BLOCK_FRAMES];
	double missing = target_frames(card) - delay;
	int written = missing >= 1 ? card->ops->write(card->device, silence,
	                                              missing < BLOCK_FRAMES ? (size_t)missing : BLOCK_FRAMES)
	                           : 0;

	return written < 0 ? written : 0;
}

/* How much time has passed since media gave the last samples: they are older by that. */
static double age_s(const struct card *card, uint64_t mono_us)
{
	uint64_t exchanged = atomic_load_explicit(&card->exchanged_us, memory_order_relaxed);
	uint64_t age = exchanged && mono_us > exchanged ? mono_us - exchanged : 0;

	return age < 50 * US_PER_MS ? (double)age / 1e6 : 0.05;
}

static int play_samples(struct card *card, double less, const int16_t *samples, size_t samples_count, uint64_t now_us)
{
	static _Thread_local int16_t frames[4 * BLOCK_FRAMES];
	size_t made = convert_run(card->play.convert, less, samples, samples_count, frames, 4 * BLOCK_FRAMES);

	for (size_t done = 0; done < made;) {
		int written = card->ops->write(card->device, frames + done, made - done);
		if (written < 0)
			return written;
		if (written == 0) {
			count(&card->overruns);
			return now_us > card->moved_us + STUCK_US ? -ETIMEDOUT : 0;
		}
		done += (size_t)written;
		card->moved_us = now_us;
	}
	return 0;
}

/* Real time: the card's clock is not the line's. What is in the card may neither run dry nor grow. */
static int play_steered(struct card *card, uint64_t now_us, uint64_t mono_us, double since_s)
{
	int16_t samples[CONVERT_BLOCK_MAX];
	size_t there = sample_ring_take(&card->play.ring, samples, CONVERT_BLOCK_MAX);
	double rate = card->facts.rate_hz, too_much_s, less;
	int32_t delay = 0;
	int error = card->ops->delay(card->device, &delay);

	if (error == -EPIPE && card->filled)
		count(&card->underruns);
	if (error && error != -EPIPE)
		return error;
	atomic_store_explicit(&card->delay, (uint32_t)(delay * 1000.0 / rate), memory_order_relaxed);
	if (error == -EPIPE || !card->filled || delay < target_frames(card) / 8) {
		card->filled = true;
		steer_restart(&card->play.steer);
		if ((error = fill_up(card, error ? 0 : delay)) < 0)
			return error;
		/* Of what has waited meanwhile only the newest is played: it would be late for ever. */
		if (there > PERIOD)
			memmove(samples, samples + there - PERIOD, PERIOD * sizeof(*samples));
		return there ? play_samples(card, 0, samples, there < PERIOD ? there : PERIOD, now_us) : 0;
	}
	if (!there)
		return 0;
	too_much_s = ((double)delay - target_frames(card)) / rate + age_s(card, mono_us);
	if (too_much_s > RESYNC_MS / 1e3) {
		count(&card->overruns);
		return 0;
	}
	less = steer_update(&card->play.steer, too_much_s, since_s);
	atomic_store_explicit(&card->play.ppm, (int32_t)lround(-less * 1e6), memory_order_relaxed);
	return play_samples(card, less, samples, there, now_us);
}

static int play_virtual(struct card *card, uint64_t now_us)
{
	int16_t samples[CONVERT_BLOCK_MAX];
	size_t there = sample_ring_take(&card->play.ring, samples, CONVERT_BLOCK_MAX);
	int error = there ? play_samples(card, 0, samples, there, now_us) : 0;

	return error == -EPIPE ? 0 : error;
}

/* ---- capturing ---- */

static int capture_steered(struct card *card, uint64_t now_us, uint64_t mono_us, double since_s)
{
	static _Thread_local int16_t frames[CONVERT_BLOCK_MAX], samples[CONVERT_BLOCK_MAX * 2];
	double fill_s = sample_ring_fill(&card->capture.ring) / (double)RATE - age_s(card, mono_us), less = 0;
	/* A device without a clock (ALSA's null) has always more: this thread goes before others. */
	size_t left = card->facts.rate_hz * 2 * DEVICE_BUFFER_MS / 1000;
	int got = 0;

	while (left &&
	       (got = card->ops->read(card->device, frames, left < CONVERT_BLOCK_MAX ? left : CONVERT_BLOCK_MAX)) > 0) {
		left -= (size_t)got;
		size_t made = convert_run(card->capture.convert, atomic_load(&card->capture.ppm) * -1e-6, frames,
		                          (size_t)got, samples, CONVERT_BLOCK_MAX * 2);
		if (sample_ring_put(&card->capture.ring, samples, made) < made)
			count(&card->overruns);
		fill_s += (double)made / RATE;
		card->moved_us = now_us;
	}
	if (got == -EPIPE) {
		count(&card->overruns);
		steer_restart(&card->capture.steer);
		return 0;
	}
	if (got < 0)
		return got;
	if (now_us > card->moved_us + STUCK_US)
		return -ETIMEDOUT;
	if (fabs(fill_s - CARD_CAPTURE_TARGET_MS / 1e3) < RESYNC_MS / 1e3)
		less = steer_update(&card->capture.steer, fill_s - CARD_CAPTURE_TARGET_MS / 1e3, since_s);
	atomic_store_explicit(&card->capture.ppm, (int32_t)lround(-less * 1e6), memory_order_relaxed);
	return 0;
}

/* As much as the clock has gone on. */
static int capture_virtual(struct card *card, double since_s)
{
	int16_t frames[CONVERT_BLOCK_MAX], samples[CONVERT_BLOCK_MAX * 2];
	int got = 1;

	card->capture_debt += since_s * card->facts.rate_hz;
	while (card->capture_debt >= 1 && got > 0) {
		size_t want = card->capture_debt < CONVERT_BLOCK_MAX ? (size_t)card->capture_debt : CONVERT_BLOCK_MAX;
		got = card->ops->read(card->device, frames, want);
		if (got <= 0)
			break;
		sample_ring_put(
		    &card->capture.ring, samples,
		    convert_run(card->capture.convert, 0, frames, (size_t)got, samples, CONVERT_BLOCK_MAX * 2));
		card->capture_debt -= got;
	}
	return got == -EPIPE ? 0 : got < 0 ? got : 0;
}

/* ---- once a period ---- */

static int service_both(struct card *card, uint64_t now_us, uint64_t mono_us)
{
	double since_s = (double)(now_us - card->serviced_us) / 1e6;
	int error = 0;

	card->serviced_us = now_us;
	if (card->facts.plays)
		error = card->virtual_time ? play_virtual(card, now_us) : play_steered(card, now_us, mono_us, since_s);
	else
		sample_ring_take(&card->play.ring, NULL, SAMPLE_RING_SAMPLES);
	if (error == -EPIPE) {
		count(&card->underruns);
		error = 0;
	}
	if (!error && card->facts.captures)
		error = card->virtual_time ? capture_virtual(card, since_s)
		                           : capture_steered(card, now_us, mono_us, since_s);
	return error;
}

static const char *loss_reason(int error)
{
	switch (error) {
	case -ENODEV:
	case -EBADFD:
		return "the card is gone";
	case -ETIMEDOUT:
		return "the card does not move on";
	default:
		return strerrordesc_np(-error);
	}
}

bool card_service(struct card *card, uint64_t now_us, uint64_t mono_us)
{
	int error;

	if (!card->settings.device[0])
		return false;
	if (!card->device)
		return now_us >= card->try_us && opened(card, now_us);
	if (now_us <= card->serviced_us)
		return false;
	if (atomic_load_explicit(&card->pretend_lost, memory_order_relaxed))
		return lost(card, now_us, "the card is gone");
	error = service_both(card, now_us, mono_us);
	return error && lost(card, now_us, loss_reason(error));
}

/* ---- media's thread ---- */

static void capture_period(struct card *card, int16_t *from)
{
	uint32_t fill = sample_ring_fill(&card->capture.ring);
	uint32_t target = card->virtual_time ? PERIOD : CARD_CAPTURE_TARGET_MS * RATE / 1000;
	bool begins = !card->primed && fill >= target, far_off = fill > target + RESYNC_MS * RATE / 1000;

	if (begins || far_off)
		sample_ring_take(&card->capture.ring, NULL, fill - target);
	if (card->primed && far_off)
		count(&card->overruns);
	card->primed |= begins;
	if (card->primed && sample_ring_fill(&card->capture.ring) >= PERIOD) {
		sample_ring_take(&card->capture.ring, from, PERIOD);
		return;
	}
	if (card->primed)
		count(&card->missed);
	card->primed = false;
	memset(from, 0, PERIOD * sizeof(*from));
}

void card_exchange(struct card *card, uint64_t mono_us, const int16_t *to, int16_t *from)
{
	if (!atomic_load_explicit(&card->working, memory_order_acquire)) {
		memset(from, 0, PERIOD * sizeof(*from));
		card->primed = false;
		return;
	}
	sample_ring_put(&card->play.ring, to, PERIOD);
	capture_period(card, from);
	atomic_store_explicit(&card->exchanged_us, mono_us, memory_order_relaxed);
}
