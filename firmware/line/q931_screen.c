#include "line/q931_screen.h"

#include <string.h>

#define PD_Q931                 0x08
#define PD_MAINTENANCE_ATT      0x03
#define PD_MAINTENANCE_NATIONAL 0x43

enum {
	IE_CAUSE = 0x08,
	IE_FACILITY = 0x1c,
	IE_PROGRESS = 0x1e,
	IE_CONNECTED = 0x4c,
	IE_CONNECTED_SUBADDRESS = 0x4d,
	IE_CALLING = 0x6c,
	IE_CALLING_SUBADDRESS = 0x6d,
	IE_CALLED_SUBADDRESS = 0x71,
	IE_REDIRECTING = 0x74,
	IE_REDIRECTING_SUBADDRESS = 0x75,
	IE_REDIRECTION = 0x76,
	IE_USER_USER = 0x7e,
};

/* Q.931 4.5.9: 23 octets with identifier and length. libpri copies as many as come into a buffer of 32. */
#define SUBADDRESS_BYTES_MAX 21

const char *const q931_verdict_names[Q931_VERDICT_COUNT] = {
    "pass", "edited", "short", "address", "discriminator", "call-reference", "direction", "unknown-call", "duplicate",
};

/* Where the layer 3 message lies, and its parts. */
struct message {
	uint8_t *at;  /* protocol discriminator */
	size_t count; /* bytes of the message */
	unsigned cref_bytes;
	uint32_t cref, cref_value;
};

bool q921_is_information(const uint8_t *frame, size_t count)
{
	return count >= 4 && (frame[2] & 0x01) == 0;
}

static bool is_supervisory(const uint8_t *frame)
{
	return (frame[2] & 0x03) == 0x01;
}

static bool is_unnumbered_information(const uint8_t *frame)
{
	return (frame[2] & 0xef) == 0x03;
}

static enum q931_verdict check_header(const uint8_t *frame, size_t count)
{
	if (count < 3)
		return Q931_SHORT;
	bool address_ok = (frame[0] & 0xfd) == 0x00 && (frame[1] == 0x01 || frame[1] == 0xff);
	if (!address_ok || (frame[1] == 0xff && !is_unnumbered_information(frame)))
		return Q931_ADDRESS;
	bool numbered = (frame[2] & 0x01) == 0 || is_supervisory(frame);
	return numbered && count < 4 ? Q931_SHORT : Q931_PASS;
}

static uint32_t cref_read(const uint8_t *bytes, unsigned count)
{
	if (count == 0)
		return Q931_CREF_DUMMY;
	if (count == 1)
		return (bytes[0] & 0x7fu) | ((bytes[0] & 0x80u) << 8);
	return (uint32_t)bytes[0] << 8 | bytes[1];
}

static enum q931_verdict find_message(uint8_t *frame, size_t count, struct message *message)
{
	size_t header = (frame[2] & 0x01) == 0 ? 4 : 3;
	message->at = frame + header;
	message->count = count - header;
	if (message->count < 3)
		return Q931_SHORT;
	message->cref_bytes = message->at[1] & 0x0f;
	if (message->cref_bytes > 2)
		return Q931_CALL_REFERENCE;
	if (message->count < 3 + message->cref_bytes)
		return Q931_SHORT;
	message->cref = cref_read(message->at + 2, message->cref_bytes);
	message->cref_value = message->cref == Q931_CREF_DUMMY ? Q931_CREF_DUMMY : message->cref & 0x7fff;
	return Q931_PASS;
}

