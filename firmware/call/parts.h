/*
 * The control actor from inside: its objects, and what its files offer each other. Included by firmware/call/ alone;
 * everything here lives on the control thread, so nothing is locked.
 */
#ifndef BELFRY_CALL_PARTS_H
#define BELFRY_CALL_PARTS_H

#include "call/objects.h"

#include "call/agent_parts.h"
#include "call/call_parts.h"
#include "call/queue_parts.h"
#include "call/route_parts.h"
#include "call/service_parts.h"

#endif
