#!/bin/sh
# Becomes a real systemd that knows our units and nothing else, in namespaces of its own: boot.sh REPOSITORY FOLDER
set -e
repository=$1
folder=$2
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p /run/lock /run/over/up /run/over/work
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/over/up,workdir=/run/over/work /etc
mount -t tmpfs tmpfs /var/lib
mount -t tmpfs tmpfs /opt
mkdir -p /opt/library-kiosk /etc/kiosk
mount --bind "$repository" /opt/library-kiosk
cp -r "$folder/config/." /etc/kiosk/
systemd-sysusers "$repository/systemd/kiosk-sysusers.conf"
export container=lxc SYSTEMD_UNIT_PATH="$folder/units"
exec /lib/systemd/systemd --system --unit=rehearsal.target --log-target=console --log-level=info
