/* Names of Q.921, Q.931, Q.850 and Q.932 values. */
#include "trace/decode_internal.h"

const char *const q921_kind_names[Q921_KIND_COUNT] = {
    "no LAPD frame", "I", "RR", "RNR", "REJ", "SABME", "DM", "UI", "DISC", "UA", "FRMR", "XID", "unknown frame",
};

struct name_row {
	unsigned value;
	const char *name;
};

static const char *find(const struct name_row *rows, size_t count, unsigned value)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].value == value)
			return rows[i].name;
	return NULL;
}
#define FIND(rows, value) find(rows, ARRAY_SIZE(rows), value)

/* Q.931 table 4-2; Q.932; maintenance messages of the American variants. */
static const struct name_row message_rows[] = {
    {0x00, "ESCAPE"},
    {0x01, "ALERTING"},
    {0x02, "CALL PROCEEDING"},
    {0x03, "PROGRESS"},
    {0x05, "SETUP"},
    {0x07, "CONNECT"},
    {0x0b, "PRE-CONNECT"},
    {0x0d, "SETUP ACKNOWLEDGE"},
    {0x0f, "CONNECT ACK"},
    {0x20, "USER INFORMATION"},
    {0x21, "SUSPEND REJECT"},
    {0x22, "RESUME REJECT"},
    {0x24, "HOLD"},
    {0x25, "SUSPEND"},
    {0x26, "RESUME"},
    {0x28, "HOLD ACK"},
    {0x2d, "SUSPEND ACK"},
    {0x2e, "RESUME ACK"},
    {0x30, "HOLD REJECT"},
    {0x31, "RETRIEVE"},
    {0x33, "RETRIEVE ACK"},
    {0x37, "RETRIEVE REJECT"},
    {0x45, "DISCONNECT"},
    {0x46, "RESTART"},
    {0x4d, "RELEASE"},
    {0x4e, "RESTART ACK"},
    {0x5a, "RELEASE COMPLETE"},
    {0x60, "SEGMENT"},
    {0x62, "FACILITY"},
    {0x64, "REGISTER"},
    {0x6e, "NOTIFY"},
    {0x75, "STATUS ENQUIRY"},
    {0x79, "CONGESTION CONTROL"},
    {0x7b, "INFORMATION"},
    {0x7d, "STATUS"},
};
static const struct name_row maintenance_rows[] = {{0x07, "SERVICE ACK"}, {0x0f, "SERVICE"}};

const char *decode_message_name(unsigned discriminator, unsigned message)
{
	const char *name =
	    discriminator == 0x08 ? FIND(message_rows, message) : FIND(maintenance_rows, message & 0x0fu);
	return name ? name : "unknown message";
}

/* Q.850 2.2.3. */
static const char *const location_names[16] = {
    [0] = "user",
    [1] = "private network of the near user",
    [2] = "public network of the near user",
    [3] = "transit network",
    [4] = "public network of the far user",
    [5] = "private network of the far user",
    [7] = "international network",
    [10] = "network beyond interworking",
};

const char *decode_location_name(unsigned location)
{
	return location < 16 && location_names[location] ? location_names[location] : "unknown location";
}

const char *const number_type_names[8] = {
    "unknown", "international", "national", "network specific", "subscriber", "reserved", "abbreviated", "reserved",
};
const char *const number_plan_names[16] = {
    [0] = "unknown plan",   [1] = "E.164",          [2] = "reserved plan",  [3] = "X.121",
    [4] = "F.69",           [5] = "reserved plan",  [6] = "reserved plan",  [7] = "reserved plan",
    [8] = "national plan",  [9] = "private plan",   [10] = "reserved plan", [11] = "reserved plan",
    [12] = "reserved plan", [13] = "reserved plan", [14] = "reserved plan", [15] = "reserved plan",
};
const char *const presentation_names[4] = {"allowed", "restricted", "unavailable", "reserved"};
const char *const screening_names[4] = {"user provided", "verified and passed", "verified and failed",
                                        "network provided"};

const char *transfer_capability_name(unsigned capability)
{
	static const struct name_row rows[] = {
	    {0, "speech"},         {8, "unrestricted digital"}, {9, "restricted digital"},
	    {16, "3.1 kHz audio"}, {17, "digital with tones"},  {24, "video"},
	};
	const char *name = FIND(rows, capability);
	return name ? name : "unknown capability";
}

const char *layer1_name(unsigned protocol)
{
	static const struct name_row rows[] = {
	    {1, "V.110"}, {2, "mu-law"}, {3, "A-law"}, {4, "G.721"}, {5, "H.221/H.242"}, {8, "V.120"}, {9, "X.31"},
	};
	const char *name = FIND(rows, protocol);
	return name ? name : "unknown layer 1";
}

const char *progress_name(unsigned description)
{
	static const struct name_row rows[] = {
	    {1, "not end-to-end ISDN"},
	    {2, "far end is not ISDN"},
	    {3, "calling end is not ISDN"},
	    {4, "back on the ISDN"},
	    {5, "interworking changed the service"},
	    {8, "tones or speech in band"},
	};
	const char *name = FIND(rows, description);
	return name ? name : "unknown progress";
}

