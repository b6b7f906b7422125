/*
 * Offer, answer, cancel, lease: one caller, two agents who are rung at once, the scheduler and the control actor with
 * their mailboxes, two telephones. What the scheduler hears of offers may be lost on the way (a full mailbox, a
 * control actor that never says so): the lease must end what nobody confirms.
 *
 * Proved by spin over all interleavings (run_spin.py): no deadlock; at most one telephone is connected to the caller
 * and at most one agent has won; nothing goes on for ever; when nothing moves any more no offer is open, no
 * telephone rings, and the caller is gone, sent on or talking to exactly one agent.
 *
 * Each guard can be taken out by a macro; then the proof must fail (mutants in run_spin.py). The names are those of
 * firmware/acd/acd_offer.c and firmware/call/queue_decisions.c.
 */
#define AGENTS 2
#define OFFERS 3 /* then the longest wait is over: the model stays finite */
#define ROOM   2 /* of a mailbox */

mtype = { WAITING, RINGING, WON, TALKING, LEFT };       /* the call, to the scheduler */
mtype = { READY, RESERVED, RUNG, BUSY };                /* an agent */
mtype = { OFFER_RINGING, OFFER_ANSWER, OFFER_FAILED, GONE, TALK_STARTED, TALK_ENDED }; /* events */
mtype = { OFFER, OFFER_CANCEL, WINNER, EXIT };          /* decisions */
mtype = { IDLE, BELL, LIFTED, IN_CALL, TONE };          /* a telephone, to control */
mtype = { LIFT, HANG_UP };

chan events = [ROOM] of { mtype, byte, byte };    /* what, agent, offer */
chan decisions = [ROOM] of { mtype, byte, byte }; /* what, agent, offer */
chan hooks = [ROOM] of { mtype, byte };
bool bell[AGENTS];                                /* the wire to each telephone */

/* the scheduler */
mtype phase = WAITING;
mtype agent_state[AGENTS] = READY;
byte offer_of[AGENTS]; /* 0: none */
byte offers_made;
byte winner_count;     /* agents who have won and not lost again */

/* control */
mtype phone[AGENTS] = IDLE;
byte phone_offer[AGENTS];
bool caller_here = true, call_queued = true;
byte connected;

/* ---- control's mail to the scheduler: never waits; what finds no room is lost ---- */

#ifdef BLOCKING /* mutant: both wait for each other's mailbox */
#define SEND(what, agent, offer) events!what, agent, offer
#define SEND_LOSSY(what, agent, offer) events!what, agent, offer
#else
/* The real mailbox holds two events for each call and agent there can be: what ends a call always finds room. */
#define SEND(what, agent, offer) must_send(what, agent, offer)
#define SEND_LOSSY(what, agent, offer) \
	if \
	:: nfull(events) -> events!what, agent, offer \
	:: skip /* lost */ \
	fi
#endif

bool owed_gone, owed_started, owed_ended; /* room kept for these three */
inline must_send(what, agent, offer)
{
	if
	:: what == GONE -> owed_gone = true
	:: what == TALK_STARTED -> owed_started = true
	:: what == TALK_ENDED -> owed_ended = true
	fi
}

/* ---- the scheduler ---- */

inline lose(i)
{
	if
	:: phase == WON && agent_state[i] == BUSY -> winner_count--
	:: else
	fi;
	offer_of[i] = 0;
	agent_state[i] = READY;
	if
	:: phase != LEFT && offer_of[0] == 0 && offer_of[1] == 0 -> phase = WAITING
	:: else
	fi
}

inline cancel_all_but(but)
{
	byte j = 0;
	do
	:: j < AGENTS ->
		if
		:: offer_of[j] && j != but ->
			decisions!OFFER_CANCEL, j, offer_of[j];
			if
			:: agent_state[j] == BUSY -> winner_count--
			:: else
			fi;
			offer_of[j] = 0;
			agent_state[j] = READY
		:: else
		fi;
		j++
	:: else -> break
	od
}

/* mutant FIRST_DOES_NOT_WIN: an answer counts whatever the call's phase, and the others keep their offers */
inline answered(i)
{
	if
#ifdef FIRST_DOES_NOT_WIN
	:: phase == RINGING || phase == WON || phase == TALKING ->
#else
	:: phase == RINGING ->
		cancel_all_but(i);
#endif
		phase = WON;
		agent_state[i] = BUSY;
		winner_count++;
		assert(winner_count == 1);
		decisions!WINNER, i, offer_of[i]
	:: else
	fi
}

inline event(what, i, number)
{
	if
	:: what == OFFER_RINGING && number && offer_of[i] == number && agent_state[i] == RESERVED -> agent_state[i] = RUNG
	:: what == OFFER_ANSWER && number && offer_of[i] == number -> answered(i)
	:: what == OFFER_FAILED && number && offer_of[i] == number -> lose(i)
	:: what == GONE && phase != TALKING && phase != LEFT -> cancel_all_but(AGENTS); phase = LEFT
	:: what == TALK_STARTED && phase == WON ->
		phase = TALKING;
		offer_of[0] = 0;
		offer_of[1] = 0
	:: what == TALK_ENDED && phase == WON ->
		if
		:: agent_state[0] == BUSY -> lose(0)
		:: else -> lose(1)
		fi
	:: what == TALK_ENDED && phase == TALKING ->
		phase = LEFT;
		winner_count = 0;
		if
		:: agent_state[0] == BUSY -> agent_state[0] = READY
		:: else -> agent_state[1] = READY
		fi
	:: else /* unexpected: counted, changes nothing */
	fi
}

