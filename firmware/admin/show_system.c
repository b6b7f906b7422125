/*
 * show system: which box this is. And the packages of `show software`.
 */
#include "admin/internal.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "admin/cell.h"

struct facts {
	const struct boot_facts *boot;
	struct utsname machine;
	uint64_t uptime_s;
	struct media_status audio;
};

static void find_out(const struct admin *admin, struct facts *facts)
{
	static const struct boot_facts none;
	struct timespec up = {0};
	*facts = (struct facts){.boot = admin->parts.boot ? admin->parts.boot : &none};
	if (uname(&facts->machine) < 0)
		memset(&facts->machine, 0, sizeof(facts->machine));
	clock_gettime(CLOCK_BOOTTIME, &up);
	facts->uptime_s = (uint64_t)up.tv_sec;
	if (admin->parts.media)
		media_status(admin->parts.media, &facts->audio);
}

static void system_json(const struct admin *admin, const struct facts *facts, FILE *out)
{
	struct json json = {.out = out};
	json_open(&json, NULL, '{');
	json_text(&json, "name", admin->config ? admin->config->system_name : NULL);
	json_text(&json, "serial", facts->boot->serial);
	json_text(&json, "hostname", facts->machine.nodename);
	json_text(&json, "slot", facts->boot->slot);
	json_open(&json, "macs", '[');
	for (int i = 0; i < facts->boot->mac_count; i++)
		json_text(&json, NULL, facts->boot->mac[i]);
	json_close(&json, ']');
	json_text(&json, "kernel", facts->machine.release);
	json_number(&json, "uptime_s", facts->uptime_s);
	json_number(&json, "audio_periods", facts->audio.periods);
	json_number(&json, "audio_periods_late", facts->audio.periods_late);
	json_close(&json, '}');
}

static void row(FILE *out, const char *name, const char *value)
{
	if (value && *value)
		fprintf(out, "%-9s %s\n", name, value);
}

int run_show_system(struct admin *admin, struct session *session)
{
	FILE *out = session->out;
	struct facts facts;
	find_out(admin, &facts);
	if (session->json) {
		system_json(admin, &facts, out);
		return 0;
	}
	row(out, "Name", admin->config ? admin->config->system_name : NULL);
	row(out, "Serial", facts.boot->serial[0] ? facts.boot->serial : "not written at the factory");
	row(out, "Host", facts.machine.nodename);
	row(out, "Slot", facts.boot->slot[0] ? facts.boot->slot : "none: not started from an image");
	for (int i = 0; i < facts.boot->mac_count; i++)
		row(out, i ? "" : "Addresses", facts.boot->mac[i]);
	row(out, "Kernel", facts.machine.release);
	fprintf(out, "Up for    ");
	cell_duration(out, 12, facts.uptime_s * 1000);
	cell_end(out);
	fprintf(out, "Audio     %llu periods of %d ms, %llu came late\n", (unsigned long long)facts.audio.periods,
	        DRIVER_PERIOD_MS, (unsigned long long)facts.audio.periods_late);
	return 0;
}

/* ---- what the image is made of ---- */

struct component_list {
	struct json *json;
	FILE *out;
	unsigned count;
};

static void print_component(void *user, const char *name, const char *version)
{
	struct component_list *list = user;
	list->count++;
	if (!list->json) {
		fprintf(list->out, "%s%-30s %s\n", list->count == 1 ? "Packages\n" : "", name, version);
		return;
	}
	json_open(list->json, NULL, '{');
	json_text(list->json, "name", name);
	json_text(list->json, "version", version);
	json_close(list->json, '}');
}

void print_components(const struct admin *admin, struct json *json, FILE *out)
{
	struct component_list list = {.json = json, .out = out};
	if (json)
		json_open(json, "components", '[');
	if (admin->parts.boot)
		boot_facts_each_component(admin->parts.boot, print_component, &list);
	if (json)
		json_close(json, ']');
}
