/* What the media tests share: a media room on the fake driver, prompts made on the spot, signals and measurements. */
#ifndef TESTS_MEDIA_FIXTURE_H
#define TESTS_MEDIA_FIXTURE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "dsp/g711.h"
#include "media/media.h"
#include "tests/unit/media/fake_driver.h"

#define US(timeslot) driver_channel(1, timeslot) /* mu-law */
#define EU(timeslot) driver_channel(2, timeslot) /* A-law */
#define TAPE_PERIODS 800

struct fixture {
	struct span_driver driver;
	struct prompts *prompts;
	struct doorbell *bell;
	struct media *media;
	char folder[64];
	struct media_event event[256]; /* of all passes since fixture_clear_events() */
	int events;
	unsigned passes;
};

static inline void fixture_write_prompt(const struct fixture *f, const char *name, const uint8_t *bytes, size_t count)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%s.ulaw", f->folder, name);
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, count, file), count);
	fclose(file);
}

/* A prompt whose bytes say where they are: base + n % 64, never silence. */
static inline void fixture_ramp(const struct fixture *f, const char *name, uint8_t base, size_t count)
{
	uint8_t *bytes = malloc(count + 1);
	for (size_t i = 0; i < count; i++)
		bytes[i] = (uint8_t)(base + i % 64);
	fixture_write_prompt(f, name, bytes, count);
	free(bytes);
}

static inline int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	fake_driver_init(&f->driver);
	snprintf(f->folder, sizeof(f->folder), "/tmp/belfry-media-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	fixture_ramp(f, "a", 0x00, 200);
	fixture_ramp(f, "b", 0x40, 120);
	fixture_ramp(f, "c", 0x80, 80);
	fixture_ramp(f, "one", 0x30, 1);
	fixture_ramp(f, "empty", 0, 0);
	const char *const folders[] = {f->folder, NULL};
	clock_start(1);
	assert_int_equal(prompts_load(&f->prompts, folders, NULL), 0);
	assert_int_equal(doorbell_new(&f->bell), 0);
	assert_int_equal(media_new(&f->media, &f->driver, f->prompts, f->bell), 0);
	*state = f;
	return 0;
}

static inline int fixture_teardown(void **state)
{
	static const char *const names[] = {"a", "b", "c", "one", "empty"};
	struct fixture *f = *state;
	media_free(f->media);
	doorbell_free(f->bell);
	prompts_free(f->prompts);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char path[128];
		snprintf(path, sizeof(path), "%s/%s.ulaw", f->folder, names[i]);
		unlink(path);
	}
	rmdir(f->folder);
	free(f);
	return 0;
}

static inline void fixture_send(struct fixture *f, struct media_command command)
{
	assert_int_equal(media_send(f->media, &command), 0);
}

static inline void fixture_open(struct fixture *f, uint16_t channel, bool dtmf)
{
	fixture_send(f, (struct media_command){.type = MEDIA_OPEN, .channel = channel, .flag = dtmf});
}

static inline void fixture_simple(struct fixture *f, enum media_command_type type, uint16_t channel, bool flag)
{
	fixture_send(f, (struct media_command){.type = type, .channel = channel, .flag = flag});
}

static inline void fixture_bridge(struct fixture *f, uint16_t channel, uint16_t peer, bool join)
{
	fixture_send(f, (struct media_command){.type = MEDIA_BRIDGE, .channel = channel, .peer = peer, .flag = join});
}

static inline void fixture_tone(struct fixture *f, uint16_t channel, enum media_tone tone)
{
	fixture_send(f, (struct media_command){.type = MEDIA_TONE, .channel = channel, .tone = tone});
}

/* names ends with NULL */
static inline struct media_command fixture_play(struct fixture *f, uint16_t channel, uint32_t token,
                                                enum media_play_mode mode, const char *const *names)
{
	struct media_command command = {.type = MEDIA_PLAY, .channel = channel};
	command.play.token = token;
	command.play.mode = mode;
	for (int i = 0; names[i]; i++)
		command.play.prompt[command.play.count++] = prompts_find(f->prompts, names[i]);
	return command;
}

static inline void fixture_pass(struct fixture *f)
{
	assert_int_equal(media_pass(f->media, false), 1);
	f->passes++;
	while (f->events < (int)ARRAY_SIZE(f->event) && media_next_event(f->media, &f->event[f->events]))
		f->events++;
}

/* Passes, and keeps what the channel sent, as linear samples. */
static inline void fixture_record(struct fixture *f, uint16_t channel, int16_t *samples, int periods)
{
	enum law law = driver_channel_span(channel) % 2 ? LAW_MULAW : LAW_ALAW;
	for (int i = 0; i < periods; i++) {
		fixture_pass(f);
		law_decode(law, samples + i * PERIOD_SAMPLES, driver_transmit(&f->driver, channel), PERIOD_SAMPLES);
	}
}

static inline int fixture_count(const struct fixture *f, enum media_event_type type, uint16_t channel)
{
	int count = 0;
	for (int i = 0; i < f->events; i++)
		count += f->event[i].type == type && f->event[i].channel == channel;
	return count;
}

static inline const struct media_event *fixture_find(const struct fixture *f, enum media_event_type type,
                                                     uint16_t channel)
{
	for (int i = 0; i < f->events; i++)
		if (f->event[i].type == type && f->event[i].channel == channel)
			return &f->event[i];
	return NULL;
}

/* A tone's level in dBm0 by correlation over the whole signal; 22,827 is the peak of 0 dBm0. */
static inline double measure_dbm0(const int16_t *samples, size_t count, double hz)
{
	double re = 0, im = 0;
	for (size_t i = 0; i < count; i++) {
		re += samples[i] * cos(2 * M_PI * hz * (double)i / 8000);
		im += samples[i] * sin(2 * M_PI * hz * (double)i / 8000);
	}
	return 20 * log10(2 * sqrt(re * re + im * im) / (double)count / 22827 + 1e-9);
}

static inline void sine(int16_t *samples, size_t count, double hz, double dbm0, size_t from)
{
	for (size_t i = 0; i < count; i++)
		samples[i] = (int16_t)(22827 * pow(10, dbm0 / 20) * sin(2 * M_PI * hz * (double)(from + i) / 8000));
}

#endif
