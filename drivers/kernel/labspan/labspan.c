// SPDX-License-Identifier: GPL-2.0-only
/*
 * labspan: E1 or T1 spans without a card, for tests. Spans 1 and 2 of the module are the two ends of one cable, 3 and 4
 * of the next. Unlike TDMoE spans they have framing, counters, maintenance modes and all alarms.
 *
 * Module parameters: cables=1..4, t1=0|1.
 * debugfs labspan/N/ (N counts from 1):
 *   cable             write 0: nothing is received any more (red, loss of signal); 1: plugged in
 *   alarms            alarms that the test adds, as DAHDI_ALARM_ bits (4: blue is 16)
 *   fe cv bpv crc4 ebit fas be errsec slips    counters: what is written is added
 *   state             started, lineconfig, maintenance mode, alarms
 */
#include <linux/debugfs.h>
#include <linux/hrtimer.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include <dahdi/kernel.h>

#define CABLES_MAX   4
#define SPANS_MAX    (2 * CABLES_MAX)
#define CHANNELS_MAX 31

static unsigned int cables = 1;
module_param(cables, uint, 0444);
static bool t1;
module_param(t1, bool, 0444);

struct labspan {
	struct dahdi_span span;
	struct dahdi_chan channel[CHANNELS_MAX];
	struct dahdi_chan *channels[CHANNELS_MAX];
	struct labspan *far;
	bool running;
	u32 plugged, forced, simulated, rank;
	bool pattern; /* sends the test pattern and looks for it */
	int loop;     /* its own: DAHDI's maintstat is overwritten by any further call */
	bool asked;   /* the far end has sent the loop-up code */
	u8 received[CHANNELS_MAX];
	u8 wire[CHANNELS_MAX][DAHDI_CHUNKSIZE];
};

static struct labspan *ends[SPANS_MAX];
static unsigned int count;
static struct dahdi_device *device;
static struct platform_device *parent;
static struct dentry *folder;
static struct hrtimer timer;

static struct labspan *of(struct dahdi_span *span)
{
	return container_of(span, struct labspan, span);
}

static bool looped_here(const struct labspan *end)
{
	return end->loop == DAHDI_MAINT_LOCALLOOP;
}

static bool looped_there(const struct labspan *end)
{
	return end->far->asked || end->far->loop == DAHDI_MAINT_NETWORKLINELOOP ||
	       end->far->loop == DAHDI_MAINT_NETWORKPAYLOADLOOP;
}

/* ---- alarms ---- */

static bool receives(const struct labspan *end)
{
	return looped_here(end) || (end->plugged && end->far->running);
}

static bool open_somewhere(const struct labspan *end)
{
	int i;

	for (i = 0; i < end->span.channels; i++)
		if (test_bit(DAHDI_FLAGBIT_OPEN, &end->channel[i].flags))
			return true;
	return false;
}

static int alarms_of(const struct labspan *end)
{
	int alarms = end->forced | end->simulated;
	int framing = DAHDI_CONFIG_CRC4 | DAHDI_CONFIG_ESF | DAHDI_CONFIG_D4;

	if (!end->running)
		return DAHDI_ALARM_NONE;
	if (!receives(end))
		alarms |= DAHDI_ALARM_RED | DAHDI_ALARM_LOS;
	else if (!looped_here(end) && (end->span.lineconfig & framing) != (end->far->span.lineconfig & framing))
		alarms |= DAHDI_ALARM_RED | (t1 ? DAHDI_ALARM_LFA : DAHDI_ALARM_LMFA);
	if (end->loop)
		alarms |= DAHDI_ALARM_LOOPBACK;
	if (end->span.lineconfig & DAHDI_CONFIG_NOTOPEN && !open_somewhere(end))
		alarms |= DAHDI_ALARM_NOTOPEN;
	return alarms;
}

/* The end that sees nothing, or is open nowhere and was told to tell that, tells the other by the remote alarm, if the
 * cable still leads there. */
