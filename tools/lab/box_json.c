/* The reader walks the text once; what it does not know, it names with its place. */
#include "box_json.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	const char *text, *at;
	unsigned depth;
	int result; /* first failure */
	char *error;
	size_t size;
};

static void fail(struct reader *r, int result, const char *why)
{
	if (r->result)
		return;
	r->result = result;
	snprintf(r->error, r->size, "JSON: %s at byte %zu: %.40s", why, (size_t)(r->at - r->text), r->at);
}

static void skip_blanks(struct reader *r)
{
	r->at += strspn(r->at, " \t\r\n");
}

static bool take(struct reader *r, char c)
{
	skip_blanks(r);
	if (*r->at != c)
		return false;
	r->at++;
	return true;
}

static int hex4(struct reader *r)
{
	int value = 0;
	for (int i = 0; i < 4; i++, r->at++) {
		char c = *r->at;
		int digit = c >= '0' && c <= '9'   ? c - '0'
		            : c >= 'a' && c <= 'f' ? c - 'a' + 10
		            : c >= 'A' && c <= 'F' ? c - 'A' + 10
		                                   : -1;
		if (digit < 0) {
			fail(r, -EBADMSG, "four hexadecimal digits expected");
			return 0;
		}
		value = value << 4 | digit;
	}
	return value;
}

static char *put_utf8(char *to, uint32_t code)
{
	if (code < 0x80) {
		*to++ = (char)code;
	} else if (code < 0x800) {
		*to++ = (char)(0xC0 | code >> 6);
		*to++ = (char)(0x80 | (code & 0x3F));
	} else if (code < 0x10000) {
		*to++ = (char)(0xE0 | code >> 12);
		*to++ = (char)(0x80 | (code >> 6 & 0x3F));
		*to++ = (char)(0x80 | (code & 0x3F));
	} else {
		*to++ = (char)(0xF0 | code >> 18);
		*to++ = (char)(0x80 | (code >> 12 & 0x3F));
		*to++ = (char)(0x80 | (code >> 6 & 0x3F));
		*to++ = (char)(0x80 | (code & 0x3F));
	}
	return to;
}

static char *read_unicode(struct reader *r, char *to)
{
	uint32_t code = (uint32_t)hex4(r);
	if (code >= 0xD800 && code < 0xDC00) {
		if (r->at[0] != '\\' || r->at[1] != 'u') {
			fail(r, -EBADMSG, "half of a surrogate pair");
			return to;
		}
		r->at += 2;
		uint32_t low = (uint32_t)hex4(r);
		if (low < 0xDC00 || low > 0xDFFF)
			fail(r, -EBADMSG, "half of a surrogate pair");
		code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
	}
	return put_utf8(to, code);
}

static char *read_escape(struct reader *r, char *to)
{
	static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	char c = *r->at;
	if (c)
		r->at++;
	if (c == 'u')
		return read_unicode(r, to);
	const char *found = c ? strchr(letters, c) : NULL;
	if (found)
		*to++ = meanings[found - letters];
	else
		fail(r, -EBADMSG, "unknown escape");
	return to;
}

/* An escape is never shorter than what it stands for, so the text's own length is room enough. */
static char *read_string(struct reader *r, size_t *length)
{
	const char *end = r->at;
	while (*end && *end != '"')
		end += *end == '\\' && end[1] ? 2 : 1;
	char *string = malloc((size_t)(end - r->at) + 1), *to = string;
	if (!string) {
		fail(r, -ENOMEM, "no memory");
		return NULL;
	}
	while (!r->result && *r->at != '"') {
		if ((unsigned char)*r->at < 0x20)
			fail(r, -EBADMSG, *r->at ? "control character in a string" : "string without end");
		else if (*r->at == '\\')
			r->at++, to = read_escape(r, to);
		else
			*to++ = *r->at++;
	}
	*to = '\0';
	if (length)
		*length = (size_t)(to - string);
	if (!r->result)
		r->at++;
	return string;
}

static size_t digits(const char *at)
{
	return strspn(at, "0123456789");
}

