#!/usr/bin/env bash
# Rewrites the lock files of all projects, after a change of packages: packages.lock.json of the managed build,
# packages.RID.lock.json of the native one, and packs.lock. Any other restore fails if it would have to change one of them.
#
#   ./update-locks.sh            with the packs of the version in Directory.Build.targets
#   ./update-locks.sh --packs    first raises that version to the packs of this SDK
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source ./prerequisites.sh
source ./build-step.sh

case "${1:-}" in
  "") ;;
  --packs)
    require_sdk
    version=$(sed -nE 's/.*<BundledNETCoreAppPackageVersion>(.*)<.*/\1/p' "$(dotnet --list-sdks | awk -v sdk="$(dotnet --version)" '$1 == sdk { print substr($2, 2, length($2) - 2) }')/$(dotnet --version)/Microsoft.NETCoreSdk.BundledVersions.props")
    sed -i -E "s/(<PacksVersion>).*(<)/\1$version\2/" Directory.Build.targets
    ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
require_sdk

resolve() { build_step "update-locks.sh: $1${2:+ for $2}" dotnet restore "$1" -v quiet -nologo --force-evaluate -p:RestoreLockedMode=false ${2:+-p:NativeRid="$2" -r "$2"}; }
resolve FrameRpc.sln
: >packs.lock
for rid in linux-x64 linux-arm64; do
  for project in "${NATIVE_PROJECTS[@]}"; do
    resolve "$project" "$rid"
    packs_of "$project" >>packs.lock
  done
done
LC_ALL=C sort -u -o packs.lock packs.lock
git status --short -- '*.lock.json' packs.lock Directory.Build.targets