static void tell_alarms(struct labspan *end)
{
	int alarms = alarms_of(end);

	/* whoever sends the pattern: what is looked for is there when it comes back */
	end->span.count.prbs = end->pattern && (looped_here(end) || looped_there(end) || end->far->pattern);

	if (end->running && receives(end) && !looped_here(end) &&
	    (alarms_of(end->far) & (DAHDI_ALARM_RED | DAHDI_ALARM_NOTOPEN)))
		alarms |= DAHDI_ALARM_YELLOW;
	if (alarms == end->span.alarms)
		return;
	end->span.alarms = alarms;
	dahdi_alarm_notify(&end->span);
}

/* The clock comes from the span with the best rank that is without alarm. */
static void choose_clock(void)
{
	struct labspan *best = NULL;
	unsigned int i;

	for (i = 0; i < count; i++)
		if (ends[i]->rank && ends[i]->running &&
		    !(ends[i]->span.alarms & (DAHDI_ALARM_RED | DAHDI_ALARM_BLUE)) &&
		    (!best || ends[i]->rank < best->rank))
			best = ends[i];
	for (i = 0; i < count; i++)
		ends[i]->span.syncsrc = best ? best->span.spanno : 0;
}

/* ---- what DAHDI asks ---- */

static int spanconfig(struct file *file, struct dahdi_span *span, struct dahdi_lineconfig *line)
{
	span->lineconfig = line->lineconfig;
	span->lbo = line->lbo;
	span->txlevel = line->lbo;
	span->rxlevel = 0;
	/* as the cards have it: no rank beyond the number of their spans, and an alarm is simulated until now */
	of(span)->rank = line->sync < 0 || line->sync > count ? 0 : line->sync;
	of(span)->simulated = 0;
	return 0;
}

static int chanconfig(struct file *file, struct dahdi_chan *channel, int signalling)
{
	return 0;
}

static int startup(struct file *file, struct dahdi_span *span)
{
	of(span)->running = true;
	span->flags |= DAHDI_FLAG_RUNNING;
	return 0;
}

static int stop(struct dahdi_span *span)
{
	of(span)->running = false;
	span->flags &= ~DAHDI_FLAG_RUNNING;
	return 0;
}

/* An error put on the line is seen by whoever receives it: the far end, or this one when it is looped. */
static int maint(struct dahdi_span *span, int mode)
{
	struct labspan *end = of(span);
	struct labspan *seen = looped_here(end) || looped_there(end) ? end : end->far;

	switch (mode) {
	case DAHDI_MAINT_NONE:
		end->pattern = false;
		end->loop = 0;
		return 0;
	case DAHDI_MAINT_LOCALLOOP:
	case DAHDI_MAINT_NETWORKLINELOOP:
	case DAHDI_MAINT_NETWORKPAYLOADLOOP:
		end->loop = mode;
		return 0;
	case DAHDI_MAINT_LOOPUP:
	case DAHDI_MAINT_LOOPDOWN:
		/* as the cards have it: the codes are T1's, and the far end obeys by itself */
		if (!t1)
			return -ENOSYS;
		end->far->asked = mode == DAHDI_MAINT_LOOPUP;
		return 0;
	case DAHDI_MAINT_PRBS:
		end->pattern = true;
		return 0;
	case DAHDI_MAINT_PRBS_DEFECT:
		if (seen->pattern)
			seen->span.count.be++;
		return 0;
	case DAHDI_MAINT_FAS_DEFECT:
		seen->span.count.fas++;
		seen->span.count.fe++;
		return 0;
	case DAHDI_MAINT_CRC_DEFECT:
		seen->span.count.crc4++;
		end->span.count.ebit++;
		return 0;
	case DAHDI_MAINT_BIPOLAR_DEFECT:
		seen->span.count.bpv++;
		return 0;
	case DAHDI_RESET_COUNTERS:
		memset(&span->count, 0, sizeof(span->count));
		return 0;
	case DAHDI_MAINT_ALARM_SIM:
		end->simulated = DAHDI_ALARM_RED | DAHDI_ALARM_LFA;
		return 0;
	default:
		return -ENOSYS;
	}
}

/* Signalling bits cross the cable with the next millisecond. */
static int rbsbits(struct dahdi_chan *channel, int bits)
{
	return 0;
}

static const struct dahdi_span_ops operations = {
    .owner = THIS_MODULE,
    .spanconfig = spanconfig,
    .chanconfig = chanconfig,
    .startup = startup,
    .shutdown = stop,
    .maint = maint,
    .rbsbits = rbsbits,
};

