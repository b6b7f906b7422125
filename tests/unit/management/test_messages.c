/* SNMP and syslog messages byte by byte, and the queue of a receiver. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "management/ber.h"
#include "management/receiver.h"

#define WALL_US UINT64_C(1774745702250000) /* 2026-03-29T00:55:02.250Z */

static void integer(int32_t value, const char *wanted, size_t count)
{
	uint8_t buffer[16];
	struct ber_writer writer = {.buffer = buffer, .at = sizeof(buffer)};

	ber_integer(&writer, value);
	assert_false(writer.full);
	assert_int_equal(sizeof(buffer) - writer.at, count);
	assert_memory_equal(buffer + writer.at, wanted, count);

	struct ber_reader reader = {buffer + writer.at, count}, content;
	uint8_t tag;
	int32_t read = ~value;
	assert_true(ber_next(&reader, &tag, &content) && tag == BER_INTEGER && ber_to_integer(&content, &read));
	assert_int_equal(read, value);
}

/* X.690 8.3.2: as few bytes as keep the sign. */
static void integers_are_short(void **state)
{
	integer(0, "\x02\x01\x00", 3);
	integer(127, "\x02\x01\x7f", 3);
	integer(128, "\x02\x02\x00\x80", 4);
	integer(-1, "\x02\x01\xff", 3);
	integer(-128, "\x02\x01\x80", 3);
	integer(-129, "\x02\x02\xff\x7f", 4);
	integer(INT32_MAX, "\x02\x04\x7f\xff\xff\xff", 6);
	integer(INT32_MIN, "\x02\x04\x80\x00\x00\x00", 6);
}

static void unsigned_and_objects(void **state)
{
	static const uint32_t arcs[] = {1, 3, 6, 1, 4, 1, 32473, 1};
	uint8_t buffer[32];
	struct ber_writer writer = {.buffer = buffer, .at = sizeof(buffer)};

	ber_unsigned(&writer, BER_TIMETICKS, UINT32_MAX);
	assert_memory_equal(buffer + writer.at, "\x43\x05\x00\xff\xff\xff\xff", 7);
	ber_object(&writer, arcs, sizeof(arcs) / sizeof(arcs[0]));
	assert_memory_equal(buffer + writer.at, "\x06\x09\x2b\x06\x01\x04\x01\x81\xfd\x59\x01", 11);
}

static void lengths_of_one_two_and_three_bytes(void **state)
{
	static const size_t counts[] = {127, 128, 255, 256, 600};
	static const char *const begins[] = {"\x04\x7f", "\x04\x81\x80", "\x04\x81\xff", "\x04\x82\x01\x00",
	                                     "\x04\x82\x02\x58"};
	uint8_t bytes[600] = {0}, buffer[640];

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct ber_writer writer = {.buffer = buffer, .at = sizeof(buffer)};
		struct ber_reader content;
		uint8_t tag;

		ber_octets(&writer, bytes, counts[i]);
		assert_memory_equal(buffer + writer.at, begins[i], strlen(begins[i]) + (counts[i] == 256 ? 1 : 0));
		struct ber_reader reader = {buffer + writer.at, sizeof(buffer) - writer.at};
		assert_true(ber_next(&reader, &tag, &content));
		assert_int_equal(content.left, counts[i]);
		assert_int_equal(reader.left, 0);
		reader = (struct ber_reader){buffer + writer.at, sizeof(buffer) - writer.at - 1};
		assert_false(ber_next(&reader, &tag, &content)); /* a byte is missing */
	}
}

static struct management_alarm alarm_of(const char *text)
{
	struct management_alarm alarm = {
	    .id = 7, .severity = SEVERITY_CRITICAL, .since_us = WALL_US, .at_us = WALL_US, .about = "span 1 red"};

	snprintf(alarm.text, sizeof(alarm.text), "%s", text);
	return alarm;
}

