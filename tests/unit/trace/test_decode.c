/* Frames in words: octets whose meaning tshark and the standards agree on, faults, masking, and the fuzzer's corpus. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "trace/decode.h"

static struct decoded decoded;

/* "0200 0101": octets in hexadecimal, blanks anywhere. */
static size_t octets_of(const char *hex, uint8_t *out, size_t size)
{
	size_t count = 0;
	int digits = 0, value = 0;
	for (; *hex; hex++) {
		const char *at = strchr("0123456789abcdef", *hex);
		if (!at)
			continue;
		value = value * 16 + (int)(at - "0123456789abcdef");
		if (++digits == 2) {
			assert_true(count < size);
			out[count++] = (uint8_t)value;
			digits = value = 0;
		}
	}
	return count;
}

static void decode(const char *hex, bool from_network)
{
	uint8_t bytes[300];
	decode_frame(&decoded, bytes, octets_of(hex, bytes, sizeof(bytes)), from_network, DECODE_ETSI);
}

static void expect_words(const char *element, const char *words)
{
	char text[400];
	for (unsigned i = 0; i < decoded.element_count; i++) {
		if (strcmp(decoded.elements[i].name, element) != 0)
			continue;
		decoded_element_words(&decoded, &decoded.elements[i], text, sizeof(text));
		assert_string_equal(text, words);
		return;
	}
	fail_msg("there is no element \"%s\"", element);
}

static void expect_link(const char *hex, bool from_network, const char *words)
{
	char text[80];
	decode(hex, from_network);
	decoded_link_words(&decoded, text, sizeof(text));
	assert_string_equal(text, words);
}

static void link_frames(void **state)
{
	expect_link("00017f", false, "SABME poll");
	expect_link("00 01 73", true, "UA final");
	expect_link("0201 0107", true, "RR N(R)=3 poll");
	expect_link("0001 0107", true, "RR N(R)=3 final"); /* C/R 0 from the network: a response */
	expect_link("0201 050c", true, "RNR N(R)=6");
	expect_link("0001 0901", false, "REJ N(R)=0 poll");
	expect_link("0001 53", false, "DISC poll");
	expect_link("0001 1f", true, "DM final");
	expect_link("0001 87 0000000000", true, "FRMR");
	expect_link("fcff 03 0f 1234 01 ff", false, "UI SAPI 63 TEI 127");
	assert_false(decoded.message_present);
	assert_null(decoded.fault);
}

static void faulty_links(void **state)
{
	expect_link("", false, "no LAPD frame");
	assert_string_equal(decoded.fault, "the frame is too short");
	expect_link("0001", false, "no LAPD frame");
	expect_link("0101 01", false, "no LAPD frame");
	assert_string_equal(decoded.fault, "no LAPD address");
	decode("0201 01", true); /* a supervisory frame without its second control octet */
	assert_string_equal(decoded.fault, "the frame is too short");
	decode("0201 0000 08 03 010203 05", true);
	assert_string_equal(decoded.fault, "call reference of more than 2 octets");
	decode("0201 0000 08 02", true);
	assert_string_equal(decoded.fault, "the message is too short");
	decode("0201 0000 55 02 0001 05", true);
	assert_string_equal(decoded.fault, "unknown protocol discriminator");
	decode("0201 0000 08 02 0001 05 6c 20 00 83", true);
	assert_string_equal(decoded.fault, "an element is longer than the message");
	decode("0201 0000 08 02 0001 45 08 01 80", true); /* Cause of one octet */
	assert_string_equal(decoded.fault, "an element is too short");
	assert_int_equal(decoded.element_count, 1);
	assert_false(decoded.cause_present);
}

static void setup(void **state)
{
	decode("0201 0000 08 02 0001 05"
	       "04 03 90 90 a3"                            /* 3.1 kHz audio, 64 kbit/s, A-law */
	       "18 03 a9 83 87"                            /* channel 7, exclusive */
	       "1e 02 84 83"                               /* progress 3 */
	       "28 09 b1 41 43 4d 45 20 4c 74 64"          /* display, with the kind of text first */
	       "6c 0c 21 83 32 31 32 35 35 35 30 31 32 33" /* national, E.164, allowed, network provided */
	       "70 0b a1 38 30 30 35 35 35 31 30 30 30"
	       "74 09 21 00 8f 34 35 36 37 38 39" /* redirecting: unconditional */
	       "7d 02 91 81 7e 04 04 61 62 63 a1",
	       true);
	assert_null(decoded.fault);
	assert_string_equal(decoded.message_name, "SETUP");
	assert_int_equal(decoded.cref, 1);
	assert_false(decoded.from_called);
	expect_words("bearer capability", "3.1 kHz audio, circuit, 64 kbit/s, A-law");
	expect_words("channel", "channel 7, exclusive");
	expect_words("progress", "3, calling end is not ISDN, from public network of the far user");
	expect_words("display", "ACME Ltd");
	expect_words("calling number", "2125550123, national, E.164, allowed, network provided");
	expect_words("called number", "8005551000, national, E.164");
	expect_words("redirecting number", "456789, national, E.164, allowed, user provided, reason unconditional");
	expect_words("high layer", "telephony");
	expect_words("user-user", "protocol 4, abc");
	expect_words("sending complete", "");
	assert_string_equal(decoded_value(&decoded, 0x6c, "number"), "2125550123");
	assert_null(decoded_value(&decoded, 0x4c, "number"));
}

