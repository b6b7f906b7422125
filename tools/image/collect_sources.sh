#!/usr/bin/env bash
# The corresponding source of everything in the image: Debian's source packages in the versions of rootfs/packages.lock,
# the kernel's and the DAHDI modules' among them, what was linked in statically, and our own tree as it is committed.
#
#   collect_sources.sh OUT     OUT gets README (what covers what), sources.list (package version -> source version),
#                              belfry-COMMIT.tar.xz, debian/, and missing: the files that could not be had
#
# Files are fetched one by one by apt, from the mirrors that this machine has (deb-src is added for this run only, with
# lists of its own), and checked by their hashes; what is in OUT/debian already and right is not fetched again. What the
# mirrors or their lists lack is asked for at SNAPSHOT (Debian's archive of all that ever was; SNAPSHOT= asks nobody) as it
# was on the day of the lock, or can be put there by hand. Where a source package cannot be had, Debian packages that carry
# the same source will do: SUBSTITUTES. With something missing the status is 1, and what was fetched stays.
#
#   LIST=1      only the list and our own tree          LOCK, APT_ETC, SNAPSHOT, LOCKED: apt_archive.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$(mkdir -p "$1/debian" && cd "$1" && pwd)
. tools/image/apt_archive.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Packages of the build machine of which something is in the image: linked in, put on the disk, built as modules.
LINKED=${LINKED-dahdi-source efibootguard libpri-dev}
# Packages that are what somebody would change: recordings, of which the prompts are made.
CARRIED=${CARRIED-asterisk-core-sounds-en-wav asterisk-moh-opsound-wav}
# SOURCE PACKAGE...: together they hold what was compiled. None for linux: linux-source-6.1 lacks the PREEMPT_RT patches.
SUBSTITUTES=${SUBSTITUTES-"dahdi-linux dahdi-source"}

commit=$(git rev-parse --short=12 HEAD)
[ -z "$(git status --porcelain --untracked-files=no)" ] || echo "  note: what is not committed is not part of it" >&2
[ -s "$out/belfry-$commit.tar.xz" ] || {
	rm -f "$out"/belfry-*.tar.xz
	git archive --prefix="belfry-$commit/" HEAD | xz -T1 >"$out/tree.new"
	mv "$out/tree.new" "$out/belfry-$commit.tar.xz"
}

# ---- apt with the same mirrors, source packages too, and lists of its own ----
own_apt "$work" 30 deb deb-src
use_mirrors || {
	grep '^[EW]: ' "$work/log" | head -n 3 >&2
	echo "  note: not every mirror of this machine answers and has source packages (deb-src); going on with those that do" >&2
}

# ---- which source each package was built from ----
# It stands in the package's own control data, or is called the same; what it has of others' static libraries, too. A
# rebuild (+b1) has the source of the version that was rebuilt.
{
	awk '{ print $2 "=" $3 }' "$lock"
	for name in $LINKED; do dpkg-query -W -f='${Package}=${Version}\n' "$name"; done
} | LC_ALL=C sort -u >"$work/binaries"
learn() { # writes known and unknown
	apt-cache "${options[@]}" show $(cat "$work/binaries") 2>/dev/null | awk '
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
	LC_ALL=C join -v 1 -j 1 "$work/binaries" "$work/known" >"$work/unknown"
}
learn
[ ! -s "$work/unknown" ] || ! old_lists || learn
LC_ALL=C join -j 1 "$work/binaries" "$work/known" | cut -d' ' -f2- >"$out/sources.list"
# A signed kernel's source is that of the kernel.
sed -i 's/ linux-signed-amd64 \([^ ]*\)+\([0-9]*\)$/ linux \1-\2/; s/ linux \([^ ]*\)-\([0-9]*\)$/ linux \1-\2/' "$out/sources.list"
awk '{ print $3, $4 }' "$out/sources.list" | LC_ALL=C sort -u >"$work/wanted"
cat tools/image/sources.README >"$out/README"
echo "  SOURCE $(cut -d' ' -f1 "$out/sources.list" | sort -u | wc -l) packages of the image from $(wc -l <"$work/wanted") sources, our own tree $commit"
[ -z "${LIST:-}" ] || exit 0

