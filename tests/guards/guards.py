#!/usr/bin/env python3
"""Takes out, one after another, the guards against what users of other systems complain about (W01-W24), and sees that
a test fails each time. By hand, since it builds the product two dozen times: python3 tests/guards/guards.py [ROW...]

Works in a copy of the tree (and of its build folder, so that little is built again), never in the tree itself.
"""
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
BUILD = os.environ.get("BUILD") or "build"
ACD = "firmware/acd/"

# row, what is taken out, file, text, what stands there instead, test (unit test, scenario or lint check)
GUARDS = [
    ("W01", "the others are cancelled when the first lifts", ACD + "acd_offer.c",
     "\toffer_cancel_all(call, ACD_OFFER_LOST_RACE, agent);\n", "", "unit/acd/test_offers"),
    ("W02", "a call that is lifted and dropped goes on", ACD + "acd_offer.c",
     "\tif (!call->offered)\n\t\tqueue_return(call);\n",
     "\tif (!call->offered)\n\t\tcall_exit(call, ACD_EXIT_WITHDRAWN);\n", "unit/acd/test_offers"),
    ("W02", "where all are rung, a receiver put down at once is no answer", "firmware/call/phone.c",
     "\telse if (call && !queue_picked_up_only(phone, call))\n", "\telse if (call)\n",
     "scenario/agent_picks_up_and_drops"),
    ("W03", "a call is counted once", ACD + "acd_offer.c", "\tagent->calls += !call->direct;\n",
     "\tagent->calls += 2 * !call->direct;\n", "unit/acd/test_reference"),
    ("W04", "who logs in late starts level", ACD + "acd_agent.c",
     "\tseat->calls = returns && seat->calls > fewest ? seat->calls : fewest;\n", "\tseat->calls = 0;\n",
     "unit/acd/test_offers"),
    ("W05", "aged priorities are compared in fractions, without contradictions", ACD + "acd_waiting.c",
     "\ttop_a *= step_b ? (wide)step_b : 1;\n", "", "unit/acd/test_reference"),
    ("W06", "wrap-up is a state", ACD + "acd_offer.c",
     "\tbool wraps_up = wrap_up_ms && !agent->wish_logout;\n", "\tbool wraps_up = false;\n", "unit/acd/test_agents"),
    ("W07", "nobody moves while settings are replaced", ACD + "acd_settings.c", "\tresume(acd);\n}",
     "\tfor (uint32_t i = 0; i < acd->agent_count; i++)\n\t\tagent_tell(acd->agents[i]);\n\tresume(acd);\n}",
     "unit/acd/test_queues"),
    ("W08", "views are given while a reader is behind", ACD + "acd_actor.c", "\tshow(actor, &did);\n",
     "\tif (actor->kept_from == actor->kept_to)\n\t\tshow(actor, &did);\n", "unit/acd/test_actor"),
    ("W09", "the position is said only where it is asked for", "firmware/call/queue_announce.c",
     "queue->announce_position == CONFIG_POSITION_OFF || position == 0", "position == 0", "scenario/announce_no_position"),
    ("W10", "every way out is counted", ACD + "acd_queue.c",
     "\t\tcall->queue->counts[call->transferred].diverted++;\n", "\t\t(void)0;\n", "unit/acd/test_queues"),
    ("W11", "callers are in the order of priority, arrival, entry", ACD + "acd_waiting.c",
     "\t\treturn a->rank_low < b->rank_low;\n", "\t\treturn a->rank_low > b->rank_low;\n", "unit/acd/test_queues"),
    ("W12", "an agent who becomes free is looked at by all its queues", ACD + "acd_agent.c",
     "\t\tmatch_mark(agent->seats[i]->queue);\n\t}\n}\n\nstatic void spare",
     "\t\tif (!i)\n\t\t\tmatch_mark(agent->seats[i]->queue);\n\t}\n}\n\nstatic void spare", "unit/acd/test_reference"),
    ("W13", "a reservation ends with its lease", ACD + "acd_offer.c",
     "\tstart_timer(agent, \"offer-lease\", acd->settings->offer_lease_ms);\n", "", "unit/acd/test_offers"),
    ("W14", "a thread that stands still is not said to be alive", "firmware/base/heartbeat.c",
     "\t\tif (now[i] == part->seen) {\n", "\t\tif (!part->name) {\n", "unit/base/test_watchdog"),
    ("W15", "a decision reads no table: acd may not even include the store", ACD + "acd_match.c",
     "#include \"acd/acd_private.h\"\n", "#include \"acd/acd_private.h\"\n#include \"store/store.h\"\n", "lint/includes"),
    ("W16", "time-outs and key exits are not abandoned", ACD + "acd_queue.c",
     "\t\tcall->queue->counts[call->transferred].diverted++;\n",
     "\t\tcall->queue->counts[call->transferred].abandoned++;\n", "unit/acd/test_queues"),
    ("W18", "each agent's wrap-up has a timer of its own", ACD + "acd_offer.c",
     "\tstart_timer(agent, \"wrap-up\", agent->wrap_up_ms);\n", "", "unit/acd/test_agents"),
    ("W19", "reserved before it is rung: a burst spreads", ACD + "acd_seats.c", "\tseat->place = 0;\n\tqueue->free_count--;\n",
     "\tseat->place = 0;\n\tqueue->free_count--;\n\tif (queue->free_count)\n\t\treturn;\n", "unit/acd/test_offers"),
    ("W23", "what is shown as next comes true", ACD + "acd_why.c", "\t\treturn a->measure < b->measure;\n", "\t\treturn a->measure > b->measure;\n",
     "unit/acd/test_why"),
    ("W24", "the agent's part ends when it leaves", "firmware/call/transfer.c",
     "\tqueue_agent_gone(held);\n\tif (place == &held->a) {\n", "\tif (place == &held->a) {\n",
     "scenario/blind_transfer"),
    ("W24", "also when the caller goes to a queue", "firmware/call/transfer.c",
     "\tqueue_agent_gone(held);\n\tcall_unbridge(held);\n", "\tcall_unbridge(held);\n",
     "scenario/queue_transfer_requeue"),
]