/* ---- the millisecond ---- */

static void send(struct labspan *end)
{
	int i;

	dahdi_transmit(&end->span);
	for (i = 0; i < end->span.channels; i++)
		memcpy(end->wire[i], end->channel[i].writechunk, DAHDI_CHUNKSIZE);
}

static void receive(struct labspan *end)
{
	struct labspan *from = looped_here(end) || looped_there(end) ? end : end->far;
	bool signal = receives(end);
	int i;

	for (i = 0; i < end->span.channels; i++) {
		if (signal)
			memcpy(end->channel[i].readchunk, from->wire[i], DAHDI_CHUNKSIZE);
		else
			memset(end->channel[i].readchunk, 0xff, DAHDI_CHUNKSIZE);
	}
	dahdi_ec_span(&end->span);
	dahdi_receive(&end->span);
	for (i = 0; i < end->span.channels && signal; i++) {
		if (!(end->channel[i].sig & __DAHDI_SIG_FXO) && !(end->channel[i].sig & __DAHDI_SIG_FXS))
			continue;
		if (end->received[i] != from->channel[i].txsig) {
			end->received[i] = from->channel[i].txsig;
			dahdi_rbsbits(&end->channel[i], end->received[i]);
		}
	}
}

static enum hrtimer_restart tick(struct hrtimer *which)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		tell_alarms(ends[i]);
	choose_clock();
	for (i = 0; i < count; i++)
		if (ends[i]->running)
			send(ends[i]);
	for (i = 0; i < count; i++)
		if (ends[i]->running)
			receive(ends[i]);
	hrtimer_forward_now(which, ms_to_ktime(1));
	return HRTIMER_RESTART;
}

/* ---- debugfs ---- */

