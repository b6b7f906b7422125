/* See properties.h. Calls by number, offers by number, telephones by port. */
#include "properties.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#define CALLS  (1u << 20)
#define OFFERS (1u << 21)
#define PORTS  65536u

enum call_is { UNKNOWN, WAITS, TALKS, ENDED };

struct seen_call {
	uint8_t is;
	uint16_t offers; /* open */
	acd_offer won;
};
struct seen_offer {
	acd_call call; /* 0: none, or over */
	uint16_t port;
};
struct properties {
	struct seen_call calls[CALLS];
	struct seen_offer offers[OFFERS];
	acd_offer at_port[PORTS];
	uint64_t accepted, ended, live;
};

struct properties *properties_new(void)
{
	return calloc(1, sizeof(struct properties));
}

void properties_free(struct properties *p)
{
	free(p);
}

static struct seen_call *call_of(struct properties *p, acd_call call)
{
	assert_true(call < CALLS);
	return &p->calls[call];
}

static void end_offer(struct properties *p, acd_offer number)
{
	struct seen_offer *offer = &p->offers[number];
	struct seen_call *call = call_of(p, offer->call);
	assert_true(offer->call != 0); /* else it ends twice, or was never made */
	assert_int_equal(p->at_port[offer->port], number);
	p->at_port[offer->port] = 0;
	call->offers--;
	if (call->won == number)
		call->won = 0;
	offer->call = 0;
}

static void end_call(struct properties *p, struct seen_call *call)
{
	assert_int_equal(call->offers, 0); /* nothing rings for a call that is over */
	call->is = ENDED;
	p->ended++;
	p->live--;
}

/* ---- events that were taken as they were meant: decisions tell only the rest ---- */

static void talk_ends(struct properties *p, struct seen_call *call, unsigned end)
{
	if (call->is == TALKS && end == ACD_TALK_DROPPED)
		call->is = WAITS; /* that was no answer */
	else if (call->is == TALKS)
		end_call(p, call);
	else
		end_offer(p, call->won); /* lifted, but it never came to talk: the call goes on */
}

static void before(struct properties *p, const struct acd_event *event)
{
	if (event->type == ACD_OFFER_FAILED) {
		end_offer(p, event->offer);
	} else if (event->type == ACD_TALK_STARTED) {
		struct seen_call *call = call_of(p, event->call);
		assert_true(call->is == WAITS && call->won != 0);
		end_offer(p, call->won);
		call->is = TALKS;
	} else if (event->type == ACD_TALK_ENDED) {
		talk_ends(p, call_of(p, event->call), event->reason);
	}
}

/* ---- decisions ---- */

static void offered(struct properties *p, const struct acd_decision *d)
{
	struct seen_call *call = call_of(p, d->call);
	assert_true(d->offer && d->offer < OFFERS && p->offers[d->offer].call == 0);
	assert_int_equal(call->is, WAITS); /* neither before it came, nor after its end, nor while it talks */
	assert_int_equal(call->won, 0);
	assert_int_equal(p->at_port[d->port], 0); /* one reservation a telephone */
	p->offers[d->offer] = (struct seen_offer){.call = d->call, .port = d->port};
	p->at_port[d->port] = d->offer;
	call->offers++;
}

static void won(struct properties *p, const struct acd_decision *d)
{
	struct seen_call *call = call_of(p, d->call);
	assert_int_equal(p->offers[d->offer].call, d->call);
	assert_int_equal(call->is, WAITS);
	assert_int_equal(call->won, 0);
	assert_int_equal(call->offers, 1); /* the others were cancelled before */
	call->won = d->offer;
}

static void decided(struct properties *p, const struct acd_event *event, const struct acd_decision *d)
{
	struct seen_call *call = d->call < CALLS ? &p->calls[d->call] : NULL;
	switch (d->type) {
	case ACD_D_ACCEPTED:
		if (event->type == ACD_TALK_ENDED) { /* has its place back, and was never out */
			assert_true(call && call->is == WAITS && call->offers == 0);
			break;
		}
		assert_true(call && (call->is == UNKNOWN || call->is == ENDED));
		call->is = WAITS;
		p->accepted++;
		p->live++;
		break;
	case ACD_D_REFUSED:
		assert_true(call && (call->is == UNKNOWN || call->is == ENDED));
		call->is = ENDED;
		break;
	case ACD_D_OFFER:
		offered(p, d);
		break;
	case ACD_D_OFFER_CANCEL:
		end_offer(p, d->offer);
		break;
	case ACD_D_WINNER:
		won(p, d);
		break;
	case ACD_D_EXIT:
		assert_true(call && call->is == WAITS);
		end_call(p, call);
		break;
	default:
		break;
	}
}

/* The box was restarted: every call has ended, and what rang was told to stop. */
static void all_end(struct properties *p)
{
	for (uint32_t i = 0; i < CALLS; i++)
		if (p->calls[i].is == WAITS || p->calls[i].is == TALKS)
			end_call(p, &p->calls[i]);
	assert_int_equal(p->live, 0);
}

void properties_step(struct properties *p, const struct acd_event *event, const struct acd_decision *decisions,
                     uint32_t count)
{
	bool taken = true;
	for (uint32_t i = 0; i < count; i++)
		taken = taken && decisions[i].type != ACD_D_UNEXPECTED;
	if (taken)
		before(p, event);
	for (uint32_t i = 0; i < count; i++)
		decided(p, event, &decisions[i]);
	if (taken && event->type == ACD_GONE)
		end_call(p, call_of(p, event->call));
	if (taken && event->type == ACD_RESTART)
		all_end(p);
	assert_int_equal(p->accepted, p->ended + p->live);
}

uint32_t properties_in(const struct properties *p)
{
	return (uint32_t)p->live;
}
