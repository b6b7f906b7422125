/* Caller ID: the message byte by byte, and its sound as read by minimodem and multimon-ng. */
#include <errno.h>
#include <stdbool.h>

#include "tests/unit/dsp/listen.h"

#include "dsp/caller_id.h"
#include "dsp/dsp.h"

#define BLOCK       80
#define SAMPLES_MAX 40000

static const struct caller_id ann = {
    .month = 11, .day = 21, .hour = 9, .minute = 45, .number = "2125550123", .name = "Ann Example"};
static const struct caller_id withheld = {.month = 1,
                                          .day = 2,
                                          .hour = 23,
                                          .minute = 59,
                                          .number_absence = CALLER_ID_PRIVATE,
                                          .name_absence = CALLER_ID_PRIVATE};
static const struct caller_id unknown = {
    .month = 1, .day = 2, .number = "", .number_absence = CALLER_ID_OUT_OF_AREA, .name_absence = CALLER_ID_OUT_OF_AREA};

static void expect_message(enum caller_id_standard standard, const struct caller_id *id, const char *bytes, int count)
{
	uint8_t message[CALLER_ID_MESSAGE_MAX];
	assert_int_equal(caller_id_build(standard, id, message, sizeof(message)), count);
	assert_memory_equal(message, bytes, (size_t)count);
}
#define EXPECT(standard, id, text) expect_message(standard, id, text, sizeof(text) - 1)

static void test_messages(void **state)
{
	EXPECT(CALLER_ID_BELL202, &ann,
	       "\x80\x23\x01\x08"
	       "11210945"
	       "\x02\x0a"
	       "2125550123"
	       "\x07\x0b"
	       "Ann Example");
	EXPECT(CALLER_ID_V23, &ann,
	       "\x80\x26\x11\x01\x01\x01\x08"
	       "11210945"
	       "\x02\x0a"
	       "2125550123"
	       "\x07\x0b"
	       "Ann Example");
	EXPECT(CALLER_ID_BELL202, &withheld,
	       "\x80\x10\x01\x08"
	       "01022359"
	       "\x04\x01P\x08\x01P");
	EXPECT(CALLER_ID_BELL202, &unknown,
	       "\x80\x10\x01\x08"
	       "01020000"
	       "\x04\x01O\x08\x01O");
	EXPECT(CALLER_ID_DTMF, &ann, "A2125550123C");
	EXPECT(CALLER_ID_DTMF, &withheld, "B10C");
	EXPECT(CALLER_ID_DTMF, &unknown, "B00C");
}

static void test_limits(void **state)
{
	uint8_t message[CALLER_ID_MESSAGE_MAX];
	struct caller_id id = {.number = "123456789012345678901234567890", .name = "J\xc3\xbcrgen Longer-Than-Fifteen"};
	EXPECT(CALLER_ID_BELL202, &id,
	       "\x80\x27\x02\x14"
	       "12345678901234567890"
	       "\x07\x0f"
	       "J??rgen Longer-");
	assert_int_equal(caller_id_build(CALLER_ID_BELL202, &ann, message, 20), -ENOSPC);
	id.month = 13;
	assert_int_equal(caller_id_build(CALLER_ID_BELL202, &id, message, sizeof(message)), -EINVAL);
	struct caller_id_sender *s;
	assert_int_equal(caller_id_sender_new(&s), 0);
	assert_int_equal(caller_id_sender_begin(s, CALLER_ID_BELL202, false, message, 0), -EINVAL);
	assert_int_equal(caller_id_sender_begin(s, CALLER_ID_BELL202, false, message, 255), -EINVAL);
	assert_int_equal(caller_id_sender_begin(s, CALLER_ID_DTMF, false, (const uint8_t *)"xyz", 3), -EINVAL);
	int16_t samples[BLOCK];
	assert_false(caller_id_sender_process(s, samples, BLOCK));
	caller_id_sender_free(s);
}