/* Whom a message can come from and which call reference it can have; rows not listed: any call. */
enum rule_cref { CREF_CALL, CREF_GLOBAL, CREF_CALL_OR_DUMMY, CREF_ANY };
enum rule_side { FROM_ANY, FROM_CALLER, FROM_CALLED };
struct message_rule {
	uint8_t message;
	enum rule_cref cref;
	enum rule_side side;
	bool needs_call; /* libpri would keep a call record for ever */
};
static const struct message_rule message_rules[] = {
    {Q931_MSG_ALERTING, CREF_CALL, FROM_CALLED, false},
    {Q931_MSG_CALL_PROCEEDING, CREF_CALL, FROM_CALLED, false},
    {Q931_MSG_SETUP, CREF_CALL, FROM_CALLER, false},
    {Q931_MSG_CONNECT, CREF_CALL, FROM_CALLED, false},
    {Q931_MSG_SETUP_ACK, CREF_CALL, FROM_CALLED, false},
    {Q931_MSG_CONNECT_ACK, CREF_CALL, FROM_CALLER, false},
    {Q931_MSG_HOLD, CREF_CALL, FROM_ANY, true},
    {Q931_MSG_HOLD_ACK, CREF_CALL, FROM_ANY, true},
    {Q931_MSG_HOLD_REJECT, CREF_CALL, FROM_ANY, true},
    {Q931_MSG_RETRIEVE, CREF_CALL, FROM_ANY, true},
    {Q931_MSG_RETRIEVE_ACK, CREF_CALL, FROM_ANY, true},
    {Q931_MSG_RETRIEVE_REJECT, CREF_CALL, FROM_ANY, true},
    {Q931_MSG_RESTART, CREF_GLOBAL, FROM_CALLER, false},
    {Q931_MSG_RESTART_ACK, CREF_GLOBAL, FROM_CALLED, false},
    {Q931_MSG_FACILITY, CREF_CALL_OR_DUMMY, FROM_ANY, false},
    {Q931_MSG_NOTIFY, CREF_CALL, FROM_ANY, true},
    {Q931_MSG_STATUS, CREF_ANY, FROM_ANY, false},
};

static const struct message_rule *rule_of(uint8_t message)
{
	static const struct message_rule any_call = {0, CREF_CALL, FROM_ANY, false};
	for (size_t i = 0; i < sizeof message_rules / sizeof message_rules[0]; i++)
		if (message_rules[i].message == message)
			return &message_rules[i];
	return &any_call;
}

static bool cref_allowed(enum rule_cref rule, uint32_t value)
{
	bool global = value == 0, dummy = value == Q931_CREF_DUMMY;
	switch (rule) {
	case CREF_CALL:
		return !global && !dummy;
	case CREF_GLOBAL:
		return global;
	case CREF_CALL_OR_DUMMY:
		return !global;
	default:
		return !dummy;
	}
}

static enum q931_verdict check_call(const struct message *message, const struct q931_screen_rules *rules)
{
	uint8_t type = message->at[2 + message->cref_bytes];
	const struct message_rule *rule = rule_of(type);
	if (!cref_allowed(rule->cref, message->cref_value))
		return Q931_CALL_REFERENCE;
	bool from_called = message->cref != Q931_CREF_DUMMY && (message->cref & Q931_CREF_FLAG) != 0;
	if ((rule->side == FROM_CALLER && from_called) || (rule->side == FROM_CALLED && !from_called))
		return Q931_DIRECTION;
	if (rules->call_known == NULL)
		return Q931_PASS;
	if (rule->needs_call && !rules->call_known(rules->user, message->cref))
		return Q931_UNKNOWN_CALL;
	/* Q.931 5.8.3.2 f): a SETUP for a call that exists is ignored; libpri would overwrite its numbers. */
	if (type == Q931_MSG_SETUP && rules->call_known(rules->user, message->cref))
		return Q931_DUPLICATE;
	return Q931_PASS;
}

static enum q931_verdict check_maintenance(const struct message *message, const struct q931_screen_rules *rules)
{
	uint8_t type = message->at[2 + message->cref_bytes];
	if (!rules->maintenance)
		return Q931_DISCRIMINATOR;
	/* SERVICE and SERVICE ACKNOWLEDGE alone, on the global reference: libpri answers any other type with nonsense.
	 */
	return message->cref_value == 0 && (type == 0x07 || type == 0x0f) ? Q931_PASS : Q931_CALL_REFERENCE;
}

