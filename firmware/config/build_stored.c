/* Settings that are in force already are used as far as they can be: the calls come first. */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "config/build.h"

#define LEFT_OUT_MAX 64

/* The line that was refused goes; without one to blame nothing can be done. */
static bool leave_out(struct tree *rest, const struct settings_line *refused)
{
	return refused && tree_remove(rest, refused->word, refused->word_count) > 0;
}

int build_stored(const struct tree *tree, struct config **out, bool logged, struct fault *fault)
{
	const struct settings_line *refused = NULL;
	int error = build_config(tree, out, NULL, 0, &refused, fault);
	char first[CONFIG_LEFT_OUT_BYTES] = "";
	struct tree rest = {.lines = NULL};
	uint32_t count = 0;

	if (!error || !refused || tree_copy(&rest, tree) < 0)
		return error;
	while (error == -EINVAL && count < LEFT_OUT_MAX && leave_out(&rest, refused)) {
		if (logged)
			log_write(LOG_ERROR, LOG_CONFIG, "a line of the settings is left out: %s", fault->text);
		if (count++ == 0)
			(void)text_copy(first, sizeof(first), fault->text);
		refused = NULL;
		error = build_config(&rest, out, NULL, 0, &refused, fault);
	}
	tree_free(&rest);
	if (error)
		return error;
	(*out)->left_out_count = count;
	(void)text_copy((*out)->left_out, sizeof((*out)->left_out), first);
	return 0;
}
