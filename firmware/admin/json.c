/*
 * JSON out. Text is UTF-8 by then or is made so: what is not becomes U+FFFD, so that a reader never chokes on a name
 * that the network has sent.
 */
#include "admin/json.h"

#include <inttypes.h>

#include "base/clock.h"

static void lead(struct json *json, const char *name)
{
	if (json->more)
		fputc(',', json->out);
	json->more = true;
	if (name)
		fprintf(json->out, "\"%s\":", name);
}

void json_open(struct json *json, const char *name, char bracket)
{
	lead(json, name);
	fputc(bracket, json->out);
	json->more = false;
}

void json_close(struct json *json, char bracket)
{
	fputc(bracket, json->out);
	json->more = true;
}

static unsigned sequence_bytes(const unsigned char *at)
{
	unsigned bytes = *at < 0x80                  ? 1
	                 : *at >= 0xc2 && *at < 0xe0 ? 2
	                 : *at >> 4 == 14            ? 3
	                 : *at >= 0xf0 && *at < 0xf5 ? 4
	                                             : 0;
	for (unsigned i = 1; i < bytes; i++)
		if (at[i] >> 6 != 2)
			return 0;
	return bytes;
}

static void write_escaped(FILE *out, const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; *at;) {
		unsigned bytes = sequence_bytes(at);
		if (!bytes) {
			fputs("\xef\xbf\xbd", out);
			at++;
			continue;
		}
		if (*at == '"' || *at == '\\')
			fprintf(out, "\\%c", *at);
		else if (*at < ' ' || *at == 0x7f)
			fprintf(out, "\\u%04x", *at);
		else
			fwrite(at, 1, bytes, out);
		at += bytes;
	}
}

void json_text(struct json *json, const char *name, const char *text)
{
	if (!text || !*text) {
		json_null(json, name);
		return;
	}
	lead(json, name);
	fputc('"', json->out);
	write_escaped(json->out, text);
	fputc('"', json->out);
}

void json_number(struct json *json, const char *name, uint64_t number)
{
	lead(json, name);
	fprintf(json->out, "%" PRIu64, number);
}

void json_signed(struct json *json, const char *name, int64_t number)
{
	lead(json, name);
	fprintf(json->out, "%" PRId64, number);
}

void json_some(struct json *json, const char *name, uint64_t number)
{
	if (number)
		json_number(json, name, number);
	else
		json_null(json, name);
}

void json_null(struct json *json, const char *name)
{
	lead(json, name);
	fputs("null", json->out);
}

void json_bool(struct json *json, const char *name, bool value)
{
	lead(json, name);
	fputs(value ? "true" : "false", json->out);
}

void json_tenths(struct json *json, const char *name, uint64_t tenths)
{
	lead(json, name);
	fprintf(json->out, "%" PRIu64 ".%u", tenths / 10, (unsigned)(tenths % 10));
}

void json_signed_tenths(struct json *json, const char *name, int64_t tenths)
{
	lead(json, name);
	fprintf(json->out, "%s%" PRIdMAX ".%" PRIdMAX, tenths < 0 ? "-" : "", imaxabs(tenths) / 10,
	        imaxabs(tenths) % 10);
}

void json_digits(struct json *json, const char *name, uint32_t number)
{
	if (!number) {
		json_null(json, name);
		return;
	}
	lead(json, name);
	fprintf(json->out, "\"%" PRIu32 "\"", number);
}

void json_time(struct json *json, const char *name, uint64_t wall_us)
{
	char text[32];
	clock_format_utc(wall_us, text, sizeof(text));
	json_text(json, name, wall_us ? text : NULL);
}
