/*
 * The wire to a machine: a guest that echoes every frame, now and then held up or with frames lost. What a telephone
 * says comes back to it at its own moment, whatever happened before.
 */
#include "bank.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SECOND_PERIODS 100
#define LONG_PERIODS   6000 /* longer than any machine needs */
#define PATIENCE_S     20   /* the echo is a thread, which a busy machine may leave standing */
#define TRIES          10
#define SHORT_S        0.5 /* where it is silent on purpose */

static struct guest {
	pthread_t thread;
	int fd;
	char local[108], remote[108], wav[108], folder[64];
	atomic_bool stop;
	atomic_uint hold_ms, lose; /* once: no answer for so long; so many frames not seen at all */
	struct exchange *exchange;
	struct lab_phone *phone;
} g;

static void address(struct sockaddr_un *to, const char *path)
{
	*to = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(to->sun_path, path, strlen(path) + 1);
}

static void *echo(void *unused)
{
	uint8_t frame[FRAME_MAX];
	uint16_t sequence = 60000; /* it passes zero on its way */
	struct sockaddr_un lab;
	address(&lab, g.remote);
	while (!atomic_load(&g.stop)) {
		struct pollfd socket = {.fd = g.fd, .events = POLLIN};
		poll(&socket, 1, 20);
		unsigned hold_ms = atomic_exchange(&g.hold_ms, 0);
		if (hold_ms)
			poll(NULL, 0, (int)hold_ms);
		ssize_t bytes = recv(g.fd, frame, sizeof frame, MSG_DONTWAIT);
		if (bytes <= 0)
			continue;
		if (atomic_load(&g.lose)) {
			atomic_fetch_sub(&g.lose, 1);
			continue;
		}
		put16(frame + FRAME_SEQUENCE, sequence++);
		while (sendto(g.fd, frame, (size_t)bytes, 0, (struct sockaddr *)&lab, sizeof lab) < 0 &&
		       errno == EAGAIN)
			poll(NULL, 0, 1);
	}
	return NULL;
}

static int set_up(void **state)
{
	char error[256] = "";
	struct sockaddr_un own;
	g = (struct guest){0};
	snprintf(g.folder, sizeof g.folder, "/tmp/test-ethernet-XXXXXX");
	assert_non_null(mkdtemp(g.folder));
	snprintf(g.local, sizeof g.local, "%s/guest", g.folder);
	snprintf(g.remote, sizeof g.remote, "%s/lab", g.folder);
	snprintf(g.wav, sizeof g.wav, "%s/heard.wav", g.folder);
	g.fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	address(&own, g.local);
	assert_int_equal(bind(g.fd, (struct sockaddr *)&own, sizeof own), 0);
	struct exchange_settings settings = {.transport = LAB_TO_ETHERNET,
	                                     .local_path = g.remote,
	                                     .remote_path = g.local,
	                                     .real_time = true,
	                                     .patience_s = PATIENCE_S,
	                                     .seed = 1};
	assert_int_equal(exchange_new(&g.exchange, &settings, error, sizeof error), 0);
	struct lab_span span = {.span = 1, .mulaw = true, .kind = LAB_SPAN_PHONES};
	assert_int_equal(exchange_add_span(g.exchange, &span, error, sizeof error), 0);
	g.phone = phone_at(g.exchange, 1, 1);
	assert_int_equal(pthread_create(&g.thread, NULL, echo, NULL), 0);
	phone_lift(g.phone);
	return 0;
}

static int tear_down(void **state)
{
	atomic_store(&g.stop, true);
	pthread_join(g.thread, NULL);
	exchange_free(g.exchange);
	close(g.fd);
	unlink(g.local);
	unlink(g.wav);
	rmdir(g.folder);
	return 0;
}

static void run(unsigned periods)
{
	for (unsigned i = 0; i < periods; i++)
		exchange_period(g.exchange, 0);
}

/* Until the guest has answered for a fifth of a second more: it is there, and its frames have their places. */
static void run_until_answered(void)
{
	struct lab_counters counters;
	exchange_counters(g.exchange, &counters);
	uint64_t wanted = counters.frames_received + 200;
	for (unsigned i = 0; i < LONG_PERIODS && counters.frames_received < wanted; i++) {
		run(1);
		exchange_counters(g.exchange, &counters);
	}
	assert_true(counters.frames_received >= wanted);
}

