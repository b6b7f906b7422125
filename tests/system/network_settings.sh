#!/usr/bin/env bash
# The script that sets the management network up (rootfs/overlay/usr/lib/belfry/network), in a network of its own: what
# the settings ask for comes, and a commit that changes none of it touches nothing: no address goes, not for an instant.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v busybox >/dev/null && command -v ip >/dev/null || { echo "no busybox or no ip"; exit 77; }
if [ "${1:-}" != inside ]; then
	unshare -n true 2>/dev/null || { echo "no network namespaces here"; exit 77; }
	exec unshare -n bash "$0" inside
fi
# The test is of IPv4: what IPv6 finds out by itself about a new card would be told while nothing may happen.
for which in all default; do
	{ echo 1 >/proc/sys/net/ipv6/conf/$which/disable_ipv6; } 2>/dev/null || true
done
ip link add card0 type bridge 2>/dev/null || { echo "no network card can be made here"; exit 77; }
root=$(mktemp -d)
watcher=
trap 'kill $watcher 2>/dev/null || true; rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,usr/bin,usr/lib,run/belfry,run/belfry-boot,run/systemd/resolve,conf/ssh,proc,dev}
install -m 755 "$(command -v busybox)" "$root/bin/busybox"
for applet in sh cat dirname basename grep head ip mkdir mv readlink rm sed sort tail cut chmod; do
	ln -s /bin/busybox "$root/usr/bin/$applet"
done
cp -r rootfs/overlay/usr/lib/belfry "$root/usr/lib/belfry"
: >"$root/usr/lib/belfry/board"
: >"$root/run/systemd/resolve/resolv.conf"
echo 'own_cards() { echo card0; }' >"$root/usr/lib/belfry/cards.sh"
# What is begun and stopped is noted: DHCP and SSH are not of this test. is-active: DHCP is not.
printf '#!/bin/busybox sh\necho "$*" >>/run/asked\n[ "$1" != is-active ]\n' >"$root/usr/bin/systemctl"
printf '#!/bin/busybox sh\n[ "$1" = -y ] || echo key >"$4"\n' >"$root/usr/bin/dropbearkey"
chmod 755 "$root/usr/bin/systemctl" "$root/usr/bin/dropbearkey"

failed=0
check() { # WHAT EXPECTED SEEN
	if [ "$2" = "$3" ]; then echo "ok $1"; else echo "FAILED $1: expected \"$2\", seen \"$3\""; failed=1; fi
}
commit() { # the settings, a line each
	printf '%s\n' "$@" >"$root/run/belfry/network"
	chroot "$root" /usr/lib/belfry/network
}
addresses() { ip -o -4 address show dev card0 | awk '{ print $4 }'; }
way_out() { ip -4 route show default | awk '{ print $3 }'; }
in_time() { # BEGUN WHAT
	[ $((SECONDS - $1)) -lt 60 ] && return
	echo "FAILED ip monitor does not tell of $2" >&2
	kill $$ # of all: we may be in a $( )
	exit 1
}
watch() {
	local begun=$SECONDS
	ip monitor address route link >"$root/seen" 2>&1 &
	watcher=$!
	until grep -q card1 "$root/seen" 2>/dev/null; do # it listens once it has seen this
		in_time "$begun" card1
		ip link add card1 type bridge
		ip link del card1
	done
	: >"$root/seen"
}
# Whatever the kernel had to say before now has been said when it tells of another card.
seen() {
	ip link add card2 type bridge
	local begun=$SECONDS
	until grep -q card2 "$root/seen"; do in_time "$begun" card2; done
	kill "$watcher" && wait "$watcher" 2>/dev/null || true
	ip link del card2
	grep -av 'card[12]' "$root/seen" | grep -a card0 || true
}

first=("address 192.0.2.10/24" "gateway 192.0.2.1" "dns 192.0.2.53" "ssh off")
commit "${first[@]}"
check "an address" 192.0.2.10/24 "$(addresses)"
check "a way out" 192.0.2.1 "$(way_out)"
check "a name server" "nameserver 192.0.2.53" "$(cat "$root/run/systemd/resolve/resolv.conf")"
check "told to the console" "address 192.0.2.10/24" "$(grep ^address "$root/run/belfry-boot/network")"

watch
commit "${first[@]}"
check "the same again: nothing happens" "" "$(seen)"
watch
commit "address 192.0.2.10/24" "gateway 192.0.2.254" "dns 192.0.2.54" "ssh off"
check "another gateway: the address stays" "" "$(seen | grep 'inet ' || true)"
check "another gateway" 192.0.2.254 "$(way_out)"
check "another name server" "nameserver 192.0.2.54" "$(cat "$root/run/systemd/resolve/resolv.conf")"
commit "address 192.0.2.10/24" "ssh off"
check "no gateway" "" "$(way_out)"
check "no name server" "" "$(cat "$root/run/systemd/resolve/resolv.conf")"

commit "address 198.51.100.7/28" "gateway 198.51.100.1" "ssh on"
check "another address, alone" 198.51.100.7/28 "$(addresses)"
check "its gateway" 198.51.100.1 "$(way_out)"
check "SSH is begun" "--no-block start belfry-ssh.service" "$(tail -n 1 "$root/run/asked")"
commit "address off" "ssh on"
check "off" "" "$(addresses)"
check "no SSH without an address" "stop belfry-ssh.service" "$(tail -n 1 "$root/run/asked")"
exit $failed
