/*
 * The dahdi driver against the real kernel modules, in a QEMU guest: two E1 spans crossed (both ours), two T1 spans
 * crossed (ours the exchange side, a telephone by plain ioctls on the other). tests/system/drivers/dahdi.sh runs it.
 * Prints one line a check, and "dahdi guest: N checks, M failed" at the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <dahdi/user.h>

#include "base/clock.h"
#include "base/log.h"
#include "drivers/driver.h"

/* The far end of the telephone span: its channels begin after 31 + 31 + 24 others. */
#define PHONE_FIRST_CHANNEL (31 + 31 + 24 + 1)

static struct span_driver *driver;
static pthread_t media;
static volatile bool stop;
static unsigned checks, failures;

/* What the media thread does and sees, under one lock: this is a test. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	uint16_t send_on, listen_on; /* DRIVER_NO_CHANNEL: none */
	uint8_t counter;
	uint64_t right, wrong, silent;
	unsigned delay_samples;
	bool synced;
	uint8_t expected;
	char events[2000];
	uint64_t periods, fallback_periods, elapsed_us;
	void (*command)(void);
	int result;
} m = {.send_on = DRIVER_NO_CHANNEL, .listen_on = DRIVER_NO_CHANNEL};

static void check(bool good, const char *format, ...) PRINTF_LIKE(2, 3);
static void check(bool good, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	checks++;
	failures += !good;
	printf("%s ", good ? "ok    " : "FAILED");
	vprintf(format, arguments);
	printf("\n");
	fflush(stdout);
	va_end(arguments);
}

static void pause_ms(int ms)
{
	poll(NULL, 0, ms);
}

/* ---- the media thread ---- */

/* A ramp that leaves out the idle octets of both laws, so that silence is told from sound. */
static uint8_t ramp(uint8_t *counter)
{
	do
		(*counter)++;
	while (*counter == 0xd5 || *counter == 0xff || *counter == 0x55 || *counter == 0x7f);
	return *counter;
}

static void listen_period(const uint8_t *got)
{
	for (int i = 0; i < DRIVER_PERIOD_SAMPLES; i++) {
		if (got[i] == 0xd5 || got[i] == 0xff) {
			m.silent++;
			m.synced = false;
		} else if (m.synced && got[i] == ramp(&m.expected)) {
			m.right++;
		} else {
			if (m.synced)
				m.wrong++;
			m.synced = true;
			m.expected = got[i];
		}
	}
}

static void events_collect(void)
{
	struct driver_event event;
	char one[80];

	while (driver_next_event(driver, &event)) {
		snprintf(one, sizeof(one), "%u/%u %s%c; ", driver_channel_span(event.channel),
		         driver_channel_timeslot(event.channel), driver_event_name(event.type),
		         event.digit ? event.digit : ' ');
		if (event.type != DRIVER_CLOCK_SOURCE && event.type != DRIVER_ALARM)
			strncat(m.events, one, sizeof(m.events) - strlen(m.events) - 1);
	}
}

static void media_pass(void)
{
	uint64_t elapsed = 0;
	int result = driver_period_begin(driver, &elapsed);

	if (result <= 0)
		return;
	clock_advance_us(elapsed);
	m.elapsed_us += elapsed;
	m.periods += result == 1;
	m.fallback_periods += result == 2;
	if (m.command) {
		m.command();
		m.command = NULL;
	}
	events_collect();
	if (result == 1 && m.listen_on != DRIVER_NO_CHANNEL)
		listen_period(driver_receive(driver, m.listen_on));
	if (result == 1 && m.send_on != DRIVER_NO_CHANNEL)
		for (int i = 0; i < DRIVER_PERIOD_SAMPLES; i++)
			driver_transmit(driver, m.send_on)[i] = ramp(&m.counter);
	driver_period_end(driver, false);
}

static void *media_run(void *unused)
{
	while (!stop) {
		struct pollfd p = {.fd = driver_period_fd(driver), .events = POLLIN};

		poll(&p, 1, DRIVER_PERIOD_MS);
		pthread_mutex_lock(&lock);
		media_pass();
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

/* Runs a command in the media thread and waits for it. */
static void in_media(void (*command)(void))
{
	pthread_mutex_lock(&lock);
	m.command = command;
	pthread_mutex_unlock(&lock);
	for (bool done = false; !done;) {
		pause_ms(2);
		pthread_mutex_lock(&lock);
		done = m.command == NULL;
		pthread_mutex_unlock(&lock);
	}
}

static bool saw(const char *event, int within_ms)
{
	for (int waited = 0; waited < within_ms; waited += 10) {
		pthread_mutex_lock(&lock);
		bool there = strstr(m.events, event) != NULL;

		if (there)
			m.events[0] = 0;
		pthread_mutex_unlock(&lock);
		if (there)
			return true;
		pause_ms(10);
	}
	printf("       (seen instead: %s)\n", m.events);
	return false;
}

static void hear(uint16_t send_on, uint16_t listen_on, int ms)
{
	pthread_mutex_lock(&lock);
	m.send_on = send_on;
	m.listen_on = listen_on;
	pthread_mutex_unlock(&lock);
	pause_ms(200); /* buffers fill */
	pthread_mutex_lock(&lock);
	m.right = m.wrong = m.silent = 0;
	pthread_mutex_unlock(&lock);
	pause_ms(ms);
	pthread_mutex_lock(&lock);
	m.send_on = m.listen_on = DRIVER_NO_CHANNEL;
	pthread_mutex_unlock(&lock);
}

/* ---- the kernel's side ---- */

static int ctl;

static void span_make(const char *address, int channels)
{
	struct dahdi_dynamic_span span = {.numchans = channels, .timing = 0};

	strncpy(span.driver, "loc", sizeof(span.driver) - 1);
	strncpy(span.addr, address, sizeof(span.addr) - 1);
	check(ioctl(ctl, DAHDI_DYNAMIC_CREATE, &span) == 0, "dynamic span %s: number %d", address, span.spanno);
}

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

static bool echo_cancel;

static void start(unsigned span, enum span_type type, enum span_use use, enum span_law law)
{
	struct driver_span settings = {
	    .span = (uint8_t)span,
	    .type = type,
	    .use = use,
	    .law = law,
	    .framing = type == SPAN_E1 ? SPAN_FRAMING_CCS : SPAN_FRAMING_ESF,
	    .coding = type == SPAN_E1 ? SPAN_CODING_HDB3 : SPAN_CODING_B8ZS,
	    .clock_rank = use == SPAN_USE_PRI ? (uint8_t)span : 0,
	    .flash_min_ms = 200,
	    .flash_max_ms = 1000,
	    .echo_cancel = echo_cancel,
	};
	struct fault fault = {""};
	int error = driver_span_start(driver, &settings, &fault);

	check(error == 0, "span %u starts %s", span, fault.text);
}

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
	if (!driver || pthread_create(&media, NULL, media_run, NULL) != 0)
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
	check_restart();
	check_echo_canceller();
	stop = true;
	pthread_join(media, NULL);
	log_drain(NULL, NULL);
	driver_close(driver);
	printf("dahdi guest: %u checks, %u failed\n", checks, failures);
	return failures != 0;
}
