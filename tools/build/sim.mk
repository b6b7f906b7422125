# belfry-sim: the scheduler alone, on journals and on models.
all: $(BUILD)/belfry-sim
SIM_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tools/sim/*.c firmware/acd/*.c firmware/base/*.c))
$(BUILD)/belfry-sim: $(SIM_OBJ)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lm -lpthread

# Is the simulation right? The golden numbers, and the scheduler within its confidence interval of them.
.PHONY: sim-check
sim-check: $(BUILD)/belfry-sim
	$(Q)$(BUILD)/belfry-sim check

# Its parts under test.
SIM_PARTS := $(BUILD)/tools/sim/erlang.o $(BUILD)/tools/sim/distribution.o $(BUILD)/tools/sim/model.o
$(BUILD)/tests/unit/acd/test_model.o: $(SIM_PARTS)
$(BUILD)/tests/unit/acd/test_model: private LDFLAGS += $(SIM_PARTS)
