# shellcheck shell=bash
# Sourced, from the top of the tree: the mirror and the archive of source_archive.py, served for as long as the test runs, and
# apt's settings for them. Sets folder, server, base.
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
python3 tests/system/source_archive.py make "$folder"
python3 tests/system/source_archive.py serve "$folder" "$folder/port" &
server=$!
for _ in $(seq 600); do [ -s "$folder/port" ] && break; kill -0 $server; read -rt 0.1 <> <(:) || true; done
base=http://127.0.0.1:$(cat "$folder/port")
mkdir -p "$folder/etc/sources.list.d"
echo "deb [trusted=yes] $base/debian bookworm main" >"$folder/etc/sources.list"
printf 'Types: deb\nURIs: %s/debian-security\nSuites: bookworm-security\nComponents: main\nTrusted: yes\n' "$base" \
	>"$folder/etc/sources.list.d/security.sources"
export no_proxy=127.0.0.1 APT_ETC=$folder/etc LOCKED=20260110T180000Z
