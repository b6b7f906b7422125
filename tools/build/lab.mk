# The lab's disk faults are made by a library that it preloads into belfryd.
$(BUILD)/lab-disk.so: tools/lab/shim/disk.c
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(CSTD) -O2 -g -D_GNU_SOURCE -U_FORTIFY_SOURCE $(WARN) -Wno-missing-prototypes -fPIC -shared -o $@ $< -ldl
all: $(BUILD)/lab-disk.so
$(BUILD)/belfry-lab: | $(BUILD)/lab-disk.so
