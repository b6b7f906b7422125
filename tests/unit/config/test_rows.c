/*
 * Every row of the table: a value that is taken (and how it is spelled afterwards), and values that are not.
 */
#include "fixture.h"

#include "config/match.h"

struct good {
	const char *line, *shown; /* shown NULL: as typed */
};

static const struct good good[] = {
    {"system name \"Main desk\"", NULL},
    {"system call-choice service-objective", NULL},
    {"system second-login move", NULL},
    {"system idle-counts wrap-up off", NULL},
    {"system idle-counts pause off", NULL},
    {"system idle-counts own-calls off", NULL},
    {"system work-counts wrap-up off", NULL},
    {"system random-seed 4294967295", NULL},
    {"system journal-size 64", NULL},
    {"system fraud-alarm after 5 per 60m", "system fraud-alarm after 5 per 1h"},
    {"system syslog logs.example.com level info", NULL},
    {"system snmp trap [2001:db8::1]:1162 community s3cret", NULL},
    {"system snmp trap 192.0.2.7 inform on", NULL},
    {"ntp server ntp.example.com", NULL},
    {"network address 192.0.2.10/24", NULL},
    {"network gateway 192.0.2.1", NULL},
    {"network dns 192.0.2.1", NULL},
    {"network ssh on", NULL},
    {"country de", NULL},
    {"system country de", "country de"},
    {"system timezone Europe/Berlin", "timezone Europe/Berlin"},
    {"system ntp server ntp.example.com", "ntp server ntp.example.com"},
    {"system language fr", "language fr"},
    {"timezone Europe/Berlin", NULL},
    {"language fr", NULL},
    {"span 1 type t1", NULL},
    {"span 01 signalling pri-net", "span 1 signalling pri-net"},
    {"span 1 switch dms100", NULL},
    {"span 1 clock 16", NULL},
    {"span 1 framing d4", NULL},
    {"span 1 coding ami", NULL},
    {"span 1 crc4 on", NULL},
    {"span 1 yellow on", NULL},
    {"span 1 lbo 7", NULL},
    {"span 1 law alaw", NULL},
    {"span 1 hunt ascending", NULL},
    {"span 1 overlap both", NULL},
    {"span 1 service off", NULL},
    {"span 1 channel 07 service off", "span 1 channel 7 service off"},
    {"span 1 idle-resync 300s", "span 1 idle-resync 5m"},
    {"span 1 echo-cancel on", NULL},
    {"span 1 echo-taps 512", NULL},
    {"span 1 receive-gain -3.5", NULL},
    {"span 1 send-gain +6dB", "span 1 send-gain 6.0"},
    {"span 1 location \"PCI Bus 05 Slot 03\"", "span 1 location \"PCI Bus 05 Slot 03/1\""},
    {"trunk pstn span 1", NULL},
    {"trunk pstn number +4930123456", NULL},
    {"trunk pstn limit 1000 per 1d", "trunk pstn limit 1000 per 24h"},
    {"outside 9 trunk pstn", NULL},
    {"outside 9 limit 10 per 1h minutes 600 per 1d", "outside 9 limit 10 per 1h minutes 600 per 24h"},
    {"outside 0 trunk pstn add 010 strip 1", "outside 0 trunk pstn strip 1 add 010"},
    {"emergency 112", NULL},
    {"port 2/1 extension 0201", NULL},
    {"port 2/02 name Lobby", "port 2/2 name Lobby"},
    {"port 2/1 callerid v23", NULL},
    {"port 2/1 dial pulse", NULL},
    {"port 2/1 class internal", NULL},
    {"port 2/1 receive-gain 20", "port 2/1 receive-gain 20.0"},
    {"port 2/1 send-gain -0.1", NULL},
    {"port 2/1 echo-cancel on", NULL},
    {"port 2/1 night-class internal hours office", NULL},
    {"port 2/1 limit 20 per 1h", NULL},
    {"agent 101 name Ann", NULL},
    {"agent 101 pin hmac:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", NULL},
    {"agent 101 port 2/1", NULL},
    {"agent 101 number 5551234", NULL},
    {"agent 101 present caller", NULL},
    {"agent 101 ring-time 60s", "agent 101 ring-time 1m"},
    {"did 8005559000 login", NULL},
    {"system agents-after-restart as-before", NULL},
    {"agent 101 skill spanish 3", NULL},
    {"agent 101 group front", NULL},
    {"agent 101 answer headset", NULL},
    {"agent 101 wrap-up 90s", NULL},
    {"agent 101 ack 1", NULL},
    {"queue sales strategy weighted-random", NULL},
    {"queue sales agent 101 weight 3 penalty 2", "queue sales agent 101 penalty 2 weight 3"},
    {"queue sales need spanish 4 weight 2", NULL},
    {"queue sales relax 30s need spanish 8", NULL},
    {"queue sales skip-empty on", NULL},
    {"queue sales progressive on", NULL},
    {"queue sales over-share idle", NULL},
    {"queue sales alarm 2 oldest 60s", "queue sales alarm 2 oldest 1m"},
    {"queue sales alarm-ring on", NULL},
    {"queue sales alarm-beep on", NULL},
    {"queue sales ack \"#\"", NULL},
    {"queue sales hours office", NULL},
    {"queue sales ring-time 60s", "queue sales ring-time 1m"},
    {"queue sales retry 500ms", NULL},
    {"queue sales wrap-up 120m", "queue sales wrap-up 2h"},
    {"queue sales priority 10", NULL},
    {"queue sales ageing 30s per-step", NULL},
    {"queue sales weight 1000", NULL},
    {"queue sales max-length 007", "queue sales max-length 7"},
    {"queue sales max-wait none", NULL},
    {"queue sales service-level 20000ms", "queue sales service-level 20s"},
    {"queue sales short-abandon 0s", "queue sales short-abandon 0"},
    {"queue sales answer agent", NULL},
    {"queue sales join when ready talking", NULL},
    {"queue sales leave when logged-out", NULL},
    {"queue sales grace 30s", NULL},
    {"queue sales reserve 1 when waiting 5 until 3", NULL},
    {"queue sales reserve 2 when oldest 1m until 20s", NULL},
    {"queue sales reserve 2 when service-level 70% until 90%", NULL},
    {"queue either best-of sales", NULL},
    {"agent 101 prefer greatest-need", NULL},
    {"agent 101 max-occupancy 80%", NULL},
    {"agent 101 rest 20s", NULL},
    {"queue sales regain 45s", NULL},
    {"queue sales max-calls 12", NULL},
    {"queue sales transferred-priority kept", NULL},
    {"queue sales closing send", NULL},
    {"queue sales extension 300", NULL},
    {"queue sales timeout hangup 19", NULL},
    {"agent 101 direct in-turn", NULL},
    {"queue sales announce position limit 9", NULL},
    {"queue sales announce repeat 45s", NULL},
    {"queue sales announce improved on", NULL},
    {"queue sales announce welcome greetings/day", NULL},
    {"queue sales announce every 30s queue-thankyou", NULL},
    {"queue sales announce position on", NULL},
    {"queue sales announce wait on", NULL},
    {"queue sales music none", NULL},
    {"queue sales whisper name", NULL},
    {"queue sales overflow 2m announce sorry then external 5551234", NULL},
    {"queue sales full hangup", NULL},
    {"queue sales closed announce closed then hangup 127", NULL},
    {"queue sales nobody agent 101", NULL},
    {"queue sales key \"#\" callback sales", NULL},
    {"queue sales sticky 2h", NULL},
    {"queue sales autopause after 3 misses", NULL},
    {"queue sales autopause-in queue", NULL},
    {"queue sales autopause-on busy", NULL},
    {"queue sales autopause-delay 60s", "queue sales autopause-delay 1m"},
    {"queue sales record 20%", NULL},
    {"queue sales dispositions 5 \"Order taken\" forced", NULL},
    {"queue sales decline 3", NULL},
    {"queue sales decline-counts on", NULL},
    {"queue sales not-taken logout", NULL},
    {"agent 101 decline off", NULL},
    {"reason 4 for both", NULL},
    {"logout reason forced", NULL},
    {"port 2/1 call-waiting on", NULL},
    {"huntgroup night member extension 0201 time 20s", NULL},
    {"huntgroup night order circular", NULL},
    {"huntgroup night final voicemail night", NULL},
    {"did 80055510xx huntgroup night", "did 80055510XX huntgroup night"},
    {"did . hours office", NULL},
    {"limit did 800555XXXX 12", NULL},
    {"limit did 800555XXXX 12 waiting", NULL},
    {"limit did 8005551000 2 waiting extension 204", NULL},
    {"system fairness-alarm 30%", NULL},
    {"limit did 8005551000 2 queue sales", NULL},
    {"route 10 match customer gold queue sales", NULL},
    {"route 11 match to 800. queue sales", NULL},
    {"route 12 match from 2125550XXX queue sales", NULL},
    {"route 13 match span 1 queue sales", NULL},
    {"route 14 match hours office queue sales", NULL},
    {"hours office open mon-fri 08:00-18:00", NULL},
    {"hours office holiday 2028-02-29 \"Leap day\"", NULL},
    {"hours office then queue sales", NULL},
    {"hours office else menu main", NULL},
    {"hours office night-switch on", NULL},
    {"menu main prompt main-menu", NULL},
    {"menu main key 12 fax office", NULL},
    {"menu main timeout 8s hangup", NULL},
    {"menu main invalid menu main", NULL},
    {"menu main tries 9", NULL},
    {"menu main extensions on", NULL},
    {"reason 7 Lunch", NULL},
    {"reason 7 max 15m ready", NULL},
    {"pause reason forced", NULL},
    {"pause max 2h logout", NULL},
    {"code pick-up *8#", NULL},
    {"timer T303 2000ms", "timer T303 2s"},
    {"flight-recorder trigger cause off", NULL},
    {"flight-recorder trigger timer off", NULL},
    {"flight-recorder trigger short-call off", NULL},
    {"flight-recorder trigger protocol off", NULL},
    {"flight-recorder trigger dchannel off", NULL},
    {"flight-recorder short-call 1500ms", NULL},
    {"flight-recorder expected-cause 34", NULL},
    {"flight-recorder pause 30s", NULL},
    {"flight-recorder keep 200", NULL},
    {"user bob role supervisor", NULL},
    {"user bob password $y$j9T$1gLj5CwJKZGpsDJK0mbrG1$qZooKj21joeF54xhM9vJTpWLWtjrJYwVkWoLQIEy2F5", NULL},
    {"prompt own/hello file /media/usb/hello.wav", NULL},
    {"prompt own/hello record 31", NULL},
    {"sound main device hw:0", NULL},
    {"sound main rate 44100", NULL},
    {"sound main volume 080", "sound main volume 80"},
    {"sound main input line", NULL},
    {"sound main input-volume card", NULL},
    {"sound main silence 60s", "sound main silence 1m"},
    {"sound desk extension 299", NULL},
    {"sound desk answer auto", NULL},
    {"sound desk class internal", NULL},
    {"agent 110 supervisor on", NULL},
    {"port 2/4 supervisor on", NULL},
    {"page zone 5 speaker main", NULL},
    {"page zone 5 port 2/03", "page zone 5 port 2/3"},
    {"page limit 30s", NULL},
    {"music radio line-in card main", NULL},
    {"prompt own/hello text \"Good \\\"day\\\" to you\"", NULL},
};

