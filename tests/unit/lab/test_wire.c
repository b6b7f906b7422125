/* Frames, levels, faults, capture and the message to the process. */
#include "bank.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#define LONG_S 60 /* of the wall clock: longer than any machine stands still */

static void the_digital_milliwatt_is_0_dbm0(void **state)
{
	/* G.711 tables 5 and 6: the character signals of a 1 kHz sine at 0 dBm0 */
	static const uint8_t mu[] = {0x1e, 0x0b, 0x0b, 0x1e, 0x9e, 0x8b, 0x8b, 0x9e};
	static const uint8_t a[] = {0x34, 0x21, 0x21, 0x34, 0xb4, 0xa1, 0xa1, 0xb4};
	law_init();
	for (int law = 0; law < 2; law++) {
		double sum = 0;
		for (unsigned i = 0; i < 8; i++)
			sum += pow(law_table(law)[law ? mu[i] : a[i]], 2);
		assert_true(fabs(law_dbm0(law, sqrt(sum / 8))) < 0.03);
		for (unsigned octet = 0; octet < 256; octet++) {
			int16_t value = law_table(law)[octet];
			assert_int_equal(law_table(law)[law_encode(law, value)], value);
		}
	}
}

/* What one exchange sends in a period, for a look at the octets. */
struct sent {
	unsigned frames, shortest;
	uint8_t last[FRAME_MAX];
	size_t last_bytes;
	uint16_t first_sequence;
};

static void keep(void *user, const uint8_t *frame, size_t bytes)
{
	struct sent *sent = user;
	if (!sent->frames++)
		sent->first_sequence = (uint16_t)get16(frame + 18);
	if (!sent->shortest || bytes < sent->shortest)
		sent->shortest = (unsigned)bytes;
	memcpy(sent->last, frame, bytes);
	sent->last_bytes = bytes;
}

static struct sent period_of(struct exchange *exchange, unsigned periods)
{
	struct sent sent = {0};
	for (unsigned i = 0; i < periods; i++) {
		wire_prepare(exchange);
		for (unsigned ms = 0; ms < PERIOD_MS; ms++)
			for (unsigned k = 0; k < exchange->span_count; k++)
				wire_send_frames(exchange->spans[exchange->order[k]], ms, keep, &sent);
		exchange->now += PERIOD_SAMPLES;
	}
	return sent;
}

static void frames_are_as_the_format_says(void **state)
{
	struct exchange *exchange = pair_exchange("format", NULL);
	pair_span(exchange, (struct lab_span){.span = 3, .e1 = true, .network_side = true});
	struct sent sent = period_of(exchange, 1);
	assert_int_equal(sent.frames, 10);
	assert_int_equal(sent.last_bytes, 14 + 2 + 6 + 16 + 31 * 8);
	assert_int_equal(get16(sent.last + 12), 0xd00d);
	assert_int_equal(get16(sent.last + 14), 3);
	assert_int_equal(sent.last[16], 8);
	assert_int_equal(get16(sent.last + 18), 9);
	assert_int_equal(get16(sent.last + 20), 31);
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(sent.last[38 + i], 0xd5); /* A-law silence */
	/* the D channel's flags or frame, never silence */
	assert_int_not_equal(sent.last[38 + 15 * 8], 0xd5);
	exchange_free(exchange);
}

static void set_fault(struct exchange *exchange, struct lab_fault *fault)
{
	char error[LAB_TEXT];
	assert_int_equal(exchange_fault(exchange, fault, error, sizeof(error)), 0);
}

