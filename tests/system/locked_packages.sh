#!/usr/bin/env bash
# The packages of a lock, from a mirror and an archive of this test's own (source_archive.py): what is fetched and from
# where, what is refused, what is said when a version is gone, and the lock of the mirror's present versions.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/system/source_archive.bash
mkdir "$folder/lists"
export LOCK=$folder/lock
archive=archive/20260110T000000Z/debian
status=0
entry() { # KIND NAME VERSION WHERE: a line of the lock, with the hash that the lists of WHERE have
	awk -v kind="$1" -v name="$2" -v version="$3" '/^Package:/ { found = $2 == name } /^Version:/ { found = found && $2 == version }
		/^SHA256:/ && found { print kind, name, version, "amd64", $2 }' "$folder/$4"/dists/*/main/binary-amd64/Packages
}
present() { # what the mirror has
	entry whole plain 1.0-1 mirror
	entry whole libtwo1 1:2.0-3+b1 mirror
	entry whole safe 5.0-1+deb12u1 debian-security
	entry part linux-image-9-rt 9.1.2-1 mirror
}
run() { # SNAPSHOT COMMAND...: status, $folder/said, $folder/asked
	: >"$folder/asked"
	status=0
	SNAPSHOT=$1 "${@:2}" >"$folder/said" 2>&1 || status=$?
}
fetch() { run "$1" tools/image/fetch_packages.sh "$folder/out"; } # SNAPSHOT
judge() { # WHAT COMMAND...
	local what=$1
	shift
	"$@" || {
		cat "$folder/said"
		echo "status $status"
		echo "FAILED $what"
		exit 1
	}
	echo "ok $what"
}
said() { grep -qF -- "$1" "$folder/said"; }
asked() { grep -q "$1" "$folder/asked"; }
has() { cmp -s "$folder/out/$1" "$folder/$2"; } # FILE, WHERE IT COMES FROM
number() { find "$folder/out/$1" -name '*.deb' | wc -l; }

present >"$folder/lock"
fetch "$base"
judge "the mirror has all: status 0" test "$status" = 0
judge "by their kinds" test "$(number whole) $(number part) $(cat "$folder/out/modules-of")" = "3 1 9-rt"
judge "an index of what is taken whole" test "$(grep -c '^Package: ' "$folder/out/whole/Packages")" = 3
judge "and no archive is asked" eval '! asked ^/archive'
fetch "$base"
judge "again: nobody is asked anything" test "$status $(wc -l <"$folder/asked")" = "0 0"

entry whole older 6.0-1 "$archive" >>"$folder/lock"
fetch "$base"
judge "a version that the mirror has no more: status 0" test "$status" = 0
judge "it comes from the archive" has whole/older_6.0-1_amd64.deb "$archive/pool/main/o/older/older_6.0-1_amd64.deb"
judge "that says so" said "FETCH  1 packages that the mirror has no more, from $base"
judge "what the mirror has is not fetched again" eval '! asked "/plain_"'
present >"$folder/lock"
fetch "$base"
judge "a lock without it: it goes" test "$status $(number whole)" = "0 3"

rm -r "$folder/out"
mkdir "$folder/gone"
mv "$folder/mirror/pool/main/p/plain/plain_1.0-1_amd64.deb" "$folder/gone/"
tr 0-9 1-90 <"$folder/gone/plain_1.0-1_amd64.deb" >"$folder/mirror/pool/main/p/plain/plain_1.0-1_amd64.deb"
fetch "$base"
judge "a mirror that gives something else: the archive's, status 0" test "$status" = 0
judge "and it is the right one" has whole/plain_1.0-1_amd64.deb gone/plain_1.0-1_amd64.deb
mv "$folder/gone/plain_1.0-1_amd64.deb" "$folder/mirror/pool/main/p/plain/"