static void good_values(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		char expected[200], typed[200];
		snprintf(typed, sizeof(typed), "%s%s", i % 2 ? "set " : "", good[i].line);
		set(f, typed);
		snprintf(expected, sizeof(expected), "set %s\n", good[i].shown ? good[i].shown : good[i].line);
		char *text = candidate_text(f->candidate, "", true);
		if (!strstr(text, expected))
			fail_msg("\"%s\" is not in:\n%s", expected, text);
		free(text);
	}
}

/* No row of the table without a line above. */
static void all_rows_are_tried(void **state)
{
	bool tried[256] = {false};
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct words words;
		struct match match;
		assert_int_equal(words_split(&words, good[i].line, NULL), 0);
		assert_int_equal(match_line(&match, words.word, words.count), 0);
		tried[match.row] = true;
	}
	for (unsigned i = 0; i < setting_row_count; i++)
		if (!tried[i])
			fail_msg("no test line for row \"%s\"", setting_rows[i].pattern);
}

/* What is printed is taken again and means the same. */
static void text_round_trip(void **state)
{
	struct fixture *f = *state;
	struct candidate *other;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		set(f, good[i].line);
	char *text = candidate_text(f->candidate, "", true);
	assert_int_equal(candidate_new(&other, f->settings), 0);
	assert_int_equal(candidate_load_text(other, text, &f->fault), 0);
	char *again = candidate_text(other, "", true);
	assert_string_equal(text, again);
	free(text);
	free(again);
	candidate_free(other);
}

