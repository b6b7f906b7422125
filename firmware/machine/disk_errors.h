/* Whether the kernel has found an error in the ext4 file system of a device since that was last checked. From then on
 * it lets nobody write there (errors=remount-ro), which newer kernels (6.1.192) do not say in the flags of the mount.
 * The check at the start of the box clears the count. Any thread; reads a link and a file of sysfs. */
#ifndef BELFRY_MACHINE_DISK_ERRORS_H
#define BELFRY_MACHINE_DISK_ERRORS_H

#include <stdbool.h>
#include <sys/types.h>

/* sysfs: where it is mounted. False for what is no ext4, or is not there. */
bool disk_has_errors(const char *sysfs, dev_t device);

#endif
