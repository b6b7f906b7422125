# Unit tests: what several test programs of a room share (tests/unit/ROOM/*.c not called test_*) is linked into each,
# before the archives; a test program is made again when it changes.
UNIT_SHARED := $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*/*.c))
define UNIT_ROOM
UNIT_SHARED_$(1) := $(patsubst %.c,$(BUILD)/%.o,$(filter tests/unit/$(1)/%,$(UNIT_SHARED)))
$(patsubst %,%.o,$(filter $(BUILD)/tests/unit/$(1)/test_%,$(UNIT_BIN))): $$(UNIT_SHARED_$(1))
$(filter $(BUILD)/tests/unit/$(1)/test_%,$(UNIT_BIN)): private LDFLAGS += $$(UNIT_SHARED_$(1))
endef
$(foreach room,$(sort $(patsubst tests/unit/%/,%,$(dir $(UNIT_SHARED)))),$(eval $(call UNIT_ROOM,$(room))))

# Fuzz targets: make CC=clang BUILD=DIR SAN_FLAGS="-fsanitize=fuzzer-no-link,address ..." (tests/run_tests.py does).
$(BUILD)/tests/fuzz/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/libfirmware.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -fsanitize=fuzzer $(PRI_WRAP) -o $@ $^ $(FIRMWARE_LIBS)

# make check: build, unit tests, quick lint (under two minutes). make test: everything, from a bare Debian 12.
.PHONY: check test
check test:
	@command -v python3 >/dev/null || $(MAKE) --no-print-directory deps
	@BUILD='$(BUILD)' python3 tests/run_tests.py $@