static void read_number(struct reader *r, struct json *json)
{
	const char *end = r->at + (*r->at == '-');
	size_t whole = digits(end);
	bool real = false;
	if (!whole || (whole > 1 && *end == '0')) {
		fail(r, -EBADMSG, "no value");
		return;
	}
	end += whole;
	if (*end == '.') {
		real = true;
		end += 1 + digits(end + 1);
	}
	if (*end == 'e' || *end == 'E') {
		real = true;
		end += end[1] == '+' || end[1] == '-' ? 2 : 1;
		end += digits(end);
	}
	char *stop;
	errno = 0;
	json->type = real ? JSON_REAL : JSON_INTEGER;
	if (real)
		json->real = strtod(r->at, &stop);
	else
		json->integer = strtoll(r->at, &stop, 10);
	if (errno || stop != end)
		fail(r, -EBADMSG, "bad number");
	r->at = end;
}

static bool read_word(struct reader *r, struct json *json, const char *word, enum json_type type)
{
	if (strncmp(r->at, word, strlen(word)) != 0)
		return false;
	r->at += strlen(word);
	json->type = type;
	return true;
}

static struct json *read_value(struct reader *r);

static void read_members(struct reader *r, struct json *json, char close)
{
	struct json **tail = &json->first;
	json->type = close == '}' ? JSON_OBJECT : JSON_ARRAY;
	json->first = NULL;
	if (++r->depth > JSON_DEPTH_MAX)
		fail(r, -EBADMSG, "too deep");
	if (take(r, close)) {
		r->depth--;
		return;
	}
	do {
		char *name = NULL;
		if (close == '}') {
			if (take(r, '"'))
				name = read_string(r, NULL);
			else
				fail(r, -EBADMSG, "member name expected");
			if (!r->result && !take(r, ':'))
				fail(r, -EBADMSG, "colon expected");
		}
		struct json *member = r->result ? NULL : read_value(r);
		if (!member) {
			free(name);
			break;
		}
		member->name = name;
		*tail = member;
		tail = &member->next;
	} while (!r->result && take(r, ','));
	if (!r->result && !take(r, close))
		fail(r, -EBADMSG, "comma or end expected");
	r->depth--;
}

static struct json *read_value(struct reader *r)
{
	struct json *json = calloc(1, sizeof *json);
	if (!json) {
		fail(r, -ENOMEM, "no memory");
		return NULL;
	}
	if (take(r, '{'))
		read_members(r, json, '}');
	else if (take(r, '['))
		read_members(r, json, ']');
	else if (take(r, '"')) {
		json->type = JSON_STRING;
		json->string = read_string(r, &json->length);
	} else if (!read_word(r, json, "null", JSON_NULL) && !read_word(r, json, "true", JSON_TRUE) &&
	           !read_word(r, json, "false", JSON_FALSE))
		read_number(r, json);
	return json;
}

int json_parse(struct json **out, const char *text, char *error, size_t size)
{
	struct reader r = {.text = text, .at = text, .error = error, .size = size};
	struct json *json = read_value(&r);
	skip_blanks(&r);
	if (!r.result && *r.at)
		fail(&r, -EBADMSG, "something after the value");
	if (r.result)
		json_free(json);
	else
		*out = json;
	return r.result;
}

void json_free(struct json *json)
{
	while (json) {
		struct json *next = json->next;
		if (json->type == JSON_ARRAY || json->type == JSON_OBJECT)
			json_free(json->first);
		else if (json->type == JSON_STRING)
			free(json->string);
		free(json->name);
		free(json);
		json = next;
	}
}

const struct json *json_get(const struct json *object, const char *name)
{
	if (!object || object->type != JSON_OBJECT)
		return NULL;
	for (const struct json *member = object->first; member; member = member->next)
		if (strcmp(member->name, name) == 0)
			return member;
	return NULL;
}

const char *json_text(const struct json *object, const char *name, const char *otherwise)
{
	const struct json *member = json_get(object, name);
	return member && member->type == JSON_STRING ? member->string : otherwise;
}

double json_number(const struct json *object, const char *name, double otherwise)
{
	const struct json *member = json_get(object, name);
	if (member && member->type == JSON_INTEGER)
		return (double)member->integer;
	return member && member->type == JSON_REAL ? member->real : otherwise;
}
