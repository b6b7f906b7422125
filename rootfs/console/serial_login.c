/*
 * The door to the console on the serial port.
 *
 *   serial-login PASSWORD-FILE [SETUP-CODE-FILE]
 *   serial-login --check PASSWORD-FILE    (the rescue system: only asks; well if it is right or was never chosen)
 *
 * Waits until belfryd answers, says so once a boot ("belfry: ready after 12.3 s"), asks for the password and becomes
 * the console; just Enter asks for a user of the settings instead, whose role then counts. A box that has no password
 * yet asks for the first one: there is no default; who chooses it shows the setup code on the box's label, if the
 * factory wrote one. The password is kept as a yescrypt hash, replaced as a whole file, so that a power cut leaves the
 * old one or the new one.
 */
#include <crypt.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define SOCKET_PATH    "/run/belfry/console.sock"
#define READY_MARK     "/run/belfry-console/ready"
#define CONSOLE        "/usr/bin/belfry"
#define PASSWORD_MIN   8
#define PASSWORD_BYTES 256
#define RETRY_MS       100
#define COMPLAIN_MS    30000
#define PENALTY_MAX_S  32

static bool box_answers(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SOCKET_PATH};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool answers = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;

	if (fd >= 0)
		close(fd);
	return answers;
}

static double uptime_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void wait_for_box(void)
{
	int waited_ms = 0, mark;

	while (!box_answers()) {
		poll(NULL, 0, RETRY_MS);
		waited_ms += RETRY_MS;
		if (waited_ms % COMPLAIN_MS == 0)
			printf("belfry: belfryd does not answer yet\n");
	}
	mark = open(READY_MARK, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (mark >= 0) {
		printf("belfry: ready after %.1f s\n", uptime_s());
		close(mark);
	}
}

/* Ctrl-C and the like do not open a new door: it would have forgotten what the last wrong password is to cost. */
static void heed_signals(bool heed)
{
	static const int keys[] = {SIGINT, SIGQUIT, SIGTSTP};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		signal(keys[i], heed ? SIG_DFL : SIG_IGN);
}

/* A line; Ctrl-D asks again. False when the terminal is gone. */
static bool ask_line(const char *prompt, char *line)
{
	struct termios there;

	do {
		clearerr(stdin);
		printf("%s", prompt);
		if (fgets(line, PASSWORD_BYTES, stdin)) {
			line[strcspn(line, "\r\n")] = '\0';
			return true;
		}
		printf("\n");
	} while (feof(stdin) && tcgetattr(STDIN_FILENO, &there) == 0);
	return false;
}

/* One line without echo. False at the end of the terminal. */
static bool read_secret(const char *prompt, char *secret)
{
	struct termios kept, quiet;
	bool terminal = tcgetattr(STDIN_FILENO, &kept) == 0, got;

	if (terminal) {
		quiet = kept;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
	}
	got = ask_line(prompt, secret);
	if (terminal)
		tcsetattr(STDIN_FILENO, TCSANOW, &kept);
	if (got)
		printf("\n");
	return got;
}

static int write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t written = write(fd, text, left);

		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0) {
			text += written;
			left -= (size_t)written;
		}
	}
	return fsync(fd) < 0 ? -errno : 0;
}

static int sync_folder_of(const char *path)
{
	char copy[PATH_MAX];
	int fd, error = 0;

	snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fsync(fd) < 0)
		error = -errno;
	close(fd);
	return error;
}

/* Written beside, synced, renamed, the folder synced. */
static int replace(const char *path, const char *text)
{
	char beside[PATH_MAX];
	int fd, error;

	snprintf(beside, sizeof(beside), "%s.new", path);
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	error = write_all(fd, text);
	close(fd);
	if (!error && rename(beside, path) < 0)
		error = -errno;
	return error ? error : sync_folder_of(path);
}

static int keep_password(const char *path, const char *password)
{
	char *salt = crypt_gensalt_ra("$y$", 0, NULL, 0);
	struct crypt_data *data = calloc(1, sizeof(*data));
	const char *hash = salt && data ? crypt_r(password, salt, data) : NULL;
	int error = hash && hash[0] != '*' ? replace(path, hash) : -ENOMEM;

	free(data);
	free(salt);
	return error;
}