/* Numbers whose octet 3 group is walked until an octet with the extension bit, without regard to the length. */
static bool needs_extension_octet(unsigned codeset, uint8_t ie)
{
	return codeset == 0 && (ie == IE_CONNECTED || ie == IE_CALLING || ie == IE_REDIRECTING || ie == IE_REDIRECTION);
}

static bool is_subaddress(unsigned codeset, uint8_t ie)
{
	return codeset == 0 && (ie == IE_CONNECTED_SUBADDRESS || ie == IE_CALLING_SUBADDRESS ||
	                        ie == IE_CALLED_SUBADDRESS || ie == IE_REDIRECTING_SUBADDRESS);
}

static bool element_faulty(unsigned codeset, uint8_t ie, const uint8_t *data, size_t count)
{
	size_t least = codeset == 0 && (ie == IE_CAUSE || ie == IE_PROGRESS) ? 2 : 1;
	if (count < least || (is_subaddress(codeset, ie) && count > SUBADDRESS_BYTES_MAX))
		return true;
	if (!needs_extension_octet(codeset, ie))
		return false;
	for (size_t i = 0; i < count; i++)
		if (data[i] & 0x80)
			return false;
	return true;
}

static bool contains(const uint8_t *data, size_t count, const uint8_t *what, size_t what_count)
{
	for (size_t i = 0; i + what_count <= count; i++)
		if (memcmp(data + i, what, what_count) == 0)
			return true;
	return false;
}

static void note_element(struct q931_facts *facts, uint8_t ie, const uint8_t *data, size_t count)
{
	/* GR-1367: invoke of {iso(1) member-body(2) us(840) ansi-t1(10005) operations(0) 4}, informationFollowing. */
	static const uint8_t information_following[] = {0x2a, 0x86, 0x48, 0xce, 0x15, 0x00, 0x04};
	if (ie == IE_CAUSE && count >= 2) {
		/* Octet 3a (recommendation) may stand between the location and the value. */
		size_t value = data[0] & 0x80 ? 1 : 2;
		facts->cause_present = value < count;
		facts->cause_location = data[0] & 0x0f;
		facts->cause = value < count ? data[value] & 0x7f : 0;
	} else if (ie == IE_PROGRESS && count >= 2) {
		unsigned description = data[1] & 0x7f;
		facts->inband = facts->inband || description == 1 || description == 8;
	} else if (ie == IE_FACILITY && contains(data, count, information_following, sizeof information_following)) {
		facts->name_follows = true;
	} else if (ie == IE_USER_USER) {
		facts->user_user = true;
	}
}

/* Walks the elements; faulty ones are taken out. Returns whether anything was. */
static bool walk_elements(uint8_t *data, size_t *count, struct q931_facts *facts)
{
	unsigned locked = 0, codeset = 0;
	bool edited = false;
	size_t at = 0;
	while (at < *count) {
		uint8_t ie = data[at];
		if (ie & 0x80) {
			codeset = (ie & 0xf8) == 0x98 || (ie & 0xf8) == 0x90 ? ie & 7u : locked;
			if ((ie & 0xf8) == 0x90 && (ie & 7) != 0)
				locked = ie & 7u;
			at++;
			continue;
		}
		if (*count - at < 2 || *count - at - 2 < data[at + 1]) {
			*count = at; /* the rest is not an element */
			return true;
		}
		size_t length = data[at + 1];
		if (element_faulty(codeset, ie, data + at + 2, length)) {
			memmove(data + at, data + at + 2 + length, *count - at - 2 - length);
			*count -= 2 + length;
			edited = true;
		} else {
			if (codeset == 0)
				note_element(facts, ie, data + at + 2, length);
			at += 2 + length;
		}
		codeset = locked;
	}
	return edited;
}

