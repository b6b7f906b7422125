/*
 * show span-file: the spans of the running settings as DAHDI's tools spell them (system.conf). belfryd configures the
 * kernel itself, span by span; this is for a technician who wants to compare, or to use DAHDI's own tools.
 */
#include "admin/internal.h"

#define CHANNELS_A_SPAN 31 /* of the kernel's numbers, as belfry-spans gives them to cards */

static const char *const framings[] = {
    [CONFIG_CCS] = "ccs", [CONFIG_CAS] = "cas", [CONFIG_ESF] = "esf", [CONFIG_D4] = "d4"};
static const char *const codings[] = {[CONFIG_HDB3] = "hdb3", [CONFIG_AMI] = "ami", [CONFIG_B8ZS] = "b8zs"};

struct channels {
	unsigned first; /* the kernel's number of timeslot 1 */
	unsigned count, dchannel;
};

/* "1-15,17-31": the channels that carry audio. */
static void print_audio(FILE *out, const char *keyword, const struct channels *channels)
{
	unsigned last = channels->first + channels->count - 1, d = channels->first + channels->dchannel - 1;
	if (!channels->dchannel)
		fprintf(out, "%s%u-%u\n", keyword, channels->first, last);
	else if (d == last)
		fprintf(out, "%s%u-%u\n", keyword, channels->first, last - 1);
	else
		fprintf(out, "%s%u-%u,%u-%u\n", keyword, channels->first, d - 1, d + 1, last);
}

static void print_span(FILE *out, const struct config_span *span)
{
	bool e1 = span->type == CONFIG_E1, telephones = span->signalling == CONFIG_FXS;
	struct channels channels = {.first = (span->span - 1u) * CHANNELS_A_SPAN + 1, .count = e1 ? 31 : 24};
	if (!telephones)
		channels.dchannel = e1 ? 16 : 24;
	fprintf(out, "\nspan=%u,%u,%u,%s,%s%s\n", span->span, span->clock_rank, span->line_build_out,
	        framings[span->framing], codings[span->coding], span->crc4 ? ",crc4" : "");
	print_audio(out, telephones ? "fxoks=" : "bchan=", &channels);
	if (channels.dchannel)
		fprintf(out, "dchan=%u\n", channels.first + channels.dchannel - 1);
	print_audio(out, span->law == CONFIG_ALAW ? "alaw=" : "mulaw=", &channels);
	if (span->echo_cancel)
		print_audio(out, "echocanceller=oslec,", &channels);
}

int run_show_span_file(struct admin *admin, struct session *session)
{
	const struct config *config = admin->config;
	fputs("# The spans of the running settings, as dahdi_cfg reads them. The box does not\n"
	      "# need this file. Channels: 31 numbers for each span, as cards get them.\n",
	      session->out);
	for (uint32_t i = 0; config && i < config->span_count; i++)
		if (config->spans[i].signalling < CONFIG_SIGNALLING_NONE)
			print_span(session->out, &config->spans[i]);
	fputs("\nloadzone=us\ndefaultzone=us\n", session->out);
	return 0;
}
