/* libpri's way to the wire: frames in through the screen, frames out, and frames that only libpri sees. */
#include <string.h>

#include "base/log.h"
#include "drivers/driver.h"
#include "line/pri_internal.h"

static int take_injected(struct pri_link *link, uint8_t *buffer)
{
	size_t count = link->inject_count;
	memcpy(buffer, link->inject, count);
	link->inject_count = 0;
	memset(&link->facts, 0, sizeof link->facts);
	return (int)count + PRI_FCS_BYTES;
}

void pri_inject(struct pri_link *link, const uint8_t *frame, size_t count)
{
	memcpy(link->inject, frame, count);
	link->inject_count = count;
}

static void refuse(struct pri_link *link, enum q931_verdict verdict)
{
	log_write(LOG_WARNING, LOG_LINE, "span %u: D-channel frame screened: %s", link->settings.span,
	          q931_verdict_names[verdict]);
	link->settings.handlers.screened(link->settings.handlers.user, verdict);
}

/* A frame from the driver into buffer; 0 when there is none. Frames that must not pass are skipped. */
int pri_io_read(struct pri *controller, void *buffer, int size)
{
	struct pri_link *link = pri_get_userdata(controller);
	const struct pri_link_settings *settings = &link->settings;
	const struct q931_screen_rules rules = {.maintenance = settings->switch_type != LINE_EUROISDN &&
	                                                       settings->switch_type != LINE_QSIG &&
	                                                       settings->switch_type != LINE_NI1,
	                                        .user = settings->handlers.user,
	                                        .call_known = settings->handlers.call_known};
	if (link->inject_count > 0)
		return take_injected(link, buffer);
	if (link->muted)
		return 0;
	int received;
	while ((received = driver_dchannel_receive(settings->driver, settings->span, buffer,
	                                           (size_t)size - PRI_FCS_BYTES)) > 0) {
		size_t count = (size_t)received;
		settings->handlers.frame(settings->handlers.user, false, buffer, count);
		enum q931_verdict verdict = q931_screen(buffer, &count, &rules, &link->facts);
		if (verdict != Q931_PASS)
			refuse(link, verdict);
		if (verdict <= Q931_EDITED || q921_is_information(buffer, count)) {
			memset((uint8_t *)buffer + count, 0, PRI_FCS_BYTES);
			link->frame_taken = true;
			return (int)count + PRI_FCS_BYTES;
		}
	}
	return 0;
}

int pri_io_write(struct pri *controller, void *buffer, int count)
{
	struct pri_link *link = pri_get_userdata(controller);
	const struct pri_link_settings *settings = &link->settings;
	uint8_t edited[1024 + 256];
	const uint8_t *frame = buffer;
	size_t bytes = (size_t)count - PRI_FCS_BYTES;
	struct q931_facts facts;
	if (link->muted)
		return count;
	q931_note(frame, bytes, &facts);
	if (facts.message_present) {
		facts.cref ^= Q931_CREF_FLAG; /* as libpri counts: the flag on the wire says who receives */
		size_t edited_bytes =
		    settings->handlers.edit(settings->handlers.user, &facts, frame, bytes, edited, sizeof edited);
		frame = edited_bytes > 0 ? edited : frame;
		bytes = edited_bytes > 0 ? edited_bytes : bytes;
	}
	settings->handlers.frame(settings->handlers.user, true, frame, bytes);
	if (driver_dchannel_send(settings->driver, settings->span, frame, bytes) != 0)
		log_write(LOG_WARNING, LOG_LINE, "span %u: D-channel frame not sent, Q.921 will repeat it",
		          settings->span);
	return count;
}