static enum q931_verdict screen_message(uint8_t *frame, size_t *count, const struct q931_screen_rules *rules,
                                        struct q931_facts *facts)
{
	struct message message;
	enum q931_verdict verdict = find_message(frame, *count, &message);
	if (verdict != Q931_PASS)
		return verdict;
	uint8_t discriminator = message.at[0];
	facts->maintenance = discriminator == PD_MAINTENANCE_ATT || discriminator == PD_MAINTENANCE_NATIONAL;
	if (facts->maintenance)
		verdict = check_maintenance(&message, rules);
	else
		verdict = discriminator == PD_Q931 ? check_call(&message, rules) : Q931_DISCRIMINATOR;
	if (verdict != Q931_PASS)
		return verdict;
	facts->message_present = true;
	facts->message = message.at[2 + message.cref_bytes];
	facts->cref = message.cref;
	uint8_t *elements = message.at + 3 + message.cref_bytes;
	size_t before = message.count - 3 - message.cref_bytes, left = before;
	bool edited = walk_elements(elements, &left, facts);
	*count -= before - left;
	return edited ? Q931_EDITED : Q931_PASS;
}

enum q931_verdict q931_screen(uint8_t *frame, size_t *count, const struct q931_screen_rules *rules,
                              struct q931_facts *facts)
{
	memset(facts, 0, sizeof *facts);
	enum q931_verdict verdict = check_header(frame, *count);
	if (verdict != Q931_PASS)
		return verdict;
	bool information = (frame[2] & 0x01) == 0;
	if (!information && !is_unnumbered_information(frame))
		return Q931_PASS;
	verdict = screen_message(frame, count, rules, facts);
	if (verdict > Q931_EDITED && information)
		*count = 4;
	return verdict;
}

void q931_note(const uint8_t *frame, size_t count, struct q931_facts *facts)
{
	uint8_t copy[1024];
	memset(facts, 0, sizeof *facts);
	if (!q921_is_information(frame, count) || count > sizeof copy)
		return;
	struct message message;
	memcpy(copy, frame, count);
	if (find_message(copy, count, &message) != Q931_PASS || message.at[0] != PD_Q931)
		return;
	facts->message_present = true;
	facts->message = message.at[2 + message.cref_bytes];
	facts->cref = message.cref;
	size_t left = message.count - 3 - message.cref_bytes;
	walk_elements(message.at + 3 + message.cref_bytes, &left, facts);
}

/* Copies an I-frame to out with one more element, before the first with a greater identifier (Q.931 4.5.1). */
static size_t insert_element(const uint8_t *frame, size_t count, const uint8_t *element, size_t element_bytes,
                             uint8_t *out, size_t size)
{
	size_t at = 4 + 3 + (frame[5] & 0x0fu);
	while (at + 1 < count && !(frame[at] & 0x80) && frame[at] < element[0])
		at += 2u + frame[at + 1];
	if (at > count || count + element_bytes > size)
		return 0;
	memcpy(out, frame, at);
	memcpy(out + at, element, element_bytes);
	memcpy(out + at + element_bytes, frame + at, count - at);
	return count + element_bytes;
}

size_t q931_disconnect_with_inband(const uint8_t *frame, size_t count, uint8_t *out, size_t size)
{
	/* Location: private network serving the local user; description 8: in-band information available. */
	static const uint8_t inband[] = {IE_PROGRESS, 2, 0x81, 0x88};
	return insert_element(frame, count, inband, sizeof inband, out, size);
}

size_t q931_setup_with_user_user(const uint8_t *frame, size_t count, const char *text, uint8_t *out, size_t size)
{
	enum { TEXT_MAX = 35, IA5 = 4 };
	uint8_t element[3 + TEXT_MAX] = {IE_USER_USER, 0, IA5};
	size_t length = strlen(text) < TEXT_MAX ? strlen(text) : TEXT_MAX;
	memcpy(element + 3, text, length);
	element[1] = (uint8_t)(1 + length);
	return insert_element(frame, count, element, 3 + length, out, size);
}
