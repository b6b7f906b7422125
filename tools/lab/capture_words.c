/* One D-channel frame in words: enough to see why a scenario failed. Wireshark shows the rest. */
#include "tools/lab/capture.h"

#include <stdio.h>
#include <string.h>

struct word {
	uint8_t code;
	const char *name;
};

static const struct word messages[] = {
    {0x01, "ALERTING"},
    {0x02, "CALL PROCEEDING"},
    {0x03, "PROGRESS"},
    {0x05, "SETUP"},
    {0x07, "CONNECT"},
    {0x0d, "SETUP ACKNOWLEDGE"},
    {0x0f, "CONNECT ACKNOWLEDGE"},
    {0x20, "USER INFORMATION"},
    {0x24, "HOLD"},
    {0x28, "HOLD ACKNOWLEDGE"},
    {0x30, "HOLD REJECT"},
    {0x31, "RETRIEVE"},
    {0x33, "RETRIEVE ACKNOWLEDGE"},
    {0x37, "RETRIEVE REJECT"},
    {0x45, "DISCONNECT"},
    {0x46, "RESTART"},
    {0x4d, "RELEASE"},
    {0x4e, "RESTART ACKNOWLEDGE"},
    {0x5a, "RELEASE COMPLETE"},
    {0x62, "FACILITY"},
    {0x64, "REGISTER"},
    {0x6e, "NOTIFY"},
    {0x75, "STATUS ENQUIRY"},
    {0x79, "CONGESTION CONTROL"},
    {0x7b, "INFORMATION"},
    {0x7d, "STATUS"},
};

static const struct word unnumbered[] = {
    {0x6f, "SABME"}, {0x0f, "DM"}, {0x43, "DISC"}, {0x63, "UA"}, {0x87, "FRMR"}, {0x03, "UI"}, {0xaf, "XID"},
};

static const char *look_up(const struct word *words, size_t count, uint8_t code)
{
	for (size_t i = 0; i < count; i++)
		if (words[i].code == code)
			return words[i].name;
	return NULL;
}

struct writer {
	char *text;
	size_t size, used;
};

static void put(struct writer *writer, const char *what)
{
	int wrote = snprintf(writer->text + writer->used, writer->size - writer->used, "%s", what);
	if (wrote > 0)
		writer->used +=
		    (size_t)wrote < writer->size - writer->used ? (size_t)wrote : writer->size - writer->used - 1;
}

/* A digit string whose octet 3 (and 3a ...) are extended while bit 8 is 0. */
static void put_number(struct writer *writer, const char *name, const uint8_t *ie, size_t bytes)
{
	char text[48];
	size_t at = 0, length = 0;
	while (at < bytes && !(ie[at] & 0x80))
		at++;
	for (at++; at < bytes && length + 1 < sizeof(text); at++)
		text[length++] = ie[at] >= ' ' && ie[at] < 0x7f ? (char)ie[at] : '?';
	text[length] = 0;
	put(writer, name);
	put(writer, text);
}

static void put_value(struct writer *writer, const char *format_name, unsigned value)
{
	char text[48];
	snprintf(text, sizeof(text), "%s%u", format_name, value);
	put(writer, text);
}

static void put_text(struct writer *writer, const uint8_t *ie, size_t bytes)
{
	char text[40];
	size_t length = 0;
	for (size_t i = 0; i < bytes && length + 1 < sizeof(text); i++)
		if (ie[i] >= ' ' && ie[i] < 0x7f)
			text[length++] = (char)ie[i];
	text[length] = 0;
	put(writer, " display \"");
	put(writer, text);
	put(writer, "\"");
}

static void put_channel(struct writer *writer, const uint8_t *ie, size_t bytes)
{
	size_t at = 1;
	if (!bytes)
		return;
	if (ie[0] & 0x40) /* interface identifier present */
		while (at < bytes && !(ie[at++] & 0x80))
			;
	if (at + 1 < bytes)
		put_value(writer, ie[0] & 0x08 ? " channel !" : " channel ", ie[at + 1] & 0x7f);
}

