/*
 * Hears a prompt by its own audio. A distinctive stretch of the prompt (its loudest 0.8 s) is correlated, normalised,
 * with what arrived: first at 2,000 samples a second against every position, then, where that looks promising, at
 * 8,000. Gain and G.711 coding do not matter; the start may be anywhere.
 */
#include "tools/lab/prompt_ear.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DECIMATION      4
#define STRETCH_SAMPLES 6400  /* at most */
#define SEARCH_SAMPLES  20000 /* the stretch is in the first 2.5 s */
#define STRETCH_LEAST   1200
#define TRIM_LEVEL      120
#define COARSE_LEAST    0.45
#define FINE_LEAST      0.74
#define HITS_MAX        16
#define PROMPTS_MAX     64 /* that one party is asked about */
#define SLOW_RING       (RING_SAMPLES / DECIMATION)

enum { TAPS = 33, CENTRE = TAPS / 2 }; /* the filter before the search, and its middle */

struct prompt {
	struct prompt *next;
	char name[LAB_TEXT];
	int16_t *fine; /* the stretch */
	float *coarse;
	size_t fine_count, coarse_count, offset; /* offset: of the stretch in the prompt */
	double fine_norm, coarse_norm;
	size_t samples;
};

struct search {
	const struct prompt *prompt;
	uint64_t begun, looked_to; /* in slow samples: positions of the stretch's first sample */
	uint64_t hits[HITS_MAX];   /* where the playback began */
	unsigned hit_count;
	double last_match; /* how well the newest hit matched */
};

struct ears_prompts {
	float slow[SLOW_RING];
	uint64_t slow_from, slow_to; /* positions / DECIMATION */
	struct search searches[PROMPTS_MAX];
	unsigned search_count;
};

static struct prompt *library;
static float taps[TAPS];

static void make_taps(void)
{
	double sum = 0;
	if (taps[CENTRE] > 0)
		return;
	for (int i = 0; i < TAPS; i++) {
		double at = i - CENTRE, cut = 0.22; /* 880 Hz of 4,000 */
		double ideal = at < 0 || at > 0 ? sin(M_PI * cut * at) / (M_PI * at) : cut;
		double window = 0.54 + 0.46 * cos(2 * M_PI * at / (TAPS - 1));
		taps[i] = (float)(ideal * window);
		sum += taps[i];
	}
	for (int i = 0; i < TAPS; i++)
		taps[i] /= (float)sum;
}

static float slow_sample(const int16_t *centre)
{
	float sum = 0;
	for (int i = 0; i < TAPS; i++)
		sum += taps[i] * centre[i - CENTRE];
	return sum;
}

static int load_file(const struct exchange *exchange, const char *name, int16_t **out, size_t *samples, char *path,
                     size_t size)
{
	static const char *const endings[] = {"", ".wav", ".ulaw"};
	char error[LAB_TEXT];
	int status = -ENOENT;
	for (unsigned folder = 0; folder < 4 && status; folder++) {
		if (!exchange->prompt_folder[folder][0])
			continue;
		for (unsigned ending = 1; ending < 3 && status; ending++) {
			snprintf(path, size, "%s/%s%s", exchange->prompt_folder[folder], name, endings[ending]);
			status = wave_read(path, true, out, samples, error, sizeof(error));
		}
	}
	return status;
}

static void trim(const int16_t *audio, size_t *from, size_t *to)
{
	while (*from < *to && abs(audio[*from]) < TRIM_LEVEL)
		++*from;
	while (*to > *from && abs(audio[*to - 1]) < TRIM_LEVEL)
		--*to;
}

static size_t loudest_stretch(const int16_t *audio, size_t from, size_t to, size_t length)
{
	double sum = 0, best = -1;
	size_t at = from;
	for (size_t i = from; i < to; i++) {
		sum += (double)audio[i] * audio[i];
		if (i >= from + length)
			sum -= (double)audio[i - length] * audio[i - length];
		if (i + 1 >= from + length && sum > best) {
			best = sum;
			at = i + 1 - length;
		}
	}
	return at;
}

static double norm_of(const int16_t *audio, size_t count)
{
	double sum = 0;
	for (size_t i = 0; i < count; i++)
		sum += (double)audio[i] * audio[i];
	return sqrt(sum);
}

/* Cuts the stretch out of the whole prompt and makes its slow copy. */
static int prepare(struct prompt *prompt, const int16_t *audio, size_t samples)
{
	size_t from = 0, to = samples;
	trim(audio, &from, &to);
	if (to > from + SEARCH_SAMPLES)
		to = from + SEARCH_SAMPLES;
	size_t length = to - from < STRETCH_SAMPLES ? to - from : STRETCH_SAMPLES;
	if (length < STRETCH_LEAST)
		return -EINVAL;
	prompt->samples = samples;
	prompt->offset = loudest_stretch(audio, from, to, length);
	prompt->fine_count = length;
	prompt->coarse_count = length / DECIMATION;
	prompt->fine = malloc(length * sizeof(*prompt->fine));
	prompt->coarse = malloc(prompt->coarse_count * sizeof(*prompt->coarse));
	int16_t *padded = calloc(length + 2 * TAPS, sizeof(*padded));
	if (!prompt->fine || !prompt->coarse || !padded) {
		free(padded);
		return -ENOMEM;
	}
	memcpy(prompt->fine, audio + prompt->offset, length * sizeof(*prompt->fine));
	memcpy(padded + TAPS, prompt->fine, length * sizeof(*padded));
	double sum = 0;
	for (size_t i = 0; i < prompt->coarse_count; i++) {
		prompt->coarse[i] = slow_sample(padded + TAPS + i * DECIMATION);
		sum += (double)prompt->coarse[i] * prompt->coarse[i];
	}
	free(padded);
	prompt->coarse_norm = sqrt(sum);
	prompt->fine_norm = norm_of(prompt->fine, length);
	return 0;
}

