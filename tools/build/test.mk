# Unit tests: what several test programs of a room share (tests/unit/ROOM/*.c not called test_*) is linked into each.
UNIT_SHARED := $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*/*.c))
define UNIT_ROOM
$(filter $(BUILD)/tests/unit/$(1)/test_%,$(UNIT_BIN)): $(patsubst %.c,$(BUILD)/%.o,$(filter tests/unit/$(1)/%,$(UNIT_SHARED)))
endef
$(foreach room,$(sort $(patsubst tests/unit/%/,%,$(dir $(UNIT_SHARED)))),$(eval $(call UNIT_ROOM,$(room))))
