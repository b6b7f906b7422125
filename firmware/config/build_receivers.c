/*
 * Rows that say who is told of alarms: syslog servers and receivers of SNMP traps.
 */
#include "config/build.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "config/server.h"

#define SYSLOG_PORT 514 /* RFC 5426 3.3 */
#define TRAP_PORT   162 /* RFC 3417 */

/* The receiver of this kind at this server, made if there was none; typed differently it is still the same. */
static int receiver_at(struct build *build, const struct settings_line *line, unsigned word, bool snmp,
                       struct config_receiver **out)
{
	struct config *config = build->config;
	struct config_receiver wanted = {.snmp = snmp, .level = LOG_WARNING};
	if (!server_split(line->word[word], snmp ? TRAP_PORT : SYSLOG_PORT, wanted.host, &wanted.port))
		return -EINVAL;
	for (uint32_t i = 0; i < config->receiver_count; i++) {
		struct config_receiver *receiver = &config->receivers[i];
		if (receiver->snmp == snmp && receiver->port == wanted.port && !strcmp(receiver->host, wanted.host)) {
			*out = receiver;
			return 0;
		}
	}
	if (config->receiver_count == CONFIG_RECEIVERS_MAX)
		return build_refuse(build, line, "at most %d syslog servers and receivers of traps together",
		                    CONFIG_RECEIVERS_MAX);
	*out = &config->receivers[config->receiver_count++];
	**out = wanted;
	return 0;
}

int apply_syslog(struct build *build, void *object, const struct settings_line *line)
{
	struct config_receiver *receiver;
	int error = receiver_at(build, line, 2, false, &receiver), level;
	if (error || line->word_count < 5)
		return error;
	for (level = LOG_ERROR; level <= LOG_INFO; level++)
		if (!strcmp(log_level_name((enum log_level)level), line->word[4]))
			receiver->level = (uint8_t)level;
	return 0;
}

int apply_trap_community(struct build *build, void *object, const struct settings_line *line)
{
	struct config_receiver *receiver;
	int error = receiver_at(build, line, 3, true, &receiver);
	if (!error)
		text_copy(receiver->community, sizeof(receiver->community), line->word[5]);
	return error;
}

int apply_trap_inform(struct build *build, void *object, const struct settings_line *line)
{
	struct config_receiver *receiver;
	int error = receiver_at(build, line, 3, true, &receiver);
	if (!error)
		receiver->inform = !strcmp(line->word[5], "on");
	return error;
}

int check_receivers(struct build *build)
{
	const struct config *config = build->config;
	for (uint32_t i = 0; i < config->receiver_count; i++)
		if (config->receivers[i].snmp && !config->receivers[i].community[0])
			return fault_set(
			    build->fault, -EINVAL,
			    "system snmp trap %s: its community is missing, expected: set system snmp trap "
			    "%s community TEXT",
			    config->receivers[i].host, config->receivers[i].host);
	return 0;
}
