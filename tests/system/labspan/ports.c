/* The dahdi driver on the lab's analogue card: FXS, FXO and empty places mixed, lifted, rung, its law its own. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/system/labspan/guest_lab.h"

/* As tests/system/image_labspan.sh loads the module: modules=os-sss-o */
#define MODULES "os-sss-o"

static struct driver_span settings_of(unsigned span)
{
	return (struct driver_span){.span = (uint8_t)span,
	                            .type = SPAN_T1,
	                            .use = SPAN_USE_FXS,
	                            .law = SPAN_MULAW,
	                            .framing = SPAN_FRAMING_ESF,
	                            .coding = SPAN_CODING_B8ZS,
	                            .flash_min_ms = 80,
	                            .flash_max_ms = 900,
	                            .echo_taps = 128,
	                            .location = "labports/1"};
}

static void check_places(void)
{
	struct driver_hardware found[2];
	unsigned wrong = 0;

	for (unsigned place = 1; place <= DRIVER_TIMESLOTS_MAX; place++) {
		char is = place <= strlen(MODULES) ? MODULES[place - 1] : ' ';
		enum driver_port wanted = is == 's'   ? DRIVER_PORT_TELEPHONE
		                          : is == 'o' ? DRIVER_PORT_LINE
		                          : is == '-' ? DRIVER_PORT_EMPTY
		                                      : DRIVER_PORT_NONE;

		wrong += driver_port(driver, 2, place) != wanted;
	}
	check(wrong == 0 && driver_span_analogue(driver, 2), "every place is what it is, %u wrong", wrong);
	check(driver_hardware_list(driver, found, 2) == 1 && found[0].analogue && found[0].span == 2 &&
	          found[0].places.telephones == (1 << 2 | 1 << 4 | 1 << 5 | 1 << 6) &&
	          found[0].places.lines == (1 << 1 | 1 << 8) && found[0].places.empty == (1 << 3 | 1 << 7),
	      "the card is listed: %s", found[0].name);
}

static void ring(void)
{
	const struct driver_cadence cadence = {.ms = {1000, 3000}};

	driver_set_line(driver, driver_channel(2, 4), DRIVER_LINE_RING, &cadence);
	driver_set_line(driver, driver_channel(2, 1), DRIVER_LINE_RING, &cadence);
	driver_set_line(driver, driver_channel(2, 3), DRIVER_LINE_RING, &cadence);
}

static void check_telephones(void)
{
	lab_write("labports/5/hook", "1");
	check(saw("2/5 off-hook", 2000), "place 5 is lifted");
	lab_write("labports/5/hook", "0");
	check(saw("2/5 on-hook", 3000), "and hung up");
	in_media(ring);
	check(saw("2/4 ringer on", 1000) && lab_has("labports/4/line", "2"), "place 4 rings");
	check(!lab_has("labports/1/line", "2"), "the module for a line does not");
	lab_write("labports/4/hook", "1");
	check(saw("2/4 off-hook", 3000), "it is answered");
	check(!lab_has("labports/4/line", "2"), "and rings no more");
}

static void use(void)
{
	driver_channel_use(driver, driver_channel(2, 4), true);
	driver_channel_use(driver, driver_channel(2, 1), true);
}

static void check_audio(void)
{
	in_media(use);
	hear(driver_channel(2, 4), driver_channel(2, 4), 500);
	check(m.right > 3000 && m.wrong < 10, "its audio comes back: %lu right, %lu wrong", (unsigned long)m.right,
	      (unsigned long)m.wrong);
}

void check_ports(bool alaw)
{
	struct driver_span span = settings_of(2);
	struct fault fault = {""};

	span.use = SPAN_USE_PRI;
	check(driver_span_start(driver, &span, &fault) == -EINVAL, "no trunk: %s", fault.text);
	span = settings_of(2);
	if (alaw) {
		check(driver_span_start(driver, &span, &fault) == -EINVAL, "another law: %s", fault.text);
		span.law = SPAN_ALAW;
	}
	fault.text[0] = '\0';
	check(driver_span_start(driver, &span, &fault) == 0, "the card starts %s", fault.text);
	pause_ms(100);
	check_places();
	check_telephones();
	check_audio();
	driver_span_stop(driver, 2);
	check(driver_port(driver, 2, 2) == DRIVER_PORT_NONE, "stopped, it has no places");
}