active proctype acd()
{
	mtype what;
	byte i, number;
end:
	do
	:: atomic { phase == WAITING && offers_made < OFFERS -> /* ring all who are ready */
		i = 0;
		do
		:: i < AGENTS ->
			if
			:: agent_state[i] == READY && offers_made < OFFERS ->
				offers_made++;
				offer_of[i] = offers_made;
				agent_state[i] = RESERVED;
				phase = RINGING;
				decisions!OFFER, i, offer_of[i]
			:: else
			fi;
			i++
		:: else -> break
		od }
	:: atomic { phase == WAITING && offers_made == OFFERS -> /* the longest wait */
		phase = LEFT;
		decisions!EXIT, 0, 0 }
	:: atomic { events?what, i, number -> event(what, i, number) }
	:: atomic { owed_started -> owed_started = false; event(TALK_STARTED, 0, 0) }
	:: atomic { owed_gone && !owed_started -> owed_gone = false; event(GONE, 0, 0) }
	:: atomic { owed_ended && !owed_started -> owed_ended = false; event(TALK_ENDED, 0, 0) }
#ifndef NO_LEASE
	:: atomic { offer_of[0] && phase != TALKING -> decisions!OFFER_CANCEL, 0, offer_of[0]; lose(0) }
	:: atomic { offer_of[1] && phase != TALKING -> decisions!OFFER_CANCEL, 1, offer_of[1]; lose(1) }
#endif
	od
}

/* ---- control ---- */

inline offer_to(i, number)
{
	if
	:: !call_queued /* the caller is gone: GONE is on its way and cancels the offer */
	:: call_queued && phone[i] != IDLE -> SEND_LOSSY(OFFER_FAILED, i, number)
	:: call_queued && phone[i] == IDLE ->
		phone[i] = BELL;
		phone_offer[i] = number;
		bell[i] = true;
		SEND_LOSSY(OFFER_RINGING, i, number)
	fi
}

inline cancelled(i, number)
{
	if
	:: phone_offer[i] == number && number ->
		phone_offer[i] = 0;
		if
		:: phone[i] == BELL -> phone[i] = IDLE; bell[i] = false
		:: phone[i] == LIFTED -> phone[i] = TONE
		:: else
		fi
	:: else /* never rung, or hung up since */
	fi
}

inline won(i, number)
{
	if
	:: call_queued && phone_offer[i] == number && phone[i] == LIFTED ->
		assert(connected == 0);
		connected++;
		phone[i] = IN_CALL;
		phone_offer[i] = 0;
		call_queued = false;
		SEND(TALK_STARTED, i, number)
	:: else -> /* one of them left in the same instant: nobody talks; the talk lease is there if this is lost */
		if
		:: phone_offer[i] == number && phone[i] == LIFTED -> phone[i] = TONE; phone_offer[i] = 0
		:: else
		fi;
		SEND_LOSSY(TALK_ENDED, i, number)
	fi
}

inline talk_over(i)
{
	connected--;
	SEND(TALK_ENDED, i, 0)
}

inline hook(what, i)
{
	if
	:: what == LIFT && phone[i] == BELL ->
		bell[i] = false;
		phone[i] = LIFTED;
		SEND_LOSSY(OFFER_ANSWER, i, phone_offer[i])
	:: what == LIFT && phone[i] == IDLE -> phone[i] = TONE
	:: what == HANG_UP && phone[i] == IN_CALL -> phone[i] = IDLE; talk_over(i)
	:: what == HANG_UP && phone[i] == LIFTED ->
		phone[i] = IDLE;
		if
		:: phone_offer[i] -> SEND_LOSSY(OFFER_FAILED, i, phone_offer[i])
		:: else
		fi;
		phone_offer[i] = 0
	:: what == HANG_UP && phone[i] == TONE -> phone[i] = IDLE
	:: else
	fi
}

active proctype control()
{
	mtype what;
	byte i, number;
end:
	do
	:: atomic { decisions?what, i, number ->
		if
		:: what == OFFER -> offer_to(i, number)
		:: what == OFFER_CANCEL -> cancelled(i, number)
		:: what == WINNER -> won(i, number)
		:: what == EXIT -> call_queued = false
		fi }
	:: atomic { hooks?what, i -> hook(what, i) }
	:: atomic { caller_here -> /* the caller hangs up, at any time, or is patient */
		caller_here = false;
		if
		:: call_queued -> call_queued = false; SEND(GONE, 0, 0)
		:: true
		fi }
	od
}

/* ---- an agent at a telephone: lifts once at most, or never, and hangs up some time ---- */

active [AGENTS] proctype person()
{
	byte me = _pid - 2;
end:
	do
	:: bell[me] ->
		hooks!LIFT, me;
		hooks!HANG_UP, me;
		break
	od
}

/* When nothing moves any more. */
active proctype watch()
{
end:
	timeout ->
		assert(offer_of[0] == 0 && offer_of[1] == 0);
		assert(!bell[0] && !bell[1]);
		assert(phase == LEFT || phase == TALKING);
		assert(winner_count == (phase == TALKING -> 1 : 0));
		assert(connected == winner_count)
}
