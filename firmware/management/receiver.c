/* A receiver: UDP out, and for informs the answers. */
#include "management/receiver.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/timer.h"

#define RETRY_US          (5 * US_PER_S) /* no address, no network */
#define INFORM_FIRST_US   (2 * US_PER_S) /* until an inform is repeated, doubled each time */
#define INFORM_LONGEST_US (60 * US_PER_S)
/* Lines of the log may take so much of the queue; the rest is for alarms. */
#define LINES_MAX   (RECEIVER_MESSAGES_MAX / 4)
#define ANSWERS_MAX 32 /* at a time */

void receiver_begin(struct receiver *receiver, const struct management_receiver *wanted)
{
	*receiver = (struct receiver){.wanted = *wanted, .fd = -1};
}

void receiver_end(struct receiver *receiver)
{
	if (receiver->fd >= 0)
		close(receiver->fd);
	receiver->fd = -1;
}

bool receiver_is(const struct receiver *receiver, const struct management_receiver *wanted)
{
	const struct management_receiver *is = &receiver->wanted;

	return is->kind == wanted->kind && is->port == wanted->port && strcmp(is->host, wanted->host) == 0 &&
	       strcmp(is->community, wanted->community) == 0;
}

/* ---- its queue ---- */

static void first_done(struct receiver *receiver)
{
	receiver->first = (receiver->first + 1) % RECEIVER_MESSAGES_MAX;
	receiver->count--;
	receiver->asked = false;
}

struct receiver_message *receiver_add(struct receiver *receiver, bool log_line)
{
	if (log_line && receiver->count >= LINES_MAX) {
		receiver->dropped++;
		return NULL;
	}
	if (receiver->count == RECEIVER_MESSAGES_MAX) {
		first_done(receiver);
		receiver->dropped++;
	}
	return &receiver->queue[(receiver->first + receiver->count++) % RECEIVER_MESSAGES_MAX];
}

/* ---- its socket ---- */

static void fails(struct receiver *receiver, uint64_t now_us, const char *why)
{
	receiver_end(receiver);
	text_copy(receiver->trouble, sizeof(receiver->trouble), why);
	receiver->due_us = now_us + RETRY_US;
}

/* An address needs nobody; a name is asked for, which takes as long as the name server does. */
static int look_up(const struct management_receiver *wanted, struct addrinfo **out)
{
	struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	char port[8];
	int error;

	snprintf(port, sizeof(port), "%u", wanted->port);
	error = getaddrinfo(wanted->host, port, &hints, out);
	if (error != EAI_NONAME)
		return error;
	hints.ai_flags = AI_NUMERICSERV;
	return getaddrinfo(wanted->host, port, &hints, out);
}

static bool connect_to(struct receiver *receiver, const struct addrinfo *address)
{
	receiver_end(receiver);
	receiver->fd = socket(address->ai_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return receiver->fd >= 0 && connect(receiver->fd, address->ai_addr, address->ai_addrlen) == 0;
}

/* A name may have several addresses, of which not each leads to somebody: from the one whose turn it is on. */
static bool connected(struct receiver *receiver, uint64_t now_us)
{
	struct addrinfo *addresses;
	const struct addrinfo *at;
	bool there;
	unsigned i;
	int error;

	if (receiver->fd >= 0)
		return true;
	error = look_up(&receiver->wanted, &addresses);
	if (error) {
		fails(receiver, now_us, gai_strerror(error));
		return false;
	}
	for (at = addresses, i = 0; at->ai_next && i < receiver->address; i++)
		at = at->ai_next;
	receiver->address = i;
	while (!(there = connect_to(receiver, at)) && at->ai_next) {
		at = at->ai_next;
		receiver->address++;
	}
	if (!there) {
		fails(receiver, now_us, strerror(errno));
		receiver->address = 0;
	}
	receiver->more_addresses = at->ai_next != NULL;
	freeaddrinfo(addresses);
	return there;
}

/* The other end says that nobody takes it: on to the name's next address, or, after the last, later from the first. */
static void refused(struct receiver *receiver, uint64_t now_us)
{
	uint64_t due_us = receiver->due_us;

	fails(receiver, now_us, "nobody listens there");
	receiver->address++;
	if (receiver->more_addresses) {
		receiver->due_us = now_us;
		return;
	}
	receiver->address = 0;
	if (due_us > receiver->due_us)
		receiver->due_us = due_us;
}

static bool hear_answers(struct receiver *receiver, uint64_t now_us)
{
	uint8_t answer[RECEIVER_MESSAGE_BYTES];
	bool did = false;
	int32_t request;
	unsigned i;

	for (i = 0; i < ANSWERS_MAX && receiver->asked && receiver->fd >= 0; i++) {
		ssize_t count = recv(receiver->fd, answer, sizeof(answer), 0);

		if (count < 0 && errno == ECONNREFUSED)
			refused(receiver, now_us);
		if (count < 0)
			break;
		if (!snmp_response(answer, (size_t)count, receiver->wanted.community, &request) ||
		    request != receiver->queue[receiver->first].request)
			continue;
		first_done(receiver);
		receiver->acknowledged++;
		receiver->due_us = 0;
		receiver->trouble[0] = '\0';
		did = true;
	}
	return did;
}

static void wait_for_answer(struct receiver *receiver, uint64_t now_us)
{
	if (receiver->asked) {
		receiver->patience_us *= 2;
		text_copy(receiver->trouble, sizeof(receiver->trouble), "does not acknowledge");
	} else {
		receiver->patience_us = INFORM_FIRST_US;
	}
	if (receiver->patience_us > INFORM_LONGEST_US)
		receiver->patience_us = INFORM_LONGEST_US;
	receiver->asked = true;
	receiver->due_us = now_us + receiver->patience_us;
}

static void send_first(struct receiver *receiver, uint64_t now_us)
{
	const struct receiver_message *message = &receiver->queue[receiver->first];

	if (!connected(receiver, now_us))
		return;
	if (send(receiver->fd, message->data, message->bytes, MSG_NOSIGNAL) < 0) {
		if (errno == ECONNREFUSED)
			refused(receiver, now_us);
		else
			fails(receiver, now_us, strerror(errno));
		return;
	}
	receiver->sent++;
	if (receiver->wanted.kind == MANAGEMENT_INFORM) {
		wait_for_answer(receiver, now_us);
		return;
	}
	first_done(receiver);
	receiver->trouble[0] = '\0';
	receiver->due_us = 0;
}

bool receiver_work(struct receiver *receiver, uint64_t now_us)
{
	bool did = hear_answers(receiver, now_us);

	while (receiver->count && now_us >= receiver->due_us) {
		send_first(receiver, now_us);
		did = true;
	}
	return did;
}

uint64_t receiver_due_us(const struct receiver *receiver)
{
	return receiver->count ? receiver->due_us : TIMER_NEVER;
}
