// SPDX-License-Identifier: GPL-2.0-only
/*
 * panel: the front panel of a simulated board. A GPIO controller whose lines drive LEDs (leds-gpio) and keys
 * (gpio-keys-polled), so that everything above it is what a real board has.
 *
 * Lines 0..7: green and red LED of spans 1 to 4; 8, 9: status green and red; 10: alarm relay; 11: reset button;
 * 12: the supply is failing. debugfs belfry-panel/outputs shows the lines as bits, inputs is written to press keys.
 */
#include <linux/debugfs.h>
#include <linux/gpio/driver.h>
#include <linux/gpio_keys.h>
#include <linux/init.h>
#include <linux/input.h>
#include <linux/leds.h>
#include <linux/module.h>
#include <linux/platform_device.h>

#define LINES       13
#define LEDS        11
#define LINE_BUTTON 11
#define LINE_SUPPLY 12
#define POLL_MS     50

static u32 outputs, inputs;
static struct dentry *folder;
static struct platform_device *leds_device, *keys_device;

static const char *const led_names[LEDS] = {
    "belfry:green:span1",  "belfry:red:span1",  "belfry:green:span2", "belfry:red:span2",
    "belfry:green:span3",  "belfry:red:span3",  "belfry:green:span4", "belfry:red:span4",
    "belfry:green:status", "belfry:red:status", "belfry:relay:alarm",
};
static struct gpio_led leds[LEDS];
static struct gpio_keys_button buttons[] = {
    {.code = KEY_RESTART, .type = EV_KEY, .desc = "reset", .debounce_interval = POLL_MS},
    {.code = KEY_BATTERY, .type = EV_KEY, .desc = "supply failing", .debounce_interval = POLL_MS},
};

static int line_get(struct gpio_chip *chip, unsigned int line)
{
	return line >= LEDS ? inputs >> line & 1 : outputs >> line & 1;
}

static void line_set(struct gpio_chip *chip, unsigned int line, int value)
{
	if (value)
		outputs |= BIT(line);
	else
		outputs &= ~BIT(line);
}

static int line_input(struct gpio_chip *chip, unsigned int line)
{
	return 0;
}

static int line_output(struct gpio_chip *chip, unsigned int line, int value)
{
	line_set(chip, line, value);
	return 0;
}

static struct gpio_chip chip = {
    .label = "belfry-panel",
    .owner = THIS_MODULE,
    .base = -1,
    .ngpio = LINES,
    .get = line_get,
    .set = line_set,
    .direction_input = line_input,
    .direction_output = line_output,
};

static int add_leds(void)
{
	struct gpio_led_platform_data data = {.num_leds = LEDS, .leds = leds};
	unsigned int i;

	for (i = 0; i < LEDS; i++) {
		leds[i].name = led_names[i];
		leds[i].gpio = chip.base + i;
	}
	leds_device = platform_device_register_data(NULL, "leds-gpio", PLATFORM_DEVID_NONE, &data, sizeof(data));
	return PTR_ERR_OR_ZERO(leds_device);
}

static int add_keys(void)
{
	struct gpio_keys_platform_data data = {
	    .buttons = buttons, .nbuttons = ARRAY_SIZE(buttons), .poll_interval = POLL_MS, .name = "belfry-panel"};

	buttons[0].gpio = chip.base + LINE_BUTTON;
	buttons[1].gpio = chip.base + LINE_SUPPLY;
	keys_device = platform_device_register_data(NULL, "gpio-keys-polled", PLATFORM_DEVID_NONE, &data, sizeof(data));
	return PTR_ERR_OR_ZERO(keys_device);
}

static int __init panel_init(void)
{
	int error = gpiochip_add_data(&chip, NULL);

	if (error)
		return error;
	error = add_leds();
	if (error)
		goto no_leds;
	error = add_keys();
	if (error)
		goto no_keys;
	folder = debugfs_create_dir("belfry-panel", NULL);
	debugfs_create_x32("outputs", 0444, folder, &outputs);
	debugfs_create_x32("inputs", 0644, folder, &inputs);
	return 0;
no_keys:
	platform_device_unregister(leds_device);
no_leds:
	gpiochip_remove(&chip);
	return error;
}

static void __exit panel_exit(void)
{
	debugfs_remove_recursive(folder);
	platform_device_unregister(keys_device);
	platform_device_unregister(leds_device);
	gpiochip_remove(&chip);
}

module_init(panel_init);
module_exit(panel_exit);
MODULE_LICENSE("GPL v2");
MODULE_DESCRIPTION("Front panel of a simulated board");