static void faults_do_what_they_say(void **state)
{
	struct lab_fault fault;
	struct exchange *exchange = pair_exchange("faults", NULL);
	pair_span(exchange, (struct lab_span){.span = 1, .mulaw = true, .kind = LAB_SPAN_PHONES});
	fault_clear(&fault);
	fault.loss_percent = 10;
	set_fault(exchange, &fault);
	assert_in_range(period_of(exchange, 100).frames, 850, 950);
	fault.loss_percent = 0;
	fault.duplicate_percent = 20;
	set_fault(exchange, &fault);
	assert_in_range(period_of(exchange, 100).frames, 1140, 1260);
	fault.duplicate_percent = 0;
	fault.truncate_percent = 50;
	set_fault(exchange, &fault);
	assert_true(period_of(exchange, 10).shortest < 200);
	fault.truncate_percent = 0;
	fault.ppm = 5000;
	set_fault(exchange, &fault);
	assert_in_range(period_of(exchange, 100).frames, 1004, 1006);
	fault.ppm = -5000;
	set_fault(exchange, &fault);
	assert_in_range(period_of(exchange, 100).frames, 994, 996);
	fault.ppm = 0;
	fault.alarm = 2;
	set_fault(exchange, &fault);
	assert_int_equal(period_of(exchange, 1).last[17] & 1, 1);
	fault.alarm = 3;
	set_fault(exchange, &fault);
	assert_int_equal(period_of(exchange, 1).last[34], 0xff);
	assert_int_equal(period_of(exchange, 1).last[22], 0xff);
	fault.alarm = 1;
	set_fault(exchange, &fault);
	assert_int_equal(period_of(exchange, 1).frames, 0);
	fault.alarm = 0;
	fault.l1 = 0;
	set_fault(exchange, &fault);
	assert_int_equal(period_of(exchange, 1).frames, 0);
	fault.l1 = 1;
	set_fault(exchange, &fault);
	assert_int_equal(period_of(exchange, 1).frames, 10);
	exchange_free(exchange);
}

static void the_same_seed_gives_the_same_faults(void **state)
{
	unsigned frames[2];
	for (int i = 0; i < 2; i++) {
		struct lab_fault fault;
		struct exchange *exchange = pair_exchange("seed", NULL);
		pair_span(exchange, (struct lab_span){.span = 1, .mulaw = true, .kind = LAB_SPAN_PHONES});
		fault_clear(&fault);
		fault.loss_percent = 33;
		set_fault(exchange, &fault);
		frames[i] = period_of(exchange, 200).frames;
		exchange_free(exchange);
	}
	assert_int_equal(frames[0], frames[1]);
}

static void echo_and_noise_are_added(void **state)
{
	struct lab_fault fault;
	struct bank bank;
	const double hz[4] = {1004};
	int16_t linear[800];
	double sum = 0;
	bank_open(&bank);
	phone_lift(bank.phone);
	fault_clear(&fault);
	fault.span = 2;
	fault.channel = 1;
	fault.echo_ms = 20;
	fault.echo_db = 12;
	set_fault(bank.exchange, &fault);
	bank_tone(&bank, hz, -10, 1, 0, 1);
	for (unsigned i = 0; i < 800; i++) {
		linear[i] = law_table(true)[bank.said[bank.said_count - 800 + i]];
		sum += (double)linear[i] * linear[i];
	}
	assert_true(fabs(law_dbm0(true, sqrt(sum / 800)) + 22) < 0.5);
	fault.echo_db = 200;
	fault.noise_dbm0 = -40;
	set_fault(bank.exchange, &fault);
	bank.said_count = 0;
	bank_run(&bank, 1);
	sum = 0;
	for (unsigned i = 0; i < 8000; i++)
		sum += pow(law_table(true)[bank.said[i]], 2);
	assert_true(fabs(law_dbm0(true, sqrt(sum / 8000)) + 40) < 0.7);
	bank_close(&bank);
}

static void nonsense_from_the_box_is_counted(void **state)
{
	struct lab_counters counters;
	struct exchange *exchange = pair_exchange("bad", NULL);
	pair_span(exchange, (struct lab_span){.span = 1, .mulaw = true, .kind = LAB_SPAN_PHONES});
	struct sent sent = period_of(exchange, 1);
	wire_hear(exchange, sent.last, sent.last_bytes);
	for (size_t bytes = 0; bytes < sent.last_bytes; bytes++)
		wire_hear(exchange, sent.last, bytes);
	exchange_counters(exchange, &counters);
	assert_int_equal(counters.frames_received, 1);
	assert_int_equal(counters.frames_bad, sent.last_bytes);
	for (size_t at = 12; at < 22; at++) {
		if (at == 17 || at == 18 || at == 19)
			continue; /* flags without meaning; a sequence number */
		sent.last[at] ^= 0x20;
		wire_hear(exchange, sent.last, sent.last_bytes);
		sent.last[at] ^= 0x20;
	}
	exchange_counters(exchange, &counters);
	assert_int_equal(counters.frames_received, 1);
	exchange_free(exchange);
}

