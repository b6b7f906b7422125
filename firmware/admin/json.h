/*
 * Private to admin: writes JSON. Commas are put by the writer; an empty text or a zero that means "absent" is null.
 */
#ifndef BELFRY_ADMIN_JSON_H
#define BELFRY_ADMIN_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *out;
	bool more; /* something stands before on this level */
};

void json_open(struct json *json, const char *name, char bracket);     /* '{' or '['; name NULL in a list */
void json_close(struct json *json, char bracket);                      /* '}' or ']' */
void json_text(struct json *json, const char *name, const char *text); /* NULL and "": null */
void json_number(struct json *json, const char *name, uint64_t number);
void json_signed(struct json *json, const char *name, int64_t number);
void json_some(struct json *json, const char *name, uint64_t number); /* 0: null */
void json_null(struct json *json, const char *name);
void json_bool(struct json *json, const char *name, bool value);
void json_tenths(struct json *json, const char *name, uint64_t tenths); /* 827 -> 82.7 */
void json_signed_tenths(struct json *json, const char *name, int64_t tenths);
void json_digits(struct json *json, const char *name, uint32_t number); /* as text, "101"; 0: null */
void json_time(struct json *json, const char *name, uint64_t wall_us);  /* ISO 8601 UTC with ms; 0: null */

#endif
