/*
 * The telephone network and the desk phones: everything on the far side of the box's spans.
 *
 * One thread. The lab is the clock: exchange_period() makes one period's frames, sends them, takes in the box's answer
 * and feeds it to the spans' objects. All times are samples (8,000 a second) since the exchange was made.
 * No code is shared with firmware/ or drivers/: two halves that share a mistake agree with each other.
 */
#ifndef BELFRY_LAB_EXCHANGE_H
#define BELFRY_LAB_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAB_SPANS_MAX 64
#define LAB_TEXT      256

enum lab_span_kind { LAB_SPAN_PRI, LAB_SPAN_PHONES };
enum lab_switch { LAB_EUROISDN, LAB_NI1, LAB_NI2, LAB_DMS100, LAB_5ESS, LAB_4ESS, LAB_QSIG };

struct lab_span {
	unsigned span; /* the box's span number = TDMoE sub-address */
	bool e1;       /* else T1 */
	bool mulaw;
	enum lab_span_kind kind;
	enum lab_switch switch_type;
	bool network_side; /* the lab's libpri is the network (box: pri-cpe) */
	bool overlap;      /* the lab's libpri sends and takes overlap digits */
	bool missing;      /* configured on the box, but nobody at the other end */
};

struct exchange;

/* transport: how a period travels. */
enum lab_transport {
	LAB_TO_PROCESS, /* one message a period to belfryd's datagram socket, answer awaited (virtual or real time) */
	LAB_TO_ETHERNET /* one frame a span a millisecond, real time, to QEMU's -netdev dgram socket */
};

struct exchange_settings {
	enum lab_transport transport;
	const char *local_path, *remote_path; /* unix datagram sockets */
	bool real_time;                       /* pace periods by the wall clock */
	double patience_s; /* LAB_TO_ETHERNET: a guest held up longer is given up; 0: half a second */
	uint64_t seed;
	const char *pcap_path;        /* D-channel capture of all spans, or NULL */
	const char *prompt_folder[4]; /* where hears() finds prompts (wav); NULL ends */
};

int exchange_new(struct exchange **out, const struct exchange_settings *settings, char *error, size_t size);
void exchange_free(struct exchange *exchange);
int exchange_add_span(struct exchange *exchange, const struct lab_span *span, char *error, size_t size);
/* One media period (10 ms). 0; -ETIMEDOUT: the box did not answer within wall_budget_s; -EPIPE: it is gone. */
int exchange_period(struct exchange *exchange, double wall_budget_s);
/* Asked about every 20 ms while exchange_period() waits for the box's answer: false ends the waiting with -EPIPE.
 * The lab's clock moves on by one period whatever exchange_period() returns, so time also passes while the box is off.
 */
void exchange_set_alive(struct exchange *exchange, bool (*alive)(void *user), void *user);
uint64_t exchange_now_samples(const struct exchange *exchange);
/* The box went away or came back: forget sequence numbers, resynchronise links. */
void exchange_box_restarted(struct exchange *exchange);
/* What the lab saw on the wire, for failure messages: the last lines of the decoded D-channel trace. */
void exchange_trace_tail(const struct exchange *exchange, char *text, size_t size, unsigned lines);

struct lab_counters {
	uint64_t frames_sent, frames_received, frames_dropped_at_socket, sequence_gaps, periods_late;
	uint64_t frames_bad;   /* from the box: not as WIRE.md has them */
	uint64_t guest_silent; /* to QEMU: how often it fell silent for so long that its frames were given up */
	uint64_t behind_us;    /* real time, to belfryd: how far its time and the lab's may be apart at most */
};
void exchange_counters(const struct exchange *exchange, struct lab_counters *out);
bool exchange_dchannel_up(const struct exchange *exchange, unsigned span);

/* ---- parties: a call on a trunk, or a telephone; both have ears and a mouth ---- */

struct party; /* common part of struct lab_call and struct lab_phone */

