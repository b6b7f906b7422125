/*
 * The dahdi driver against the real kernel modules, in a QEMU guest: two E1 spans crossed (both ours), two T1 spans
 * crossed (ours the exchange side, a telephone by plain ioctls on the other). tests/system/drivers/dahdi.sh runs it.
 * Prints one line a check, and "dahdi guest: N checks, M failed" at the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <dahdi/user.h>

#include "base/clock.h"
#include "base/log.h"
#include "tests/system/drivers/guest.h"

/* The far end of the telephone span: its channels begin after 31 + 31 + 24 others. */
#define PHONE_FIRST_CHANNEL (31 + 31 + 24 + 1)

static int phone_open(int timeslot)
{
	int number = PHONE_FIRST_CHANNEL + timeslot - 1, span = 4;
	struct dahdi_chanconfig config = {.chan = number, .sigtype = DAHDI_SIG_FXSKS, .master = number};
	struct dahdi_lineconfig line = {.span = 4, .lineconfig = DAHDI_CONFIG_ESF | DAHDI_CONFIG_B8ZS};
	int fd = open("/dev/dahdi/channel", O_RDWR | O_NONBLOCK);

	ioctl(ctl, DAHDI_SPANCONFIG, &line);
	if (ioctl(ctl, DAHDI_CHANCONFIG, &config) != 0 || ioctl(ctl, DAHDI_STARTUP, &span) != 0 ||
	    ioctl(fd, DAHDI_SPECIFY, &number) != 0)
		check(false, "telephone: %s", strerror(errno));
	return fd; /* the zone that the driver has loaded is the default */
}

static int phone_hook(int fd, int what)
{
	return ioctl(fd, DAHDI_HOOK, &what) == 0 || errno == EINPROGRESS ? 0 : -errno;
}

static bool phone_event(int fd, int wanted, int within_ms)
{
	for (int waited = 0; waited < within_ms; waited += 10) {
		int event = 0;

		while (ioctl(fd, DAHDI_GETEVENT, &event) == 0 && event) {
			if (event == wanted)
				return true;
		}
		pause_ms(10);
	}
	return false;
}

/* ---- the checks ---- */

static void check_pace(void)
{
	struct timespec a, b;

	pause_ms(500);
	pthread_mutex_lock(&lock);
	m.periods = m.elapsed_us = m.fallback_periods = 0;
	clock_gettime(CLOCK_MONOTONIC, &a);
	pthread_mutex_unlock(&lock);
	pause_ms(3000);
	pthread_mutex_lock(&lock);
	clock_gettime(CLOCK_MONOTONIC, &b);
	double wall = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
	double counted = (double)m.elapsed_us / 1e6;

	pthread_mutex_unlock(&lock);
	check(m.fallback_periods == 0 && counted > wall - 0.1 && counted < wall + 0.1,
	      "%.3f s of wall time are %.3f s of ours, %lu periods, %lu fallback", wall, counted,
	      (unsigned long)m.periods, (unsigned long)m.fallback_periods);
	check(driver_clock_source(driver) == 1, "the clock is span %u", driver_clock_source(driver));
	check(driver_span_alarms(driver, 1) == 0, "alarms of span 1: %s",
	      driver_alarm_name(driver_span_alarms(driver, 1)));
}

static int dchannel_wait(unsigned span, uint8_t *frame, size_t size)
{
	for (int waited = 0; waited < 1000; waited += 5) {
		int bytes = driver_dchannel_receive(driver, span, frame, size);

		if (bytes)
			return bytes;
		pause_ms(5);
	}
	return 0;
}

