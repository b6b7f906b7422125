/* Places of a card, or channels of a span, as people write them. */
#include "admin/internal.h"
#include "base/text.h"

const char *places_words(uint32_t places, unsigned add, char *words, size_t size)
{
	size_t used = 0;
	words[0] = '\0';
	for (unsigned first = 1, last; first <= DRIVER_TIMESLOTS_MAX; first = last + 1) {
		last = first;
		if (!(places >> first & 1))
			continue;
		while (last < DRIVER_TIMESLOTS_MAX && places >> (last + 1) & 1)
			last++;
		text_append(words, size, &used, first == last ? "%s%u" : "%s%u-%u", used ? "," : "", first + add,
		            last + add);
	}
	return words;
}
