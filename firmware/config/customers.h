/*
 * The customer table: telephone numbers with a name, a key (of another system), a class that routes ask for, and a last
 * day. Taken in as a table for spreadsheets, as a whole; kept as such a file in the data folder.
 *
 * A table never changes once it is made. Looking up takes no lock, no memory and no disk: a fixed number of steps, each
 * a search in a sorted array, so that it has an upper bound of its own and a call never waits for it.
 *
 * Thread: read and made by admin (at the start by main), looked up by control.
 */
#ifndef BELFRY_CONFIG_CUSTOMERS_H
#define BELFRY_CONFIG_CUSTOMERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "config/config.h"
#include "config/csv.h"

#define CUSTOMERS_MAX         200000
#define CUSTOMER_NUMBER_BYTES 24
#define CUSTOMER_KEY_BYTES    24
#define CUSTOMERS_BYTES_MAX   (32u << 20)
/* Two numbers of different length are the same if the shorter one has so many digits and ends the longer one: with and
 * without country or area code. */
#define CUSTOMER_DIGITS_ALIKE 7

struct customer {
	char digits[CUSTOMER_NUMBER_BYTES]; /* last one first */
	char name[CONFIG_NAME_BYTES], key[CUSTOMER_KEY_BYTES], class[CONFIG_NAME_BYTES];
	uint32_t until; /* the last day, yyyymmdd; 0: none */
	uint32_t line;  /* of the file that it came from */
};

struct customers;

/* Columns number, name, key, class, until, in any order; only number must be there. -EINVAL: what is wrong is in the
 * report, and there is no table. -ENOMEM, -ENOSPC. */
MUST_CHECK int customers_read(struct customers **out, const char *text, struct csv_report *report);
void customers_free(struct customers *customers);
uint32_t customers_count(const struct customers *customers);
/* As a table again; the caller frees. NULL: no memory. */
char *customers_text(const struct customers *customers);

/* NULL: nobody has this number, or several might. */
const struct customer *customers_find(const struct customers *customers, const char *number);

/* The file in the data folder; *out NULL if there is none. -EINVAL: it is damaged. */
MUST_CHECK int customers_load(struct customers **out, const char *folder, struct fault *fault);
/* Durable when this returns. */
MUST_CHECK int customers_keep(const char *text, const char *folder, struct fault *fault);

#endif
