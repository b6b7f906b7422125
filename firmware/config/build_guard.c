/*
 * Rows that guard the box: users and their passwords, limits of calls out, the night's class of service; and the
 * servers of its time.
 */
#include "config/build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define FRAUD_CALLS 20
#define FRAUD_MS    UINT64_C(3600000)

/* The user of this name, made if there was none. */
static struct config_user *user_named(struct config *config, const char *name)
{
	for (uint32_t i = 0; i < config->user_count; i++)
		if (!strcmp(config->users[i].name, name))
			return &config->users[i];
	struct config_user *grown = reallocarray(config->users, config->user_count + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	config->users = grown;
	struct config_user *user = &grown[config->user_count++];
	*user = (struct config_user){.role = CONFIG_VIEWER};
	text_copy(user->name, sizeof(user->name), name);
	return user;
}

int apply_user(struct build *build, void *object, const struct settings_line *line)
{
	int role = text_name_index(config_role_names, CONFIG_ROLE_COUNT, line->word[3]);
	struct config_user *user = role < 0 ? NULL : user_named(object, line->word[1]);
	if (!user)
		return role < 0 ? -EINVAL : -ENOMEM;
	user->role = (enum config_role)role;
	return 0;
}

int apply_password(struct build *build, void *object, const struct settings_line *line)
{
	struct config_user *user = user_named(object, line->word[1]);
	if (!user)
		return -ENOMEM;
	text_copy(user->password, sizeof(user->password), line->word[3]);
	return 0;
}

void default_fraud_alarm(struct config *config)
{
	config->fraud_calls = FRAUD_CALLS;
	config->fraud_ms = FRAUD_MS;
}

int check_fraud_alarm(const char *const *words, unsigned count, struct fault *fault)
{
	bool off = count > 2 && !strcmp(words[2], "off");
	return off == (count == 3) ? 0
	                           : fault_set(fault, -EINVAL,
	                                       "system fraud-alarm: expected off, or after N per DURATION, such as "
	                                       "after 20 per 1h");
}

int apply_fraud_alarm(struct build *build, void *object, const struct settings_line *line)
{
	struct config *config = object;
	config->fraud_calls = 0;
	if (line->word_count < 6)
		return 0;
	int error = text_to_u32(line->word[3], 1, 1000, &config->fraud_calls);
	return error ? error : text_to_duration_ms(line->word[5], &config->fraud_ms);
}

int apply_ntp_server(struct build *build, void *object, const struct settings_line *line)
{
	struct config *config = object;
	if (config->ntp_count == CONFIG_NTP_SERVERS_MAX)
		return build_refuse(build, line, "at most %d time servers", CONFIG_NTP_SERVERS_MAX);
	text_copy(config->ntp[config->ntp_count++], sizeof(config->ntp[0]), line->word[2]);
	return 0;
}

int apply_night_class(struct build *build, void *object, const struct settings_line *line)
{
	static const char *const classes[] = {"internal", "local", "national", "international"};
	struct config_port *port = object;
	int class = text_name_index(classes, ARRAY_SIZE(classes), line->word[3]);
	if (class < 0)
		return -EINVAL;
	port->night_class = (enum config_class) class;
	port->night_hours = (uint32_t)object_index(build, OBJECT_HOURS, line->word[5]) + 1;
	return 0;
}

/* CALLS per D [minutes M per D], into the place that the row names. */
int apply_limit(struct build *build, void *object, const struct settings_line *line)
{
	const char *const *word = line->word + line->key_count;
	struct config_limit limit = {0};
	int error = text_to_u32(word[0], 1, UINT32_MAX, &limit.calls);
	if (!error)
		error = text_to_duration_ms(word[2], &limit.calls_ms);
	if (!error && line->word_count - line->key_count > 3)
		error = text_to_u32(word[4], 1, UINT32_MAX, &limit.minutes);
	if (!error && limit.minutes)
		error = text_to_duration_ms(word[6], &limit.minutes_ms);
	memcpy((char *)object + setting_rows[line->row].offset, &limit, sizeof(limit));
	return error;
}