static void put_cause(struct writer *writer, const uint8_t *ie, size_t bytes)
{
	size_t at = 0;
	while (at < bytes && !(ie[at] & 0x80))
		at++;
	if (at + 1 < bytes)
		put_value(writer, " cause ", ie[at + 1] & 0x7f);
}

static void put_element(struct writer *writer, uint8_t id, const uint8_t *ie, size_t bytes)
{
	switch (id) {
	case 0x08:
		put_cause(writer, ie, bytes);
		break;
	case 0x14:
		if (bytes)
			put_value(writer, " state ", ie[0] & 0x3f);
		break;
	case 0x18:
		put_channel(writer, ie, bytes);
		break;
	case 0x1c:
		put(writer, " +facility");
		break;
	case 0x1e:
		if (bytes > 1)
			put_value(writer, " progress ", ie[1] & 0x7f);
		break;
	case 0x27:
		if (bytes)
			put_value(writer, " notify ", ie[0] & 0x7f);
		break;
	case 0x28:
		put_text(writer, ie, bytes);
		break;
	case 0x6c:
		put_number(writer, " from ", ie, bytes);
		break;
	case 0x70:
		put_number(writer, " to ", ie, bytes);
		break;
	case 0x74:
		put_number(writer, " redirecting ", ie, bytes);
		break;
	case 0x7e:
		put(writer, " +user-user");
		break;
	default:
		break;
	}
}

static void put_elements(struct writer *writer, const uint8_t *at, const uint8_t *end)
{
	while (at < end) {
		uint8_t id = *at++;
		if (id & 0x80) { /* one octet */
			if (id == 0xa1)
				put(writer, " complete");
			continue;
		}
		if (at >= end || *at > end - at - 1) {
			put(writer, " (element cut short)");
			return;
		}
		size_t bytes = *at++;
		put_element(writer, id, at, bytes);
		at += bytes;
	}
}

static void put_message(struct writer *writer, const uint8_t *message, size_t bytes)
{
	char text[64];
	size_t reference_bytes = bytes > 1 ? message[1] & 0x0f : 0;
	if (bytes < 3 + reference_bytes) {
		put(writer, "(too short for Q.931)");
		return;
	}
	unsigned reference = 0;
	for (size_t i = 0; i < reference_bytes; i++)
		reference = reference << 8 | (i ? message[2 + i] : message[2 + i] & 0x7fu);
	uint8_t type = message[2 + reference_bytes];
	const char *name = message[0] == 0x08 ? look_up(messages, sizeof(messages) / sizeof(messages[0]), type) : NULL;
	if (name)
		snprintf(text, sizeof(text), "%s ref %u%s", name, reference,
		         reference_bytes && message[2] & 0x80 ? "'" : "");
	else
		snprintf(text, sizeof(text), "pd %02x message %02x ref %u", message[0], type, reference);
	put(writer, text);
	put_elements(writer, message + 3 + reference_bytes, message + bytes);
}

bool capture_words(const uint8_t *frame, size_t bytes, char *text, size_t size)
{
	struct writer writer = {text, size, 0};
	if (size)
		text[0] = 0;
	if (bytes < 3) {
		put(&writer, "(frame too short)");
		return true;
	}
	if (!(frame[2] & 1)) { /* I frame */
		if (bytes > 4)
			put_message(&writer, frame + 4, bytes - 4);
		return true;
	}
	if ((frame[2] & 3) == 1) { /* RR, RNR, REJ */
		if (frame[2] == 0x01)
			return false;
		put(&writer, frame[2] == 0x05 ? "RNR" : frame[2] == 0x09 ? "REJ" : "(supervisory?)");
		return true;
	}
	const char *name = look_up(unnumbered, sizeof(unnumbered) / sizeof(unnumbered[0]), frame[2] & (uint8_t)~0x10);
	put(&writer, name ? name : "(unnumbered?)");
	return true;
}
