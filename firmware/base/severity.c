/* The names of severities. */
#include "base/severity.h"

#include "base/text.h"

static const char *const names[SEVERITY_COUNT] = {
    [SEVERITY_MINOR] = "minor",
    [SEVERITY_MAJOR] = "major",
    [SEVERITY_CRITICAL] = "critical",
};

const char *severity_name(enum severity severity)
{
	return names[severity];
}

enum severity severity_of(const char *word)
{
	int index = text_name_index(names, SEVERITY_COUNT, word);

	return index < 0 ? SEVERITY_MAJOR : (enum severity)index;
}
