# shellcheck shell=bash disable=SC2034 # what is set here is for those who source it
# Sourced, from the top of the tree: apt with settings and lists of its own, and Debian's archive of all that ever was, as
# it was when the lock was made. Nothing of this machine's apt is changed.
#
#   LOCK=FILE    another lock than rootfs/packages.lock    APT_ETC=DIR  apt's settings in place of /etc/apt
#   SNAPSHOT=URL the archive; empty: nobody is asked       LOCKED=20260131T120000Z  the day of the lock, else what git says
lock=${LOCK:-rootfs/packages.lock}
etc=${APT_ETC:-/etc/apt}
snapshot=${SNAPSHOT-http://snapshot.debian.org}
unreachable='Could not\|Temporary failure\|Unable to connect\|Something wicked\|Connection timed out'

# The kernel's release that the lock names; nothing where there is no lock yet.
locked_release() { [ ! -f "$lock" ] || sed -n 's/^part linux-image-\([^ ]*\) .*/\1/p' "$lock"; }

# As it was when the versions were locked, and a day later: the archive takes its pictures some hours after the mirrors
# get a package. A time between two pictures, or in the future, gives the one before it. A lock that is not committed as it
# is was made when it was written.
lock_days() { # sets locked, later
	local day=+%Y%m%dT%H%M%SZ spaced
	locked=${LOCKED:-}
	if [ -z "$locked" ] && git diff --quiet HEAD -- "$lock" 2>/dev/null; then
		locked=$(TZ=UTC git log -1 --format=%cd "--date=format-local:${day#+}" -- "$lock" 2>/dev/null || true)
	fi
	locked=${locked:-$(date -u -r "$lock" "$day" 2>/dev/null || date -u "$day")}
	# shellcheck disable=SC2001
	spaced=$(echo "$locked" | sed 's/^\(....\)\(..\)\(..\)T\(..\)\(..\)\(..\)Z$/\1-\2-\3 \4:\5:\6 UTC/')
	later=$(date -u --date="$spaced 1 day" "$day")
}

# FOLDER is for the settings and lists, SECONDS is how long nobody need answer, TYPES what is wanted of the machine's
# mirrors (deb, deb-src). Sets options, for each call of apt; use_mirrors and old_lists fill the lists.
own_apt() { # FOLDER SECONDS TYPES...
	local file type
	own=$1
	mkdir -p "$own"/{sources.list.d,lists/partial,cache/archives/partial,mirrors}
	options=(-o "Dir::Etc::sourcelist=$own/sources.list" -o "Dir::Etc::sourceparts=$own/sources.list.d"
		-o "Dir::State::lists=$own/lists" -o "Dir::Cache=$own/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none
		-o Acquire::Retries=1 -o "Acquire::http::Timeout=$2" -o "Acquire::https::Timeout=$2")
	shift 2
	: >"$own/sources.list"
	: >"$own/mirrors/sources.list"
	: >"$own/silent"
	for file in "$etc"/sources.list.d/*.sources; do
		[ ! -f "$file" ] || sed "s/^Types:.*/Types: $*/" "$file" >"$own/mirrors/$(basename "$file")"
	done
	for file in "$etc"/sources.list "$etc"/sources.list.d/*.list; do
		[ -f "$file" ] || continue
		for type in "$@"; do sed -n "s/^deb /$type /p" "$file"; done >>"$own/mirrors/sources.list"
	done
	lock_days
}
# apt's own status is 0 when nobody answers.
update() { apt-get "${options[@]}" -q update >"$own/log" 2>&1 && ! grep -q '^[EW]: Failed to fetch' "$own/log"; }
use_mirrors() {
	local file
	cp "$own/mirrors/sources.list" "$own/sources.list"
	for file in "$own"/mirrors/*.sources; do [ ! -f "$file" ] || cp "$file" "$own/sources.list.d/"; done
	update
}
no_snapshot() {
	echo "  note: $snapshot does not answer: what the mirrors lack is not asked for there" >&2
	echo "$snapshot" >"$own/silent"
}
answers() { [ -n "$snapshot" ] && [ ! -s "$own/silent" ]; }
knock() { # One question, whatever the answer, before there are many.
	/usr/lib/apt/apt-helper "${options[@]}" -q download-file "$snapshot/archive/" "$own/knock" >"$own/log" 2>&1 ||
		! grep -q "$unreachable" "$own/log"
}

# The archive's lists of those days, for versions that are in no mirror's list any more; once.
old_lists() {
	local day file
	if [ -e "$own/old" ] || ! answers; then return 1; fi
	: >"$own/old"
	knock || { no_snapshot; return 1; }
	for day in "$locked" "$later"; do
		for file in "$own"/mirrors/*.sources; do
			grep -qs '^URIs:.*/debian[a-z-]*/*$' "$file" || continue
			sed -e "s|^URIs:.*/\(debian[a-z-]*\)/*\$|URIs: $snapshot/archive/\1/$day/|" \
				-e 's/^Types:.*/&\nCheck-Valid-Until: no/' "$file" >"$own/sources.list.d/old-$day-$(basename "$file")"
		done
		sed -n -e 's|^\(deb[a-z-]*\) \[\([^]]*\)\]|\1 [\2 check-valid-until=no]|; t found' \
			-e 's|^\(deb[a-z-]*\) |\1 [check-valid-until=no] |' -e ': found' \
			-e "s|\] *[^ ]*/\(debian[a-z-]*\)/* |] $snapshot/archive/\1/$day/ |p" "$own/mirrors/sources.list" >>"$own/sources.list"
	done
	update || ! grep "^[EW]: .*$snapshot" "$own/log" | grep -q "$unreachable" || { no_snapshot; return 1; }
}
