/*
 * show time: the box's clock, where it comes from, and what the zone makes of it; and the time servers of the settings
 * as chrony wants them, in the folder of the console's socket.
 */
#include "admin/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "config/files.h"

#define CHRONY_FILE "chrony.conf"
#define TRACKING    "time-tracking" /* beside it: what chronyd says of itself, which the system puts there */
#define FRESH_S     120
#define SILENT_S    3600 /* as long as the alarm of an unheard server waits */
#define RTC_SECONDS "/sys/class/rtc/rtc0/since_epoch"

struct time_facts {
	int64_t now_s; /* of the view, as its zone */
	const struct control_zone_view *zone;
	bool synchronised, has_rtc;
	long max_error_us;
	int64_t rtc_behind_s;
	/* of chronyd, if it says something */
	bool has_source;
	char source[64];
	uint32_t stratum;
	double offset_ms; /* the system's clock is ahead by so much */
	uint64_t heard_s; /* when it was last heard */
};

static void beside_socket(const struct admin *admin, const char *name, char *path, size_t size)
{
	const char *slash = strrchr(admin->parts.socket_path, '/');
	snprintf(path, size, "%.*s%s", slash ? (int)(slash - admin->parts.socket_path) + 1 : 0,
	         admin->parts.socket_path, name);
}

/* "chronyc -c tracking": id, source, stratum, time of it, offset in s (positive: the clock is slow), and more. */
static bool take_tracking(struct time_facts *facts, char *line)
{
	char *field[5], *end;
	for (size_t i = 0; i < ARRAY_SIZE(field); i++)
		if (!(field[i] = strsep(&line, ",")))
			return false;
	if (text_to_u32(field[2], 1, 15, &facts->stratum) || !text_copy(facts->source, sizeof(facts->source), field[1]))
		return false;
	field[3][strcspn(field[3], ".")] = '\0';
	if (text_to_u64(field[3], 0, UINT32_MAX, &facts->heard_s))
		return false;
	double offset_s = strtod(field[4], &end);
	if (end == field[4] || *end || !(offset_s > -1e9 && offset_s < 1e9))
		return false;
	facts->offset_ms = -1000 * offset_s;
	return facts->source[0] != '\0';
}

static void read_tracking(const struct admin *admin, struct time_facts *facts)
{
	char path[300], line[300] = "";
	struct stat status;
	struct timespec now;
	beside_socket(admin, TRACKING, path, sizeof(path));
	FILE *file = fopen(path, "re");
	if (!file)
		return;
	bool fresh = !fstat(fileno(file), &status) && !clock_gettime(CLOCK_REALTIME, &now) &&
	             now.tv_sec - status.st_mtime < FRESH_S;
	facts->has_source = fresh && fgets(line, sizeof(line), file) && take_tracking(facts, line);
	fclose(file);
}

/* The clock on the board, if there is one, against the system's. */
static void read_rtc(struct time_facts *facts)
{
	char text[32] = "";
	struct timespec now;
	uint64_t seconds = 0;
	FILE *file = fopen(RTC_SECONDS, "re");
	facts->has_rtc = file && fgets(text, sizeof(text), file);
	if (file)
		fclose(file);
	text[strcspn(text, "\n")] = '\0';
	facts->has_rtc = facts->has_rtc && !text_to_u64(text, 0, INT64_MAX, &seconds);
	if (facts->has_rtc && !clock_gettime(CLOCK_REALTIME, &now))
		facts->rtc_behind_s = (int64_t)now.tv_sec - (int64_t)seconds;
}

static void look(const struct admin *admin, struct time_facts *facts)
{
	struct timex kernel = {0};
	memset(facts, 0, sizeof(*facts));
	facts->now_s = (int64_t)(admin->control_view->wall_us / US_PER_S);
	facts->zone = &admin->control_view->zone;
	facts->synchronised = adjtimex(&kernel) >= 0 && !(kernel.status & STA_UNSYNC);
	facts->max_error_us = kernel.maxerror;
	read_rtc(facts);
	read_tracking(admin, facts);
}

static void print_json(const struct admin *admin, FILE *out, const struct time_facts *facts)
{
	struct json json = {.out = out};
	json_open(&json, NULL, '{');
	json_time(&json, "time", (uint64_t)facts->now_s * US_PER_S);
	json_text(&json, "zone", facts->zone->name);
	json_text(&json, "abbreviation", facts->zone->abbreviation);
	fprintf(out, ",\"offset_s\":%" PRId32 ",\"dst\":%s", facts->zone->offset_s,
	        facts->zone->summer ? "true" : "false");
	json_time(&json, "next_change", (uint64_t)facts->zone->change_s * US_PER_S);
	fprintf(out, ",\"synchronised\":%s", facts->synchronised ? "true" : "false");
	json_some(&json, "max_error_ms", facts->synchronised ? (uint64_t)facts->max_error_us / 1000 : 0);
	if (facts->has_rtc)
		fprintf(out, ",\"rtc_behind_s\":%" PRId64, facts->rtc_behind_s);
	else
		fputs(",\"rtc_behind_s\":null", out);
	json_text(&json, "source", facts->has_source ? facts->source : NULL);
	json_some(&json, "stratum", facts->has_source ? facts->stratum : 0);
	if (facts->has_source)
		fprintf(out, ",\"offset_ms\":%.3f", facts->offset_ms);
	else
		fputs(",\"offset_ms\":null", out);
	json_time(&json, "heard", facts->has_source ? facts->heard_s * US_PER_S : 0);
	json_open(&json, "servers", '[');
	for (uint32_t i = 0; admin->config && i < admin->config->ntp_count; i++)
		json_text(&json, NULL, admin->config->ntp[i]);
	json_close(&json, ']');
	json_close(&json, '}');
	fputc('\n', out);
}

