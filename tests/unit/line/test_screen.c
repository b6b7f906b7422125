/* Screening: what passes, what is edited, what is emptied. And the corpus of frames that once did harm. */
#include <dirent.h>
#include <stdio.h>

#include "wire_bench.h"

static bool known(void *user, uint32_t cref)
{
	return cref == *(uint32_t *)user;
}

static enum q931_verdict screen(uint8_t *frame, size_t *count, struct q931_facts *facts)
{
	static uint32_t one = 1;
	const struct q931_screen_rules rules = {.maintenance = true, .user = &one, .call_known = known};
	return q931_screen(frame, count, &rules, facts);
}

#define SCREEN(expected, ...)                                                                                          \
	do {                                                                                                           \
		uint8_t given[] = {__VA_ARGS__};                                                                       \
		size_t given_count = sizeof given;                                                                     \
		struct q931_facts given_facts;                                                                         \
		assert_int_equal(screen(given, &given_count, &given_facts), expected);                                 \
	} while (0)
#define HEADER 0x02, 0x01, 0x00, 0x00
#define CALL   0x08, 0x02, 0x00, 0x02 /* call reference 2: not known */
#define KNOWN  0x08, 0x02, 0x00, 0x01 /* 1: known */
#define OURS   0x08, 0x02, 0x80, 0x02

static void test_layer2(void **state)
{
	(void)state;
	SCREEN(Q931_PASS, 0x02, 0x01, 0x7f);          /* SABME */
	SCREEN(Q931_PASS, 0x02, 0x01, 0x01, 0x04);    /* RR */
	SCREEN(Q931_SHORT, 0x02, 0x01);               /* no control field */
	SCREEN(Q931_SHORT, 0x02, 0x01, 0x01);         /* RR without N(R) */
	SCREEN(Q931_ADDRESS, 0x03, 0x01, 0x7f);       /* address ends after one octet */
	SCREEN(Q931_ADDRESS, 0x02, 0x00, 0x7f);       /* address does not end */
	SCREEN(Q931_ADDRESS, 0xfe, 0xff, 0x03, 0x0f); /* TEI management: not on a PRI */
	SCREEN(Q931_ADDRESS, 0x02, 0xff, 0x00, 0x00); /* an I-frame to everybody */
	SCREEN(Q931_ADDRESS, 0x02, 0x03, 0x7f);       /* another TEI */
}

static void test_call_reference(void **state)
{
	(void)state;
	SCREEN(Q931_PASS, HEADER, CALL, 0x05, 0x04, 0x03, 0x80, 0x90, 0xa2);
	SCREEN(Q931_DUPLICATE, HEADER, KNOWN, 0x05, 0x04, 0x03, 0x80, 0x90, 0xa2);
	SCREEN(Q931_DIRECTION, HEADER, OURS, 0x05, 0x04, 0x03, 0x80, 0x90, 0xa2);
	SCREEN(Q931_DIRECTION, HEADER, KNOWN, 0x07);                       /* CONNECT from the caller */
	SCREEN(Q931_PASS, HEADER, OURS, 0x07);                             /* CONNECT from the called side */
	SCREEN(Q931_CALL_REFERENCE, HEADER, 0x08, 0x02, 0x00, 0x00, 0x05); /* SETUP on the global reference */
	SCREEN(Q931_CALL_REFERENCE, HEADER, CALL, 0x46);                   /* RESTART of a call */
	SCREEN(Q931_PASS, HEADER, 0x08, 0x02, 0x00, 0x00, 0x46, 0x79, 0x01, 0x87);
	SCREEN(Q931_CALL_REFERENCE, HEADER, 0x08, 0x00, 0x05);                   /* SETUP on the dummy reference */
	SCREEN(Q931_PASS, HEADER, 0x08, 0x00, 0x62, 0x1c, 0x02, 0x91, 0x00);     /* FACILITY on it */
	SCREEN(Q931_CALL_REFERENCE, HEADER, 0x08, 0x03, 0x00, 0x00, 0x01, 0x05); /* three octets */
	SCREEN(Q931_SHORT, HEADER, 0x08, 0x02, 0x00);
	SCREEN(Q931_SHORT, HEADER, 0x08);
	SCREEN(Q931_UNKNOWN_CALL, HEADER, CALL, 0x6e, 0x27, 0x01, 0xf9); /* NOTIFY: libpri would keep it */
	SCREEN(Q931_UNKNOWN_CALL, HEADER, CALL, 0x24);                   /* HOLD */
	SCREEN(Q931_PASS, HEADER, KNOWN, 0x6e, 0x27, 0x01, 0xf9);
	SCREEN(Q931_PASS, HEADER, CALL, 0x45, 0x08, 0x02, 0x80, 0x90); /* DISCONNECT: answered with 81 */
	SCREEN(Q931_DISCRIMINATOR, HEADER, 0x41, 0x02, 0x00, 0x01, 0x05);
}

