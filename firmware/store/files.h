/* The store's files in the data folder. */
#ifndef BELFRY_STORE_FILES_H
#define BELFRY_STORE_FILES_H

#define STORE_DATABASE_FILE "belfry.db"
#define STORE_JOURNAL_FILE  "journal"

#endif
