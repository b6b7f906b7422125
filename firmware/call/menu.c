/*
 * Menus: a prompt, keys, and where each leads. Keys count from the first moment on, over the prompt too. Silence and
 * wrong choices are attempts; behind the last one the call goes where the settings say.
 */
#include "call/parts.h"

#include <string.h>

#define CHOICES_MAX 40 /* of one call, over all menus */

static const struct config_menu *settings(const struct call *call)
{
	return &call->control->config->menus[call->menu];
}

static void wait_for_keys(struct call *call, uint64_t wait_us)
{
	timer_start(call->control->timers, &call->announce_timer, call->control->now_us + wait_us);
}

/* What the caller hears: that the last choice was none (NULL: nothing of that), then the menu. */
static void ask(struct call *call, const char *sorry)
{
	const struct config_menu *menu = settings(call);
	const char *names[3] = {NULL};
	size_t count = 0;

	call->menu_keys[0] = '\0';
	if (sorry && audio_prompt_exists(call->control, sorry))
		names[count++] = sorry;
	if (menu->prompt[0] && audio_prompt_exists(call->control, menu->prompt))
		names[count++] = menu->prompt;
	call->play_token = count ? audio_play(call->control, call->a.channel, names) : 0;
	if (count == 0)
		wait_for_keys(call, menu->timeout_ms * US_PER_MS);
}

void menu_enter(struct call *call, uint32_t index)
{
	call->menu = (int32_t)index;
	call->menu_attempts = 0;
	call_answer(call);
	call_set_state(call, CALL_MENU);
	record_segment(call, SEGMENT_IVR);
	ask(call, NULL);
}

void menu_play_done(struct call *call)
{
	if (call->state == CALL_MENU)
		wait_for_keys(call, settings(call)->timeout_ms * US_PER_MS);
}

static void quiet(struct call *call)
{
	timer_stop(call->control->timers, &call->announce_timer);
	if (call->play_token)
		audio_stop(call->control, call->a.channel);
	call->play_token = 0;
}

static void go(struct call *call, int32_t destination)
{
	quiet(call);
	record_segment_end(call);
	call_set_state(call, CALL_SETUP);
	if (destination >= 0)
		destination_run(call, destination);
	else
		call_end(call, 16, CALL_TIMEOUT, "no choice in the menu");
}

static void attempt_failed(struct call *call, bool wrong)
{
	const struct config_menu *menu = settings(call);

	quiet(call);
	log_write(LOG_INFO, LOG_CALL, "call %08x: menu %s: %s%s", call->record.id, menu->name,
	          wrong ? "wrong choice " : "nothing pressed", call->menu_keys);
	if (++call->menu_attempts < menu->tries)
		ask(call, wrong ? "pbx-invalid" : NULL);
	else
		go(call, wrong && menu->invalid >= 0 ? menu->invalid : menu->timeout);
}

/* ---- what was pressed ---- */

struct choice {
	int32_t destination; /* of a key that was pressed whole, or -1 */
	struct phone *phone; /* of an extension that was dialled whole, or NULL */
	bool whole, more;    /* whole: one of both, if only out of service; more: a longer choice begins so */
};

static void look_at_keys(const struct call *call, struct choice *choice)
{
	const struct config_menu *menu = settings(call);
	size_t length = strlen(call->menu_keys);
	uint32_t i;

	for (i = 0; i < menu->key_count; i++) {
		if (strcmp(menu->keys[i].digits, call->menu_keys) == 0) {
			choice->destination = menu->keys[i].destination;
			choice->whole = true;
		} else if (strncmp(menu->keys[i].digits, call->menu_keys, length) == 0) {
			choice->more = true;
		}
	}
}

static void look_at_extensions(const struct call *call, struct choice *choice)
{
	const struct config *config = call->control->config;
	size_t length = strlen(call->menu_keys);
	uint32_t i;

	for (i = 0; i < config->port_count; i++) {
		const char *extension = config->ports[i].extension;

		if (!extension[0] || strncmp(extension, call->menu_keys, length) != 0)
			continue;
		choice->more |= extension[length] != '\0';
		if (extension[length] == '\0' && !choice->whole) {
			choice->whole = true;
			choice->phone = extension_find(call->control, extension);
		}
	}
}

static struct choice look(const struct call *call)
{
	struct choice choice = {.destination = -1};

	look_at_keys(call, &choice);
	if (settings(call)->extensions)
		look_at_extensions(call, &choice);
	return choice;
}

static void choose(struct call *call, const struct choice *choice)
{
	struct phone *phone = choice->phone;

	log_write(LOG_INFO, LOG_CALL, "call %08x: menu %s: %s chosen", call->record.id, settings(call)->name,
	          call->menu_keys);
	call->hops = 0; /* a person decides, this is no circle of the settings */
	if (++call->menu_choices > CHOICES_MAX) {
		quiet(call);
		call_end(call, 16, CALL_TIMEOUT, "too many choices");
		return;
	}
	if (choice->destination >= 0) {
		go(call, choice->destination);
		return;
	}
	quiet(call);
	record_segment_end(call);
	call_set_state(call, CALL_SETUP);
	if (phone)
		extension_call(call, phone);
	else
		call_b_failed(call, 27, "telephone is out of service");
}

void menu_expired(struct call *call)
{
	struct choice choice = look(call);

	if (!call->menu_keys[0])
		attempt_failed(call, false);
	else if (choice.whole)
		choose(call, &choice);
	else
		attempt_failed(call, true);
}

void menu_digit(struct call *call, char digit)
{
	size_t length = strlen(call->menu_keys);
	struct choice choice;

	quiet(call);
	if (length < MENU_DIGITS_MAX) {
		call->menu_keys[length] = digit;
		call->menu_keys[length + 1] = '\0';
	}
	choice = look(call);
	if (choice.whole && !choice.more) {
		choose(call, &choice);
	} else if (choice.whole) {
		control_start(call->control, &call->announce_timer, TIMER_matched_digit);
	} else if (choice.more) {
		wait_for_keys(call, settings(call)->timeout_ms * US_PER_MS);
	} else if (digit == '#' && length > 0 && length < MENU_DIGITS_MAX) {
		call->menu_keys[length] = '\0'; /* # ends a choice that could have gone on */
		menu_expired(call);
	} else {
		attempt_failed(call, true);
	}
}

void menu_settings(struct control *control, const struct config *config)
{
	struct call *call, *next;

	for (call = control->first; call; call = next) {
		int32_t place = -1;
		uint32_t i;

		next = call->next;
		if (call->state != CALL_MENU)
			continue;
		for (i = 0; i < config->menu_count && place < 0; i++)
			if (strcmp(config->menus[i].name, settings(call)->name) == 0)
				place = (int32_t)i;
		if (place >= 0)
			call->menu = place;
		else
			call_end(call, 41, CALL_WITHDRAWN, "menu removed");
	}
}
