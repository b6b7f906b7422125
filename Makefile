# Belfry: one Makefile for the whole house. `make help` lists what it can do.
#
#   BUILD=DIR    where everything goes (default build)
#   CC=clang     another compiler
#   SAN=address|thread   sanitizer build, in build/SAN

CC := gcc
SAN :=
BUILD := build$(if $(SAN),/$(SAN))$(if $(filter clang,$(CC)),/clang)

comma := ,
CSTD := -std=gnu11
WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wformat=2 -Wvla \
	-Wundef -Wno-unused-parameter
OPT := -O2 -g
HARDEN := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
SAN_FLAGS := $(if $(filter address,$(SAN)),-fsanitize=address$(comma)undefined -fno-omit-frame-pointer \
	-fno-sanitize-recover=undefined -U_FORTIFY_SOURCE)$(if $(filter thread,$(SAN)),-fsanitize=thread \
	-fno-omit-frame-pointer -U_FORTIFY_SOURCE)
CPPFLAGS := -D_GNU_SOURCE -I$(BUILD)/include -Ifirmware -I.
CFLAGS := $(CSTD) $(OPT) $(WARN) $(HARDEN) $(SAN_FLAGS)
LDFLAGS := -pie -Wl,-z,relro,-z,now $(SAN_FLAGS)

# ---- sources, found by folder ----
BELFRYD_SRC := $(wildcard firmware/*.c)
FIRMWARE_SRC := $(wildcard firmware/*/*.c dsp/*.c drivers/*.c drivers/tdmoe/*.c drivers/dahdi/*.c drivers/alsa/*.c)
CONSOLE_SRC := $(wildcard firmware/admin/client/*.c)
LAB_SRC := $(filter-out tools/lab/main.c,$(wildcard tools/lab/*.c))
FIRMWARE_OBJ := $(FIRMWARE_SRC:%.c=$(BUILD)/%.o)
LAB_OBJ := $(LAB_SRC:%.c=$(BUILD)/%.o)
UNIT_SRC := $(wildcard tests/unit/*/test_*.c)
UNIT_BIN := $(UNIT_SRC:%.c=$(BUILD)/%)

# libpri takes its time from gettimeofday() and time(): only the archive and our objects see the wrapped clock.
PRI_WRAP := -Wl,--wrap=gettimeofday -Wl,--wrap=time
PRI_LIB := /usr/lib/libpri.a
FIRMWARE_LIBS := $(PRI_LIB) -lspandsp -ltonezone -lsqlite3 -lnettle -lcrypt -lasound -lsamplerate -lm -lpthread
LAB_LIBS := $(PRI_LIB) -lspandsp -llua5.4 -lm -lpthread

.PHONY: all help
all: $(BUILD)/belfryd $(BUILD)/belfry $(BUILD)/belfry-lab prompts

-include tools/build/*.mk

# ---- limits from Kconfig ----
export KCONFIG_CONFIG := $(abspath .config)
.config: Kconfig
	@test -e $@ || echo "  no .config: taking the defaults (make menuconfig changes them)"
	@if test -e $@; then kconfig-conf --olddefconfig Kconfig; else kconfig-conf --alldefconfig Kconfig; fi >/dev/null
	@touch $@
.PHONY: defconfig menuconfig
defconfig:
	kconfig-conf --alldefconfig Kconfig
menuconfig:
	kconfig-mconf Kconfig
$(BUILD)/include/config_limits.h: .config
	@mkdir -p $(@D)
	@{ echo '/* Made from .config; change it with make menuconfig. */'; \
	   sed -n -e 's/^\(CONFIG_[A-Z0-9_]*\)=y$$/#define \1 1/p' -e 's/^\(CONFIG_[A-Z0-9_]*\)=\([0-9]*\)$$/#define \1 \2/p' $<; } >$@

# ---- compile and link ----
Q := $(if $(V),,@)
$(BUILD)/%.o: %.c $(BUILD)/include/config_limits.h
	@mkdir -p $(@D)
	@$(if $(V),,echo "  CC    $<")
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(CFLAGS_$(subst /,_,$(<:.c=))) -MMD -MP -c -o $@ $<

$(BUILD)/libfirmware.a: $(FIRMWARE_OBJ)
	@rm -f $@; ar rcs $@ $^
$(BUILD)/liblab.a: $(LAB_OBJ)
	@rm -f $@; ar rcs $@ $^

$(BUILD)/belfryd: $(BELFRYD_SRC:%.c=$(BUILD)/%.o) $(BUILD)/libfirmware.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) $(PRI_WRAP) -o $@ $^ $(FIRMWARE_LIBS)
$(BUILD)/belfry: $(CONSOLE_SRC:%.c=$(BUILD)/%.o)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -ledit
$(BUILD)/belfry-lab: $(BUILD)/tools/lab/main.o $(BUILD)/liblab.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) $(PRI_WRAP) -o $@ $^ $(LAB_LIBS)

# Unit tests: tests/unit/ROOM/test_NAME.c against the firmware (tests/unit/lab against the lab).
$(BUILD)/tests/unit/lab/%: $(BUILD)/tests/unit/lab/%.o $(BUILD)/liblab.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) $(PRI_WRAP) -o $@ $^ -lcmocka $(LAB_LIBS)
$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/libfirmware.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) $(PRI_WRAP) -o $@ $^ -lcmocka $(FIRMWARE_LIBS)
.PHONY: unit-tests
unit-tests: $(UNIT_BIN)
.SECONDARY:

-include $(shell find $(BUILD) -type f -name '*.d' -not -path '$(BUILD)/*/*/*/*/*/*' 2>/dev/null)

.PHONY: clean
clean:
	rm -rf build
