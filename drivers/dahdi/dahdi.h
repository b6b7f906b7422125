/*
 * Private to drivers/dahdi: spans of the DAHDI kernel modules. This folder alone includes <dahdi/user.h>.
 *
 * Who owns what: control configures spans and opens their channels, then hands them to media by an order; it takes
 * them back by another order that media acknowledges, and only then closes or changes anything. D-channel files stay
 * control's; media merely watches them to ring control's bell.
 */
#ifndef BELFRY_DRIVERS_DAHDI_DAHDI_H
#define BELFRY_DRIVERS_DAHDI_DAHDI_H

#include <dahdi/user.h>

#include "base/fault.h"
#include "drivers/driver_ops.h"
#include "drivers/pace.h"

#define DAHDI_CTL     "/dev/dahdi/ctl"
#define DAHDI_CHANNEL "/dev/dahdi/channel"

/*
 * Audio buffers: one being filled and one to be taken each way, and two periods in which the media thread may be late.
 * Immediate: a period is sent when the kernel has it; the cushion against lateness is one period of silence written
 * ahead, so the delay is known and does not grow.
 */
#define AUDIO_BUFFERS   4
#define CUSHION_PERIODS 1
/* D channel: chan_dahdi's figures; a buffer is a frame. */
#define DCHANNEL_BUFFERS      32
#define DCHANNEL_BUFFER_BYTES 1024
#define FCS_BYTES             2
/* A lifted telephone's hook is ignored for so long: the hook switch bounces. */
#define HOOK_DEBOUNCE_MS 150
/* Longer than the longest flash, and every debouncing is over. */
#define HOOK_MISSED_MS 1000
/* Channels looked at in a period for the next telephone to be asked. */
#define HOOK_STEPS 64
/* On-hook transmission (caller ID, message waiting) after a ring or on an idle line; analogue cards need to be told. */
#define ON_HOOK_TRANSFER_MS 5000
/* How long control waits for media to let go of a span before it is changed: many periods. */
#define RELEASE_WAIT_MS 200
/* A span that gave no period is tried again as the clock after so many. */
#define SILENT_PERIODS (2000 / DRIVER_PERIOD_MS)
/* Media asks for a period at least every holdover time; much later means that the machine was held up. */
#define HELD_UP_US (2 * PACE_HOLDOVER_US)
/* A reference that is silent for less keeps its part: another's blocks end at other moments. */
#define REFERENCE_PATIENCE_US (20 * PACE_PERIOD_US)
#define ORDERS_MAX            (4 * CONFIG_SPANS_MAX)

struct dahdi_channel {
	int fd;                      /* -1: not open. Media's while the span runs (D channels: control's) */
	int number;                  /* the kernel's, counted through all spans */
	bool in_use, bridged, clear; /* clear: carries data, no gain and no echo canceller */
	bool cushion_due;            /* to be written ahead of the next period: at the start, after an underrun */
	uint8_t receive_cushion;     /* periods still to be left in the kernel when reading begins */
	bool off_hook, ringing;
	uint64_t
	    hook_wrong_since; /* period in which the kernel's hook state was first seen to be another; 0: it is not */
};

struct dahdi_span_state {
	/* control's */
	bool started;
	struct driver_span wanted;
	_Atomic int kernel; /* the kernel's number of this span; 0: not found yet */
	_Atomic int card;   /* the kernel's number of the first span on the same card */
	_Atomic int place;  /* from 1: which of its card's spans */
	int card_spans;     /* how many there are; 0: unknown */
	uint8_t card_rank;  /* of the clock, as its card was told */
	bool counts_slips;
	uint64_t card_slips; /* as the kernel's file had them last */
	int first_channel;   /* the kernel's number of timeslot 1 */
	uint32_t places;     /* timeslots that are ours to configure and open, as bits */
	bool analogue;       /* a card with modules */
	bool tidied;         /* what an earlier process left behind has been taken off */
	bool maintained;     /* a loop, a pattern or a simulated alarm is on */
	bool alarm_simulated;
	bool channels_looped;
	/* media's */
	bool running, looped;
	struct driver_span settings;
	unsigned timeslots, dchannel, reference; /* reference: the timeslot that is read each period */
	uint64_t silent_until;              /* gave no period although without alarm: not a clock before this period */
	struct driver_span_counters before; /* kernel's counts when the span started: ours begin at zero */
	bool impaired;                      /* in the second since */
	uint64_t second_began;              /* at this period */
	uint64_t errored_seconds;           /* of an emulated span, of which the kernel counts nothing */
};

