#!/usr/bin/env bash
# Builds deploy/Containerfile with all its stages, where the image of the SDK cannot be pulled: in its place stands one that has nothing of its own, and the
# programs and packages of this machine are mounted into it while the stages run. Wants root and buildah.
#
#   deploy/test/all-stages.sh TAG ARCHIVE
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

base=$(sed -nE 's/^FROM (.+) AS build$/\1/p' deploy/Containerfile)
container=$(buildah from scratch)
root=$(buildah mount "$container")
mkdir "$root"/{usr,etc,root,var,tmp}
chmod 1777 "$root/tmp"
for folder in bin lib lib64 sbin; do ln -s "usr/$folder" "$root/$folder"; done
buildah umount "$container" >/dev/null
buildah commit --quiet "$container" "$base" >/dev/null
buildah rm "$container" >/dev/null

buildah build --pull-never --isolation chroot --timestamp 0 --file deploy/Containerfile --tag "$1" \
  --volume /usr:/usr:ro --volume /etc:/etc:ro --volume /var:/var:ro --volume "$HOME:/root" .
buildah push --quiet "$1" "oci-archive:$2"
