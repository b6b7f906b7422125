/*
 * A D-channel frame in words: Q.921 header, Q.931 message, its information elements by name.
 *
 * Pure: no clock, no state, no allocation; any thread. Takes any octets whatever: what is wrong with a frame is said in
 * `fault`, what lies behind the fault is left out. Limits: the constants below; what does not fit is counted.
 * Digits of a Keypad facility may be a PIN: they are masked here, and by decode_mask() in the frame itself.
 */
#ifndef BELFRY_TRACE_DECODE_H
#define BELFRY_TRACE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DECODED_ELEMENTS_MAX 32
#define DECODED_FIELDS_MAX   112
#define DECODED_TEXT_BYTES   2048

enum q921_kind {
	Q921_NONE, /* too short, or no LAPD address */
	Q921_I,
	Q921_RR,
	Q921_RNR,
	Q921_REJ,
	Q921_SABME,
	Q921_DM,
	Q921_UI,
	Q921_DISC,
	Q921_UA,
	Q921_FRMR,
	Q921_XID,
	Q921_OTHER,
	Q921_KIND_COUNT
};
extern const char *const q921_kind_names[Q921_KIND_COUNT];

/* Whose numbers the operations of a Facility element are. */
enum decode_variant { DECODE_ETSI, DECODE_QSIG, DECODE_AMERICAN };

/* One fact of an element. */
struct decoded_field {
	const char *name;  /* for programs: "presentation" */
	const char *label; /* put before the value for people, or NULL */
	uint16_t text;     /* where its value begins in decoded.text */
	bool number;       /* the value is a decimal number */
	bool shown;        /* for people too */
};

struct decoded_element {
	const char *name;
	uint8_t codeset, id;
	uint8_t first, count; /* its fields */
};

struct decoded {
	/* Q.921 3.2 .. 3.6 */
	enum q921_kind kind;
	uint8_t sapi, tei, ns, nr;
	bool command, poll_final;
	/* Q.931 4.2 .. 4.4 */
	bool message_present;
	uint8_t discriminator, cref_bytes, message;
	uint16_t cref;    /* value without the flag */
	bool from_called; /* the flag: sent by the side that the call came to */
	const char *message_name;
	uint8_t cause, cause_location; /* of the first Cause element; cause 0: none */
	bool cause_present;
	const char *fault; /* NULL: well formed as far as is checked here */
	unsigned elements_left_out;
	unsigned element_count, field_count;
	struct decoded_element elements[DECODED_ELEMENTS_MAX];
	struct decoded_field fields[DECODED_FIELDS_MAX];
	size_t text_used;
	char text[DECODED_TEXT_BYTES];
};

/* count octets without the frame check sequence; from_network: who sent it (tells commands from responses). */
void decode_frame(struct decoded *out, const uint8_t *bytes, size_t count, bool from_network,
                  enum decode_variant variant);

/* Call reference as the receiver of our frames counts it: flag 0x8000 set: the call was begun by us. -1: none. */
int32_t decode_call_key(const struct decoded *decoded, bool sent);

/* The value of an element's field, or NULL. codeset 0. */
const char *decoded_value(const struct decoded *decoded, uint8_t id, const char *field);
static inline const char *decoded_text(const struct decoded *decoded, const struct decoded_field *field)
{
	return decoded->text + field->text;
}

/* "I N(S)=3 N(R)=5", "RR N(R)=4 poll". */
void decoded_link_words(const struct decoded *decoded, char *text, size_t size);
/* "2125550123, national, ISDN, allowed". */
void decoded_element_words(const struct decoded *decoded, const struct decoded_element *element, char *text,
                           size_t size);

/* Overwrites the digits of Keypad facility elements by asterisks. */
void decode_mask(uint8_t *bytes, size_t count);

/* Q.850 location: "user", "public network of the far user", ... */
const char *decode_location_name(unsigned location);
const char *decode_message_name(unsigned discriminator, unsigned message);

#endif
