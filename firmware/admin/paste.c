/*
 * Further lines of a command: set lines, a backup, a table, a password. Each gets an answer, so that the protocol stays
 * a line in, an answer out, and a paste over a slow line is never faster than the box.
 */
#include "admin/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/backup.h"

static int begin(struct session *session)
{
	session->loading = calloc(1, 1);
	session->loading_bytes = 0;
	session->loading_for = session->command;
	return session->loading ? 0 : fault_set(&session->fault, -ENOMEM, "no memory left");
}

int paste_begin(struct session *session, const char *say)
{
	int error = begin(session);
	session->loading_line = false;
	if (!error)
		fprintf(session->out, "%s; a line with only \".\" ends\n", say);
	return error;
}

int paste_secret(struct session *session, const char *say)
{
	int error = begin(session);
	session->loading_line = true;
	if (!error)
		fprintf(session->out, "%s\n", say);
	return error;
}

/* The command goes on with all that came. */
static void take(struct admin *admin, struct session *session)
{
	char *text = session->loading;
	size_t bytes = session->loading_bytes;
	session->loading = NULL;
	session->loading_bytes = 0;
	session->command = session->loading_for;
	int result = session->command->take(admin, session, text);
	explicit_bzero(text, bytes);
	free(text);
	if (result != 1)
		command_finish(admin, session, result);
}

static size_t bytes_max(const struct session *session)
{
	return session->loading_for->take == take_restore ? BACKUP_BYTES_MAX : LOAD_BYTES_MAX;
}

static bool append(struct session *session, const char *line)
{
	size_t length = strlen(line);
	char *grown = session->loading_bytes + length + 2 < bytes_max(session)
	                  ? realloc(session->loading, session->loading_bytes + length + 2)
	                  : NULL;
	if (!grown)
		return false;
	memcpy(grown + session->loading_bytes, line, length);
	memcpy(grown + session->loading_bytes + length, "\n", 2);
	session->loading = grown;
	session->loading_bytes += length + 1;
	return true;
}

static void forget(struct session *session)
{
	explicit_bzero(session->loading, session->loading_bytes);
	free(session->loading);
	session->loading = NULL;
	session->loading_bytes = 0;
}

void paste_line(struct admin *admin, struct session *session, const char *line)
{
	if (!strcmp(line, MARK_GIVE_UP)) {
		forget(session);
		fprintf(session->out, "nothing was changed\n");
		command_finish(admin, session, 0);
	} else if (!strcmp(line, ".") && !session->loading_line) {
		take(admin, session);
	} else if (!append(session, line)) {
		forget(session);
		command_finish(admin, session,
		               fault_set(&session->fault, -EFBIG, "%s: more than %zu bytes",
		                         session->loading_for->words, bytes_max(session)));
	} else if (session->loading_line) {
		session->loading[--session->loading_bytes] = '\0';
		take(admin, session);
	} else {
		command_finish(admin, session, 0);
	}
}