def run(command, folder, timeout_s=300):
    try:
        done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=timeout_s, env=dict(os.environ, MAKEFLAGS=""))
        return done.returncode, done.stdout
    except subprocess.TimeoutExpired:
        return 1, "did not end"


def make(folder, *targets):
    return run(["make", "-j2", f"BUILD={BUILD}", "CC=" + (os.environ.get("CC") or "gcc"), *targets], folder, 900)


def fails(folder, test):
    """None: it did not build; else whether the test fails."""
    kind, name = test.split("/", 1)
    if kind == "lint":
        return run(["python3", "tools/lint/lint.py", name], folder)[0] != 0
    target = f"{BUILD}/tests/{test}" if kind == "unit" else "all"
    status, output = make(folder, target)
    if status != 0:
        print(output[-1500:])
        return None
    command = [target] if kind == "unit" else [f"{BUILD}/belfry-lab", "run", f"tests/{test}.lua"]
    return run(command, folder)[0] != 0


def guard(folder, row):
    number, what, path, text, instead, test = row
    place = os.path.join(folder, path)
    with open(place, encoding="utf-8") as file:
        before = file.read()
    if before.count(text) != 1:
        return f"{number}: {path} has no longer exactly one place for: {what}"
    try:
        with open(place, "w", encoding="utf-8") as file:
            file.write(before.replace(text, instead))
        result = fails(folder, test)
    finally:
        with open(place, "w", encoding="utf-8") as file:
            file.write(before)
    word = "does not build" if result is None else "seen failing" if result else "STILL PASSES"
    print(f"| {number} | {test} | {what} | {word} |", flush=True)
    return None if result else f"{number}: {test} {word} without: {what}"


def main():
    rows = [row for row in GUARDS if not sys.argv[1:] or row[0] in sys.argv[1:]]
    with tempfile.TemporaryDirectory(prefix="belfry-guards-") as folder:
        tree = os.path.join(folder, "tree")
        shutil.copytree(ROOT, tree, symlinks=True, ignore=shutil.ignore_patterns(
            ".git", "qemu", "image", "address", "thread", "clang", "fuzz", "bench*", "spin"))
        # lint asks git which files there are
        run(["git", "init", "-q"], tree)
        run(["git", "add", "-A", "--", "firmware", "dsp", "drivers", "tests", "tools", "Makefile"], tree)
        faults = [fault for fault in (guard(tree, row) for row in rows) if fault]
    for fault in faults:
        print("FAILED " + fault)
    sys.exit(1 if faults else 0)


main()
