#include "dsp/dtmf.h"

#include <ctype.h>
#include <string.h>

const float dtmf_row_hz[4] = {697, 770, 852, 941};
const float dtmf_column_hz[4] = {1209, 1336, 1477, 1633};

int dtmf_digit_index(char digit)
{
	static const char digits[] = DTMF_DIGITS;
	const char *at = digit ? strchr(digits, toupper((unsigned char)digit)) : NULL;
	return at ? (int)(at - digits) : -1;
}
