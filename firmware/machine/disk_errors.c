#include "machine/disk_errors.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/text.h"

/* ext4 has its folder by the kernel's name of the device, which the link by number leads to. */
static bool name_of_device(const char *sysfs, dev_t device, char *name, size_t size)
{
	char link[PATH_MAX], target[PATH_MAX];

	snprintf(link, sizeof(link), "%s/dev/block/%u:%u", sysfs, major(device), minor(device));
	return realpath(link, target) && text_copy(name, size, strrchr(target, '/') + 1);
}

bool disk_has_errors(const char *sysfs, dev_t device)
{
	char name[NAME_MAX + 1], path[PATH_MAX], text[24] = "";
	uint64_t count = 0;

	if (!name_of_device(sysfs, device, name, sizeof(name)))
		return false;
	snprintf(path, sizeof(path), "%s/fs/ext4/%s/errors_count", sysfs, name);
	FILE *file = fopen(path, "re");
	if (!file)
		return false;
	if (fgets(text, sizeof(text), file))
		text[strcspn(text, "\n")] = '\0';
	fclose(file);
	return text_to_u64(text, 0, UINT64_MAX, &count) == 0 && count > 0;
}