# ---- file by file ----
right() { [ -f "$out/debian/$1" ] && echo "$2  $out/debian/$1" | sha256sum --quiet --check - >/dev/null 2>&1; } # FILE SHA256
take() { # URI FILE SHA256 LOG
	rm -f "$work/file"
	/usr/lib/apt/apt-helper "${options[@]}" -q download-file "$1" "$work/file" "SHA256:$3" >"$4" 2>&1 && mv "$work/file" "$out/debian/$2"
}
fetch() { # URI FILE SHA256
	right "$2" "$3" && return
	take "$@" "$work/log" && return
	for day in "$locked" "$later"; do
		archived=$(echo "$1" | sed -n "s|^.*/\(debian[a-z-]*\)/pool/|$snapshot/archive/\1/$day/pool/|p")
		answers && [ -n "$archived" ] || return 1
		take "$archived" "$2" "$3" "$work/archive-log" && return
		! grep -q "$unreachable" "$work/archive-log" || no_snapshot
	done
	return 1
}
why() { sed -n 's/^E: .*  \([0-9]* .*\) \[IP.*/\1/p; s/^E: Failed to fetch [^ ]*  *//p; s/^E: //p' "$work/log" | head -n 1; }
source_uris() { apt-get "${options[@]}" -qq source --print-uris --download-only --only-source "$@" 2>"$work/log"; } # SOURCE=VERSION...
source_uris $(tr ' ' = <"$work/wanted") >"$work/all-uris" || : >"$work/all-uris" # with one unknown, one by one
uris() { # SOURCE VERSION: "'URI' FILE SIZE SHA256:SUM" lines; a source package's files begin with its name
	grep "^'[^']*' $1_" "$work/all-uris" >"$work/uris" && return
	source_uris "$1=$2" >"$work/uris" || { old_lists && source_uris "$1=$2" >"$work/uris"; }
}
# Each file of a source package; prints those that cannot be had. A detached signature (.asc) is not source.
source_files() { # SOURCE VERSION
	uris "$1" "$2" || {
		echo "$1 $2 (no list has it: $(why))"
		return
	}
	while read -r uri file size sum; do
		uri=${uri#\'} uri=${uri%\'}
		case $sum in SHA256:*) ;; *) echo "$1 $2 $file (the mirror's list has no SHA-256 of it)"; continue ;; esac
		fetch "$uri" "$file" "${sum#SHA256:}" && continue
		case $file in
		*.asc) echo "  note: $1 $2: no signature $file on the mirror" >&2 ;;
		*) echo "$1 $2 $file ($(why)$([ ! -f "$out/debian/$file" ] || echo '; the one in debian/ is not it')) ${uri%/*}/" ;;
		esac
	done <"$work/uris"
}
package_file() { # PACKAGE=VERSION: the package itself
	apt-get "${options[@]}" -qq download --print-uris "$1" 2>"$work/log" >"$work/uris" || return 1
	read -r uri file size sum <"$work/uris" || return 1
	uri=${uri#\'}
	case $sum in SHA256:*) fetch "${uri%\'}" "$file" "${sum#SHA256:}" ;; *) return 1 ;; esac
}
substitute() { # SOURCE VERSION: 0: Debian packages with the same source are there instead
	packages=$(echo "$SUBSTITUTES" | sed -n "s/^$1 //p")
	[ -n "$packages" ] || return 1
	for package in $packages; do package_file "$package=$2" || return 1; done
	echo "  note: $1 $2: its source as Debian's package" $packages >&2
	echo "$1 $2: as Debian's package" $packages >>"$work/substituted"
}
lose() { # NAME FILE: FILE has the lines for missing
	cat "$2" >>"$out/missing"
	echo "$1" >>"$work/lost"
	sed 's/^/  MISSING /' "$2" >&2
}
: >"$work/lost"
: >"$work/substituted"
: >"$out/missing"
while read -r package; do
	echo "${package/=/ } (no list has this package: what it was built from is not known)" >"$work/lacks"
	lose "${package%=*}" "$work/lacks"
done <"$work/unknown"
while read -r name version; do
	source_files "$name" "$version" >"$work/lacks"
	[ -s "$work/lacks" ] || continue
	substitute "$name" "$version" && continue
	lose "$name" "$work/lacks"
done <"$work/wanted"
for name in $CARRIED; do
	package=$(dpkg-query -W -f='${Package}=${Version}' "$name")
	package_file "$package" && continue
	echo "${package/=/ } ($(why))" >"$work/lacks"
	lose "$name" "$work/lacks"
done
[ ! -s "$work/substituted" ] || { echo; echo "Not as Debian's source package this time:"; cat "$work/substituted"; } >>"$out/README"
all=$(($(wc -l <"$work/wanted") + $(wc -l <"$work/unknown") + $(echo $CARRIED | wc -w)))
lost=$(sort -u "$work/lost" | wc -l)
echo "  SOURCE $((all - lost)) of $all sources are there, $(du -sh "$out/debian" | cut -f1)"
[ "$lost" = 0 ] || {
	echo "$lost sources are not complete: $(wc -l <"$out/missing") files, named in $out/missing." >&2
	echo "Put them into $out/debian (snapshot.debian.org has every version) and run it again." >&2
	exit 1
}