enum dahdi_order_kind { DAHDI_ORDER_START, DAHDI_ORDER_STOP, DAHDI_ORDER_LOOPED, DAHDI_ORDER_RESET_COUNTERS };
struct dahdi_order {
	enum dahdi_order_kind kind;
	bool looped;
	uint32_t places;
	struct driver_span settings;
};

struct dahdi_driver {
	struct span_driver base; /* first: driver.c sees only this */
	int ctl;
	int period_epoll; /* readable when the reference channel has a period */
	int event_epoll;  /* telephones, reference channels and D channels with something to tell */
	int released;     /* eventfd: media has let go of a span */
	struct mailbox *orders;
	struct doorbell *control_bell;
	struct dahdi_channel channel[DRIVER_CHANNELS_MAX];
	struct dahdi_span_state span[CONFIG_SPANS_MAX];

	/* media thread only */
	struct pace pace;
	uint64_t asked_us;       /* monotonic: when media asked last */
	uint64_t periods;        /* since the start */
	bool delivered;          /* in this period the reference gave one */
	unsigned reference_span; /* 0: none */
	uint64_t reference_us;   /* monotonic: when it gave a period, or became the reference */
	unsigned status_span;    /* whose status is asked next */
	uint16_t hook_checked;   /* the telephone whose hook was asked last */
	uint16_t used[DRIVER_CHANNELS_MAX];
	unsigned used_count;
};

static inline struct dahdi_driver *dahdi(struct span_driver *driver)
{
	return (struct dahdi_driver *)driver;
}
static inline const struct dahdi_driver *dahdi_const(const struct span_driver *driver)
{
	return (const struct dahdi_driver *)driver;
}
static inline bool dahdi_has_place(const struct dahdi_driver *d, unsigned span, unsigned timeslot)
{
	return d->span[span - 1].places >> timeslot & 1;
}
static inline struct driver_span_counters *dahdi_counters(struct dahdi_driver *d, uint16_t channel)
{
	return &d->base.status[driver_channel_span(channel) - 1].counters;
}
static inline struct dahdi_span_state *dahdi_span_of(struct dahdi_driver *d, uint16_t channel)
{
	return &d->span[driver_channel_span(channel) - 1];
}
/* ioctl() as 0 or -errno. */
int dahdi_ioctl(int fd, unsigned long request, void *argument);
int dahdi_ioctl_int(int fd, unsigned long request, int value);

/* config.c [control]: the kernel's side of a span. */
MUST_CHECK int dahdi_config_span(struct dahdi_driver *d, const struct driver_span *span, struct fault *fault);
/* The line's parameters alone; and those of one of the kernel's spans with a rank that is the card's. */
MUST_CHECK int dahdi_config_line(struct dahdi_driver *d, const struct driver_span *span, struct fault *fault);
MUST_CHECK int dahdi_line_tell(struct dahdi_driver *d, int kernel, const struct driver_span *span, unsigned card_rank,
                               struct fault *fault);
/* places.c [control]: what a telephone span has where; and whether it can be one. */
MUST_CHECK int dahdi_places_check(struct dahdi_driver *d, const struct driver_span *span,
                                  const struct dahdi_spaninfo *info, struct fault *fault);
void dahdi_places_read(struct dahdi_driver *d, int first_channel, unsigned count, struct driver_places *out);
int dahdi_first_channel(struct dahdi_driver *d, int kernel); /* the kernel's number of timeslot 1, or -ENODEV */
/* An analogue card's law is its driver's; whether it is what the settings say, on an open channel. */
MUST_CHECK int dahdi_law_check(int fd, const struct driver_span *span, struct fault *fault);
/* hardware.c [control]: which of the kernel's spans is ours: 0, or -ENODEV. */
MUST_CHECK int dahdi_find_span(struct dahdi_driver *d, const struct driver_span *span, struct fault *fault);
unsigned dahdi_hardware_list(struct span_driver *driver, struct driver_hardware *out, unsigned max);
/* [any] The kernel's driver of a span's card, by the span's name: some show things of their own. */
enum dahdi_card_kind { DAHDI_CARD_OTHER, DAHDI_CARD_WCT4XXP, DAHDI_CARD_WCTE43X, DAHDI_CARD_WCTE13XP };
enum dahdi_card_kind dahdi_card_kind(const struct dahdi_spaninfo *info);
bool dahdi_is_emulated(const struct dahdi_spaninfo *info);         /* TDM over Ethernet */
unsigned dahdi_own_span(const struct dahdi_driver *d, int kernel); /* 0: none of ours */
/* [any] The span of ours at a place of the card that has this one; 0: none of ours. */
unsigned dahdi_span_beside(const struct dahdi_driver *d, unsigned span, int place);

