-- Lab time from SETUP to the ring, from the lift to talk, and of a click through the bridge (recorded for bench_box.py).
local wav = os.getenv("BENCH_WAV")
box{ set = {
  "span 1 type e1", "span 1 signalling pri-cpe", "span 2 type t1", "span 2 signalling fxs",
  "agent 101 pin 1", "queue sales agent 101", "did 800 queue sales",
} }
local ann = phone("2/1")
ann:lift(); ann:dial("*11101#1#"); ann:hears("agent-loginok", 5); ann:hang_up(); wait(2)
local begun = now()
local c = call{ span = 1, to = "800", from = "1" }
ann:expect("ringing", 3)
print(string.format("setup_to_ring_ms %.0f", (now() - begun) * 1000))
c:say(1004, -10)
wait(1)
ann:record(wav .. "/lift.wav") -- begins in the instant of the lift
ann:lift()
wait(2)
c:hang_up(16); wait(4); ann:hang_up(); wait(3)
c = call{ span = 1, to = "800", from = "2" }
ann:expect("ringing", 3)
c:say_file(wav .. "/clicks.wav")
wait(1)
c:record(wav .. "/caller.wav"); ann:record(wav .. "/agent.wav")
ann:lift()
wait(3)
c:hang_up(16)
wait(2)
