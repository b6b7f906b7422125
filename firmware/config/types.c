/*
 * The types of values: one check each, which also gives the canonical spelling.
 */
#include "config/password.h"
#include "config/pin.h"
#include "config/table.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/ipv4.h"
#include "config/config.h"
#include "config/server.h"
#include "config/settings.h"
#include "config/zones.h"

#define DIGITS      "0123456789"
#define TEXT_OF_(x) #x
#define TEXT_OF(x)  TEXT_OF_(x)

static bool made_of(const char *word, const char *characters, size_t low, size_t high)
{
	size_t length = strlen(word);
	return length >= low && length <= high && strspn(word, characters) == length;
}

static bool copy_if(bool right, const char *word, char *canonical, size_t size)
{
	return right && text_copy(canonical, size, word);
}

/* Letters of any script (UTF-8 was checked), digits, and - _ . inside. */
static bool check_name(const char *word, char *canonical, size_t size)
{
	bool right = *word && strlen(word) < CONFIG_NAME_BYTES && !strchr("-_.", *word);
	for (const char *at = word; *at && right; at++)
		right = (unsigned char)*at >= 0x80 || (*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') ||
		        (*at >= 'A' && *at <= 'Z') || strchr("-_.", *at);
	return copy_if(right, word, canonical, size);
}

static bool check_text(const char *word, char *canonical, size_t size)
{
	return copy_if(*word && strlen(word) < CONFIG_TEXT_BYTES, word, canonical, size);
}

static bool check_short_text(const char *word, char *canonical, size_t size)
{
	return copy_if(*word && strlen(word) < CONFIG_NAME_BYTES, word, canonical, size);
}

static bool check_agent(const char *word, char *canonical, size_t size)
{
	uint32_t number;
	return copy_if(*word != '0' && !text_to_u32(word, 1, 99999999, &number), word, canonical, size);
}

static bool check_extension(const char *word, char *canonical, size_t size)
{
	return copy_if(made_of(word, DIGITS, 1, 15), word, canonical, size);
}

static bool check_number(const char *word, char *canonical, size_t size)
{
	return copy_if(made_of(*word == '+' ? word + 1 : word, DIGITS "*#", 1, CONFIG_DIGITS_BYTES - 2), word,
	               canonical, size);
}

static bool check_prefix(const char *word, char *canonical, size_t size)
{
	return copy_if(made_of(word, DIGITS "*#", 1, 15), word, canonical, size);
}

static bool check_pin(const char *word, char *canonical, size_t size)
{
	return copy_if(made_of(word, DIGITS, 1, 16) || pin_is_hash(word), word, canonical, size);
}

static bool check_password(const char *word, char *canonical, size_t size)
{
	size_t length = strlen(word);
	bool right = length >= PASSWORD_BYTES_MIN && length <= PASSWORD_BYTES_MAX;
	return copy_if(right || password_is_hash(word), word, canonical, size);
}

static bool check_host(const char *word, char *canonical, size_t size)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:";
	return copy_if(made_of(word, allowed, 1, CONFIG_TEXT_BYTES - 1) && !strchr("-.", *word), word, canonical, size);
}

static bool check_server(const char *word, char *canonical, size_t size)
{
	char host[CONFIG_TEXT_BYTES];
	uint16_t port;
	return copy_if(server_split(word, 0, host, &port), word, canonical, size);
}

/* In messages and files of others: letters, digits and signs, no blanks. */
static bool check_community(const char *word, char *canonical, size_t size)
{
	bool right = *word && strlen(word) < CONFIG_NAME_BYTES;
	for (const char *at = word; *at && right; at++)
		right = *at > ' ' && *at < 0x7f;
	return copy_if(right, word, canonical, size);
}

static bool check_ipv4(const char *word, char *canonical, size_t size)
{
	uint32_t address;
	return copy_if(ipv4_parse(word, &address), word, canonical, size);
}

static bool check_address(const char *word, char *canonical, size_t size)
{
	uint32_t address, mask;
	return copy_if(!strcmp(word, "off") || !strcmp(word, "dhcp") || ipv4_parse_subnet(word, &address, &mask), word,
	               canonical, size);
}

static bool check_keys(const char *word, char *canonical, size_t size)
{
	return copy_if(made_of(word, DIGITS "*#", 1, 7), word, canonical, size);
}

static bool check_key(const char *word, char *canonical, size_t size)
{
	return copy_if(made_of(word, DIGITS "*#", 1, 1), word, canonical, size);
}

