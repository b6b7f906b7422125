/* Prompts by ear: found through the other law, at another level, from any sample; not taken for one another. */
#include "bank.h"

#include <dirent.h>
#include <errno.h>

static struct bank bank;

static int open_bank(void **state)
{
	bank_open(&bank);
	phone_lift(bank.phone);
	bank_run(&bank, 0.1);
	return 0;
}

static int close_bank(void **state)
{
	bank_close(&bank);
	return 0;
}

static void play(const char *name, double gain, size_t skip, double noise)
{
	char path[256], error[LAB_TEXT];
	int16_t *audio;
	size_t samples;
	snprintf(path, sizeof(path), "%s/%s.wav", PROMPTS, name);
	assert_int_equal(wave_read(path, true, &audio, &samples, error, sizeof(error)), 0);
	for (size_t i = 0; i < samples; i++) /* through A-law on the way */
		audio[i] = (int16_t)(law_table(false)[law_encode(false, (int16_t)(audio[i] * gain))] +
		                     noise * (rand() % 2001 - 1000) / 1000);
	bank.audio = audio + skip;
	bank.audio_left = samples - skip;
	bank_run(&bank, (double)(samples - skip) / 8000 + 0.1);
	bank.audio_left = 0;
	free(audio);
}

static int heard(const char *name, uint64_t from)
{
	return party_hears_prompt(phone_party(bank.phone), name, from, NULL);
}

static void hears_a_prompt_whatever_its_level_and_start(void **state)
{
	static const double gains[] = {1, 0.5, 0.1, 0.9};
	for (unsigned i = 0; i < 4; i++) {
		uint64_t at = 0, from = exchange_now_samples(bank.exchange);
		bank_run(&bank, 0.37);
		assert_int_equal(heard("agent-loginok", from), 0);
		uint64_t begin = exchange_now_samples(bank.exchange);
		play("agent-loginok", gains[i], 0, i == 3 ? 100 : 0);
		assert_int_equal(party_hears_prompt(phone_party(bank.phone), "agent-loginok", from, &at), 1);
		assert_in_range(at, begin - 8, begin + 8);
		assert_int_equal(heard("agent-loginok", exchange_now_samples(bank.exchange)), 0);
		assert_int_equal(heard("agent-loginok", begin + 80), 0);
	}
}

static void hears_it_while_it_is_being_played(void **state)
{
	char path[256], error[LAB_TEXT];
	int16_t *audio;
	size_t samples;
	unsigned periods = 0;
	uint64_t from = exchange_now_samples(bank.exchange);
	snprintf(path, sizeof(path), "%s/demo-congrats.wav", PROMPTS);
	assert_int_equal(wave_read(path, true, &audio, &samples, error, sizeof(error)), 0);
	bank.audio = audio;
	bank.audio_left = samples;
	for (; periods < 400 && !heard("demo-congrats", from); periods++)
		bank_run(&bank, 0.01);
	assert_true(periods < 400);
	bank.audio_left = 0;
	free(audio);
}

static void knows_no_such_prompt(void **state)
{
	assert_int_equal(heard("no-such-prompt", 0), -ENOENT);
	assert_int_equal(heard("../../../../etc/passwd", 0), -ENOENT);
}

static unsigned list(const char *folder, char names[][64], unsigned room)
{
	char path[256];
	unsigned count = 0;
	snprintf(path, sizeof(path), "%s/%s", PROMPTS, folder);
	DIR *dir = opendir(path);
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir)) && count < room;) {
		char *dot = strrchr(entry->d_name, '.');
		if (!dot || strcmp(dot, ".wav"))
			continue;
		*dot = 0;
		snprintf(names[count++], 64, "%.31s%s%.31s", folder, *folder ? "/" : "", entry->d_name);
	}
	closedir(dir);
	return count;
}

/* Plays some prompts after one another and asks for all: what was played is heard, nothing else is. */
static void tells_prompts_of_one_speaker_apart(void **state)
{
	static char names[700][64];
	unsigned count = list("", names, 500);
	count += list("digits", names + count, 100);
	assert_true(count > 300);
	for (unsigned first = 0; first < count; first += 21) {
		char error[LAB_TEXT], path[256];
		int16_t *audio;
		size_t samples;
		snprintf(path, sizeof(path), "%s/%s.wav", PROMPTS, names[first]);
		if (wave_read(path, true, &audio, &samples, error, sizeof(error)))
			continue;
		free(audio);
		if (samples > 24000 || samples < 3000)
			continue;
		uint64_t from = exchange_now_samples(bank.exchange);
		play(names[first], 0.8, 0, 0);
		if (heard(names[first], from) != 1)
			fail_msg("%s was not heard", names[first]);
		for (unsigned other = first % 7; other < count; other += 7) {
			if (other != first && heard(names[other], from) == 1)
				fail_msg("%s is heard where %s was played", names[other], names[first]);
		}
	}
}

static void the_words_of_what_was_heard_name_tones_and_prompts(void **state)
{
	const double hz[4] = {1004};
	char text[512];
	bank_tone(&bank, hz, -10, 1, 0, 1);
	play("vm-goodbye", 1, 0, 0);
	assert_int_equal(heard("vm-goodbye", 0), 1);
	party_heard_text(phone_party(bank.phone), text, sizeof(text));
	assert_non_null(strstr(text, "1004 Hz at -10 dBm0"));
	assert_non_null(strstr(text, "prompt vm-goodbye"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bank, close_bank)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(hears_a_prompt_whatever_its_level_and_start),
	    TEST(hears_it_while_it_is_being_played),
	    TEST(knows_no_such_prompt),
	    TEST(tells_prompts_of_one_speaker_apart),
	    TEST(the_words_of_what_was_heard_name_tones_and_prompts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
