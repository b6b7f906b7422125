#!/usr/bin/env bash
# show span-file, read by DAHDI's own dahdi_cfg (its test mode; the control file it wants is an empty one in a /dev of its own).
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
folder=$(mktemp -d)
trap 'kill "$box" 2>/dev/null || true; rm -rf "$folder"' EXIT
cat >"$folder/settings" <<'END'
span 1 type e1
span 1 signalling pri-cpe
span 1 crc4 on
span 1 yellow on
span 1 echo-cancel on
span 2 type t1
span 2 signalling fxs
span 3 type t1
span 3 signalling pri-net
span 3 lbo 3
END
"$build/belfryd" --driver tdmoe --socket "$folder/box" --peer "$folder/lab" --data "$folder/data" --conf "$folder/conf" \
	--console "$folder/console" --prompts "$build/prompts" --settings "$folder/settings" 2>"$folder/log" &
box=$!
for _ in $(seq 600); do [ -S "$folder/console" ] && break; kill -0 $box; read -rt 0.1 <> <(:) || true; done
"$build/belfry" -s "$folder/console" show span-file >"$folder/file"
wanted='span=1,1,0,ccs,hdb3,crc4,yellow
bchan=1-15,17-31
dchan=16
alaw=1-15,17-31
echocanceller=oslec,1-15,17-31
span=2,0,0,esf,b8zs
fxoks=32-55
mulaw=32-55
span=3,0,3,esf,b8zs
bchan=63-85
dchan=86
mulaw=63-85
loadzone=us
defaultzone=us'
diff <(echo "$wanted") <(grep -v '^#' "$folder/file" | grep .) || { echo "FAILED the span file"; exit 1; }
echo "ok the span file says what the settings say"
judge() { # FILE
	unshare -m bash -c 'mount -t tmpfs none /dev && mkdir /dev/dahdi && : >/dev/dahdi/ctl && exec dahdi_cfg -t -v -c "$1"' - "$1" >"$folder/judged" 2>&1
}
if ! unshare -m true 2>/dev/null; then
	echo "skip dahdi_cfg: no mount namespace here"
	exit 0
fi
judge "$folder/file" && grep -q '^SPAN 1: CCS/HDB3' "$folder/judged" && grep -q '^SPAN 3: ESF/B8ZS' "$folder/judged" &&
	grep -q '^79 channels to configure' "$folder/judged" || { cat "$folder/judged"; echo "FAILED dahdi_cfg reads another"; exit 1; }
echo "ok dahdi_cfg reads it: three spans, 79 channels"
sed 's/hdb3/hdb4/' "$folder/file" >"$folder/wrong"
! judge "$folder/wrong" || { echo "FAILED dahdi_cfg takes everything"; exit 1; }
echo "ok and would have found a mistake"
