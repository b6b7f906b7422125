/* Private to config: the customer table from inside. */
#ifndef BELFRY_CONFIG_CUSTOMERS_PARTS_H
#define BELFRY_CONFIG_CUSTOMERS_PARTS_H

#include "config/customers.h"

struct customers {
	uint32_t count;
	struct customer *row; /* sorted by digits */
};

/* The digits of a number, last one first; how many, 0: none, or too many. */
size_t customer_digits(const char *number, char *digits);

#endif
