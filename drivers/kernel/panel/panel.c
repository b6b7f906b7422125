// SPDX-License-Identifier: GPL-2.0-only
/*
 * panel: the front panel of a simulated board. A GPIO controller whose lines drive LEDs (leds-gpio) and keys
 * (gpio-keys-polled), so that everything above it is what a real board has.
 *
 * Lines 0..7: green and red LED of spans 1 to 4; 8, 9: status green and red; 10: alarm relay; 11: reset button;
 * 12: the supply is failing. debugfs belfry-panel/outputs shows the lines as bits, inputs is written to press keys.
 *
 * And two sensors: a temperature (hwmon), and the life time that an eMMC would tell, as its attribute life_time does.
 * What they say is written to debugfs belfry-panel/temperature (millidegrees) and used_life (tens of percent).
 */
#include <linux/debugfs.h>
#include <linux/gpio/driver.h>
#include <linux/gpio_keys.h>
#include <linux/hwmon.h>
#include <linux/init.h>
#include <linux/input.h>
#include <linux/leds.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/sysfs.h>

#define LINES       13
#define LEDS        11
#define LINE_BUTTON 11
#define LINE_SUPPLY 12
#define POLL_MS     50

static u32 outputs, inputs, temperature = 40000, used_life = 1;
static struct dentry *folder;
static struct platform_device *leds_device, *keys_device, *sensors_device;
static struct device *hwmon;

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

static umode_t sensor_visible(const void *data, enum hwmon_sensor_types type, u32 attribute, int channel)
{
	return 0444;
}

static int sensor_read(struct device *device, enum hwmon_sensor_types type, u32 attribute, int channel, long *value)
{
	*value = temperature;
	return 0;
}

static const struct hwmon_ops sensor_ops = {.is_visible = sensor_visible, .read = sensor_read};
static const struct hwmon_channel_info *sensor_channels[] = {HWMON_CHANNEL_INFO(temp, HWMON_T_INPUT), NULL};
static const struct hwmon_chip_info sensor_chip = {.ops = &sensor_ops, .info = sensor_channels};

static ssize_t life_time_show(struct device *device, struct device_attribute *attribute, char *text)
{
	return sysfs_emit(text, "0x%02x 0x01\n", used_life & 0xff);
}
static DEVICE_ATTR_RO(life_time);

static int add_sensors(void)
{
	int error;

	sensors_device = platform_device_register_simple("belfry-panel", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(sensors_device))
		return PTR_ERR(sensors_device);
	error = device_create_file(&sensors_device->dev, &dev_attr_life_time);
	if (error)
		goto no_file;
	hwmon = hwmon_device_register_with_info(&sensors_device->dev, "belfry_panel", NULL, &sensor_chip, NULL);
	if (!IS_ERR(hwmon))
		return 0;
	error = PTR_ERR(hwmon);
	device_remove_file(&sensors_device->dev, &dev_attr_life_time);
no_file:
	platform_device_unregister(sensors_device);
	return error;
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
	error = add_sensors();
	if (error)
		goto no_sensors;
	folder = debugfs_create_dir("belfry-panel", NULL);
	debugfs_create_x32("outputs", 0444, folder, &outputs);
	debugfs_create_x32("inputs", 0644, folder, &inputs);
	debugfs_create_u32("temperature", 0644, folder, &temperature);
	debugfs_create_u32("used_life", 0644, folder, &used_life);
	return 0;
no_sensors:
	platform_device_unregister(keys_device);
no_keys:
	platform_device_unregister(leds_device);
no_leds:
	gpiochip_remove(&chip);
	return error;
}

static void __exit panel_exit(void)
{
	debugfs_remove_recursive(folder);
	hwmon_device_unregister(hwmon);
	device_remove_file(&sensors_device->dev, &dev_attr_life_time);
	platform_device_unregister(sensors_device);
	platform_device_unregister(keys_device);
	platform_device_unregister(leds_device);
	gpiochip_remove(&chip);
}

module_init(panel_init);
module_exit(panel_exit);
MODULE_LICENSE("GPL v2");
MODULE_DESCRIPTION("Front panel of a simulated board");
