#!/usr/bin/env bash
# Builds deploy/Containerfile with all its stages, where the image of the SDK cannot be pulled: in its place stands one that has nothing of its own, and the
# programs and packages of this machine are mounted into it while the stages run. Wants root and buildah.
#
#   deploy/test/all-stages.sh TAG ARCHIVE
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

base=localhost/frpc-sdk
log=$(mktemp)
trap 'rm -f "$log"' EXIT
container=$(buildah from scratch)
root=$(buildah mount "$container")
mkdir "$root"/{usr,etc,root,var,tmp}
chmod 1777 "$root/tmp"
for folder in bin lib lib64 sbin; do ln -s "usr/$folder" "$root/$folder"; done
buildah umount "$container" >/dev/null
buildah commit --quiet "$container" "$base" >/dev/null
buildah rm "$container" >/dev/null

build() {
  buildah build --pull-never --isolation chroot --timestamp 0 --file deploy/Containerfile --tag "$1" --build-arg "SDK_IMAGE=$base" "${@:2}" \
    --volume /usr:/usr:ro --volume /etc:/etc:ro --volume /var:/var:ro --volume "$HOME:/root" .
}

if build "$1" >"$log" 2>&1; then
  echo "all-stages.sh: a base image without a digest was taken unasked" >&2
  exit 1
fi
grep -q "SDK_IMAGE \"$base\" has no digest" "$log" || { cat "$log" >&2; exit 1; }
build "$1" --build-arg UNPINNED_SDK=yes
buildah push --quiet "$1" "oci-archive:$2"
