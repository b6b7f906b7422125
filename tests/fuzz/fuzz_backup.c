/*
 * Fuzz target: a backup's file, as it comes and with the sum and the signature that would be right, so that what stands
 * behind them is reached too. What is refused must be said in a sentence and change nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/backup.h"
#include "config/secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct settings *settings;

static void must(bool right)
{
	if (!right)
		abort();
}

static void try_file(const char *text)
{
	struct fault fault = {""};
	struct backup *backup = NULL;
	struct candidate *candidate;
	if (backup_open(&backup, text, "a pass phrase", &fault)) {
		must(fault.text[0] && !backup);
		return;
	}
	must(!candidate_new(&candidate, settings));
	if (candidate_restore(candidate, backup, &fault))
		must(fault.text[0] && !candidate_changed(candidate));
	candidate_free(candidate);
	backup_free(backup);
}

/* The text, as this box would have signed it. */
static char *signed_text(const char *body)
{
	uint8_t with[SECRET_BYTES], digest[SECRET_BYTES];
	char *text = NULL, hex[2 * SECRET_BYTES + 1];
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	must(out != NULL);
	fprintf(out, "belfry-backup 1\nkey %s\n%s\nend\n", secret_id(), body);
	fflush(out);
	secret_derive(NULL, "backup signature", with);
	secret_hmac_with(with, text, bytes, digest);
	secret_hex(digest, sizeof(digest), hex);
	fprintf(out, "sign box %s\n", hex);
	fflush(out);
	secret_sha256(text, bytes, digest);
	secret_hex(digest, sizeof(digest), hex);
	fprintf(out, "sum %s\n", hex);
	fclose(out);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fault fault = {""};
	must(settings || !settings_load(&settings, "/nonexistent", &fault));
	char *text = calloc(1, size + 1);
	must(text != NULL);
	memcpy(text, data, size);
	try_file(text);
	char *whole = signed_text(text);
	try_file(whole);
	free(whole);
	free(text);
	return 0;
}
