/*
 * The dahdi driver over a kernel that is made up here: open() of its files and ioctl() on them are this program's. What
 * analogue cards of any size look like, and what must never be asked of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>
#include <dahdi/user.h>

#include "base/log.h"
#include "drivers/dahdi/dahdi.h"
#include "drivers/driver.h"

#define SPANS      4
#define A_SPAN     31 /* numbers of the kernel's for each span */
#define CHANNELS   (SPANS * A_SPAN + 1)
#define DIGITAL    (DAHDI_CONFIG_D4 | DAHDI_CONFIG_ESF | DAHDI_CONFIG_AMI | DAHDI_CONFIG_B8ZS)
#define FXS_MODULE (DAHDI_SIG_FXOKS | DAHDI_SIG_FXOLS | DAHDI_SIG_FXOGS | DAHDI_SIG_SF | DAHDI_SIG_EM | DAHDI_SIG_CLEAR)
#define FXO_MODULE (DAHDI_SIG_FXSKS | DAHDI_SIG_FXSLS | DAHDI_SIG_SF | DAHDI_SIG_CLEAR)
#define FILES      1024

static struct {
	struct {
		const char *name;
		int channels, linecompat, law;
		bool configured, started;
		const char *driver, *location; /* as its card's driver calls it, and where the card is */
		int place, rank, syncsrc, slips, configurations, prbs, alarms;
		bool simulated; /* an alarm */
		bool line_refused, off_refused, no_payload_loop;
		int maintained; /* the last command */
	} span[SPANS + 1];
	struct {
		int sigcap, sig, law, deflaw;
		bool open, lifted, looped, loop_stuck; /* loop_stuck: as it is, whatever is asked */
	} channel[CHANNELS];
	int channel_of[FILES]; /* by file; 0: none */
	int files_opened;
} kernel;
static struct span_driver *driver;
static struct fault fault;

static int new_file(void)
{
	return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); /* can be watched, and has nothing to be read */
}

