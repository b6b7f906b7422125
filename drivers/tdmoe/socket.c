#include "drivers/tdmoe/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

/* Room for this many messages on the way; the kernel counts its own overhead against the limit as well. */
#define SOCKET_MESSAGES 4

static int address_set(struct sockaddr_un *address, const char *path, const char *what, struct fault *fault)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (!path || !*path)
		return fault_set(fault, -EINVAL, "tdmoe: no %s socket is named", what);
	if (!text_copy(address->sun_path, sizeof(address->sun_path), path))
		return fault_set(fault, -ENAMETOOLONG, "tdmoe: the %s socket's path is longer than %zu bytes: %s", what,
		                 sizeof(address->sun_path) - 1, path);
	return 0;
}

static int lock_take(struct tdmoe_socket *s, const char *local, struct fault *fault)
{
	char path[PATH_MAX];
	size_t used = 0;

	if (!text_append(path, sizeof(path), &used, "%s.lock", local))
		return fault_set(fault, -ENAMETOOLONG, "tdmoe: path too long: %s", local);
	s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock_fd < 0) {
		int error = -errno;
		return fault_set(fault, error, "tdmoe: cannot open %s: %s", path, strerror(-error));
	}
	if (flock(s->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return fault_set(fault, -EADDRINUSE, "tdmoe: another belfryd is running on the socket %s", local);
	int error = -errno;
	return fault_set(fault, error, "tdmoe: cannot lock %s: %s", path, strerror(-error));
}

/* We hold the lock, so whoever bound the old socket is dead. Anything else than a socket is not ours to remove. */
static int stale_remove(const char *local, struct fault *fault)
{
	struct stat found;

	if (lstat(local, &found) != 0)
		return 0;
	if (!S_ISSOCK(found.st_mode))
		return fault_set(fault, -EEXIST, "tdmoe: %s is there and is not a socket", local);
	if (unlink(local) != 0) {
		int error = -errno;
		return fault_set(fault, error, "tdmoe: cannot remove the stale socket %s: %s", local, strerror(-error));
	}
	log_write(LOG_NOTICE, LOG_DRIVER, "tdmoe: taking over the socket %s from a process that is gone", local);
	return 0;
}

static void buffers_set(const struct tdmoe_socket *s, size_t message_bytes)
{
	int wanted = (int)(SOCKET_MESSAGES * message_bytes), got = 0;
	socklen_t size = sizeof(got);

	/* the first works for root alone and beyond the system's limit */
	if (setsockopt(s->fd, SOL_SOCKET, SO_SNDBUFFORCE, &wanted, sizeof(wanted)) != 0)
		(void)setsockopt(s->fd, SOL_SOCKET, SO_SNDBUF, &wanted, sizeof(wanted));
	if (setsockopt(s->fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof(wanted)) != 0)
		(void)setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof(wanted));
	if (getsockopt(s->fd, SOL_SOCKET, SO_SNDBUF, &got, &size) == 0 && (size_t)got < message_bytes)
		log_write(LOG_WARNING, LOG_DRIVER,
		          "tdmoe: the send buffer is %d bytes, a message of all spans %zu: raise net.core.wmem_max",
		          got, message_bytes);
}

static int socket_bind(struct tdmoe_socket *s, size_t message_bytes, struct fault *fault)
{
	int error = stale_remove(s->local.sun_path, fault);

	if (error)
		return error;
	s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0) {
		error = -errno;
		return fault_set(fault, error, "tdmoe: cannot make a socket: %s", strerror(-error));
	}
	if (bind(s->fd, (const struct sockaddr *)&s->local, sizeof(s->local)) != 0) {
		error = -errno;
		close(s->fd);
		s->fd = -1;
		return fault_set(fault, error, "tdmoe: cannot bind %s: %s", s->local.sun_path, strerror(-error));
	}
	buffers_set(s, message_bytes);
	return 0;
}

int tdmoe_socket_open(struct tdmoe_socket *s, const char *local, const char *remote, size_t message_bytes,
                      struct fault *fault)
{
	s->fd = s->lock_fd = -1;
	int error = address_set(&s->local, local, "local", fault);

	if (!error)
		error = address_set(&s->remote, remote, "remote", fault);
	if (!error)
		error = lock_take(s, local, fault);
	if (!error)
		error = socket_bind(s, message_bytes, fault);
	if (error)
		tdmoe_socket_close(s);
	return error;
}

void tdmoe_socket_close(struct tdmoe_socket *s)
{
	if (s->fd >= 0) {
		unlink(s->local.sun_path);
		close(s->fd);
	}
	/* The lock file stays: removing it would let two processes hold "the" lock. */
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	s->fd = s->lock_fd = -1;
}

int tdmoe_socket_receive(const struct tdmoe_socket *s, uint8_t *message, size_t size)
{
	ssize_t bytes = recv(s->fd, message, size, MSG_DONTWAIT | MSG_TRUNC);

	if (bytes < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	return (size_t)bytes > size ? -EMSGSIZE : (int)bytes;
}

int tdmoe_socket_send(const struct tdmoe_socket *s, const uint8_t *message, size_t bytes)
{
	/* By path each time: the lab may come, go and come again. */
	if (sendto(s->fd, message, bytes, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&s->remote,
	           sizeof(s->remote)) < 0)
		return -errno;
	return 0;
}
