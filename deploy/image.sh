#!/usr/bin/env bash
# Builds the image of deploy/Containerfile with buildah, without a container engine and without pulling: from ./frpc-gateway,
# which is published if missing, and this machine's own libraries. The same sources, libraries and compiler give the same digest.
#
#   deploy/image.sh [--tag NAME] [--output oci-archive:FILE | docker-archive:FILE]
#
# NAME is frpc-gateway:VERSION by default. The bill of materials is left in artifacts/image/frpc-gateway.cdx.json.
set -euo pipefail
output=""
tag=""
usage() { sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
while [ $# -gt 0 ]; do
  case "$1" in
    --tag) tag=${2:-}; [ -n "$tag" ] || usage; shift 2 ;;
    --output)
      case "${2:-}" in
        oci-archive:?* | docker-archive:?*) output=${2%%:*}:$(realpath -m "${2#*:}") ;;
        *) usage ;;
      esac
      shift 2 ;;
    *) usage ;;
  esac
done

cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ./prerequisites.sh
require_image_tools
# The bill of materials is made from the compiler's inputs, which ./publish.sh leaves there.
if [ ! -x ./frpc-gateway ] || [ ! -d artifacts/native/publish ]; then ./publish.sh; fi

# "frpc-gateway VERSION+COMMIT": of the program, which may differ from the checked-out commit.
version=$(./frpc-gateway --version | sed -nE 's/^frpc-gateway ([^+]+).*/\1/p')
revision=$(./frpc-gateway --version | sed -nE 's/^[^+]+\+([0-9a-f]{40})$/\1/p')
revision=${revision:-unknown}
tag=${tag:-frpc-gateway:$version}
# The time of the last commit, so that a later build gives the same image.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}

made=artifacts/image
rm -rf "$made"
deploy/rootfs.sh "$made/rootfs"
PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 deploy/sbom "$made/rootfs" >"$made/frpc-gateway.cdx.json"

# The files made above replace the stage "build", whose base image would have to be pulled.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
buildah build --file deploy/Containerfile --build-context "build=$made" --timestamp "$SOURCE_DATE_EPOCH" --identity-label=false --tag "$tag" \
  --build-arg "VERSION=$version" --build-arg "REVISION=$revision" --build-arg "CREATED=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)" \
  "$made" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
if [ -n "$output" ]; then buildah push --quiet "$tag" "$output" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }; fi

about() { buildah inspect --type image --format "$1" "$tag"; }
image=$(about '{{.FromImage}}')
id=$(about '{{.FromImageID}}')
user=$(about '{{.OCIv1.Config.User}}')
program=$(about '{{range .OCIv1.Config.Entrypoint}}{{.}} {{end}}{{range .OCIv1.Config.Cmd}}{{.}} {{end}}' | sed 's/ *$//')
cat <<REPORT
image    $image
id       $id
size     $(find "$made/rootfs" -type f -printf '%s\n' | awk '{ bytes += $1 } END { printf "%.1f MB", bytes / 1e6 }')
user     $user
runs     $program
bill     $made/frpc-gateway.cdx.json, of $(grep -c '"purl"' "$made/frpc-gateway.cdx.json") packages
${output:+written  ${output#*:}
}files
$(cd "$made/rootfs" && find . -type f -printf '%10s  /%P\n' | LC_ALL=C sort -k 2)
REPORT
