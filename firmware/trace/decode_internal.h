/* Private to trace: the decoder's parts. */
#ifndef BELFRY_TRACE_DECODE_INTERNAL_H
#define BELFRY_TRACE_DECODE_INTERNAL_H

#include "base/attributes.h"
#include "trace/decode.h"

/* What is left to read. Never reads beyond; octets that are not there are 0 and make `short_` true. */
struct octets {
	const uint8_t *at;
	size_t left;
	bool missing;
};
uint8_t octet(struct octets *from);

enum { SHOWN = 1, NUMERIC = 2 };
/* Adds a field to the element in hand. What does not fit is left out. */
void field(struct decoded *out, const char *name, const char *label, unsigned flags, const char *format, ...)
    PRINTF_LIKE(5, 6);
/* Characters as sent, those that do not print as '.'; as many as are left. */
void field_characters(struct decoded *out, const char *name, const char *label, struct octets *from);
void field_hex(struct decoded *out, const char *name, struct octets *from);

struct element_row {
	uint8_t codeset, id;
	const char *name;
	void (*decode)(struct decoded *out, struct octets *from);
};
extern const struct element_row element_rows[];
extern const unsigned element_row_count;

/* decode_facility.c: Q.932 / X.880 components; variant: whose operation numbers. */
void decode_facility(struct decoded *out, struct octets *from, enum decode_variant variant);

/* decode_names.c */
extern const char *const number_type_names[8];
extern const char *const number_plan_names[16];
extern const char *const presentation_names[4];
extern const char *const screening_names[4];
const char *transfer_capability_name(unsigned capability);
const char *layer1_name(unsigned protocol);
const char *progress_name(unsigned description);
const char *call_state_name(unsigned state);
const char *notification_name(unsigned description);
const char *redirecting_reason_name(unsigned reason);
const char *high_layer_name(unsigned characteristics);
const char *restart_class_name(unsigned restart_class);
const char *signal_name(unsigned value);
const char *operation_name(enum decode_variant variant, unsigned operation);

#endif