static void prompt_free(struct prompt *prompt)
{
	free(prompt->fine);
	free(prompt->coarse);
	free(prompt);
}

/* Takes audio. A later one of the same name is found first. */
static const struct prompt *add_prompt(const char *name, int16_t *audio, size_t samples, int *status)
{
	struct prompt *prompt = calloc(1, sizeof(*prompt));
	*status = prompt ? prepare(prompt, audio, samples) : -ENOMEM;
	free(audio);
	if (*status) {
		if (prompt)
			prompt_free(prompt);
		return NULL;
	}
	snprintf(prompt->name, sizeof(prompt->name), "%s", name);
	prompt->next = library;
	library = prompt;
	return prompt;
}

static const struct prompt *find_prompt(const struct exchange *exchange, const char *name, int *status)
{
	char path[2 * LAB_TEXT + 8];
	int16_t *audio;
	size_t samples;
	for (struct prompt *at = library; at; at = at->next)
		if (!strcmp(at->name, name))
			return at;
	make_taps();
	*status = load_file(exchange, name, &audio, &samples, path, sizeof(path));
	if (*status)
		return NULL;
	return add_prompt(name, audio, samples, status);
}

/* "prompt NAME file PATH", with what may stand in front of it. False: another line, or only part of one. */
static bool own_prompt_line(const char *line, bool *deleted, char *name, char *path)
{
	int found;
	line += strspn(line, " \t");
	*deleted = !strncmp(line, "delete ", 7);
	line += *deleted ? 7 : strncmp(line, "set ", 4) ? 0 : 4;
	*path = '\0';
	found = sscanf(line, " prompt %99s file %255s", name, path);
	return found == 2 || (*deleted && found == 1);
}

/* Searches still point to it, so it only loses its name. */
static void forget_prompt(const char *name)
{
	for (struct prompt *at = library; at; at = at->next)
		if (!strcmp(at->name, name))
			at->name[0] = '\0';
}

void exchange_follow_prompt(struct exchange *exchange, const char *line)
{
	char name[100], path[256], error[LAB_TEXT];
	bool deleted;
	int16_t *audio;
	size_t samples;
	int status;
	if (!own_prompt_line(line, &deleted, name, path))
		return;
	forget_prompt(name);
	if (deleted || wave_read(path, true, &audio, &samples, error, sizeof(error)))
		return; /* then the package's prompt of that name, if there is one */
	make_taps();
	add_prompt(name, audio, samples, &status);
}

void prompt_library_free(void)
{
	while (library) {
		struct prompt *next = library->next;
		prompt_free(library);
		library = next;
	}
}

void ears_prompts_free(struct ears_prompts *prompts)
{
	free(prompts);
}

/* Brings the slow copy of what arrived up to date. */
static void follow(struct party *party, struct ears_prompts *ears)
{
	int16_t around[TAPS];
	uint64_t oldest =
	    (ears_oldest(party, party->ring_to > RING_SAMPLES ? party->ring_to - RING_SAMPLES + RING_SLACK : 0) +
	     DECIMATION - 1) /
	    DECIMATION;
	if (ears->slow_to < oldest)
		ears->slow_from = ears->slow_to = oldest;
	while (ears->slow_to * DECIMATION + CENTRE + 1 <= party->ring_to) {
		uint64_t at = ears->slow_to * DECIMATION;
		for (unsigned i = 0; i < TAPS; i++) /* what is before the first sample reads as silence */
			around[i] = at + i < CENTRE ? 0 : law_table(party->mulaw)[party_octet(party, at + i - CENTRE)];
		ears->slow[ears->slow_to++ % SLOW_RING] = slow_sample(around + CENTRE);
	}
	if (ears->slow_to - ears->slow_from > SLOW_RING)
		ears->slow_from = ears->slow_to - SLOW_RING;
}

typedef float lanes __attribute__((vector_size(32)));
#define LANES 8

/* Adds up heard x stretch and heard x heard, eight at a time: this is where the ears spend their time. */
static void correlate(const float *heard, const float *stretch, size_t count, float *product, float *power)
{
	lanes products = {0}, powers = {0};
	size_t i = 0;
	for (; i + LANES <= count; i += LANES) {
		lanes a, b;
		memcpy(&a, heard + i, sizeof(a));
		memcpy(&b, stretch + i, sizeof(b));
		products += a * b;
		powers += a * a;
	}
	for (; i < count; i++) {
		*product += heard[i] * stretch[i];
		*power += heard[i] * heard[i];
	}
	for (i = 0; i < LANES; i++) {
		*product += products[i];
		*power += powers[i];
	}
}

