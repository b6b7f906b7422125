/* What a channel says, kept in memory that control has taken for it: an announcement that is recorded. */
#include "media/internal.h"

void channel_take_begin(struct channel *c, struct media_take *take)
{
	take->count = 0;
	c->take = take;
}

void channel_take_end(struct media *media, struct channel *c)
{
	struct media_event done = {.type = MEDIA_TAKE_DONE, .channel = c->number};
	if (!c->take)
		return;
	c->take = NULL;
	events_send(&media->events, &done);
}

void channel_take_period(struct media *media, struct channel *c)
{
	struct media_take *take = c->take;
	uint32_t room = take->size - take->count;
	law_convert((enum law)c->law, LAW_MULAW, take->bytes + take->count, channel_received(media, c),
	            room < PERIOD ? room : PERIOD);
	take->count += room < PERIOD ? room : PERIOD;
	if (take->count == take->size)
		channel_take_end(media, c);
}
