/* A party that is a fax machine: T.30 by spandsp. What has arrived is fed to it before it speaks. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <spandsp.h>

#include "tools/lab/party.h"

#define FAX_IDENT "0000"

struct mouth_fax {
	fax_state_t *machine;
	uint64_t heard_to;
	enum lab_fax status;
	int result;
	bool sends;
};

static void transfer_ended(t30_state_t *t30, void *user, int result)
{
	struct mouth_fax *fax = user;
	fax->result = result;
	fax->status = result == T30_ERR_OK ? LAB_FAX_DONE : LAB_FAX_FAILED;
}

void mouth_fax_free(struct mouth_fax *fax)
{
	if (!fax)
		return;
	fax_free(fax->machine);
	free(fax);
}

static struct mouth_fax *fax_new(struct party *party, bool calling)
{
	struct mouth_fax *fax = calloc(1, sizeof(*fax));
	if (!fax)
		return NULL;
	fax->machine = fax_init(NULL, calling);
	if (!fax->machine) {
		free(fax);
		return NULL;
	}
	fax->status = LAB_FAX_RUNNING;
	fax->heard_to = party->ring_to;
	t30_state_t *t30 = fax_get_t30_state(fax->machine);
	t30_set_tx_ident(t30, FAX_IDENT);
	t30_set_ecm_capability(t30, 1);
	t30_set_supported_modems(t30, T30_SUPPORT_V27TER | T30_SUPPORT_V29 | T30_SUPPORT_V17);
	t30_set_supported_compressions(t30, T30_SUPPORT_T4_1D_COMPRESSION | T30_SUPPORT_T4_2D_COMPRESSION |
	                                        T30_SUPPORT_T6_COMPRESSION);
	t30_set_phase_e_handler(t30, transfer_ended, fax);
	fax_set_transmit_on_idle(fax->machine, 1);
	return fax;
}

static int start(struct party *party, const char *tiff, bool calling, bool sends, char *error, size_t size)
{
	if (sends && access(tiff, R_OK)) {
		int status = -errno;
		snprintf(error, size, "%s: %s", tiff, strerror(-status));
		return status;
	}
	struct mouth_fax *fax = fax_new(party, calling);
	if (!fax)
		return -ENOMEM;
	fax->sends = sends;
	if (sends)
		t30_set_tx_file(fax_get_t30_state(fax->machine), tiff, -1, -1);
	else
		t30_set_rx_file(fax_get_t30_state(fax->machine), tiff, -1);
	mouth_shut(&party->mouth);
	mouth_fax_free(party->fax);
	party->fax = fax;
	party->mouth.mode = MOUTH_FAX;
	return 0;
}

int party_fax_send(struct party *party, const char *tiff, bool calling, char *error, size_t size)
{
	return start(party, tiff, calling, true, error, size);
}

int party_fax_receive(struct party *party, const char *tiff, bool calling, char *error, size_t size)
{
	return start(party, tiff, calling, false, error, size);
}

enum lab_fax party_fax(const struct party *party, struct lab_fax_facts *facts)
{
	const struct mouth_fax *fax = party->fax;
	if (facts)
		memset(facts, 0, sizeof(*facts));
	if (!fax)
		return LAB_FAX_NONE;
	if (facts) {
		t30_stats_t stats;
		t30_get_transfer_statistics(fax_get_t30_state(fax->machine), &stats);
		facts->pages = (unsigned)(fax->sends ? stats.pages_tx : stats.pages_rx);
		facts->bit_rate = (unsigned)stats.bit_rate;
		facts->ecm = stats.error_correcting_mode;
		snprintf(facts->result, sizeof(facts->result), "%s",
		         fax->status == LAB_FAX_RUNNING ? "running" : t30_completion_code_to_str(fax->result));
	}
	return fax->status;
}

void mouth_fax_speak(struct party *party, int16_t *out)
{
	struct mouth_fax *fax = party->fax;
	int16_t heard[PERIOD_SAMPLES];
	fax->heard_to = ears_oldest(party, fax->heard_to);
	for (; fax->heard_to + PERIOD_SAMPLES <= party->ring_to; fax->heard_to += PERIOD_SAMPLES) {
		ears_linear(party, fax->heard_to, heard, PERIOD_SAMPLES);
		fax_rx(fax->machine, heard, PERIOD_SAMPLES);
	}
	int made = fax_tx(fax->machine, out, PERIOD_SAMPLES);
	if (made < PERIOD_SAMPLES)
		memset(out + made, 0, (size_t)(PERIOD_SAMPLES - made) * sizeof(*out));
	if (fax->status != LAB_FAX_RUNNING && made <= 0)
		party->mouth.mode = MOUTH_SHUT;
}
