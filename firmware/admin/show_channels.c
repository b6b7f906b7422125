/*
 * show channels [SPAN]: B channels of the trunks, who holds them, and which take no calls.
 */
#include "admin/internal.h"

#include <errno.h>

#include "admin/cell.h"
#include "base/text.h"

static const struct call_record *record_of(const struct control_view *view, uint32_t call)
{
	for (uint32_t i = 0; call && i < view->call_count; i++)
		if (view->calls[i].record.id == call)
			return &view->calls[i].record;
	return NULL;
}

static void json_channel(struct json *json, const struct control_view *view, const struct control_channel_view *channel)
{
	const struct call_record *record = record_of(view, channel->call);
	json_open(json, NULL, '{');
	json_number(json, "span", channel->span);
	json_number(json, "channel", channel->timeslot);
	json_text(json, "state", text_name(line_channel_names, LINE_CHANNEL_STATE_COUNT, (int)channel->state));
	json_some(json, "call", channel->call);
	json_text(json, "from", record ? record->from : NULL);
	json_text(json, "to", record ? record->to : NULL);
	json_close(json, '}');
}

static void table_channel(FILE *out, const struct control_view *view, const struct control_channel_view *channel)
{
	const struct call_record *record = record_of(view, channel->call);
	cell_format(out, 7, "%u/%u", channel->span, channel->timeslot);
	cell(out, 14, text_name(line_channel_names, LINE_CHANNEL_STATE_COUNT, (int)channel->state));
	if (channel->call)
		cell_format(out, 7, "%u", channel->call);
	else
		cell(out, 7, NULL);
	cell(out, 20, record ? record->from : NULL);
	cell(out, 20, record ? record->to : NULL);
	cell_end(out);
}

int run_show_channels(struct admin *admin, struct session *session)
{
	const struct control_view *view = admin->control_view;
	const struct words *words = &session->words;
	struct json json = {.out = session->out};
	uint32_t span = 0, idle = 0, shown = 0;
	if (words->count > session->first + 1 ||
	    (words->count > session->first && text_to_u32(words->word[session->first], 1, CONFIG_SPANS_MAX, &span)))
		return fault_set(&session->fault, -EINVAL, "show channels: expected a span, 1 to %d", CONFIG_SPANS_MAX);
	if (session->json)
		json_open(&json, NULL, '[');
	else
		fprintf(session->out, "Channel State          Call    From                 To\n");
	for (uint32_t i = 0; i < view->channel_count; i++) {
		const struct control_channel_view *channel = &view->channels[i];
		if (span && channel->span != span)
			continue;
		shown++;
		idle += channel->state == LINE_CHANNEL_IDLE;
		if (session->json)
			json_channel(&json, view, channel);
		else
			table_channel(session->out, view, channel);
	}
	if (session->json)
		json_close(&json, ']');
	else
		fprintf(session->out, "%u channels, %u idle\n", shown, idle);
	return 0;
}
