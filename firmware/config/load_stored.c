/* Lines in force that this release cannot read, as after a rollback to an older one: the calls come first. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "config/candidate.h"

#define LOGGED_MAX 64

/* Only so much of the line as cannot be a secret: what this release does not know it cannot tell. */
static void note(struct unread *unread, const char *text, size_t length, unsigned number)
{
	char line[LINE_BYTES_MAX + 1], shown[LINE_BYTES_MAX + 1], sentence[CONFIG_LEFT_OUT_BYTES];
	size_t used = 0;

	text_append(line, sizeof(line), &used, "%.*s", (int)(length < LINE_BYTES_MAX ? length : LINE_BYTES_MAX), text);
	settings_redact(line, shown, sizeof(shown));
	used = 0;
	text_append(sentence, sizeof(sentence), &used, "line %u, ", number);
	text_append(sentence, sizeof(sentence), &used, "%.80s: this release has no such setting or value", shown);
	if (unread->count++ == 0)
		(void)text_copy(unread->first, sizeof(unread->first), sentence);
	if (unread->count <= LOGGED_MAX)
		log_write(LOG_ERROR, LOG_CONFIG, "a line of the stored settings is left out: %s", sentence);
}

int tree_load_stored(struct tree *tree, const char *text, struct unread *unread, struct fault *fault)
{
	struct fault why = {""}, first = {""};
	int error = 0;

	for (unsigned number = 1; *text; number++) {
		size_t length = strcspn(text, "\n");

		error = tree_load_line(tree, text, length, number, &why);
		if (error == -ENOMEM || error == -ENOSPC)
			return fault_set(fault, error, "%s", why.text);
		if (error && unread->count == 0)
			first = why;
		if (error)
			note(unread, text, length, number);
		text += length + (text[length] == '\n');
	}
	if (unread->count > LOGGED_MAX)
		log_write(LOG_ERROR, LOG_CONFIG, "lines of the stored settings that are left out: %" PRIu32,
		          unread->count);
	/* Nothing of it can be read: not the settings of another release, but no settings. */
	return unread->count && !tree->count ? fault_set(fault, -EINVAL, "%s", first.text) : 0;
}

void unread_tell(const struct unread *unread, struct config *config)
{
	if (!unread->count)
		return;
	config->left_out_count += unread->count;
	(void)text_copy(config->left_out, sizeof(config->left_out), unread->first);
}