static size_t notification(uint8_t buffer[SNMP_MESSAGE_BYTES], const uint8_t **first, bool inform, int32_t request)
{
	struct management_alarm alarm = alarm_of("");
	struct snmp_notification what = {
	    .inform = inform, .community = "c0mmunity", .request = request, .alarm = &alarm};
	static char box[64], serial[40];

	memset(alarm.text, 'x', sizeof(alarm.text) - 1);
	memset(alarm.about, 'y', sizeof(alarm.about) - 1);
	memset(box, 'z', sizeof(box) - 1);
	memset(serial, '1', sizeof(serial) - 1);
	what.box = box;
	what.serial = serial;
	return snmp_message(&what, buffer, first);
}

static void the_longest_notification_fits(void **state)
{
	uint8_t buffer[SNMP_MESSAGE_BYTES];
	const uint8_t *first;
	size_t count = notification(buffer, &first, false, INT32_MAX);

	assert_in_range(count, 400, SNMP_MESSAGE_BYTES);
	assert_int_equal(first[0], 0x30);
	assert_ptr_equal(first + count, buffer + SNMP_MESSAGE_BYTES);
}

/* A response is the inform with another tag (RFC 3416 4.2.7): ours, sent back, is taken only for what it is. */
static void only_a_right_response_acknowledges(void **state)
{
	uint8_t buffer[SNMP_MESSAGE_BYTES], *pdu;
	const uint8_t *first;
	size_t count = notification(buffer, &first, true, 4711);
	int32_t request = 0;

	assert_false(snmp_response(first, count, "c0mmunity", &request));
	pdu = memchr(buffer + (first - buffer), 0xa6, 32);
	assert_non_null(pdu);
	*pdu = 0xa2;
	assert_true(snmp_response(first, count, "c0mmunity", &request));
	assert_int_equal(request, 4711);
	assert_false(snmp_response(first, count, "c0mmunitx", &request));
	assert_false(snmp_response(first, count, "c0mmunit", &request));
	for (size_t cut = 0; cut < count; cut++)
		assert_false(snmp_response(first, cut, "c0mmunity", &request));
	/* error status 5, genErr */
	uint8_t *status = memmem(pdu, 20, "\x02\x01\x00\x02\x01\x00", 6);
	assert_non_null(status);
	status[2] = 5;
	assert_false(snmp_response(first, count, "c0mmunity", &request));
}

static void syslog_is_escaped_and_whole(void **state)
{
	struct syslog_sender from = {.box = "tower \xc3\xa4st", .process = 42};
	struct management_alarm alarm = alarm_of("Queue \xe2\x82\xac\x01: \"]\\ \xc3");
	char text[SYSLOG_MESSAGE_BYTES];

	snprintf(alarm.about, sizeof(alarm.about), "a\"b]c\\d");
	size_t count = syslog_alarm(&from, &alarm, text);
	const char *wanted = "<130>1 2026-03-29T00:55:02.250Z tower---st belfryd 42 ALARM [alarm@32473 id=\"7\" "
	                     "severity=\"critical\" state=\"raised\" about=\"a\\\"b\\]c\\\\d\" "
	                     "since=\"2026-03-29T00:55:02.250Z\"] \xef\xbb\xbfQueue \xe2\x82\xac : \"]\\ ?";
	assert_int_equal(count, strlen(wanted));
	assert_memory_equal(text, wanted, count);
	alarm.cleared = true;
	syslog_alarm(&from, &alarm, text);
	assert_memory_equal(text, "<133>1 ", 7);
	from.box = "";
	count = syslog_line(&from, WALL_US, LOG_ERROR, LOG_LINE, "x", text);
	wanted = "<131>1 2026-03-29T00:55:02.250Z - belfryd 42 line - \xef\xbb\xbfx";
	assert_int_equal(count, strlen(wanted));
	assert_memory_equal(text, wanted, count);
}

/* ---- a receiver ---- */

static struct receiver receiver;

