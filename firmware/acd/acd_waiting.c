/*
 * A queue's callers in the order in which they are served: priority, arrival, entry. With ageing a caller gains a step
 * of priority in each so long; as all in the queue gain alike, their order is that of arrival + priority x step, which
 * does not change while they wait. A treap, so that joining, leaving
 * from anywhere and the position of a caller all cost log n; its heap key is a hash of the entry number, which keeps
 * runs repeatable.
 */
#include "acd/acd_private.h"

#include "base/clock.h"

static bool call_before(const struct call *a, const struct call *b)
{
	if (a->rank_high != b->rank_high)
		return a->rank_high < b->rank_high;
	if (a->rank_low != b->rank_low)
		return a->rank_low < b->rank_low;
	return a->entry < b->entry;
}

static uint64_t step_us(const struct call *call)
{
	return call->queue->settings->ageing_ms * US_PER_MS;
}

void waiting_rank_call(struct call *call)
{
	uint64_t step = step_us(call);
	call->rank_high = call->head ? 0 : step ? call->arrived_us + call->priority * step : call->priority;
	call->rank_low = call->arrived_us;
}

/* ---- callers of different queues ---- */

typedef __int128 wide;
typedef unsigned __int128 uwide;

/* Negative: a's aged priority comes before b's. In fractions, so that it is exact and never contradicts itself. */
static int compare_aged(const struct call *a, const struct call *b)
{
	uint64_t now_us = a->acd->now_us, step_a = step_us(a), step_b = step_us(b);
	wide top_a = a->priority, top_b = b->priority;
	if (step_a)
		top_a = top_a * (wide)step_a - (wide)(now_us - a->arrived_us);
	if (step_b)
		top_b = top_b * (wide)step_b - (wide)(now_us - b->arrived_us);
	top_a *= step_b ? (wide)step_b : 1;
	top_b *= step_a ? (wide)step_a : 1;
	return (top_a > top_b) - (top_a < top_b);
}

static uint64_t or_one(uint64_t value)
{
	return value ? value : 1;
}

/* Negative: a has waited longer, by the weights of their queues and, if asked for, by their objectives. */
static int compare_need(const struct call *a, const struct call *b)
{
	const struct acd_queue_settings *of_a = a->queue->settings, *of_b = b->queue->settings;
	uwide need_a = (uwide)(a->acd->now_us - a->arrived_us) * or_one(of_a->weight);
	uwide need_b = (uwide)(b->acd->now_us - b->arrived_us) * or_one(of_b->weight);
	if (a->acd->settings->choice == ACD_CHOICE_SERVICE_OBJECTIVE) {
		need_a *= or_one(of_b->service_level_ms);
		need_b *= or_one(of_a->service_level_ms);
	}
	return (need_b > need_a) - (need_b < need_a);
}

bool call_more_urgent(const struct call *a, const struct call *b)
{
	if (a->head != b->head)
		return a->head;
	int order = a->head ? 0 : compare_aged(a, b);
	if (!order && !a->head)
		order = compare_need(a, b);
	if (order)
		return order < 0;
	if (a->arrived_us != b->arrived_us)
		return a->arrived_us < b->arrived_us;
	return a->entry < b->entry;
}

/* ---- the tree ---- */

uint32_t waiting_count(const struct call *root)
{
	return root ? root->below : 0;
}

static void recount(struct call *call)
{
	call->below = 1 + waiting_count(call->left) + waiting_count(call->right);
	call->stage_max = call->stage;
	if (call->left && call->left->stage_max > call->stage_max)
		call->stage_max = call->left->stage_max;
	if (call->right && call->right->stage_max > call->stage_max)
		call->stage_max = call->right->stage_max;
}

static uint32_t heat_of(uint64_t entry)
{
	entry = (entry ^ (entry >> 31)) * UINT64_C(0x9e3779b97f4a7c15);
	entry = (entry ^ (entry >> 29)) * UINT64_C(0xbf58476d1ce4e5b9);
	return (uint32_t)(entry >> 32);
}

/* Cuts the tree in two: what comes before the call, and the rest. */
static void split(struct call *root, const struct call *call, struct call **before, struct call **after)
{
	if (!root) {
		*before = *after = NULL;
		return;
	}
	if (call_before(root, call)) {
		split(root->right, call, &root->right, after);
		*before = root;
	} else {
		split(root->left, call, before, &root->left);
		*after = root;
	}
	recount(root);
}

static struct call *join(struct call *before, struct call *after)
{
	if (!before || !after)
		return before ? before : after;
	struct call *root = before->heat >= after->heat ? before : after;
	if (root == before)
		before->right = join(before->right, after);
	else
		after->left = join(before, after->left);
	recount(root);
	return root;
}

void waiting_insert(struct call **root, struct call *call)
{
	call->heat = heat_of(call->entry);
	struct call **at = root;
	while (*at && (*at)->heat >= call->heat) {
		(*at)->below++;
		if ((*at)->stage_max < call->stage)
			(*at)->stage_max = call->stage;
		at = call_before(call, *at) ? &(*at)->left : &(*at)->right;
	}
	split(*at, call, &call->left, &call->right);
	recount(call);
	*at = call;
}

/* Corrects the stages on the way to a call that was the furthest. */
static void restage(struct call *root, const struct call *call)
{
	if (!root)
		return;
	restage(call_before(call, root) ? root->left : root->right, call);
	recount(root);
}

void waiting_remove(struct call **root, struct call *call)
{
	struct call **at = root;
	while (*at != call) {
		(*at)->below--;
		at = call_before(call, *at) ? &(*at)->left : &(*at)->right;
	}
	*at = join(call->left, call->right);
	call->left = call->right = NULL;
	if (call->stage)
		restage(*root, call);
}

void waiting_skip(struct call *root)
{
	if (!root)
		return;
	waiting_skip(root->left);
	waiting_skip(root->right);
	call_skip(root);
	recount(root);
}

static void insert_all(struct call **root, struct call *old)
{
	if (!old)
		return;
	struct call *left = old->left, *right = old->right;
	old->left = old->right = NULL;
	insert_all(root, left);
	waiting_rank_call(old);
	call_restage(old);
	waiting_insert(root, old);
	insert_all(root, right);
}

void waiting_sort(struct call **root)
{
	struct call *old = *root;
	*root = NULL;
	insert_all(root, old);
}

struct call *waiting_first_at(const struct call *root, uint8_t stage)
{
	while (root && root->stage_max >= stage) {
		if (root->left && root->left->stage_max >= stage)
			root = root->left;
		else if (root->stage >= stage)
			return (struct call *)root;
		else
			root = root->right;
	}
	return NULL;
}

struct call *waiting_first(const struct call *root)
{
	while (root && root->left)
		root = root->left;
	return (struct call *)root;
}

uint32_t waiting_list(struct call *root, struct call **list, uint32_t count)
{
	if (!root)
		return count;
	count = waiting_list(root->left, list, count);
	list[count++] = root;
	return waiting_list(root->right, list, count);
}

uint32_t waiting_rank(const struct call *root, const struct call *call)
{
	uint32_t rank = 1;
	while (root != call) {
		if (call_before(call, root)) {
			root = root->left;
		} else {
			rank += waiting_count(root->left) + 1;
			root = root->right;
		}
	}
	return rank + waiting_count(call->left);
}
