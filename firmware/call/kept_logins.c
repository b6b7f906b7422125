/*
 * Who is logged in where, and paused for what, kept for the time after a restart or a power cut (setting system
 * agents-after-restart). Written when it changes, whatever the setting says, so that the setting holds from when it is
 * made.
 */
#include "call/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_PREFIX "login "
#define OUTSIDE     "outside"
#define HEADSET     "sound/"

struct kept_login {
	uint32_t agent; /* 0: free */
	char value[24]; /* "2/1 ready", "outside paused 3" */
};

int kept_logins_new(struct control *control)
{
	control->kept_logins = calloc(CONFIG_AGENTS_MAX, sizeof(*control->kept_logins));
	return control->kept_logins ? 0 : -ENOMEM;
}

/* Of this agent, or a free one; NULL: all are taken. */
static struct kept_login *entry_of(const struct control *control, uint32_t agent)
{
	struct kept_login *unused = NULL;
	uint32_t i;

	for (i = 0; i < CONFIG_AGENTS_MAX; i++) {
		struct kept_login *entry = &control->kept_logins[i];

		if (entry->agent == agent)
			return entry;
		if (!entry->agent && !unused)
			unused = entry;
	}
	return unused;
}

void kept_logins_read(struct control *control, const char *name, const char *value)
{
	struct kept_login *entry;
	uint32_t agent;

	if (strncmp(name, KEPT_PREFIX, strlen(KEPT_PREFIX)) != 0 ||
	    text_to_u32(name + strlen(KEPT_PREFIX), 1, UINT32_MAX, &agent) < 0)
		return;
	entry = entry_of(control, agent);
	if (!entry)
		return;
	entry->agent = agent;
	text_copy(entry->value, sizeof(entry->value), value);
}

static void keep(struct control *control, struct kept_login *entry, const char *value)
{
	char name[STORE_KEPT_BYTES];
	size_t used = 0;

	text_append(name, sizeof(name), &used, KEPT_PREFIX "%u", entry->agent);
	if (store_keep(control->parts.store, name, value) < 0)
		log_write(LOG_ERROR, LOG_CALL, "agent %u: the log-in could not be kept for a restart", entry->agent);
	text_copy(entry->value, sizeof(entry->value), value);
	if (!value[0])
		entry->agent = 0;
}

void kept_logins_note(struct control *control, uint32_t agent, const struct acd_decision *decision)
{
	struct kept_login *entry = agent ? entry_of(control, agent) : NULL;
	char value[24] = "";
	size_t used = 0;

	if (!entry)
		return;
	if (decision->state != ACD_LOGGED_OUT && decision->port != ACD_NONE) {
		if (remote_at(control, decision->port))
			text_append(value, sizeof(value), &used, OUTSIDE);
		else if (decision->port >= DRIVER_CHANNELS_MAX)
			text_append(value, sizeof(value), &used, HEADSET "%u",
			            decision->port - DRIVER_CHANNELS_MAX + 1u);
		else
			text_append(value, sizeof(value), &used, "%u/%u", driver_channel_span(decision->port),
			            driver_channel_timeslot(decision->port));
		if (decision->wish_paused)
			text_append(value, sizeof(value), &used, " paused %u", decision->reason);
		else
			text_append(value, sizeof(value), &used, " ready");
	}
	if (entry->agent ? strcmp(entry->value, value) == 0 : !value[0])
		return;
	entry->agent = agent;
	keep(control, entry, value);
}

/* ---- after the restart ---- */

static struct phone *phone_named(const struct control *control, const char *place)
{
	char span[4] = "";
	const char *slash = strchr(place, '/');
	uint32_t s, c;

	if (strncmp(place, HEADSET, strlen(HEADSET)) == 0)
		return text_to_u32(place + strlen(HEADSET), 1, SOUND_CARDS_MAX, &c) < 0
		           ? NULL
		           : phone_at(control, media_sound_channel(c - 1));
	if (!slash || (size_t)(slash - place) >= sizeof(span))
		return NULL;
	memcpy(span, place, (size_t)(slash - place));
	if (text_to_u32(span, 1, CONFIG_SPANS_MAX, &s) < 0 || text_to_u32(slash + 1, 1, 31, &c) < 0)
		return NULL;
	return phone_at(control, driver_channel(s, c));
}

static int log_in_again(struct control *control, uint32_t agent, const char *place, struct fault *fault)
{
	struct phone *phone;

	if (agent_index(control, agent) < 0)
		return fault_set(fault, -ENOENT, "there is no agent %u", agent);
	if (strcmp(place, OUTSIDE) == 0)
		return remote_log_in(control, agent, NULL, fault);
	phone = phone_named(control, place);
	if (!phone)
		return fault_set(fault, -ENOENT, "agent %u: there is no telephone %s", agent, place);
	return phone_log_in(phone, agent, fault);
}

static void restore(struct control *control, struct kept_login *entry)
{
	struct acd_event pause = {.type = ACD_AGENT_PAUSE, .port = ACD_NONE};
	char place[sizeof(entry->value)];
	struct fault fault = {""};
	uint32_t reason = 0;
	char *wish, *number;

	text_copy(place, sizeof(place), entry->value);
	wish = strchr(place, ' ');
	if (wish)
		*wish++ = '\0';
	if (log_in_again(control, entry->agent, place, &fault) < 0) {
		log_write(LOG_NOTICE, LOG_CALL, "after the restart agent %u is not logged in again: %s", entry->agent,
		          fault.text);
		keep(control, entry, "");
		return;
	}
	number = wish ? strchr(wish, ' ') : NULL;
	if (!number || text_to_u32(number + 1, 0, UINT8_MAX, &reason) < 0)
		return;
	pause.agent = (acd_agent)agent_index(control, entry->agent);
	pause.reason = (uint8_t)reason;
	control_send_acd(control, &pause);
}

void kept_logins_restore(struct control *control)
{
	uint32_t i, back = 0;

	for (i = 0; i < CONFIG_AGENTS_MAX; i++) {
		struct kept_login *entry = &control->kept_logins[i];

		if (!entry->agent)
			continue;
		if (!control->config->agents_as_before) {
			keep(control, entry, "");
			continue;
		}
		restore(control, entry);
		back += entry->agent != 0;
	}
	if (back)
		log_write(LOG_NOTICE, LOG_CALL, "after the restart %u agents are logged in as before", back);
}
