// SPDX-License-Identifier: GPL-2.0-only
/*
 * labports: an analogue card without a card, for tests: as many places as wished, in each a module for a telephone
 * (FXS), one for a line (FXO), or none. Like the cards it has no line parameters, and a law that nobody can change.
 * Every telephone says what it hears.
 *
 * Module parameters: modules="sso-": a letter each place (s: FXS, o: FXO, -: none); alaw=0|1.
 * debugfs labports/N/ (N: place, from 1):
 *   hook    write 1: lifted, 0: hung up
 *   line    what the box does: 0 on-hook, 1 off-hook (battery), 2 ringing, 3 kewl
 */
#include <linux/debugfs.h>
#include <linux/hrtimer.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include <dahdi/kernel.h>

#define PLACES_MAX 24

static char *modules = "ssss";
module_param(modules, charp, 0444);
static bool alaw;
module_param(alaw, bool, 0444);

static struct {
	struct dahdi_span span;
	struct dahdi_chan channel[PLACES_MAX];
	struct dahdi_chan *channels[PLACES_MAX];
	u32 line[PLACES_MAX];
	u8 wire[PLACES_MAX][DAHDI_CHUNKSIZE];
} card;
static struct dahdi_device *device;
static struct platform_device *parent;
static struct dentry *folder;
static struct hrtimer timer;

/* ---- what DAHDI asks ---- */

static int hooksig(struct dahdi_chan *channel, enum dahdi_txsig sig)
{
	card.line[channel->chanpos - 1] = sig;
	return 0;
}

static int chanconfig(struct file *file, struct dahdi_chan *channel, int signalling)
{
	return 0;
}

static const struct dahdi_span_ops operations = {
    .owner = THIS_MODULE,
    .hooksig = hooksig,
    .chanconfig = chanconfig,
};

static enum hrtimer_restart tick(struct hrtimer *which)
{
	int i;

	dahdi_transmit(&card.span);
	for (i = 0; i < card.span.channels; i++)
		memcpy(card.wire[i], card.channel[i].writechunk, DAHDI_CHUNKSIZE);
	for (i = 0; i < card.span.channels; i++)
		memcpy(card.channel[i].readchunk, card.wire[i], DAHDI_CHUNKSIZE);
	dahdi_ec_span(&card.span);
	dahdi_receive(&card.span);
	hrtimer_forward_now(which, ms_to_ktime(1));
	return HRTIMER_RESTART;
}

/* ---- debugfs ---- */

static int hook_set(void *channel, u64 lifted)
{
	dahdi_hooksig(channel, lifted ? DAHDI_RXSIG_OFFHOOK : DAHDI_RXSIG_ONHOOK);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(hook_operations, NULL, hook_set, "%llu\n");

static void expose(int place)
{
	char name[8];
	struct dentry *own;

	snprintf(name, sizeof(name), "%d", place);
	own = debugfs_create_dir(name, folder);
	debugfs_create_file("hook", 0200, own, &card.channel[place - 1], &hook_operations);
	debugfs_create_u32("line", 0400, own, &card.line[place - 1]);
}

/* ---- coming and going ---- */

static int abilities(char module)
{
	if (module == 's')
		return DAHDI_SIG_FXOKS | DAHDI_SIG_FXOLS | DAHDI_SIG_FXOGS | DAHDI_SIG_SF | DAHDI_SIG_EM |
		       DAHDI_SIG_CLEAR;
	return module == 'o' ? DAHDI_SIG_FXSKS | DAHDI_SIG_FXSLS | DAHDI_SIG_SF | DAHDI_SIG_CLEAR : 0;
}

static void prepare(void)
{
	int i;

	card.span.ops = &operations;
	card.span.spantype = SPANTYPE_ANALOG_MIXED;
	card.span.deflaw = alaw ? DAHDI_LAW_ALAW : DAHDI_LAW_MULAW;
	card.span.flags = DAHDI_FLAG_RBS;
	card.span.channels = strlen(modules);
	card.span.chans = card.channels;
	snprintf(card.span.name, sizeof(card.span.name), "LABPORTS/0");
	snprintf(card.span.desc, sizeof(card.span.desc), "Lab card %s", modules);
	for (i = 0; i < card.span.channels; i++) {
		struct dahdi_chan *channel = &card.channel[i];

		card.channels[i] = channel;
		snprintf(channel->name, sizeof(channel->name), "LABPORTS/0/%d", i);
		channel->chanpos = i + 1;
		channel->pvt = &card;
		channel->sigcap = abilities(modules[i]);
		expose(i + 1);
	}
	dahdi_init_span(&card.span);
}

static void release(void)
{
	debugfs_remove_recursive(folder);
	if (device) {
		kfree(device->manufacturer);
		kfree(device->location);
		kfree(device->hardware_id);
		kfree(device->devicetype);
		dahdi_free_device(device);
	}
	platform_device_unregister(parent);
}

static int describe(void)
{
	device->manufacturer = kstrdup("Belfry", GFP_KERNEL);
	device->location = kstrdup("labports", GFP_KERNEL);
	device->hardware_id = kstrdup("labports-0", GFP_KERNEL);
	device->devicetype = kstrdup("Lab card", GFP_KERNEL);
	return device->manufacturer && device->location && device->hardware_id && device->devicetype ? 0 : -ENOMEM;
}

static int __init labports_init(void)
{
	int error;

	if (strlen(modules) < 1 || strlen(modules) > PLACES_MAX)
		return -EINVAL;
	parent = platform_device_register_simple("labports", -1, NULL, 0);
	if (IS_ERR(parent))
		return PTR_ERR(parent);
	folder = debugfs_create_dir("labports", NULL);
	device = dahdi_create_device();
	error = device ? describe() : -ENOMEM;
	if (!error) {
		prepare();
		list_add_tail(&card.span.device_node, &device->spans);
		error = dahdi_register_device(device, &parent->dev);
	}
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

static void __exit labports_exit(void)
{
	hrtimer_cancel(&timer);
	dahdi_unregister_device(device);
	release();
}

module_init(labports_init);
module_exit(labports_exit);
MODULE_DESCRIPTION("An analogue card without a card, for tests");
MODULE_LICENSE("GPL v2");
