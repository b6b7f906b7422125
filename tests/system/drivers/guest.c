/* What the checks of the dahdi driver in the guest have in common: a media thread that does as it is told. */
#include "tests/system/drivers/guest.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include <dahdi/user.h>

#include "base/clock.h"

struct span_driver *driver;
unsigned checks, failures;
bool echo_cancel;
int ctl;

static pthread_t media;
static volatile bool stop;

pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
struct media_side m = {.send_on = DRIVER_NO_CHANNEL, .listen_on = DRIVER_NO_CHANNEL};

void check(bool good, const char *format, ...)
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

void pause_ms(int ms)
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
	if (result == 1 && m.audio)
		m.audio();
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
void in_media(void (*command)(void))
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

bool saw(const char *event, int within_ms)
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

void hear(uint16_t send_on, uint16_t listen_on, int ms)
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

void span_make(const char *address, int channels)
{
	struct dahdi_dynamic_span span = {.numchans = channels, .timing = 0};

	strncpy(span.driver, "loc", sizeof(span.driver) - 1);
	strncpy(span.addr, address, sizeof(span.addr) - 1);
	check(ioctl(ctl, DAHDI_DYNAMIC_CREATE, &span) == 0, "dynamic span %s: number %d", address, span.spanno);
}

void start(unsigned span, enum span_type type, enum span_use use, enum span_law law)
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
	    .echo_taps = 128,
	};
	struct fault fault = {""};
	int error = driver_span_start(driver, &settings, &fault);

	check(error == 0, "span %u starts %s", span, fault.text);
}

int media_begin(void)
{
	return pthread_create(&media, NULL, media_run, NULL);
}

void media_end(void)
{
	stop = true;
	pthread_join(media, NULL);
}
