/*
 * The customer table at work: who calls is looked up once a call, for rules by class of customer. The search has a
 * fixed number of steps in memory (config/customers.h) and so cannot keep a call waiting; who is not found goes on by
 * the other rules. A new table comes from the console's thread and is taken over between two events.
 */
#include "call/parts.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

void control_give_customers(struct control *control, struct customers *customers)
{
	struct customers_given *given = &control->customers_given;

	customers_free(atomic_exchange(&given->retired, NULL));
	customers_free(atomic_exchange(&given->next, customers)); /* one that was not even taken over */
	if (control->parts.bell)
		doorbell_ring(control->parts.bell);
}

/* The one before is freed by the thread that gives the next, not here. */
bool customers_take(struct control *control)
{
	struct customers *next;

	if (!atomic_load_explicit(&control->customers_given.next, memory_order_relaxed))
		return false;
	next = atomic_exchange(&control->customers_given.next, NULL);
	if (!next)
		return false;
	customers_free(atomic_exchange(&control->customers_given.retired, control->customers));
	control->customers = next;
	log_write(LOG_NOTICE, LOG_CALL, "customer table: %u numbers", customers_count(next));
	return true;
}

void customers_end(struct control *control)
{
	customers_free(control->customers);
	customers_free(atomic_exchange(&control->customers_given.next, NULL));
	customers_free(atomic_exchange(&control->customers_given.retired, NULL));
}

static uint32_t today(const struct control *control)
{
	time_t seconds = (time_t)(clock_wall_at_us(control->now_us) / US_PER_S);
	struct tm local;

	return localtime_r(&seconds, &local) ? clock_date(&local) : 0;
}

static void found(struct call *call, const struct customer *customer)
{
	struct control_customer_counts *counts = &call->control->customer_counts;

	if (customer->until && customer->until < today(call->control)) {
		counts->expired++;
		log_write(LOG_INFO, LOG_CALL, "call %08x: customer table: %s is not valid since %u", call->record.id,
		          call->record.from, customer->until);
		return;
	}
	counts->found++;
	call->customer = true;
	text_copy(call->customer_class, sizeof(call->customer_class), customer->class);
	if (!call->record.name[0])
		text_copy(call->record.name, sizeof(call->record.name), customer->name);
	log_write(LOG_INFO, LOG_CALL, "call %08x: customer table: %s%s%s%s", call->record.id,
	          customer->class[0] ? "class " : "no class", customer->class, customer->key[0] ? ", key " : "",
	          customer->key);
	call_note(call, TRACE_ROUTE, NULL, TRACE_HERE, "is a customer%s%s", customer->class[0] ? " of class " : "",
	          customer->class);
}

void customer_look_up(struct call *call)
{
	struct control *control = call->control;
	const struct customer *customer;

	if (call->looked_up || !control->customers)
		return;
	call->looked_up = true;
	customer = call->record.from[0] ? customers_find(control->customers, call->record.from) : NULL;
	if (customer) {
		found(call, customer);
		return;
	}
	control->customer_counts.unknown++;
	log_write(LOG_INFO, LOG_CALL, "call %08x: customer table: %s is not in it", call->record.id,
	          call->record.from[0] ? call->record.from : "no number");
}

bool customer_fits(struct call *call, const char *class)
{
	customer_look_up(call);
	if (strcmp(class, "any") == 0)
		return call->customer;
	if (strcmp(class, "none") == 0)
		return !call->customer;
	return call->customer && strcmp(call->customer_class, class) == 0;
}