rm -r "$folder/out"
present | sed '/ plain /s/[^ ]*$/0000000000000000000000000000000000000000000000000000000000000000/' >"$folder/lock"
fetch "$base"
judge "not what was locked: status 1" test "$status" = 1
judge "refused by name" said 'others of the same name and version (SHA-256): plain=1.0-1'
judge "and no other version is offered for it" eval '! said LOCK=now'
fetch "$base"
judge "refused again" test "$status" = 1

present >"$folder/lock"
for number in $(seq -w 12); do echo "whole nobody$number 1.0-1 amd64 0"; done >>"$folder/lock"
fetch "$base"
judge "gone everywhere: status 3" test "$status" = 3
judge "the first ten are named" said ': nobody01=1.0-1 nobody02=1.0-1 nobody03=1.0-1 nobody04=1.0-1 nobody05=1.0-1 nobody06=1.0-1 nobody07=1.0-1 nobody08=1.0-1 nobody09=1.0-1 nobody10=1.0-1 and 2 more. '
judge "with who was asked" said "(neither the Debian mirror nor $base has them)"
judge "and what to do" said '`make image LOCK=now` builds with the versions that the mirror has now'
judge "the others are there" test "$(number whole) $(number part)" = "3 1"
fetch ""
judge "no archive: status 3" test "$status" = 3
judge "nobody is asked for what is there, nor any archive" eval '! asked /pool/ && ! asked ^/archive'
judge "and it says so" said '(the Debian mirror does not have them, and no archive is to be asked)'
fetch http://127.0.0.1:1
judge "an archive that is silent: status 3" test "$status" = 3
judge "and it says so" said '(the Debian mirror does not have them, and http://127.0.0.1:1 does not answer)'

printf 'plain\nstatic-user  # with what it depends on\n' >"$folder/lists/packages.list"
printf 'older usr/bin/older\n' >"$folder/lists/parts.list"
present | LC_ALL=C sort >"$folder/lists/packages.lock"
export LISTS=$folder/lists
new=$folder/board/packages.lock
run "" tools/image/lock_packages.sh "$new"
judge "a lock of now: status 0" test "$status" = 0
{ entry part linux-image-9-rt 9.1.2-1 mirror; entry part older 6.0-2 mirror; entry whole plain 1.0-1 mirror; entry whole static-user 3.0-1 mirror; } >"$folder/expected"
judge "it has the mirror's versions, and the kernel that Debian's headers are of" cmp "$new" "$folder/expected"
judge "and it says so" said '2 of 4 packages are not as in'
touch -d 2026-01-01 "$new"
run "" tools/image/lock_packages.sh "$new"
judge "again: the file is left alone" test "$status $(date -r "$new" +%F)" = "0 2026-01-01"
LOCK=$new fetch ""
judge "and what it names is there" test "$status $(number whole) $(number part)" = "0 2 2"

if [ "$(id -u)" = 0 ] && command -v modinfo >/dev/null; then
	mkdir "$folder/modules"
	echo '__attribute__((section(".modinfo"), used)) static const char v[] = "vermagic=8-rt SMP preempt_rt";' |
		gcc -c -x c - -o "$folder/modules/dahdi.ko"
	LOCK=$new run "" tools/image/make_image.sh qemu-x86_64 "$folder" "$folder/image" "$folder/modules" "$folder"
	judge "modules of another kernel than the lock's: status 3" test "$status" = 3
	judge "which is which" said "DAHDI's modules are built for the kernel 8-rt, the lock ($new) has 9-rt"
	judge "and what to do" said 'install linux-headers-9-rt, or `make image LOCK=now` builds with the versions that the mirror has now.'
	judge "before anything is fetched" test ! -e "$folder/image"
fi

kill "$server"
wait "$server" 2>/dev/null || true
rm -r "$folder/out"
present >"$folder/lock"
fetch "$base"
judge "no mirror answers: status 1" test "$status" = 1
judge "and it says so" said 'the Debian mirror does not answer (Could not connect'
judge "and no other version is offered for that" eval '! said LOCK=now'
