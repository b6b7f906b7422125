#!/usr/bin/env bash
# The corresponding source of everything in the image: Debian's source packages in the versions of rootfs/packages.lock,
# the kernel's and the DAHDI modules' among them, what was linked in statically, and our own tree as it is committed.
#
#   collect_sources.sh OUT     OUT gets sources.list (package version -> source version), belfry-COMMIT.tar.xz, debian/,
#                              and missing: the files that no mirror of this machine has
#
# Files are fetched one by one by apt, from the mirrors that this machine has (deb-src is added for this run only), and
# checked by their hashes; what is in OUT/debian already and right is not fetched again. What the mirrors lack is asked for
# at SNAPSHOT (Debian's archive of all that ever was; SNAPSHOT= asks nobody), or can be put there by hand. Where a source
# package cannot be had, a Debian package that carries the same source will do: SUBSTITUTES. With something missing the
# status is 1, and what was fetched stays. LIST=1 only makes the list and our own tree.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$(mkdir -p "$1/debian" && cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# SOURCE PACKAGE...: together they hold what was compiled. dahdi-source is what the modules are built from.
SUBSTITUTES="linux linux-source-6.1 linux-config-6.1
dahdi-linux dahdi-source"

snapshot=${SNAPSHOT-http://snapshot.debian.org}

commit=$(git rev-parse --short=12 HEAD)
[ -z "$(git status --porcelain --untracked-files=no)" ] || echo "  note: what is not committed is not part of it" >&2
git archive --prefix="belfry-$commit/" HEAD | xz -6 -T1 >"$out/belfry-$commit.tar.xz"

# What a binary package was built from stands in its own control data, or is called the same; what it has of others'
# static libraries, too. A rebuild (+b1) has the source of the version that was rebuilt.
{
	awk '{ print $2 "=" $3 }' rootfs/packages.lock
	for name in dahdi-source efibootguard libpri-dev; do dpkg-query -W -f='${Package}=${Version}\n' "$name"; done
} | LC_ALL=C sort -u >"$work/binaries"
apt-cache show $(cat "$work/binaries") 2>/dev/null | awk '
	function tell(  i, n, part) {
		if (name == "") return
		print name "=" version, name, version, source, built
		n = split(using, part, /, */)
		for (i = 1; i <= n; i++) { gsub(/[()=]/, "", part[i]); print name "=" version, name, version, part[i] }
		name = version = source = built = using = ""
	}
	/^Package:/ { tell(); name = source = $2 }
	/^Version:/ { version = $2; if (built == "") built = $2 }
	/^Source:/ { source = $2; if ($3 != "") { built = $3; gsub(/[()]/, "", built) } }
	/^Built-Using:/ { sub(/^Built-Using: */, ""); using = $0 }
	END { tell() }' | tr -s ' ' | LC_ALL=C sort -u -k1,1 -k4,4 >"$work/known"
LC_ALL=C join -j 1 "$work/binaries" "$work/known" | cut -d' ' -f2- >"$out/sources.list"
LC_ALL=C join -v 1 -j 1 "$work/binaries" "$work/known" | sed 's/^/  note: no mirror knows this package any more: /' >&2
# A signed kernel's source is that of the kernel.
sed -i 's/ linux-signed-amd64 \([^ ]*\)+\([0-9]*\)$/ linux \1-\2/; s/ linux \([^ ]*\)-\([0-9]*\)$/ linux \1-\2/' "$out/sources.list"
awk '{ print $3, $4 }' "$out/sources.list" | LC_ALL=C sort -u >"$work/wanted"
echo "  SOURCE $(cut -d' ' -f1 "$out/sources.list" | sort -u | wc -l) packages of the image from $(wc -l <"$work/wanted") sources, our own tree $commit"
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
apt-get "${options[@]}" -q update >"$work/log" 2>&1 || {
	grep '^[EW]: ' "$work/log" | head -n 3 >&2
	echo "  note: not every mirror of this machine has source packages (deb-src); going on with those that have" >&2
}

right() { [ -f "$out/debian/$1" ] && echo "$2  $out/debian/$1" | sha256sum --quiet --check - >/dev/null 2>&1; } # FILE SHA256
take() { # URI FILE SHA256 LOG
	rm -f "$work/file"
	/usr/lib/apt/apt-helper "${options[@]}" -q download-file "$1" "$work/file" "SHA256:$3" >"$4" 2>&1 && mv "$work/file" "$out/debian/$2"
}
# As it was when the versions were locked: what has left the mirror since is there.
locked=$(TZ=UTC git log -1 --format=%cd --date=format-local:%Y%m%dT%H%M%SZ -- rootfs/packages.lock 2>/dev/null || true)
locked=${locked:-$(date -u +%Y%m%dT%H%M%SZ)}
fetch() { # URI FILE SHA256
	right "$2" "$3" && return
	take "$@" "$work/log" && return
	archived=$(echo "$1" | sed -n "s|^.*/\(debian[a-z-]*\)/pool/|$snapshot/archive/\1/$locked/pool/|p")
	[ -n "$snapshot" ] && [ -n "$archived" ] || return 1
	take "$archived" "$2" "$3" "$work/archive-log" && return
	! grep -q 'Could not\|Temporary failure\|Unable to connect\|Something wicked' "$work/archive-log" || {
		echo "  note: $snapshot does not answer: what the mirrors lack is not asked for there" >&2
		snapshot=
	}
	return 1
}
why() { sed -n 's/^E: .*  \([0-9]* .*\) \[IP.*/\1/p; s/^E: //p' "$work/log" | head -n 1; }
# Each file of a source package; prints those that cannot be had. A detached signature (.asc) is not source.
source_files() { # SOURCE VERSION
	apt-get "${options[@]}" -qq source --print-uris --download-only --only-source "$1=$2" 2>"$work/log" >"$work/uris" || {
		echo "$1 $2 (the mirror's list does not have it: $(why))"
		return
	}
	while read -r uri file size sum; do
		uri=${uri#\'} uri=${uri%\'}
		case $sum in SHA256:*) ;; *) echo "$1 $2 $file (the mirror's list has no SHA-256 of it)"; continue ;; esac
		fetch "$uri" "$file" "${sum#SHA256:}" && continue
		case $file in
		*.asc) echo "  note: $1 $2: no signature $file on the mirror" >&2 ;;
		*) echo "$1 $2 $file ($(why)) ${uri%/*}/" ;;
		esac
	done <"$work/uris"
}
substitute() { # SOURCE VERSION: 0: Debian packages with the same source are there instead
	packages=$(echo "$SUBSTITUTES" | sed -n "s/^$1 //p")
	[ -n "$packages" ] || return 1
	for package in $packages; do
		apt-get -qq download --print-uris "$package=$2" 2>"$work/log" >"$work/uris" || return 1
		read -r uri file size sum <"$work/uris" || return 1
		uri=${uri#\'}
		fetch "${uri%\'}" "$file" "${sum#SHA256:}" || return 1
		echo "  note: $1 $2: its source as Debian's package $package" >&2
	done
}
: >"$work/lost"
: >"$out/missing"
while read -r name version; do
	source_files "$name" "$version" >"$work/lacks"
	[ -s "$work/lacks" ] || continue
	substitute "$name" "$version" && continue
	cat "$work/lacks" >>"$out/missing"
	echo "$name" >>"$work/lost"
	sed 's/^/  MISSING /' "$work/lacks" >&2
done <"$work/wanted"
lost=$(wc -l <"$work/lost")
echo "  SOURCE $(($(wc -l <"$work/wanted") - lost)) of $(wc -l <"$work/wanted") sources are there, $(du -sh "$out/debian" | cut -f1)"
[ "$lost" = 0 ] || {
	echo "$lost sources are not complete: $(wc -l <"$out/missing") files, named in $out/missing." >&2
	echo "Put them into $out/debian (snapshot.debian.org has every version) and run it again." >&2
	exit 1
}