/* The guest does not see a fifth of a second, and the lab does not wait for it as long as otherwise. */
static void fall_silent(void)
{
	g.exchange->settings.patience_s = SHORT_S;
	atomic_store(&g.lose, 200);
	for (unsigned i = 0; i < LONG_PERIODS && atomic_load(&g.lose); i++)
		run(1);
	assert_int_equal(atomic_load(&g.lose), 0);
	g.exchange->settings.patience_s = PATIENCE_S;
}

/* Clicks for a second, recorded; how many samples were heard at another moment than said. */
static unsigned samples_out_of_place(unsigned *loud)
{
	char error[256];
	int16_t pair[2];
	unsigned wrong = 0;
	*loud = 0;
	assert_int_equal(party_record(phone_party(g.phone), g.wav, error, sizeof error), 0);
	run(5);
	assert_int_equal(party_dial(phone_party(g.phone), "123", &(struct lab_dial){0}, error, sizeof error), 0);
	run(SECOND_PERIODS);
	party_say_nothing(phone_party(g.phone));
	run(SECOND_PERIODS); /* the recording is half a second behind */
	FILE *wav = fopen(g.wav, "rb");
	assert_non_null(wav);
	fseek(wav, 44, SEEK_SET);
	for (unsigned i = 0; i < 8000u && fread(pair, sizeof pair, 1, wav) == 1; i++) {
		wrong += pair[0] != pair[1];
		*loud += abs(pair[1]) > 1000;
	}
	fclose(wav);
	return wrong;
}

/*
 * On a busy machine the guest may stand still just while the lab makes sure where its frames belong, which puts a few
 * out of place: said once more, all are heard at their moment.
 */
static void heard_at_its_moment(unsigned hold_ms)
{
	unsigned loud = 0, wrong = 1;
	for (unsigned i = 0; i < TRIES && wrong; i++) {
		atomic_store(&g.hold_ms, hold_ms);
		wrong = samples_out_of_place(&loud);
	}
	assert_int_equal(wrong, 0);
	assert_true(loud > 1000);
}

static void what_is_said_is_heard_at_its_moment(void **state)
{
	run_until_answered();
	heard_at_its_moment(0);
}

static void a_guest_that_is_held_up_is_waited_for(void **state)
{
	struct lab_counters counters;
	run_until_answered();
	heard_at_its_moment(200);
	exchange_counters(g.exchange, &counters);
	assert_int_equal(counters.guest_silent + counters.frames_dropped_at_socket, 0);
}

static void lost_frames_shift_nothing_for_good(void **state)
{
	run_until_answered();
	atomic_store(&g.lose, 3);
	run(3 * SECOND_PERIODS);
	heard_at_its_moment(0);
}

static void a_guest_that_fell_silent_is_given_up_and_taken_back(void **state)
{
	struct lab_counters counters;
	run_until_answered();
	fall_silent();
	exchange_counters(g.exchange, &counters);
	assert_true(counters.guest_silent >= 1); /* a busy machine may hold the guest up once more */
	run_until_answered();
	heard_at_its_moment(0);
}

/* While a guest boots it answers nothing for long: that is not told as a fault of the line. */
static void what_a_boot_loses_is_not_counted(void **state)
{
	struct lab_counters counters;
	run_until_answered();
	fall_silent();
	exchange_counters(g.exchange, &counters);
	assert_true(counters.guest_silent >= 1);
	exchange_box_restarted(g.exchange);
	exchange_counters(g.exchange, &counters);
	assert_int_equal(counters.guest_silent + counters.frames_dropped_at_socket + counters.sequence_gaps, 0);
	run_until_answered();
	fall_silent();
	exchange_box_restarted(g.exchange); /* it was there all the time */
	exchange_counters(g.exchange, &counters);
	assert_true(counters.guest_silent >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_is_said_is_heard_at_its_moment, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_guest_that_is_held_up_is_waited_for, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(lost_frames_shift_nothing_for_good, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_guest_that_fell_silent_is_given_up_and_taken_back, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_a_boot_loses_is_not_counted, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
