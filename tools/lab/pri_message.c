/* Messages that the lab writes itself: overlap digits with an end, a calling name in a FACILITY, anything at all. */
#include "tools/lab/pri_private.h"

#include <errno.h>
#include <string.h>

enum {
	Q931 = 0x08,
	MESSAGE_INFORMATION = 0x7b,
	MESSAGE_FACILITY = 0x62,
	IE_FACILITY = 0x1c,
	IE_DISPLAY = 0x28,
	IE_CALLED_NUMBER = 0x70,
	IE_SENDING_COMPLETE = 0xa1
};

struct message {
	uint8_t octets[LINK_MESSAGE_MAX];
	size_t bytes;
};

static void add(struct message *message, const void *octets, size_t bytes)
{
	if (message->bytes + bytes > sizeof(message->octets))
		return;
	memcpy(message->octets + message->bytes, octets, bytes);
	message->bytes += bytes;
}

static void add_octet(struct message *message, unsigned octet)
{
	uint8_t value = (uint8_t)octet;
	add(message, &value, 1);
}

/* Protocol discriminator, call reference (flag 0 from the side that made the call), message type. */
static int begin(struct link *link, struct message *message, link_call call, bool ours, unsigned type)
{
	int low = 0; /* libpri hands the reference out in two parts, as GR-303 wants them */
	int high = pri_get_crv(link->pri, call, &low);
	if (high < 0)
		return -ENOENT;
	int reference = high << 3 | low;
	message->bytes = 0;
	add_octet(message, Q931);
	add_octet(message, 2);
	add_octet(message, (unsigned)(reference >> 8 & 0x7f) | (ours ? 0 : 0x80));
	add_octet(message, (unsigned)reference & 0xff);
	add_octet(message, type);
	return 0;
}

int link_inject(struct link *link, const uint8_t *message, size_t bytes)
{
	if (!bytes || bytes > LINK_MESSAGE_MAX)
		return -EMSGSIZE;
	memcpy(link->waiting.message, message, bytes);
	link->waiting.bytes = bytes;
	link->inject_next = true;
	/* The carrier: libpri's shortest message that changes no state of its own. */
	int status = pri_maintenance_service(link->pri, 0, 1, 0);
	return status ? -EPROTO : 0;
}

int link_digits(struct link *link, link_call call, const char *digits, bool complete)
{
	for (; *digits; digits++)
		if (pri_information(link->pri, call, *digits))
			return -EPROTO;
	if (!complete)
		return 0;
	struct message message;
	int status = begin(link, &message, call, true, MESSAGE_INFORMATION);
	if (status)
		return status;
	add_octet(&message, IE_SENDING_COMPLETE);
	return link_inject(link, message.octets, message.bytes);
}

/* ROSE invoke of callingName: NI2 names the operation by object identifier, QSIG by number (ECMA-164). */
static void add_name_facility(struct link *link, struct message *message, const char *name, bool qsig)
{
	static const uint8_t ni2_head[] = {0x9f, 0x8b, 0x01, 0x00}; /* interpretation: discard unrecognised */
	static const uint8_t qsig_head[] = {0x9f, 0xaa, 0x06, 0x80, 0x01, 0x00, 0x82, 0x01, 0x00, 0x8b, 0x01, 0x00};
	static const uint8_t ni2_operation[] = {0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x15, 0x00, 0x04};
	static const uint8_t qsig_operation[] = {0x02, 0x01, 0x00};
	const uint8_t *operation = qsig ? qsig_operation : ni2_operation;
	size_t operation_bytes = qsig ? sizeof(qsig_operation) : sizeof(ni2_operation);
	size_t head_bytes = qsig ? sizeof(qsig_head) : sizeof(ni2_head);
	size_t length = strlen(name);
	size_t invoke = 3 + operation_bytes + 2 + length;
	add_octet(message, IE_FACILITY);
	add_octet(message, (unsigned)(head_bytes + 2 + invoke));
	add(message, qsig ? qsig_head : ni2_head, head_bytes);
	add_octet(message, 0xa1);
	add_octet(message, (unsigned)invoke);
	add_octet(message, 0x02);
	add_octet(message, 0x01);
	add_octet(message, (unsigned)(++link->invoke_id & 0x7f));
	add(message, operation, operation_bytes);
	add_octet(message, 0x80); /* namePresentationAllowedSimple */
	add_octet(message, (unsigned)length);
	add(message, name, length);
}

int link_send_name(struct link *link, link_call call, bool ours, const char *name)
{
	struct message message;
	int status = begin(link, &message, call, ours, MESSAGE_FACILITY);
	if (status)
		return status;
	if (strlen(name) > 50)
		return -EMSGSIZE;
	if (link->settings.switch_type == LAB_NI2 || link->settings.switch_type == LAB_QSIG) {
		add_name_facility(link, &message, name, link->settings.switch_type == LAB_QSIG);
	} else {
		/* FACILITY must carry its element; an empty one carries none but the protocol profile */
		add_octet(&message, IE_FACILITY);
		add_octet(&message, 1);
		add_octet(&message, 0x91);
		add_octet(&message, IE_DISPLAY);
		add_octet(&message, (unsigned)strlen(name));
		add(&message, name, strlen(name));
	}
	return link_inject(link, message.octets, message.bytes);
}
