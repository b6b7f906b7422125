/* Numbers and names between libpri's encodings and ours. */
#include <string.h>

#include "base/text.h"
#include "line/pri_internal.h"

enum line_presentation pri_party_presentation(int presentation)
{
	switch (presentation & PRI_PRES_RESTRICTION) {
	case PRI_PRES_ALLOWED:
		return LINE_PRESENTATION_ALLOWED;
	case PRI_PRES_RESTRICTED:
		return LINE_PRESENTATION_RESTRICTED;
	default:
		return LINE_PRESENTATION_UNAVAILABLE;
	}
}

static int presentation_code(enum line_presentation presentation)
{
	static const int codes[] = {PRI_PRES_ALLOWED, PRI_PRES_RESTRICTED, PRI_PRES_UNAVAILABLE};
	return codes[presentation];
}

void pri_party_from_number(struct line_number *to, const char *digits, int plan, int presentation)
{
	size_t used = 0;
	memset(to, 0, sizeof *to);
	/* IA5 digits, the keypad's letters and a leading plus; anything else would only harm displays and logs. */
	for (; *digits != '\0' && used < LINE_DIGITS_MAX; digits++)
		if (strchr("0123456789*#ABCDabcd+", *digits) != NULL)
			to->digits[used++] = *digits;
	to->ton = (uint8_t)((plan >> 4) & 0x07);
	to->npi = (uint8_t)(plan & 0x0f);
	to->presentation = pri_party_presentation(presentation);
	to->screening = (uint8_t)(presentation & PRI_PRES_NUMBER_TYPE);
}

/* Names arrive in Latin-1 where a switch says anything at all; ours are UTF-8. Control characters become blanks. */
void pri_party_from_name(char *to, size_t size, const char *from, int character_set)
{
	bool utf8 = character_set == PRI_CHAR_SET_ISO10646_UTF_8STRING;
	size_t used = 0;
	for (; *from != '\0' && used + 3 <= size; from++) {
		unsigned char c = (unsigned char)*from;
		if (c < 0x20 || c == 0x7f)
			c = ' ';
		if (c < 0x80 || utf8) {
			to[used++] = (char)c;
		} else {
			to[used++] = (char)(0xc0 | c >> 6);
			to[used++] = (char)(0x80 | (c & 0x3f));
		}
	}
	while (used > 0 && to[used - 1] == ' ')
		used--;
	to[used] = '\0';
}

static void name_to_latin1(char *to, size_t size, const char *from)
{
	size_t used = 0;
	while (*from != '\0' && used + 1 < size) {
		unsigned char c = (unsigned char)*from++;
		if (c >= 0x80) {
			unsigned char low = (unsigned char)*from;
			bool latin1 = (c == 0xc2 || c == 0xc3) && (low & 0xc0) == 0x80;
			while ((*from & 0xc0) == 0x80)
				from++;
			c = latin1 ? (unsigned char)(c << 6 | (low & 0x3f)) : '?';
		}
		to[used++] = (char)c;
	}
	to[used] = '\0';
}

void pri_party_to_id(struct pri_party_id *to, const struct line_number *number, const char *name,
                     enum line_presentation name_presentation)
{
	memset(to, 0, sizeof *to);
	if (name[0] != '\0') {
		to->name.valid = 1;
		to->name.presentation = presentation_code(name_presentation);
		to->name.char_set = PRI_CHAR_SET_ISO8859_1;
		name_to_latin1(to->name.str, sizeof to->name.str, name);
	}
	/* libpri sends a name only with a number; an absent one is then "not available". */
	if (number->digits[0] == '\0' && name[0] == '\0')
		return;
	to->number.valid = 1;
	to->number.plan = number->ton << 4 | number->npi;
	to->number.presentation = number->digits[0] == '\0'
	                              ? PRES_NUMBER_NOT_AVAILABLE
	                              : presentation_code(number->presentation) | (number->screening & 3);
	text_copy(to->number.str, sizeof to->number.str, number->digits);
}
