#!/usr/bin/env bash
# The corresponding source of everything in the image: Debian's source packages in the versions of rootfs/packages.lock,
# the kernel's and the DAHDI modules' among them, and our own tree as it is committed.
#
#   collect_sources.sh OUT     OUT gets sources.list (package version -> source version), belfry-COMMIT.tar.xz, debian/
#
# Source packages are fetched by apt from the mirrors that this machine has (deb-src is added for this run only). Where
# they cannot be had, the list says which are missing and the status is 1. LIST=1 only makes the list and our own tree.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$(mkdir -p "$1/debian" && cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

commit=$(git rev-parse --short=12 HEAD)
[ -z "$(git status --porcelain --untracked-files=no)" ] || echo "  note: what is not committed is not part of it" >&2
git archive --prefix="belfry-$commit/" HEAD | xz -6 -T1 >"$out/belfry-$commit.tar.xz"

# What a binary package was built from stands in its own control data, or is called the same.
{
	awk '{ print $2 "=" $3 }' rootfs/packages.lock
	for name in dahdi-source efibootguard libpri-dev; do dpkg-query -W -f='${Package}=${Version}\n' "$name"; done
} | LC_ALL=C sort -u >"$work/binaries"
apt-cache show $(cat "$work/binaries") 2>/dev/null | awk '
	function tell() { if (name != "") print name "=" version, name, version, source, built; name = version = source = built = "" }
	/^Package:/ { tell(); name = source = $2 }
	/^Version:/ { version = $2; if (built == "") built = $2 }
	/^Source:/ { source = $2; if ($3 != "") { built = $3; gsub(/[()]/, "", built) } }
	END { tell() }' | LC_ALL=C sort -u -k1,1 | LC_ALL=C join -j 1 "$work/binaries" - | cut -d' ' -f2- >"$out/sources.list"
[ "$(wc -l <"$out/sources.list")" = "$(wc -l <"$work/binaries")" ] ||
	echo "  note: of $(($(wc -l <"$work/binaries") - $(wc -l <"$out/sources.list"))) packages the mirror knows no such version" >&2
# A signed kernel's source is that of the kernel.
sed -i 's/ linux-signed-amd64 \([^ ]*\)+\([0-9]*\)$/ linux \1-\2/; s/ linux \([^ ]*\)-\([0-9]*\)$/ linux \1-\2/' "$out/sources.list"
awk '{ print $3 "=" $4 }' "$out/sources.list" | sort -u >"$work/wanted"
echo "  SOURCE $(wc -l <"$out/sources.list") packages of the image from $(wc -l <"$work/wanted") sources, our own tree $commit"
[ -z "${LIST:-}" ] || exit 0

# apt with the same mirrors, deb-src instead of deb, and lists of its own.
mkdir -p "$work"/{sources.list.d,lists/partial,cache/archives/partial}
: >"$work/sources.list"
for file in /etc/apt/sources.list.d/*.sources; do
	[ ! -f "$file" ] || sed 's/^Types:.*/Types: deb-src/' "$file" >"$work/sources.list.d/$(basename "$file")"
done
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
	[ ! -f "$file" ] || sed -n 's/^deb /deb-src /p' "$file" >>"$work/sources.list"
done
options=(-o "Dir::Etc::sourcelist=$work/sources.list" -o "Dir::Etc::sourceparts=$work/sources.list.d" -o "Dir::State::lists=$work/lists"
	-o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root)
if ! apt-get "${options[@]}" -q update >"$work/log" 2>&1; then
	tail -n 3 "$work/log" >&2
	echo "no source packages: the mirrors of this machine have none (deb-src)" >&2
	exit 1
fi
: >"$out/missing"
while read -r wanted; do
	(cd "$out/debian" && apt-get "${options[@]}" -q source --download-only --only-source "$wanted" >"$work/log" 2>&1) || {
		echo "$wanted" >>"$out/missing"
		echo "  MISSING $wanted: $(grep '^E: ' "$work/log" | head -n 1)" >&2
	}
done <"$work/wanted"
# What came must be what its .dsc says.
for description in "$out"/debian/*.dsc; do
	[ -f "$description" ] || continue
	sed -n '/^Checksums-Sha256:/,/^[^ ]/s/^ \([0-9a-f]\{64\}\) [0-9]* \(.*\)$/\1  \2/p' "$description" >"$work/sums"
	if (cd "$out/debian" && sha256sum --check --ignore-missing "$work/sums" 2>/dev/null) | grep -q FAILED; then
		basename "$description" >>"$out/missing"
		echo "  DAMAGED $(basename "$description")" >&2
	fi
done
echo "  SOURCE $(($(wc -l <"$work/wanted") - $(wc -l <"$out/missing"))) of $(wc -l <"$work/wanted") sources are there, $(du -sh "$out/debian" | cut -f1)"
[ ! -s "$out/missing" ]