/* Mouth. Each replaces what was being said. */
void party_say_tone(struct party *party, double hz, double dbm0);
int party_say_file(struct party *party, const char *wav, char *error, size_t size);
/* The file, then the beep of an answering machine: 1 kHz, 0.5 s, after a pause of 0.3 s. */
int party_say_greeting(struct party *party, const char *wav, char *error, size_t size);
void party_say_nothing(struct party *party);
/* Digits: tone (or pulse, telephones only). Times in ms, levels in dBm0; 0: the defaults 80/80/-10, twist 0 dB. */
struct lab_dial {
	unsigned on_ms, off_ms;
	bool pulse;
	double level_dbm0, twist_db;
};
int party_dial(struct party *party, const char *digits, const struct lab_dial *how, char *error, size_t size);
bool party_dialling(const struct party *party); /* still sending digits */
/* A fax machine in place of the mouth: sends a TIFF, or receives one. calling: it made the call (CNG); else it answers
 * (CED). The mouth falls silent when the transfer has ended; hanging up is the scenario's. */
enum lab_fax { LAB_FAX_NONE, LAB_FAX_RUNNING, LAB_FAX_DONE, LAB_FAX_FAILED };
struct lab_fax_facts {
	unsigned pages, bit_rate;
	bool ecm;
	char result[96]; /* T.30's outcome in words */
};
int party_fax_send(struct party *party, const char *tiff, bool calling, char *error, size_t size);
int party_fax_receive(struct party *party, const char *tiff, bool calling, char *error, size_t size);
enum lab_fax party_fax(const struct party *party, struct lab_fax_facts *facts);
/* Ears. Everything that arrived is kept for a while (at least 60 s), so questions can look back. */
/* Highest level in dBm0 of hz over any 100 ms block that began since from_samples; -99: nothing. */
double party_tone_level(const struct party *party, double hz, uint64_t from_samples);
/* Loudest 100 ms block since from_samples in dBm0, -99: digital silence. */
double party_level(const struct party *party, uint64_t from_samples);
/* Finds the prompt's own audio by correlation; *at_samples: when the playback began. A playback that began before
 * from_samples does not count. -ENOENT: unknown prompt. 0 not (yet) heard, 1 heard. */
int party_hears_prompt(struct party *party, const char *name, uint64_t from_samples, uint64_t *at_samples);
/* A settings line that was committed: after "prompt NAME file PATH" NAME is what is in PATH now (WAV, raw mu-law). */
void exchange_follow_prompt(struct exchange *exchange, const char *line);
/* What was heard lately, in words, for failure messages ("prompt agent-loginok 0.4 s ago, then silence"). */
void party_heard_text(struct party *party, char *text, size_t size);
const char *party_digits_heard(const struct party *party); /* DTMF decoded from what arrived */
int party_record(struct party *party, const char *wav, char *error,
                 size_t size); /* until the party is gone; 2 channels: heard, said */

/* ---- calls on trunks ---- */

enum lab_call_state {
	LAB_CALL_NULL,
	LAB_CALL_SETUP,
	LAB_CALL_SETUP_ACK,
	LAB_CALL_PROCEEDING,
	LAB_CALL_PROGRESS,
	LAB_CALL_ALERTING,
	LAB_CALL_ANSWERED,
	LAB_CALL_REJECTED,
	LAB_CALL_RELEASED
};

struct lab_call_request {
	unsigned span, channel; /* channel 0: the lab hunts, ascending */
	bool exclusive;
	char to[48], from[48], name[64], redirecting[48], uui[132];
	int ton, npi, presentation; /* -1: default (unknown / E.164 / allowed) */
	int redirecting_reason;
	int bearer;      /* -1: 3.1 kHz audio */
	bool overlap;    /* SETUP carries only the digits of to so far; more come by call_more_digits */
	bool name_later; /* name in a FACILITY after SETUP */
};

struct lab_call;
int call_out(struct exchange *exchange, const struct lab_call_request *request, struct lab_call **out, char *error,
             size_t size);
