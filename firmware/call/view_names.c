/* How what is shown is spelled: apart from the actor, so that who only shows it need not be linked with it. */
#include "call/control.h"

const char *const control_test_kind_names[CONTROL_TEST_KIND_COUNT] = {
    "ring",       "hook",      "tone",         "echo",        "level", "bit-errors",
    "local-loop", "line-loop", "payload-loop", "remote-loop", "bert",  "alarm"};

const char *const control_headset_names[HEADSET_COUNT] = {"answer", "hang-up", "flash", "call", "dial"};
