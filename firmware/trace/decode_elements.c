/* Q.931 4.5: the information elements of codeset 0, each a function. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "line/line.h"
#include "trace/decode_internal.h"

static void segmented(struct decoded *out, struct octets *in)
{
	uint8_t first = octet(in);
	field(out, "first", NULL, SHOWN, "%s", first & 0x80 ? "first segment" : "further segment");
	field(out, "remaining", "remaining", SHOWN | NUMERIC, "%u", first & 0x7fu);
	field(out, "message", NULL, SHOWN, "%s", decode_message_name(0x08, octet(in)));
}

/* 4.5.5 */
static void bearer(struct decoded *out, struct octets *in)
{
	uint8_t capability = octet(in) & 0x1f, mode = octet(in);
	field(out, "capability", NULL, SHOWN, "%s", transfer_capability_name(capability));
	field(out, "capability_code", NULL, NUMERIC, "%u", capability);
	field(out, "mode", NULL, SHOWN, "%s", (mode & 0x60) == 0x40 ? "packet" : "circuit");
	if ((mode & 0x1f) == 0x10)
		field(out, "rate", NULL, SHOWN, "64 kbit/s");
	else if ((mode & 0x1f) == 0x18)
		field(out, "rate", NULL, SHOWN, "%u x 64 kbit/s", octet(in) & 0x7fu);
	else
		field(out, "rate", "rate", SHOWN, "%u", mode & 0x1fu);
	if (in->left > 0) {
		uint8_t layer = octet(in);
		if ((layer & 0x60) == 0x20)
			field(out, "layer1", NULL, SHOWN, "%s", layer1_name(layer & 0x1f));
	}
}

/* 4.5.12, Q.850 */
static void cause(struct decoded *out, struct octets *in)
{
	uint8_t first = octet(in);
	if (!(first & 0x80))
		octet(in); /* 3a: recommendation */
	uint8_t value = octet(in) & 0x7f;
	if (in->missing)
		return;
	field(out, "cause", NULL, SHOWN | NUMERIC, "%u", value);
	field(out, "text", NULL, SHOWN, "%s", line_cause_text(value));
	field(out, "location", "from", SHOWN, "%s", decode_location_name(first & 0x0f));
	field(out, "location_code", NULL, NUMERIC, "%u", first & 0x0fu);
	if (!out->cause_present) {
		out->cause_present = true;
		out->cause = value;
		out->cause_location = first & 0x0f;
	}
	if (in->left > 0)
		field_hex(out, "diagnostics", in);
}

/* 4.5.7 */
static void state(struct decoded *out, struct octets *in)
{
	uint8_t value = octet(in) & 0x3f;
	field(out, "state", NULL, SHOWN | NUMERIC, "%u", value);
	field(out, "text", NULL, SHOWN, "%s", call_state_name(value));
}

static void channel_numbers(struct decoded *out, struct octets *in)
{
	uint8_t kind = octet(in);
	if (kind & 0x10) {
		field_hex(out, "slot_map", in);
		return;
	}
	while (in->left > 0) {
		uint8_t one = octet(in);
		field(out, "channel", "channel", SHOWN | NUMERIC, "%u", one & 0x7fu);
		if (one & 0x80)
			break;
	}
}

/* 4.5.13 */
static void channel(struct decoded *out, struct octets *in)
{
	uint8_t first = octet(in), last = 0;
	if (first & 0x40) {
		unsigned interface = 0;
		do {
			last = octet(in);
			interface = interface << 7 | (last & 0x7f);
		} while (!(last & 0x80) && !in->missing);
		field(out, "interface", "interface", SHOWN | NUMERIC, "%u", interface);
	}
	if (first & 0x20 && (first & 3) == 1)
		channel_numbers(out, in);
	else if (!(first & 0x20) && (first & 3) != 0 && (first & 3) != 3)
		field(out, "channel", "channel", SHOWN | NUMERIC, "%u", first & 3u);
	if ((first & 3) == 3)
		field(out, "selection", NULL, SHOWN, "any channel");
	else if ((first & 3) == 0)
		field(out, "selection", NULL, SHOWN, "no channel");
	if (first & 4)
		field(out, "d_channel", NULL, SHOWN, "D channel");
	field(out, "exclusive", NULL, SHOWN, "%s", first & 8 ? "exclusive" : "preferred");
}