static int choose_password(const char *path)
{
	char first[PASSWORD_BYTES], second[PASSWORD_BYTES];
	int error;

	printf("This box has no password yet: choose the one of this console (at least %d characters).\n",
	       PASSWORD_MIN);
	do {
		if (!read_secret("New password: ", first))
			return -EIO;
		if (strlen(first) < PASSWORD_MIN) {
			printf("%% too short: at least %d characters\n", PASSWORD_MIN);
			continue;
		}
		if (!read_secret("The same again: ", second))
			return -EIO;
		if (strcmp(first, second) == 0)
			break;
		printf("%% the two differ\n");
	} while (true);
	error = keep_password(path, first);
	explicit_bzero(first, sizeof(first));
	explicit_bzero(second, sizeof(second));
	if (error)
		printf("%% the password could not be kept: %s\n", strerror(-error));
	return error;
}

static bool fits(const char *password, const char *hash)
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	const char *again = data ? crypt_r(password, hash, data) : NULL;
	bool same = again && again[0] != '*' && strcmp(again, hash) == 0;

	free(data);
	return same;
}

/* A user of the settings: the box itself asks for their password, counts wrong ones and locks. Returns if not. */
static void become_user(void)
{
	char name[PASSWORD_BYTES];

	if (!ask_line("User: ", name) || !name[0] || name[0] == '-')
		return;
	heed_signals(true);
	execl(CONSOLE, CONSOLE, "-u", name, (char *)NULL);
	heed_signals(false);
}

/* A wrong password costs time, twice as much each. users: nothing typed asks for a user instead. */
static int ask_password(const char *hash, bool users)
{
	char password[PASSWORD_BYTES];
	int penalty_s = 1;

	while (read_secret("Password: ", password)) {
		if (users && !password[0]) {
			become_user();
			continue;
		}
		bool right = fits(password, hash);

		explicit_bzero(password, sizeof(password));
		if (right)
			return 0;
		poll(NULL, 0, penalty_s * 1000);
		printf("%% wrong password\n");
		penalty_s = penalty_s * 2 > PENALTY_MAX_S ? PENALTY_MAX_S : penalty_s * 2;
	}
	return -EIO;
}

/* One line of a file: the stored hash, the setup code. -ENOENT: none was ever chosen, or written. */
static int read_line(const char *path, char *hash, size_t size)
{
	FILE *file = fopen(path, "re");
	bool got;

	if (!file)
		return -errno;
	got = fgets(hash, (int)size, file) != NULL;
	fclose(file);
	if (!got)
		return -EIO;
	hash[strcspn(hash, "\n")] = '\0';
	return 0;
}

/* A code cannot be guessed: a wrong one costs as much as a wrong password. */
static int ask_setup_code(const char *path)
{
	char code[PASSWORD_BYTES], typed[PASSWORD_BYTES];
	int penalty_s = 1, error = path ? read_line(path, code, sizeof(code)) : -ENOENT;

	if (error == -ENOENT)
		return 0;
	while (!error && read_secret("Setup code (on the label of the box): ", typed)) {
		if (strcmp(typed, code) == 0)
			return 0;
		poll(NULL, 0, penalty_s * 1000);
		printf("%% not the code of this box\n");
		penalty_s = penalty_s * 2 > PENALTY_MAX_S ? PENALTY_MAX_S : penalty_s * 2;
	}
	return error ? error : -EIO;
}

static int check_only(const char *path)
{
	char hash[CRYPT_OUTPUT_SIZE];
	int error = read_line(path, hash, sizeof(hash));

	if (error == -ENOENT)
		return 0;
	return error || ask_password(hash, false) != 0;
}

int main(int argc, char **argv)
{
	char hash[CRYPT_OUTPUT_SIZE];
	int error;

	if (argc != 2 && argc != 3) {
		fprintf(stderr, "serial-login PASSWORD-FILE [SETUP-CODE-FILE]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IONBF, 0);
	setvbuf(stdin, NULL, _IONBF, 0);
	heed_signals(false);
	if (strcmp(argv[1], "--check") == 0 && argc == 3)
		return check_only(argv[2]);
	wait_for_box();
	error = read_line(argv[1], hash, sizeof(hash));
	if (error == -ENOENT) {
		error = ask_setup_code(argc == 3 ? argv[2] : NULL);
		if (!error)
			error = choose_password(argv[1]);
	} else if (!error) {
		error = ask_password(hash, true);
	} else {
		printf("%% the password cannot be read: %s\n", strerror(-error));
	}
	if (error) {
		poll(NULL, 0, 1000);
		return 1;
	}
	heed_signals(true);
	execl(CONSOLE, CONSOLE, (char *)NULL);
	printf("%% " CONSOLE ": %s\n", strerror(errno));
	return 1;
}
