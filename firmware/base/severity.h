/*
 * How bad an alarm is, as ITU-T X.733 orders it: what callers notice at once, what they will notice, what is for the
 * next visit. Pure.
 */
#ifndef BELFRY_BASE_SEVERITY_H
#define BELFRY_BASE_SEVERITY_H

enum severity { SEVERITY_MINOR, SEVERITY_MAJOR, SEVERITY_CRITICAL, SEVERITY_COUNT };

/* "minor", "major", "critical". */
const char *severity_name(enum severity severity);
/* The one of this name; any other word is taken for major: an alarm is never made smaller by a word unknown. */
enum severity severity_of(const char *word);

#endif
