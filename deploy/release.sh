#!/usr/bin/env bash
# Makes the files of a release for this machine's architecture, in a new folder artifacts/release: the binary, its symbols,
# its bill of materials, the image as an archive, and checksums. The version is that of the checked-out tag.
#
#   deploy/release.sh              all of these
#   deploy/release.sh --package    also the NuGet package of the library, which is the same on every architecture
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ./prerequisites.sh
package=
case "${1:-}" in
  "") ;;
  --package) package=yes ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac

made=artifacts/release
rm -rf "$made"
mkdir -p "$made"

# Always, because an existing binary may be from another commit.
./publish.sh
version=$(./frpc-gateway --version | sed -nE 's/^frpc-gateway ([^+]+).*/\1/p')
case "$(uname -m)" in
  x86_64) name=frpc-gateway-$version-linux-x64 ;;
  *) name=frpc-gateway-$version-linux-arm64 ;;
esac

cp frpc-gateway "$made/$name"
gzip --no-name --stdout "artifacts/symbols/frpc-gateway-${name##*"$version"-}.dbg" >"$made/$name.dbg.gz"
deploy/image.sh --tag "frpc-gateway:$version" --output "oci-archive:$made/$name.oci.tar"
cp artifacts/image/frpc-gateway.cdx.json "$made/$name.cdx.json"
if [ -n "$package" ]; then dotnet pack Protocol --output "$made" -v quiet -nologo; fi
(cd "$made" && sha256sum -- * >"$name.sha256")
cat "$made/$name.sha256"
