/* Sound cards as channels, what one channel hears of another, and what is kept of what it says. */
#include "tests/unit/media/fixture.h"

/* Stands in for drivers/alsa: cards of arrays. */
struct sound {
	bool working[SOUND_CARDS_MAX];
	int16_t played[SOUND_CARDS_MAX][PERIOD_SAMPLES], heard[SOUND_CARDS_MAX];
};
static struct sound cards;

bool sound_working(const struct sound *sound, unsigned card)
{
	return sound->working[card];
}

void sound_exchange(struct sound *sound, unsigned card, const int16_t to[DRIVER_PERIOD_SAMPLES],
                    int16_t from[DRIVER_PERIOD_SAMPLES])
{
	memcpy(sound->played[card], to, sizeof(sound->played[card]));
	for (int i = 0; i < PERIOD_SAMPLES; i++)
		from[i] = sound->heard[card];
}

static int setup(void **state)
{
	memset(&cards, 0, sizeof(cards));
	cards.working[0] = true;
	int error = fixture_setup(state);
	struct fixture *f = *state;
	media_set_sound(f->media, &cards);
	return error;
}

static void feed(struct fixture *f, uint16_t channel, uint16_t from, const char *instead)
{
	const char *const names[] = {instead, NULL};
	struct media_command command = fixture_play(f, channel, 0, MEDIA_PLAY_ALONE, names);
	command.type = MEDIA_FEED;
	command.peer = from;
	fixture_send(f, command);
}

static bool is_all(const uint8_t *bytes, uint8_t value)
{
	for (int i = 0; i < PERIOD_SAMPLES; i++)
		if (bytes[i] != value)
			return false;
	return true;
}

/* One speaks, many hear: a telephone of the same law byte for byte, the loudspeaker as linear samples. */
static void a_page_is_heard_by_all(void **state)
{
	struct fixture *f = *state;
	const uint16_t speaker = media_sound_channel(0);
	for (unsigned slot = 1; slot <= 20; slot++)
		fixture_open(f, US(slot), false);
	fixture_open(f, speaker, false);
	for (unsigned slot = 2; slot <= 20; slot++)
		feed(f, US(slot), US(1), NULL);
	feed(f, speaker, US(1), NULL);
	memset(f->driver.received[US(1)], 0x90, PERIOD_SAMPLES);
	fixture_pass(f);
	for (unsigned slot = 2; slot <= 20; slot++)
		assert_true(is_all(f->driver.transmitted[US(slot)], 0x90));
	int16_t expected[PERIOD_SAMPLES];
	law_decode(LAW_MULAW, expected, f->driver.received[US(1)], PERIOD_SAMPLES);
	assert_memory_equal(cards.played[0], expected, sizeof(expected));
	/* The talker hears nothing of it, nobody hears anything once it is stopped. */
	assert_true(is_all(f->driver.transmitted[US(1)], 0xff));
	fixture_simple(f, MEDIA_STOP, US(2), false);
	fixture_simple(f, MEDIA_CLOSE, speaker, false);
	fixture_pass(f);
	assert_true(is_all(f->driver.transmitted[US(2)], 0xff));
	assert_int_equal(cards.played[0][5], 0);
}

/* What comes in on the card is heard; silent or gone, the prompt instead, with an event; and back. */
static void music_from_a_card(void **state)
{
	struct fixture *f = *state;
	const uint16_t card = media_sound_channel(0);
	fixture_send(f, (struct media_command){.type = MEDIA_SILENCE, .channel = card, .silence_ms = 2000});
	fixture_open(f, US(1), false);
	fixture_open(f, EU(1), false);
	feed(f, US(1), card, "a");
	feed(f, EU(1), card, "a");
	cards.heard[0] = 4000;
	fixture_pass(f);
	fixture_pass(f);
	int16_t heard[PERIOD_SAMPLES];
	law_decode(LAW_ALAW, heard, f->driver.transmitted[EU(1)], PERIOD_SAMPLES);
	assert_in_range(heard[0], 3800, 4200);
	cards.heard[0] = 20; /* the noise of an open input */
	for (int i = 0; i < 195; i++)
		fixture_pass(f);
	assert_int_equal(fixture_count(f, MEDIA_SILENT, card), 0);
	for (int i = 0; i < 10; i++)
		fixture_pass(f);
	assert_int_equal(fixture_count(f, MEDIA_SILENT, card), 1);
	assert_true(fixture_find(f, MEDIA_SILENT, card)->flag);
	assert_in_range(f->driver.transmitted[US(1)][0], 0, 63); /* prompt a */
	/* A click brings nothing back, sound does. */
	cards.heard[0] = 4000;
	fixture_pass(f);
	cards.heard[0] = 0;
	for (int i = 0; i < 150; i++)
		fixture_pass(f);
	assert_int_equal(fixture_count(f, MEDIA_SILENT, card), 1);
	cards.heard[0] = 4000;
	for (int i = 0; i < 15; i++)
		fixture_pass(f);
	assert_int_equal(fixture_count(f, MEDIA_SILENT, card), 2);
	law_decode(LAW_MULAW, heard, f->driver.transmitted[US(1)], PERIOD_SAMPLES);
	assert_in_range(heard[0], 3800, 4200);
	cards.working[0] = false;
	fixture_pass(f);
	fixture_pass(f);
	assert_in_range(f->driver.transmitted[US(1)][0], 0, 63);
}

