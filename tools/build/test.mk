# Unit tests: what several test programs of a room share (tests/unit/ROOM/*.c not called test_*) is linked into each,
# before the archives; a test program is made again when it changes.
UNIT_SHARED := $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*/*.c))
define UNIT_ROOM
UNIT_SHARED_$(1) := $(patsubst %.c,$(BUILD)/%.o,$(filter tests/unit/$(1)/%,$(UNIT_SHARED)))
$(patsubst %,%.o,$(filter $(BUILD)/tests/unit/$(1)/test_%,$(UNIT_BIN))): $$(UNIT_SHARED_$(1))
$(filter $(BUILD)/tests/unit/$(1)/test_%,$(UNIT_BIN)): private LDFLAGS += $$(UNIT_SHARED_$(1))
endef
$(foreach room,$(sort $(patsubst tests/unit/%/,%,$(dir $(UNIT_SHARED)))),$(eval $(call UNIT_ROOM,$(room))))

# The client is a program of its own: what of it is tested.
$(BUILD)/tests/unit/admin/test_keyboard: $(BUILD)/firmware/admin/client/keyboard.o

# Fuzz targets: make CC=clang BUILD=DIR SAN_FLAGS="-fsanitize=fuzzer-no-link,address ..." (tests/run_tests.py does).
$(BUILD)/tests/fuzz/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/libfirmware.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -fsanitize=fuzzer $(PRI_WRAP) -o $@ $^ $(FIRMWARE_LIBS)

# A state or a journal makes a scheduler anew at each input: with the default limits that is most of the time spent.
FUZZ_SMALL := $(BUILD)/fuzz-small
FUZZ_ACD_SRC := $(wildcard firmware/acd/*.c firmware/base/*.c)
$(FUZZ_SMALL)/config_limits.h: $(BUILD)/include/config_limits.h
	@mkdir -p $(@D)
	@sed 's/\(CONFIG_CALLS_MAX\|CONFIG_AGENTS_MAX\|CONFIG_AGENTS_PER_QUEUE_MAX\|CONFIG_QUEUE_LENGTH_MAX\) .*/\1 48/; s/\(CONFIG_QUEUES_MAX\|CONFIG_QUEUES_PER_AGENT_MAX\) .*/\1 12/' $< >$@
$(FUZZ_SMALL)/%.o: %.c $(FUZZ_SMALL)/config_limits.h
	@mkdir -p $(@D)
	$(Q)$(CC) -I$(FUZZ_SMALL) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/tests/fuzz/fuzz_acd_journal: $(FUZZ_SMALL)/tests/fuzz/fuzz_acd_journal.o $(FUZZ_ACD_SRC:%.c=$(FUZZ_SMALL)/%.o)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ -lpthread

# make check: build, unit tests, quick lint (under two minutes). make test: everything, from a bare Debian 12.
.PHONY: check test
check test:
	@command -v python3 >/dev/null || $(MAKE) --no-print-directory deps
	@BUILD='$(BUILD)' python3 tests/run_tests.py $@
