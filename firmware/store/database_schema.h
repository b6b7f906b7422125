/*
 * The tables of the call records' file, made and brought up to date step by step; statements that are run once. Private
 * to the room; part of struct database, same thread and errors.
 */
#ifndef BELFRY_STORE_DATABASE_SCHEMA_H
#define BELFRY_STORE_DATABASE_SCHEMA_H

#include <sqlite3.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/fault.h"

MUST_CHECK int database_sql(sqlite3 *sqlite, const char *sql);
/* The single number that a query gives, -1 for none. */
MUST_CHECK int database_sql_number(sqlite3 *sqlite, const char *sql, int64_t *number);

/* -EBADMSG when the file is damaged; a large one is looked at only where it is used. */
MUST_CHECK int database_schema_check(sqlite3 *sqlite);
/* -EPROTO with the fault when the file is of a newer release. */
MUST_CHECK int database_schema_upgrade(sqlite3 *sqlite, struct fault *fault);

#endif