static void tshark_reads_the_capture(void **state)
{
	char path[64], command[256], line[512];
	bool setup = false, connect = false, sabme = false;
	struct lab_call *out, *in;
	snprintf(path, sizeof(path), "/tmp/belfry-lab-test-%d.pcap", (int)getpid());
	struct exchange *network = pair_exchange("cap", path), *user = pair_exchange("cpe", NULL);
	struct lab_call_request request = pair_request(1, "8005551000", "2125550123");
	pair_call(network, user, &request, &out, &in);
	exchange_free(network);
	exchange_free(user);
	snprintf(command, sizeof(command),
	         "tshark -r %s -T fields -e _ws.col.Info -e q931.called_party_number.digits "
	         "-e lapd.direction 2>/dev/null",
	         path);
	FILE *tshark = popen(command, "r");
	assert_non_null(tshark);
	while (fgets(line, sizeof(line), tshark)) {
		setup |= strstr(line, "SETUP") && strstr(line, "8005551000");
		connect |= !!strstr(line, "CONNECT");
		sabme |= !!strstr(line, "SABME");
	}
	pclose(tshark);
	unlink(path);
	assert_true(sabme);
	assert_true(setup);
	assert_true(connect);
}

static void recordings_hold_both_sides(void **state)
{
	char path[64], error[LAB_TEXT];
	uint8_t header[44];
	int16_t frames[8000][2];
	struct bank bank;
	const double hz[4] = {440};
	double heard = 0, said = 0;
	snprintf(path, sizeof(path), "/tmp/belfry-lab-test-%d.wav", (int)getpid());
	bank_open(&bank);
	phone_lift(bank.phone);
	bank_run(&bank, 0.1);
	assert_int_equal(party_record(phone_party(bank.phone), path, error, sizeof(error)), 0);
	party_say_tone(phone_party(bank.phone), 1004, -16);
	bank_tone(&bank, hz, -10, 1, 0, 1);
	assert_int_not_equal(party_record(phone_party(bank.phone), "/nowhere/at/all.wav", error, sizeof(error)), 0);
	bank_close(&bank);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	assert_int_equal(fread(header, sizeof(header), 1, file), 1);
	assert_memory_equal(header + 8, "WAVEfmt ", 8);
	assert_int_equal(header[22], 2);
	assert_int_equal(fread(frames, 4, 8000, file), 8000);
	assert_int_equal(header[40] | header[41] << 8, 32000);
	fclose(file);
	unlink(path);
	for (unsigned i = 0; i < 8000; i++) {
		heard += (double)frames[i][0] * frames[i][0];
		said += (double)frames[i][1] * frames[i][1];
	}
	assert_true(fabs(law_dbm0(true, sqrt(heard / 8000)) + 10) < 0.2);
	assert_true(fabs(law_dbm0(true, sqrt(said / 8000)) + 16) < 0.2);
}

static void other_sampling_rates_are_refused(void **state)
{
	static const uint8_t wav[] = {
	    'R',  'I',  'F', 'F', 40,   0,    0, 0, 'W', 'A', 'V', 'E', 'f', 'm', 't', ' ', 16, 0, 0, 0, 1, 0, 1, 0,
	    0x44, 0xac, 0,   0,   0x88, 0x58, 1, 0, 2,   0,   16,  0,   'd', 'a', 't', 'a', 4,  0, 0, 0, 1, 2, 3, 4};
	char path[64], error[LAB_TEXT] = "";
	struct bank bank;
	snprintf(path, sizeof(path), "/tmp/belfry-lab-test-%d-44.wav", (int)getpid());
	FILE *file = fopen(path, "wb");
	assert_int_equal(fwrite(wav, sizeof(wav), 1, file), 1);
	fclose(file);
	bank_open(&bank);
	assert_int_equal(party_say_file(phone_party(bank.phone), path, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "44100"));
	assert_int_equal(party_say_file(phone_party(bank.phone), "/nowhere.wav", error, sizeof(error)), -ENOENT);
	bank_close(&bank);
	unlink(path);
}

/* A box that answers every message with itself, n times or until it is to stop, then is gone. */
static struct mirror {
	char local[108], remote[108];
	unsigned answers;
	int fd;
	pthread_t thread;
	bool runs;
	atomic_bool stop;
} mirror;

static void address(struct sockaddr_un *out, const char *path)
{
	memset(out, 0, sizeof(*out));
	out->sun_family = AF_UNIX;
	memcpy(out->sun_path, path, strlen(path));
}

