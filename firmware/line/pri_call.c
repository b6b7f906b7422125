/* What we ask libpri to do with a call. */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "line/pri_internal.h"

bool pri_link_call_alive(struct pri_link *link, struct q931_call *call)
{
	return call != NULL && q931_is_call_valid(link->controller, call);
}

static void set_parties(struct pri_sr *request, const struct line_setup *setup)
{
	struct pri_party_id calling;
	pri_party_to_id(&calling, &setup->calling, setup->calling_name, setup->name_presentation);
	pri_sr_set_caller_party(request, &calling);
	if (setup->redirecting.digits[0] == '\0')
		return;
	struct pri_party_redirecting redirecting;
	memset(&redirecting, 0, sizeof redirecting);
	pri_party_to_id(&redirecting.from, &setup->redirecting, "", LINE_PRESENTATION_ALLOWED);
	pri_party_to_id(&redirecting.orig_called, &setup->original_called, "", LINE_PRESENTATION_ALLOWED);
	/* libpri passes the original called number on from the second diversion. */
	redirecting.count = setup->original_called.digits[0] != '\0' ? 2 : 1;
	redirecting.reason = setup->redirecting_reason;
	redirecting.orig_reason = setup->redirecting_reason;
	pri_sr_set_redirecting_parties(request, &redirecting);
}

static int layer1(const struct pri_link *link, uint8_t bearer)
{
	if (bearer == PRI_TRANS_CAP_DIGITAL || bearer == PRI_TRANS_CAP_RESTRICTED_DIGITAL)
		return -1;
	return link->settings.alaw ? PRI_LAYER_1_ALAW : PRI_LAYER_1_ULAW;
}

/* The public getter splits the reference for GR-303; put it together again. Ours carry libpri's flag. */
static uint32_t cref_of(struct pri_link *link, struct q931_call *call)
{
	int low = 0;
	int high = pri_get_crv(link->controller, call, &low);
	return ((uint32_t)high << 3 | (uint32_t)low) | Q931_CREF_FLAG;
}

int pri_link_setup(struct pri_link *link, const struct line_setup *setup, bool sending_complete,
                   struct q931_call **call, uint32_t *cref)
{
	char called[LINE_DIGITS_MAX + 1], user_user[sizeof setup->user_user];
	struct q931_call *new_call = pri_new_call(link->controller);
	struct pri_sr *request = new_call != NULL ? pri_sr_new() : NULL;
	if (request == NULL) {
		if (new_call != NULL)
			pri_destroycall(link->controller, new_call);
		return -ENOMEM;
	}
	text_copy(called, sizeof called, setup->called.digits);
	text_copy(user_user, sizeof user_user, setup->user_user);
	pri_sr_set_channel(request, setup->timeslot, setup->exclusive, 0);
	pri_sr_set_bearer(request, setup->bearer, layer1(link, setup->bearer));
	pri_sr_set_called(request, called, setup->called.ton << 4 | setup->called.npi, sending_complete);
	set_parties(request, setup);
	if (user_user[0] != '\0')
		pri_sr_set_useruser(request, user_user);
	int failed = pri_setup(link->controller, new_call, request);
	pri_sr_free(request);
	if (failed) {
		pri_destroycall(link->controller, new_call);
		return -EINVAL;
	}
	*call = new_call;
	*cref = cref_of(link, new_call);
	return 0;
}

void pri_link_information(struct pri_link *link, struct q931_call *call, const char *digits)
{
	for (; *digits != '\0'; digits++)
		pri_information(link->controller, call, *digits);
}

void pri_link_setup_ack(struct pri_link *link, struct q931_call *call, uint32_t channel, bool inband)
{
	pri_setup_ack(link->controller, call, (int)channel, 0, inband);
}

void pri_link_proceeding(struct pri_link *link, struct q931_call *call, uint32_t channel, bool inband)
{
	pri_proceeding(link->controller, call, (int)channel, inband);
}

void pri_link_progress(struct pri_link *link, struct q931_call *call)
{
	pri_progress(link->controller, call, 0, 1);
}

void pri_link_alerting(struct pri_link *link, struct q931_call *call, uint32_t channel, bool inband)
{
	pri_acknowledge(link->controller, call, (int)channel, inband);
}

void pri_link_connect(struct pri_link *link, struct q931_call *call, uint32_t channel)
{
	pri_answer(link->controller, call, (int)channel, 0);
}

void pri_link_connect_ack(struct pri_link *link, struct q931_call *call)
{
	pri_connect_ack(link->controller, call, 0);
}

void pri_link_hold_answer(struct pri_link *link, struct q931_call *call, uint8_t reject_cause)
{
	if (reject_cause == 0)
		pri_hold_ack(link->controller, call);
	else
		pri_hold_rej(link->controller, call, reject_cause);
}

void pri_link_retrieve_answer(struct pri_link *link, struct q931_call *call, uint32_t channel, uint8_t reject_cause)
{
	if (reject_cause == 0)
		pri_retrieve_ack(link->controller, call, (int)channel);
	else
		pri_retrieve_rej(link->controller, call, reject_cause);
}

void pri_link_hang_up(struct pri_link *link, struct q931_call *call, uint8_t cause)
{
	pri_hangup(link->controller, call, cause);
}

/*
 * libpri has sent DISCONNECT and would now wait for the far end or T305; no function makes it send RELEASE earlier.
 * A clear collision does (Q.931 5.3.5): it is told, by a frame that only it sees, that the far end disconnects too.
 */
void pri_link_release_after_message(struct pri_link *link, uint32_t cref, uint8_t cause)
{
	const uint8_t frame[] = {
	    link->settings.network ? 0x00 : 0x02,
	    0x01,
	    0x03,
	    0x08,
	    0x02,
	    (uint8_t)(cref >> 8),
	    (uint8_t)cref,
	    Q931_MSG_DISCONNECT,
	    0x08,
	    0x02,
	    0x81,
	    0x80 | cause,
	};
	pri_inject(link, frame, sizeof frame);
	(void)pri_check_event(link->controller);
}

void pri_link_forget(struct pri_link *link, struct q931_call *call)
{
	pri_destroycall(link->controller, call);
}

void pri_link_restart(struct pri_link *link, uint8_t timeslot)
{
	pri_reset(link->controller, timeslot);
}

/* Change status of the service messages. */
enum { SERVICE_IN = 0, SERVICE_OUT = 2 };

/* The service messages are those of the North American switches (libpri knows two protocol discriminators for them). */
bool pri_link_has_service(const struct pri_link *link)
{
	enum line_switch type = link->settings.switch_type;

	return type == LINE_NI2 || type == LINE_4ESS || type == LINE_5ESS;
}

void pri_link_service(struct pri_link *link, uint8_t timeslot, bool in_service)
{
	pri_maintenance_service(link->controller, 0, timeslot, in_service ? SERVICE_IN : SERVICE_OUT);
}
