/*
 * request time: the clock set by hand, where no time server is heard. belfryd may not set the machine's: it writes the
 * seconds since 1970 into the file "clock" beside the console's socket, which the box's system obeys (its clock chip is
 * set too). A clock that is the program's own, as in a trial, is set at once; on somebody's host nothing is.
 */
#include "admin/internal.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

static bool is_box(const struct admin *admin)
{
	return admin->parts.boot && power_watched(admin->parts.boot->folder);
}

int begin_set_time(struct admin *admin, struct session *session)
{
	const struct words *words = &session->words;
	char server[64];
	size_t used = 0;
	if (words->count != session->first + 2)
		return fault_set(&session->fault, -EINVAL, "request time: expected date and time as %s",
		                 session->command->arguments);
	if (clock_follows_system() && !is_box(admin))
		return fault_set(
		    &session->fault, -ENOTSUP,
		    "request time: belfryd is a program on this host: its time is the host's, set it there");
	if (time_server_heard(admin, server, sizeof(server)))
		return fault_set(
		    &session->fault, -EBUSY,
		    "request time: the clock is set by the time server %s, which would put it right again; "
		    "take \"ntp server\" out of the settings first",
		    server);
	admin->request.type = CONTROL_LOCAL_TIME;
	if (!text_append(admin->request.text, sizeof(admin->request.text), &used, "%s %s", words->word[session->first],
	                 words->word[session->first + 1]))
		return fault_set(&session->fault, -EINVAL, "request time: expected date and time as %s",
		                 session->command->arguments);
	return 0;
}

int run_set_time(struct admin *admin, struct session *session)
{
	const struct control_request *request = &admin->request;
	char before[32], after[32];
	uint64_t now_us = clock_wall_us();
	int error = 0;
	if (request->result)
		return fault_set(&session->fault, request->result, "request time %s", request->fault.text);
	if (clock_follows_system())
		error = power_set_clock(admin->parts.socket_path, request->wall_s);
	else
		clock_step_wall_us((int64_t)((uint64_t)request->wall_s * US_PER_S - now_us));
	if (error)
		return fault_set(&session->fault, error, "request time: the system could not be told: %s",
		                 strerror(-error));
	clock_format_utc(now_us, before, sizeof(before));
	clock_format_utc((uint64_t)request->wall_s * US_PER_S, after, sizeof(after));
	fprintf(session->out, "the clock is set to %s (%.19sZ); it was %.19sZ\n", request->text_long, after, before);
	log_write(LOG_NOTICE, LOG_ADMIN, "clock set from %.19sZ to %.19sZ by %s", before, after, session->user);
	return 0;
}