static void check_dchannel(unsigned from, unsigned to)
{
	uint8_t sent[300], got[DRIVER_DCHANNEL_BYTES];
	unsigned right = 0, count = 60;

	for (unsigned i = 0; i < count; i++) {
		size_t bytes = 3 + i * 4;

		for (size_t k = 0; k < bytes; k++)
			sent[k] = (uint8_t)(k % 3 ? i * 7 + k : 0xff);
		if (driver_dchannel_send(driver, from, sent, bytes) != 0)
			continue;
		int length = dchannel_wait(to, got, sizeof(got));

		right += length == (int)bytes && memcmp(sent, got, bytes) == 0;
	}
	check(right == count, "D channel %u to %u: %u of %u frames, byte by byte", from, to, right, count);
}

static void use_pair(void)
{
	for (unsigned slot = 1; slot <= 5; slot++) {
		driver_channel_use(driver, driver_channel(1, slot), true);
		driver_channel_use(driver, driver_channel(2, slot), true);
	}
}

static void unuse_pair(void)
{
	for (unsigned slot = 1; slot <= 5; slot++) {
		driver_channel_use(driver, driver_channel(1, slot), false);
		driver_channel_use(driver, driver_channel(2, slot), false);
	}
}

static void check_audio(void)
{
	struct driver_span_counters c;

	in_media(use_pair);
	hear(driver_channel(1, 2), driver_channel(2, 2), 3000);
	driver_span_counters(driver, 1, &c);
	check(m.right > 23000 && m.wrong == 0 && m.silent == 0,
	      "audio 1/2 to 2/2: %lu right, %lu wrong, %lu silent; missed %lu, slips %lu", (unsigned long)m.right,
	      (unsigned long)m.wrong, (unsigned long)m.silent, (unsigned long)c.periods_missed, (unsigned long)c.slips);
	/* the reference channel itself */
	hear(driver_channel(2, 1), driver_channel(1, 1), 1000);
	check(m.right > 7000 && m.wrong == 0, "audio 2/1 to 1/1: %lu right, %lu wrong, %lu silent",
	      (unsigned long)m.right, (unsigned long)m.wrong, (unsigned long)m.silent);
}

static void bridge_pair(void)
{
	m.result = driver_bridge(driver, driver_channel(1, 3), driver_channel(1, 5));
}

static void unbridge_pair(void)
{
	driver_unbridge(driver, driver_channel(1, 3), driver_channel(1, 5));
}

static void check_bridge(void)
{
	in_media(bridge_pair);
	check(m.result == 0, "bridge 1/3 with 1/5: %d", m.result);
	hear(driver_channel(2, 3), driver_channel(2, 5), 1000);
	check(m.right > 7000 && m.wrong == 0, "through the bridge: %lu right, %lu wrong, %lu silent",
	      (unsigned long)m.right, (unsigned long)m.wrong, (unsigned long)m.silent);
	hear(driver_channel(2, 5), driver_channel(1, 5), 1000);
	check(m.right > 7000 && m.wrong == 0, "a bridged leg is still heard: %lu right, %lu wrong, %lu silent",
	      (unsigned long)m.right, (unsigned long)m.wrong, (unsigned long)m.silent);
	in_media(unbridge_pair);
	hear(driver_channel(2, 3), driver_channel(2, 5), 500);
	check(m.right == 0 && m.silent > 3000, "after it: %lu right, %lu silent", (unsigned long)m.right,
	      (unsigned long)m.silent);
	hear(driver_channel(1, 3), driver_channel(2, 3), 1000);
	check(m.right > 7000 && m.wrong == 0, "and written again: %lu right, %lu wrong, %lu silent",
	      (unsigned long)m.right, (unsigned long)m.wrong, (unsigned long)m.silent);
}

static void ring_on(void)
{
	static const struct driver_cadence cadence = {{600, 400}};

	driver_set_line(driver, driver_channel(3, 1), DRIVER_LINE_RING, &cadence);
}

static void ring_off(void)
{
	driver_set_line(driver, driver_channel(3, 1), DRIVER_LINE_IDLE, NULL);
}

static void battery_off(void)
{
	driver_set_line(driver, driver_channel(3, 1), DRIVER_LINE_OPEN, NULL);
}