/* 4.5.23 */
static void progress(struct decoded *out, struct octets *in)
{
	uint8_t location = octet(in) & 0x0f, description = octet(in) & 0x7f;
	field(out, "progress", NULL, SHOWN | NUMERIC, "%u", description);
	field(out, "text", NULL, SHOWN, "%s", progress_name(description));
	field(out, "location", "from", SHOWN, "%s", decode_location_name(location));
}

/* 4.5.21 */
static void network_facilities(struct decoded *out, struct octets *in)
{
	uint8_t length = octet(in);
	struct octets network = {.at = in->at, .left = length < in->left ? length : in->left};
	in->missing |= length > in->left;
	in->at += network.left;
	in->left -= network.left;
	if (network.left > 0) {
		octet(&network); /* type and plan of the identification */
		field_characters(out, "network", "network", &network);
	}
	field_hex(out, "facility", in);
}

/* 4.5.22 */
static void notification(struct decoded *out, struct octets *in)
{
	field(out, "text", NULL, SHOWN, "%s", notification_name(octet(in) & 0x7f));
}

/* 4.5.16; some networks put the kind of text first, with bit 8 set. */
static void display(struct decoded *out, struct octets *in)
{
	if (in->left > 0 && in->at[0] & 0x80)
		octet(in);
	field_characters(out, "text", NULL, in);
}

/* 4.5.15 */
static void date_time(struct decoded *out, struct octets *in)
{
	unsigned year = octet(in), month = octet(in), day = octet(in);
	char text[40];
	size_t used = 0;
	text_append(text, sizeof(text), &used, "%02u-%02u-%02u", year, month, day);
	for (unsigned i = 0; i < 3 && in->left > 0; i++)
		text_append(text, sizeof(text), &used, "%s%02u", i ? ":" : " ", octet(in));
	field(out, "text", NULL, SHOWN, "%s", text);
}

/* What somebody typed may be a PIN: how many, not which. */
static void keypad(struct decoded *out, struct octets *in)
{
	field(out, "digits", "digits not shown:", SHOWN | NUMERIC, "%zu", in->left);
	in->left = 0;
}

static void signal_element(struct decoded *out, struct octets *in)
{
	field(out, "text", NULL, SHOWN, "%s", signal_name(octet(in)));
}

/* 4.5.8, 4.5.10, and the redirecting number of Q.932 / DSS1 with its reason. */
static void number_with(struct decoded *out, struct octets *in, bool reason)
{
	uint8_t first = octet(in), last = first;
	struct decoded *d = out;
	unsigned shown = 0;
	uint8_t more[3] = {0};
	while (!(last & 0x80) && shown < ARRAY_SIZE(more) && in->left > 0)
		more[shown++] = last = octet(in);
	if (!(last & 0x80))
		in->missing = true;
	field_characters(d, "number", NULL, in);
	field(d, "ton", NULL, SHOWN, "%s", number_type_names[first >> 4 & 7]);
	field(d, "npi", NULL, SHOWN, "%s", number_plan_names[first & 15]);
	if (shown >= 1) {
		field(d, "presentation", NULL, SHOWN, "%s", presentation_names[more[0] >> 5 & 3]);
		field(d, "screening", NULL, SHOWN, "%s", screening_names[more[0] & 3]);
	}
	if (reason && shown >= 2)
		field(d, "reason", "reason", SHOWN, "%s", redirecting_reason_name(more[1] & 15));
}

static void number(struct decoded *out, struct octets *in)
{
	number_with(out, in, false);
}

static void redirecting_number(struct decoded *out, struct octets *in)
{
	number_with(out, in, true);
}

static void subaddress(struct decoded *out, struct octets *in)
{
	uint8_t first = octet(in);
	field(out, "kind", NULL, SHOWN, "%s", first >> 4 & 7 ? "user specified" : "NSAP");
	field_hex(out, "subaddress", in);
}

