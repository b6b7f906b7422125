/*
 * The dahdi driver on the lab's span module, in a QEMU guest: places, alarms, counters, loops, test patterns, errors
 * put in, gains: what TDMoE spans do not have. tests/system/image_labspan.sh runs it, with "t1" once more on T1 spans,
 * with "ports" and "ports-alaw" on the lab's analogue card.
 * Prints one line a check, and "labspan guest: N checks, M failed" at the end.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "dsp/dsp.h"
#include "dsp/g711.h"
#include "tests/system/labspan/guest_lab.h"

#define FOLDER "/sys/kernel/debug/"
/* A pass of the alarms and counters, generously: they are asked once a period a span. */
#define SOON_MS 3000

static enum span_type type = SPAN_E1;
/* Crossed on purpose: our span 1 is the card's second. */
static const char *const places[] = {"", "labspan/2", "labspan-0/1"};

void lab_write(const char *file, const char *value)
{
	char path[96];

	snprintf(path, sizeof(path), FOLDER "%s", file);
	FILE *out = fopen(path, "w");

	if (!out || fputs(value, out) == EOF || fclose(out) != 0)
		check(false, "%s: %s", path, strerror(errno));
}

bool lab_has(const char *file, const char *word)
{
	char path[96], text[256] = "";

	snprintf(path, sizeof(path), FOLDER "%s", file);
	FILE *in = fopen(path, "r");

	if (in && fread(text, 1, sizeof(text) - 1, in) == 0)
		text[0] = '\0';
	if (in)
		fclose(in);
	return strstr(text, word) != NULL;
}

static void end_write(unsigned end, const char *name, const char *value)
{
	char file[48];

	snprintf(file, sizeof(file), "labspan/%u/%s", end, name);
	lab_write(file, value);
}

static bool lab_state_has(unsigned end, const char *word)
{
	char file[48];

	snprintf(file, sizeof(file), "labspan/%u/state", end);
	return lab_has(file, word);
}

static struct driver_span settings_of(unsigned span)
{
	struct driver_span settings = {
	    .span = (uint8_t)span,
	    .type = type,
	    .use = SPAN_USE_PRI,
	    .law = type == SPAN_E1 ? SPAN_ALAW : SPAN_MULAW,
	    .framing = type == SPAN_E1 ? SPAN_FRAMING_CCS : SPAN_FRAMING_ESF,
	    .coding = type == SPAN_E1 ? SPAN_CODING_HDB3 : SPAN_CODING_B8ZS,
	    .clock_rank = (uint8_t)(span + 8), /* more than the card has spans: other cards have the first */
	    .echo_taps = 128,
	};

	snprintf(settings.location, sizeof(settings.location), "%s", span <= 2 ? places[span] : "nowhere/1");
	return settings;
}

static void span_start(const struct driver_span *settings)
{
	struct fault fault = {""};
	int error = driver_span_start(driver, settings, &fault);

	check(error == 0, "span %u at %s starts %s", settings->span, settings->location, fault.text);
}

static bool alarms_become(unsigned span, uint32_t alarms)
{
	for (int waited = 0; waited < SOON_MS; waited += 10) {
		if (driver_span_alarms(driver, span) == alarms)
			return true;
		pause_ms(10);
	}
	printf("       (alarms of span %u: 0x%x)\n", span, driver_span_alarms(driver, span));
	return false;
}

static void maint(unsigned span, enum driver_maint maint, int expected)
{
	struct fault fault = {""};
	int error = driver_span_maint(driver, span, maint, &fault);

	check(error == expected, "span %u %s: %d %s", span, driver_maint_names[maint], error, fault.text);
}

/* ---- places ---- */

static void check_places(void)
{
	struct driver_hardware found[8];
	unsigned count = driver_hardware_list(driver, found, 8);
	struct fault fault = {""};
	struct driver_span third = settings_of(3);

	check(count == 2 && found[0].place == 1 && found[1].place == 2 && !strcmp(found[1].location, "labspan") &&
	          !strcmp(found[1].serial, "labspan-0"),
	      "%u spans of hardware, the second is \"%s\" \"%s\" %u", count, found[1].location, found[1].serial,
	      found[1].place);
	check(driver_span_start(driver, &third, &fault) == -ENODEV, "nobody there: %s", fault.text);
	third.may_be_absent = true;
	check(driver_span_start(driver, &third, &fault) == 0 && driver_span_absent(driver, 3), "reserved: span 3");
	third = settings_of(1);
	span_start(&third);
	third.span = 3;
	check(driver_span_start(driver, &third, &fault) == -EBUSY, "taken: %s", fault.text);
	driver_span_stop(driver, 3);
	third = settings_of(2);
	span_start(&third);
	count = driver_hardware_list(driver, found, 8);
	check(found[0].span == 2 && found[1].span == 1, "the first is our span %u, the second our span %u",
	      found[0].span, found[1].span);
}

