/*
 * Changes that nobody had committed when a person's session ended (a line that dropped, a terminal closed): kept, one
 * set a user, until the same user takes them up or throws them away. The oldest goes when there is no room.
 */
#include "admin/internal.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

static struct kept *kept_of(struct admin *admin, const char *user)
{
	for (unsigned i = 0; i < KEPT_MAX; i++)
		if (admin->kept[i].candidate && !strcmp(admin->kept[i].user, user))
			return &admin->kept[i];
	return NULL;
}

static void forget(struct kept *kept)
{
	candidate_free(kept->candidate);
	memset(kept, 0, sizeof(*kept));
}

void kept_free(struct admin *admin)
{
	for (unsigned i = 0; i < KEPT_MAX; i++)
		forget(&admin->kept[i]);
}

static struct kept *room_for(struct admin *admin, const char *user)
{
	struct kept *oldest = kept_of(admin, user);
	for (unsigned i = 0; !oldest && i < KEPT_MAX; i++)
		if (!admin->kept[i].candidate)
			oldest = &admin->kept[i];
	for (unsigned i = 0; !oldest && i < KEPT_MAX; i++)
		if (admin->kept[i].wall_us < admin->kept[(i + 1) % KEPT_MAX].wall_us)
			oldest = &admin->kept[i];
	return oldest ? oldest : &admin->kept[0];
}

void kept_put(struct session *session)
{
	if (!session->person || !session->candidate || !candidate_changed(session->candidate))
		return;
	struct kept *kept = room_for(session->admin, session->user);
	forget(kept);
	text_copy(kept->user, sizeof(kept->user), session->user);
	text_copy(kept->from, sizeof(kept->from), session->from);
	kept->wall_us = clock_wall_us();
	kept->candidate = session->candidate;
	session->candidate = NULL;
	log_write(LOG_NOTICE, LOG_ADMIN, "unfinished changes of %s (%s) are kept", kept->user, kept->from);
}

static void describe(const struct kept *kept, char *text, size_t size)
{
	char time[32];
	size_t used = 0;
	clock_format_utc(kept->wall_us, time, sizeof(time));
	text_append(text, size, &used, "unfinished changes of %s (%s, %.5s UTC)", kept->user, kept->from, time + 11);
}

void kept_tell(struct admin *admin, struct session *session)
{
	char text[160];
	const struct kept *kept = kept_of(admin, session->user);
	session->person = true;
	if (!kept || session_role(admin, session) < CONFIG_TECHNICIAN)
		return;
	describe(kept, text, sizeof(text));
	fprintf(session->out, "%s are kept: \"resume\" takes them up, \"discard kept\" throws them away\n", text);
}

static int nothing_kept(struct session *session)
{
	return fault_set(&session->fault, -ENOENT, "%s: no unfinished changes of %s are kept", session->command->words,
	                 session->user);
}

int run_resume(struct admin *admin, struct session *session)
{
	char text[160];
	struct kept *kept = kept_of(admin, session->user);
	if (!kept)
		return nothing_kept(session);
	if (session->candidate && candidate_changed(session->candidate))
		return fault_set(&session->fault, -EBUSY,
		                 "resume: there are changes in this session: \"commit\" or \"discard\" first");
	candidate_free(session->candidate);
	session->candidate = kept->candidate;
	kept->candidate = NULL;
	describe(kept, text, sizeof(text));
	fprintf(session->out, "%s are the candidate again: see \"show | compare\"\n", text);
	if (candidate_stale(session->candidate))
		fprintf(session->out, "warning: %s\n", SETTINGS_STALE);
	return 0;
}

int run_discard_kept(struct admin *admin, struct session *session)
{
	struct kept *kept = kept_of(admin, session->user);
	if (!kept)
		return nothing_kept(session);
	forget(kept);
	return 0;
}
