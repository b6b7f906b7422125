# make run: a busy box on this terminal. SPEED=n lab seconds a second; SEED=n; FOR=seconds.
SPEED := 1
SEED := 1
.PHONY: run
run:
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory all
	@$(BUILD)/belfry-lab board --speed $(SPEED) --seed $(SEED) $(if $(FOR),--for $(FOR))