/* Q.931 2.1; numbers of the user's and the network's states agree. */
const char *call_state_name(unsigned state)
{
	static const struct name_row rows[] = {
	    {0, "null"},
	    {1, "call initiated"},
	    {2, "overlap sending"},
	    {3, "outgoing call proceeding"},
	    {4, "call delivered"},
	    {6, "call present"},
	    {7, "call received"},
	    {8, "connect request"},
	    {9, "incoming call proceeding"},
	    {10, "active"},
	    {11, "disconnect request"},
	    {12, "disconnect indication"},
	    {15, "suspend request"},
	    {17, "resume request"},
	    {19, "release request"},
	    {22, "call abort"},
	    {25, "overlap receiving"},
	    {61, "restart request"},
	    {62, "restart"},
	};
	const char *name = FIND(rows, state);
	return name ? name : "unknown state";
}

const char *notification_name(unsigned description)
{
	static const struct name_row rows[] = {
	    {0, "user suspended"},
	    {1, "user resumed"},
	    {2, "bearer service changed"},
	    {0x42, "conference"},
	    {0x43, "conference disconnected"},
	    {0x60, "call is waiting"},
	    {0x68, "diversion activated"},
	    {0x69, "call transfer, alerting"},
	    {0x6a, "call transfer, active"},
	    {0x71, "reverse charging"},
	    {0x79, "remote hold"},
	    {0x7a, "remote retrieval"},
	    {0x7b, "call is diverting"},
	};
	const char *name = FIND(rows, description);
	return name ? name : "unknown notification";
}

const char *redirecting_reason_name(unsigned reason)
{
	static const struct name_row rows[] = {
	    {0, "unknown reason"}, {1, "busy"},           {2, "no reply"},       {4, "deflection"},
	    {9, "out of order"},   {10, "by the called"}, {15, "unconditional"},
	};
	const char *name = FIND(rows, reason);
	return name ? name : "reserved reason";
}

const char *high_layer_name(unsigned characteristics)
{
	static const struct name_row rows[] = {
	    {1, "telephony"}, {4, "fax group 2/3"}, {0x21, "fax group 4"},     {0x24, "teletex"},
	    {0x35, "telex"},  {0x38, "MHS"},        {0x60, "video telephony"},
	};
	const char *name = FIND(rows, characteristics);
	return name ? name : "other service";
}

const char *restart_class_name(unsigned restart_class)
{
	static const struct name_row rows[] = {
	    {0, "indicated channels"}, {6, "single interface"}, {7, "all interfaces"}};
	const char *name = FIND(rows, restart_class);
	return name ? name : "reserved class";
}

const char *signal_name(unsigned value)
{
	static const struct name_row rows[] = {
	    {0x00, "dial tone"},       {0x01, "ring-back tone"},    {0x02, "intercept tone"},
	    {0x03, "congestion tone"}, {0x04, "busy tone"},         {0x05, "confirm tone"},
	    {0x06, "answer tone"},     {0x07, "call waiting tone"}, {0x08, "off-hook warning tone"},
	    {0x3f, "tones off"},       {0x4f, "alerting off"},
	};
	const char *name = FIND(rows, value);
	return name ? name : "alerting";
}

/* ETS 300 207, 182, 369 and others; local values. */
static const struct name_row etsi_operations[] = {
    {1, "userUserService"},
    {2, "cUGCall"},
    {3, "mCIDRequest"},
    {4, "beginCONF"},
    {6, "ectExecute"},
    {7, "activationDiversion"},
    {8, "deactivationDiversion"},
    {9, "activationStatusNotification"},
    {10, "deactivationStatusNotification"},
    {11, "interrogationDiversion"},
    {12, "diversionInformation"},
    {13, "callDeflection"},
    {14, "callRerouting"},
    {15, "divertingLegInformation2"},
    {17, "interrogateServedUserNumbers"},
    {18, "divertingLegInformation1"},
    {19, "divertingLegInformation3"},
    {30, "chargingRequest"},
    {31, "aOCSCurrency"},
    {32, "aOCSSpecialArr"},
    {33, "aOCDCurrency"},
    {34, "aOCDChargingUnit"},
    {35, "aOCECurrency"},
    {36, "aOCEChargingUnit"},
    {37, "identificationOfCharge"},
};
/* ECMA-164, -174, -178. */
static const struct name_row qsig_operations[] = {
    {0, "callingName"},
    {1, "calledName"},
    {2, "connectedName"},
    {3, "busyName"},
    {4, "pathReplacePropose"},
    {7, "callTransferIdentify"},
    {8, "callTransferAbandon"},
    {9, "callTransferInitiate"},
    {10, "callTransferSetup"},
    {11, "callTransferActive"},
    {12, "callTransferComplete"},
    {13, "callTransferUpdate"},
    {14, "subaddressTransfer"},
    {15, "activateDiversionQ"},
    {16, "deactivateDiversionQ"},
    {17, "interrogateDiversionQ"},
    {18, "checkRestriction"},
    {19, "callRerouting"},
    {20, "divertingLegInformation1"},
    {21, "divertingLegInformation2"},
    {22, "divertingLegInformation3"},
    {23, "cfnrDivertedLegFailed"},
    {27, "ccbsRequest"},
    {40, "ccnrRequest"},
    {80, "mwiActivate"},
    {81, "mwiDeactivate"},
    {82, "mwiInterrogate"},
};
/* GR-1367, T1.643: names as in QSIG; Nortel's release link trunk. */
static const struct name_row american_operations[] = {
    {0, "callingName"},
    {1, "rltOperationInd / calledName"},
    {2, "connectedName"},
    {4, "informationFollowing"},
};

const char *operation_name(enum decode_variant variant, unsigned operation)
{
	const char *name = variant == DECODE_ETSI   ? FIND(etsi_operations, operation)
	                   : variant == DECODE_QSIG ? FIND(qsig_operations, operation)
	                                            : FIND(american_operations, operation);
	return name;
}
