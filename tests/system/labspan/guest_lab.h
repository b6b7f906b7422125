/*
 * The lab's modules as a program in the guest sees them (debugfs), and what it checks on which.
 */
#ifndef BELFRY_TESTS_LABSPAN_GUEST_LAB_H
#define BELFRY_TESTS_LABSPAN_GUEST_LAB_H

#include "tests/system/drivers/guest.h"

/* Files under /sys/kernel/debug. */
void lab_write(const char *file, const char *value);
bool lab_has(const char *file, const char *word);

/* ports.c: the analogue card */
void check_ports(bool alaw);

#endif