static void test_maintenance(void **state)
{
	(void)state;
	SCREEN(Q931_PASS, HEADER, 0x03, 0x02, 0x00, 0x00, 0x0f, 0x01, 0x01, 0xc0);
	SCREEN(Q931_CALL_REFERENCE, HEADER, 0x03, 0x02, 0x00, 0x00, 0x05); /* libpri would answer with 0xfd */
	SCREEN(Q931_CALL_REFERENCE, HEADER, 0x43, 0x02, 0x00, 0x05, 0x07);
}

/* An I-frame that may not pass keeps its header, so that Q.921 acknowledges it. */
static void test_emptied(void **state)
{
	(void)state;
	uint8_t frame[] = {HEADER, 0x08, 0x02, 0x00, 0x00, 0x05, 0x04, 0x03, 0x80, 0x90, 0xa2};
	size_t count = sizeof frame;
	struct q931_facts facts;
	assert_int_equal(screen(frame, &count, &facts), Q931_CALL_REFERENCE);
	assert_int_equal(count, 4);
	assert_true(q921_is_information(frame, count));
	assert_false(facts.message_present);
}

static void test_elements(void **state)
{
	(void)state;
	/* A calling number whose octet 3 group never ends, between two good elements. */
	uint8_t walk[] = {HEADER, CALL, 0x05, 0x04, 0x02, 0x80, 0x90, 0x6c,
	                  0x03,   0x21, 0x01, 0x31, 0x70, 0x02, 0x81, 0x35};
	const uint8_t walked[] = {HEADER, CALL, 0x05, 0x04, 0x02, 0x80, 0x90, 0x70, 0x02, 0x81, 0x35};
	size_t count = sizeof walk;
	struct q931_facts facts;
	assert_int_equal(screen(walk, &count, &facts), Q931_EDITED);
	assert_int_equal(count, sizeof walked);
	assert_memory_equal(walk, walked, sizeof walked);
	/* An element longer than the frame, and a lone octet at the end (some switches send one). */
	uint8_t tail[] = {HEADER, CALL, 0x05, 0x04, 0x02, 0x80, 0x90, 0x70, 0x20, 0x81};
	count = sizeof tail;
	assert_int_equal(screen(tail, &count, &facts), Q931_EDITED);
	assert_int_equal(count, 13);
	uint8_t lone[] = {HEADER, CALL, 0x05, 0x04, 0x02, 0x80, 0x90, 0x00};
	count = sizeof lone;
	assert_int_equal(screen(lone, &count, &facts), Q931_EDITED);
	assert_int_equal(count, 13);
	SCREEN(Q931_EDITED, HEADER, KNOWN, 0x45, 0x08, 0x01, 0x80); /* cause without a value */
	SCREEN(Q931_EDITED, HEADER, KNOWN, 0x45, 0x08, 0x00);
	/* Subaddresses: 21 octets are what Q.931 allows; libpri would copy 22 and more over its next fields. */
	SCREEN(Q931_PASS, HEADER, CALL, 0x05, 0x6d, 0x15, 0xa0, [31] = 0);
	SCREEN(Q931_EDITED, HEADER, CALL, 0x05, 0x6d, 0x16, 0xa0, [32] = 0);
	SCREEN(Q931_EDITED, HEADER, CALL, 0x05, 0x71, 0x40, 0xa0, [74] = 0);
	SCREEN(Q931_PASS, HEADER, KNOWN, 0x45, 0x96, 0x02, 0x01, 0x80); /* another codeset: not ours to judge */
}

