/*
 * Compiler attributes used across the house, under names that say what they ask for.
 */
#ifndef BELFRY_BASE_ATTRIBUTES_H
#define BELFRY_BASE_ATTRIBUTES_H

/* The result says whether it worked: 0 or -errno. Ignoring it is a compile error. */
#define MUST_CHECK __attribute__((warn_unused_result))

#define PRINTF_LIKE(format_at, arguments_at) __attribute__((format(printf, format_at, arguments_at)))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