static int listener(struct management_receiver *wanted)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	snprintf(wanted->host, sizeof(wanted->host), "127.0.0.1");
	wanted->port = ntohs(address.sin_port);
	return fd;
}

static void put(uint8_t number, bool line)
{
	struct receiver_message *message = receiver_add(&receiver, line);

	if (message) {
		message->bytes = 1;
		message->data[0] = number;
		message->request = number;
	}
}

static void lines_give_way_then_the_oldest(void **state)
{
	struct management_receiver wanted = {.kind = MANAGEMENT_SYSLOG};
	int fd = listener(&wanted);
	uint8_t got;

	receiver_begin(&receiver, &wanted);
	for (int i = 0; i < RECEIVER_MESSAGES_MAX; i++)
		put(200, true);
	assert_int_equal(receiver.count, RECEIVER_MESSAGES_MAX / 4);
	assert_int_equal(receiver.dropped, RECEIVER_MESSAGES_MAX * 3 / 4);
	receiver.dropped = 0;
	for (int i = 0; i < RECEIVER_MESSAGES_MAX; i++)
		put((uint8_t)i, false);
	assert_int_equal(receiver.count, RECEIVER_MESSAGES_MAX);
	assert_int_equal(receiver.dropped, RECEIVER_MESSAGES_MAX / 4);
	assert_true(receiver_work(&receiver, 1));
	assert_int_equal(receiver.count, 0);
	assert_int_equal(receiver.sent, RECEIVER_MESSAGES_MAX);
	for (int i = 0; i < RECEIVER_MESSAGES_MAX; i++) {
		assert_int_equal(recv(fd, &got, 1, 0), 1);
		assert_int_equal(got, i);
	}
	receiver_end(&receiver);
	close(fd);
}

static unsigned heard(int fd)
{
	uint8_t got;
	unsigned count = 0;

	while (recv(fd, &got, 1, 0) == 1)
		count++;
	return count;
}

static void informs_are_repeated_less_and_less_often(void **state)
{
	struct management_receiver wanted = {.kind = MANAGEMENT_INFORM};
	int fd = listener(&wanted);
	uint64_t now_us = 1, last_us = 1, apart_us = 0;

	receiver_begin(&receiver, &wanted);
	put(1, false);
	put(2, false);
	assert_true(receiver_work(&receiver, now_us));
	assert_int_equal(heard(fd), 1);
	for (int i = 0; i < 8; i++) {
		now_us = receiver_due_us(&receiver);
		assert_true(now_us - last_us >= apart_us);
		apart_us = now_us - last_us;
		last_us = now_us;
		assert_false(receiver_work(&receiver, now_us - 1));
		assert_true(receiver_work(&receiver, now_us));
		assert_int_equal(heard(fd), 1);
		assert_string_equal(receiver.trouble, "does not acknowledge");
	}
	assert_int_equal(apart_us, 60 * US_PER_S);
	assert_int_equal(receiver.count, 2); /* none is given up */
	receiver_end(&receiver);
	close(fd);
}

/* In the place of the C library's: what a name server might say. */
static const char *addresses_of_two[] = {"127.0.0.2", "127.0.0.1"};
static struct sockaddr_in numbers[2];
static struct addrinfo answers[2];

int getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **out)
{
	const char *const *names = strcmp(host, "two.invalid") == 0 ? addresses_of_two : &host;
	unsigned count = names == addresses_of_two ? 2 : 1;

	if (count == 2 && hints->ai_flags & AI_NUMERICHOST)
		return EAI_NONAME;
	for (unsigned i = 0; i < count; i++) {
		numbers[i] =
		    (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(port, NULL, 10))};
		if (inet_pton(AF_INET, names[i], &numbers[i].sin_addr) != 1)
			return EAI_NONAME;
		answers[i] = (struct addrinfo){.ai_family = AF_INET,
		                               .ai_addr = (struct sockaddr *)&numbers[i],
		                               .ai_addrlen = sizeof(numbers[i]),
		                               .ai_next = i + 1 < count ? &answers[i + 1] : NULL};
	}
	*out = answers;
	return 0;
}

