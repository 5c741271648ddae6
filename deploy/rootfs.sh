#!/usr/bin/env bash
# Creates the image's root file system: ./frpc-gateway, the files that it opens at run time, and nothing else. For Debian and Ubuntu.
#
#   deploy/rootfs.sh DIRECTORY      must not exist
#
# If SOURCE_DATE_EPOCH is set, it is the time of every file.
set -euo pipefail
[ $# = 1 ] && [[ $1 != -* ]] || { sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
root=$(realpath -m "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ./prerequisites.sh
require_image_files

program=./frpc-gateway
[ -x "$program" ] || { echo "missing: $program. ./publish.sh builds it." >&2; exit 1; }
[ ! -e "$root" ] || { echo "deploy/rootfs.sh: $root already exists; name a new directory" >&2; exit 2; }

# put MODE FILE: copies a file to the same path in the image, following links.
put() { install -D --mode "$1" "$2" "$root$2"; }

# Any user must be able to read the files, whatever this user's umask.
umask 022
install -D --mode 755 "$program" "$root/frpc-gateway"

# The program names the loader, which searches the folder of its architecture by default: the image needs no ld.so.cache.
# Without nsswitch.conf, glibc resolves names (files, then dns) without loading another library.
libraries=$(ldd "$program" | grep -oE '/[^ ]+')
for library in $libraries; do
  case "$library" in
    */ld-linux*) put 755 "$library" ;;
    *) put 644 "$library" ;;
  esac
done
# Opened by name for "frpc-gateway call --compress".
folder=$(dirname "$(grep '/libc\.so' <<<"$libraries")")
put 644 "$folder/libzstd.so.1"
put 644 "$folder/liblz4.so.1"

# From the package's own files: this machine's bundle may contain certificates that only it trusts.
install -d "$root/etc/ssl/certs"
cat /usr/share/ca-certificates/mozilla/*.crt >"$root/etc/ssl/certs/ca-certificates.crt"

# The mount point of the configuration. Without a mount, the gateway reports that the file is empty.
install -D --mode 644 /dev/null "$root/etc/frpc/gateway.json"

find "$root" -exec touch --no-dereference --date "@${SOURCE_DATE_EPOCH:-$(date +%s)}" {} +
