/*
 * Hunt groups, menus and rules: what their rows mean, and what of them can never work.
 */
#include "config/build.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "config/settings.h"

#define HUNT_MEMBERS_MAX 32
#define MENU_KEYS_MAX    64
#define DID_LIMITS_MAX   100
#define HUNT_RING_MS     15000
#define MENU_TIMEOUT_MS  5000

int apply_huntgroup_member(struct build *build, void *object, const struct settings_line *line)
{
	struct config_huntgroup *group = object;
	unsigned count = line->word_count;
	uint64_t ring_ms = HUNT_RING_MS;
	void *array = group->members;
	if (group->member_count == HUNT_MEMBERS_MAX)
		return build_refuse(build, line, "a hunt group has at most %d members", HUNT_MEMBERS_MAX);
	if (count > line->key_count && !strcmp(line->word[count - 2], "time") &&
	    text_to_duration_ms(line->word[count - 1], &ring_ms))
		return -EINVAL;
	int32_t destination = build_destination(build, line->word, 3, line->key_count);
	if (destination < 0)
		return destination;
	struct config_hunt_member *member = build_one_more(&array, group->member_count, sizeof(*member));
	if (!member)
		return -ENOMEM;
	group->members = array;
	group->member_count++;
	member->destination = destination;
	member->ring_ms = ring_ms;
	return 0;
}

int apply_menu_key(struct build *build, void *object, const struct settings_line *line)
{
	struct config_menu *menu = object;
	void *array = menu->keys;
	if (menu->key_count == MENU_KEYS_MAX)
		return build_refuse(build, line, "a menu has at most %d choices", MENU_KEYS_MAX);
	int32_t destination = build_destination(build, line->word, line->key_count, line->word_count);
	if (destination < 0)
		return destination;
	struct config_menu_key *key = build_one_more(&array, menu->key_count, sizeof(*key));
	if (!key)
		return -ENOMEM;
	menu->keys = array;
	menu->key_count++;
	text_copy(key->digits, sizeof(key->digits), line->word[3]);
	key->destination = destination;
	return 0;
}

int apply_menu_timeout(struct build *build, void *object, const struct settings_line *line)
{
	struct config_menu *menu = object;
	if (line->word_count > 4) {
		menu->timeout = build_destination(build, line->word, 4, line->word_count);
		if (menu->timeout < 0)
			return menu->timeout;
	}
	return text_to_duration_ms(line->word[3], &menu->timeout_ms);
}

int apply_did_limit(struct build *build, void *object, const struct settings_line *line)
{
	struct config *config = object;
	void *array = config->did_limits;
	int32_t destination = -1;
	uint32_t calls;
	bool waiting = line->word_count > 4 && !strcmp(line->word[4], "waiting");
	unsigned at = waiting ? 5 : 4;
	if (config->did_limit_count == DID_LIMITS_MAX)
		return build_refuse(build, line, "there are at most %d limits of numbers", DID_LIMITS_MAX);
	if (text_to_u32(line->word[3], 1, 10000, &calls))
		return -EINVAL;
	if (line->word_count > at) {
		destination = build_destination(build, line->word, at, line->word_count);
		if (destination < 0)
			return destination;
	}
	struct config_did_limit *limit = build_one_more(&array, config->did_limit_count, sizeof(*limit));
	if (!limit)
		return -ENOMEM;
	config->did_limits = array;
	config->did_limit_count++;
	text_copy(limit->pattern, sizeof(limit->pattern), line->word[2]);
	limit->calls = calls;
	limit->waiting = waiting;
	limit->destination = destination;
	return 0;
}

int apply_route(struct build *build, void *object, const struct settings_line *line)
{
	struct config_route *route = object;
	int match = text_name_index(config_route_match_names, CONFIG_ROUTE_MATCH_COUNT, line->word[3]);
	if (match < 0)
		return -EINVAL;
	route->match = (enum config_route_match)match;
	text_copy(route->text, sizeof(route->text), line->word[4]);
	route->destination = build_destination(build, line->word, 5, line->word_count);
	return route->destination < 0 ? route->destination : 0;
}

/* Fields whose "not set" is not zero. */
void clear_menu(struct config_menu *menu)
{
	menu->timeout = menu->invalid = -1;
	menu->timeout_ms = MENU_TIMEOUT_MS;
}

static int check_members(struct build *build, const struct config_huntgroup *group)
{
	for (uint32_t i = 0; i < group->member_count; i++) {
		const struct config_destination *to = &build->config->destinations[group->members[i].destination];
		if (to->type != DEST_EXTENSION && to->type != DEST_AGENT && to->type != DEST_EXTERNAL)
			return fault_set(build->fault, -EINVAL,
			                 "huntgroup %s member %s %s: a member is an extension, an agent or an external "
			                 "number (rule member)",
			                 group->name, config_destination_names[to->type], to->name);
		if (to->type == DEST_EXTERNAL && group->order == CONFIG_HUNT_ALL)
			return fault_set(build->fault, -EINVAL,
			                 "huntgroup %s member external %s: only telephones can ring together; choose "
			                 "order linear or circular (rule member)",
			                 group->name, to->name);
	}
	if (!group->member_count)
		build_warn(build, "huntgroup %s has no members: calls go to its final destination (rule no-members)",
		           group->name);
	return 0;
}

static void warn_menu(struct build *build, const struct config_menu *menu)
{
	if (!menu->prompt[0])
		build_warn(build, "menu %s has no prompt: callers hear silence (rule no-prompt)", menu->name);
	else
		build_warn_prompt(build, menu->prompt, "menu", menu->name, "prompt");
}

static int check_prompt(struct build *build, uint32_t place)
{
	const struct config_prompt *prompts = build->config->prompts, *prompt = &prompts[place];
	if (prompt->text[0] && prompt->file[0])
		return fault_set(build->fault, -EINVAL, "prompt %s: has both a text and a file; delete one of them",
		                 prompt->name);
	if (!prompt->record)
		return 0;
	if (prompt->text[0] || prompt->file[0])
		return fault_set(build->fault, -EINVAL,
		                 "prompt %s: is recorded on the box, and has a %s as well; delete one of them",
		                 prompt->name, prompt->text[0] ? "text" : "file");
	for (uint32_t i = 0; i < place; i++)
		if (prompts[i].record == prompt->record)
			return fault_set(build->fault, -EINVAL, "prompts %s and %s are both recorded under number %u",
			                 prompts[i].name, prompt->name, prompt->record);
	return 0;
}

int check_routes(struct build *build)
{
	const struct config *config = build->config;
	for (uint32_t i = 0; i < config->huntgroup_count; i++) {
		int error = check_members(build, &config->huntgroups[i]);
		if (error)
			return error;
	}
	for (uint32_t i = 0; i < config->menu_count; i++)
		warn_menu(build, &config->menus[i]);
	for (uint32_t i = 0; i < config->prompt_count; i++) {
		int error = check_prompt(build, i);
		if (error)
			return error;
	}
	return 0;
}

static bool own_prompt(const struct config *config, const char *name)
{
	for (uint32_t i = 0; i < config->prompt_count; i++)
		if (strcmp(config->prompts[i].name, name) == 0)
			return true;
	return false;
}

void build_warn_prompt(struct build *build, const char *prompt, const char *root, const char *name, const char *leaf)
{
	if (prompt[0] && prompt_known && !prompt_known(prompt) && !own_prompt(build->config, prompt))
		build_warn(build, "%s%s%s%s%s: there is no prompt %s", root, *name ? " " : "", name, *leaf ? " " : "",
		           leaf, prompt);
}