void freeaddrinfo(struct addrinfo *list)
{
}

/* Until the other end has said that nobody listens, which is not at once on a busy machine. */
static void wait_for_refusal(void)
{
	struct pollfd end = {.fd = receiver.fd};

	assert_int_equal(poll(&end, 1, 60000), 1);
	assert_true(end.revents & POLLERR);
}

/* An inform is taken where somebody listens, a trap from the second on; both stay there. */
static void the_next_address_is_tried(void **state)
{
	static const enum management_kind kinds[] = {MANAGEMENT_INFORM, MANAGEMENT_TRAP};

	for (unsigned i = 0; i < 2; i++) {
		struct management_receiver wanted = {.kind = kinds[i]};
		int fd = listener(&wanted);

		snprintf(wanted.host, sizeof(wanted.host), "two.invalid");
		receiver_begin(&receiver, &wanted);
		put(1, false);
		assert_true(receiver_work(&receiver, 1));
		wait_for_refusal();
		put(2, false);
		assert_true(receiver_work(&receiver, 1));
		assert_int_equal(heard(fd), 1);
		put(3, false);
		receiver_work(&receiver, receiver_due_us(&receiver));
		assert_int_equal(heard(fd), 1);
		receiver_end(&receiver);
		close(fd);
	}
}

/* Nobody at either: later again, from the first on. The port stays ours, for a socket that takes from one place alone.
 */
static void after_the_last_address_comes_the_first(void **state)
{
	struct management_receiver wanted = {.kind = MANAGEMENT_INFORM};
	struct sockaddr_in place = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(9)};
	int fd = listener(&wanted);

	assert_int_equal(connect(fd, (struct sockaddr *)&place, sizeof(place)), 0);
	snprintf(wanted.host, sizeof(wanted.host), "two.invalid");
	receiver_begin(&receiver, &wanted);
	put(1, false);
	receiver_work(&receiver, 1);
	wait_for_refusal();
	receiver_work(&receiver, 1);
	assert_int_equal(receiver.address, 1);
	wait_for_refusal();
	receiver_work(&receiver, 1);
	assert_string_equal(receiver.trouble, "nobody listens there");
	assert_int_equal(receiver.address, 0);
	assert_int_equal(receiver.count, 1);
	assert_true(receiver_due_us(&receiver) > US_PER_S);
	receiver_end(&receiver);
	close(fd);
}

/* No address: it waits, says why, and tries again. */
static void what_cannot_be_sent_waits(void **state)
{
	struct management_receiver wanted = {.kind = MANAGEMENT_TRAP, .host = "nobody.invalid", .port = 162};

	receiver_begin(&receiver, &wanted);
	put(1, false);
	receiver_work(&receiver, 1);
	assert_int_equal(receiver.count, 1);
	assert_string_not_equal(receiver.trouble, "");
	assert_true(receiver_due_us(&receiver) > 1);
	snprintf(receiver.wanted.host, sizeof(receiver.wanted.host), "127.0.0.1");
	receiver_work(&receiver, receiver_due_us(&receiver));
	assert_int_equal(receiver.count, 0);
	assert_string_equal(receiver.trouble, "");
	receiver_end(&receiver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(integers_are_short),
	    cmocka_unit_test(unsigned_and_objects),
	    cmocka_unit_test(lengths_of_one_two_and_three_bytes),
	    cmocka_unit_test(the_longest_notification_fits),
	    cmocka_unit_test(only_a_right_response_acknowledges),
	    cmocka_unit_test(syslog_is_escaped_and_whole),
	    cmocka_unit_test(lines_give_way_then_the_oldest),
	    cmocka_unit_test(informs_are_repeated_less_and_less_often),
	    cmocka_unit_test(the_next_address_is_tried),
	    cmocka_unit_test(after_the_last_address_comes_the_first),
	    cmocka_unit_test(what_cannot_be_sent_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