static void restricted_and_t1(void **state)
{
	decode("0001 0002 08 02 8003 07 18 04 e9 81 83 05 4c 06 00 a3 31 32 33 34", false);
	assert_null(decoded.fault);
	assert_true(decoded.from_called);
	assert_int_equal(decoded.cref, 3);
	assert_string_equal(decoded.message_name, "CONNECT");
	expect_words("channel", "interface 1, channel 5, exclusive");
	expect_words("connected number", "1234, unknown, unknown plan, restricted, network provided");
}

static void causes(void **state)
{
	decode("0201 0a08 08 02 8001 45 08 02 82 90", true);
	assert_string_equal(decoded.message_name, "DISCONNECT");
	assert_true(decoded.cause_present);
	assert_int_equal(decoded.cause, 16);
	assert_int_equal(decoded.cause_location, 2);
	expect_words("cause", "16, normal call clearing, from public network of the near user");
	decode("0201 0a08 08 02 8001 7d 08 04 80 e4 18 0a 14 01 0a", true);
	expect_words("cause", "100, invalid information element contents, from user, 18 0a");
	expect_words("call state", "10, active");
	decode("0201 0000 08 02 0000 46 18 03 a9 83 81 79 01 80", true);
	assert_string_equal(decoded.message_name, "RESTART");
	expect_words("restart indicator", "indicated channels");
	decode("0201 0000 08 02 0001 6e 27 01 f9", true);
	expect_words("notification", "remote hold");
	decode("0201 0000 08 02 0001 07 29 05 1a 0b 16 01 02", true);
	expect_words("date and time", "26-11-22 01:02");
	decode("0201 0000 43 02 0000 0f 01 01 c0 18 03 a9 83 81", true);
	assert_string_equal(decoded.message_name, "SERVICE");
	expect_words("change status", "in service");
}

static void facilities(void **state)
{
	uint8_t bytes[100];
	/* ETSI: invoke 1 of operation 34, aOCDChargingUnit */
	decode("0201 0000 08 02 8001 62 1c 09 91 a1 06 02 01 01 02 01 22", true);
	expect_words("facility", "ROSE, invoke, id 1, operation 34, aOCDChargingUnit");
	/* QSIG: network facility extension and interpretation before callingName with a name in it */
	size_t count = octets_of("0201 0000 08 02 0001 05 1c 1c 9f aa 06 80 01 00 82 01 00 8b 01 00"
	                         "a1 0e 02 01 05 02 01 00 80 06 4d 61 72 69 61 21",
	                         bytes, sizeof(bytes));
	decode_frame(&decoded, bytes, count, true, DECODE_QSIG);
	assert_null(decoded.fault);
	expect_words("facility", "networking extensions, invoke, id 5, operation 0, callingName, \"Maria!\"");
	/* an operation by object identifier; return error; reject */
	decode("0201 0000 08 02 0001 62 1c 0c 91 a1 09 02 01 07 06 04 2b 0c 09 00", true);
	expect_words("facility", "ROSE, invoke, id 7, operation 1.3.12.9.0");
	decode("0201 0000 08 02 0001 62 1c 09 91 a3 06 02 01 07 02 01 03", true);
	expect_words("facility", "ROSE, return error, id 7, error 3");
	/* a length that goes beyond the element ends it, quietly: what was read stays */
	decode("0201 0000 08 02 0001 62 1c 06 91 a1 7f 02 01 01", true);
	expect_words("facility", "ROSE");
}

static void shifts(void **state)
{
	/* non-locking shift to codeset 6, then codeset 0 again; locking shift stays */
	decode("0201 0000 08 02 0001 05 9e 28 02 41 42 28 02 43 44 96 28 01 45 2c 01 35", true);
	assert_int_equal(decoded.element_count, 4);
	assert_int_equal(decoded.elements[0].codeset, 6);
	assert_int_equal(decoded.elements[1].codeset, 0);
	assert_int_equal(decoded.elements[2].codeset, 6);
	assert_int_equal(decoded.elements[3].codeset, 6);
	assert_string_equal(decoded.elements[3].name, "unknown element");
}

