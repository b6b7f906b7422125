/*
 * Private to config: how a tree of lines becomes struct config.
 */
#ifndef BELFRY_CONFIG_BUILD_H
#define BELFRY_CONFIG_BUILD_H

#include "config/config.h"
#include "config/tree.h"

/* The names of one class of objects, in order; index is the object's index in struct config. */
struct object_names {
	const char **name;
	uint32_t count;
};

struct build {
	struct config *config;
	const struct tree *tree;
	const struct settings_line **lines; /* sorted */
	uint32_t line_count;
	struct object_names names[OBJECT_CLASS_COUNT];
	char *warnings;
	size_t warnings_size, warnings_used;
	struct fault *fault;
	const struct settings_line *refused; /* the line that build_refuse() named */
};

/* 0, or -EINVAL with a sentence that names the line, which refused (or NULL) then points to. */
MUST_CHECK int build_config(const struct tree *tree, struct config **out, char *warnings, size_t warnings_size,
                            const struct settings_line **refused, struct fault *fault);
/*
 * Of settings that an older release took: a line that is refused today is left out, logged if wanted, and told in the
 * config (left_out), so that the box goes on with the rest. A commit is not so lenient.
 */
MUST_CHECK int build_stored(const struct tree *tree, struct config **out, bool logged, struct fault *fault);

void build_warn(struct build *build, const char *format, ...) PRINTF_LIKE(2, 3);
void build_warn_line(struct build *build, const struct settings_line *line, const char *format, ...) PRINTF_LIKE(3, 4);
int build_refuse(struct build *build, const struct settings_line *line, const char *format, ...) PRINTF_LIKE(3, 4);
int32_t object_index(const struct build *build, enum object_class class, const char *name); /* or -1 */
void *object_at(const struct build *build, enum object_class class, uint32_t index);
/* The line that sets "span 1 law", or NULL when the default applies. */
const struct settings_line *build_line(const struct build *build, const char *root, const char *name, const char *leaf);
/* The destination spelled by word[at..count-1]; its index in config->destinations, or -errno. */
int32_t build_destination(struct build *build, const char *const *word, unsigned at, unsigned count);

