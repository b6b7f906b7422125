# make deps: installs every Debian package that a build, a run or a test needs, by name.
DEPS_BUILD := gcc make pkg-config kconfig-frontends libpri-dev libspandsp-dev libtonezone-dev dahdi libsqlite3-dev \
	libasound2-dev libsamplerate0-dev \
	nettle-dev libcrypt-dev libedit-dev liblua5.4-dev libcmocka-dev sox libsox-fmt-base espeak-ng python3 \
	asterisk-core-sounds-en-wav asterisk-moh-opsound-wav
DEPS_TEST := clang clang-format clang-tidy cppcheck libclang-rt-14-dev valgrind universal-ctags tshark multimon-ng \
	minimodem sqlite3 git dpkg-dev spin lrzsz dropbear-bin \
	snmptrapd smitools systemd iproute2 tzdata
DEPS_QEMU := qemu-system-x86 dahdi-source linux-headers-rt-amd64 bzip2 cpio busybox-static kmod xz-utils e2fsprogs
.PHONY: deps
deps:
	@want=""; for p in $(DEPS_BUILD) $(DEPS_TEST) $(DEPS_QEMU); do \
		dpkg-query -W -f='$${db:Status-Status}' $$p 2>/dev/null | grep -qx installed || want="$$want $$p"; done; \
	if [ -z "$$want" ]; then echo "  all packages are there"; else \
		echo "  installing:$$want"; apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$want; fi
