# make image BOARD=...: the disk that is flashed, build/BOARD/belfry.img. make qemu-image: boots it, console on this terminal.
# LOCK=now: with the package versions that the mirror has now, not with those of rootfs/packages.lock; LOCK=FILE: another lock.
# make image-lock: makes the present versions the lock. make repro: two builds, the same bytes.
BOARD := qemu-x86_64
IMAGE_DIR := $(abspath build)/$(BOARD)
IMAGE_SHELL := nice -n 15
LOCK ?= rootfs/packages.lock
LOCK_FILE = $(if $(filter now,$(LOCK)),$(IMAGE_DIR)/packages.lock,$(LOCK))
WITH_LOCK = LOCK='$(LOCK_FILE)'
DEPS_IMAGE := mmdebstrap squashfs-tools cryptsetup-bin efibootguard ovmf dosfstools mtools gdisk e2fsprogs qemu-system-x86 \
	qemu-utils dpkg-dev zstd cpio kmod dahdi-source linux-headers-rt-amd64 python3-pexpect libcrypt-dev

.PHONY: image image-parts deps-image image-lock qemu-image repro
# The lock of now comes first: the kernel headers are those that it names.
deps-image:
	@$(MAKE) --no-print-directory deps DEPS_TEST= DEPS_QEMU='$(DEPS_QEMU) $(DEPS_IMAGE)'
	@$(if $(filter now,$(LOCK)),tools/image/lock_packages.sh '$(LOCK_FILE)')
	@$(WITH_LOCK) tools/image/install_headers.sh

# A machine with nothing but make on it gets the packages first.
image:
	@$(MAKE) --no-print-directory deps-image
	@$(MAKE) --no-print-directory image-parts
	@$(WITH_LOCK) $(IMAGE_SHELL) tools/image/make_image.sh $(BOARD) $(BUILD) $(IMAGE_DIR) $(QEMU_GUEST)/kernel/modules $(PROMPTS_DIR)
image-parts: qemu-kernel $(BUILD)/belfryd $(BUILD)/belfry $(BUILD)/serial-login $(BUILD)/libpcaudio.so.0 prompts
	@$(IMAGE_SHELL) drivers/kernel/panel/build.sh $(QEMU_GUEST)/kernel
image-lock:
	@tools/image/lock_packages.sh rootfs/packages.lock
qemu-image: image
	@echo "  booting the disk image in QEMU (no KVM: about 40 seconds). Leave with Ctrl-A x."
	@tools/image/run_qemu $(IMAGE_DIR)/belfry.img
repro:
	@$(MAKE) --no-print-directory deps-image
	@$(MAKE) --no-print-directory image-parts
	@$(WITH_LOCK) $(IMAGE_SHELL) tools/image/check_repro.sh $(BOARD) $(BUILD) $(IMAGE_DIR) $(QEMU_GUEST)/kernel/modules $(PROMPTS_DIR)

# In the place of a library that would bring PulseAudio and X11 with it: the box has no sound card.
$(BUILD)/libpcaudio.so.0: rootfs/speech/no_sound_card.c
	@$(CC) $(filter-out -fsanitize%,$(CFLAGS)) -Wno-unused-parameter -fPIC -shared -Wl,-soname,libpcaudio.so.0 -o $@ $<
# The door to the console on the serial port; nothing but libcrypt.
$(BUILD)/serial-login: $(BUILD)/rootfs/console/serial_login.o
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcrypt

# What takes two hours, in two lanes: make test has the first boot and 3 power cuts, this has 50 and all that goes wrong, two
# builds with the same bytes, an hour of audio. CUTS=n, SEED=n, AUDIO_SECONDS=n.
CUTS := 50
SEED := 1
AUDIO_SECONDS := 3600
.PHONY: test-long sources
test-long:
	@$(MAKE) --no-print-directory deps-image
	@BUILD='$(BUILD)' CUTS=$(CUTS) SEED=$(SEED) AUDIO_SECONDS=$(AUDIO_SECONDS) python3 tests/run_tests.py long

# The corresponding source of everything in the image, as the licences ask for: build/BOARD/sources. With LOCK=now it is that
# of the image which is there: no newer lock is made.
sources:
	@$(MAKE) --no-print-directory deps-image LOCK='$(LOCK_FILE)'
	@$(WITH_LOCK) tools/image/collect_sources.sh $(IMAGE_DIR)/sources
