/*
 * factory-reset: as delivered, at the next start.
 */
#include "admin/internal.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "config/factory_reset.h"

int run_factory_reset(struct admin *admin, struct session *session)
{
	static const char *const loses[RESET_LEVEL_COUNT] = {
	    "", "all settings but the users are as delivered (\"rollback 1\" brings them back)",
	    "everything is lost for good: settings, users, keys, call records, recordings, the audit log"};
	struct words *words = &session->words;
	const char *word = words->count > session->first ? words->word[session->first] : "";
	bool cancel = !strcmp(word, "cancel") && words->count == session->first + 1;
	int level = cancel ? RESET_NONE : text_name_index(reset_level_names, RESET_LEVEL_COUNT, word);
	if (!cancel && level <= RESET_NONE)
		return *word ? fault_set(&session->fault, -EINVAL, "factory-reset %s: expected %s", word,
		                         session->command->arguments)
		             : fault_set(&session->fault, -EINVAL, "factory-reset: not complete, expected %s",
		                         session->command->arguments);
	bool confirmed = words->count == session->first + 2 && !strcmp(words->word[session->first + 1], "confirm");
	if (!cancel && !confirmed)
		return fault_set(
		    &session->fault, -EINVAL,
		    "factory-reset %s: after the next start %s; type \"factory-reset %s confirm\" to have it", word,
		    loses[level], word);
	int error = factory_reset_ask(admin->parts.conf_folder, (enum reset_level)level, &session->fault);
	if (error)
		return error;
	if (cancel)
		fprintf(session->out, "no factory reset\n");
	else
		fprintf(session->out, "at the next start %s; \"factory-reset cancel\" until then\n", loses[level]);
	log_write(LOG_NOTICE, LOG_ADMIN, "factory reset: %s asked for by %s", reset_level_names[level], session->user);
	return 0;
}
