#include "base/file_load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is there, up to wanted bytes: a file may have become shorter meanwhile. */
static int read_up_to(int file, char *bytes, size_t wanted, size_t *count)
{
	while (*count < wanted) {
		ssize_t got = read(file, bytes + *count, wanted - *count);

		if (got == 0)
			break;
		if (got > 0)
			*count += (size_t)got;
		else if (errno != EINTR)
			return -errno;
	}
	bytes[*count] = '\0';
	return 0;
}

static int check(int file, size_t bytes_max, size_t *size)
{
	struct stat status;

	if (fstat(file, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	if ((uint64_t)status.st_size > bytes_max)
		return -EFBIG;
	*size = (size_t)status.st_size;
	return 0;
}

int file_load(const char *path, size_t bytes_max, char **bytes, size_t *count)
{
	/* Not blocking: a named pipe without a writer would hold the caller for ever. */
	int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), error;
	size_t size = 0;

	*bytes = NULL;
	*count = 0;
	if (file < 0)
		return -errno;
	error = check(file, bytes_max, &size);
	if (!error && !(*bytes = malloc(size + 1)))
		error = -ENOMEM;
	if (!error)
		error = read_up_to(file, *bytes, size, count);
	close(file);
	if (error) {
		free(*bytes);
		*bytes = NULL;
		*count = 0;
	}
	return error;
}
