#include "drivers/tdmoe/channel_bank.h"

#include <string.h>

#include "base/text.h"

#define NEVER UINT64_MAX

static const char *const hook_names[BANK_HOOK_STATES] = {"on-hook", "lifting", "off-hook", "break"};

/* What a telephone rings with when nobody says: two seconds in six. */
static const struct driver_cadence default_cadence = {{2000, 4000}};

const char *bank_hook_name(enum bank_hook hook)
{
	return text_name(hook_names, BANK_HOOK_STATES, (int)hook);
}

static uint64_t samples(uint64_t ms)
{
	return ms * SAMPLES_PER_MS;
}

static void tell(struct channel_bank *bank, const struct bank_channel *channel, enum driver_event_type type, char digit)
{
	bank->event(bank->user, (unsigned)(channel - bank->channel) + 1, type, digit);
}

static void wake_at(struct channel_bank *bank, uint64_t deadline)
{
	if (deadline < bank->next_deadline)
		bank->next_deadline = deadline;
}

static void hook_enter(struct channel_bank *bank, struct bank_channel *channel, enum bank_hook hook, uint64_t deadline)
{
	channel->hook = hook;
	channel->hook_deadline = deadline;
	wake_at(bank, deadline);
}

static void send_bits(struct channel_bank *bank, struct bank_channel *channel, uint8_t bits)
{
	if (channel->send_bits == bits)
		return;
	channel->send_bits = bits;
	bank->bits_changed = true;
}

static void line_enter(struct channel_bank *bank, struct bank_channel *channel, enum driver_line line, uint8_t bits,
                       uint64_t deadline)
{
	channel->line = line;
	channel->line_deadline = deadline;
	send_bits(bank, channel, bits);
	wake_at(bank, deadline);
}

/* ---- the line: ring, cadence, battery removed ---- */

static void ring_stop(struct channel_bank *bank, struct bank_channel *channel)
{
	bool ringing = channel->line == DRIVER_LINE_RING && channel->ring_step % 2 == 0;

	line_enter(bank, channel, DRIVER_LINE_IDLE, CAS_SEND_IDLE, NEVER);
	if (ringing)
		tell(bank, channel, DRIVER_RINGER_OFF, 0);
}

/* Begins the step of the cadence; its length counts from when the one before was due, so that nothing drifts. */
static void ring_step(struct channel_bank *bank, struct bank_channel *channel, unsigned step, uint64_t from)
{
	bool on = step % 2 == 0;

	channel->ring_step = (uint8_t)step;
	line_enter(bank, channel, DRIVER_LINE_RING, on ? CAS_SEND_RING : CAS_SEND_IDLE,
	           from + samples(channel->cadence.ms[step]));
	tell(bank, channel, on ? DRIVER_RINGER_ON : DRIVER_RINGER_OFF, 0);
}

static void ring_start(struct channel_bank *bank, struct bank_channel *channel, const struct driver_cadence *cadence,
                       uint64_t now)
{
	if (!cadence || cadence->ms[0] == 0 || cadence->ms[1] == 0)
		cadence = &default_cadence;
	if (channel->hook == BANK_OFF_HOOK || channel->hook == BANK_BREAK)
		return; /* lifted meanwhile: its off-hook event is on the way */
	if (channel->line == DRIVER_LINE_RING && memcmp(&channel->cadence, cadence, sizeof(*cadence)) == 0)
		return;
	channel->cadence = *cadence;
	channel->recovering = false;
	ring_step(bank, channel, 0, now);
}

static void line_due(struct channel_bank *bank, struct bank_channel *channel)
{
	uint64_t due = channel->line_deadline;

	channel->line_deadline = NEVER;
	if (channel->line == DRIVER_LINE_RING) {
		unsigned next = channel->ring_step + 1u;

		if (next >= DRIVER_CADENCE_STEPS || channel->cadence.ms[next] == 0)
			next = 0;
		ring_step(bank, channel, next, due);
	} else if (channel->line == DRIVER_LINE_OPEN) {
		channel->recovering = true;
		line_enter(bank, channel, DRIVER_LINE_IDLE, CAS_SEND_IDLE, due + samples(OPEN_RECOVERY_MS));
	} else {
		channel->recovering = false;
	}
}

void channel_bank_set_line(struct channel_bank *bank, unsigned timeslot, enum driver_line line,
                           const struct driver_cadence *cadence, uint64_t now)
{
	struct bank_channel *channel = &bank->channel[timeslot - 1];

	switch (line) {
	case DRIVER_LINE_RING:
		ring_start(bank, channel, cadence, now);
		break;
	case DRIVER_LINE_OPEN:
		ring_stop(bank, channel);
		line_enter(bank, channel, DRIVER_LINE_OPEN, CAS_SEND_OPEN, now + samples(OPEN_MS));
		if (channel->hook == BANK_BREAK)
			channel->break_is_ours = true;
		break;
	case DRIVER_LINE_IDLE:
		/* battery that was removed comes back by itself */
		if (channel->line == DRIVER_LINE_RING)
			ring_stop(bank, channel);
		break;
	}
}

/* ---- the hook ---- */

