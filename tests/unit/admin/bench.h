/*
 * The console server on a socket of its own, with stand-ins for control, the scheduler and the records.
 */
#ifndef TESTS_ADMIN_BENCH_H
#define TESTS_ADMIN_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>

#include "acd/acd_actor.h"
#include "admin/admin.h"
#include "call/control.h"
#include "store/reader.h"

struct bench {
	char folder[64], socket[96];
	struct settings *settings;
	struct admin *admin;
	/* what the stand-ins do and saw */
	bool hold;                      /* control leaves requests open until bench_release() */
	enum control_request_type held; /* only those of this type; CONTROL_APPLY: none */
	int refuse;                     /* APPLY: refused with this errno */
	struct control_request *open;
	struct config *applied;
	uint32_t applies;
	enum control_request_type asked;
	uint32_t asked_number;
	const struct control_recording *recording; /* to be kept, or NULL */
	struct boot_facts boot;                    /* folder "": a program on somebody's host */
	const char *local_time;                    /* asked for; wall_s is the answer */
	int64_t wall_s;
	struct control_view view;
	struct acd_view acd;
	struct acd_why why[2];
	uint32_t why_count, asked_call;
	uint16_t asked_queue;
	struct call_record records[3];
	uint32_t record_count;
};
extern struct bench *bench;

int bench_set_up(void **state);
int bench_tear_down(void **state);
/* As after a stop or a crash: everything in memory is new. */
void bench_restart(void);
void bench_release(void);
void bench_settle(void);

int client_open(void);
void client_send(int client, const char *text);
/* The answer to what was sent: its text; *status the character behind the mark, 0 if none has come. */
char *client_answer(int client, char *status);
/* Sends a line and checks status and text; text NULL: any. */
void expect(int client, const char *line, char status, const char *text);
/* Sends a line: the answer has this status, and this in its text. */
void expect_part(int client, const char *line, char status, const char *part);
char *ask(int client, const char *line); /* the caller frees */

#endif
