/* The frame: Q.921 header, Q.931 header, and the walk over the information elements. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "trace/decode_internal.h"

#define PD_Q931                 0x08
#define PD_MAINTENANCE_ATT      0x03
#define PD_MAINTENANCE_NATIONAL 0x43
#define IE_KEYPAD               0x2c
#define IE_FACILITY             0x1c

uint8_t octet(struct octets *from)
{
	if (from->left == 0) {
		from->missing = true;
		return 0;
	}
	from->left--;
	return *from->at++;
}

void field(struct decoded *out, const char *name, const char *label, unsigned flags, const char *format, ...)
{
	size_t room = sizeof(out->text) - out->text_used;
	va_list arguments;
	if (out->element_count == 0 || out->field_count == DECODED_FIELDS_MAX || room < 2)
		return;
	struct decoded_element *element = &out->elements[out->element_count - 1];
	va_start(arguments, format);
	int length = vsnprintf(out->text + out->text_used, room, format, arguments);
	va_end(arguments);
	if (length < 0)
		return;
	out->fields[out->field_count++] = (struct decoded_field){
	    .name = name,
	    .label = label,
	    .text = (uint16_t)out->text_used,
	    .number = flags & NUMERIC,
	    .shown = flags & SHOWN,
	};
	element->count++;
	out->text_used += (size_t)length < room ? (size_t)length + 1 : room;
}

void field_characters(struct decoded *out, const char *name, const char *label, struct octets *from)
{
	char text[132];
	size_t count = 0;
	while (from->left > 0) {
		uint8_t one = octet(from);
		if (count < sizeof(text) - 1)
			text[count++] = one >= ' ' && one < 0x7f ? (char)one : '.';
	}
	text[count] = '\0';
	field(out, name, label, SHOWN, "%s", text);
}

void field_hex(struct decoded *out, const char *name, struct octets *from)
{
	char text[100];
	size_t used = 0;
	text[0] = '\0';
	while (from->left > 0) {
		uint8_t one = octet(from);
		if (used < sizeof(text) - 4)
			text_append(text, sizeof(text), &used, "%s%02x", used ? " " : "", one);
	}
	if (used)
		field(out, name, NULL, SHOWN, "%s", text);
}

static enum q921_kind unnumbered(uint8_t control)
{
	static const struct {
		uint8_t control;
		enum q921_kind kind;
	} rows[] = {
	    {0x6f, Q921_SABME}, {0x0f, Q921_DM},   {0x03, Q921_UI},  {0x43, Q921_DISC},
	    {0x63, Q921_UA},    {0x87, Q921_FRMR}, {0xaf, Q921_XID},
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].control == (control & 0xef))
			return rows[i].kind;
	return Q921_OTHER;
}

/* True: a layer 3 message follows. */
static bool decode_link(struct decoded *out, struct octets *in, bool from_network)
{
	uint8_t first = octet(in), second = octet(in), control = octet(in);
	if (in->missing || (first & 1) || !(second & 1)) {
		out->fault = in->missing ? "the frame is too short" : "no LAPD address";
		return false;
	}
	out->sapi = first >> 2;
	out->tei = second >> 1;
	out->command = ((first & 2) != 0) == from_network; /* Q.921 table 2 */
	if ((control & 3) == 3) {
		out->kind = unnumbered(control);
		out->poll_final = control & 0x10;
		return out->kind == Q921_UI && in->left > 0;
	}
	uint8_t more = octet(in);
	if (in->missing) {
		out->fault = "the frame is too short";
		return false;
	}
	out->nr = more >> 1;
	out->poll_final = more & 1;
	if (control & 1) {
		static const enum q921_kind supervisory[4] = {Q921_RR, Q921_RNR, Q921_REJ, Q921_OTHER};
		out->kind = control & 0xf0 ? Q921_OTHER : supervisory[control >> 2 & 3];
		return false;
	}
	out->kind = Q921_I;
	out->ns = control >> 1;
	return true;
}

static bool decode_header(struct decoded *out, struct octets *in)
{
	out->discriminator = octet(in);
	out->cref_bytes = octet(in) & 0x0f;
	if (out->cref_bytes > 2) {
		out->fault = "call reference of more than 2 octets";
		return false;
	}
	for (unsigned i = 0; i < out->cref_bytes; i++) {
		uint8_t one = octet(in);
		if (i == 0)
			out->from_called = one & 0x80;
		out->cref = (uint16_t)(out->cref << 8 | (i == 0 ? one & 0x7f : one));
	}
	out->message = octet(in);
	if (in->missing) {
		out->fault = "the message is too short";
		return false;
	}
	bool known = out->discriminator == PD_Q931 || out->discriminator == PD_MAINTENANCE_ATT ||
	             out->discriminator == PD_MAINTENANCE_NATIONAL;
	if (!known) {
		out->fault = "unknown protocol discriminator";
		return false;
	}
	out->message_present = true;
	out->message_name = decode_message_name(out->discriminator, out->message);
	return true;
}

static const struct element_row *row_of(unsigned codeset, uint8_t id)
{
	for (unsigned i = 0; i < element_row_count; i++)
		if (element_rows[i].id == id && element_rows[i].codeset == codeset)
			return &element_rows[i];
	return NULL;
}

static struct decoded_element *element_begin(struct decoded *out, unsigned codeset, uint8_t id)
{
	const struct element_row *row = row_of(codeset, id);
	if (out->element_count == DECODED_ELEMENTS_MAX) {
		out->elements_left_out++;
		return NULL;
	}
	struct decoded_element *element = &out->elements[out->element_count++];
	*element = (struct decoded_element){.name = row ? row->name : "unknown element",
	                                    .codeset = (uint8_t)codeset,
	                                    .id = id,
	                                    .first = (uint8_t)out->field_count};
	return element;
}