static void test_facts(void **state)
{
	(void)state;
	uint8_t frame[] = {HEADER, KNOWN, 0x45, 0x08, 0x03, 0x02, 0x80, 0x91, 0x1e, 0x02, 0x82, 0x88};
	size_t count = sizeof frame;
	struct q931_facts facts;
	assert_int_equal(screen(frame, &count, &facts), Q931_PASS);
	assert_int_equal(facts.message, Q931_MSG_DISCONNECT);
	assert_int_equal(facts.cref, 1);
	assert_true(facts.cause_present);
	assert_int_equal(facts.cause, 17); /* past octet 3a */
	assert_int_equal(facts.cause_location, 2);
	assert_true(facts.inband);
}

static void test_disconnect_edit(void **state)
{
	(void)state;
	const uint8_t plain[] = {HEADER, KNOWN, 0x45, 0x08, 0x02, 0x81, 0x90, 0x1c, 0x02, 0x91, 0x00, 0x7e, 0x01, 0x04};
	const uint8_t edited[] = {HEADER, KNOWN, 0x45, 0x08, 0x02, 0x81, 0x90, 0x1c, 0x02,
	                          0x91,   0x00,  0x1e, 0x02, 0x81, 0x88, 0x7e, 0x01, 0x04};
	uint8_t out[64];
	assert_int_equal(q931_disconnect_with_inband(plain, sizeof plain, out, sizeof out), sizeof edited);
	assert_memory_equal(out, edited, sizeof edited);
	assert_int_equal(q931_disconnect_with_inband(plain, sizeof plain, out, sizeof plain), 0);
}

/* A live link under a shower of random frames, and of good ones with one octet changed: it must live, and say so. */
static void test_shower(void **state)
{
	(void)state;
	uint32_t random = 12345;
	struct bench *bench = bench_start(true, LINE_EUROISDN);
	for (int i = 0; i < 3000; i++) {
		uint8_t frame[64] = {0x02, 0x01, 0x03, 0x08, 0x02};
		size_t count = 8 + (random >> 8) % 56;
		for (size_t at = 5; at < count; at++) {
			random = random * 1103515245 + 12345;
			frame[at] = (uint8_t)(random >> 16);
		}
		wire_put(&bench->user.driver.received[1], frame, count);
		bench_settle(bench);
		bench->user.count = bench->network.count = 0;
		drain_log();
	}
	bench->user.taken = bench->network.taken = 0;
	bench_run(bench, 1000);
	struct line_span_status status;
	line_span_status(bench->user.line, 1, &status);
	assert_true(status.frames_screened > 100);
	const struct line_setup setup = bench_setup("100", "200");
	struct pair pair = place(bench, false, &setup);
	answer(bench, &pair);
	bench_close(bench);
}

static int start(void **state)
{
	(void)state;
	clock_start(UINT64_C(1774745700) * US_PER_S);
	return log_start(LOG_ERROR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_layer2),          cmocka_unit_test(test_call_reference),
	    cmocka_unit_test(test_maintenance),     cmocka_unit_test(test_emptied),
	    cmocka_unit_test(test_elements),        cmocka_unit_test(test_facts),
	    cmocka_unit_test(test_disconnect_edit), cmocka_unit_test(test_shower),
	};
	return cmocka_run_group_tests_name("screen", tests, start, NULL);
}
