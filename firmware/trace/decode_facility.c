/*
 * Facility (Q.932 8.2.3): the protocol profile, then components of X.880 in BER. What is of use to a technician: kind
 * of component, invoke id, operation and error; arguments are not opened, except that characters in them are shown.
 */
#include "base/text.h"
#include "trace/decode_internal.h"

struct tlv {
	uint8_t tag;
	struct octets value;
};

/* Tags of one octet and definite lengths, or the indefinite one that ends with what is there. */
static bool take(struct octets *in, struct tlv *out)
{
	if (in->left < 2)
		return false;
	out->tag = octet(in);
	if ((out->tag & 0x1f) == 0x1f)
		return false;
	size_t length = octet(in);
	if (length == 0x80) {
		length = in->left;
	} else if (length & 0x80) {
		unsigned count = length & 0x7f;
		if (count > 2)
			return false;
		for (length = 0; count > 0; count--)
			length = length << 8 | octet(in);
	}
	if (in->missing || length > in->left)
		return false;
	out->value = (struct octets){.at = in->at, .left = length};
	in->at += length;
	in->left -= length;
	return true;
}

static bool integer(const struct tlv *tlv, long *value)
{
	if (tlv->value.left == 0 || tlv->value.left > 4)
		return false;
	*value = tlv->value.at[0] - (tlv->value.at[0] & 0x80 ? 256 : 0);
	for (size_t i = 1; i < tlv->value.left; i++)
		*value = *value * 256 + tlv->value.at[i];
	return true;
}

/* X.690 8.19: "1.3.12.9.0" */
static void object_identifier(struct decoded *out, const char *name, const struct tlv *tlv)
{
	char text[64];
	size_t used = 0;
	struct octets in = tlv->value;
	unsigned arc = 0;
	bool first = true;
	text[0] = '\0';
	while (in.left > 0) {
		uint8_t one = octet(&in);
		arc = (arc << 7 | (one & 0x7f)) & 0x3fffff;
		if (one & 0x80)
			continue;
		if (first)
			text_append(text, sizeof(text), &used, "%u.%u", arc / 40 < 2 ? arc / 40 : 2,
			            arc / 40 < 2 ? arc % 40 : arc - 80);
		else
			text_append(text, sizeof(text), &used, ".%u", arc);
		first = false;
		arc = 0;
	}
	field(out, name, name, SHOWN, "%s", text);
}

static void operation(struct decoded *out, const struct tlv *tlv, enum decode_variant variant)
{
	long value;
	if (tlv->tag == 0x06) {
		object_identifier(out, "operation", tlv);
	} else if (tlv->tag == 0x02 && integer(tlv, &value)) {
		const char *name = operation_name(variant, value < 0 ? UINT32_MAX : (unsigned)value);
		field(out, "operation", "operation", SHOWN | NUMERIC, "%ld", value);
		if (name)
			field(out, "operation_name", NULL, SHOWN, "%s", name);
	}
}

/* The first run of printable characters in the arguments: names, mostly. */
static void characters(struct decoded *out, struct octets in)
{
	const uint8_t *best = NULL;
	size_t longest = 0, run = 0;
	for (size_t i = 0; i < in.left; i++) {
		run = in.at[i] >= ' ' && in.at[i] < 0x7f ? run + 1 : 0;
		if (run > longest) {
			longest = run;
			best = in.at + i + 1 - run;
		}
	}
	if (longest >= 3)
		field(out, "characters", NULL, SHOWN, "\"%.*s\"", (int)longest, (const char *)best);
}

static void invoke(struct decoded *out, struct octets *in, enum decode_variant variant)
{
	struct tlv one;
	long id;
	if (!take(in, &one))
		return;
	if (integer(&one, &id))
		field(out, "invoke_id", "id", SHOWN | NUMERIC, "%ld", id);
	if (!take(in, &one))
		return;
	if (one.tag == 0x80 && !take(in, &one)) /* linked id */
		return;
	operation(out, &one, variant);
	characters(out, *in);
}

static void result(struct decoded *out, struct octets *in, enum decode_variant variant)
{
	struct tlv one;
	long id;
	if (take(in, &one) && integer(&one, &id))
		field(out, "invoke_id", "id", SHOWN | NUMERIC, "%ld", id);
	if (take(in, &one) && one.tag == 0x30 && take(&one.value, &one))
		operation(out, &one, variant);
}

static void returned_error(struct decoded *out, struct octets *in)
{
	struct tlv one;
	long value;
	if (take(in, &one) && integer(&one, &value))
		field(out, "invoke_id", "id", SHOWN | NUMERIC, "%ld", value);
	if (take(in, &one) && integer(&one, &value))
		field(out, "error", "error", SHOWN | NUMERIC, "%ld", value);
}

static void reject(struct decoded *out, struct octets *in)
{
	struct tlv one;
	long value;
	if (take(in, &one) && integer(&one, &value))
		field(out, "invoke_id", "id", SHOWN | NUMERIC, "%ld", value);
	if (take(in, &one) && integer(&one, &value))
		field(out, "problem", "problem", SHOWN | NUMERIC, "%ld", value);
}

static bool component(struct decoded *out, struct tlv *one, enum decode_variant variant)
{
	static const char *const names[] = {"invoke", "return result", "return error", "reject"};
	if (one->tag < 0xa1 || one->tag > 0xa4)
		return false;
	field(out, "component", NULL, SHOWN, "%s", names[one->tag - 0xa1]);
	if (one->tag == 0xa1)
		invoke(out, &one->value, variant);
	else if (one->tag == 0xa2)
		result(out, &one->value, variant);
	else if (one->tag == 0xa3)
		returned_error(out, &one->value);
	else
		reject(out, &one->value);
	return true;
}

void decode_facility(struct decoded *out, struct octets *in, enum decode_variant variant)
{
	uint8_t profile = octet(in) & 0x1f;
	static const char *const names[] = {"ROSE", "CMIP", "ACSE"};
	struct tlv one;
	if (profile >= 0x11 && profile <= 0x13)
		field(out, "profile", NULL, SHOWN, "%s", names[profile - 0x11]);
	else
		field(out, "profile", NULL, SHOWN, "%s", profile == 0x1f ? "networking extensions" : "other profile");
	while (in->left > 0 && take(in, &one)) {
		/* 0xaa network facility extension, 0x92 network protocol profile, 0x8b interpretation: not shown */
		if (!component(out, &one, variant) && one.tag != 0xaa && one.tag != 0x92 && one.tag != 0x8b)
			break;
	}
	in->left = 0;
}
