/*
 * Announcements that a commit needs and that are not spoken yet are spoken before it, by the worker, one a job: the
 * console and all others' jobs go on meanwhile. The commit itself then finds them as they were kept.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "admin/internal.h"
#include "admin/own_prompts.h"
#include "admin/worker.h"
#include "base/text.h"

struct speaking {
	struct config_prompt *rows;
	uint32_t count, at;
	char language[CONFIG_TEXT_BYTES];
	/* of the row in hand */
	uint8_t *sound;
	size_t samples;
	int error;
	struct fault fault;
};

static void speak(void *data)
{
	struct speaking *speaking = data;
	speaking->error = own_speech(speaking->rows[speaking->at].text, speaking->language, &speaking->sound,
	                             &speaking->samples, &speaking->fault);
}

static void release_speaking(void *data)
{
	struct speaking *speaking = data;
	free(speaking->sound);
	free(speaking->rows);
	free(speaking);
}

static int spoken(struct admin *admin, struct session *session, void *data);

/* Takes it over. */
static int give(struct admin *admin, struct session *session, struct speaking *speaking)
{
	const struct worker_job job = {.data = speaking, .run = speak, .done = spoken, .release = release_speaking};
	return worker_give(admin, session, &job);
}

/* The same rows in a job of their own: the one that has ended is released by the worker. */
static int give_next(struct admin *admin, struct session *session, struct speaking *ended)
{
	struct speaking *next = calloc(1, sizeof(*next));
	if (!next)
		return fault_set(&session->fault, -ENOMEM, "no memory left");
	*next = *ended;
	next->at++;
	next->sound = NULL;
	ended->rows = NULL;
	return give(admin, session, next);
}

static int refused(struct session *session, const struct config_prompt *row, int error)
{
	fault_add(&session->fault, error, "prompt %s text %s", row->name, row->text);
	return fault_add(&session->fault, error, "not saved, nothing changed");
}

static int spoken(struct admin *admin, struct session *session, void *data)
{
	struct speaking *speaking = data;
	const struct config_prompt *row = &speaking->rows[speaking->at];
	int error = speaking->error;
	if (error)
		session->fault = speaking->fault;
	else
		error = own_prompt_keep_speech(row, speaking->language, speaking->sound, speaking->samples,
		                               admin->parts.data_folder, &session->fault);
	if (error)
		return refused(session, row, error);
	if (speaking->at + 1 < speaking->count)
		return give_next(admin, session, speaking);
	session->ticket = ++admin->tickets;
	session->state = SESSION_WAITING; /* the commit goes on, also if the one who typed it has gone */
	return 1;
}

/* The rows that have to be spoken, or NULL. */
static struct config_prompt *rows_to_speak(const struct admin *admin, const struct config *config, uint32_t *count)
{
	struct config_prompt *rows = config->prompt_count ? calloc(config->prompt_count, sizeof(*rows)) : NULL;
	*count = 0;
	for (uint32_t i = 0; rows && i < config->prompt_count; i++)
		if (own_prompt_unspoken(&config->prompts[i], config->language, admin->config, admin->parts.data_folder))
			rows[(*count)++] = config->prompts[i];
	if (*count)
		return rows;
	free(rows);
	return NULL;
}

static bool has_spoken_prompts(const struct session *session)
{
	char *text = candidate_text(session->candidate, "prompt", false);
	bool has = text && strstr(text, " text ");
	free(text);
	return has;
}

/* What is wrong with the candidate is said by the commit itself. */
int ahead_commit(struct admin *admin, struct session *session)
{
	struct config *config = NULL;
	struct fault unsaid;
	int error = admin->parts.prompts ? session_candidate(admin, session) : 0;
	if (error || !admin->parts.prompts || !candidate_changed(session->candidate) || !has_spoken_prompts(session) ||
	    candidate_build(session->candidate, &config, NULL, 0, &unsaid))
		return error;
	struct speaking *speaking = calloc(1, sizeof(*speaking));
	if (speaking) {
		text_copy(speaking->language, sizeof(speaking->language), config->language);
		speaking->rows = rows_to_speak(admin, config, &speaking->count);
	}
	config_free(config);
	if (speaking && speaking->rows)
		return give(admin, session, speaking);
	free(speaking);
	return 0;
}
