#include "media/caller_id_message.h"

#include <errno.h>

#include "dsp/caller_id.h"

int media_caller_id_command(struct media_command *command, uint16_t channel, enum media_caller_id standard,
                            const struct media_caller *caller)
{
	static const enum caller_id_standard standards[] = {
	    [MEDIA_CALLER_ID_BELL202] = CALLER_ID_BELL202,
	    [MEDIA_CALLER_ID_V23] = CALLER_ID_V23,
	    [MEDIA_CALLER_ID_DTMF] = CALLER_ID_DTMF,
	};
	struct media_command built = {.type = MEDIA_CALLER_ID, .channel = channel, .peer = DRIVER_NO_CHANNEL};
	enum caller_id_absence absence = caller->withheld ? CALLER_ID_PRIVATE : CALLER_ID_OUT_OF_AREA;
	struct caller_id id = {.month = caller->month,
	                       .day = caller->day,
	                       .hour = caller->hour,
	                       .minute = caller->minute,
	                       .number = caller->withheld ? "" : caller->number,
	                       .number_absence = absence,
	                       .name = caller->withheld ? "" : caller->name,
	                       .name_absence = absence};
	int bytes;

	if (standard >= MEDIA_CALLER_ID_NONE)
		return -EINVAL;
	bytes = caller_id_build(standards[standard], &id, built.caller_id.message, sizeof(built.caller_id.message));
	if (bytes < 0)
		return bytes;
	built.caller_id.standard = standard;
	built.caller_id.bytes = (uint16_t)bytes;
	*command = built;
	return 0;
}
