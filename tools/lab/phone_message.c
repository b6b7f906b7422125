/* What a caller-ID or message-waiting burst says: SDMF and MDMF of GR-30, and ETS 300 659-1. */
#include "tools/lab/phone.h"

#include <string.h>

enum {
	SDMF_CALLER_ID = 0x04,
	SDMF_MESSAGE_WAITING = 0x06,
	MDMF_CALLER_ID = 0x80,
	MDMF_MESSAGE_WAITING = 0x82,
	PARAMETER_TIME = 0x01,
	PARAMETER_NUMBER = 0x02,
	PARAMETER_NUMBER_ABSENT = 0x04,
	PARAMETER_NAME = 0x07,
	PARAMETER_NAME_ABSENT = 0x08,
	PARAMETER_INDICATOR = 0x0b,
	SDMF_TIME_CHARACTERS = 8
};

static void copy(char *out, size_t size, const uint8_t *text, size_t bytes)
{
	size_t used = 0;
	for (size_t i = 0; i < bytes && used + 1 < size; i++)
		out[used++] = (char)text[i];
	out[used] = 0;
}

static void set_presentation(struct lab_caller_id *id, const char *word)
{
	snprintf(id->presentation, sizeof(id->presentation), "%s", word);
}

static void take_absence(struct lab_caller_id *id, uint8_t reason)
{
	set_presentation(id, reason == 'P' ? "restricted" : "unavailable");
}

static void take_parameter(struct lab_phone *phone, uint8_t type, const uint8_t *data, size_t bytes)
{
	struct lab_caller_id *id = &phone->caller_id;
	switch (type) {
	case PARAMETER_TIME:
		copy(id->time, sizeof(id->time), data, bytes);
		break;
	case PARAMETER_NUMBER:
		copy(id->number, sizeof(id->number), data, bytes);
		break;
	case PARAMETER_NUMBER_ABSENT:
		if (bytes)
			take_absence(id, data[0]);
		break;
	case PARAMETER_NAME:
		copy(id->name, sizeof(id->name), data, bytes);
		break;
	case PARAMETER_INDICATOR:
		if (bytes)
			phone->message_waiting = data[0] != 0;
		break;
	case PARAMETER_NAME_ABSENT:
	default:
		break;
	}
}

static void take_parameters(struct lab_phone *phone, const uint8_t *at, size_t bytes)
{
	while (bytes >= 2 && (size_t)at[1] + 2 <= bytes) {
		take_parameter(phone, at[0], at + 2, at[1]);
		bytes -= 2u + at[1];
		at += 2 + at[1];
	}
}

static void take_single(struct lab_phone *phone, const uint8_t *data, size_t bytes)
{
	struct lab_caller_id *id = &phone->caller_id;
	if (bytes < SDMF_TIME_CHARACTERS)
		return;
	copy(id->time, sizeof(id->time), data, SDMF_TIME_CHARACTERS);
	data += SDMF_TIME_CHARACTERS;
	bytes -= SDMF_TIME_CHARACTERS;
	if (bytes == 1 && (*data == 'P' || *data == 'O'))
		take_absence(id, *data);
	else
		copy(id->number, sizeof(id->number), data, bytes);
}

void phone_message(struct lab_phone *phone, const uint8_t *message, size_t bytes, bool v23)
{
	size_t length = message[1];
	const uint8_t *data = message + 2;
	if (length + 2 > bytes)
		return;
	if (message[0] == SDMF_CALLER_ID || message[0] == MDMF_CALLER_ID) {
		struct lab_caller_id *id = &phone->caller_id;
		memset(id, 0, sizeof(*id));
		id->seen = true;
		id->v23 = v23;
		id->raw_bytes = bytes < sizeof(id->raw) ? bytes : sizeof(id->raw);
		memcpy(id->raw, message, id->raw_bytes);
		set_presentation(id, "allowed");
		phone->caller_id_at = phone->party.exchange->now;
		phone->caller_id_early = !intervals_open(&phone->states[LAB_PHONE_RINGING]);
	}
	if (message[0] == MDMF_CALLER_ID || message[0] == MDMF_MESSAGE_WAITING)
		take_parameters(phone, data, length);
	else if (message[0] == SDMF_CALLER_ID)
		take_single(phone, data, length);
	else if (message[0] == SDMF_MESSAGE_WAITING && length)
		phone->message_waiting = data[0] == 'B'; /* three times 42 hex: on; 6F hex: off */
}
