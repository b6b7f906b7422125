#include "config/zones.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "config/words.h"

#define FOLDER     "/usr/share/zoneinfo"
#define LIST       FOLDER "/tzdata.zi"
#define NAME_BYTES 48
#define NAMES_MAX  1000

bool zone_check(const char *word, char *canonical, size_t size)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_+/";
	size_t length = strlen(word);
	char path[128];
	/* Names of zones begin with a capital; posix/ and right/ are folders beside them. */
	if (length < 2 || length >= NAME_BYTES || strspn(word, allowed) != length || *word < 'A' || *word > 'Z' ||
	    word[length - 1] == '/' || strstr(word, "//"))
		return false;
	snprintf(path, sizeof(path), FOLDER "/%s", word);
	bool known = access(FOLDER, R_OK) || !access(path, R_OK);
	return known && text_copy(canonical, size, word);
}

/* "Z Europe/Berlin 0:53:28 ..." is a zone, "L Europe/Berlin Arctic/Longyearbyen" another name of one. */
static const char *name_in(char *line)
{
	char *name = line + 2, *second = strchr(name, ' ');
	if ((line[0] != 'Z' && line[0] != 'L') || line[1] != ' ')
		return NULL;
	if (line[0] == 'L' && second)
		name = second + 1;
	name[strcspn(name, " \n")] = '\0';
	return *name && strlen(name) < NAME_BYTES ? name : NULL;
}

static unsigned read_names(char (*names)[NAME_BYTES], unsigned room)
{
	FILE *list = fopen(LIST, "re");
	char line[256];
	unsigned count = 0;
	while (list && count < room && fgets(line, sizeof(line), list)) {
		const char *name = name_in(line);
		if (name)
			text_copy(names[count++], NAME_BYTES, name);
	}
	if (list)
		fclose(list);
	return count;
}

const char *zone_nearest(const char *word)
{
	static char names[NAMES_MAX][NAME_BYTES];
	const char *whole[NAMES_MAX], *town[NAMES_MAX];
	unsigned count = read_names(names, NAMES_MAX);
	for (unsigned i = 0; i < count; i++) {
		const char *slash = strrchr(names[i], '/');
		whole[i] = names[i];
		town[i] = slash ? slash + 1 : names[i];
		if (!strcasecmp(whole[i], word) || !strcasecmp(town[i], word))
			return whole[i];
	}
	const char *near = word_nearest(word, whole, count), *near_town = near ? NULL : word_nearest(word, town, count);
	for (unsigned i = 0; near_town && i < count; i++)
		if (town[i] == near_town)
			near = whole[i];
	return near;
}