static void digit_end(struct channel_bank *bank, struct bank_channel *channel)
{
	unsigned pulses = channel->pulses;

	channel->pulses = 0;
	if (pulses == 0)
		return;
	if (pulses > PULSE_DIGIT_PULSES_MAX)
		bank->pulse_trains_bad++;
	else
		tell(bank, channel, DRIVER_PULSE_DIGIT, (char)('0' + pulses % 10));
}

static void back_off_hook(struct channel_bank *bank, struct bank_channel *channel, uint64_t now)
{
	uint64_t digit_ends = channel->pulses ? now + samples(PULSE_DIGIT_GAP_MS) : NEVER;

	hook_enter(bank, channel, BANK_OFF_HOOK, digit_ends);
}

/* The loop is closed again: how long it was open says what it was. */
static void break_ended(struct channel_bank *bank, struct bank_channel *channel, uint64_t now)
{
	uint64_t open = now - channel->changed_at;
	bool settled = channel->changed_at - channel->lifted_at >= samples(LIFT_SETTLE_MS);
	bool ours = channel->break_is_ours;
	bool flash = !ours && open >= bank->flash_min_samples;
	bool pulse =
	    !ours && !flash && settled && open >= samples(PULSE_BREAK_MIN_MS) && open <= samples(PULSE_BREAK_MAX_MS);

	if (flash) {
		digit_end(bank, channel);
		tell(bank, channel, DRIVER_FLASH, 0);
	}
	if (pulse && channel->pulses < UINT8_MAX)
		channel->pulses++;
	back_off_hook(bank, channel, now);
}

static void loop_closed(struct channel_bank *bank, struct bank_channel *channel, uint64_t now)
{
	if (channel->hook == BANK_ON_HOOK)
		hook_enter(bank, channel, BANK_LIFTING, now + samples(LIFT_DEBOUNCE_MS));
	else if (channel->hook == BANK_BREAK)
		break_ended(bank, channel, now);
}

static void loop_opened(struct channel_bank *bank, struct bank_channel *channel, uint64_t now)
{
	if (channel->hook == BANK_LIFTING) {
		hook_enter(bank, channel, BANK_ON_HOOK, NEVER);
	} else if (channel->hook == BANK_OFF_HOOK) {
		channel->changed_at = now;
		channel->break_is_ours = channel->line == DRIVER_LINE_OPEN || channel->recovering;
		hook_enter(bank, channel, BANK_BREAK, now + bank->flash_max_samples);
	}
}

static void hook_due(struct channel_bank *bank, struct bank_channel *channel)
{
	uint64_t due = channel->hook_deadline;

	channel->hook_deadline = NEVER;
	switch (channel->hook) {
	case BANK_LIFTING:
		channel->lifted_at = due;
		channel->pulses = 0;
		if (channel->line == DRIVER_LINE_RING)
			ring_stop(bank, channel); /* ring trip */
		hook_enter(bank, channel, BANK_OFF_HOOK, NEVER);
		tell(bank, channel, DRIVER_OFF_HOOK, 0);
		break;
	case BANK_OFF_HOOK:
		digit_end(bank, channel);
		break;
	case BANK_BREAK:
		channel->pulses = 0;
		hook_enter(bank, channel, BANK_ON_HOOK, NEVER);
		tell(bank, channel, DRIVER_ON_HOOK, 0);
		break;
	case BANK_ON_HOOK:
	case BANK_HOOK_STATES:
		break;
	}
}

/* ---- entrances ---- */

void channel_bank_set_flash(struct channel_bank *bank, uint32_t flash_min_ms, uint32_t flash_max_ms)
{
	bank->flash_min_samples = samples(flash_min_ms);
	bank->flash_max_samples = samples(flash_max_ms);
}

void channel_bank_init(struct channel_bank *bank, uint32_t flash_min_ms, uint32_t flash_max_ms,
                       channel_bank_event event, void *user)
{
	memset(bank, 0, sizeof(*bank));
	bank->event = event;
	bank->user = user;
	bank->next_deadline = NEVER;
	bank->bits_changed = true;
	channel_bank_set_flash(bank, flash_min_ms, flash_max_ms);
	for (unsigned i = 0; i < CHANNEL_BANK_CHANNELS; i++) {
		bank->channel[i].send_bits = CAS_SEND_IDLE;
		bank->channel[i].hook_deadline = bank->channel[i].line_deadline = NEVER;
	}
}

void channel_bank_receive(struct channel_bank *bank, unsigned timeslot, uint8_t bits, uint64_t now)
{
	struct bank_channel *channel = &bank->channel[timeslot - 1];
	bool closed = bits & CAS_A;

	if (closed == channel->loop_closed)
		return;
	channel->loop_closed = closed;
	if (closed)
		loop_closed(bank, channel, now);
	else
		loop_opened(bank, channel, now);
}

void channel_bank_run(struct channel_bank *bank, uint64_t now)
{
	if (now < bank->next_deadline)
		return;
	bank->next_deadline = NEVER;
	for (unsigned i = 0; i < CHANNEL_BANK_CHANNELS; i++) {
		struct bank_channel *channel = &bank->channel[i];

		if (channel->hook_deadline <= now)
			hook_due(bank, channel);
		if (channel->line_deadline <= now)
			line_due(bank, channel);
		wake_at(bank, channel->hook_deadline);
		wake_at(bank, channel->line_deadline);
	}
}
