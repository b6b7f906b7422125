/* Private to pri_*.c: what they share, with libpri's types. */
#ifndef BELFRY_LINE_PRI_INTERNAL_H
#define BELFRY_LINE_PRI_INTERNAL_H

#include <libpri.h>

#include "line/pri_link.h"

#define PRI_FCS_BYTES    2 /* libpri counts the FCS in read and written lengths, and never looks at it */
#define PRI_INJECT_BYTES 32

/* libpri exports it from the archive, but keeps it out of libpri.h. */
int q931_is_call_valid(struct pri *controller, struct q931_call *call);

struct pri_link {
	struct pri *controller;
	struct pri_link_settings settings;
	bool muted;                       /* retired: nothing in, nothing out */
	bool frame_taken;                 /* the last read gave libpri a frame */
	struct q931_facts facts;          /* of that frame */
	uint8_t inject[PRI_INJECT_BYTES]; /* a frame that libpri shall read as if the far end had sent it */
	size_t inject_count;
	struct pri_link *next; /* all that were ever made */
};

int pri_io_read(struct pri *controller, void *buffer, int size);
int pri_io_write(struct pri *controller, void *buffer, int count);
void pri_inject(struct pri_link *link, const uint8_t *frame, size_t count);

/* pri_event.c */
void pri_event_copy(const struct pri_link *link, const pri_event *event, struct pri_link_event *out);
/* pri_party.c */
void pri_party_from_number(struct line_number *to, const char *digits, int plan, int presentation);
void pri_party_from_name(char *to, size_t size, const char *from, int character_set);
void pri_party_to_id(struct pri_party_id *to, const struct line_number *number, const char *name,
                     enum line_presentation name_presentation);
enum line_presentation pri_party_presentation(int presentation);

#endif