/* 4.5.29 */
static void transit_network(struct decoded *out, struct octets *in)
{
	octet(in);
	field_characters(out, "network", NULL, in);
}

/* 4.5.25 */
static void restart(struct decoded *out, struct octets *in)
{
	field(out, "class", NULL, SHOWN, "%s", restart_class_name(octet(in) & 7));
}

/* 4.5.17 */
static void high_layer(struct decoded *out, struct octets *in)
{
	octet(in);
	field(out, "service", NULL, SHOWN, "%s", high_layer_name(octet(in) & 0x7f));
}

/* 4.5.30 */
static void user_user(struct decoded *out, struct octets *in)
{
	uint8_t protocol = octet(in);
	field(out, "protocol", "protocol", SHOWN | NUMERIC, "%u", protocol);
	if (protocol == 4)
		field_characters(out, "text", NULL, in);
	else
		field_hex(out, "octets", in);
}

static void change_status(struct decoded *out, struct octets *in)
{
	static const char *const names[8] = {"in service", "loop-back", "out of service", "status 3",
	                                     "status 4",   "status 5",  "status 6",       "status 7"};
	field(out, "status", NULL, SHOWN, "%s", names[octet(in) & 7]);
}

/* clang-format off */
const struct element_row element_rows[] = {
    {0, 0x00, "segmented message", segmented},
    {0, 0x01, "change status", change_status},
    {0, 0x04, "bearer capability", bearer},
    {0, 0x08, "cause", cause},
    {0, 0x0c, "connected address", NULL},
    {0, 0x10, "call identity", NULL},
    {0, 0x14, "call state", state},
    {0, 0x18, "channel", channel},
    {0, 0x1c, "facility", NULL}, /* by itself: needs to know whose operations they are */
    {0, 0x1e, "progress", progress},
    {0, 0x20, "network facilities", network_facilities},
    {0, 0x24, "terminal capabilities", NULL},
    {0, 0x27, "notification", notification},
    {0, 0x28, "display", display},
    {0, 0x29, "date and time", date_time},
    {0, 0x2c, "keypad", keypad},
    {0, 0x32, "information request", NULL},
    {0, 0x34, "signal", signal_element},
    {0, 0x36, "switch hook", NULL},
    {0, 0x38, "feature activation", NULL},
    {0, 0x39, "feature indication", NULL},
    {0, 0x40, "information rate", NULL},
    {0, 0x42, "end-to-end delay", NULL},
    {0, 0x43, "transit delay", NULL},
    {0, 0x44, "packet parameters", NULL},
    {0, 0x45, "packet window", NULL},
    {0, 0x46, "packet size", NULL},
    {0, 0x47, "closed user group", NULL},
    {0, 0x4a, "reverse charging", NULL},
    {0, 0x4c, "connected number", number},
    {0, 0x4d, "connected subaddress", subaddress},
    {0, 0x6c, "calling number", number},
    {0, 0x6d, "calling subaddress", subaddress},
    {0, 0x70, "called number", number},
    {0, 0x71, "called subaddress", subaddress},
    {0, 0x73, "original called number", redirecting_number},
    {0, 0x74, "redirecting number", redirecting_number},
    {0, 0x75, "redirecting subaddress", subaddress},
    {0, 0x76, "redirection number", number},
    {0, 0x77, "redirection subaddress", subaddress},
    {0, 0x78, "transit network", transit_network},
    {0, 0x79, "restart indicator", restart},
    {0, 0x7c, "low layer", NULL},
    {0, 0x7d, "high layer", high_layer},
    {0, 0x7e, "user-user", user_user},
    {0, 0x7f, "escape", NULL},
    {0, 0xa0, "more data", NULL},
    {0, 0xa1, "sending complete", NULL},
    {0, 0xb0, "congestion level", NULL},
    {0, 0xd0, "repeat indicator", NULL},
    {4, 0x01, "party category", NULL},
    {5, 0x32, "party category", NULL},
    {6, 0x01, "change status", change_status},
    {6, 0x28, "display", display},
};
/* clang-format on */
const unsigned element_row_count = ARRAY_SIZE(element_rows);