/* A call that the box has made on this span and nobody has taken yet, or NULL. */
struct lab_call *call_incoming(struct exchange *exchange, unsigned span);
struct party *call_party(struct lab_call *call);
enum lab_call_state call_state(const struct lab_call *call);
/* Whether the call was in the state at or after from_samples; *at_samples: when it entered. */
bool call_was(const struct lab_call *call, enum lab_call_state state, uint64_t from_samples, uint64_t *at_samples);
struct lab_call_facts {
	char to[48], from[48], name[64], redirecting[48], connected[48];
	unsigned span, channel;
	int presentation, cause, cause_location;
	bool from_box, inband;
	uint64_t begun, answered, ended; /* samples; 0: not */
	uint64_t reached, let_go;        /* the box's first word about it; all has been said about it */
	/* The last time of its life in which no message could pass: each side may have ended it for itself
	 * (Q.931 5.8.9). */
	uint64_t out_since, out_until;
	bool setup_out; /* the SETUP, or the answer to it, may have been lost or late */
};
#define LAB_RECOVER_S 10 /* so long after that Q.921 may still find out what was lost: N200 polls, N200 SABMEs */
void call_facts(const struct lab_call *call, struct lab_call_facts *facts);
int call_more_digits(struct lab_call *call, const char *digits, bool complete);
int call_alert(struct lab_call *call);
int call_progress(struct lab_call *call);
int call_answer(struct lab_call *call);
int call_reject(struct lab_call *call, int cause);
int call_hang_up(struct lab_call *call, int cause);
int call_hold(struct lab_call *call);
int call_retrieve(struct lab_call *call);
int call_facility(struct lab_call *call, const char *name); /* sends a calling name in a FACILITY */
void call_forget(struct lab_call *call);                    /* the scenario no longer refers to it */
/* All calls ever made, oldest first, for t:check(): each() false stops. */
void exchange_calls(const struct exchange *exchange, bool (*each)(void *user, const struct lab_call *call), void *user);

/* ---- telephones ---- */

struct lab_phone;
struct lab_phone *phone_at(struct exchange *exchange, unsigned span, unsigned timeslot); /* NULL: no such span */
struct party *phone_party(struct lab_phone *phone);
void phone_lift(struct lab_phone *phone);
void phone_hang_up(struct lab_phone *phone);
void phone_flash(struct lab_phone *phone);
bool phone_lifted(const struct lab_phone *phone);
enum lab_phone_state {
	LAB_PHONE_RINGING,
	LAB_PHONE_SILENT,
	LAB_PHONE_DIAL_TONE,
	LAB_PHONE_BUSY_OR_REORDER,
	LAB_PHONE_HOWLER
};
bool phone_was(struct lab_phone *phone, enum lab_phone_state state, uint64_t from_samples, uint64_t *at_samples);
bool phone_is(struct lab_phone *phone, enum lab_phone_state state);
/* ms on, off, on, off ... of the last ring; count of entries returned */
unsigned phone_ring_cadence(const struct lab_phone *phone, unsigned *ms, unsigned room);
struct lab_caller_id {
	bool seen;
	char number[48], name[64], time[16],
	    presentation[16]; /* presentation: allowed, restricted (P), unavailable (O) */
	uint8_t raw[256];
	size_t raw_bytes;
	bool v23;
};
/* An alerting signal was answered while lifted: a burst may come. */
bool phone_burst_due(const struct lab_phone *phone);
void phone_caller_id(const struct lab_phone *phone, struct lab_caller_id *out); /* of the last ring */
int phone_message_waiting(const struct lab_phone *phone);                       /* 1 on, 0 off, -1 never told */

/* ---- faults ---- */

struct lab_fault {
	unsigned span, channel; /* 0: all */
	int l1;                 /* -1 unchanged, 0 down, 1 up */
	int alarm;              /* -1 unchanged; 0 none, 1 red, 2 yellow, 3 blue */
	int dchannel;           /* -1 unchanged, 0 dead, 1 ok */
	double loss_percent, duplicate_percent, truncate_percent, late_ms, ber, ppm; /* negative: unchanged */
	const char *q931_hex, *q921_hex; /* sent as is: q931 inside an I frame's place, q921 the whole frame */
	int glare; /* -1 unchanged, 1: the next SETUP from the box is crossed by one on the same channel */
	double echo_ms, echo_db, noise_dbm0; /* NaN: unchanged */
	int stuck_offhook;                   /* -1 unchanged */
	int loop; /* -1 unchanged; 1: what is heard on the channel goes back bit for bit, 0: not */
};
void fault_clear(struct lab_fault *fault); /* all unchanged */
int exchange_fault(struct exchange *exchange, const struct lab_fault *fault, char *error, size_t size);

#endif