static int file_with(const char *text)
{
	int fd = memfd_create("file", MFD_CLOEXEC);

	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		return -1;
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* What the kernel tells in files: /sys/bus/dahdi_spans and /proc/dahdi. -1: no such file. */
#define UNREADABLE (-1)
static int kernel_file(const char *path)
{
	char name[32] = "", text[256] = "";
	int span = 0;

	if (sscanf(path, "/proc/dahdi/%d", &span) == 1)
		snprintf(name, sizeof(name), "proc");
	else if (sscanf(path, "/sys/bus/dahdi_spans/devices/span-%d/%31s", &span, name) != 2)
		return -1;
	if (span < 1 || span > SPANS || !kernel.span[span].location)
		return -1;
	if (!strcmp(name, "../location"))
		snprintf(text, sizeof(text), "%s\n", kernel.span[span].location);
	else if (!strcmp(name, "local_spanno"))
		snprintf(text, sizeof(text), "%d\n", kernel.span[span].place);
	else if (!strcmp(name, "proc") && kernel.span[span].slips == UNREADABLE)
		return -1;
	else if (!strcmp(name, "proc") && !kernel.span[span].slips)
		snprintf(text, sizeof(text), "Span %d: %s\n", span, kernel.span[span].driver);
	else if (!strcmp(name, "proc"))
		snprintf(text, sizeof(text),
		         "Span %d: %s \"a card\" HDB3/CCS\n\tTiming slips: %d\n\n\t   1 A/1 Clear\n", span,
		         kernel.span[span].driver, kernel.span[span].slips);
	return file_with(text);
}

int open(const char *path, int flags, ...)
{
	va_list arguments;

	va_start(arguments, flags);
	int mode = flags & O_CREAT ? va_arg(arguments, int) : 0;
	va_end(arguments);
	if (strncmp(path, "/dev/dahdi/", 11) == 0) {
		kernel.files_opened++;
		return new_file();
	}
	if (strncmp(path, "/sys/bus/dahdi", 14) == 0 || strncmp(path, "/proc/dahdi", 11) == 0)
		return kernel_file(path);
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static int span_of(int channel)
{
	int span = (channel - 1) / A_SPAN + 1;

	return channel > 0 && span <= SPANS && (channel - 1) % A_SPAN < kernel.span[span].channels ? span : 0;
}

static int status(struct dahdi_spaninfo *info)
{
	if (info->spanno < 1 || info->spanno > SPANS || !kernel.span[info->spanno].name)
		return -ENODEV;
	info->totalchans = kernel.span[info->spanno].channels;
	info->linecompat = kernel.span[info->spanno].linecompat;
	info->prbs = kernel.span[info->spanno].prbs;
	info->syncsrc = kernel.span[info->spanno].syncsrc;
	info->alarms = kernel.span[info->spanno].alarms;
	if (kernel.span[info->spanno].driver)
		snprintf(info->name, sizeof(info->name), "%s", kernel.span[info->spanno].driver);
	else
		snprintf(info->name, sizeof(info->name), "TEST/%d", info->spanno);
	snprintf(info->desc, sizeof(info->desc), "%s", kernel.span[info->spanno].name);
	return 0;
}

static int params(int channel, struct dahdi_params *out)
{
	int span = span_of(channel ? channel : out->channo);

	if (!span)
		return -EINVAL;
	if (!channel)
		channel = out->channo;
	out->spanno = span;
	out->chanpos = (channel - 1) % A_SPAN + 1;
	out->sigcap = kernel.channel[channel].sigcap;
	out->curlaw = kernel.channel[channel].law;
	out->rxisoffhook = kernel.channel[channel].lifted;
	return 0;
}

static int span_config(const struct dahdi_lineconfig *line)
{
	if (kernel.span[line->span].line_refused)
		return -EIO;
	if ((line->lineconfig & 0x1ff0 & kernel.span[line->span].linecompat) != (line->lineconfig & 0x1ff0))
		return -EINVAL;
	kernel.span[line->span].configured = true;
	kernel.span[line->span].rank = line->sync;
	kernel.span[line->span].configurations++;
	kernel.span[line->span].simulated = false;
	return 0;
}

/* As a TE410P has it: "none" takes loops off, and leaves a simulated alarm on. */
static int maintain(const struct dahdi_maintinfo *maint)
{
	if (maint->command == DAHDI_MAINT_NONE && kernel.span[maint->spanno].off_refused)
		return -EIO;
	if (maint->command == DAHDI_MAINT_NETWORKPAYLOADLOOP && kernel.span[maint->spanno].no_payload_loop)
		return -ENOSYS;
	if (maint->command == DAHDI_MAINT_ALARM_SIM)
		kernel.span[maint->spanno].simulated = true;
	kernel.span[maint->spanno].maintained = maint->command;
	return 0;
}

static int loop_channel(int channel, bool looped)
{
	if (kernel.channel[channel].loop_stuck)
		return -EIO;
	kernel.channel[channel].looped = looped;
	return 0;
}

static int channel_config(const struct dahdi_chanconfig *config)
{
	if (!span_of(config->chan) || (kernel.channel[config->chan].sigcap & config->sigtype) != config->sigtype)
		return -EINVAL;
	kernel.channel[config->chan].sig = config->sigtype;
	kernel.channel[config->chan].deflaw = config->deflaw;
	return 0;
}

static void law_set(int channel, int law)
{
	int span = span_of(channel);

	if (law == DAHDI_LAW_DEFAULT)
		law = kernel.channel[channel].deflaw ? kernel.channel[channel].deflaw : kernel.span[span].law;
	kernel.channel[channel].law = law;
}

static int specify(int fd, int channel)
{
	if (!span_of(channel) || !kernel.channel[channel].sig)
		return -ENXIO;
	kernel.channel_of[fd] = channel;
	kernel.channel[channel].open = true;
	law_set(channel, DAHDI_LAW_DEFAULT);
	return 0;
}

static int answer(int fd, unsigned long request, void *argument)
{
	if (fd < 0 || fd >= FILES)
		return -EBADF;
	int channel = kernel.channel_of[fd], number = 0;

	if (request == DAHDI_SPECIFY || request == DAHDI_STARTUP || request == DAHDI_SETLAW ||
	    request == DAHDI_LOOPBACK)
		memcpy(&number, argument, sizeof(number));
	switch (request) {
	case DAHDI_SPANSTAT:
		return status(argument);
	case DAHDI_GET_PARAMS:
		return params(channel, argument);
	case DAHDI_SPANCONFIG:
		return span_config(argument);
	case DAHDI_CHANCONFIG:
		return channel_config(argument);
	case DAHDI_STARTUP:
		kernel.span[number].started = true;
		return 0;
	case DAHDI_MAINT:
		return ((struct dahdi_maintinfo *)argument)->command == DAHDI_RESET_COUNTERS ? 0 : maintain(argument);
	case DAHDI_LOOPBACK:
		return loop_channel(channel, number);
	case DAHDI_SPECIFY:
		return specify(fd, number);
	case DAHDI_SETLAW:
		law_set(channel, number);
		return 0;
	case DAHDI_GETEVENT:
		*(int *)argument = DAHDI_EVENT_NONE;
		return 0;
	case DAHDI_ATTACH_ECHOCAN:
		return -EINVAL;
	default:
		return 0; /* buffers, gains, flash times: the kernel takes them */
	}
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;

	va_start(arguments, request);
	int error = answer(fd, request, va_arg(arguments, void *));
	va_end(arguments);
	errno = -error;
	return error ? -1 : 0;
}

/* ---- the box's side ---- */

/* places: a letter each, s: FXS, o: FXO, -: none; NULL: digital, so many channels. */
static void card(int span, const char *name, const char *places, int channels)
{
	kernel.span[span].name = name;
	kernel.span[span].channels = places ? (int)strlen(places) : channels;
	kernel.span[span].linecompat = places ? 0 : DIGITAL | DAHDI_CONFIG_CCS | DAHDI_CONFIG_HDB3;
	kernel.span[span].law = DAHDI_LAW_MULAW;
	for (int i = 0; i < kernel.span[span].channels; i++) {
		int module = places ? places[i] == 's'   ? FXS_MODULE
		                      : places[i] == 'o' ? FXO_MODULE
		                                         : 0
		                    : FXS_MODULE | FXO_MODULE | DAHDI_SIG_HDLCFCS;

		kernel.channel[(span - 1) * A_SPAN + 1 + i].sigcap = module;
	}
}

static int set_up(void **state)
{
	struct driver_settings settings = {.name = "dahdi"};

	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	fault.text[0] = '\0';
	return driver_open(&settings, &driver, &fault);
}

static int tear_down(void **state)
{
	(void)state;
	driver_close(driver);
	return 0;
}

static struct driver_span telephones(unsigned span)
{
	return (struct driver_span){.span = (uint8_t)span,
	                            .type = SPAN_T1,
	                            .use = SPAN_USE_FXS,
	                            .law = SPAN_MULAW,
	                            .framing = SPAN_FRAMING_ESF,
	                            .coding = SPAN_CODING_B8ZS,
	                            .flash_min_ms = 80,
	                            .flash_max_ms = 900,
	                            .echo_taps = 128};
}

static int start(const struct driver_span *span)
{
	int error = driver_span_start(driver, span, &fault);
	uint64_t elapsed_us;

	/* media takes its orders at a period */
	(void)!driver_period_begin(driver, &elapsed_us);
	return error;
}

static atomic_bool stopped;

static void *media(void *unused)
{
	uint64_t elapsed_us;

	while (!atomic_load(&stopped))
		(void)!driver_period_begin(driver, &elapsed_us);
	return unused;
}

/* Control waits until media has let go. */
static void stop(unsigned span)
{
	pthread_t thread;

	atomic_store(&stopped, false);
	assert_int_equal(pthread_create(&thread, NULL, media, NULL), 0);
	driver_span_stop(driver, span);
	atomic_store(&stopped, true);
	pthread_join(thread, NULL);
}

static void opened(int span, const char *places)
{
	for (int i = 0; i < (int)strlen(places); i++)
		assert_int_equal(kernel.channel[(span - 1) * A_SPAN + 1 + i].open, places[i] == 's');
}

static void each_place(unsigned span, const char *places)
{
	for (unsigned i = 0; i <= DRIVER_TIMESLOTS_MAX + 1; i++) {
		char is = i >= 1 && i <= strlen(places) ? places[i - 1] : ' ';
		enum driver_port wanted = is == 's'   ? DRIVER_PORT_TELEPHONE
		                          : is == 'o' ? DRIVER_PORT_LINE
		                          : is == '-' ? DRIVER_PORT_EMPTY
		                                      : DRIVER_PORT_NONE;

		assert_int_equal(driver_port(driver, span, i), wanted);
	}
}

static void cards_of_any_size(void **state)
{
	static const char *const cards[] = {"ssss", "s", "ssssoooo", "--so", "-s------", "ssssssssssssssssssssssss"};

	(void)state;
	for (size_t i = 0; i < sizeof(cards) / sizeof(cards[0]); i++) {
		struct driver_span span = telephones(2);

		tear_down(NULL);
		set_up(NULL);
		card(1, "an E1", NULL, 31);
		card(2, "Wildcard", cards[i], 0);
		assert_int_equal(start(&span), 0);
		each_place(2, cards[i]);
		opened(2, cards[i]);
		assert_true(driver_span_analogue(driver, 2));
		/* there is no line: the kernel would refuse every framing */
		assert_false(kernel.span[2].configured);
		assert_true(kernel.span[2].started);
		stop(2);
		each_place(2, "");
	}
}

static void a_bank_as_ever(void **state)
{
	struct driver_span span = telephones(1);

	(void)state;
	card(1, "a T1", NULL, 24);
	assert_int_equal(start(&span), 0);
	each_place(1, "ssssssssssssssssssssssss");
	assert_true(kernel.span[1].configured && kernel.span[1].started);
	assert_false(driver_span_analogue(driver, 1));
}

static void telephones_tell(void **state)
{
	struct driver_span span = telephones(1);
	struct driver_event event;

	(void)state;
	card(1, "Wildcard", "o-ss", 0);
	kernel.channel[4].lifted = true;
	assert_int_equal(start(&span), 0);
	bool lifted = false;

	while (driver_next_event(driver, &event))
		lifted = lifted || (event.type == DRIVER_OFF_HOOK && event.channel == driver_channel(1, 4));
	assert_true(lifted && driver_off_hook(driver, driver_channel(1, 4)));
	assert_false(driver_off_hook(driver, driver_channel(1, 1)));
	/* a place without a telephone takes no audio and no ring */
	driver_channel_use(driver, driver_channel(1, 1), true);
	driver_set_line(driver, driver_channel(1, 2), DRIVER_LINE_RING, NULL);
	while (driver_next_event(driver, &event))
		assert_int_not_equal(event.type, DRIVER_RINGER_ON);
	/* settings that change nothing on the wire reach the places that are there */
	span.send_gain[1] = span.send_gain[3] = -30;
	span.flash_max_ms = 700;
	assert_int_equal(start(&span), 0);
}

static void refused(const struct driver_span *span, const char *words)
{
	fault.text[0] = '\0';
	assert_true(start(span) < 0);
	if (!strstr(fault.text, words))
		fail_msg("\"%s\" not in: %s", words, fault.text);
	for (int i = 1; i < CHANNELS; i++)
		kernel.channel[i].open = false;
	assert_int_equal(driver_port(driver, span->span, 1), DRIVER_PORT_NONE);
}

static void what_cannot_be(void **state)
{
	struct driver_span bank = telephones(1), trunk = telephones(1);

	(void)state;
	trunk.use = SPAN_USE_PRI;
	card(1, "Wildcard TDM410", "oo--", 0);
	refused(&bank, "span 1: \"Wildcard TDM410\" has no module for telephones (FXS) in any of its 4 places");
	refused(&trunk, "is an analogue card: telephones only (signalling fxs)");
	card(1, "Wildcard TDM410", "ssss", 0);
	kernel.span[1].law = DAHDI_LAW_ALAW;
	refused(&bank, "span 1: its card sends A-law: set span 1 law alaw");
	bank.law = SPAN_ALAW;
	assert_int_equal(start(&bank), 0);
	stop(1);
	bank = telephones(2);
	card(2, "an E1", NULL, 31);
	refused(&bank, "span 2: a T1 has 24 channels, the kernel's span \"TEST/2\" has 31");
	bank = telephones(3);
	refused(&bank, "span 3: DAHDI has no span of this number");
}

static void a_card_that_is_away(void **state)
{
	struct driver_span span = telephones(2);

	(void)state;
	span.may_be_absent = true;
	assert_int_equal(start(&span), 0);
	assert_true(driver_span_absent(driver, 2));
	each_place(2, "ssssssssssssssssssssssss"); /* its numbers stay known */
	card(2, "Wildcard", "s-so", 0);
	assert_int_equal(start(&span), 0);
	assert_false(driver_span_absent(driver, 2));
	each_place(2, "s-so");
}

static void listed(void **state)
{
	struct driver_hardware found[4];

	(void)state;
	card(1, "a T1", NULL, 24);
	card(3, "Wildcard", "so-s", 0);
	assert_int_equal(driver_hardware_list(driver, found, 4), 2);
	assert_false(found[0].analogue);
	assert_true(found[1].analogue && found[1].timeslots == 4);
	assert_int_equal(found[1].places.telephones, 1 << 1 | 1 << 4);
	assert_int_equal(found[1].places.lines, 1 << 2);
	assert_int_equal(found[1].places.empty, 1 << 3);
}

/* ---- the clock ---- */

static void spans_of_card_of(int count, int first, const char *location, const char *driver_name)
{
	for (int i = 0; i < count; i++) {
		card(first + i, "an E1", NULL, 31);
		kernel.span[first + i].driver = driver_name;
		kernel.span[first + i].location = location;
		kernel.span[first + i].place = i + 1;
	}
}

static void spans_of_card(int first, const char *location, const char *driver_name)
{
	spans_of_card_of(2, first, location, driver_name);
}

static struct driver_span trunk(unsigned span, unsigned rank)
{
	return (struct driver_span){.span = (uint8_t)span,
	                            .type = SPAN_E1,
	                            .use = SPAN_USE_PRI,
	                            .law = SPAN_ALAW,
	                            .framing = SPAN_FRAMING_CCS,
	                            .coding = SPAN_CODING_HDB3,
	                            .clock_rank = (uint8_t)rank,
	                            .echo_taps = 128};
}

static void trunk_starts(unsigned span, unsigned rank)
{
	struct driver_span settings = trunk(span, rank);

	assert_int_equal(start(&settings), 0);
}

/* Of a span that runs: media lets go of it first. */
static void restarts(const struct driver_span *settings)
{
	pthread_t thread;

	atomic_store(&stopped, false);
	assert_int_equal(pthread_create(&thread, NULL, media, NULL), 0);
	int error = driver_span_start(driver, settings, &fault);

	atomic_store(&stopped, true);
	pthread_join(thread, NULL);
	assert_int_equal(error, 0);
}

static void trunk_restarts(unsigned span, unsigned rank)
{
	struct driver_span settings = trunk(span, rank);

	restarts(&settings);
}

static void told(int one, int two, int three, int four)
{
	assert_int_equal(kernel.span[1].rank, one);
	assert_int_equal(kernel.span[2].rank, two);
	assert_int_equal(kernel.span[3].rank, three);
	assert_int_equal(kernel.span[4].rank, four);
}

/* A card's driver knows ranks up to the number of its spans; with a higher one the card would follow no line. */
static void ranks_are_each_cards_own(void **state)
{
	(void)state;
	spans_of_card(1, "PCI Bus 05 Slot 01", "TE2/0/1");
	spans_of_card(3, "PCI Bus 05 Slot 02", "TE2/1/1");
	for (unsigned span = 1; span <= 4; span++)
		trunk_starts(span, span);
	told(1, 2, 1, 2);
	stop(3);
	stop(4);
	told(1, 2, 0, 0);
	trunk_starts(3, 16);
	told(1, 2, 1, 0);
	trunk_starts(4, 9); /* better: the other has to give way */
	told(1, 2, 2, 1);
	stop(1);
	trunk_starts(1, 0);
	told(0, 2, 2, 1);
}

/* As a commit does it: spans that change are started before those that are gone are stopped. */
static void a_span_that_is_let_go_gives_no_clock(void **state)
{
	struct driver_span bad = trunk(2, 1);

	(void)state;
	spans_of_card(1, "PCI Bus 05 Slot 01", "TE2/0/1");
	trunk_starts(1, 1);
	trunk_starts(2, 2);
	told(1, 2, 0, 0);
	trunk_restarts(2, 1);
	stop(1);
	told(0, 2, 0, 0);   /* the first of its card by any number */
	trunk_starts(1, 2); /* and again, the other way round */
	told(2, 1, 0, 0);
	stop(2);
	told(2, 0, 0, 0);
	kernel.channel[A_SPAN + 1].sigcap = 0; /* what is refused after its card was told has no rank either */
	assert_true(start(&bad) < 0);
	assert_int_equal(kernel.span[2].configurations, 5);
	told(2, 0, 0, 0);
	bad = trunk(1, 2); /* moved to other hardware */
	snprintf(bad.location, sizeof(bad.location), "PCI Bus 05 Slot 02/2");
	spans_of_card(3, "PCI Bus 05 Slot 02", "TE2/1/1");
	restarts(&bad);
	told(0, 0, 0, 2);
}

static void configured(int one, int two, int three, int four)
{
	const int counts[] = {one, two, three, four};

	for (int i = 0; i < 4; i++)
		assert_int_equal(kernel.span[1 + i].configurations, counts[i]);
}

/* Whoever is told a rank again is interrupted: only where no number is free between, and as few as can be. */
static void other_spans_are_left_alone(void **state)
{
	(void)state;
	spans_of_card_of(4, 1, "PCI Bus 05 Slot 01", "TE4/0/1");
	trunk_starts(1, 9);
	trunk_starts(4, 12);
	trunk_starts(2, 10); /* there is room between */
	told(1, 2, 0, 4);
	configured(1, 1, 0, 1);
	stop(2);
	trunk_starts(3, 11);
	told(1, 0, 3, 4);
	configured(1, 2, 1, 1);
	trunk_starts(2, 5); /* before all others: one of them moves on */
	told(2, 1, 3, 4);
	configured(2, 3, 1, 1);
	stop(1);
	trunk_starts(1, 16); /* behind all others: two make room */
	told(4, 1, 2, 3);
	configured(4, 3, 2, 2);
	trunk_restarts(1, 5); /* four change places: each is told once */
	trunk_restarts(2, 11);
	trunk_restarts(3, 12);
	trunk_restarts(4, 16);
	told(1, 2, 3, 4);
	configured(5, 4, 3, 3);
}

/* The first of four is deleted, and the ranks of the others move up: their order is the same, and calls go on. */
static void another_rank_in_the_same_order(void **state)
{
	struct driver_span settings;
	uint64_t elapsed_us;

	(void)state;
	spans_of_card_of(4, 1, "PCI Bus 05 Slot 01", "TE4/0/1");
	for (unsigned span = 1; span <= 4; span++)
		trunk_starts(span, span);
	for (unsigned span = 2; span <= 4; span++) {
		int opened = kernel.files_opened;

		trunk_restarts(span, span - 1);
		assert_int_equal(kernel.files_opened, opened);
		(void)!driver_period_begin(driver, &elapsed_us); /* media takes it over */
		assert_true(driver_span_running(driver, span, &settings));
		assert_int_equal(settings.clock_rank, span - 1);
	}
	stop(1);
	told(0, 2, 3, 4);
	configured(2, 1, 1, 1);
	trunk_restarts(2, 0);
	told(0, 0, 3, 4);
	trunk_restarts(2, 16);
	told(0, 4, 2, 3);
	trunk_restarts(2, 16);
	configured(2, 3, 2, 2);
}

/* What is to have another rank is refused it: it is told its own again as soon as it can be, and only then has one. */
static void a_card_that_dies_before_its_rank_changes(void **state)
{
	struct driver_span changed = trunk(2, 5), before = trunk(2, 2);

	(void)state;
	spans_of_card_of(3, 1, "PCI Bus 05 Slot 01", "TE4/0/1");
	for (unsigned span = 1; span <= 3; span++)
		trunk_starts(span, span);
	kernel.span[2].line_refused = true;
	assert_int_equal(start(&changed), -EIO);
	assert_non_null(strstr(fault.text, "span 2: not configured: Input/output error"));
	told(1, 2, 2, 0); /* the third has made room */
	assert_int_equal(start(&before), -EIO);
	kernel.span[2].line_refused = false;
	assert_int_equal(start(&before), 0);
	told(1, 2, 3, 0);
	configured(1, 2, 3, 0);
	assert_int_equal(start(&before), 0);
	configured(1, 2, 3, 0);
	/* one that has gone altogether, at a start of the box */
	const char *name = kernel.span[2].name;

	kernel.span[2].name = NULL;
	kernel.span[2].line_refused = changed.may_be_absent = true;
	restarts(&changed);
	assert_true(driver_span_absent(driver, 2));
	told(1, 2, 2, 0);
	trunk_restarts(3, 2); /* nobody is in its way */
	told(1, 2, 2, 0);
	kernel.span[2].name = name;
	kernel.span[2].line_refused = false;
	restarts(&changed);
	assert_false(driver_span_absent(driver, 2));
	told(1, 3, 2, 0);
}

static void the_live_source_by_each_drivers_idea(void **state)
{
	(void)state;
	spans_of_card(1, "PCI Bus 05 Slot 01", "WCT13x/0");
	spans_of_card(3, "PCI Bus 05 Slot 02", "TE2/1/1");
	kernel.span[1].syncsrc = 3; /* its rank: it follows its own line */
	trunk_starts(1, 3);
	assert_int_equal(driver_span_sync_source(driver, 1), 1);
	kernel.span[3].syncsrc = kernel.span[4].syncsrc = 2; /* the second of the card */
	trunk_starts(4, 1);
	trunk_starts(3, 2);
	assert_int_equal(driver_span_sync_source(driver, 3), 4);
	assert_int_equal(driver_span_sync_source(driver, 4), 4);
	kernel.span[2].driver = "TEST/2"; /* any other: the kernel's number */
	kernel.span[2].syncsrc = 4;
	trunk_starts(2, 4);
	assert_int_equal(driver_span_sync_source(driver, 2), 4);
}

/* Only those that have a line can send the yellow alarm on it. */
static void spans_with_a_line(void **state)
{
	struct driver_span bank = telephones(3);

	(void)state;
	spans_of_card(1, "PCI Bus 05 Slot 01", "TE2/0/1");
	kernel.span[2].driver = "DYN/ethmf/eth0/1";
	card(3, "Wildcard", "ssss", 0);
	trunk_starts(1, 1);
	trunk_starts(2, 2);
	assert_int_equal(start(&bank), 0);
	assert_true(driver_span_has_line(driver, 1));
	assert_false(driver_span_has_line(driver, 2));
	assert_false(driver_span_has_line(driver, 3));
	assert_true(driver_span_has_line(driver, 4)); /* not started */
}

static uint64_t slips_after_a_look(int kernels)
{
	struct driver_span_counters counters;

	kernel.span[1].slips = kernels;
	driver_span_look(driver, 1);
	driver_span_counters(driver, 1, &counters);
	return counters.slips;
}

static void slips_that_the_card_counts(void **state)
{
	(void)state;
	spans_of_card(1, "PCI Bus 05 Slot 01", "TE2/0/1");
	kernel.span[1].slips = 7; /* of before */
	trunk_starts(1, 1);
	assert_int_equal(slips_after_a_look(7), 0);
	assert_int_equal(slips_after_a_look(10), 3);
	assert_int_equal(slips_after_a_look(0), 3); /* an alarm: the card begins at nought */
	assert_int_equal(slips_after_a_look(2), 5);
	assert_int_equal(slips_after_a_look(UNREADABLE), 5);
	assert_int_equal(slips_after_a_look(3), 6);
	stop(1);
	driver_span_look(driver, 1);
}

static uint64_t errored_seconds_after(unsigned periods)
{
	struct driver_span_counters counters;

	for (unsigned i = 0; i < periods; i++) {
		dahdi(driver)->periods++;
		dahdi_status_update(dahdi(driver), 1);
	}
	driver_span_counters(driver, 1, &counters);
	return counters.errored_seconds;
}

/* Media looks at the span then. */
static void counts_begin_anew(void)
{
	uint64_t elapsed_us;

	driver_counters_reset(driver, 1);
	(void)!driver_period_begin(driver, &elapsed_us);
}

/* The kernel counts none of TDM over Ethernet; a card's own count stands. */
static void errored_seconds_of_an_emulated_span(void **state)
{
	(void)state;
	spans_of_card(1, "PCI Bus 05 Slot 01", "TE2/0/1");
	trunk_starts(1, 1);
	kernel.span[1].alarms = DAHDI_ALARM_RED;
	assert_int_equal(errored_seconds_after(500), 0);
	kernel.span[1].alarms = DAHDI_ALARM_NONE;
	kernel.span[1].driver = "DYN/ethmf/eth0/1";
	(void)errored_seconds_after(200);
	counts_begin_anew();
	assert_int_equal(errored_seconds_after(500), 0);
	kernel.span[1].alarms = DAHDI_ALARM_RED;
	assert_int_equal(errored_seconds_after(1), 0);
	kernel.span[1].alarms = DAHDI_ALARM_YELLOW; /* the far end's trouble */
	assert_int_equal(errored_seconds_after(500), 1);
	kernel.span[1].alarms = DAHDI_ALARM_RED | DAHDI_ALARM_LOS;
	assert_int_equal(errored_seconds_after(300), 4);
	kernel.span[1].alarms = DAHDI_ALARM_NONE;
	counts_begin_anew();
	(void)errored_seconds_after(200);
	counts_begin_anew();
	assert_int_equal(errored_seconds_after(500), 0);
}

static void a_simulated_alarm_ends(void **state)
{
	(void)state;
	spans_of_card(1, "PCI Bus 05 Slot 01", "TE2/0/1");
	trunk_starts(1, 1);
	assert_int_equal(driver_span_maint(driver, 1, DRIVER_MAINT_ALARM, &fault), 0);
	assert_true(kernel.span[1].simulated);
	assert_int_equal(driver_span_maint(driver, 1, DRIVER_MAINT_OFF, &fault), 0);
	assert_false(kernel.span[1].simulated);
	assert_int_equal(kernel.span[1].rank, 1);
}

static bool looped_now(void)
{
	counts_begin_anew();
	return driver_span_alarms(driver, 1) & SPAN_ALARM_LOOPBACK;
}

static int maint(enum driver_maint wanted)
{
	fault.text[0] = '\0';
	return driver_span_maint(driver, 1, wanted, &fault);
}

static void said(const char *words)
{
	if (!strstr(fault.text, words))
		fail_msg("\"%s\" not in: %s", words, fault.text);
}

static void a_trunk_for_loops(void)
{
	spans_of_card(1, "PCI Bus 05 Slot 01", "TE2/0/1");
	trunk_starts(1, 1);
}

/* The line cannot be set up anew: that keeps no loop on; and is there to be done the next time. */
static void a_loop_ends_whatever_becomes_of_the_alarm(void **state)
{
	(void)state;
	a_trunk_for_loops();
	assert_int_equal(maint(DRIVER_MAINT_ALARM), 0);
	assert_int_equal(maint(DRIVER_MAINT_LOOP_LINE), 0);
	assert_true(looped_now());
	kernel.span[1].line_refused = true;
	assert_int_equal(maint(DRIVER_MAINT_OFF), -EIO);
	said("span 1: simulated alarm not taken off: Input/output error");
	assert_int_equal(kernel.span[1].maintained, DAHDI_MAINT_NONE);
	assert_false(looped_now());
	kernel.span[1].line_refused = false;
	assert_int_equal(maint(DRIVER_MAINT_OFF), 0);
	assert_false(kernel.span[1].simulated);
}

/* What is on stays to be seen and to be ended; the alarm ends by itself. */
static void a_loop_that_does_not_end(void **state)
{
	(void)state;
	a_trunk_for_loops();
	assert_int_equal(maint(DRIVER_MAINT_ALARM), 0);
	assert_int_equal(maint(DRIVER_MAINT_LOOP_LINE), 0);
	kernel.span[1].off_refused = true;
	assert_int_equal(maint(DRIVER_MAINT_OFF), -EIO);
	said("span 1: loop or pattern not taken off: Input/output error");
	assert_false(kernel.span[1].simulated);
	assert_true(looped_now());
	kernel.span[1].off_refused = false;
	assert_int_equal(maint(DRIVER_MAINT_OFF), 0);
	assert_int_equal(kernel.span[1].maintained, DAHDI_MAINT_NONE);
	assert_false(looped_now());
	/* nor when the span is let go: whoever has it next has no loop */
	assert_int_equal(maint(DRIVER_MAINT_LOOP_LINE), 0);
	kernel.span[1].off_refused = true;
	stop(1);
	assert_int_not_equal(kernel.span[1].maintained, DAHDI_MAINT_NONE);
	kernel.span[1].off_refused = false;
	trunk_starts(1, 1);
	assert_int_equal(kernel.span[1].maintained, DAHDI_MAINT_NONE);
	assert_false(looped_now());
}

/* It is there to be ended. */
static void a_loop_from_before_that_does_not_end(void **state)
{
	(void)state;
	spans_of_card(1, "PCI Bus 05 Slot 01", "TE2/0/1");
	kernel.span[1].alarms = DAHDI_ALARM_LOOPBACK;
	kernel.span[1].maintained = DAHDI_MAINT_NETWORKLINELOOP;
	kernel.span[1].off_refused = true;
	trunk_starts(1, 1);
	assert_int_equal(maint(DRIVER_MAINT_OFF), -EIO);
	kernel.span[1].off_refused = false;
	assert_int_equal(maint(DRIVER_MAINT_OFF), 0);
	assert_int_equal(kernel.span[1].maintained, DAHDI_MAINT_NONE);
}

static int channels_looped(void)
{
	int count = 0;

	for (int i = 1; i <= A_SPAN; i++)
		count += kernel.channel[i].looped;
	return count;
}

/* One of them that fails keeps no other looped. */
static void channels_that_do_not_end(void **state)
{
	(void)state;
	a_trunk_for_loops();
	kernel.span[1].no_payload_loop = true;
	kernel.channel[20].loop_stuck = true;
	assert_int_equal(maint(DRIVER_MAINT_LOOP_PAYLOAD), -EIO);
	assert_int_equal(channels_looped(), 0);
	assert_false(looped_now());
	kernel.channel[20].loop_stuck = false;
	assert_int_equal(maint(DRIVER_MAINT_OFF), 0);
	assert_int_equal(maint(DRIVER_MAINT_LOOP_PAYLOAD), 0);
	assert_int_equal(channels_looped(), 30);
	kernel.channel[3].loop_stuck = true;
	assert_int_equal(maint(DRIVER_MAINT_OFF), -EIO);
	assert_int_equal(channels_looped(), 1);
	assert_true(looped_now());
	kernel.channel[3].loop_stuck = false;
	assert_int_equal(maint(DRIVER_MAINT_OFF), 0);
	assert_int_equal(channels_looped(), 0);
	assert_false(looped_now());
}

/* The register that some cards' drivers show there has other bits set. */
static void a_pattern_is_what_the_card_means(void **state)
{
	static const char *const registers[] = {"TE2/0/1", "TE8/1/3", "WCTE43X/0/1", "WCT13x/0"};

	(void)state;
	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
		tear_down(NULL);
		set_up(NULL);
		spans_of_card(1, "PCI Bus 05 Slot 01", registers[i]);
		kernel.span[1].prbs = 0xff;
		trunk_starts(1, 1);
		assert_false(driver_span_pattern(driver, 1));
	}
	spans_of_card(3, "PCI Bus 05 Slot 02", "LAB/3");
	kernel.span[3].prbs = 1;
	trunk_starts(3, 2);
	assert_true(driver_span_pattern(driver, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(cards_of_any_size, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_bank_as_ever, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(telephones_tell, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_cannot_be, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_card_that_is_away, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(listed, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(another_rank_in_the_same_order, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(ranks_are_each_cards_own, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_span_that_is_let_go_gives_no_clock, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(other_spans_are_left_alone, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_card_that_dies_before_its_rank_changes, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(the_live_source_by_each_drivers_idea, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(spans_with_a_line, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(slips_that_the_card_counts, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(errored_seconds_of_an_emulated_span, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_simulated_alarm_ends, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_loop_ends_whatever_becomes_of_the_alarm, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_loop_that_does_not_end, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_loop_from_before_that_does_not_end, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(channels_that_do_not_end, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_pattern_is_what_the_card_means, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
