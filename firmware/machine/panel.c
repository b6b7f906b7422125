/* LEDs by sysfs, keys by input events. */
#include "machine/panel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/log.h"

#define INPUT_DEVICES_MAX 32

static void led_write(const char *folder, int8_t *written, bool on)
{
	char path[BOARD_PATH_BYTES + 16];
	int fd;

	if (*written == on)
		return;
	snprintf(path, sizeof(path), "%s/brightness", folder);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, on ? "1" : "0", 1) != 1)
		log_write(*written < 0 ? LOG_WARNING : LOG_DEBUG, LOG_BASE, "LED %s cannot be set", path);
	if (fd >= 0)
		close(fd);
	*written = on;
}

static void show_status(struct panel_led *led, const struct machine_picture *picture, bool blink, bool reset_taken)
{
	bool alarm = picture->minor || picture->major;

	led_write(led->part->path, &led->green, reset_taken ? blink : !alarm);
	led_write(led->part->red, &led->red, reset_taken ? !blink : picture->major || (picture->minor && blink));
}

static void show_span(struct panel_led *led, enum machine_lamp lamp, bool blink)
{
	led_write(led->part->path, &led->green,
	          lamp == MACHINE_LAMP_GREEN || (lamp == MACHINE_LAMP_GREEN_BLINKS && blink));
	led_write(led->part->red, &led->red, lamp == MACHINE_LAMP_RED);
}

void panel_led_show(struct panel_led *led, const struct machine_picture *picture, bool blink, bool reset_taken)
{
	if (led->part->kind == BOARD_RELAY)
		led_write(led->part->path, &led->green, picture->major);
	else if (led->part->kind == BOARD_LED_STATUS)
		show_status(led, picture, blink, reset_taken);
	else
		show_span(led, (enum machine_lamp)picture->spans[led->part->number - 1], blink);
}

/* The numbers of input devices change with the order in which they are found: one is best known by its name. */
static void device_named(const char *name, char *path, size_t size)
{
	char file[80], found[80];

	for (unsigned i = 0; i < INPUT_DEVICES_MAX; i++) {
		snprintf(file, sizeof(file), "/sys/class/input/event%u/device/name", i);
		FILE *stream = fopen(file, "re");

		if (!stream)
			continue;
		bool same = fgets(found, sizeof(found), stream) && !strncmp(found, name, strlen(name)) &&
		            found[strlen(name)] == '\n';

		fclose(stream);
		if (!same)
			continue;
		snprintf(path, size, "/dev/input/event%u", i);
		return;
	}
}

static void key_is(struct panel_key *key, bool pressed, uint64_t now_us)
{
	if (key->pressed == pressed)
		return;
	key->pressed = pressed;
	key->pressed_us = now_us;
	key->told = false;
}

/* As it is now, whatever was missed: at the start, after the device was away, after events were dropped. */
static void key_state_read(struct panel_key *key, uint64_t now_us)
{
	uint8_t keys[KEY_MAX / 8 + 1] = {0};

	if (key->part->number <= KEY_MAX && ioctl(key->fd, EVIOCGKEY(sizeof(keys)), keys) >= 0)
		key_is(key, keys[key->part->number / 8] >> key->part->number % 8 & 1, now_us);
}

/* The device may come later than we do, and go and come back. */
static bool key_opened(struct panel_key *key, uint64_t now_us)
{
	char path[BOARD_PATH_BYTES];

	if (key->fd >= 0)
		return true;
	snprintf(path, sizeof(path), "%s", key->part->path);
	if (path[0] != '/')
		device_named(key->part->path, path, sizeof(path));
	key->fd = path[0] == '/' ? open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
	if (key->fd >= 0)
		key_state_read(key, now_us);
	return key->fd >= 0;
}

bool panel_key_read(struct panel_key *key, uint64_t now_us)
{
	struct input_event event;
	bool before = key->pressed;
	ssize_t got;

	if (!key_opened(key, now_us))
		return false;
	while ((got = read(key->fd, &event, sizeof(event))) == (ssize_t)sizeof(event)) {
		if (event.type == EV_SYN && event.code == SYN_DROPPED)
			key_state_read(key, now_us);
		else if (event.type == EV_KEY && event.code == key->part->number && event.value <= 1)
			key_is(key, event.value == 1, now_us);
	}
	if (got < 0 && errno != EAGAIN && errno != EINTR) {
		close(key->fd);
		key->fd = -1;
		key_is(key, false, now_us); /* a line that nobody can see holds no calls up */
	}
	return before != key->pressed;
}
