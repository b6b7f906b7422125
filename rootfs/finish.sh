#!/usr/bin/env bash
# Turns the unpacked packages into the box's root file system: no package manager, no documentation but licences, no
# locales, no services that the box does not need.
#   finish.sh ROOT
set -euo pipefail
root=$1
cd "$root"
rm -rf var/lib/dpkg var/lib/apt var/cache var/log var/lib/pam etc/apt etc/dpkg etc/cron* etc/init.d etc/rc?.d etc/pam* \
	usr/share/{man,info,locale,lintian,bash-completion,zsh,polkit-1,bug,doc-base,initramfs-tools,adduser,debconf,pam,pam-configs,menu} \
	usr/share/{perl5,awk,gcc,gdb,i18n,pixmaps,dbus-1,factory,libc-bin} usr/lib/{apt,dpkg,locale,gconv,binfmt.d,kernel,pcrlock.d} \
	usr/lib/x86_64-linux-gnu/{gconv,security,perl-base} usr/lib/udev/hwdb.d etc/udev/hwdb.d usr/lib/systemd/{user,catalog} \
	usr/lib/environment.d usr/lib/systemd/user-* etc/xdg etc/skel etc/debconf.conf etc/adduser.conf etc/deluser.conf
find usr/share/doc -type f ! -name copyright -delete
find usr/share/doc -type l ! -name copyright ! -xtype d -delete
find usr/share/doc -mindepth 1 -type d -empty -delete
find . -xdev -name '*.a' -delete
# What belongs to package tools, to people logging in, and to networks, disks and desktops that the box has not.
rm -f usr/sbin/{adduser,addgroup,deluser,delgroup,useradd,userdel,usermod,groupadd,groupdel,groupmod,groupmems,pwck,grpck} \
	usr/sbin/{chpasswd,chgpasswd,newusers,pwconv,pwunconv,grpconv,grpunconv,vipw,vigr,cpgr,cppw,pam*,unix_*,faillock,mkhomedir_helper} \
	usr/bin/{passwd,gpasswd,chage,chfn,chsh,expiry,newgrp,sg,faillog,lastlog,login,su,debconf*,mawk,localectl,timedatectl,hostnamectl,loginctl} \
	usr/bin/{dbclient,dropbearconvert} \
	usr/sbin/{dpkg-*,debconf*,sulogin,getty,agetty,e4crypt,e2scrub*,fsfreeze,runuser,chmem,cfdisk,fdisk}
# What looks at each start for what the box has not: partitions by type, encrypted disks, terminals, sleep.
find usr/lib/systemd/system-generators -type f ! -name systemd-fstab-generator -delete
rm -f usr/lib/udev/rules.d/{55-dm,60-cdrom_id,60-drm,60-fido-id,60-infiniband,60-persistent-v4l,60-sensor,64-btrfs}.rules \
	usr/lib/udev/rules.d/{70-camera,70-joystick,70-memory,70-mouse,70-touchpad,70-uaccess,71-seat,73-seat-late,75-probe_mtd,85-hwclock,95-dm-notify,96-e2scrub}.rules
# Nobody becomes root by running a program.
find . -xdev -type f -perm /6000 -exec chmod ug-s {} +
# Names that maintainer scripts would have made.
ln -sf busybox usr/bin/sh
for applet in awk basename cat chmod chown cp cut date dd df dirname dmesg du echo false find free grep head hexdump id ip kill ln \
	gzip ls mkdir mktemp more mv nproc od ping printf ps pwd readlink rm rmdir sed seq sleep sort sync tail tar tee test touch tr true \
	uname uniq uptime vi wc which; do
	[ -e "usr/bin/$applet" ] || [ -e "usr/sbin/$applet" ] || ln -s busybox "usr/bin/$applet"
done
mkdir -p conf data usb proc sys dev run tmp var root usr/lib/locale
ln -sfn /run/systemd/resolve/resolv.conf etc/resolv.conf
ln -sfn /proc/self/mounts etc/mtab
ln -sfn ../usr/share/zoneinfo/UTC etc/localtime
: >etc/machine-id
rm -f etc/.pwd.lock
ldconfig -r "$root" -X
rm -f etc/ld.so.cache~ var/cache/ldconfig/aux-cache
units=usr/lib/systemd/system
ln -sfn /etc/systemd/system/belfry.target etc/systemd/system/default.target
mkdir -p etc/systemd/system/local-fs.target.requires
ln -sfn ../belfry-storage.service etc/systemd/system/local-fs.target.requires/belfry-storage.service
for unit in systemd-hwdb-update.service systemd-journal-catalog-update.service systemd-random-seed.service ldconfig.service \
	systemd-machine-id-commit.service systemd-firstboot.service systemd-update-done.service systemd-binfmt.service \
	systemd-ask-password-console.path systemd-ask-password-wall.path systemd-initctl.socket systemd-pstore.service \
	dev-hugepages.mount dev-mqueue.mount sys-fs-fuse-connections.mount sys-kernel-tracing.mount proc-sys-fs-binfmt_misc.automount \
	systemd-tmpfiles-clean.timer systemd-boot-system-token.service systemd-update-utmp.service systemd-userdbd.socket \
	systemd-networkd.socket e2scrub_all.timer e2scrub_reap.service fstrim.timer sys-kernel-config.mount systemd-pcrphase.service \
	systemd-pcrphase-sysinit.service systemd-rfkill.socket systemd-sysusers.service systemd-network-generator.service \
	systemd-remount-fs.service systemd-repart.service sys-kernel-debug.mount; do
	[ ! -e "$units/$unit" ] || ln -sfn /dev/null "etc/systemd/system/$unit"
done
rm -rf etc/systemd/system/getty.target.wants