/* Digits, x for any digit, '.' at the end for any rest; "." alone is a catch-all. */
static bool check_did(const char *word, char *canonical, size_t size)
{
	size_t fixed = strspn(word, DIGITS "Xx");
	bool right =
	    *word && strlen(word) < CONFIG_DIGITS_BYTES && (!word[fixed] || (word[fixed] == '.' && !word[fixed + 1]));
	if (!copy_if(right, word, canonical, size))
		return false;
	for (; *canonical; canonical++)
		if (*canonical == 'x')
			*canonical = 'X';
	return true;
}

static bool check_port(const char *word, char *canonical, size_t size)
{
	unsigned span, timeslot;
	int end = 0;
	if (!made_of(word, DIGITS "/", 3, 6) || sscanf(word, "%3u/%2u%n", &span, &timeslot, &end) != 2 || word[end] ||
	    span < 1 || span > CONFIG_SPANS_MAX || timeslot < 1 || timeslot > 31)
		return false;
	return (size_t)snprintf(canonical, size, "%u/%u", span, timeslot) < size;
}

/* Tenths of a dB from -20.0 to 20.0. */
bool config_gain(const char *word, int32_t *tenths)
{
	bool negative = *word == '-';
	const char *at = word + (negative || *word == '+'), *dot = strchr(at, '.');
	size_t whole = dot ? (size_t)(dot - at) : strcspn(at, "d");
	char number[4] = "";
	uint32_t db, tenth = 0;
	if (whole < 1 || whole > 2)
		return false;
	memcpy(number, at, whole);
	at += whole;
	if (dot) {
		if (dot[1] < '0' || dot[1] > '9')
			return false;
		tenth = (uint32_t)(dot[1] - '0');
		at = dot + 2;
	}
	if (text_to_u32(number, 0, CONFIG_GAIN_MAX / 10, &db) || (*at && strcmp(at, "dB")) ||
	    db * 10 + tenth > CONFIG_GAIN_MAX)
		return false;
	*tenths = (negative ? -1 : 1) * (int32_t)(db * 10 + tenth);
	return true;
}

static bool check_gain(const char *word, char *canonical, size_t size)
{
	int32_t tenths;
	if (!config_gain(word, &tenths))
		return false;
	unsigned size_of = (unsigned)(tenths < 0 ? -tenths : tenths);
	return (size_t)snprintf(canonical, size, "%s%u.%u", tenths < 0 ? "-" : "", size_of / 10, size_of % 10) < size;
}

/* One place, one spelling: which of the card's spans is always said. */
static bool check_location(const char *word, char *canonical, size_t size)
{
	const char *slash = strrchr(word, '/');
	uint32_t which;
	if (!*word || strlen(word) >= CONFIG_LOCATION_BYTES - 2 || slash == word)
		return false;
	if (slash && text_to_u32(slash + 1, 1, 64, &which) == 0)
		return (size_t)snprintf(canonical, size, "%.*s/%u", (int)(slash - word), word, which) < size;
	return (size_t)snprintf(canonical, size, "%s/1", word) < size;
}

static bool check_prompt(const char *word, char *canonical, size_t size)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";
	bool right = made_of(word, allowed, 1, CONFIG_TEXT_BYTES - 1) && *word != '/' && !strstr(word, "..") &&
	             word[strlen(word) - 1] != '/';
	return copy_if(right, word, canonical, size);
}

static bool check_path(const char *word, char *canonical, size_t size)
{
	return copy_if(*word && strlen(word) < 200 && !strstr(word, ".."), word, canonical, size);
}

/* No path: ALSA can be told to write files. */
static bool check_device(const char *word, char *canonical, size_t size)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:,=-";
	bool right = made_of(word, allowed, 1, CONFIG_TEXT_BYTES - 1) && strncmp(word, "file:", 5) != 0 &&
	             strncmp(word, "tee:", 4) != 0;
	return copy_if(right, word, canonical, size);
}

static bool check_percent(const char *word, char *canonical, size_t size)
{
	uint32_t percent;
	char digits[8];
	size_t length = strlen(word);
	if (length < 2 || length > 4 || word[length - 1] != '%')
		return false;
	memcpy(digits, word, length - 1);
	digits[length - 1] = '\0';
	if (text_to_u32(digits, 0, 100, &percent))
		return false;
	return (size_t)snprintf(canonical, size, "%u%%", percent) < size;
}

