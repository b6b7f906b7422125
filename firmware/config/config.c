/*
 * struct config: names of its enums, release, and which inward number a called number belongs to.
 */
#include "config/config.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

const char *const config_destination_names[DEST_TYPE_COUNT] = {
    "none",      "queue",    "extension", "agent",    "huntgroup", "menu",   "hours",
    "voicemail", "announce", "fax",       "external", "callback",  "hangup", "login"};
const char *const config_role_names[CONFIG_ROLE_COUNT] = {"viewer", "supervisor", "technician", "administrator"};
const char *const config_code_names[CODE_COUNT] = {
    "login",   "logout",       "pause",     "ready",       "wrap-up",      "disposition", "park",
    "pick-up", "help",         "listen",    "whisper",     "barge",        "record",      "recorder",
    "page",    "night-switch", "voicemail", "diagnostics", "wrap-up-more", "requeue"};

const char *const config_route_match_names[] = {"to", "from", "span", "hours", "customer"};

void config_free(struct config *config)
{
	if (!config)
		return;
	for (uint32_t i = 0; config->queues && i < config->queue_count; i++) {
		free(config->queues[i].members);
		free(config->queues[i].dispositions);
	}
	for (uint32_t i = 0; config->hours && i < config->hours_count; i++) {
		free(config->hours[i].ranges);
		free(config->hours[i].holidays);
	}
	for (uint32_t i = 0; config->huntgroups && i < config->huntgroup_count; i++)
		free(config->huntgroups[i].members);
	for (uint32_t i = 0; config->menus && i < config->menu_count; i++)
		free(config->menus[i].keys);
	free(config->huntgroups);
	free(config->menus);
	free(config->routes);
	free(config->did_limits);
	free(config->prompts);
	free(config->sounds);
	free(config->zones);
	free(config->musics);
	free(config->spans);
	free(config->ports);
	free(config->agents);
	free(config->queues);
	free(config->dids);
	free(config->trunks);
	free(config->outsides);
	free(config->hours);
	free(config->reasons);
	free(config->timers);
	free(config->users);
	free(config->destinations);
	free(config->emergency);
	free(config);
}

static int32_t find(const void *rows, size_t row_bytes, size_t name_offset, uint32_t count, const char *name)
{
	for (uint32_t i = 0; i < count; i++)
		if (strcmp((const char *)rows + i * row_bytes + name_offset, name) == 0)
			return (int32_t)i;
	return -1;
}

int32_t config_find_hours(const struct config *config, const char *name)
{
	return find(config->hours, sizeof(*config->hours), offsetof(struct config_hours, name), config->hours_count,
	            name);
}

int32_t config_find_menu(const struct config *config, const char *name)
{
	return find(config->menus, sizeof(*config->menus), offsetof(struct config_menu, name), config->menu_count,
	            name);
}

int32_t config_find_huntgroup(const struct config *config, const char *name)
{
	return find(config->huntgroups, sizeof(*config->huntgroups), offsetof(struct config_huntgroup, name),
	            config->huntgroup_count, name);
}

enum fit { FIT_NO, FIT_SO_FAR, FIT_WHOLE };

/* How digits go with a pattern; *more: further digits could still go with it. */
static enum fit fit_pattern(const char *pattern, const char *digits, bool *more)
{
	*more = false;
	for (; *pattern && *pattern != '.'; pattern++, digits++) {
		if (!*digits) {
			*more = true;
			return FIT_SO_FAR;
		}
		if (*pattern != *digits && !(*pattern == 'X' && *digits >= '0' && *digits <= '9'))
			return FIT_NO;
	}
	*more = *pattern == '.';
	return *pattern == '.' || !*digits ? FIT_WHOLE : FIT_NO;
}

/* Exact digits beat X, X beats '.', at the first place where two patterns differ; then the longer one. */
static bool better(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		if (*a == *b)
			continue;
		if (*a == '.' || *b == '.')
			return *b == '.';
		return *b == 'X';
	}
	return *a != '\0' && *a != '.';
}

int32_t config_match_did(const struct config *config, const char *digits)
{
	int32_t best = -1;
	bool more;
	for (uint32_t i = 0; i < config->did_count; i++)
		if (fit_pattern(config->dids[i].pattern, digits, &more) == FIT_WHOLE &&
		    (best < 0 || better(config->dids[i].pattern, config->dids[best].pattern)))
			best = (int32_t)i;
	return best;
}

bool config_pattern_fits(const char *pattern, const char *digits)
{
	bool more;
	return fit_pattern(pattern, digits, &more) == FIT_WHOLE;
}

bool config_number_known(const struct config *config, const char *digits)
{
	for (uint32_t i = 0; i < config->route_count; i++)
		if (config->routes[i].match == CONFIG_ROUTE_TO && config_pattern_fits(config->routes[i].text, digits))
			return true;
	return config_match_did(config, digits) >= 0;
}

static bool route_may_grow(const struct config *config, const char *digits)
{
	bool more;
	for (uint32_t i = 0; i < config->route_count; i++)
		if (config->routes[i].match == CONFIG_ROUTE_TO &&
		    fit_pattern(config->routes[i].text, digits, &more) != FIT_NO && more)
			return true;
	return false;
}

bool config_did_may_grow(const struct config *config, const char *digits)
{
	int32_t best = config_match_did(config, digits);
	bool more;
	for (uint32_t i = 0; i < config->did_count; i++) {
		enum fit fit = fit_pattern(config->dids[i].pattern, digits, &more);
		/* An open pattern that something more exact has beaten will not win with more digits either. */
		if (more && (fit == FIT_SO_FAR || (fit == FIT_WHOLE && (int32_t)i == best)))
			return true;
	}
	return route_may_grow(config, digits);
}
