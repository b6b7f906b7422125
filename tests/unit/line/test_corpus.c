/* Every frame sequence that the fuzz target has found worth keeping, among them those that once did harm. */
#include <dirent.h>
#include <stdio.h>

#include "tests/fuzz/fuzz_pri.c"

#define CORPUS "tests/fuzz/corpus/pri"

static int play_file(const char *name)
{
	static uint8_t bytes[65536];
	char path[512];
	snprintf(path, sizeof path, CORPUS "/%s", name);
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		return -1;
	size_t count = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	LLVMFuzzerTestOneInput(bytes, count);
	log_drain(NULL, NULL);
	return 0;
}

int main(void)
{
	DIR *folder = opendir(CORPUS);
	unsigned played = 0;
	if (folder == NULL) {
		fprintf(stderr, "no folder " CORPUS ": run from the root of the tree\n");
		return 1;
	}
	LLVMFuzzerInitialize(NULL, NULL);
	for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
		if (entry->d_name[0] != '.')
			played += play_file(entry->d_name) == 0;
	closedir(folder);
	log_stop();
	printf("%u sequences played\n", played);
	return played > 0 ? 0 : 1;
}
