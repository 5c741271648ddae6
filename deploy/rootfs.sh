#!/usr/bin/env bash
# Lays out the image's root file system: ./frpc-gateway, what it opens at run time, and nothing else. Debian and Ubuntu.
#
#   deploy/rootfs.sh DIRECTORY      a new one
#
# SOURCE_DATE_EPOCH, where it is set, is the time of every file.
set -euo pipefail
[ $# = 1 ] && [[ $1 != -* ]] || { sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
root=$(realpath -m "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ./prerequisites.sh
require_image_files

program=./frpc-gateway
[ -x "$program" ] || { echo "missing: $program. ./publish.sh builds it." >&2; exit 1; }
[ ! -e "$root" ] || { echo "deploy/rootfs.sh: $root is there already; name a new directory" >&2; exit 2; }

# put MODE FILE: to the same path in the image; what a link points to, in the place of the link.
put() { install -D --mode "$1" "$2" "$root$2"; }

# An image is read by any user, whatever this one keeps to itself.
umask 022
install -D --mode 755 "$program" "$root/frpc-gateway"

# The loader is named inside the program, and looks into the folder of its architecture by itself: the image needs no ld.so.cache.
# glibc resolves names with code of its own (files, then dns, where there is no nsswitch.conf), and opens no library for it.
libraries=$(ldd "$program" | grep -oE '/[^ ]+')
for library in $libraries; do
  case "$library" in
    */ld-linux*) put 755 "$library" ;;
    *) put 644 "$library" ;;
  esac
done
# Opened by name when "frpc-gateway call --compress" asks for them.
folder=$(dirname "$(grep '/libc\.so' <<<"$libraries")")
put 644 "$folder/libzstd.so.1"
put 644 "$folder/liblz4.so.1"

# From the package's own files: the bundle of the machine that builds may hold certificates that are trusted on that machine alone.
install -d "$root/etc/ssl/certs"
cat /usr/share/ca-certificates/mozilla/*.crt >"$root/etc/ssl/certs/ca-certificates.crt"

# Where a configuration is mounted. As long as none is, the gateway finds it empty, and says so.
install -D --mode 644 /dev/null "$root/etc/frpc/gateway.json"

find "$root" -exec touch --no-dereference --date "@${SOURCE_DATE_EPOCH:-$(date +%s)}" {} +
