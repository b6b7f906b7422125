#!/usr/bin/env bash
# make sources against a mirror and an archive of this test's own (source_archive.py): what is collected, what is named as
# missing, what is refused.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/system/source_archive.bash
export LINKED=bash CARRIED=bash
export SUBSTITUTES='linux linux-source-9 linux-config-9'
export XZ_OPT=-0 # our own tree: quickly
lock() { printf 'whole %s %s amd64 0\n' "$@" >"$folder/lock"; }
whole='plain 1.0-1 libtwo1 1:2.0-3+b1 linux-image-9-rt 9.1.2-1 static-user 3.0-1 safe 5.0-1+deb12u1'
status=0
collect() { # SNAPSHOT: into OUT; status, $folder/said, $folder/asked
	: >"$folder/asked"
	status=0
	LOCK=$folder/lock SNAPSHOT=$1 tools/image/collect_sources.sh "$folder/out" >"$folder/said" 2>&1 || status=$?
}
judge() { # WHAT COMMAND...
	local what=$1
	shift
	"$@" || {
		cat "$folder/said"
		echo "missing:"
		cat "$folder/out/missing"
		echo "FAILED $what"
		exit 1
	}
	echo "ok $what"
}
in_missing() { grep -qF "$1" "$folder/out/missing"; }
has() { [ "$(cat "$folder/out/debian/$1")" = "$(cat "$folder/$2")" ]; } # FILE, WHERE IT COMES FROM
asked() { grep -q "$1" "$folder/asked"; }
count() { find "$folder/out/debian" -name "$1" | wc -l; }
gone() { for path in "$@"; do mkdir -p "$folder/gone/$(dirname "$path")" && mv "$folder/$path" "$folder/gone/$path"; done; }
back() { cp -r "$folder/gone/." "$folder/" && rm -rf "$folder/gone"; }
everywhere() { echo "mirror/$1"; for time in 20260110T000000Z 20260111T000000Z; do echo "archive/$time/debian/$1"; done; }

lock $whole
collect ""
judge "all is there: status 0, nothing missing" test "$status" = 0
judge "seven sources of three files each, and the recordings' package" test "$(count '*.dsc') $(count '*.tar.xz') $(count '*.deb')" = "7 14 1"
judge "a rebuild's source is that of what was rebuilt" grep -qx 'libtwo1 1:2.0-3+b1 two 1:2.0-3' "$folder/out/sources.list"
judge "a signed kernel's source is the kernel's" grep -qx 'linux-image-9-rt 9.1.2-1 linux 9.1.2-1' "$folder/out/sources.list"
judge "what is in it of another's static library" grep -qx 'static-user 3.0-1 inside 4.0-1' "$folder/out/sources.list"
judge "what this machine linked in" grep -qx 'bash [^ ]* bash 7.0-1' "$folder/out/sources.list"
judge "our own tree" eval 'tar tf "$folder/out/belfry-$(git rev-parse --short=12 HEAD).tar.xz" --occurrence=1 "belfry-$(git rev-parse --short=12 HEAD)/firmware/main.c" >/dev/null'
collect ""
judge "again: status 0" test "$status" = 0
judge "nothing is fetched twice" eval '! asked /pool/'

rm "$folder/out/debian/"{two_,safe_}*
gone mirror/pool/main/t/two/two_2.0.orig.tar.xz debian-security/pool/updates/main/s/safe/safe_5.0.orig.tar.xz
collect "$base"
judge "what the mirror lacks and the archive has: status 0" test "$status" = 0
judge "of the day after the lock, where the picture before it is too old" asked '^/archive/debian/20260111T000000Z/pool/main/t/two/two_2.0.orig'
judge "and it is the right one" has two_2.0.orig.tar.xz gone/mirror/pool/main/t/two/two_2.0.orig.tar.xz
judge "security updates from the archive's own place for them" asked '^/archive/debian-security/20260110T000000Z/pool/updates/main/s/safe/safe_5.0.orig'
judge "what the mirror has is not asked for there" eval '! asked "^/archive/.*dsc"'
rm "$folder/out/debian/two_2.0.orig.tar.xz"
LOCKED=20991231T000000Z collect "$base"
judge "a lock of the future: the archive's last picture" has two_2.0.orig.tar.xz gone/mirror/pool/main/t/two/two_2.0.orig.tar.xz
back

rm "$folder/out/debian/plain_"*
gone $(everywhere pool/main/p/plain/plain_1.0-1.debian.tar.xz)
collect "$base"
judge "missing everywhere: status 1" test "$status" = 1
judge "the file is named, with why" in_missing 'plain 1.0-1 plain_1.0-1.debian.tar.xz (404 '
judge "it alone" test "$(wc -l <"$folder/out/missing")" = 1
judge "the rest is kept" test "$(count '*.dsc') $(count '*.tar.xz') $(count '*.deb')" = "7 13 1"
echo "something else" >"$folder/out/debian/plain_1.0-1.debian.tar.xz"
collect ""
judge "put there by hand and wrong: refused" in_missing 'the one in debian/ is not it'
cp "$folder/gone/mirror/pool/main/p/plain/plain_1.0-1.debian.tar.xz" "$folder/out/debian/"
collect ""
judge "put there by hand and right: status 0" test "$status" = 0
judge "and taken without a look at any mirror" eval '! asked /pool/'
back

rm "$folder/out/debian/plain_1.0.orig.tar.xz"
gone $(everywhere pool/main/p/plain/plain_1.0.orig.tar.xz)
for path in $(everywhere pool/main/p/plain/plain_1.0.orig.tar.xz); do tr a-z b-za <"$folder/gone/$path" >"$folder/$path"; done
collect "$base"
judge "another content under the right name: status 1" test "$status" = 1
judge "refused for its hash" in_missing 'plain_1.0.orig.tar.xz (Hash Sum mismatch'
judge "and not kept" test ! -e "$folder/out/debian/plain_1.0.orig.tar.xz"
back

rm "$folder/out/debian/linux_"*
gone $(everywhere pool/main/l/linux/linux_9.1.2.orig.tar.xz)
collect ""
judge "a source that cannot be had, its substitutes can: status 0" test "$status" = 0
judge "they are there" test "$(count 'linux-source-9_*') $(count 'linux-config-9_*')" = "1 1"
judge "and the collection says so" grep -qx "linux 9.1.2-1: as Debian's package linux-source-9 linux-config-9" "$folder/out/README"
rm "$folder/out/debian/linux-config-9_"*
gone mirror/pool/main/l/linux-config-9/linux-config-9_9.1.2-1_amd64.deb
collect ""
judge "with one of two substitutes it is missing" in_missing 'linux 9.1.2-1 linux_9.1.2.orig.tar.xz'
back

lock $whole older 6.0-1
collect "$base"
judge "a version that no mirror lists any more comes by the archive's lists: status 0" test "$status" = 0
judge "and it is that version" has older_6.0-1.dsc archive/20260110T000000Z/debian/pool/main/o/older/older_6.0-1.dsc
lock $whole nobody 1.0-1
collect "$base"
judge "a package that nobody knows: status 1" test "$status" = 1
judge "is named" in_missing 'nobody 1.0-1 (no list has this package'
kill "$server"
wait "$server" 2>/dev/null || true
collect "$base"
judge "with nobody there at all: status 1" test "$status" = 1
judge "the mirror is named" grep -q "^W: Failed to fetch $base/debian/" "$folder/said"
judge "said once" test "$(grep -c 'does not answer' "$folder/said")" = 1
judge "and what was collected stays" test "$(count '*.dsc')" = 8
