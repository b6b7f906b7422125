#include "dsp/caller_id.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SPANDSP_EXPOSE_INTERNAL_STRUCTURES
#include <spandsp.h>
#include <spandsp/expose.h>

#include "base/text.h"
#include "dsp/dtmf.h"
#include "dsp/dtmf_sender.h"

/* Multiple data message format, GR-30 and EN 300 659-3 5.3. */
#define MESSAGE_CALL_SETUP   0x80
#define FIELD_DATE_TIME      0x01
#define FIELD_NUMBER         0x02
#define FIELD_NUMBER_ABSENCE 0x04
#define FIELD_NAME           0x07
#define FIELD_NAME_ABSENCE   0x08
#define FIELD_CALL_TYPE      0x11
#define CALL_TYPE_VOICE      0x01

/* On-hook data, GR-30 2.3.3 and EN 300 659-1 6.1.2: 300 bits of channel seizure, 180 of mark, some mark at the end. */
#define SEIZURE_BITS  300
#define MARK_BITS     180
#define TRAILING_BITS 10
/* Off-hook data, GR-30 3.2 and EN 300 659-2 6.2.1: mark alone. */
#define OFF_HOOK_MARK_BITS 80
#define STOP_BITS          1

#define FSK_MESSAGE_MAX 254 /* a length byte, two of header, and the checksum that the modulator adds */
#define FSK_MESSAGE_MIN 3

void caller_id_start(void)
{
	adsi_tx_state_t *adsi = adsi_tx_init(NULL, ADSI_STANDARD_CLASS);
	static const uint8_t message[] = {MESSAGE_CALL_SETUP, 3, FIELD_NUMBER_ABSENCE, 1, 'O'};
	int16_t samples[160];
	if (!adsi)
		return;
	adsi_tx_put_message(adsi, message, sizeof(message));
	adsi_tx(adsi, samples, (int)(sizeof(samples) / sizeof(samples[0])));
	adsi_tx_free(adsi);
}

/* ---- the message ---- */

struct writer {
	uint8_t *message;
	size_t size, used;
	bool cut;
};

static void put(struct writer *w, uint8_t byte)
{
	if (w->used < w->size)
		w->message[w->used++] = byte;
	else
		w->cut = true;
}

static void put_field(struct writer *w, uint8_t type, const void *body, size_t bytes)
{
	const uint8_t *from = body;
	put(w, type);
	put(w, (uint8_t)bytes);
	for (size_t i = 0; i < bytes; i++)
		put(w, from[i]);
}

static void put_text(struct writer *w, uint8_t type, const char *text, size_t longest)
{
	uint8_t clean[CALLER_ID_NAME_V23_MAX];
	size_t length = strnlen(text, longest);
	for (size_t i = 0; i < length; i++)
		clean[i] = (uint8_t)(text[i] >= ' ' && text[i] <= '~' ? text[i] : '?');
	put_field(w, type, clean, length);
}

static void put_two_digits(char *to, unsigned value)
{
	to[0] = (char)('0' + value / 10 % 10);
	to[1] = (char)('0' + value % 10);
}

static void put_date(struct writer *w, const struct caller_id *id)
{
	char date[8];
	put_two_digits(&date[0], id->month);
	put_two_digits(&date[2], id->day);
	put_two_digits(&date[4], id->hour);
	put_two_digits(&date[6], id->minute);
	put_field(w, FIELD_DATE_TIME, date, sizeof(date));
}

static void put_party(struct writer *w, uint8_t type, uint8_t absence_type, const char *text,
                      enum caller_id_absence absence, size_t longest)
{
	uint8_t reason = (uint8_t)(absence == CALLER_ID_PRIVATE ? 'P' : 'O');
	if (text && *text)
		put_text(w, type, text, longest);
	else
		put_field(w, absence_type, &reason, 1);
}

