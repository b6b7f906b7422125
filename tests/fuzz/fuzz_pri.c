/*
 * Fuzz target: what a trunk's far end can send, through the screen and libpri, against every switch type and side.
 *
 * Input: one octet that chooses switch type, side and frame (see open_span()), then records: an octet for the kind,
 * one for the length, and that many octets.
 *   kind 0: a D-channel frame as it is
 *   kind 1: a layer 3 message, put into the next I-frame with the right sequence numbers
 *   kind 2: time passes (the first octet, in tenths of a second)
 *   kind 3: we act: the first octet says what, the second on which leg
 * The harness answers SABME itself, so that the link comes up.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/timer.h"
#include "line/line.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RECORDS_MAX 200
#define LEGS_MAX    16

struct span_driver {
	uint8_t frame[DRIVER_DCHANNEL_BYTES];
	size_t count;
	bool network;               /* the box is; the far end is the user */
	uint8_t sequence, expected; /* of the far end: V(S), V(R) */
	unsigned unanswered_sabme;
};

struct harness {
	struct span_driver driver;
	struct line *line;
	struct timers *timers;
	line_leg legs[LEGS_MAX];
	unsigned leg_count;
	unsigned live; /* legs begun and not yet released */
};

int driver_span_start(struct span_driver *driver, const struct driver_span *span, struct fault *fault)
{
	(void)driver, (void)span, (void)fault;
	return 0;
}

void driver_span_stop(struct span_driver *driver, unsigned span)
{
	(void)driver, (void)span;
}

enum driver_port driver_port(const struct span_driver *driver, unsigned span, unsigned timeslot)
{
	(void)driver, (void)span, (void)timeslot;
	return DRIVER_PORT_NONE;
}

uint32_t driver_span_alarms(const struct span_driver *driver, unsigned span)
{
	(void)driver, (void)span;
	return 0;
}

int driver_dchannel_receive(struct span_driver *driver, unsigned span, uint8_t *frame, size_t size)
{
	(void)span;
	size_t count = driver->count < size ? driver->count : size;
	memcpy(frame, driver->frame, count);
	driver->count = 0;
	return (int)count;
}

int driver_dchannel_send(struct span_driver *driver, unsigned span, const uint8_t *frame, size_t bytes)
{
	(void)span;
	if (bytes >= 4 && !(frame[2] & 1))
		driver->expected = (uint8_t)(((frame[2] >> 1) + 1) & 0x7f);
	else if (bytes >= 3 && (frame[2] & 0xef) == 0x6f)
		driver->unanswered_sabme++;
	return 0;
}

static uint8_t address(const struct span_driver *driver, bool command)
{
	return command == driver->network ? 0x00 : 0x02;
}

static void settle(struct harness *harness)
{
	for (int i = 0; i < 50; i++) {
		bool worked = line_step(harness->line, clock_now_us());
		struct span_driver *driver = &harness->driver;
		if (driver->unanswered_sabme > 0) {
			const uint8_t ua[] = {address(driver, false), 0x01, 0x73};
			driver->unanswered_sabme = 0;
			driver->sequence = driver->expected = 0;
			memcpy(driver->frame, ua, sizeof ua);
			driver->count = sizeof ua;
			worked = true;
		}
		if (!worked)
			return;
	}
}

static void give(struct harness *harness, const uint8_t *frame, size_t count)
{
	memcpy(harness->driver.frame, frame, count);
	harness->driver.count = count;
	settle(harness);
}

static void give_message(struct harness *harness, const uint8_t *message, size_t count)
{
	struct span_driver *driver = &harness->driver;
	uint8_t frame[4 + 255] = {address(driver, true), 0x01, (uint8_t)(driver->sequence << 1),
	                          (uint8_t)(driver->expected << 1)};
	memcpy(frame + 4, message, count);
	driver->sequence = (driver->sequence + 1) & 0x7f;
	give(harness, frame, 4 + count);
}

static void pass_time(struct harness *harness, unsigned tenths)
{
	for (unsigned i = 0; i < tenths; i++) {
		clock_advance_us(100 * US_PER_MS);
		timers_run(harness->timers, clock_now_us());
		settle(harness);
	}
}

