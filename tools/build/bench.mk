# make bench: every tools/bench/bench_NAME.c and .py; figures to BUILD/bench.json. BENCH="acd media" runs only these;
# make bench-baseline keeps the figures as tools/bench/baseline.json, to which later runs are compared.
BENCH_C := $(patsubst tools/bench/bench_%.c,%,$(wildcard tools/bench/bench_*.c))
BENCH_PY := $(patsubst tools/bench/bench_%.py,%,$(wildcard tools/bench/bench_*.py))
BENCH := $(BENCH_C) $(BENCH_PY)
BENCH_NEEDS = $(patsubst %,$(BUILD)/bench/%,$(filter $(BENCH_C),$(BENCH))) $(if $(filter $(BENCH_PY),$(BENCH)),all) \
	$(if $(filter depth,$(BENCH)),$(BUILD)/bench-large/belfryd) prompts
.PHONY: bench bench-baseline
bench: $(BENCH_NEEDS)
	@BUILD='$(BUILD)' python3 tools/bench/run_bench.py $(BENCH)
bench-baseline: $(BENCH_NEEDS)
	@BUILD='$(BUILD)' python3 tools/bench/run_bench.py --save-baseline $(BENCH)

$(BUILD)/bench/%: $(BUILD)/tools/bench/bench_%.o $(BUILD)/libfirmware.a
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) $(PRI_WRAP) -o $@ $^ $(FIRMWARE_LIBS)

# The scheduler is measured with up to 10,000 callers waiting, the whole box with as many spans as there can be, which the
# default limits do not allow.
BENCH_LARGE := $(BUILD)/bench-large
BENCH_ACD_SRC := $(wildcard firmware/acd/*.c firmware/base/*.c)
$(BENCH_LARGE)/config_limits.h: $(BUILD)/include/config_limits.h tools/build/bench.mk
	@mkdir -p $(@D)
	@sed 's/\(CONFIG_CALLS_MAX\|CONFIG_QUEUE_LENGTH_MAX\) .*/\1 20000/; s/\(CONFIG_SPANS_MAX\) .*/\1 64/' $< >$@
$(BENCH_LARGE)/%.o: %.c $(BENCH_LARGE)/config_limits.h
	@mkdir -p $(@D)
	$(Q)$(CC) -I$(BENCH_LARGE) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/bench/acd $(BUILD)/bench/reaction: $(BUILD)/bench/%: $(BENCH_LARGE)/tools/bench/bench_%.o $(BENCH_ACD_SRC:%.c=$(BENCH_LARGE)/%.o)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lpthread
$(BENCH_LARGE)/belfryd: $(FIRMWARE_SRC:%.c=$(BENCH_LARGE)/%.o) $(patsubst %,$(BENCH_LARGE)/firmware/%.o,main options resume)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) $(PRI_WRAP) -o $@ $^ $(FIRMWARE_LIBS)