static void without_a_line_the_loudspeaker_goes_on(void **state)
{
	struct fixture *f = *state;
	const uint16_t speaker = media_sound_channel(0);
	fixture_open(f, speaker, false);
	fixture_tone(f, speaker, MEDIA_TONE_DIAL);
	f->driver.next = 2;
	fixture_pass(f);
	assert_true(abs(cards.played[0][3]) > 0);
	/* and what comes in is kept, all of it: three periods went by */
	uint8_t bytes[PERIOD_SAMPLES * 10];
	struct media_take take = {.bytes = bytes, .size = sizeof(bytes)};
	fixture_send(f, (struct media_command){.type = MEDIA_TAKE, .channel = speaker, .take = &take});
	cards.heard[0] = 4000;
	f->driver.elapsed_us = 3 * DRIVER_PERIOD_MS * 1000;
	fixture_pass(f);
	assert_int_equal(take.count, 3 * PERIOD_SAMPLES);
	fixture_send(f, (struct media_command){.type = MEDIA_TAKE, .channel = speaker});
	fixture_pass(f);
	assert_int_equal(fixture_count(f, MEDIA_TAKE_DONE, speaker), 1);
}

/* Kept until it is stopped, is full, or the channel is closed: one event each time. */
static void what_is_said_is_kept(void **state)
{
	struct fixture *f = *state;
	uint8_t bytes[PERIOD_SAMPLES * 3 + 10];
	struct media_take take = {.bytes = bytes, .size = sizeof(bytes)};
	fixture_open(f, US(1), false);
	fixture_send(f, (struct media_command){.type = MEDIA_TAKE, .channel = US(1), .take = &take});
	memset(f->driver.received[US(1)], 0x33, PERIOD_SAMPLES);
	fixture_pass(f);
	fixture_pass(f);
	assert_int_equal(take.count, 2 * PERIOD_SAMPLES);
	fixture_send(f, (struct media_command){.type = MEDIA_TAKE, .channel = US(1)});
	fixture_pass(f);
	assert_int_equal(fixture_count(f, MEDIA_TAKE_DONE, US(1)), 1);
	assert_true(is_all(bytes, 0x33) && is_all(bytes + PERIOD_SAMPLES, 0x33));
	/* heard again, to the last sample */
	fixture_send(f,
	             (struct media_command){.type = MEDIA_PLAY, .channel = US(1), .play = {.token = 7, .take = &take}});
	fixture_pass(f);
	assert_true(is_all(f->driver.transmitted[US(1)], 0x33));
	assert_int_equal(fixture_count(f, MEDIA_PLAY_DONE, US(1)), 0);
	fixture_pass(f);
	assert_int_equal(fixture_count(f, MEDIA_PLAY_DONE, US(1)), 1);
	/* full */
	fixture_send(f, (struct media_command){.type = MEDIA_TAKE, .channel = US(1), .take = &take});
	for (int i = 0; i < 6; i++)
		fixture_pass(f);
	assert_int_equal(take.count, sizeof(bytes));
	assert_int_equal(fixture_count(f, MEDIA_TAKE_DONE, US(1)), 2);
	/* closed */
	fixture_send(f, (struct media_command){.type = MEDIA_TAKE, .channel = US(1), .take = &take});
	fixture_simple(f, MEDIA_CLOSE, US(1), false);
	fixture_pass(f);
	assert_int_equal(fixture_count(f, MEDIA_TAKE_DONE, US(1)), 3);
	/* not open: told at once */
	fixture_send(f, (struct media_command){.type = MEDIA_TAKE, .channel = US(2), .take = &take});
	fixture_pass(f);
	assert_int_equal(fixture_count(f, MEDIA_TAKE_DONE, US(2)), 1);
	/* nothing in it is over at once */
	take.count = 0;
	fixture_open(f, US(1), false);
	fixture_send(f,
	             (struct media_command){.type = MEDIA_PLAY, .channel = US(1), .play = {.token = 8, .take = &take}});
	fixture_pass(f);
	assert_int_equal(fixture_count(f, MEDIA_PLAY_DONE, US(1)), 2);
}

/* Two at one card: a conference of a telephone and the card, which the driver must not be asked for. */
static void a_card_in_a_bridge(void **state)
{
	struct fixture *f = *state;
	const uint16_t card = media_sound_channel(0);
	f->driver.can_bridge = true;
	fixture_open(f, US(1), false);
	fixture_open(f, card, false);
	fixture_bridge(f, card, US(1), false);
	cards.heard[0] = 4000;
	fixture_pass(f);
	memset(f->driver.received[US(1)], 0x90, PERIOD_SAMPLES);
	fixture_pass(f);
	int16_t heard[PERIOD_SAMPLES];
	law_decode(LAW_MULAW, heard, f->driver.transmitted[US(1)], PERIOD_SAMPLES);
	assert_in_range(heard[0], 3800, 4200);
	assert_true(abs(cards.played[0][0]) > 1000);
	assert_int_equal(f->driver.bridges, 0);
	/* No telephone's business. */
	fixture_send(f, (struct media_command){.type = MEDIA_LINE, .channel = card});
	fixture_send(f, (struct media_command){.type = MEDIA_CALLER_ID, .channel = card});
	feed(f, card, card, NULL);
	fixture_pass(f);
	struct media_status status;
	media_status(f->media, &status);
	assert_int_equal(status.commands_refused, 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(a_page_is_heard_by_all), TEST(music_from_a_card),  TEST(without_a_line_the_loudspeaker_goes_on),
	    TEST(what_is_said_is_kept),   TEST(a_card_in_a_bridge),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
