/*
 * How late the kernel's bridge is: a click goes in at the far end of one leg and comes out at the far end of the other;
 * beside it one goes to a channel that the kernel loops back at once. Both are written and read by the same span, so
 * that the difference is the bridge's own. Bridges are made and undone many times: the delay must not grow.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include <dahdi/user.h>

#include "tests/system/drivers/guest.h"

#define CLICK_EVERY 40   /* periods: both clicks of a pair lie within */
#define CLICK       0x2a /* loud in both laws */
#define LOUD(octet) ((octet) != 0xd5 && (octet) != 0x55 && (octet) != 0xff && (octet) != 0x7f)
#define NONE        UINT64_MAX

/* The click's way: written at from, arrives at leg a, leaves at leg b, is read at to. Span 1 and 2 are crossed. */
struct way {
	const char *name;
	uint16_t from, leg_a, leg_b, to;
};
#define SLOT(span, timeslot) (((span)-1) * 32 + (timeslot))
static const struct way ways[] = {
    {"within a span", SLOT(2, 3), SLOT(1, 3), SLOT(1, 5), SLOT(2, 5)},
    {"between two spans", SLOT(2, 3), SLOT(1, 3), SLOT(2, 5), SLOT(1, 5)},
    {"between two spans, backwards", SLOT(1, 5), SLOT(2, 5), SLOT(1, 3), SLOT(2, 3)},
};
static const struct way *way;
static const uint16_t looped = SLOT(2, 6); /* and its far end, 1/6, loops back */

static struct {
	uint64_t period, bridged_at, looped_at; /* samples */
	unsigned pairs;
	int least, most; /* samples of difference */
} d;

static uint64_t click_in(uint16_t channel)
{
	const uint8_t *got = driver_receive(driver, channel);

	for (unsigned i = 0; i < DRIVER_PERIOD_SAMPLES; i++)
		if (LOUD(got[i]))
			return d.period * DRIVER_PERIOD_SAMPLES + i;
	return NONE;
}

static void pair_seen(void)
{
	int difference = (int)(int64_t)(d.bridged_at - d.looped_at);

	if (d.pairs == 0 || difference < d.least)
		d.least = difference;
	if (d.pairs == 0 || difference > d.most)
		d.most = difference;
	d.pairs++;
	d.bridged_at = d.looped_at = NONE;
}

/* [media] every period */
static void clicks(void)
{
	d.period++;
	if (d.bridged_at == NONE)
		d.bridged_at = click_in(way->to);
	if (d.looped_at == NONE)
		d.looped_at = click_in(looped);
	if (d.bridged_at != NONE && d.looped_at != NONE)
		pair_seen();
	if (d.period % CLICK_EVERY)
		return;
	d.bridged_at = d.looped_at = NONE;
	memset(driver_transmit(driver, way->from), CLICK, 8);
	memset(driver_transmit(driver, looped), CLICK, 8);
}

static void use(bool on)
{
	const uint16_t channels[] = {way->from, way->leg_a, way->leg_b, way->to, looped};

	for (unsigned i = 0; i < sizeof(channels) / sizeof(channels[0]); i++)
		driver_channel_use(driver, channels[i], on);
}

static void use_all(void)
{
	use(true);
	d.bridged_at = d.looped_at = NONE;
	d.pairs = 0;
	m.audio = clicks;
}

static void use_none(void)
{
	m.audio = NULL;
	use(false);
}

static void bridge(void)
{
	m.result = driver_bridge(driver, way->leg_a, way->leg_b);
}

static void unbridge(void)
{
	driver_unbridge(driver, way->leg_a, way->leg_b);
}

/* The driver's own file of a channel that it does not use now: looped back, outside every conference. */
static bool loop_back(int number, int on)
{
	for (int fd = 3; fd < 1024; fd++) {
		struct dahdi_params params = {.channo = 0};
		struct dahdi_confinfo none = {.confmode = DAHDI_CONF_NORMAL};

		if (ioctl(fd, DAHDI_GET_PARAMS, &params) != 0 || params.channo != number)
			continue;
		return (!on || ioctl(fd, DAHDI_SETCONF, &none) == 0) && ioctl(fd, DAHDI_LOOPBACK, &on) == 0;
	}
	return false;
}

static int worst; /* samples */

static void measure(const char *when)
{
	in_media(use_all);
	in_media(bridge);
	pause_ms(2200);
	pthread_mutex_lock(&lock);
	check(m.result == 0 && d.pairs >= 3 && d.least >= 0 && d.most <= 16,
	      "%s, %s, the bridge takes %.3f to %.3f ms (2 at most), %u clicks", way->name, when, d.least / 8.0,
	      d.most / 8.0, d.pairs);
	if (d.most > worst)
		worst = d.most;
	pthread_mutex_unlock(&lock);
	in_media(unbridge);
	in_media(use_none);
}

/* A call's begin and end at all phases of a millisecond and of a period. */
static void many_calls(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		in_media(use_all);
		in_media(bridge);
		pause_ms(1 + (int)(i % 7));
		in_media(unbridge);
		in_media(use_none);
	}
}

void check_bridge_delay(void)
{
	check(loop_back(6, 1), "channel 6 is looped back");
	for (way = ways; way < ways + sizeof(ways) / sizeof(ways[0]); way++) {
		measure("at first");
		many_calls(200);
		measure("after 200 calls");
	}
	loop_back(6, 0);
	printf("audio.delay_ms.kernel %.3f ms\n", worst / 8.0);
}
