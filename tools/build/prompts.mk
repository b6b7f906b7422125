# make prompts: every announcement and piece of music as raw G.711 mu-law. One folder for all builds.
PROMPTS_DIR := $(abspath build)/prompts
PROMPTS_SOUNDS := /usr/share/asterisk/sounds/en_US_f_Allison
PROMPTS_MUSIC := /usr/share/asterisk/moh

$(PROMPTS_DIR)/.stamp: tools/prompts/make_prompts.py tools/prompts/spoken.txt
	@python3 tools/prompts/make_prompts.py $(PROMPTS_SOUNDS) $(PROMPTS_MUSIC) tools/prompts/spoken.txt $(PROMPTS_DIR)
.PHONY: prompts
prompts: $(PROMPTS_DIR)/.stamp