static void check_telephone(void)
{
	int phone = phone_open(1);

	pause_ms(3000); /* DAHDI's ring debounce at the telephone's end */
	m.events[0] = 0;
	in_media(ring_on);
	check(saw("3/1 ringer on", 100), "told that it rings");
	check(phone_event(phone, DAHDI_EVENT_RINGBEGIN, 2000), "it rings");
	check(saw("3/1 ringer off", 1500), "the burst ends");
	check(saw("3/1 ringer on", 1500), "the next begins");
	in_media(ring_off);
	pause_ms(200);
	m.events[0] = 0;
	pause_ms(1500);
	check(m.events[0] == 0, "no more bursts: %s", m.events);
	in_media(ring_on);
	pause_ms(100);
	check(phone_hook(phone, DAHDI_OFFHOOK) == 0, "lifted");
	check(saw("3/1 off-hook", 500), "told that it is lifted");
	check(driver_off_hook(driver, driver_channel(3, 1)), "and remembered");
	pause_ms(1000);
	phone_hook(phone, DAHDI_FLASH);
	check(saw("3/1 flash", 2000), "hook flash");
	pause_ms(1500);
	check(phone_hook(phone, DAHDI_ONHOOK) == 0, "hung up");
	check(saw("3/1 on-hook", 2500), "told that it is hung up");
	check(!driver_off_hook(driver, driver_channel(3, 1)), "and remembered");
	pause_ms(2500);
	in_media(ring_on);
	check(phone_event(phone, DAHDI_EVENT_RINGBEGIN, 3000), "it rings again");
	in_media(ring_off);
	pause_ms(500);
	phone_hook(phone, DAHDI_OFFHOOK);
	check(saw("3/1 off-hook", 1000), "lifted to call");
	pause_ms(1000);
	in_media(battery_off);
	check(phone_event(phone, DAHDI_EVENT_ONHOOK, 1500), "kewl start: the telephone's end sees battery go");
	phone_hook(phone, DAHDI_ONHOOK);
	check(saw("3/1 on-hook", 3000), "and hangs up");
	pause_ms(2500);
	phone_hook(phone, DAHDI_OFFHOOK);
	check(saw("3/1 off-hook", 1000), "lifted once more");
	pause_ms(1000);
	in_media(battery_off);
	pause_ms(650); /* battery is back for 150 ms: the kernel overhears now that the telephone is hung up */
	phone_hook(phone, DAHDI_ONHOOK);
	check(saw("3/1 on-hook", 5000), "hung up while the kernel does not listen");
	pause_ms(2500);
	m.events[0] = 0;
	in_media(ring_on);
	check(phone_event(phone, DAHDI_EVENT_RINGBEGIN, 3000), "and it still rings");
	in_media(ring_off);
	close(phone);
}

static void check_restart(void)
{
	uint8_t frame[4] = {0, 1, 2, 3};

	driver_span_stop(driver, 2);
	check(driver_dchannel_send(driver, 2, frame, 4) == -ENETDOWN, "span 2 stopped");
	pause_ms(50);
	check(driver_span_alarms(driver, 2) == SPAN_ALARM_NOT_OPEN, "not open");
	start(2, SPAN_E1, SPAN_USE_PRI, SPAN_MULAW);
	pause_ms(200);
	check_dchannel(1, 2);
	driver_span_stop(driver, 1);
	pause_ms(300);
	echo_cancel = true;
	check(driver_clock_source(driver) == 2, "the clock has moved to span %u", driver_clock_source(driver));
	start(1, SPAN_E1, SPAN_USE_PRI, SPAN_ALAW);
	pause_ms(300);
	check_pace();
}

