/*
 * show time: the box's clock, where it comes from, and what the zone makes of it; and the time servers of the settings
 * as chrony wants them, in the folder of the console's socket.
 */
#include "admin/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "config/files.h"

#define CHRONY_FILE "chrony.conf"
#define RTC_SECONDS "/sys/class/rtc/rtc0/since_epoch"
#define DAY_S       86400
#define YEAR_DAYS   366

struct time_facts {
	time_t now, change; /* change: of the offset to UTC, 0: none within a year */
	struct tm local;
	bool synchronised, has_rtc;
	long max_error_us;
	int64_t rtc_behind_s;
};

static long offset_at(time_t at)
{
	struct tm local;
	return localtime_r(&at, &local) ? local.tm_gmtoff : 0;
}

/* The second from which the zone's offset is another one. */
static time_t next_change(time_t now)
{
	long offset = offset_at(now);
	time_t low = now, high = now;
	for (int day = 0; day < YEAR_DAYS && offset_at(high) == offset; day++) {
		low = high;
		high += DAY_S;
	}
	if (offset_at(high) == offset)
		return 0;
	while (high - low > 1) {
		time_t middle = low + (high - low) / 2;
		if (offset_at(middle) == offset)
			low = middle;
		else
			high = middle;
	}
	return high;
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

static void look(struct time_facts *facts)
{
	struct timex kernel = {0};
	memset(facts, 0, sizeof(*facts));
	facts->now = (time_t)(clock_wall_us() / US_PER_S);
	localtime_r(&facts->now, &facts->local);
	facts->change = next_change(facts->now);
	facts->synchronised = adjtimex(&kernel) >= 0 && !(kernel.status & STA_UNSYNC);
	facts->max_error_us = kernel.maxerror;
	read_rtc(facts);
}

static void print_json(const struct admin *admin, FILE *out, const struct time_facts *facts)
{
	struct json json = {.out = out};
	json_open(&json, NULL, '{');
	json_time(&json, "time", (uint64_t)facts->now * US_PER_S);
	json_text(&json, "zone", admin->config ? admin->config->timezone : NULL);
	json_text(&json, "abbreviation", facts->local.tm_zone);
	fprintf(out, ",\"offset_s\":%ld,\"dst\":%s", facts->local.tm_gmtoff,
	        facts->local.tm_isdst > 0 ? "true" : "false");
	json_time(&json, "next_change", (uint64_t)facts->change * US_PER_S);
	fprintf(out, ",\"synchronised\":%s", facts->synchronised ? "true" : "false");
	json_some(&json, "max_error_ms", facts->synchronised ? (uint64_t)facts->max_error_us / 1000 : 0);
	if (facts->has_rtc)
		fprintf(out, ",\"rtc_behind_s\":%" PRId64, facts->rtc_behind_s);
	else
		fputs(",\"rtc_behind_s\":null", out);
	json_open(&json, "servers", '[');
	for (uint32_t i = 0; admin->config && i < admin->config->ntp_count; i++)
		json_text(&json, NULL, admin->config->ntp[i]);
	json_close(&json, ']');
	json_close(&json, '}');
	fputc('\n', out);
}

static void print_zone(const struct admin *admin, FILE *out, const struct time_facts *facts)
{
	char when[40] = "";
	struct tm then;
	fprintf(out, "Zone      %s, %s (%s, %+ld min)\n", admin->config ? admin->config->timezone : "UTC",
	        facts->local.tm_isdst > 0 ? "summer time" : "standard time", facts->local.tm_zone,
	        facts->local.tm_gmtoff / 60);
	time_t before = facts->change - 1;
	if (facts->change && localtime_r(&before, &then) && strftime(when, sizeof(when), "%Y-%m-%d %H:%M", &then))
		fprintf(out, "Changes   after %s to %+ld min\n", when, offset_at(facts->change) / 60);
}

static void print_source(const struct admin *admin, FILE *out, const struct time_facts *facts)
{
	uint32_t servers = admin->config ? admin->config->ntp_count : 0;
	fputs("Source    ", out);
	for (uint32_t i = 0; i < servers; i++)
		fprintf(out, "%s%s", i ? ", " : "", admin->config->ntp[i]);
	fputs(servers ? "" : "the box's own clock (no ntp server is set)", out);
	if (facts->synchronised)
		fprintf(out, "; synchronised, wrong by %ld ms at most\n", facts->max_error_us / 1000);
	else
		fprintf(out, "; not synchronised\n");
	if (!facts->has_rtc)
		fprintf(out, "RTC       none\n");
	else
		fprintf(out, "RTC       %" PRId64 " s %s\n",
		        facts->rtc_behind_s < 0 ? -facts->rtc_behind_s : facts->rtc_behind_s,
		        facts->rtc_behind_s < 0 ? "ahead" : "behind");
}

int run_show_time(struct admin *admin, struct session *session)
{
	struct time_facts facts;
	char local[40], utc[32];
	look(&facts);
	if (session->json) {
		print_json(admin, session->out, &facts);
		return 0;
	}
	clock_format_utc((uint64_t)facts.now * US_PER_S, utc, sizeof(utc));
	if (!strftime(local, sizeof(local), "%Y-%m-%d %H:%M:%S %Z", &facts.local))
		local[0] = '\0';
	fprintf(session->out, "Time      %s (%.19sZ)\n", local, utc);
	print_zone(admin, session->out, &facts);
	print_source(admin, session->out, &facts);
	return 0;
}

/* ---- chrony ---- */

static void print_chrony(const struct config *config, FILE *out)
{
	fputs("# Made by belfryd from the settings \"ntp server\"; replaced at every commit.\n", out);
	for (uint32_t i = 0; i < config->ntp_count; i++)
		fprintf(out, "server %s iburst\n", config->ntp[i]);
	/* A step at the start, when the battery was empty; slewed later: time stamps of records never go back. */
	fputs("makestep 1 3\n"
	      "rtcsync\n"
	      "driftfile /var/lib/chrony/drift\n"
	      "cmdport 0\n",
	      out);
}

void time_servers_changed(const struct admin *admin)
{
	char path[300], *text = NULL;
	size_t bytes = 0;
	const char *slash = strrchr(admin->parts.socket_path, '/');
	snprintf(path, sizeof(path), "%.*s" CHRONY_FILE, slash ? (int)(slash - admin->parts.socket_path) + 1 : 0,
	         admin->parts.socket_path);
	FILE *out = open_memstream(&text, &bytes);
	if (!out)
		return;
	print_chrony(admin->config, out);
	int error = fclose(out) ? -ENOMEM : config_file_replace(path, text, bytes);
	if (error)
		log_write(LOG_WARNING, LOG_ADMIN, "time servers: %s: %s", path, strerror(-error));
	free(text);
}