static void wrong_values(void **state)
{
	static const char *const rows[][2] = {
	    {"spam 1 type e1", "unknown setting \"spam 1 type e1\": did you mean \"span\"?"},
	    {"span 1 type e2", "span 1 type e2: expected one of e1, t1"},
	    {"span 1 type", "span 1 type: not complete, expected one of e1, t1"},
	    {"span 0 type e1", "span 0: expected a span number from 1 to 32"},
	    {"span 33 type e1", "span 33: expected a span number from 1 to 32"},
	    {"span 1.5 type e1", "span 1.5: expected a span number from 1 to 32"},
	    {"span 1 clock 17", "span 1 clock 17: expected a number from 0 to 16"},
	    {"span 1 clock -1", "span 1 clock -1: expected a number from 0 to 16"},
	    {"span 1 lbo 8", "span 1 lbo 8: expected a number from 0 to 7"},
	    {"span 1 crc4 maybe", "span 1 crc4 maybe: expected one of off, on"},
	    {"span 1 echo-taps 100", "span 1 echo-taps 100: expected one of 32, 64, 128, 256, 512, 1024"},
	    {"span 1 receive-gain 20.1",
	     "span 1 receive-gain 20.1: expected a gain in dB from -20.0 to 20.0, such as -3.5"},
	    {"span 1 receive-gain -", "span 1 receive-gain -: expected a gain in dB from -20.0 to 20.0, such as -3.5"},
	    {"port 2/1 send-gain 1.25",
	     "port 2/1 send-gain 1.25: expected a gain in dB from -20.0 to 20.0, such as -3.5"},
	    {"port 2/1 send-gain 3db",
	     "port 2/1 send-gain 3db: expected a gain in dB from -20.0 to 20.0, such as -3.5"},
	    {"span 1 location /2",
	     "span 1 location /2: expected a card's place or serial number, a slash and which of its spans"},
	    {"span 1 switch euroisd",
	     "span 1 switch euroisd: expected one of euroisdn, ni1, ni2, dms100, 5ess, 4ess, qsig; did you mean "
	     "\"euroisdn\"?"},
	    {"span 1 type e1 e1", "span 1 type e1 e1: \"e1\" is too much (text with blanks goes in double quotes)"},
	    {"country xx", NULL},
	    {"timezone Europe/Berlni",
	     "timezone Europe/Berlni: expected a time zone such as UTC or Europe/Berlin; did you mean "
	     "\"Europe/Berlin\"?"},
	    {"timezone berlin",
	     "timezone berlin: expected a time zone such as UTC or Europe/Berlin; did you mean \"Europe/Berlin\"?"},
	    {"user bob password short", "user bob password short: expected a password of 8 to 63 characters"},
	    {"outside 9 limit 0 per 1h", "outside 9 limit 0: expected a number from 1 to 100000"},
	    {"outside 9 limit 10 in 1h", "outside 9 limit 10 in: expected per"},
	    {"system fraud-alarm after",
	     "system fraud-alarm: expected off, or after N per DURATION, such as after 20 per 1h"},
	    {"system syslog 300.1.1.1",
	     "system syslog 300.1.1.1: expected a server as HOST or HOST:PORT, such as 192.0.2.1:514 or "
	     "[2001:db8::1]:514"},
	    {"system syslog 192.0.2.1:0", NULL},
	    {"system syslog 192.0.2.1:65536", NULL},
	    {"system syslog 192.0.2.1:", NULL},
	    {"system syslog [2001:db8::1", NULL},
	    {"system syslog [192.0.2.1]:514", NULL},
	    {"system syslog 2001:db8::1::2", NULL},
	    {"system snmp trap 192.0.2.1 community \"a b\"", NULL},
	    {"timezone ../../etc/passwd",
	     "timezone ../../etc/passwd: expected a time zone such as UTC or Europe/Berlin"},
	    {"language it", "language it: expected one of en, es, fr, de"},
	    {"agent 0 name x", "agent 0: expected an agent number from 1 to 99999999 without leading zeros"},
	    {"agent 007 name x", "agent 007: expected an agent number from 1 to 99999999 without leading zeros"},
	    {"agent 1 pin 12a4", "agent 1 pin 12a4: expected a PIN of up to 16 digits"},
	    {"agent 1 pin 12345678901234567", "agent 1 pin 12345678901234567: expected a PIN of up to 16 digits"},
	    {"agent 1 name Ann Smith",
	     "agent 1 name Ann Smith: \"Smith\" is too much (text with blanks goes in double quotes)"},
	    {"agent 1 name \"Ann", "a double quote is not closed"},
	    {"agent 1 name \"\"",
	     "agent 1 name \"\": expected a text of up to 31 bytes (with blanks: in double quotes)"},
	    {"agent 1 port 2-1", "agent 1 port 2-1: expected a telephone as span/timeslot, such as 2/1"},
	    {"agent 1 port 2/32", "agent 1 port 2/32: expected a telephone as span/timeslot, such as 2/1"},
	    {"agent 1 skill x 17", "agent 1 skill x 17: expected a number from 1 to 16"},
	    {"queue a/b strategy linear", "queue a/b: expected the name of a queue"},
	    {"queue q priority 0", "queue q priority 0: expected a number from 1 to 10"},
	    {"queue q priority 11", "queue q priority 11: expected a number from 1 to 10"},
	    {"queue q priority high", "queue q priority high: expected a number from 1 to 10"},
	    {"queue q ring-time 15",
	     "queue q ring-time 15: expected a duration from 1s to 10m, such as 500ms, 15s, 3m or 2h"},
	    {"queue q ring-time 11m",
	     "queue q ring-time 11m: expected a duration from 1s to 10m, such as 500ms, 15s, 3m or 2h"},
	    {"queue q ring-time 999ms",
	     "queue q ring-time 999ms: expected a duration from 1s to 10m, such as 500ms, 15s, 3m or 2h"},
	    {"queue q max-wait never",
	     "queue q max-wait never: expected none or a duration from 1s to 24h, such as 500ms, 15s, 3m or 2h"},
	    {"queue q agent 1 penalty 256", "queue q agent 1 penalty 256: expected a number from 0 to 255"},
	    {"queue q agent 1 penality 2", "queue q agent 1 penality: expected one of penalty, weight, reserve, share "
	                                   "or nothing more; did you mean \"penalty\"?"},
	    {"queue q agent 1 penalty 2 penalty 3",
	     "queue q agent 1 penalty 2 penalty: expected one of weight, reserve, share or nothing more"},
	    {"queue q key x hangup", "queue q key x: expected one key out of 0-9, * and # (# in double quotes)"},
	    {"queue q full hangup 128", "queue q full hangup 128: expected a number from 1 to 127 or nothing more"},
	    {"queue q full hnagup", NULL},
	    {"queue q full announce p than hangup",
	     "queue q full announce p than: expected then or nothing more; did you mean \"then\"?"},
	    {"queue q record 101%",
	     "queue q record 101%: expected one of never, always, on-demand or a percentage from 0% to 100%"},
	    {"queue q join when", "queue q join when: not complete, expected agent states such as logged-in"},
	    {"queue q join always ready", "queue q join always: \"ready\" is too much"},
	    {"queue q autopause after", "queue q autopause: expected off, or after N misses"},
	    {"agent 101 max-occupancy 0%", "agent 101 max-occupancy 0%: expected a percentage from 1% to 100%"},
	    {"queue q reserve 1 when service-level 0%",
	     "queue q reserve 1 when service-level 0%: expected a percentage from 1% to 100%"},
	    {"did 80X5Y queue q",
	     "did 80X5Y: expected a number: digits, X for any digit, a '.' at the end for any rest"},
	    {"did 80.5 queue q", "did 80.5: expected a number: digits, X for any digit, a '.' at the end for any rest"},
	    {"hours h open mon-fry 08:00-18:00",
	     "hours h open mon-fry: expected days such as mon-fri, sat or mon,wed-fri or daily"},
	    {"hours h open mon 08:00-08:00",
	     "hours h open mon 08:00-08:00: expected two times of day such as 08:00-18:00 or 22:00-06:00"},
	    {"hours h open mon 08:00-24:01",
	     "hours h open mon 08:00-24:01: expected two times of day such as 08:00-18:00 or 22:00-06:00"},
	    {"hours h holiday 2026-02-29", "hours h holiday 2026-02-29: expected a day as 2026-12-25"},
	    {"hours h holiday 2026-13-01", "hours h holiday 2026-13-01: expected a day as 2026-12-25"},
	    {"code pick-up 12345678", "code pick-up 12345678: expected up to 7 keys out of 0-9, * and #"},
	    {"timer T303 999ms", "timer T303 999ms: expected a duration from 1s to 20s"},
	    {"timer T303 21s", "timer T303 21s: expected a duration from 1s to 20s"},
	    {"timer T30 5s", "timer T30: expected the name of a timer; did you mean \"T301\"?"},
	    {"reason 100 x", "reason 100: expected a number from 1 to 99"},
	    {"user bob role admin", NULL},
	    {"sound main device /dev/dsp",
	     "sound main device /dev/dsp: expected a sound card as ALSA names it, such as hw:0, plughw:1 or default"},
	    {"sound main device file:x",
	     "sound main device file:x: expected a sound card as ALSA names it, such as hw:0, plughw:1 or default"},
	    {"sound main volume 101", "sound main volume 101: expected card or a number from 0 to 100"},
	    {"page zone 0 speaker main", "page zone 0: expected a number from 1 to 9999"},
	    {"music radio tape", "music radio tape: expected line-in"},
	    {"prompt /etc/x text y", "prompt /etc/x: expected the name of a prompt, such as agent-loginok or digits/1"},
	    {"prompt a/../b text y", "prompt a/../b: expected the name of a prompt, such as agent-loginok or digits/1"},
	    {"set", "set: expected a setting, such as: set span 1 type e1"},
	    {"", "set: expected a setting, such as: set span 1 type e1"},
	    {"span 1 type \x01", "control character 0x01 at column 13"},
	    {"agent 1 name \xff", "byte 0xff at column 14 is not UTF-8 text"},
	    {"agent 1 name \xc0\xaf", "byte 0xc0 at column 14 is not UTF-8 text"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i][1])
			refused(f, rows[i][0], rows[i][1]);
		else
			assert_int_equal(candidate_set(f->candidate, rows[i][0], &f->fault), -EINVAL);
	}
	assert_false(candidate_changed(f->candidate));
}