/* The canceller takes a ramp for echo of itself: it cannot come through unchanged, but between two trunks it must. */
static void check_echo_canceller(void)
{
	in_media(use_pair);
	hear(driver_channel(2, 2), driver_channel(1, 2), 1000);
	check(m.right + m.wrong > 7000 && m.right < m.wrong, "the echo canceller is on: %lu unchanged, %lu changed",
	      (unsigned long)m.right, (unsigned long)m.wrong);
	in_media(bridge_pair);
	hear(driver_channel(2, 3), driver_channel(2, 5), 1000);
	check(m.right > 7000 && m.wrong == 0, "between two trunks it is off: %lu unchanged, %lu changed",
	      (unsigned long)m.right, (unsigned long)m.wrong);
}

/* Telephones are mu-law, the trunk is A-law: the kernel converts, so what arrives is sound but no octet-true ramp. */
static void bridge_laws(void)
{
	driver_channel_use(driver, driver_channel(1, 4), true);
	driver_channel_use(driver, driver_channel(3, 4), true);
	m.result = driver_bridge(driver, driver_channel(1, 4), driver_channel(3, 4));
}

static void unbridge_laws(void)
{
	driver_unbridge(driver, driver_channel(1, 4), driver_channel(3, 4));
	driver_channel_use(driver, driver_channel(1, 4), false);
	driver_channel_use(driver, driver_channel(3, 4), false);
}

static void check_bridge_of_two_laws(void)
{
	uint8_t heard[800];
	size_t bytes = 0, loud = 0;
	int phone = phone_open(4);

	in_media(bridge_laws);
	check(m.result == 0, "bridge of two laws, 1/4 with 3/4: %d", m.result);
	pthread_mutex_lock(&lock);
	m.send_on = driver_channel(2, 4);
	pthread_mutex_unlock(&lock);
	for (int i = 0; i < 50 && bytes < sizeof(heard); i++) {
		ssize_t got = read(phone, heard + bytes, sizeof(heard) - bytes);

		if (got > 0 && i > 20)
			bytes += (size_t)got;
		pause_ms(20);
	}
	for (size_t i = 0; i < bytes; i++)
		loud += heard[i] != 0xff && heard[i] != 0x7f;
	m.send_on = DRIVER_NO_CHANNEL;
	check(bytes == sizeof(heard) && loud > bytes / 2, "the telephone hears it: %zu of %zu samples are sound", loud,
	      bytes);
	in_media(unbridge_laws);
	close(phone);
}

int main(void)
{
	struct driver_settings settings = {.name = "dahdi"};
	struct fault fault = {""};
	struct driver_span out;

	clock_start(0);
	if (log_start(LOG_INFO) != 0)
		return 1;
	ctl = open("/dev/dahdi/ctl", O_RDWR);
	span_make("1:0", 31);
	span_make("1:1", 31);
	span_make("2:0", 24);
	span_make("2:1", 24);
	check(driver_open(&settings, &driver, &fault) == 0, "driver opens %s", fault.text);
	if (!driver || media_begin() != 0)
		return 1;
	struct driver_span none = {.span = 9, .type = SPAN_E1, .use = SPAN_USE_PRI};

	check(driver_span_start(driver, &none, &fault) == -ENODEV, "span 9: %s", fault.text);
	none.span = 3;
	check(driver_span_start(driver, &none, &fault) == -EINVAL, "span 3 as E1: %s", fault.text);
	start(1, SPAN_E1, SPAN_USE_PRI, SPAN_ALAW);
	start(2, SPAN_E1, SPAN_USE_PRI, SPAN_ALAW);
	start(3, SPAN_T1, SPAN_USE_FXS, SPAN_MULAW);
	check_pace();
	check(driver_span_running(driver, 3, &out) && out.law == SPAN_MULAW, "span 3 runs");
	check_dchannel(1, 2);
	check_dchannel(2, 1);
	check_audio();
	check_bridge();
	check_telephone();
	check_bridge_of_two_laws();
	in_media(unuse_pair);
	check_bridge_delay();
	check_restart();
	check_echo_canceller();
	media_end();
	log_drain(NULL, NULL);
	driver_close(driver);
	printf("dahdi guest: %u checks, %u failed\n", checks, failures);
	return failures != 0;
}