static void decode_element(struct decoded *out, unsigned codeset, uint8_t id, struct octets data,
                           enum decode_variant variant)
{
	const struct element_row *row = row_of(codeset, id);
	if (!element_begin(out, codeset, id))
		return;
	if (codeset == 0 && id == IE_FACILITY)
		decode_facility(out, &data, variant);
	else if (row && row->decode)
		row->decode(out, &data);
	else
		field_hex(out, "octets", &data);
	if (data.missing && !out->fault)
		out->fault = "an element is too short";
}

/* Q.931 4.5.1: single octets have bit 8 set. */
static void single_octet(struct decoded *out, unsigned codeset, uint8_t id)
{
	bool whole = (id & 0xf0) == 0xa0; /* more data, sending complete: no value in them */
	if (element_begin(out, codeset, whole ? id : id & 0xf0) && !whole)
		field(out, "value", NULL, SHOWN | NUMERIC, "%u", id & 0x0fu);
}

static void walk(struct decoded *out, struct octets *in, enum decode_variant variant)
{
	unsigned locked = 0, codeset = 0;
	while (in->left > 0) {
		uint8_t id = octet(in);
		if ((id & 0xf0) == 0x90) { /* Q.931 4.5.3, 4.5.4: shift */
			codeset = id & 7;
			locked = id & 8 ? locked : codeset;
			continue;
		}
		if (id & 0x80) {
			single_octet(out, codeset, id);
		} else {
			struct octets data = {.left = octet(in)};

			data.at = in->at;
			if (in->missing || data.left > in->left) {
				out->fault = "an element is longer than the message";
				return;
			}
			in->at += data.left;
			in->left -= data.left;
			decode_element(out, codeset, id, data, variant);
		}
		codeset = locked;
	}
}

void decode_frame(struct decoded *out, const uint8_t *bytes, size_t count, bool from_network,
                  enum decode_variant variant)
{
	struct octets in = {.at = bytes, .left = count};
	memset(out, 0, offsetof(struct decoded, elements));
	out->text_used = 0;
	out->text[0] = '\0';
	if (!decode_link(out, &in, from_network))
		return;
	if (out->sapi != 0) {
		out->fault = out->sapi == 63 ? NULL : "not call control (SAPI)";
		return;
	}
	if (decode_header(out, &in))
		walk(out, &in, variant);
}

int32_t decode_call_key(const struct decoded *decoded, bool sent)
{
	if (!decoded->message_present || decoded->cref_bytes == 0 || decoded->cref == 0)
		return -1;
	/* The flag says that the message goes to the side that began the call. */
	bool ours = decoded->from_called != sent;
	return decoded->cref | (ours ? 0x8000 : 0);
}

const char *decoded_value(const struct decoded *decoded, uint8_t id, const char *name)
{
	for (unsigned i = 0; i < decoded->element_count; i++) {
		const struct decoded_element *element = &decoded->elements[i];
		if (element->codeset != 0 || element->id != id)
			continue;
		for (unsigned k = 0; k < element->count; k++)
			if (!strcmp(decoded->fields[element->first + k].name, name))
				return decoded_text(decoded, &decoded->fields[element->first + k]);
	}
	return NULL;
}

void decoded_link_words(const struct decoded *decoded, char *text, size_t size)
{
	size_t used = 0;
	enum q921_kind kind = decoded->kind;
	text_append(text, size, &used, "%s", q921_kind_names[kind]);
	if (kind == Q921_I)
		text_append(text, size, &used, " N(S)=%u", decoded->ns);
	if (kind >= Q921_I && kind <= Q921_REJ)
		text_append(text, size, &used, " N(R)=%u", decoded->nr);
	if (decoded->poll_final && kind != Q921_NONE)
		text_append(text, size, &used, decoded->command ? " poll" : " final");
	if (kind != Q921_NONE && (decoded->sapi || decoded->tei))
		text_append(text, size, &used, " SAPI %u TEI %u", decoded->sapi, decoded->tei);
}

void decoded_element_words(const struct decoded *decoded, const struct decoded_element *element, char *text,
                           size_t size)
{
	size_t used = 0;
	text[0] = '\0';
	for (unsigned i = 0; i < element->count; i++) {
		const struct decoded_field *one = &decoded->fields[element->first + i];
		if (one->shown)
			text_append(text, size, &used, "%s%s%s%s", used ? ", " : "", one->label ? one->label : "",
			            one->label ? " " : "", decoded_text(decoded, one));
	}
}

void decode_mask(uint8_t *bytes, size_t count)
{
	struct decoded header;
	struct octets in = {.at = bytes, .left = count};
	memset(&header, 0, offsetof(struct decoded, elements));
	if (!decode_link(&header, &in, false) || !decode_header(&header, &in))
		return;
	unsigned codeset = 0, locked = 0;
	while (in.left > 0) {
		uint8_t id = octet(&in);
		if ((id & 0xf0) == 0x90) {
			codeset = id & 7;
			locked = id & 8 ? locked : codeset;
			continue;
		}
		if (!(id & 0x80)) {
			size_t length = octet(&in);
			length =
			    length < in.left ? length : in.left; /* cut off: what is there is masked all the same */
			if (codeset == 0 && id == IE_KEYPAD)
				memset(bytes + (in.at - bytes), '*', length);
			in.at += length;
			in.left -= length;
		}
		codeset = locked;
	}
}
