/*
 * The customer table in a backup: "customers BYTES" and lines of base64, sealed with a key made from the file's own,
 * since it is people's names and numbers. A release that knows no such part passes over it; so each of its lines is a
 * whole one, which none of the words of the format can be.
 */
#include <errno.h>
#include <nettle/base64.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/backup.h"
#include "config/backup_parts.h"
#include "config/customers.h"
#include "config/secret.h"

#define PURPOSE_CUSTOMERS "backup customers"

void backup_print_base64(FILE *out, const uint8_t *bytes, size_t count)
{
	char line[BASE64_ENCODE_RAW_LENGTH(BACKUP_LINE_BYTES) + 1];
	for (size_t at = 0; at < count; at += BACKUP_LINE_BYTES) {
		size_t part = count - at < BACKUP_LINE_BYTES ? count - at : BACKUP_LINE_BYTES;
		base64_encode_raw(line, part, bytes + at);
		line[BASE64_ENCODE_RAW_LENGTH(part)] = '\0';
		fprintf(out, "%s\n", line);
	}
}

/* With line ends behind it, so that it fills its lines when it is sealed. */
static char *whole_lines(char *text, size_t *bytes)
{
	size_t length = strlen(text), over = (length + SECRET_SEAL_BYTES) % BACKUP_LINE_BYTES;
	size_t more = over ? BACKUP_LINE_BYTES - over : 0;
	char *grown = realloc(text, length + more + 1);
	if (!grown) {
		free(text);
		return NULL;
	}
	memset(grown + length, '\n', more);
	grown[length + more] = '\0';
	*bytes = length + more;
	return grown;
}

static int print_sealed(FILE *out, const char *text, size_t bytes, const uint8_t file_key[SECRET_BYTES])
{
	uint8_t seal[SECRET_BYTES], *sealed = malloc(bytes + SECRET_SEAL_BYTES);
	if (!sealed)
		return -ENOMEM;
	secret_derive(file_key, PURPOSE_CUSTOMERS, seal);
	int error = secret_seal(seal, text, bytes, sealed);
	if (!error) {
		fprintf(out, "customers %zu\n", bytes + SECRET_SEAL_BYTES);
		backup_print_base64(out, sealed, bytes + SECRET_SEAL_BYTES);
	}
	free(sealed);
	return error;
}

int backup_print_customers(FILE *out, const char *folder, const uint8_t file_key[SECRET_BYTES], struct fault *fault)
{
	struct customers *customers = NULL;
	size_t bytes = 0;
	int error = folder ? customers_load(&customers, folder, fault) : 0;
	if (error || !customers)
		return error;
	char *text = customers_text(customers);
	customers_free(customers);
	if (text)
		text = whole_lines(text, &bytes);
	if (!text)
		return fault_set(fault, -ENOMEM, "no memory left");
	error = print_sealed(out, text, bytes, file_key);
	free(text);
	return error ? fault_set(fault, error, "the customer table cannot be sealed: %s", strerror(-error)) : 0;
}

int backup_open_customers(struct customers **out, const uint8_t *sealed, size_t bytes,
                          const uint8_t file_key[SECRET_BYTES], struct fault *fault)
{
	uint8_t seal[SECRET_BYTES];
	struct csv_report *report = calloc(1, sizeof(*report));
	char *text = bytes >= SECRET_SEAL_BYTES ? calloc(1, bytes + 1) : NULL;
	int error = report && text ? 0 : -ENOMEM;
	secret_derive(file_key, PURPOSE_CUSTOMERS, seal);
	if (!error)
		error = secret_open(seal, sealed, bytes, text);
	if (!error)
		error = customers_read(out, text, report);
	free(text);
	free(report);
	if (error == -ENOMEM)
		return fault_set(fault, error, "no memory left");
	return error ? fault_set(fault, -EBADMSG, "the file is damaged or not complete: the customer table") : 0;
}