static double coarse_match(const struct ears_prompts *ears, const struct prompt *prompt, uint64_t at)
{
	float product = 0, power = 0;
	size_t first = at % SLOW_RING, count = prompt->coarse_count;
	size_t straight = SLOW_RING - first < count ? SLOW_RING - first : count;
	correlate(ears->slow + first, prompt->coarse, straight, &product, &power);
	correlate(ears->slow, prompt->coarse + straight, count - straight, &product, &power);
	if (power < 100.0f * (float)count) /* nearly silent */
		return 0;
	return product / (sqrt(power) * prompt->coarse_norm);
}

static double fine_match(const struct party *party, const struct prompt *prompt, uint64_t at)
{
	const int16_t *table = law_table(party->mulaw);
	double product = 0, power = 0;
	for (size_t i = 0; i < prompt->fine_count; i++) {
		double heard = table[party_octet(party, at + i)];
		product += heard * prompt->fine[i];
		power += heard * heard;
	}
	return power > 0 ? product / (sqrt(power) * prompt->fine_norm) : 0;
}

static void look_closer(const struct party *party, struct search *search, uint64_t slow_at)
{
	double best = 0;
	uint64_t at = 0, middle = slow_at * DECIMATION;
	for (uint64_t lag = middle < DECIMATION ? 0 : middle - DECIMATION; lag <= middle + DECIMATION; lag++) {
		double match = fine_match(party, search->prompt, lag);
		if (match > best) {
			best = match;
			at = lag;
		}
	}
	if (best < FINE_LEAST)
		return;
	uint64_t began = at > search->prompt->offset ? at - search->prompt->offset : 0;
	uint64_t *newest = &search->hits[(search->hit_count + HITS_MAX - 1) % HITS_MAX];
	bool same_playback = search->hit_count && *newest + STRETCH_LEAST > began;
	if (same_playback && best <= search->last_match) /* a pitch period off */
		return;
	if (!same_playback)
		newest = &search->hits[search->hit_count++ % HITS_MAX];
	*newest = began;
	search->last_match = best;
}

static void look(struct party *party, struct ears_prompts *ears, struct search *search)
{
	const struct prompt *prompt = search->prompt;
	if (search->looked_to < ears->slow_from)
		search->looked_to = ears->slow_from;
	/* the last position at full rate needs a few samples more than the slow copy has */
	while (search->looked_to + prompt->coarse_count + 2 <= ears->slow_to) {
		if (coarse_match(ears, prompt, search->looked_to) > COARSE_LEAST)
			look_closer(party, search, search->looked_to);
		search->looked_to++;
	}
}

static struct search *search_for(struct ears_prompts *ears, const struct prompt *prompt, uint64_t from)
{
	struct search *search = NULL;
	for (unsigned i = 0; i < ears->search_count && !search; i++)
		if (ears->searches[i].prompt == prompt)
			search = &ears->searches[i];
	if (search && search->begun <= from)
		return search;
	if (!search)
		search = &ears->searches[ears->search_count < PROMPTS_MAX ? ears->search_count++
		                                                          : ears->search_count % PROMPTS_MAX];
	*search = (struct search){.prompt = prompt, .begun = from, .looked_to = (from + prompt->offset) / DECIMATION};
	return search;
}

int party_hears_prompt(struct party *party, const char *name, uint64_t from_samples, uint64_t *at_samples)
{
	int status = 0;
	const struct prompt *prompt = find_prompt(party->exchange, name, &status);
	if (!prompt)
		return status;
	if (!party->prompts)
		party->prompts = calloc(1, sizeof(*party->prompts));
	struct ears_prompts *ears = party->prompts;
	if (!ears)
		return -ENOMEM;
	follow(party, ears);
	struct search *search = search_for(ears, prompt, from_samples);
	look(party, ears, search);
	for (unsigned i = search->hit_count > HITS_MAX ? search->hit_count - HITS_MAX : 0; i < search->hit_count; i++) {
		uint64_t began = search->hits[i % HITS_MAX];
		if (began < from_samples)
			continue;
		if (at_samples)
			*at_samples = began;
		return 1;
	}
	return 0;
}

void prompt_words(struct party *party, uint64_t from, char *text, size_t size)
{
	size_t used = 0;
	if (size)
		text[0] = 0;
	for (unsigned i = 0; party->prompts && i < party->prompts->search_count; i++) {
		const struct search *search = &party->prompts->searches[i];
		if (!search->hit_count || !search->prompt)
			continue;
		uint64_t began = search->hits[(search->hit_count - 1) % HITS_MAX];
		if (began + search->prompt->samples < from)
			continue;
		int wrote = snprintf(text + used, size - used, "; prompt %s from %.1f s", search->prompt->name,
		                     (double)began / 8000.0);
		if (wrote < 0 || (size_t)wrote >= size - used)
			return;
		used += (size_t)wrote;
	}
}