static bool two_digits(const char *at, unsigned high, unsigned *value)
{
	if (!memchr(DIGITS, at[0], 10) || !memchr(DIGITS, at[1], 10))
		return false;
	*value = (unsigned)(at[0] - '0') * 10 + (unsigned)(at[1] - '0');
	return *value <= high;
}

static bool check_date(const char *word, char *canonical, size_t size)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	unsigned century, year, month, day;
	if (strlen(word) != 10 || word[4] != '-' || word[7] != '-' || !two_digits(word, 99, &century) ||
	    !two_digits(word + 2, 99, &year) || !two_digits(word + 5, 12, &month) || !two_digits(word + 8, 31, &day))
		return false;
	year += century * 100;
	if (year < 2000 || !month || !day)
		return false;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return copy_if(day <= days[month - 1] + (month == 2 && leap ? 1u : 0u), word, canonical, size);
}

static const char *const day_words[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

static int day_of(const char *at)
{
	for (int i = 0; i < 7; i++)
		if (!strncmp(at, day_words[i], 3))
			return i;
	return -1;
}

/* "mon-fri", "sat", "mon,wed-fri", "daily"; 0: not days. Bit 0 is Monday. */
static unsigned days_mask(const char *word)
{
	unsigned mask = 0;
	if (!strcmp(word, "daily"))
		return 0x7f;
	for (;;) {
		int first = day_of(word), last = first;
		if (first < 0)
			return 0;
		word += 3;
		if (*word == '-') {
			last = day_of(word + 1);
			if (last < 0)
				return 0;
			word += 4;
		}
		for (int day = first;; day = (day + 1) % 7) {
			mask |= 1u << day;
			if (day == last)
				break;
		}
		if (!*word)
			return mask;
		if (*word++ != ',')
			return 0;
	}
}

static bool check_days(const char *word, char *canonical, size_t size)
{
	return copy_if(days_mask(word) != 0, word, canonical, size);
}

static bool clock_minutes(const char *at, unsigned *minutes)
{
	unsigned hour, minute;
	if (!two_digits(at, 24, &hour) || at[2] != ':' || !two_digits(at + 3, 59, &minute))
		return false;
	*minutes = hour * 60 + minute;
	return *minutes <= 24 * 60;
}

static bool check_times(const char *word, char *canonical, size_t size)
{
	unsigned from, to;
	bool right = strlen(word) == 11 && word[5] == '-' && clock_minutes(word, &from) &&
	             clock_minutes(word + 6, &to) && from != to && from < 24 * 60;
	return copy_if(right, word, canonical, size);
}

static const char *const countries[] = {"ae", "ar", "at", "au", "be", "bg", "br", "ch", "cl", "cn", "cr", "cz",
                                        "de", "dk", "ee", "es", "fi", "fr", "gb", "gr", "hu", "il", "in", "it",
                                        "jp", "lt", "mo", "mx", "my", "nl", "no", "nz", "pa", "ph", "pl", "pt",
                                        "ru", "se", "sg", "th", "tr", "tw", "us", "ve", "za"};
static const char *const agent_states[] = {"logged-in", "logged-out", "paused", "ready",   "reserved",
                                           "ringing",   "talking",    "hold",   "wrap-up", "unplugged"};

static bool check_timer(const char *word, char *canonical, size_t size)
{
	return copy_if(timer_find(word) != NULL, word, canonical, size);
}

#define NAME_EXPECTED "a name of up to 31 letters, digits, '-', '_' or '.'"

static const struct value_type types[] = {
    {"SPAN", "a span number from 1 to " TEXT_OF(CONFIG_SPANS_MAX), NULL, OBJECT_SPAN, NULL, 0},
    {"TRUNK", "the name of a trunk group", check_name, OBJECT_TRUNK, NULL, 0},
    {"QUEUE", "the name of a queue", check_name, OBJECT_QUEUE, NULL, 0},
    {"HUNTGROUP", "the name of a hunt group", check_name, OBJECT_HUNTGROUP, NULL, 0},
    {"MENU", "the name of a menu", check_name, OBJECT_MENU, NULL, 0},
    {"HOURS", "the name of opening hours", check_name, OBJECT_HOURS, NULL, 0},
    {"AGENT", "an agent number from 1 to 99999999 without leading zeros", check_agent, OBJECT_AGENT, NULL, 0},
    {"EXTENSION", "an extension of up to 15 digits", check_extension, OBJECT_EXTENSION, NULL, 0},
    {"PORT", "a telephone as span/timeslot, such as 2/1", check_port, OBJECT_PORT, NULL, 0},
    {"TIMER", "the name of a timer", check_timer, OBJECT_TIMER, NULL, 0},
    {"NAME", NAME_EXPECTED, check_name, OBJECT_NONE, NULL, 0},
    {"TEXT", "a text of up to 63 bytes (with blanks: in double quotes)", check_text, OBJECT_NONE, NULL, 0},
    {"SHORT-TEXT", "a text of up to 31 bytes (with blanks: in double quotes)", check_short_text, OBJECT_NONE, NULL, 0},
    {"NUMBER", "a telephone number of up to 39 digits", check_number, OBJECT_NONE, NULL, 0},
    {"PREFIX", "a prefix of up to 15 digits, * or #", check_prefix, OBJECT_NONE, NULL, 0},
    {"DID", "a number: digits, X for any digit, a '.' at the end for any rest", check_did, OBJECT_NONE, NULL, 0},
    {"SOUND", "the name of a sound card", check_name, OBJECT_SOUND, NULL, 0},
    {"DEVICE", "a sound card as ALSA names it, such as hw:0, plughw:1 or default", check_device, OBJECT_NONE, NULL, 0},
    {"PIN", "a PIN of up to 16 digits", check_pin, OBJECT_NONE, NULL, 0},
    {"PASSWORD", "a password of 8 to 63 characters", check_password, OBJECT_NONE, NULL, 0},
    {"HOST", "the name or address of a server, such as ntp.example.com or 192.0.2.1", check_host, OBJECT_NONE, NULL, 0},
    {"SERVER", "a server as HOST or HOST:PORT, such as 192.0.2.1:514 or [2001:db8::1]:514", check_server, OBJECT_NONE,
     NULL, 0},
    {"COMMUNITY", "an SNMP community of up to 31 letters, digits and signs", check_community, OBJECT_NONE, NULL, 0},
    {"IPV4", "an IPv4 address such as 192.0.2.1", check_ipv4, OBJECT_NONE, NULL, 0},
    {"ADDRESS", "off, dhcp, or an IPv4 address and its prefix length such as 192.0.2.10/24", check_address, OBJECT_NONE,
     NULL, 0},
    {"KEYS", "up to 7 keys out of 0-9, * and #", check_keys, OBJECT_NONE, NULL, 0},
    {"KEY", "one key out of 0-9, * and # (# in double quotes)", check_key, OBJECT_NONE, NULL, 0},
    {"CODE", NULL, NULL, OBJECT_NONE, config_code_names, CODE_COUNT},
    {"PROMPT", "the name of a prompt, such as agent-loginok or digits/1", check_prompt, OBJECT_NONE, NULL, 0},
    {"PATH", "the path of a file", check_path, OBJECT_NONE, NULL, 0},
    {"GAIN", "a gain in dB from -20.0 to 20.0, such as -3.5", check_gain, OBJECT_NONE, NULL, 0},
    {"LOCATION", "a card's place or serial number, a slash and which of its spans", check_location, OBJECT_NONE, NULL,
     0},
    {"PERCENT", "a percentage from 0% to 100%", check_percent, OBJECT_NONE, NULL, 0},
    {"DATE", "a day as 2026-12-25", check_date, OBJECT_NONE, NULL, 0},
    {"DAYS", "days such as mon-fri, sat or mon,wed-fri or daily", check_days, OBJECT_NONE, NULL, 0},
    {"TIMES", "two times of day such as 08:00-18:00 or 22:00-06:00", check_times, OBJECT_NONE, NULL, 0},
    {"TIMEZONE", "a time zone such as UTC or Europe/Berlin", zone_check, OBJECT_NONE, NULL, 0},
    {"COUNTRY", NULL, NULL, OBJECT_NONE, countries, ARRAY_SIZE(countries)},
    {"STATE", NULL, NULL, OBJECT_NONE, agent_states, ARRAY_SIZE(agent_states)},
};

const struct value_type *value_type_find(const char *name, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (strlen(types[i].name) == length && !memcmp(types[i].name, name, length))
			return &types[i];
	return NULL;
}

unsigned config_days_mask(const char *word)
{
	return days_mask(word);
}

void config_times(const char *word, unsigned *from_min, unsigned *to_min)
{
	if (!clock_minutes(word, from_min) || !clock_minutes(word + 6, to_min))
		*from_min = *to_min = 0;
}