/* ---- alarms, clock, counters ---- */

static void check_alarms(void)
{
	struct driver_span other = settings_of(1);

	check(alarms_become(1, 0) && alarms_become(2, 0), "both without alarm");
	check(driver_span_sync_source(driver, 1) == 1 && driver_span_sync_source(driver, 2) == 1,
	      "the hardware follows span %u", driver_span_sync_source(driver, 2));
	end_write(2, "cable", "0");
	check(alarms_become(1, SPAN_ALARM_RED | SPAN_ALARM_LOS), "no signal: red and LOS");
	check(alarms_become(2, SPAN_ALARM_YELLOW), "the far end: yellow");
	pause_ms(200);
	check(driver_span_sync_source(driver, 1) == 2, "the hardware follows span %u now",
	      driver_span_sync_source(driver, 1));
	end_write(2, "cable", "1");
	check(alarms_become(1, 0), "and back");
	end_write(2, "alarms", "16");
	check(alarms_become(1, SPAN_ALARM_BLUE), "blue");
	end_write(2, "alarms", "1");
	check(alarms_become(1, SPAN_ALARM_RECOVERING), "recovering");
	end_write(2, "alarms", "0");
	other.crc4 = type == SPAN_E1;
	other.framing = type == SPAN_E1 ? SPAN_FRAMING_CCS : SPAN_FRAMING_D4;
	span_start(&other);
	/* and yellow: the far end does not understand us either */
	check(
	    alarms_become(1, SPAN_ALARM_RED | SPAN_ALARM_YELLOW | (type == SPAN_E1 ? SPAN_ALARM_LMFA : SPAN_ALARM_LFA)),
	    "framing that does not fit: red and %s", type == SPAN_E1 ? "LMFA" : "LFA");
	other = settings_of(1);
	span_start(&other);
	check(alarms_become(1, 0), "and that fits");
}

static bool counter_becomes(unsigned span, size_t at, uint64_t value)
{
	struct driver_span_counters counters;
	uint64_t is = 0;

	for (int waited = 0; waited < SOON_MS; waited += 10) {
		driver_span_look(driver, span);
		driver_span_counters(driver, span, &counters);
		memcpy(&is, (const char *)&counters + at, sizeof(is));
		if (is == value)
			return true;
		pause_ms(10);
	}
	printf("       (it is %lu)\n", (unsigned long)is);
	return false;
}