/* build_rows.c, build_guard.c: rows with a function of their own */
int apply_trunk_span(struct build *build, void *object, const struct settings_line *line);
int apply_outside(struct build *build, void *object, const struct settings_line *line);
int apply_emergency(struct build *build, void *object, const struct settings_line *line);
int apply_agent_port(struct build *build, void *object, const struct settings_line *line);
int apply_queue_agent(struct build *build, void *object, const struct settings_line *line);
int apply_agent_skill(struct build *build, void *object, const struct settings_line *line);
int apply_queue_need(struct build *build, void *object, const struct settings_line *line);
int apply_queue_relax(struct build *build, void *object, const struct settings_line *line);
int apply_queue_autopause(struct build *build, void *object, const struct settings_line *line);
int apply_queue_join(struct build *build, void *object, const struct settings_line *line);
int apply_queue_leave(struct build *build, void *object, const struct settings_line *line);
int apply_queue_max_calls(struct build *build, void *object, const struct settings_line *line);
int apply_reserve_waiting(struct build *build, void *object, const struct settings_line *line);
int apply_reserve_oldest(struct build *build, void *object, const struct settings_line *line);
int apply_reserve_level(struct build *build, void *object, const struct settings_line *line);
int apply_queue_best(struct build *build, void *object, const struct settings_line *line);
int apply_fairness_alarm(struct build *build, void *object, const struct settings_line *line);
int apply_agent_occupancy(struct build *build, void *object, const struct settings_line *line);
int apply_queue_position(struct build *build, void *object, const struct settings_line *line);
int apply_queue_every(struct build *build, void *object, const struct settings_line *line);
int apply_queue_overflow(struct build *build, void *object, const struct settings_line *line);
int apply_queue_key(struct build *build, void *object, const struct settings_line *line);
int apply_hours_open(struct build *build, void *object, const struct settings_line *line);
int apply_hours_holiday(struct build *build, void *object, const struct settings_line *line);
int apply_gain(struct build *build, void *object, const struct settings_line *line);
int apply_span_channel(struct build *build, void *object, const struct settings_line *line);
int apply_expected_cause(struct build *build, void *object, const struct settings_line *line);
/* build_checks.c: the span of this number; NULL: there is none */
const struct config_span *build_span(const struct build *build, unsigned number);
/* Whether the settings have such a telephone; else why not. */
bool build_telephone(const struct build *build, unsigned span, unsigned timeslot, char *why, size_t why_size);
/* build_sound.c: sound cards, paging, music from a card */
int apply_sound_volume(struct build *build, void *object, const struct settings_line *line);
int apply_zone_speaker(struct build *build, void *object, const struct settings_line *line);
int apply_zone_port(struct build *build, void *object, const struct settings_line *line);
int apply_music(struct build *build, void *object, const struct settings_line *line);
void clear_sound(struct config_sound *sound);
MUST_CHECK int check_sounds(struct build *build);
MUST_CHECK int add_headsets(struct build *build); /* last: what has gone over ports before knows those of spans */
/* build_routes.c: hunt groups, menus, rules */
int apply_huntgroup_member(struct build *build, void *object, const struct settings_line *line);
int apply_menu_key(struct build *build, void *object, const struct settings_line *line);
int apply_menu_timeout(struct build *build, void *object, const struct settings_line *line);
int apply_did_limit(struct build *build, void *object, const struct settings_line *line);
int apply_route(struct build *build, void *object, const struct settings_line *line);
void clear_menu(struct config_menu *menu);
MUST_CHECK int check_routes(struct build *build);
/* "queue sales whisper: there is no prompt x", if there is none of that name. */
void build_warn_prompt(struct build *build, const char *prompt, const char *root, const char *name, const char *leaf);
void *build_one_more(void **array, uint32_t count, size_t bytes); /* room for one more, zeroed; NULL: no memory */
int apply_password(struct build *build, void *object, const struct settings_line *line);
int apply_fraud_alarm(struct build *build, void *object, const struct settings_line *line);
int check_network(struct build *build);
int apply_name_server(struct build *build, void *object, const struct settings_line *line);
int apply_ntp_server(struct build *build, void *object, const struct settings_line *line);
/* build_receivers.c: who is told of alarms */
int apply_syslog(struct build *build, void *object, const struct settings_line *line);
int apply_trap_community(struct build *build, void *object, const struct settings_line *line);
int apply_trap_inform(struct build *build, void *object, const struct settings_line *line);
MUST_CHECK int check_receivers(struct build *build);
int apply_night_class(struct build *build, void *object, const struct settings_line *line);
int apply_limit(struct build *build, void *object, const struct settings_line *line);
int apply_user(struct build *build, void *object, const struct settings_line *line);
int apply_code(struct build *build, void *object, const struct settings_line *line);
void default_fraud_alarm(struct config *config);
uint32_t option_number(const struct settings_line *line, const char *name, uint32_t initial);
int check_states(const char *const *words, unsigned count, struct fault *fault);
int check_position(const char *const *words, unsigned count, struct fault *fault);
int check_fraud_alarm(const char *const *words, unsigned count, struct fault *fault);
int check_some_percent(const char *const *words, unsigned count, struct fault *fault);
int check_autopause(const char *const *words, unsigned count, struct fault *fault);
int check_timer_range(const char *const *words, unsigned count, struct fault *fault);
extern const char *const code_initial[CODE_COUNT];

/* build_offers.c */
int apply_queue_progressive(struct build *build, void *object, const struct settings_line *line);
int apply_queue_alarm(struct build *build, void *object, const struct settings_line *line);
int apply_queue_ack(struct build *build, void *object, const struct settings_line *line);
int apply_agent_ack(struct build *build, void *object, const struct settings_line *line);
int apply_queue_decline(struct build *build, void *object, const struct settings_line *line);
int apply_agent_decline(struct build *build, void *object, const struct settings_line *line);
int apply_queue_disposition(struct build *build, void *object, const struct settings_line *line);
/* Refuses keys that would mean two things. */
int check_offers(struct build *build);
int apply_agent_ring_time(struct build *build, void *object, const struct settings_line *line);
int apply_agent_wrap_up(struct build *build, void *object, const struct settings_line *line);
int apply_pause_max(struct build *build, void *object, const struct settings_line *line);
int apply_reason_max(struct build *build, void *object, const struct settings_line *line);

/* build_checks.c: what no single line can tell */
MUST_CHECK int check_references(struct build *build);
MUST_CHECK int finish_spans(struct build *build);
MUST_CHECK int check_config(struct build *build);
/* build_rules.c: what can never work, what is incomplete */
MUST_CHECK int check_rules(struct build *build);
/* build_routing.c: reserve agents, shares, best service */
MUST_CHECK int check_routing(struct build *build);
void check_incomplete(struct build *build); /* warnings only */
/* build_skills.c: what queues need and agents have; puts the steps of relaxation in order */
MUST_CHECK int check_skills(struct build *build);
extern bool (*strategy_available)(int strategy);
extern bool (*prompt_known)(const char *name);

#endif
