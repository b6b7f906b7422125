/*
 * The management network: name servers, and what its rows must have in common.
 */
#include "config/build.h"

#include <string.h>

#include "base/text.h"
#include "config/ipv4.h"

int apply_name_server(struct build *build, void *object, const struct settings_line *line)
{
	struct config_network *network = &((struct config *)object)->network;
	if (network->dns_count == CONFIG_DNS_SERVERS_MAX)
		return build_refuse(build, line, "at most %d name servers", CONFIG_DNS_SERVERS_MAX);
	text_copy(network->dns[network->dns_count++], sizeof(network->dns[0]), line->word[2]);
	return 0;
}

static const struct settings_line *row_of(const struct build *build, const char *leaf)
{
	const char *key[] = {"network", leaf};
	return tree_find(build->tree, key, 2);
}

static bool anybody_has_a_password(const struct config *config)
{
	for (uint32_t i = 0; i < config->user_count; i++)
		if (config->users[i].password[0])
			return true;
	return false;
}

int check_network(struct build *build)
{
	const struct config_network *network = &build->config->network;
	const struct settings_line *gateway_line = row_of(build, "gateway");
	const struct settings_line *ssh_line = row_of(build, "ssh");
	uint32_t address, mask, gateway;
	bool fixed = ipv4_parse_subnet(network->address, &address, &mask);
	if (gateway_line && fixed && ipv4_parse(network->gateway, &gateway) && ((gateway ^ address) & mask))
		return build_refuse(build, gateway_line, "the gateway is not in the network of %s (rule gateway)",
		                    network->address);
	if (gateway_line && !fixed)
		build_warn_line(build, gateway_line,
		                "has no effect without an address of the box's own (rule gateway)");
	if (ssh_line && network->ssh && !strcmp(network->address, "off"))
		build_warn_line(build, ssh_line, "nobody can reach it while network address is off (rule ssh)");
	if (ssh_line && network->ssh && !anybody_has_a_password(build->config))
		build_warn_line(build, ssh_line, "nobody can log in: no user has a password (rule ssh)");
	return 0;
}
