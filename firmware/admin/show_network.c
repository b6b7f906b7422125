/*
 * The management network: what the settings ask for, written beside the console's socket for the service that sets it
 * up (belfryd itself may not); and show network, what that service made of it.
 */
#include "admin/internal.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/files.h"

#define WANTED_FILE "network"
#define NAMES_MAX   4

/* ---- what is wanted ---- */

static void print_wanted(const struct config_network *network, FILE *out)
{
	fprintf(out, "address %s\n", network->address);
	if (network->gateway[0])
		fprintf(out, "gateway %s\n", network->gateway);
	for (uint32_t i = 0; i < network->dns_count; i++)
		fprintf(out, "dns %s\n", network->dns[i]);
	fprintf(out, "ssh %s\n", network->ssh ? "on" : "off");
}

static int write_wanted(const struct admin *admin, const char *path)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	if (!out)
		return -ENOMEM;
	print_wanted(&admin->config->network, out);
	int error = fclose(out) ? -ENOMEM : config_file_replace(path, text, bytes);
	free(text);
	return error;
}

void management_network_changed(const struct admin *admin)
{
	const char *socket = admin->parts.socket_path, *slash = strrchr(socket, '/');
	char path[PATH_MAX];
	size_t used = 0;
	text_append(path, sizeof(path), &used, "%.*s" WANTED_FILE, slash ? (int)(slash - socket) + 1 : 0, socket);
	int error = write_wanted(admin, path);
	if (error)
		log_write(LOG_WARNING, LOG_ADMIN, "management network: %s: %s", path, strerror(-error));
}

/* ---- what is ---- */

struct found {
	char card[16], address[40], gateway[40], ssh_key[96], dns[NAMES_MAX][40];
	unsigned dns_count;
};

static void take(void *user, const char *what, const char *value)
{
	struct found *found = user;
	const struct {
		const char *what;
		char *to;
		size_t size;
	} places[] = {{"card", found->card, sizeof(found->card)},
	              {"address", found->address, sizeof(found->address)},
	              {"gateway", found->gateway, sizeof(found->gateway)},
	              {"ssh-key", found->ssh_key, sizeof(found->ssh_key)}};
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (strcmp(what, places[i].what) == 0)
			text_copy(places[i].to, places[i].size, value);
	if (strcmp(what, "dns") == 0 && found->dns_count < NAMES_MAX)
		text_copy(found->dns[found->dns_count++], sizeof(found->dns[0]), value);
}

/* A cable is pulled without anybody telling: asked of the kernel. */
static const char *link_of(const struct found *found, char *text, size_t size)
{
	char path[64];
	size_t used = 0;
	text_append(path, sizeof(path), &used, "/sys/class/net/%s/operstate", found->card);
	FILE *file = found->card[0] && !strchr(found->card, '/') ? fopen(path, "re") : NULL;
	if (!file || !fgets(text, (int)size, file))
		text_copy(text, size, file ? "unknown" : "");
	if (file)
		fclose(file);
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void network_json(const struct config_network *wanted, const struct found *found, FILE *out)
{
	struct json json = {.out = out};
	char link[16];
	json_open(&json, NULL, '{');
	json_text(&json, "setting", wanted->address);
	json_text(&json, "card", found->card);
	json_text(&json, "link", link_of(found, link, sizeof(link)));
	json_text(&json, "address", found->address);
	json_text(&json, "gateway", found->gateway);
	json_open(&json, "dns", '[');
	for (unsigned i = 0; i < found->dns_count; i++)
		json_text(&json, NULL, found->dns[i]);
	json_close(&json, ']');
	json_text(&json, "ssh", wanted->ssh ? "on" : "off");
	json_text(&json, "ssh_key", found->ssh_key);
	json_close(&json, '}');
}

static void row(FILE *out, const char *name, const char *value)
{
	if (*value)
		fprintf(out, "%-9s %s\n", name, value);
}

int run_show_network(struct admin *admin, struct session *session)
{
	const struct config_network *wanted = &admin->config->network;
	struct found found = {0};
	FILE *out = session->out;
	char link[16];
	if (admin->parts.boot)
		boot_facts_each_network(admin->parts.boot, take, &found);
	if (session->json) {
		network_json(wanted, &found, out);
		return 0;
	}
	row(out, "Setting", wanted->address);
	if (!found.card[0]) {
		row(out, "Card",
		    admin->parts.boot && admin->parts.boot->folder[0]
		        ? "none: this box has no network card for it"
		        : "none: the host's own network, which the box leaves alone");
	} else {
		fprintf(out, "Card      %s, link %s\n", found.card, link_of(&found, link, sizeof(link)));
		row(out, "Address", found.address[0] ? found.address : "none");
	}
	row(out, "Gateway", found.gateway);
	for (unsigned i = 0; i < found.dns_count; i++)
		row(out, i ? "" : "Names", found.dns[i]);
	row(out, "SSH", wanted->ssh ? "on" : "off");
	row(out, "Its key", found.ssh_key);
	return 0;
}