/* clock.c [control]: the ranks of a card's spans, as its driver takes them. */
unsigned dahdi_card_rank(struct dahdi_driver *d, const struct driver_span *span);
/* clock.c [control]: a running span has another rank; its card is told where that changes the order of its spans. */
MUST_CHECK int dahdi_card_rank_change(struct dahdi_driver *d, const struct driver_span *span, struct fault *fault);
/*
 * clock.c [control]: a span is let go: its card does not follow its line any more. kernel: the number that it had.
 * told: what its card was told last; it is not looked at for a span whose card was told no rank.
 */
void dahdi_card_rank_end(struct dahdi_driver *d, unsigned span, int kernel, const struct driver_span *told);
/* clock.c [media]: which of our spans the hardware's clock comes from; 0: it runs free. */
unsigned dahdi_sync_source(const struct dahdi_driver *d, unsigned span, const struct dahdi_spaninfo *info);
/* clock.c [control]: slips that the card has counted; once a second. */
void dahdi_span_look(struct span_driver *driver, unsigned span);
void dahdi_slips_begin(struct dahdi_driver *d, unsigned span);

/* maintenance.c [control] */
int dahdi_span_maint(struct span_driver *driver, unsigned span, enum driver_maint maint, struct fault *fault);
void dahdi_counters_reset(struct span_driver *driver, unsigned span);
/* Takes off what an earlier process has left behind; once a span. */
void dahdi_tidy_up(struct dahdi_driver *d, unsigned span);
/* gain.c [media or control, whose the file is] */
MUST_CHECK int dahdi_apply_gain(int fd, const struct driver_span *span, unsigned timeslot, bool clear);
void dahdi_channel_clear(struct span_driver *driver, uint16_t channel, bool clear);

/* open.c [control]: an order to the media thread. */
MUST_CHECK int dahdi_order_send(struct dahdi_driver *d, const struct dahdi_order *order, struct fault *fault);
/* open.c [control]: the files of a span's channels. */
MUST_CHECK int dahdi_open_channels(struct dahdi_driver *d, const struct driver_span *span, struct fault *fault);
void dahdi_close_channels(struct dahdi_driver *d, unsigned span);
int dahdi_apply_telephone(int fd, const struct driver_span *span);

/* audio.c [media] */
int dahdi_period_begin(struct span_driver *driver, uint64_t *elapsed_us);
void dahdi_period_end(struct span_driver *driver, bool defer);
void dahdi_channel_use(struct span_driver *driver, uint16_t channel, bool in_use);
void dahdi_reference_choose(struct dahdi_driver *d);

/* events.c [media] */
void dahdi_events_watch(struct dahdi_driver *d, unsigned span, bool watch);
void dahdi_events_poll(struct dahdi_driver *d);
/* Fetches and translates all events of one channel. */
void dahdi_events_take(struct dahdi_driver *d, uint16_t channel);

/* status.c [media]: alarms and counters of one span from the kernel. */
void dahdi_status_update(struct dahdi_driver *d, unsigned span);
void dahdi_status_begin(struct dahdi_driver *d, unsigned span);

/* telephone.c [media] */
void dahdi_set_line(struct span_driver *driver, uint16_t channel, enum driver_line line,
                    const struct driver_cadence *cadence);
bool dahdi_off_hook(const struct span_driver *driver, uint16_t channel);
void dahdi_telephone_event(struct dahdi_driver *d, uint16_t channel, int event);
void dahdi_telephone_check(struct dahdi_driver *d);
void dahdi_on_hook_transfer(struct dahdi_driver *d, uint16_t channel);

/* bridge.c [media] */
int dahdi_bridge(struct span_driver *driver, uint16_t a, uint16_t b);
void dahdi_unbridge(struct span_driver *driver, uint16_t a, uint16_t b);
void dahdi_echo_cancel(struct dahdi_driver *d, uint16_t channel, bool on);

/* dchannel.c [control] */
int dahdi_dchannel_receive(struct span_driver *driver, unsigned span, uint8_t *frame, size_t size);
int dahdi_dchannel_send(struct span_driver *driver, unsigned span, const uint8_t *frame, size_t bytes);

#endif