/* A PIN typed on an ISDN telephone comes as Keypad facility. */
static void typed_digits_are_masked(void **state)
{
	uint8_t bytes[60];
	size_t count = octets_of("0201 0000 08 02 0001 7b 2c 04 34 37 31 31 28 02 41 42", bytes, sizeof(bytes));
	char text[400];
	decode_frame(&decoded, bytes, count, true, DECODE_ETSI);
	expect_words("keypad", "digits not shown: 4");
	for (size_t i = 0; i + 4 <= decoded.text_used; i++)
		assert_memory_not_equal(decoded.text + i, "4711", 4);
	decode_mask(bytes, count);
	assert_null(memmem(bytes, count, "4711", 4));
	assert_non_null(memmem(bytes, count,
	                       "\x2c\x04****\x28\x02"
	                       "AB",
	                       10));
	/* cut off in the middle of the digits */
	count = octets_of("0201 0000 08 02 0001 7b 2c 04 34 37", bytes, sizeof(bytes));
	decode_mask(bytes, count);
	assert_null(memmem(bytes, count, "47", 2));
	/* one that is not in codeset 0 is none */
	count = octets_of("0201 0000 08 02 0001 7b 96 2c 02 34 37", bytes, sizeof(bytes));
	decode_mask(bytes, count);
	assert_non_null(memmem(bytes, count, "47", 2));
	decode_frame(&decoded, bytes, count, true, DECODE_ETSI);
	decoded_element_words(&decoded, &decoded.elements[0], text, sizeof(text));
	assert_string_equal(text, "34 37");
}

static void call_keys(void **state)
{
	decode("0201 0000 08 02 0005 05", true);
	assert_int_equal(decode_call_key(&decoded, false), 5);     /* received without the flag: theirs */
	assert_int_equal(decode_call_key(&decoded, true), 0x8005); /* sent without the flag: ours */
	decode("0201 0000 08 02 8005 07", true);
	assert_int_equal(decode_call_key(&decoded, false), 0x8005); /* received with the flag: ours */
	assert_int_equal(decode_call_key(&decoded, true), 5);
	decode("0201 0000 08 02 0000 46", true);
	assert_int_equal(decode_call_key(&decoded, false), -1); /* global */
	decode("0201 0000 08 00 62", true);
	assert_int_equal(decode_call_key(&decoded, false), -1); /* dummy */
}

/* More elements and more text than there is room for are left out and counted. */
static void bounded(void **state)
{
	uint8_t bytes[600] = {0x02, 0x01, 0x00, 0x00, 0x08, 0x02, 0x00, 0x01, 0x7b};
	size_t count = 9;
	while (count + 12 < sizeof(bytes)) {
		memcpy(bytes + count,
		       "\x28\x0a"
		       "ABCDEFGHIJ",
		       12);
		count += 12;
	}
	decode_frame(&decoded, bytes, count, true, DECODE_ETSI);
	assert_int_equal(decoded.element_count, DECODED_ELEMENTS_MAX);
	assert_int_equal(decoded.elements_left_out, (count - 9) / 12 - DECODED_ELEMENTS_MAX);
	assert_null(decoded.fault);
}

static void corpus(void **state)
{
	static const char folder[] = "tests/fuzz/corpus/trace";
	const struct dirent *entry;
	unsigned files = 0, messages = 0;
	DIR *open_folder = opendir(folder);
	assert_non_null(open_folder);
	while ((entry = readdir(open_folder))) {
		uint8_t bytes[700];
		char path[300];
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		FILE *file = fopen(path, "rb");
		assert_non_null(file);
		size_t count = fread(bytes, 1, sizeof(bytes), file);
		fclose(file);
		assert_true(count > 0);
		decode_frame(&decoded, bytes + 1, count - 1, bytes[0] & 1, DECODE_ETSI);
		assert_true(decoded.text_used <= sizeof(decoded.text));
		messages += decoded.message_present;
		decode_mask(bytes + 1, count - 1);
		files++;
	}
	closedir(open_folder);
	assert_true(files >= 50 && messages >= 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(link_frames), cmocka_unit_test(faulty_links),
	    cmocka_unit_test(setup),       cmocka_unit_test(restricted_and_t1),
	    cmocka_unit_test(causes),      cmocka_unit_test(facilities),
	    cmocka_unit_test(shifts),      cmocka_unit_test(typed_digits_are_masked),
	    cmocka_unit_test(call_keys),   cmocka_unit_test(bounded),
	    cmocka_unit_test(corpus),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
