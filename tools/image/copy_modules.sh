#!/usr/bin/env bash
# Copies kernel modules and what they need.
#   copy_modules.sh KERNEL RELEASE ROOT MODULE...        into ROOT/lib/modules, with an index
#   copy_modules.sh KERNEL RELEASE --flat DIR MODULE...  into DIR, with DIR/order: the order in which to load them
set -euo pipefail
kernel=$1 release=$2 target=$3
shift 3
flat=
[ "$target" != --flat ] || { flat=1; target=$1; shift; }
paths=$(for module in "$@"; do
	modprobe -d "$kernel" -S "$release" --config /dev/null --show-depends "$module" | awk '$1 == "insmod" { print $2 }'
done | awk '!seen[$0]++')
for path in $paths; do
	if [ -n "$flat" ]; then
		cp "$path" "$target/"
		basename "$path" >>"$target/order"
	else
		install -D -m 644 "$path" "$target/usr${path#"$kernel"}"
	fi
done
if [ -z "$flat" ]; then
	cp "$kernel/lib/modules/$release"/modules.{order,builtin,builtin.modinfo} "$target/usr/lib/modules/$release/"
	depmod -b "$target" "$release"
fi
