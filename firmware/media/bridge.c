/*
 * Who talks to whom. Two of one law: bytes are copied. More than two: one sum a bridge and period, each member hears it
 * without itself. What the driver can do itself it does, until a member's audio must be altered.
 */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "dsp/mixer.h"
#include "media/internal.h"

static struct channel *member(struct media *media, const struct bridge *b, int i)
{
	return &media->channel[b->member[i]];
}

static bool member_alters(const struct channel *c)
{
	bool plays_too = playback_active(&c->playback) && c->playback.mode != MEDIA_PLAY_ALONE;
	return c->muted || c->sending_digits || plays_too || c->caller_id >= CALLER_ID_ALERTING;
}

static void to_driver(struct media *media, struct bridge *b, bool want)
{
	if (b->in_driver == want)
		return;
	if (!want)
		driver_unbridge(media->driver, b->member[0], b->member[1]);
	/* -ENOTSUP is the ordinary answer of a driver that cannot; whatever the reason, we do it. */
	b->in_driver = want && driver_bridge(media->driver, b->member[0], b->member[1]) == 0;
}

void bridge_review(struct media *media, struct bridge *b)
{
	bool plain = b->count == 2 && b->member[0] < DRIVER_CHANNELS_MAX && b->member[1] < DRIVER_CHANNELS_MAX &&
	             !member_alters(member(media, b, 0)) && !member_alters(member(media, b, 1));
	to_driver(media, b, plain);
}

static struct bridge *bridge_take(struct media *media)
{
	if (media->free_bridges == 0)
		return NULL;
	struct bridge *b = media->free_bridge[--media->free_bridges];
	b->count = 0;
	b->in_driver = false;
	b->sum_period = 0;
	atomic_fetch_add_explicit(&media->bridges, 1, memory_order_relaxed);
	return b;
}

static void bridge_give_back(struct media *media, struct bridge *b)
{
	media->free_bridge[media->free_bridges++] = b;
	atomic_fetch_sub_explicit(&media->bridges, 1, memory_order_relaxed);
}

static void add_member(struct bridge *b, struct channel *c)
{
	b->member[b->count++] = c->number;
	c->bridge = b;
}

void bridge_leave(struct media *media, struct channel *c)
{
	struct bridge *b = c->bridge;
	if (!b)
		return;
	to_driver(media, b, false);
	for (int i = 0; i < b->count; i++)
		if (b->member[i] == c->number) {
			memmove(&b->member[i], &b->member[i + 1], (size_t)(b->count - i - 1) * sizeof(b->member[0]));
			break;
		}
	b->count--;
	c->bridge = NULL;
	b->sum_period = 0;
	if (b->count >= 2) {
		bridge_review(media, b);
		return;
	}
	member(media, b, 0)->bridge = NULL;
	bridge_give_back(media, b);
}

/* Further member of the bridge that peer is in. */
static int join_existing(struct media *media, struct channel *c, struct bridge *b)
{
	if (b == c->bridge)
		return 0;
	if (b->count == MEDIA_BRIDGE_MEMBERS_MAX)
		return -EMLINK;
	bridge_leave(media, c);
	to_driver(media, b, false);
	add_member(b, c);
	b->sum_period = 0;
	return 0;
}

int bridge_join(struct media *media, struct channel *c, struct channel *peer, bool join)
{
	if (c == peer)
		return -EINVAL;
	if (join && peer->bridge)
		return join_existing(media, c, peer->bridge);
	if (c->bridge && c->bridge == peer->bridge && c->bridge->count == 2)
		return 0;
	bridge_leave(media, c);
	bridge_leave(media, peer);
	struct bridge *b = bridge_take(media);
	if (!b)
		return -ENOBUFS;
	add_member(b, c);
	add_member(b, peer);
	bridge_review(media, b);
	return 0;
}

/* ---- audio ---- */

static struct channel *other_of_two(struct media *media, struct channel *c)
{
	const struct bridge *b = c->bridge;
	return member(media, b, b->member[0] == c->number ? 1 : 0);
}

static void sum_members(struct media *media, struct bridge *b)
{
	if (b->sum_period == media->period)
		return;
	b->sum_period = media->period;
	mixer_clear(b->sum, PERIOD);
	for (int i = 0; i < b->count; i++) {
		struct channel *m = member(media, b, i);
		if (!m->muted)
			mixer_add(b->sum, channel_linear(media, m), PERIOD);
	}
}

bool bridge_samples(struct media *media, struct channel *c, int16_t *out)
{
	if (c->bridge->count > 2) {
		sum_members(media, c->bridge);
		mixer_without(out, c->bridge->sum, c->muted ? NULL : channel_linear(media, c), PERIOD);
		return true;
	}
	struct channel *other = other_of_two(media, c);
	if (other->muted)
		return false;
	memcpy(out, channel_linear(media, other), PERIOD * sizeof(*out));
	return true;
}

bool bridge_bytes(struct media *media, struct channel *c, uint8_t *out)
{
	if (c->bridge->count > 2) {
		int16_t samples[PERIOD];
		bridge_samples(media, c, samples);
		law_encode((enum law)c->law, out, samples, PERIOD);
		return true;
	}
	struct channel *other = other_of_two(media, c);
	if (other->muted)
		return false;
	law_convert((enum law)other->law, (enum law)c->law, out, channel_received(media, other), PERIOD);
	return true;
}
