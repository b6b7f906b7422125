/* Name tables of the public enums, and Q.850's cause values. */
#include <stddef.h>

#include "line/line.h"

const char *const line_signalling_names[] = {"pri-cpe", "pri-net", "fxs", NULL};
const char *const line_switch_names[] = {"euroisdn", "ni1", "ni2", "dms100", "5ess", "4ess", "qsig", NULL};
const char *const line_presentation_names[] = {"allowed", "restricted", "unavailable", NULL};

const char *const line_event_names[LINE_EVENT_COUNT] = {
    [LINE_SETUP] = "SETUP",
    [LINE_DIGITS] = "DIGITS",
    [LINE_DIGITS_ENDED] = "DIGITS-ENDED",
    [LINE_SETUP_ACK] = "SETUP-ACK",
    [LINE_PROCEEDING] = "PROCEEDING",
    [LINE_PROGRESS] = "PROGRESS",
    [LINE_ALERTING] = "ALERTING",
    [LINE_CONNECT] = "CONNECT",
    [LINE_CONNECT_ACK] = "CONNECT-ACK",
    [LINE_DISCONNECT] = "DISCONNECT",
    [LINE_RELEASED] = "RELEASED",
    [LINE_NAME] = "NAME",
    [LINE_CONNECTED_NUMBER] = "CONNECTED-NUMBER",
    [LINE_HOLD] = "HOLD",
    [LINE_RETRIEVE] = "RETRIEVE",
    [LINE_CHANNEL] = "CHANNEL",
    [LINE_DCHANNEL_RAISED] = "DCHANNEL-RAISED",
    [LINE_DCHANNEL_LOST] = "DCHANNEL-LOST",
    [LINE_SPAN_ALARM] = "SPAN-ALARM",
    [LINE_REFUSED] = "REFUSED",
    [LINE_RESTARTED] = "RESTARTED",
};

const char *const line_channel_names[LINE_CHANNEL_STATE_COUNT] = {
    "none", "idle", "in-use", "restarting", "out-of-service", "off", "tested",
};

/* Q.850 (05/98 and amendments), table 1. */
static const char *const cause_texts[128] = {
    [1] = "unallocated (unassigned) number",
    [2] = "no route to specified transit network",
    [3] = "no route to destination",
    [4] = "send special information tone",
    [5] = "misdialled trunk prefix",
    [6] = "channel unacceptable",
    [7] = "call awarded and being delivered in an established channel",
    [8] = "preemption",
    [9] = "preemption, circuit reserved for reuse",
    [14] = "query on release: number ported",
    [16] = "normal call clearing",
    [17] = "user busy",
    [18] = "no user responding",
    [19] = "no answer from user (user alerted)",
    [20] = "subscriber absent",
    [21] = "call rejected",
    [22] = "number changed",
    [23] = "redirection to new destination",
    [24] = "call rejected due to feature at the destination",
    [25] = "exchange routing error",
    [26] = "non-selected user clearing",
    [27] = "destination out of order",
    [28] = "invalid number format (address incomplete)",
    [29] = "facility rejected",
    [30] = "response to STATUS ENQUIRY",
    [31] = "normal, unspecified",
    [34] = "no circuit/channel available",
    [38] = "network out of order",
    [39] = "permanent frame mode connection out of service",
    [40] = "permanent frame mode connection operational",
    [41] = "temporary failure",
    [42] = "switching equipment congestion",
    [43] = "access information discarded",
    [44] = "requested circuit/channel not available",
    [46] = "precedence call blocked",
    [47] = "resource unavailable, unspecified",
    [49] = "quality of service not available",
    [50] = "requested facility not subscribed",
    [53] = "outgoing calls barred within closed user group",
    [55] = "incoming calls barred within closed user group",
    [57] = "bearer capability not authorized",
    [58] = "bearer capability not presently available",
    [62] = "inconsistency in outgoing access information and subscriber class",
    [63] = "service or option not available, unspecified",
    [65] = "bearer capability not implemented",
    [66] = "channel type not implemented",
    [69] = "requested facility not implemented",
    [70] = "only restricted digital information bearer capability is available",
    [79] = "service or option not implemented, unspecified",
    [81] = "invalid call reference value",
    [82] = "identified channel does not exist",
    [83] = "a suspended call exists, but this call identity does not",
    [84] = "call identity in use",
    [85] = "no call suspended",
    [86] = "call having the requested call identity has been cleared",
    [87] = "user not member of closed user group",
    [88] = "incompatible destination",
    [90] = "non-existent closed user group",
    [91] = "invalid transit network selection",
    [95] = "invalid message, unspecified",
    [96] = "mandatory information element is missing",
    [97] = "message type non-existent or not implemented",
    [98] = "message not compatible with call state, or not implemented",
    [99] = "information element non-existent or not implemented",
    [100] = "invalid information element contents",
    [101] = "message not compatible with call state",
    [102] = "recovery on timer expiry",
    [103] = "parameter non-existent or not implemented, passed on",
    [110] = "message with unrecognized parameter, discarded",
    [111] = "protocol error, unspecified",
    [127] = "interworking, unspecified",
};

/* A value without a text of its own is treated as the unspecified one of its class (Q.850 2.2.5). */
static const char *const cause_class_texts[8] = {
    "normal event",
    "normal event",
    "resource unavailable",
    "service or option not available",
    "service or option not implemented",
    "invalid message",
    "protocol error",
    "interworking",
};

const char *line_cause_text(unsigned cause)
{
	if (cause == 0)
		return "no cause given";
	if (cause > 127)
		return "not a cause value";
	return cause_texts[cause] != NULL ? cause_texts[cause] : cause_class_texts[cause >> 4];
}