static void *mirror_run(void *unused)
{
	struct sockaddr_un to;
	static uint8_t message[1 << 20];
	struct timeval look = {.tv_usec = 20000};
	setsockopt(mirror.fd, SOL_SOCKET, SO_RCVTIMEO, &look, sizeof(look));
	setsockopt(mirror.fd, SOL_SOCKET, SO_SNDTIMEO, &look, sizeof(look));
	address(&to, mirror.remote);
	for (unsigned i = 0; i < mirror.answers && !atomic_load(&mirror.stop);) {
		ssize_t bytes = recv(mirror.fd, message, sizeof(message), 0);
		if (bytes < 0)
			continue;
		while (sendto(mirror.fd, message, (size_t)bytes, 0, (struct sockaddr *)&to, sizeof(to)) < 0 &&
		       errno == EAGAIN && !atomic_load(&mirror.stop))
			;
		i++;
	}
	close(mirror.fd);
	return NULL;
}

static void mirror_begin(const char *local, const char *remote, unsigned answers)
{
	struct sockaddr_un at;
	mirror = (struct mirror){.answers = answers};
	memcpy(mirror.local, local, strlen(local));
	memcpy(mirror.remote, remote, strlen(remote));
	mirror.fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	address(&at, mirror.local);
	assert_int_equal(bind(mirror.fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(pthread_create(&mirror.thread, NULL, mirror_run, NULL), 0);
	mirror.runs = true;
}

/* It has given its answers. */
static void mirror_join(void)
{
	pthread_join(mirror.thread, NULL);
	mirror.runs = false;
	unlink(mirror.local);
}

static void mirror_stop(void)
{
	atomic_store(&mirror.stop, true);
	mirror_join();
}

/* After a test that failed it still runs. */
static int mirror_end(void **state)
{
	if (mirror.runs)
		mirror_stop();
	return 0;
}

static void the_message_goes_and_comes_until_the_box_is_gone(void **state)
{
	struct lab_counters counters;
	struct exchange *exchange = pair_exchange("mirror", NULL);
	pair_span(exchange, (struct lab_span){.span = 1, .mulaw = true, .kind = LAB_SPAN_PHONES});
	pair_span(exchange, (struct lab_span){.span = 2, .mulaw = true, .kind = LAB_SPAN_PHONES});
	assert_int_equal(exchange_period(exchange, LONG_S), -EPIPE); /* nobody there yet */
	mirror_begin(exchange->remote_path, exchange->local_path, 200);
	exchange_box_restarted(exchange);
	struct lab_phone *phone = phone_at(exchange, 2, 5);
	phone_lift(phone);
	party_say_tone(phone_party(phone), 1004, -10);
	for (int i = 0; i < 200; i++)
		assert_int_equal(exchange_period(exchange, LONG_S), 0);
	assert_true(party_tone_level(phone_party(phone), 1004, 0) > -10.2);
	assert_true(party_level(phone_party(phone_at(exchange, 2, 6)), 0) < -90);
	mirror_join();
	assert_int_equal(exchange_period(exchange, LONG_S), -EPIPE);
	exchange_counters(exchange, &counters);
	assert_int_equal(counters.frames_received, 200 * 20);
	assert_int_equal(counters.sequence_gaps, 0);
	exchange_free(exchange);
}

static void ethernet_frames_go_and_come_in_real_time(void **state)
{
	struct lab_counters counters;
	struct timespec begin, end;
	char error[LAB_TEXT], local[80], remote[100];
	struct exchange *exchange = NULL;
	snprintf(local, sizeof(local), "/tmp/belfry-lab-test-%d-eth", (int)getpid());
	snprintf(remote, sizeof(remote), "%s-peer", local);
	struct exchange_settings settings = {.transport = LAB_TO_ETHERNET,
	                                     .local_path = local,
	                                     .remote_path = remote,
	                                     .real_time = true,
	                                     .patience_s = LONG_S};
	assert_int_equal(exchange_new(&exchange, &settings, error, sizeof(error)), 0);
	pair_span(exchange, (struct lab_span){.span = 1, .mulaw = true, .kind = LAB_SPAN_PHONES});
	mirror_begin(remote, local, UINT_MAX);
	struct lab_phone *phone = phone_at(exchange, 1, 1);
	phone_lift(phone);
	party_say_tone(phone_party(phone), 1004, -10);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (int i = 0; i < 60; i++)
		(void)exchange_period(exchange, LONG_S);
	clock_gettime(CLOCK_MONOTONIC, &end);
	double wall_s = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
	assert_true(wall_s > 0.5);
	exchange_counters(exchange, &counters);
	assert_in_range(counters.frames_sent + counters.frames_dropped_at_socket, 90, 600); /* the rest waits */
	/* The mirror may begin late. */
	for (int i = 0; i < 6000 && party_tone_level(phone_party(phone), 1004, 0) <= -10.2; i++)
		(void)exchange_period(exchange, LONG_S);
	exchange_counters(exchange, &counters);
	assert_true(counters.frames_received > 100);
	assert_true(party_tone_level(phone_party(phone), 1004, 0) > -10.2);
	mirror_stop();
	assert_int_equal(exchange_period(exchange, LONG_S), -EPIPE);
	exchange_free(exchange);
}

static void count_frame(void *user, const uint8_t *frame, size_t bytes)
{
	unsigned *count = user;
	++*count;
}

/*
 * dahdi_dynamic.pcap: what Debian's dahdi_dynamic and dahdi_dynamic_eth sent from a guest, an E1 with a PRI (span 1)
 * and a channel bank (span 2), while a SETUP was on its way to it.
 */
static void the_kernels_own_frames_are_understood(void **state)
{
	struct lab_counters counters;
	struct sent ours;
	uint8_t header[24], record[16], frame[FRAME_MAX];
	unsigned frames = 0, dframes = 0;
	struct hdlc *hdlc;
	struct hdlc_counters line;
	struct exchange *exchange = pair_exchange("kernel", NULL);
	pair_span(exchange, (struct lab_span){.span = 1, .e1 = true, .network_side = true});
	pair_span(exchange, (struct lab_span){.span = 2, .mulaw = true, .kind = LAB_SPAN_PHONES});
	ours = period_of(exchange, 1);
	assert_int_equal(hdlc_new(&hdlc, count_frame, &dframes), 0);
	FILE *file = fopen("tests/unit/lab/dahdi_dynamic.pcap", "rb");
	assert_non_null(file);
	assert_int_equal(fread(header, sizeof(header), 1, file), 1);
	while (fread(record, sizeof(record), 1, file) == 1) {
		size_t bytes = record[8] | (size_t)record[9] << 8;
		assert_in_range(bytes, 1, sizeof(frame));
		assert_int_equal(fread(frame, bytes, 1, file), 1);
		wire_hear(exchange, frame, bytes);
		frames++;
		if (get16(frame + 14) == 1)
			hdlc_take(hdlc, frame + 38 + 15 * 8, 8);
		if (get16(frame + 14) != 2)
			continue;
		/* ours is the same but for addresses, yellow alarm, sequence, signalling bits and samples */
		assert_int_equal(bytes, ours.last_bytes);
		assert_memory_equal(frame + 12, ours.last + 12, 5);
		assert_int_equal(frame[17] & ~FLAG_YELLOW, ours.last[17]);
		assert_memory_equal(frame + 20, ours.last + 20, 2);
		assert_memory_equal(frame, ours.last + 6, 6); /* sent to the lab's own address */
	}
	fclose(file);
	assert_int_equal(frames, 80);
	exchange_counters(exchange, &counters);
	assert_int_equal(counters.frames_received, 80);
	assert_int_equal(counters.frames_bad, 0);
	assert_int_equal(counters.sequence_gaps, 0);
	for (unsigned timeslot = 1; timeslot <= 24; timeslot++)
		assert_false(phone_was(phone_at(exchange, 2, timeslot), LAB_PHONE_RINGING, 0, NULL));
	hdlc_counters(hdlc, &line);
	assert_int_equal(line.bad, 0);
	assert_int_equal(dframes, line.received);
	assert_true(line.received >= 1);
	hdlc_free(hdlc);
	exchange_free(exchange);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_digital_milliwatt_is_0_dbm0),
	    cmocka_unit_test(frames_are_as_the_format_says),
	    cmocka_unit_test(faults_do_what_they_say),
	    cmocka_unit_test(the_same_seed_gives_the_same_faults),
	    cmocka_unit_test(echo_and_noise_are_added),
	    cmocka_unit_test(nonsense_from_the_box_is_counted),
	    cmocka_unit_test(tshark_reads_the_capture),
	    cmocka_unit_test(recordings_hold_both_sides),
	    cmocka_unit_test(other_sampling_rates_are_refused),
	    cmocka_unit_test(the_kernels_own_frames_are_understood),
	    cmocka_unit_test_teardown(ethernet_frames_go_and_come_in_real_time, mirror_end),
	    cmocka_unit_test_teardown(the_message_goes_and_comes_until_the_box_is_gone, mirror_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