/* Half a second of quiet, the burst, half a second of quiet. Returns the samples. */
static size_t sound(enum caller_id_standard standard, const struct caller_id *id, int16_t *samples)
{
	uint8_t message[CALLER_ID_MESSAGE_MAX];
	struct caller_id_sender *s;
	size_t at = 4000;
	int bytes = caller_id_build(standard, id, message, sizeof(message));
	assert_true(bytes > 0);
	memset(samples, 0, SAMPLES_MAX * sizeof(*samples));
	assert_int_equal(caller_id_sender_new(&s), 0);
	assert_int_equal(caller_id_sender_begin(s, standard, false, message, (size_t)bytes), 0);
	while (caller_id_sender_process(s, samples + at, BLOCK)) {
		at += BLOCK;
		assert_true(at < SAMPLES_MAX - 4000 - BLOCK);
	}
	caller_id_sender_free(s);
	return at + 4000;
}

static void test_bell202_is_read(void **state)
{
	static int16_t samples[SAMPLES_MAX];
	char heard[2000];
	size_t count = sound(CALLER_ID_BELL202, &ann, samples);
	/* seizure 250 ms, mark 150 ms, 38 bytes 317 ms */
	assert_in_range(count - 8000, 8 * 700, 8 * 760);
	listen_with("minimodem", MINIMODEM("callerid"), samples, count, heard, sizeof(heard));
	assert_non_null(strstr(heard, "Time:  11/21 09:45"));
	assert_non_null(strstr(heard, "Phone: 212-555-0123"));
	assert_non_null(strstr(heard, "Name:  Ann Example"));
	count = sound(CALLER_ID_BELL202, &withheld, samples);
	listen_with("minimodem", MINIMODEM("callerid"), samples, count, heard, sizeof(heard));
	assert_non_null(strstr(heard, "Phone: [blocked]"));
}

/* multimon-ng reads both, and says CS where the checksum is right. */
static void test_multimon_reads_both(void **state)
{
	static int16_t samples[SAMPLES_MAX];
	static const enum caller_id_standard standards[] = {CALLER_ID_BELL202, CALLER_ID_V23};
	for (int i = 0; i < 2; i++) {
		char heard[2000];
		size_t count = sound(standards[i], &ann, samples);
		listen_with("multimon-ng", MULTIMON("CLIPFSK"), samples, count, heard, sizeof(heard));
		assert_non_null(strstr(heard, "CLIPFSK: CS "));
		assert_non_null(strstr(heard, "DATE=11210945 CID=2125550123 CNT=Ann Example"));
	}
}

/* On V.23's own frequencies, byte by byte, the checksum too. */
static void test_v23_frequencies(void **state)
{
	static int16_t samples[SAMPLES_MAX];
	char heard[2000];
	size_t count = sound(CALLER_ID_V23, &ann, samples);
	listen_with("minimodem", MINIMODEM("--mark 1300 --space 2100 1200"), samples, count, heard, sizeof(heard));
	const char *at = memchr(heard, 0x80, sizeof(heard));
	assert_non_null(at);
	assert_memory_equal(at,
	                    "\x80\x26\x11\x01\x01\x01\x08"
	                    "11210945"
	                    "\x02\x0a"
	                    "2125550123"
	                    "\x07\x0b"
	                    "Ann Example\x86",
	                    41);
}

static void test_dtmf_is_read(void **state)
{
	static int16_t samples[SAMPLES_MAX];
	char heard[2000];
	size_t count = sound(CALLER_ID_DTMF, &withheld, samples);
	listen_with("multimon-ng", MULTIMON("DTMF"), samples, count, heard, sizeof(heard));
	assert_string_equal(heard, "DTMF: B\nDTMF: 1\nDTMF: 0\nDTMF: C\n");
}

static int setup(void **state)
{
	dsp_start();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_messages),        cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_bell202_is_read), cmocka_unit_test(test_multimon_reads_both),
	    cmocka_unit_test(test_v23_frequencies), cmocka_unit_test(test_dtmf_is_read),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
