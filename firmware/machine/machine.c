/* The actor: twice a second the panel, every few seconds the sensors. */
#include "machine/machine.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "base/text.h"
#include "base/timer.h"
#include "machine/panel.h"
#include "machine/sensors.h"

#define BLINK_US      (500 * US_PER_MS)
#define SENSORS_EVERY 10 /* blinks */
#define RESET_HELD_US (10 * US_PER_S)
#define EVENTS_MAX    64
#define PICTURES_MAX  8

struct machine {
	struct actor actor;
	struct machine_settings settings;
	struct board board;
	struct mailbox *pictures, *events;
	struct doorbell *bell;
	struct machine_picture picture;
	struct panel_led leds[BOARD_PARTS_MAX];
	struct panel_key keys[BOARD_PARTS_MAX];
	struct sensor sensors[BOARD_PARTS_MAX];
	uint32_t led_count, key_count, sensor_count;
	uint64_t due_us, turns;
	bool reset_taken;
};

/* An event that does not fit comes again: what it was about has not changed for control. */
static bool tell(struct machine *machine, const struct machine_event *event)
{
	return mailbox_send(machine->events, event) == 0;
}

static void look_at_sensors(struct machine *machine, uint64_t now_us)
{
	uint64_t wall_s = clock_wall_at_us(now_us) / US_PER_S;

	for (uint32_t i = 0; i < machine->sensor_count; i++) {
		struct machine_event event;
		enum sensor_level before = machine->sensors[i].level;

		if (sensor_look(&machine->sensors[i], wall_s, &event) && !tell(machine, &event))
			machine->sensors[i].level = before;
	}
}

/* Whoever held the button sees no LED change; why is said where alarms are. */
static void reset_failed(struct machine *machine, int error)
{
	struct machine_event event = {.type = MACHINE_ALARM_RAISED, .severity = SEVERITY_MAJOR, .key = "reset button"};

	snprintf(event.text, sizeof(event.text),
	         "The reset button was held, but a factory reset cannot be noted for the next start: %.60s.",
	         strerror(-error));
	(void)tell(machine, &event);
}

static void reset_button(struct machine *machine, struct panel_key *key, uint64_t now_us)
{
	struct machine_event event = {.type = MACHINE_RESET_WANTED};
	struct machine_event over = {.type = MACHINE_ALARM_OVER, .key = "reset button"};

	if (!key->pressed || key->told || now_us - key->pressed_us < RESET_HELD_US)
		return;
	key->told = true;
	int error = machine->settings.reset_wanted ? machine->settings.reset_wanted(machine->settings.reset_user) : 0;

	if (error) {
		reset_failed(machine, error);
		return;
	}
	machine->reset_taken = tell(machine, &over) && tell(machine, &event);
}

static void supply_line(struct machine *machine, struct panel_key *key)
{
	struct machine_event event = {.type = key->pressed ? MACHINE_SUPPLY_FAILING : MACHINE_SUPPLY_BACK};

	if (!key->told)
		key->told = tell(machine, &event);
}

static void look_at_keys(struct machine *machine, uint64_t now_us)
{
	for (uint32_t i = 0; i < machine->key_count; i++) {
		struct panel_key *key = &machine->keys[i];

		panel_key_read(key, now_us);
		if (key->part->kind == BOARD_BUTTON)
			reset_button(machine, key, now_us);
		else
			supply_line(machine, key);
	}
}

/* The supply's warning is heard at once: what is left after it is counted in milliseconds. */
static bool supply_lines(struct machine *machine, uint64_t now_us)
{
	bool did = false;

	for (uint32_t i = 0; i < machine->key_count; i++) {
		struct panel_key *key = &machine->keys[i];

		if (key->part->kind != BOARD_SUPPLY || key->fd < 0 || !panel_key_read(key, now_us))
			continue;
		supply_line(machine, key);
		did = true;
	}
	return did;
}

static int poll_fds(void *self, struct pollfd *fds, int room)
{
	const struct machine *machine = self;
	int count = 0;

	for (uint32_t i = 0; i < machine->key_count && count < room; i++)
		if (machine->keys[i].part->kind == BOARD_SUPPLY && machine->keys[i].fd >= 0)
			fds[count++] = (struct pollfd){.fd = machine->keys[i].fd, .events = POLLIN};
	return count;
}