static int state_show(struct seq_file *out, void *unused)
{
	const struct labspan *end = out->private;

	seq_printf(out, "started %d\nlineconfig 0x%x\nmaintenance %d\nalarms 0x%x\nclock %d\npattern %d\n",
	           end->running, end->span.lineconfig, end->loop, end->span.alarms, end->span.syncsrc, end->pattern);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(state);

static int counter_get(void *data, u64 *value)
{
	*value = *(u32 *)data;
	return 0;
}

static int counter_add(void *data, u64 value)
{
	*(u32 *)data += value;
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(counter_operations, counter_get, counter_add, "%llu\n");

static void expose(struct labspan *end, unsigned int number)
{
	struct dahdi_count *counts = &end->span.count;
	char name[8];
	struct dentry *own;

	snprintf(name, sizeof(name), "%u", number);
	own = debugfs_create_dir(name, folder);
	debugfs_create_u32("cable", 0600, own, &end->plugged);
	debugfs_create_u32("alarms", 0600, own, &end->forced);
	debugfs_create_file("state", 0400, own, end, &state_fops);
	debugfs_create_file("fe", 0600, own, &counts->fe, &counter_operations);
	debugfs_create_file("bpv", 0600, own, &counts->bpv, &counter_operations);
	debugfs_create_file("crc4", 0600, own, &counts->crc4, &counter_operations);
	debugfs_create_file("ebit", 0600, own, &counts->ebit, &counter_operations);
	debugfs_create_file("fas", 0600, own, &counts->fas, &counter_operations);
	debugfs_create_file("be", 0600, own, &counts->be, &counter_operations);
	debugfs_create_file("cv", 0600, own, &counts->cv, &counter_operations);
	debugfs_create_file("errsec", 0600, own, &counts->errsec, &counter_operations);
	debugfs_create_file("slips", 0600, own, &counts->timingslips, &counter_operations);
}

/* ---- coming and going ---- */

static void prepare(struct labspan *end, unsigned int number)
{
	struct dahdi_span *span = &end->span;
	int i;

	end->plugged = 1;
	span->ops = &operations;
	span->spantype = t1 ? SPANTYPE_DIGITAL_T1 : SPANTYPE_DIGITAL_E1;
	span->deflaw = t1 ? DAHDI_LAW_MULAW : DAHDI_LAW_ALAW;
	span->linecompat = t1 ? DAHDI_CONFIG_D4 | DAHDI_CONFIG_ESF | DAHDI_CONFIG_AMI | DAHDI_CONFIG_B8ZS
	                      : DAHDI_CONFIG_CCS | DAHDI_CONFIG_HDB3 | DAHDI_CONFIG_AMI | DAHDI_CONFIG_CRC4;
	span->flags = DAHDI_FLAG_RBS;
	span->channels = t1 ? 24 : CHANNELS_MAX;
	span->chans = end->channels;
	span->offset = number - 1;
	snprintf(span->name, sizeof(span->name), "LAB/0/%u", number);
	snprintf(span->desc, sizeof(span->desc), "Lab cable %u end %u", (number + 1) / 2, 2 - number % 2);
	for (i = 0; i < span->channels; i++) {
		struct dahdi_chan *channel = &end->channel[i];

		end->channels[i] = channel;
		snprintf(channel->name, sizeof(channel->name), "LAB/0/%u/%d", number, i + 1);
		channel->chanpos = i + 1;
		channel->pvt = end;
		channel->sigcap = DAHDI_SIG_CLEAR | DAHDI_SIG_HDLCRAW | DAHDI_SIG_HDLCFCS | DAHDI_SIG_CAS |
		                  DAHDI_SIG_FXSLS | DAHDI_SIG_FXSGS | DAHDI_SIG_FXSKS | DAHDI_SIG_FXOLS |
		                  DAHDI_SIG_FXOGS | DAHDI_SIG_FXOKS | DAHDI_SIG_EM | DAHDI_SIG_SLAVE | DAHDI_SIG_MTP2;
	}
	dahdi_init_span(span);
}

static void release(void)
{
	unsigned int i;

	debugfs_remove_recursive(folder);
	if (device) {
		kfree(device->manufacturer);
		kfree(device->location);
		kfree(device->hardware_id);
		kfree(device->devicetype);
		dahdi_free_device(device);
	}
	for (i = 0; i < count; i++)
		kfree(ends[i]);
	if (!IS_ERR_OR_NULL(parent))
		platform_device_unregister(parent);
}

static int describe(void)
{
	device->manufacturer = kstrdup("Belfry", GFP_KERNEL);
	device->location = kstrdup("labspan", GFP_KERNEL);
	device->hardware_id = kstrdup("labspan-0", GFP_KERNEL);
	device->devicetype = kstrdup(t1 ? "Lab T1" : "Lab E1", GFP_KERNEL);
	return device->manufacturer && device->location && device->hardware_id && device->devicetype ? 0 : -ENOMEM;
}

static int __init labspan_init(void)
{
	unsigned int i;
	int error;

	if (cables < 1 || cables > CABLES_MAX)
		return -EINVAL;
	parent = platform_device_register_simple("labspan", -1, NULL, 0);
	if (IS_ERR(parent))
		return PTR_ERR(parent);
	device = dahdi_create_device();
	error = device ? describe() : -ENOMEM;
	for (i = 0; !error && i < 2 * cables; i++) {
		ends[i] = kzalloc(sizeof(*ends[i]), GFP_KERNEL);
		error = ends[i] ? 0 : -ENOMEM;
		count += !error;
	}
	if (error) {
		release();
		return error;
	}
	folder = debugfs_create_dir("labspan", NULL);
	for (i = 0; i < count; i++) {
		ends[i]->far = ends[i ^ 1];
		prepare(ends[i], i + 1);
		expose(ends[i], i + 1);
		list_add_tail(&ends[i]->span.device_node, &device->spans);
	}
	error = dahdi_register_device(device, &parent->dev);
	if (error) {
		release();
		return error;
	}
	/* A soft timer: on PREEMPT_RT DAHDI's locks may sleep. */
	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	timer.function = tick;
	hrtimer_start(&timer, ms_to_ktime(1), HRTIMER_MODE_REL_SOFT);
	return 0;
}

static void __exit labspan_exit(void)
{
	hrtimer_cancel(&timer);
	dahdi_unregister_device(device);
	release();
}

module_init(labspan_init);
module_exit(labspan_exit);
MODULE_DESCRIPTION("E1 and T1 spans without a card, for tests");
MODULE_LICENSE("GPL v2");
