#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tools/lab/transport.h"

#define SOCKET_BUFFER_BYTES (4 << 20)

static int address_of(struct sockaddr_un *address, const char *path)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	memcpy(address->sun_path, path, strlen(path));
	return 0;
}

static void enlarge(int fd)
{
	int bytes = SOCKET_BUFFER_BYTES;
	/* without privilege the kernel's limit stands, which is enough for some 20 spans */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)))
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

int datagram_open(struct datagram *datagram, const char *local_path, const char *remote_path, char *error, size_t size)
{
	struct sockaddr_un address;
	*datagram = (struct datagram){.fd = -1, .local_path = local_path, .remote_path = remote_path};
	int status = address_of(&address, local_path);
	if (!status) {
		datagram->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		unlink(local_path);
		if (datagram->fd < 0 || bind(datagram->fd, (struct sockaddr *)&address, sizeof(address)))
			status = -errno;
	}
	if (status) {
		snprintf(error, size, "cannot bind the socket %s: %s", local_path, strerror(-status));
		if (datagram->fd >= 0)
			close(datagram->fd);
		datagram->fd = -1;
		return status;
	}
	enlarge(datagram->fd);
	return 0;
}

void datagram_close(struct datagram *datagram)
{
	if (datagram->fd < 0)
		return;
	close(datagram->fd);
	unlink(datagram->local_path);
	datagram->fd = -1;
}

int datagram_connect(struct datagram *datagram)
{
	struct sockaddr_un address;
	if (datagram->connected)
		return 0;
	if (address_of(&address, datagram->remote_path) ||
	    connect(datagram->fd, (struct sockaddr *)&address, sizeof(address)))
		return -EPIPE;
	datagram->connected = true;
	return 0;
}

bool datagram_peer_alive(const struct datagram *datagram)
{
	struct sockaddr_un address;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return true; /* not known: the budget will tell */
	bool alive =
	    !address_of(&address, datagram->remote_path) &&
	    (!connect(fd, (struct sockaddr *)&address, sizeof(address)) || (errno != ECONNREFUSED && errno != ENOENT));
	close(fd);
	return alive;
}

int64_t wall_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void wall_wait_until(int64_t us)
{
	struct timespec when = {us / 1000000, us % 1000000 * 1000};
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL) == EINTR)
		;
}
