/* See acd_fixture.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "acd_fixture.h"
#include "base/text.h"

int fixture_set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	f->view = calloc(1, sizeof(*f->view));
	assert_int_equal(acd_new(&f->acd), 0);
	f->now_us = S;
	*state = f;
	return 0;
}

int fixture_tear_down(void **state)
{
	struct fixture *f = *state;
	acd_free(f->acd);
	free(f->view);
	free(f);
	return 0;
}

void fixture_prepare(struct fixture *f, uint32_t queues, uint32_t agents)
{
	assert_int_equal(acd_settings_new(&f->settings, queues, agents, queues * agents), 0);
	f->settings->offer_lease_ms = 2000;
	f->settings->member_count = 0;
	for (uint32_t i = 0; i < queues; i++) {
		struct acd_queue_settings *queue = &f->settings->queues[i];
		size_t used = 0;
		assert_true(text_append(queue->name, sizeof(queue->name), &used, "queue%u", i));
		queue->strategy = ACD_LONGEST_IDLE;
		queue->ring_time_ms = 15000;
		queue->priority = 5;
		queue->service_level_ms = 20000;
	}
	for (uint32_t i = 0; i < agents; i++)
		f->settings->agents[i].number = 100 + i;
}

/* Members of a queue are added one after the other, queue by queue. */
void fixture_member(struct fixture *f, uint32_t queue, uint32_t agent, uint8_t penalty)
{
	struct acd_queue_settings *to = &f->settings->queues[queue];
	if (!to->member_count)
		to->member_first = f->settings->member_count;
	assert_int_equal(to->member_first + to->member_count, f->settings->member_count);
	f->settings->members[f->settings->member_count++] =
	    (struct acd_member){.agent = (acd_agent)agent, .penalty = penalty};
	to->member_count++;
}

void fixture_apply(struct fixture *f)
{
	f->settings->revision++;
	fixture_event(f, &(struct acd_event){.type = ACD_SETTINGS, .settings = f->settings});
}

void fixture_simple(struct fixture *f, uint32_t agents)
{
	fixture_prepare(f, 1, agents);
	for (uint32_t i = 0; i < agents; i++)
		fixture_member(f, 0, i, 0);
	fixture_apply(f);
	for (uint32_t i = 0; i < agents; i++)
		login(f, (acd_agent)i, (uint16_t)i);
}

static void collect(void *user, const struct acd_decision *decision)
{
	struct fixture *f = user;
	assert_true(f->count < FIXTURE_DECISIONS);
	f->decisions[f->count++] = *decision;
}

static void decide(struct fixture *f, const struct acd_event *event)
{
	struct acd_event stamped = *event;
	stamped.at_us = f->now_us;
	stamped.sequence = ++f->sequence;
	acd_decide(f->acd, &stamped, collect, f);
	assert_identity(f);
}

void fixture_event(struct fixture *f, const struct acd_event *event)
{
	f->count = 0;
	decide(f, event);
}

void agent_does(struct fixture *f, enum acd_event_type type, acd_agent agent)
{
	fixture_event(f, &(struct acd_event){.type = type, .agent = agent});
}

void call_does(struct fixture *f, enum acd_event_type type, acd_call call)
{
	fixture_event(f, &(struct acd_event){.type = type, .call = call});
}

void offer_gets(struct fixture *f, enum acd_event_type type, acd_offer offer)
{
	fixture_event(f, &(struct acd_event){.type = type, .offer = offer});
}

void offer_fails(struct fixture *f, acd_offer offer, enum acd_offer_result result)
{
	fixture_event(f, &(struct acd_event){.type = ACD_OFFER_FAILED, .offer = offer, .result = result});
}

void login(struct fixture *f, acd_agent agent, uint16_t port)
{
	fixture_event(f, &(struct acd_event){.type = ACD_AGENT_LOGIN, .agent = agent, .port = port});
}

void enqueue(struct fixture *f, acd_call call, acd_queue queue)
{
	fixture_event(f, &(struct acd_event){.type = ACD_ENQUEUE, .call = call, .queue = queue});
}

void time_goes(struct fixture *f, uint64_t us)
{
	uint64_t until_us = f->now_us + us;
	f->count = 0;
	for (uint64_t due_us; (due_us = acd_next_deadline_us(f->acd)) <= until_us;) {
		f->now_us = due_us;
		decide(f, &(struct acd_event){.type = ACD_TIME});
	}
	f->now_us = until_us;
}

const struct acd_decision *decided(const struct fixture *f, enum acd_decision_type type, uint32_t n)
{
	for (uint32_t i = 0; i < f->count; i++)
		if (f->decisions[i].type == type && n-- == 0)
			return &f->decisions[i];
	return NULL;
}

uint32_t decided_count(const struct fixture *f, enum acd_decision_type type)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < f->count; i++)
		count += f->decisions[i].type == type;
	return count;
}

const struct acd_decision *offered(const struct fixture *f, acd_call call)
{
	const struct acd_decision *offer;
	for (uint32_t n = 0; (offer = decided(f, ACD_D_OFFER, n)); n++)
		if (offer->call == call)
			return offer;
	print_error("call %u was not offered\n", call);
	fail();
	return NULL;
}

void not_offered(const struct fixture *f)
{
	assert_int_equal(decided_count(f, ACD_D_OFFER), 0);
}

void answer(struct fixture *f, const struct acd_decision *offer)
{
	struct acd_decision kept = *offer;
	offer_gets(f, ACD_OFFER_RINGING, kept.offer);
	offer_gets(f, ACD_OFFER_ANSWER, kept.offer);
	assert_non_null(decided(f, ACD_D_WINNER, 0));
	assert_int_equal(decided(f, ACD_D_WINNER, 0)->agent, kept.agent);
	call_does(f, ACD_TALK_STARTED, kept.call);
	assert_int_equal(agent_now(f, kept.agent)->state, ACD_TALKING);
}

void talk(struct fixture *f, acd_call call, acd_queue queue, acd_agent agent)
{
	enqueue(f, call, queue);
	assert_int_equal(offered(f, call)->agent, agent);
	answer(f, offered(f, call));
}

const struct acd_agent_view *agent_now(struct fixture *f, acd_agent agent)
{
	acd_look(f->acd, f->view);
	return &f->view->agents[agent];
}

const struct acd_queue_view *queue_now(struct fixture *f, acd_queue queue)
{
	acd_look(f->acd, f->view);
	return &f->view->queues[queue];
}

void assert_identity(struct fixture *f)
{
	acd_look(f->acd, f->view);
	for (uint32_t i = 0; i < f->view->queue_count; i++) {
		const struct acd_queue_view *q = &f->view->queues[i];
		assert_true(q->arrived == q->refused + q->short_abandoned + q->offered);
		assert_true(q->offered + q->transferred_in == q->answered + q->abandoned + q->diverted +
		                                                  q->transferred_refused + q->transferred_answered +
		                                                  q->transferred_abandoned + q->transferred_diverted +
		                                                  q->waiting + q->ringing);
	}
}
