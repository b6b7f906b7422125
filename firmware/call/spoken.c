#include "call/spoken.h"

#include "base/text.h"

void spoken_add(struct spoken *spoken, const char *name)
{
	if (name[0] && spoken->count < MEDIA_PLAYLIST_MAX)
		spoken->names[spoken->count++] = name;
}

static void add_word(struct spoken *spoken, uint32_t number)
{
	size_t used = 0;
	char *text;

	if (spoken->digit_count == MEDIA_PLAYLIST_MAX)
		return;
	text = spoken->digits[spoken->digit_count++];
	text_append(text, SPOKEN_DIGITS_BYTES, &used, "digits/%u", number);
	spoken_add(spoken, text);
}

void spoken_number(struct spoken *spoken, uint32_t number)
{
	uint32_t left = number < SPOKEN_NUMBER_MAX ? number : SPOKEN_NUMBER_MAX;

	if (left >= 1000) {
		add_word(spoken, left / 1000);
		spoken_add(spoken, "digits/thousand");
		left %= 1000;
	}
	if (left >= 100) {
		add_word(spoken, left / 100);
		spoken_add(spoken, "digits/hundred");
		left %= 100;
	}
	if (left > 20) {
		add_word(spoken, left / 10 * 10);
		left %= 10;
	}
	if (left > 0 || number == 0)
		add_word(spoken, left);
}