static void call_out(struct harness *harness, uint8_t variant)
{
	struct line_setup setup = {.span = 1, .bearer = 16, .complete = !(variant & 1), .exclusive = variant & 2};
	line_leg leg;
	memcpy(setup.called.digits, "8005551000", 11);
	memcpy(setup.calling.digits, "2125550123", 11);
	if (variant & 4)
		memcpy(setup.calling_name, "ACME", 5);
	if (variant & 8)
		memcpy(setup.redirecting.digits, "300", 4);
	if (line_call_out(harness->line, &setup, &leg) != 0)
		return;
	harness->live++;
	harness->legs[harness->leg_count++ % LEGS_MAX] = leg;
}

static void act(struct harness *harness, uint8_t what, uint8_t which)
{
	struct line *line = harness->line;
	line_leg leg = harness->legs[which % LEGS_MAX];
	switch (what % 9) {
	case 0:
		call_out(harness, which);
		break;
	case 1:
		line_leg_need_digits(line, leg, which & 0x10);
		break;
	case 2:
		line_leg_proceeding(line, leg);
		break;
	case 3:
		line_leg_progress(line, leg);
		break;
	case 4:
		line_leg_alerting(line, leg, which & 0x10);
		break;
	case 5:
		line_leg_connect(line, leg);
		break;
	case 6:
		line_leg_more_digits(line, leg, "12", false);
		break;
	case 7:
		line_leg_disconnect_inband(line, leg, which);
		break;
	default:
		line_leg_clear(line, leg, which);
		break;
	}
	settle(harness);
}

static void on_event(void *user, const struct line_event *event)
{
	struct harness *harness = user;
	if (event->type == LINE_SETUP) {
		harness->live++;
		harness->legs[harness->leg_count++ % LEGS_MAX] = event->leg;
	} else if (event->type == LINE_RELEASED && harness->live-- == 0) {
		abort(); /* released twice, or never begun */
	} else if (event->leg != 0 && !line_leg_exists(harness->line, event->leg) && event->type != LINE_RELEASED) {
		abort(); /* an event after the last one */
	}
}

static int open_span(struct harness *harness, uint8_t choice)
{
	bool e1 = choice & 1, network = choice & 2;
	const struct line_span_settings settings = {
	    .driver = {.span = 1, .type = e1 ? SPAN_E1 : SPAN_T1, .use = SPAN_USE_PRI},
	    .signalling = network ? LINE_PRI_NET : LINE_PRI_CPE,
	    .switch_type = (enum line_switch)((choice >> 2) % LINE_SWITCH_COUNT),
	    .overlap_in = choice & 0x40,
	    .overlap_out = choice & 0x40,
	    .restart_on_up = choice & 0x80,
	};
	harness->driver.network = network;
	return line_span_set(harness->line, &settings, NULL);
}

static void play(struct harness *harness, const uint8_t *data, size_t size)
{
	for (int i = 0; i < RECORDS_MAX && size >= 2; i++) {
		uint8_t kind = data[0] % 4;
		size_t count = data[1];
		data += 2;
		size -= 2;
		count = count < size ? count : size;
		if (kind == 0)
			give(harness, data, count);
		else if (kind == 1)
			give_message(harness, data, count);
		else if (kind == 2 && count >= 1)
			pass_time(harness, data[0]);
		else if (count >= 2)
			act(harness, data[0], data[1]);
		data += count;
		size -= count;
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	clock_start(US_PER_S);
	return log_start(LOG_ERROR);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct harness harness;
	const struct line_handlers handlers = {.user = &harness, .event = on_event};
	memset(&harness, 0, sizeof harness);
	if (size < 1 || timers_new(&harness.timers, CONFIG_CALLS_MAX + CONFIG_SPANS_MAX) != 0)
		return 0;
	if (line_new(&harness.line, &harness.driver, harness.timers, &handlers) != 0)
		abort();
	if (open_span(&harness, data[0]) != 0)
		abort();
	pass_time(&harness, 20);
	play(&harness, data + 1, size - 1);
	line_free(harness.line);
	timers_free(harness.timers);
	return 0;
}
