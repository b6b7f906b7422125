/*
 * A supervisor at an agent's calls: hears them (listen), speaks to the agent alone (whisper), or to both (barge), and
 * goes on with the agent's next call. The keys 4, 5 and 6 change between the three; # or hanging up ends it. Agent and
 * caller hear nothing of who listens.
 */
#include "call/parts.h"

#include <string.h>

#define FIRST_MODE_KEY '4'

static const char *const mode_prompts[MONITOR_MODE_COUNT] = {"listening", "whispering", "barging"};
static const char *const mode_words[MONITOR_MODE_COUNT] = {"listens to", "whispers to", "joins the calls of"};

/* ---- whose talk ---- */

static bool logged_in(const struct control *control, uint32_t agent)
{
	return agent_index(control, agent) >= 0 && (agent_phone(control, agent) || agent_remote(control, agent));
}

/* The call that the agent talks in now, and the agent's channel in it; or NULL. */
static struct call *talk_of(const struct control *control, uint32_t agent, uint16_t *channel)
{
	struct phone *phone = agent_phone(control, agent);
	const struct remote *remote = phone ? NULL : agent_remote(control, agent);
	struct call *call = phone ? phone->call : remote ? remote->call : NULL;

	if (!call || call->state != CALL_TALKING || !call->bridged)
		return NULL;
	if (phone)
		*channel = phone->channel;
	else
		*channel = call->a.kind == PARTY_REMOTE ? call->a.channel : call->b.channel;
	return call;
}

/* ---- in and out ---- */

static void speak_to_agent(struct phone *phone)
{
	struct control *control = phone->control;
	uint32_t i;

	/* Who whispers last is heard. */
	for (i = 0; i < MEDIA_CHANNELS_MAX; i++) {
		struct phone *other = &control->phones[i];

		if (other != phone && other->state == PHONE_MONITOR && other->monitor.agent == phone->monitor.agent &&
		    other->monitor.mode == MONITOR_WHISPER)
			other->monitor.mode = MONITOR_LISTEN;
	}
	audio_feed_beside(control, phone->monitor.channel, phone->channel);
}

static void join(struct phone *phone, struct call *call, uint16_t channel)
{
	struct monitor *monitor = &phone->monitor;

	monitor->call = call->record.id;
	monitor->talk = call->talks;
	monitor->channel = channel;
	audio_join(phone->control, phone->channel, channel, monitor->mode != MONITOR_BARGE);
	if (monitor->mode == MONITOR_WHISPER)
		speak_to_agent(phone);
	call_note(call, TRACE_TALK, NULL, TRACE_HERE, "a supervisor at %s %s agent %u", phone->place,
	          mode_words[monitor->mode], monitor->agent);
}

/* goes_on: the talk does, without the supervisor. */
static void part(struct phone *phone, bool goes_on)
{
	struct monitor *monitor = &phone->monitor;

	if (!monitor->call)
		return;
	if (goes_on && monitor->mode == MONITOR_WHISPER)
		audio_stop(phone->control, monitor->channel);
	audio_unbridge(phone->control, phone->channel);
	monitor->call = 0;
}

static void follow(struct phone *phone)
{
	struct monitor *monitor = &phone->monitor;
	uint16_t channel = DRIVER_NO_CHANNEL;
	struct call *call = talk_of(phone->control, monitor->agent, &channel);

	if (!logged_in(phone->control, monitor->agent)) {
		static const char *const over[] = {"agent-loggedoff", NULL};

		phone_say(phone, over);
		return;
	}
	if (call && monitor->call == call->record.id && monitor->talk == call->talks)
		return;
	part(phone, false);
	if (call && !phone->play_token)
		join(phone, call, channel);
}

void monitors_step(struct control *control)
{
	uint32_t i, left = control->monitors;

	for (i = 0; left && i < MEDIA_CHANNELS_MAX; i++)
		if (control->phones[i].state == PHONE_MONITOR) {
			left--;
			follow(&control->phones[i]);
		}
}

/* ---- from the telephone ---- */

bool monitor_begin(struct phone *phone, uint32_t agent, enum monitor_mode mode)
{
	const char *names[] = {mode_prompts[mode], NULL};

	if (!logged_in(phone->control, agent) || phone->agent == agent)
		return false;
	log_write(LOG_NOTICE, LOG_CALL, "port %s: a supervisor %s agent %u", phone->place, mode_words[mode], agent);
	phone_set_state(phone, PHONE_MONITOR);
	phone->control->monitors++;
	phone->monitor = (struct monitor){.agent = agent, .mode = mode};
	phone->play_token = 0;
	if (audio_prompt_exists(phone->control, names[0]))
		phone->play_token = audio_play(phone->control, phone->channel, names);
	return true;
}

void monitor_digit(struct phone *phone, char digit)
{
	static const char *const beep[] = {"beep", NULL};
	struct monitor *monitor = &phone->monitor;
	int mode = digit - FIRST_MODE_KEY;
	bool whispered = monitor->mode == MONITOR_WHISPER;

	if (digit == '#') {
		phone_say(phone, beep);
		return;
	}
	if (mode < 0 || mode >= MONITOR_MODE_COUNT || (int)monitor->mode == mode)
		return;
	monitor->mode = (enum monitor_mode)mode;
	log_write(LOG_NOTICE, LOG_CALL, "port %s: a supervisor %s agent %u", phone->place, mode_words[mode],
	          monitor->agent);
	if (monitor->call) {
		if (whispered)
			audio_stop(phone->control, monitor->channel);
		audio_mute(phone->control, phone->channel, mode != MONITOR_BARGE);
		if (mode == MONITOR_WHISPER)
			speak_to_agent(phone);
	}
	audio_beeps(phone->control, phone->channel, 1);
}

void monitor_left(struct phone *phone)
{
	uint16_t channel = DRIVER_NO_CHANNEL;
	struct call *call = talk_of(phone->control, phone->monitor.agent, &channel);

	part(phone, call && call->record.id == phone->monitor.call && call->talks == phone->monitor.talk);
	audio_mute(phone->control, phone->channel, false);
	phone->control->monitors--;
	phone->monitor = (struct monitor){0};
}