/* "YYYY-MM-DD HH:MM:SS" where the offset is this. */
static void format_local(int64_t at_s, int32_t offset_s, char *text, size_t size)
{
	clock_format_utc((uint64_t)(at_s + offset_s) * US_PER_S, text, size);
	text[strcspn(text, "T")] = ' ';
	text[strcspn(text, ".")] = '\0';
}

static void print_zone(FILE *out, const struct time_facts *facts)
{
	const struct control_zone_view *zone = facts->zone;
	char when[32];
	fprintf(out, "Zone      %s, %s (%s, %+" PRId32 " min)\n", zone->name,
	        zone->summer ? "summer time" : "standard time", zone->abbreviation, zone->offset_s / 60);
	if (!zone->change_s)
		return;
	format_local(zone->change_s - 1, zone->offset_s, when, sizeof(when));
	fprintf(out, "Changes   after %.16s to %+" PRId32 " min\n", when, zone->offset_then_s / 60);
}

static void print_offset(FILE *out, const struct time_facts *facts)
{
	struct timespec now = {0};
	fprintf(out, "Offset    %.3f ms %s %s, stratum %u", facts->offset_ms < 0 ? -facts->offset_ms : facts->offset_ms,
	        facts->offset_ms < 0 ? "behind" : "ahead of", facts->source, facts->stratum);
	if (!clock_gettime(CLOCK_REALTIME, &now) && (uint64_t)now.tv_sec >= facts->heard_s)
		fprintf(out, "; last heard %" PRIu64 " min ago", ((uint64_t)now.tv_sec - facts->heard_s) / 60);
	fputc('\n', out);
}

static void print_source(const struct admin *admin, FILE *out, const struct time_facts *facts)
{
	uint32_t servers = admin->config ? admin->config->ntp_count : 0;
	fputs("Source    ", out);
	for (uint32_t i = 0; i < servers; i++)
		fprintf(out, "%s%s", i ? ", " : "", admin->config->ntp[i]);
	fputs(servers ? "" : "the box's own clock (no ntp server is set)", out);
	if (facts->synchronised)
		fprintf(out, "\nState     synchronised, wrong by %ld ms at most\n", facts->max_error_us / 1000);
	else
		fprintf(out, "\nState     not synchronised\n");
	if (facts->has_source)
		print_offset(out, facts);
	else if (servers)
		fprintf(out, "Offset    not known: no server has been heard\n");
	if (!facts->has_rtc)
		fprintf(out, "RTC       none: without a time server the time is wrong after each start\n");
	else
		fprintf(out, "RTC       %" PRId64 " s %s; read at the start,\n          %s\n",
		        facts->rtc_behind_s < 0 ? -facts->rtc_behind_s : facts->rtc_behind_s,
		        facts->rtc_behind_s < 0 ? "ahead" : "behind",
		        facts->synchronised ? "set from the synchronised time every 11 min"
		                            : "set by \"request time\" alone while the time is not synchronised");
}

bool time_server_heard(const struct admin *admin, char *name, size_t size)
{
	struct time_facts facts = {0};
	struct timespec now = {0};
	read_tracking(admin, &facts);
	clock_gettime(CLOCK_REALTIME, &now);
	return facts.has_source && facts.heard_s + SILENT_S > (uint64_t)now.tv_sec &&
	       text_copy(name, size, facts.source);
}

int run_show_time(struct admin *admin, struct session *session)
{
	struct time_facts facts;
	char local[32], utc[32];
	look(admin, &facts);
	if (session->json) {
		print_json(admin, session->out, &facts);
		return 0;
	}
	clock_format_utc((uint64_t)facts.now_s * US_PER_S, utc, sizeof(utc));
	format_local(facts.now_s, facts.zone->offset_s, local, sizeof(local));
	fprintf(session->out, "Time      %s %s (%.19sZ)\n", local, facts.zone->abbreviation, utc);
	print_zone(session->out, &facts);
	print_source(admin, session->out, &facts);
	return 0;
}

/* ---- chrony ---- */

static void print_chrony(const struct config *config, FILE *out)
{
	fputs("# Made by belfryd from the settings \"ntp server\"; replaced when they change.\n", out);
	for (uint32_t i = 0; i < config->ntp_count; i++)
		fprintf(out, "server %s iburst\n", config->ntp[i]);
	/* A step at the start, when the battery was empty; slewed later: time stamps of records never go back. */
	fputs("makestep 1 3\n"
	      "rtcsync\n"
	      "driftfile /var/lib/chrony/drift\n"
	      "cmdport 0\n" /* chronyc of the box itself comes by the unix socket */,
	      out);
}

void time_servers_changed(const struct admin *admin)
{
	char path[300], *text = NULL, *before = NULL;
	size_t bytes = 0;
	beside_socket(admin, CHRONY_FILE, path, sizeof(path));
	FILE *out = open_memstream(&text, &bytes);
	if (!out)
		return;
	print_chrony(admin->config, out);
	int error = fclose(out) ? -ENOMEM : 0;
	bool same = !error && !config_file_read(path, &before) && before && !strcmp(before, text);
	if (!error && !same) /* chronyd is begun anew for each that is written */
		error = config_file_replace(path, text, bytes);
	free(before);
	if (error)
		log_write(LOG_WARNING, LOG_ADMIN, "time servers: %s: %s", path, strerror(-error));
	free(text);
}