static void check_counters(void)
{
	static const struct {
		const char *file;
		size_t at;
	} counters[] = {
	    {"bpv", offsetof(struct driver_span_counters, bipolar_violations)},
	    {"crc4", offsetof(struct driver_span_counters, crc4_errors)},
	    {"ebit", offsetof(struct driver_span_counters, ebit_errors)},
	    {"fas", offsetof(struct driver_span_counters, fas_errors)},
	    {"fe", offsetof(struct driver_span_counters, framing_errors)},
	    {"cv", offsetof(struct driver_span_counters, code_violations)},
	    {"be", offsetof(struct driver_span_counters, bit_errors)},
	    {"errsec", offsetof(struct driver_span_counters, errored_seconds)},
	    {"slips", offsetof(struct driver_span_counters, slips)},
	};

	for (unsigned i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		char value[8];

		snprintf(value, sizeof(value), "%u", 10 + i);
		end_write(1, counters[i].file, value);
		check(counter_becomes(2, counters[i].at, 10 + i), "counter %s", counters[i].file);
	}
	driver_counters_reset(driver, 2);
	for (unsigned i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		check(counter_becomes(2, counters[i].at, 0), "counter %s is zero", counters[i].file);
	end_write(1, "bpv", "3");
	check(counter_becomes(2, counters[0].at, 3), "and counts on");
}

/* ---- loops ---- */

static void use_both(void)
{
	driver_channel_use(driver, driver_channel(1, 2), true);
	driver_channel_use(driver, driver_channel(2, 2), true);
}

static void unuse_both(void)
{
	driver_channel_use(driver, driver_channel(1, 2), false);
	driver_channel_use(driver, driver_channel(2, 2), false);
}

static void heard(unsigned from, unsigned to, bool expected, const char *what)
{
	hear(driver_channel(from, 2), driver_channel(to, 2), 500);
	check(expected == (m.right > 3000 && m.wrong < 10), "%s: from %u to %u %lu right, %lu wrong, %lu silent", what,
	      from, to, (unsigned long)m.right, (unsigned long)m.wrong, (unsigned long)m.silent);
}

static void check_loops(void)
{
	in_media(use_both);
	heard(1, 2, true, "no loop");
	maint(1, DRIVER_MAINT_LOOP_LOCAL, 0);
	check(alarms_become(1, SPAN_ALARM_LOOPBACK) && lab_state_has(2, "maintenance 1"), "local loop is on");
	heard(1, 1, true, "local loop");
	maint(1, DRIVER_MAINT_OFF, 0);
	check(alarms_become(1, 0) && lab_state_has(2, "maintenance 0"), "it is off");
	maint(1, DRIVER_MAINT_LOOP_LINE, 0);
	check(alarms_become(1, SPAN_ALARM_LOOPBACK) && lab_state_has(2, "maintenance 2"), "line loop is on");
	heard(2, 2, true, "line loop");
	maint(1, DRIVER_MAINT_OFF, 0);
	maint(1, DRIVER_MAINT_LOOP_PAYLOAD, 0);
	check(alarms_become(1, SPAN_ALARM_LOOPBACK) && lab_state_has(2, "maintenance 13"), "payload loop is on");
	heard(2, 2, true, "payload loop");
	maint(1, DRIVER_MAINT_OFF, 0);
	check(alarms_become(1, 0), "it is off");
	heard(1, 2, true, "and speech goes through again");
	maint(1, DRIVER_MAINT_REMOTE_UP, type == SPAN_E1 ? -ENOTSUP : 0);
	if (type == SPAN_T1) {
		heard(1, 1, true, "remote loop");
		maint(1, DRIVER_MAINT_REMOTE_DOWN, 0);
		maint(1, DRIVER_MAINT_OFF, 0);
		heard(1, 2, true, "it is off");
	}
}

static void check_pattern_and_errors(void)
{
	size_t bits = offsetof(struct driver_span_counters, bit_errors);

	driver_counters_reset(driver, 1);
	driver_counters_reset(driver, 2);
	maint(1, DRIVER_MAINT_PATTERN, 0);
	pause_ms(300);
	check(!driver_span_pattern(driver, 1), "the pattern does not come back by itself");
	maint(1, DRIVER_MAINT_LOOP_LOCAL, 0);
	pause_ms(300);
	check(driver_span_pattern(driver, 1), "it does over a loop");
	maint(1, DRIVER_MAINT_INSERT_PRBS, 0);
	maint(1, DRIVER_MAINT_INSERT_PRBS, 0);
	check(counter_becomes(1, bits, 2), "two bit errors");
	maint(1, DRIVER_MAINT_OFF, 0);
	pause_ms(300);
	check(!driver_span_pattern(driver, 1) && lab_state_has(2, "pattern 0"), "the pattern is off");
	maint(1, DRIVER_MAINT_PATTERN, 0);
	check(lab_state_has(2, "pattern 1"), "on, without a loop");
	maint(1, DRIVER_MAINT_OFF, 0);
	check(lab_state_has(2, "pattern 0"), "and off, which the kernel does not pass on by itself");
	maint(1, DRIVER_MAINT_INSERT_FAS, 0);
	check(counter_becomes(2, offsetof(struct driver_span_counters, fas_errors), 1), "a FAS error arrives");
	maint(1, DRIVER_MAINT_INSERT_CRC, 0);
	check(counter_becomes(2, offsetof(struct driver_span_counters, crc4_errors), 1), "a CRC error arrives");
	check(counter_becomes(1, offsetof(struct driver_span_counters, ebit_errors), 1), "and is told back");
	maint(1, DRIVER_MAINT_INSERT_BIPOLAR, 0);
	check(counter_becomes(2, offsetof(struct driver_span_counters, bipolar_violations), 1),
	      "a bipolar violation arrives");
	maint(1, DRIVER_MAINT_INSERT_CAS, -ENOTSUP);
	maint(1, DRIVER_MAINT_ALARM, 0);
	check(alarms_become(1, SPAN_ALARM_RED | SPAN_ALARM_LFA), "a simulated alarm");
	maint(1, DRIVER_MAINT_OFF, 0);
	check(alarms_become(1, 0), "is off");
}

/* ---- gains ---- */

static double heard_energy;
static unsigned tone_at;

static void tone_and_level(void)
{
	enum law law = type == SPAN_E1 ? LAW_ALAW : LAW_MULAW;
	int16_t samples[DRIVER_PERIOD_SAMPLES];

	law_decode(law, samples, driver_receive(driver, driver_channel(2, 2)), DRIVER_PERIOD_SAMPLES);
	for (int i = 0; i < DRIVER_PERIOD_SAMPLES; i++)
		heard_energy += (double)samples[i] * samples[i];
	for (int i = 0; i < DRIVER_PERIOD_SAMPLES; i++)
		samples[i] = (int16_t)(4000 * sin(2 * M_PI * 1004 * tone_at++ / 8000));
	law_encode(law, driver_transmit(driver, driver_channel(1, 2)), samples, DRIVER_PERIOD_SAMPLES);
}

static double level(void)
{
	pthread_mutex_lock(&lock);
	m.audio = tone_and_level;
	pthread_mutex_unlock(&lock);
	pause_ms(300);
	pthread_mutex_lock(&lock);
	heard_energy = 0;
	uint64_t from = m.periods;

	pthread_mutex_unlock(&lock);
	pause_ms(500);
	pthread_mutex_lock(&lock);
	m.audio = NULL;
	double mean = heard_energy / (double)((m.periods - from) * DRIVER_PERIOD_SAMPLES + 1);

	pthread_mutex_unlock(&lock);
	return 10 * log10(mean + 1e-9);
}

static void gains(int16_t send, int16_t receive)
{
	struct driver_span one = settings_of(1), two = settings_of(2);

	one.send_gain[2] = send;
	two.receive_gain[2] = receive;
	span_start(&one);
	span_start(&two);
}

static void clear_both(void)
{
	driver_channel_clear(driver, driver_channel(1, 2), true);
	driver_channel_clear(driver, driver_channel(2, 2), true);
}

static void check_gains(void)
{
	double before = level();

	gains(-60, 0);
	double sent = level();

	check(fabs(sent - before + 6) < 0.3, "send gain of -6 dB: %.2f dB", sent - before);
	gains(-60, -35);
	double both = level();

	check(fabs(both - before + 9.5) < 0.4, "and receive gain of -3.5 dB: %.2f dB", both - before);
	heard(1, 2, false, "with gains octets change");
	in_media(clear_both);
	heard(1, 2, true, "but not on a channel for data");
	in_media(unuse_both);
	in_media(use_both);
	heard(1, 2, false, "whose time is over");
	gains(0, 0);
	heard(1, 2, true, "without gains they do not");
}

/* ---- a process that died ---- */

static void check_left_behind(void)
{
	struct driver_settings settings = {.name = "dahdi"};
	struct driver_span one = settings_of(1);
	struct fault fault = {""};

	one.yellow_when_closed = true;
	maint(1, DRIVER_MAINT_PATTERN, 0);
	maint(1, DRIVER_MAINT_LOOP_LINE, 0);
	media_end();
	driver_close(driver);
	check(lab_state_has(2, "maintenance 2"), "the kernel keeps the loop of a process that is gone");
	check(driver_open(&settings, &driver, &fault) == 0, "driver opens %s", fault.text);
	span_start(&one);
	check(lab_state_has(2, "maintenance 0") && lab_state_has(2, "pattern 0"), "the next takes it off");
	pause_ms(100);
	check(lab_state_has(1, "alarms 0x0"), "while its channels are open the far end has no alarm");
	log_drain(NULL, NULL);
	driver_close(driver);
	pause_ms(100);
	check(lab_state_has(1, "alarms 0x4"), "and yellow when nobody has them open any more");
}

static void check_spans(void)
{
	check_places();
	check_alarms();
	check_loops();
	if (type == SPAN_E1) {
		check_counters();
		check_pattern_and_errors();
		check_gains();
	}
	check_left_behind();
}

int main(int argc, char **argv)
{
	struct driver_settings settings = {.name = "dahdi"};
	struct fault fault = {""};

	type = argc > 1 && !strcmp(argv[1], "t1") ? SPAN_T1 : SPAN_E1;
	clock_start(0);
	dsp_start();
	if (log_start(LOG_INFO) != 0)
		return 1;
	check(driver_open(&settings, &driver, &fault) == 0, "driver opens %s", fault.text);
	if (!driver || media_begin() != 0)
		return 1;
	if (argc > 1 && !strncmp(argv[1], "ports", 5)) {
		check_ports(!strcmp(argv[1], "ports-alaw"));
		media_end();
		driver_close(driver);
	} else {
		check_spans();
	}
	printf("labspan guest: %u checks, %u failed\n", checks, failures);
	return failures != 0;
}
