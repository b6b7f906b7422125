/*
 * Private to config: what the two directions of a backup share.
 */
#ifndef BELFRY_CONFIG_BACKUP_PARTS_H
#define BELFRY_CONFIG_BACKUP_PARTS_H

#define BACKUP_FORMAT     1
#define BACKUP_FIRST      "belfry-backup"
#define BACKUP_ROUNDS     100000
#define BACKUP_ROUNDS_MAX 1000000
#define BACKUP_SALT       16
#define BACKUP_LINE_BYTES 48 /* of data on a line of hex or base64 */
#define PURPOSE_WRAP      "backup wrap"
#define PURPOSE_SIGNATURE "backup signature"
#define PURPOSE_SEAL      "backup secrets"

#endif
