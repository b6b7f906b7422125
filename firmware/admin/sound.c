/*
 * Sound cards on the console; announcements in loudspeakers; recordings, which are made by control and kept here.
 */
#include "admin/internal.h"

#include <errno.h>
#include <string.h>

#include "admin/cell.h"
#include "admin/own_prompts.h"
#include "base/text.h"

static const char *word_at(const struct session *session, unsigned place)
{
	unsigned at = session->first + place;

	return at < session->words.count ? session->words.word[at] : "";
}

static int control_said(struct admin *admin, struct session *session)
{
	if (admin->request.result)
		session->fault = admin->request.fault;
	return admin->request.result;
}

/* ---- show sound ---- */

static const char *state_of(const struct control_sound_view *sound)
{
	if (!sound->status.working)
		return "lost";
	return sound->paged ? "paging" : sound->silent ? "silent" : "working";
}

static void json_sound(struct json *json, const struct control_sound_view *sound)
{
	const struct sound_status *status = &sound->status;

	json_open(json, NULL, '{');
	json_text(json, "sound", sound->name);
	json_text(json, "state", state_of(sound));
	json_bool(json, "plays", status->working && status->plays);
	json_bool(json, "captures", status->working && status->captures);
	json_bool(json, "silent", sound->silent);
	json_bool(json, "paged", sound->paged);
	json_number(json, "rate_hz", status->working ? status->rate_hz : 0);
	json_signed(json, "play_ppm", status->play_ppm);
	json_signed(json, "capture_ppm", status->capture_ppm);
	json_number(json, "delay_ms", status->play_delay_ms);
	json_number(json, "underruns", status->underruns);
	json_number(json, "overruns", status->overruns);
	json_number(json, "losses", status->losses);
	json_text(json, "text", status->text);
	json_text(json, "extension", sound->extension[0] ? sound->extension : NULL);
	json_text(json, "headset", sound->headset);
	json_text(json, "who", sound->who[0] ? sound->who : NULL);
	json_close(json, '}');
}

int run_show_sound(struct admin *admin, struct session *session)
{
	const struct control_view *view = admin->control_view;
	struct json json = {.out = session->out};
	uint32_t i;

	if (session->json) {
		json_open(&json, NULL, '{');
		json_open(&json, "cards", '[');
		for (i = 0; i < view->sound_count; i++)
			json_sound(&json, &view->sounds[i]);
		json_close(&json, ']');
		json_text(&json, "recorder", view->recorder[0] ? view->recorder : NULL);
		json_close(&json, '}');
		return 0;
	}
	fprintf(session->out,
	        view->sound_count ? "Card       State    ppm out/in   Gaps Lost Device\n" : "no sound cards\n");
	for (i = 0; i < view->sound_count; i++) {
		const struct control_sound_view *sound = &view->sounds[i];

		cell(session->out, 10, sound->name);
		cell(session->out, 8, state_of(sound));
		cell_format(session->out, 11, "%+d/%+d", sound->status.play_ppm, sound->status.capture_ppm);
		cell_format(session->out, -5, "%u", sound->status.underruns + sound->status.overruns);
		cell_format(session->out, -4, "%u", sound->status.losses);
		fprintf(session->out, "%s\n", sound->status.text);
		if (sound->headset)
			fprintf(session->out, "  headset, extension %s: %s%s%s\n", sound->extension, sound->headset,
			        sound->who[0] ? ", " : "", sound->who);
	}
	if (view->recorder[0])
		fprintf(session->out, "recorder: %s\n", view->recorder);
	return 0;
}

/* ---- announce ---- */

int begin_announce(struct admin *admin, struct session *session)
{
	struct control_request *request = &admin->request;
	unsigned count = session->words.count - session->first;
	bool stop = !strcmp(word_at(session, 0), "stop");

	request->type = stop ? CONTROL_ANNOUNCE_STOP : CONTROL_ANNOUNCE;
	if (stop && count <= 2 && (count == 1 || !text_to_u32(word_at(session, 1), 1, 9999, &request->number)))
		return 0;
	if (stop)
		return fault_set(&session->fault, -EINVAL, "announce stop: expected nothing more, or a zone's number");
	if (count != 3 || strcmp(word_at(session, 0), "zone") != 0 ||
	    text_to_u32(word_at(session, 1), 1, 9999, &request->number))
		return fault_set(
		    &session->fault, -EINVAL,
		    "announce: expected zone, its number and a prompt, such as: announce zone 1 all-agents-busy");
	if (!text_copy(request->text, sizeof(request->text), word_at(session, 2)))
		return fault_set(&session->fault, -EINVAL, "announce: there is no prompt of so long a name");
	return 0;
}

int run_announce(struct admin *admin, struct session *session)
{
	const struct control_request *request = &admin->request;

	if (!request->result && request->type == CONTROL_ANNOUNCE)
		fprintf(session->out, "%s is heard in %u %s.\n", request->text, request->number,
		        request->number == 1 ? "place" : "places");
	return control_said(admin, session);
}

/* ---- a headset ---- */

