# make lint: everything; make lint-quick: what make check runs.
.PHONY: lint lint-quick
lint: $(BUILD)/include/config_limits.h
	@BUILD=$(BUILD) python3 tools/lint/lint.py includes banned format scripts cppcheck tidy shape
lint-quick: $(BUILD)/include/config_limits.h
	@python3 tools/lint/lint.py includes banned format scripts
