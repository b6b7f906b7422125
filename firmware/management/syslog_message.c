/* RFC 5424: header, structured data, message. */
#include "management/syslog_message.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "config_limits.h"

#define FACILITY   16 /* local0 */
#define APP_NAME   "belfryd"
#define HOST_BYTES 64
#define BOM        "\xef\xbb\xbf"

/* RFC 5424 6.2.1 */
enum syslog_severity { CRITICAL = 2, ERROR = 3, WARNING = 4, NOTICE = 5, INFORMATIONAL = 6, DEBUG = 7 };

static const enum syslog_severity of_alarm[SEVERITY_COUNT] = {
    [SEVERITY_MINOR] = WARNING, [SEVERITY_MAJOR] = ERROR, [SEVERITY_CRITICAL] = CRITICAL};
static const enum syslog_severity of_line[] = {[LOG_ERROR] = ERROR,
                                               [LOG_WARNING] = WARNING,
                                               [LOG_NOTICE] = NOTICE,
                                               [LOG_INFO] = INFORMATIONAL,
                                               [LOG_DEBUG] = DEBUG};

/* A name without blanks, as the header wants it; "-" stands for none. */
static void host_name(const char *box, char *host, size_t size)
{
	size_t used = 0;

	for (; *box && used + 1 < size; box++)
		host[used++] = *box > ' ' && *box < 0x7f ? *box : '-';
	host[used] = '\0';
	if (!used)
		text_copy(host, size, "-");
}

static void header(const struct syslog_sender *sender, enum syslog_severity severity, uint64_t wall_us,
                   const char *what, char *text, size_t *used)
{
	char when[32], host[HOST_BYTES];

	clock_format_utc(wall_us, when, sizeof(when));
	host_name(sender->box, host, sizeof(host));
	text_append(text, SYSLOG_MESSAGE_BYTES, used, "<%u>1 %s %s " APP_NAME " %u %s ",
	            FACILITY * 8 + (unsigned)severity, when, host, sender->process, what);
}

/* Bytes of the character that begins here; 0: it is none (RFC 3629), or cut off. */
static size_t character_bytes(const char *at)
{
	unsigned char first = (unsigned char)at[0];
	size_t count = first < 0x80                    ? 1
	               : first >= 0xc2 && first < 0xe0 ? 2
	               : (first & 0xf0) == 0xe0        ? 3
	               : first >= 0xf0 && first < 0xf5 ? 4
	                                               : 0;
	size_t i;

	for (i = 1; i < count; i++)
		if (((unsigned char)at[i] & 0xc0) != 0x80)
			return 0;
	if ((first == 0xe0 && (unsigned char)at[1] < 0xa0) || (first == 0xed && (unsigned char)at[1] > 0x9f) ||
	    (first == 0xf0 && (unsigned char)at[1] < 0x90) || (first == 0xf4 && (unsigned char)at[1] > 0x8f))
		return 0;
	return count;
}

/* Whole characters only; what is none, and control characters, become '?' and a blank. */
static void append_clean(char *text, size_t *used, const char *value, const char *escaped)
{
	while (*value) {
		size_t count = character_bytes(value);

		if (!count)
			text_append(text, SYSLOG_MESSAGE_BYTES, used, "?");
		else if (*used + count + 1 >= SYSLOG_MESSAGE_BYTES)
			return;
		else if (count == 1 && ((unsigned char)*value < ' ' || *value == 0x7f))
			text_append(text, SYSLOG_MESSAGE_BYTES, used, " ");
		else
			text_append(text, SYSLOG_MESSAGE_BYTES, used, "%s%.*s",
			            count == 1 && strchr(escaped, *value) ? "\\" : "", (int)count, value);
		value += count ? count : 1;
	}
}

static void parameter(char *text, size_t *used, const char *name, const char *value)
{
	text_append(text, SYSLOG_MESSAGE_BYTES, used, " %s=\"", name);
	append_clean(text, used, value, "\"\\]"); /* 6.3.3 */
	text_append(text, SYSLOG_MESSAGE_BYTES, used, "\"");
}

static void message(char *text, size_t *used, const char *value)
{
	text_append(text, SYSLOG_MESSAGE_BYTES, used, " " BOM);
	append_clean(text, used, value, "");
}

size_t syslog_alarm(const struct syslog_sender *sender, const struct management_alarm *alarm,
                    char text[SYSLOG_MESSAGE_BYTES])
{
	enum syslog_severity severity = alarm->cleared ? NOTICE : of_alarm[alarm->severity];
	char since[32];
	size_t used = 0;

	clock_format_utc(alarm->since_us, since, sizeof(since));
	header(sender, severity, alarm->at_us, "ALARM", text, &used);
	text_append(text, SYSLOG_MESSAGE_BYTES, &used, "[alarm@%u id=\"%u\"", CONFIG_ENTERPRISE_NUMBER, alarm->id);
	parameter(text, &used, "severity", severity_name(alarm->severity));
	parameter(text, &used, "state", alarm->cleared ? "cleared" : "raised");
	parameter(text, &used, "about", alarm->about);
	parameter(text, &used, "since", since);
	text_append(text, SYSLOG_MESSAGE_BYTES, &used, "]");
	message(text, &used, alarm->text);
	return used;
}

size_t syslog_line(const struct syslog_sender *sender, uint64_t wall_us, enum log_level level, enum log_room room,
                   const char *line, char text[SYSLOG_MESSAGE_BYTES])
{
	size_t used = 0;

	header(sender, of_line[level], wall_us, log_room_name(room), text, &used);
	text_append(text, SYSLOG_MESSAGE_BYTES, &used, "-");
	message(text, &used, line);
	return used;
}

size_t syslog_start(const struct syslog_sender *sender, uint64_t wall_us, const char *serial,
                    char text[SYSLOG_MESSAGE_BYTES])
{
	size_t used = 0;

	header(sender, NOTICE, wall_us, "START", text, &used);
	text_append(text, SYSLOG_MESSAGE_BYTES, &used, "[box@%u", CONFIG_ENTERPRISE_NUMBER);
	parameter(text, &used, "serial", serial);
	text_append(text, SYSLOG_MESSAGE_BYTES, &used, "]");
	message(text, &used, "The box has started.");
	return used;
}