static void build_fsk(struct writer *w, enum caller_id_standard standard, const struct caller_id *id)
{
	static const uint8_t voice = CALL_TYPE_VOICE;
	bool v23 = standard == CALLER_ID_V23;
	put(w, MESSAGE_CALL_SETUP);
	put(w, 0);
	if (v23)
		put_field(w, FIELD_CALL_TYPE, &voice, 1);
	if (id->month)
		put_date(w, id);
	put_party(w, FIELD_NUMBER, FIELD_NUMBER_ABSENCE, id->number, id->number_absence, CALLER_ID_NUMBER_MAX);
	put_party(w, FIELD_NAME, FIELD_NAME_ABSENCE, id->name, id->name_absence,
	          v23 ? CALLER_ID_NAME_V23_MAX : CALLER_ID_NAME_BELL202_MAX);
	if (!w->cut)
		w->message[1] = (uint8_t)(w->used - 2);
}

static void build_dtmf(struct writer *w, const struct caller_id *id)
{
	bool known = id->number && *id->number;
	const char *code = known ? id->number : id->number_absence == CALLER_ID_PRIVATE ? "10" : "00";
	put(w, known ? 'A' : 'B');
	for (size_t i = 0; i < CALLER_ID_NUMBER_MAX && code[i]; i++)
		if (code[i] >= '0' && code[i] <= '9')
			put(w, (uint8_t)code[i]);
	put(w, 'C');
}

int caller_id_build(enum caller_id_standard standard, const struct caller_id *id, uint8_t *message, size_t size)
{
	struct writer w = {message, size < FSK_MESSAGE_MAX ? size : FSK_MESSAGE_MAX, 0, false};
	if (id->month > 12 || id->day > 31 || id->hour > 23 || id->minute > 59)
		return -EINVAL;
	if (standard == CALLER_ID_DTMF)
		build_dtmf(&w, id);
	else
		build_fsk(&w, standard, id);
	return w.cut ? -ENOSPC : (int)w.used;
}

/* ---- its sound ---- */

struct caller_id_sender {
	enum caller_id_standard standard;
	bool busy;
	adsi_tx_state_t adsi;
	struct dtmf_sender dtmf;
};

int caller_id_sender_new(struct caller_id_sender **out)
{
	struct caller_id_sender *s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	*out = s;
	return 0;
}

void caller_id_sender_free(struct caller_id_sender *s)
{
	free(s);
}

static int begin_fsk(struct caller_id_sender *s, bool off_hook, const uint8_t *message, size_t bytes)
{
	int adsi_standard = s->standard == CALLER_ID_V23 ? ADSI_STANDARD_CLIP : ADSI_STANDARD_CLASS;
	if (bytes < FSK_MESSAGE_MIN || bytes > FSK_MESSAGE_MAX)
		return -EINVAL;
	adsi_tx_init(&s->adsi, adsi_standard);
	adsi_tx_set_preamble(&s->adsi, off_hook ? 0 : SEIZURE_BITS, off_hook ? OFF_HOOK_MARK_BITS : MARK_BITS,
	                     TRAILING_BITS, STOP_BITS);
	return adsi_tx_put_message(&s->adsi, message, (int)bytes) == (int)bytes ? 0 : -EINVAL;
}

static int begin_dtmf(struct caller_id_sender *s, const uint8_t *message, size_t bytes)
{
	dtmf_sender_init(&s->dtmf, (const char *)message, bytes);
	return dtmf_sender_busy(&s->dtmf) ? 0 : -EINVAL;
}

int caller_id_sender_begin(struct caller_id_sender *s, enum caller_id_standard standard, bool off_hook,
                           const uint8_t *message, size_t bytes)
{
	s->standard = standard;
	s->busy = false;
	int error = standard == CALLER_ID_DTMF ? begin_dtmf(s, message, bytes) : begin_fsk(s, off_hook, message, bytes);
	if (!error)
		s->busy = true;
	return error;
}

bool caller_id_sender_process(struct caller_id_sender *s, int16_t *samples, size_t count)
{
	if (!s->busy) {
		memset(samples, 0, count * sizeof(*samples));
		return false;
	}
	if (s->standard == CALLER_ID_DTMF) {
		dtmf_sender_process(&s->dtmf, samples, count);
		s->busy = dtmf_sender_busy(&s->dtmf);
		return true;
	}
	int made = adsi_tx(&s->adsi, samples, (int)count);
	if (made < 0)
		made = 0;
	memset(samples + made, 0, (count - (size_t)made) * sizeof(*samples));
	s->busy = made == (int)count;
	return true;
}