static bool step(void *self, uint64_t now_us)
{
	struct machine *machine = self;

	while (mailbox_receive(machine->pictures, &machine->picture))
		;
	if (now_us < machine->due_us)
		return supply_lines(machine, now_us);
	machine->due_us = now_us + BLINK_US;
	look_at_keys(machine, now_us);
	for (uint32_t i = 0; i < machine->led_count; i++)
		panel_led_show(&machine->leds[i], &machine->picture, machine->turns & 1, machine->reset_taken);
	if (machine->turns++ % SENSORS_EVERY == 0)
		look_at_sensors(machine, now_us);
	return true;
}

static uint64_t next_deadline_us(void *self)
{
	const struct machine *machine = self;

	return machine->board.count ? machine->due_us : TIMER_NEVER;
}

static void take_parts(struct machine *machine)
{
	for (uint32_t i = 0; i < machine->board.count; i++) {
		const struct board_part *part = &machine->board.parts[i];

		if (part->kind <= BOARD_RELAY)
			machine->leds[machine->led_count++] = (struct panel_led){part, -1, -1};
		else if (part->kind <= BOARD_SUPPLY)
			/* A supply that is good from the start has nothing to say. */
			machine->keys[machine->key_count++] = (struct panel_key){.part = part, .fd = -1, .told = true};
		else if (part->kind != BOARD_SOUND)
			machine->sensors[machine->sensor_count++] = (struct sensor){.part = part};
	}
}

void machine_sound(const struct machine *machine, const char *name, struct machine_sound *sound)
{
	for (uint32_t i = 0; i < machine->board.count; i++) {
		const struct board_part *part = &machine->board.parts[i];

		if (part->kind != BOARD_SOUND || strcmp(part->name, name) != 0)
			continue;
		text_copy(sound->device, sizeof(sound->device), part->path);
		text_copy(sound->input, sizeof(sound->input), strcmp(part->red, "-") ? part->red : "");
		sound->volume = (uint8_t)part->number;
	}
}

int machine_new(struct machine **out, const struct machine_settings *settings, struct fault *fault)
{
	struct machine *machine = calloc(1, sizeof(*machine));
	int error = machine ? doorbell_new(&machine->bell) : -ENOMEM;

	if (!error)
		error = mailbox_new(&machine->pictures, "panel pictures", sizeof(struct machine_picture), PICTURES_MAX,
		                    machine->bell);
	if (!error)
		error = mailbox_new(&machine->events, "machine events", sizeof(struct machine_event), EVENTS_MAX,
		                    settings->control_bell);
	if (error)
		fault_set(fault, error, "no memory for the panel");
	else if (settings->board_file)
		error = board_file_read(settings->board_file, &machine->board, fault);
	if (error) {
		machine_free(machine);
		return error;
	}
	machine->settings = *settings;
	take_parts(machine);
	machine->due_us = clock_now_us();
	machine->actor = (struct actor){.name = "machine",
	                                .self = machine,
	                                .step = step,
	                                .next_deadline_us = next_deadline_us,
	                                .poll_fds = poll_fds,
	                                .bell = machine->bell};
	*out = machine;
	return 0;
}

void machine_free(struct machine *machine)
{
	if (!machine)
		return;
	for (uint32_t i = 0; i < machine->key_count; i++)
		if (machine->keys[i].fd >= 0)
			close(machine->keys[i].fd);
	mailbox_free(machine->pictures);
	mailbox_free(machine->events);
	doorbell_free(machine->bell);
	free(machine);
}

struct actor *machine_actor(struct machine *machine)
{
	return &machine->actor;
}

void machine_show(struct machine *machine, const struct machine_picture *picture)
{
	/* Full: the machine is behind; the next picture, a second later, is newer anyway. */
	if (mailbox_send(machine->pictures, picture) != 0)
		log_write(LOG_DEBUG, LOG_BASE, "panel: a picture was left out");
}

void machine_simulate_supply(struct machine *machine, bool failing)
{
	struct machine_event event = {.type = failing ? MACHINE_SUPPLY_FAILING : MACHINE_SUPPLY_BACK};

	if (!tell(machine, &event))
		log_write(LOG_DEBUG, LOG_BASE, "the simulated supply was not heard");
}

bool machine_next_event(struct machine *machine, struct machine_event *event)
{
	return mailbox_receive(machine->events, event);
}
