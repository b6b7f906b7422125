/*
 * A queue's callers in the order in which they are served: priority, arrival, entry. A treap, so that joining, leaving
 * from anywhere and the position of a caller all cost log n; its heap key is a hash of the entry number, which keeps
 * runs repeatable.
 */
#include "acd/acd_private.h"

bool call_before(const struct call *a, const struct call *b)
{
	if (a->priority != b->priority)
		return a->priority < b->priority;
	if (a->arrived_us != b->arrived_us)
		return a->arrived_us < b->arrived_us;
	return a->entry < b->entry;
}

uint32_t waiting_count(const struct call *root)
{
	return root ? root->below : 0;
}

static void recount(struct call *call)
{
	call->below = 1 + waiting_count(call->left) + waiting_count(call->right);
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
		at = call_before(call, *at) ? &(*at)->left : &(*at)->right;
	}
	split(*at, call, &call->left, &call->right);
	recount(call);
	*at = call;
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
}

struct call *waiting_first(const struct call *root)
{
	while (root && root->left)
		root = root->left;
	return (struct call *)root;
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