static void long_lines(void **state)
{
	struct fixture *f = *state;
	char *line = calloc(1, 6000);
	memset(line, '1', 5999);
	memcpy(line, "did ", 4);
	refused(f, line, "the line is longer than 4095 bytes");
	memset(line, 0, 6000);
	for (int i = 0; i < 65; i++)
		memcpy(line + 2 * i, "x ", 2);
	refused(f, line, "the line has more than 64 words");
	free(line);
}

static void same_object_twice(void **state)
{
	struct fixture *f = *state;
	set(f, "queue q priority 3");
	set(f, "queue q priority 4");
	set(f, "queue q agent 1 penalty 1");
	set(f, "queue q agent 2");
	set(f, "queue q agent 1");
	char *text = candidate_text(f->candidate, "queue q", true);
	assert_string_equal(text, "set queue q agent 1\nset queue q agent 2\nset queue q priority 4\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(good_values, fixture_set_up, fixture_tear_down),
	    cmocka_unit_test_setup_teardown(all_rows_are_tried, fixture_set_up, fixture_tear_down),
	    cmocka_unit_test_setup_teardown(text_round_trip, fixture_set_up, fixture_tear_down),
	    cmocka_unit_test_setup_teardown(wrong_values, fixture_set_up, fixture_tear_down),
	    cmocka_unit_test_setup_teardown(long_lines, fixture_set_up, fixture_tear_down),
	    cmocka_unit_test_setup_teardown(same_object_twice, fixture_set_up, fixture_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
