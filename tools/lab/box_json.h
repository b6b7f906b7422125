/*
 * A strict JSON reader (RFC 8259): text in, tree out. For what the box's console answers with --json.
 *
 * The tree is one allocation's worth of nodes linked by first child and next sibling; strings are UTF-8.
 */
#ifndef BELFRY_LAB_BOX_JSON_H
#define BELFRY_LAB_BOX_JSON_H

#include <stdbool.h>
#include <stddef.h>

#define JSON_DEPTH_MAX 32

enum json_type { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_INTEGER, JSON_REAL, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
	enum json_type type;
	char *name; /* in an object */
	union {
		long long integer;
		double real;
		char *string;
		struct json *first;
	};
	size_t length; /* of a string in bytes */
	struct json *next;
};

/* 0; -EBADMSG with the place and the reason in error; -ENOMEM. */
int json_parse(struct json **out, const char *text, char *error, size_t size);
void json_free(struct json *json);

/* The member of an object, or NULL. */
const struct json *json_get(const struct json *object, const char *name);
/* Convenient readings of a member: the default when it is absent, null or of another type. */
const char *json_text(const struct json *object, const char *name, const char *otherwise);
double json_number(const struct json *object, const char *name, double otherwise);

#endif
