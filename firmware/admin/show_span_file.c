/*
 * show span-file: the spans of the running settings as DAHDI's tools spell them (system.conf). belfryd configures the
 * kernel itself, span by span; this is for a technician who wants to compare, or to use DAHDI's own tools.
 */
#include "admin/internal.h"

#define CHANNELS_A_SPAN 31 /* of the kernel's numbers, as belfry-spans gives them to cards */

static const char *const framings[] = {
    [CONFIG_CCS] = "ccs", [CONFIG_CAS] = "cas", [CONFIG_ESF] = "esf", [CONFIG_D4] = "d4"};
static const char *const codings[] = {[CONFIG_HDB3] = "hdb3", [CONFIG_AMI] = "ami", [CONFIG_B8ZS] = "b8zs"};

static void print_channels(FILE *out, const char *keyword, unsigned span, uint32_t timeslots)
{
	char words[PLACES_WORDS_BYTES];
	fprintf(out, "%s%s\n", keyword, places_words(timeslots, (span - 1u) * CHANNELS_A_SPAN, words, sizeof(words)));
}

static void print_line(FILE *out, const struct config_span *span)
{
	fprintf(out, "span=%u,%u,%u,%s,%s%s%s\n", span->span, span->clock_rank, span->line_build_out,
	        framings[span->framing], codings[span->coding], span->crc4 ? ",crc4" : "",
	        span->yellow ? ",yellow" : "");
}

static const struct control_span_view *running(const struct admin *admin, unsigned span)
{
	const struct control_view *view = admin->control_view;
	for (uint32_t i = 0; i < view->span_count; i++)
		if (view->spans[i].span == span)
			return &view->spans[i];
	return NULL;
}

static void print_span(FILE *out, const struct admin *admin, const struct config_span *span)
{
	const struct control_span_view *now = running(admin, span->span);
	bool e1 = span->type == CONFIG_E1, telephones = span->signalling == CONFIG_FXS;
	unsigned dchannel = telephones ? 0 : e1 ? 16 : 24;
	uint32_t audio = (e1 ? UINT32_C(0xfffffffe) : UINT32_C(0x1fffffe)) & ~(dchannel ? UINT32_C(1) << dchannel : 0);
	fputc('\n', out);
	if (telephones && now && now->telephones)
		audio = now->telephones;
	if (now && now->analogue)
		fprintf(out, "# span %u is an analogue card: no line, the law is its driver's\n", span->span);
	else
		print_line(out, span);
	print_channels(out, telephones ? "fxoks=" : "bchan=", span->span, audio);
	if (dchannel)
		print_channels(out, "dchan=", span->span, UINT32_C(1) << dchannel);
	if (!now || !now->analogue)
		print_channels(out, span->law == CONFIG_ALAW ? "alaw=" : "mulaw=", span->span, audio);
	if (span->echo_cancel)
		print_channels(out, "echocanceller=oslec,", span->span, audio);
}

int run_show_span_file(struct admin *admin, struct session *session)
{
	const struct config *config = admin->config;
	fputs("# The spans of the running settings, as dahdi_cfg reads them. The box does not\n"
	      "# need this file. Channels: 31 numbers for each span, as cards get them.\n",
	      session->out);
	for (uint32_t i = 0; config && i < config->span_count; i++)
		if (config->spans[i].signalling < CONFIG_SIGNALLING_NONE)
			print_span(session->out, admin, &config->spans[i]);
	fputs("\nloadzone=us\ndefaultzone=us\n", session->out);
	return 0;
}
