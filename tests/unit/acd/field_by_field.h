/*
 * For functions that compare two structs, a and b, field by field and return the name of the first that differs. A
 * struct whose size is told here does not compile with a field more: it is to be compared then.
 */
#ifndef BELFRY_TESTS_FIELD_BY_FIELD_H
#define BELFRY_TESTS_FIELD_BY_FIELD_H

#include <string.h>

#define SIZE_IS(type, bytes)                                                                                           \
	_Static_assert(sizeof(struct type) == (bytes), "struct " #type " has another field: compare it here")

#define LOOK_AT(field)                                                                                                 \
	do                                                                                                             \
		if (a->field != b->field)                                                                              \
			return #field;                                                                                 \
	while (0)
/* Of numbers: there is nothing between them. */
#define LOOK_AT_ARRAY(field)                                                                                           \
	do                                                                                                             \
		if (memcmp(a->field, b->field, sizeof(a->field)) != 0)                                                 \
			return #field;                                                                                 \
	while (0)

#endif