int begin_headset(struct admin *admin, struct session *session)
{
	struct control_request *request = &admin->request;
	unsigned count = session->words.count - session->first, at = 0;
	int action = text_name_index(control_headset_names, HEADSET_COUNT, word_at(session, 0));
	bool digits;

	request->type = CONTROL_HEADSET;
	if (action < 0) {
		action = text_name_index(control_headset_names, HEADSET_COUNT, word_at(session, 1));
		at = 1;
	}
	digits = action == HEADSET_CALL || action == HEADSET_DIAL;
	if (action < 0 || count != at + 1 + digits ||
	    (at && !text_copy(request->name, sizeof(request->name), word_at(session, 0))))
		return fault_set(&session->fault, -EINVAL,
		                 "headset: expected [its sound card], then answer, hang-up, flash, call and a number, "
		                 "or dial and keys (one that begins with # in double quotes)");
	request->headset = (enum control_headset)action;
	if (digits && (!text_copy(request->text, sizeof(request->text), word_at(session, at + 1)) ||
	               strspn(request->text, "0123456789*#") != strlen(request->text) || strlen(request->text) > 48))
		return fault_set(&session->fault, -EINVAL,
		                 "headset %s: expected up to 48 of the keys 0 to 9, * and #, not \"%s\"",
		                 control_headset_names[action], word_at(session, at + 1));
	return 0;
}

int run_headset(struct admin *admin, struct session *session)
{
	if (!admin->request.result)
		fprintf(session->out, "%s.\n", admin->request.text_long);
	return control_said(admin, session);
}

/* ---- recording from a card ---- */

static int take_option(struct session *session, unsigned at, struct control_request *request)
{
	const char *option = word_at(session, at), *value = word_at(session, at + 1);
	uint64_t ms;

	if (!strcmp(option, "card") && *value && text_copy(request->name, sizeof(request->name), value))
		return 0;
	if (!strcmp(option, "for") && !text_to_duration_ms(value, &ms) && ms >= 1000 &&
	    ms <= CONFIG_ANNOUNCEMENT_SECONDS_MAX * 1000u) {
		request->for_ms = (uint32_t)ms;
		return 0;
	}
	return fault_set(&session->fault, -EINVAL,
	                 "record prompt: expected card and its name, or for and 1s to %ds, not \"%s%s%s\"",
	                 CONFIG_ANNOUNCEMENT_SECONDS_MAX, option, *value ? " " : "", value);
}

int begin_record(struct admin *admin, struct session *session)
{
	struct control_request *request = &admin->request;
	unsigned count = session->words.count - session->first;
	int error = 0;

	request->type = CONTROL_RECORD;
	if (!count || !text_copy(request->text, sizeof(request->text), word_at(session, 0)))
		return fault_set(&session->fault, -EINVAL, "record prompt: expected the name of a prompt");
	for (unsigned at = 1; at < count && !error; at += 2)
		error = take_option(session, at, request);
	return error;
}

int run_record(struct admin *admin, struct session *session)
{
	const struct control_request *request = &admin->request;

	if (!request->result && request->for_ms)
		fprintf(session->out, "%s is recorded from card %s for %u s, then kept.\n", request->text,
		        request->name, request->for_ms / 1000);
	else if (!request->result)
		fprintf(session->out, "%s is recorded from card %s; record stop ends and keeps it.\n", request->text,
		        request->name);
	return control_said(admin, session);
}

int begin_record_stop(struct admin *admin, struct session *session)
{
	const char *word = word_at(session, 0);

	admin->request.type = CONTROL_RECORD_STOP;
	admin->request.reason = *word != '\0';
	if (*word && strcmp(word, "discard") != 0)
		return fault_set(&session->fault, -EINVAL, "record stop: expected nothing more, or discard, not \"%s\"",
		                 word);
	return 0;
}

int run_record_stop(struct admin *admin, struct session *session)
{
	return control_said(admin, session);
}

/* ---- keeping what was recorded ---- */

static void keep(struct admin *admin, const struct control_recording *recording)
{
	struct control_request *request = &admin->kept_request;
	struct fault fault = {""};
	prompt_id id = 0;
	int error = recording->silent
	                ? fault_set(&fault, -ENODATA, "nothing was heard on the sound card, it is not kept")
	                : own_prompt_record(recording->name, recording->sound, recording->samples, admin->parts.prompts,
	                                    admin->parts.data_folder, &id, &fault);

	memset(request, 0, sizeof(*request));
	request->type = CONTROL_RECORD_KEPT;
	request->bell = admin->bell;
	request->number = id + 1u;
	request->reason = error != 0;
	text_copy(request->text_long, sizeof(request->text_long), fault.text);
	admin->kept_open = control_ask(admin->parts.control, request) == 0;
}

bool recording_step(struct admin *admin)
{
	struct control_recording recording;

	if (admin->kept_open && !job_done(&admin->kept_request.done))
		return false;
	admin->kept_open = false;
	if (!admin->parts.prompts || !control_recording(admin->parts.control, &recording))
		return false;
	keep(admin, &recording);
	return true;
}
