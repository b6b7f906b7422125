# make qemu-guest: kernel, DAHDI modules and initramfs of the quick guest, in build/qemu.
# make qemu: boots the disk image with the lab's network and telephones at its spans and the console of the box on this
# terminal (leave with Ctrl-A x); make qemu KERNEL=direct: the quick guest instead.
QEMU_GUEST := $(abspath build)/qemu
.PHONY: qemu qemu-guest qemu-guest-parts qemu-kernel
qemu-kernel:
	@$(WITH_LOCK) drivers/kernel/build_modules.sh $(QEMU_GUEST)/kernel
qemu-guest:
	@$(MAKE) --no-print-directory deps DEPS_TEST=
	@$(MAKE) --no-print-directory qemu-guest-parts
qemu-guest-parts: qemu-kernel $(BUILD)/belfryd $(BUILD)/belfry $(BUILD)/lab-disk.so prompts
	@echo "  INITRD $(QEMU_GUEST)/initramfs.cpio.gz"
	@rootfs/initramfs/make_initramfs.sh $(BUILD) $(QEMU_GUEST)/kernel $(QEMU_GUEST)/initramfs.cpio.gz
qemu:
ifeq ($(KERNEL),direct)
	@$(MAKE) --no-print-directory qemu-guest
	@$(MAKE) --no-print-directory $(BUILD)/belfry-lab
	@echo "  booting the quick guest in QEMU (no KVM: about 15 seconds). Leave with Ctrl-A x."
	@tools/qemu/with_lab $(BUILD)/belfry-lab tools/qemu/run $(QEMU_GUEST)
else
	@$(MAKE) --no-print-directory image
	@$(MAKE) --no-print-directory $(BUILD)/belfry-lab
	@echo "  booting the disk image in QEMU (no KVM: about 40 seconds). Leave with Ctrl-A x."
	@tools/qemu/with_lab $(BUILD)/belfry-lab tools/image/run_qemu $(IMAGE_DIR)/belfry.img -smp 1
endif

# The dahdi driver's own checks in a guest (tests/system/qemu_dahdi_driver.sh).
DAHDI_GUEST_SRC := $(wildcard tests/system/drivers/*.c)
$(BUILD)/tests/system/drivers/dahdi_guest: $(DAHDI_GUEST_SRC:%.c=$(BUILD)/%.o) $(BUILD)/libfirmware.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) $(PRI_WRAP) -o $@ $^ $(FIRMWARE_LIBS)
LABSPAN_GUEST_SRC := tests/system/labspan/labspan_guest.c tests/system/labspan/ports.c tests/system/drivers/guest.c
$(BUILD)/tests/system/labspan/labspan_guest: $(LABSPAN_GUEST_SRC:%.c=$(BUILD)/%.o) $(BUILD)/libfirmware.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) $(PRI_WRAP) -o $@ $^ $(FIRMWARE_LIBS)
-include $(DAHDI_GUEST_SRC:%.c=$(BUILD)/%.d) $(LABSPAN_GUEST_SRC:%.c=$(BUILD)/%.d)
