#!/usr/bin/env bash
# Builds ./frpc-gateway: one native binary, stripped; its symbols go to artifacts/symbols/.
#
#   ./publish.sh                     for this machine
#   ./publish.sh --rid linux-arm64   for another (needs that target's compiler packs and a cross linker)
#   ./publish.sh Tests/AotProgram    another program of this repository, into artifacts/
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source ./prerequisites.sh
source ./build-step.sh

usage() { sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

case "$(uname -m)" in
  x86_64) host_rid=linux-x64 ;;
  aarch64 | arm64) host_rid=linux-arm64 ;;
  *) echo "publish.sh: the architecture $(uname -m) is not supported, only linux-x64 and linux-arm64" >&2; exit 2 ;;
esac
rid=$host_rid
project=Gateway
while [ $# -gt 0 ]; do
  case "$1" in
    --rid) rid=${2:?"--rid needs linux-x64 or linux-arm64"}; shift 2 ;;
    -h | --help) usage; exit 0 ;;
    -*) echo "publish.sh: unknown argument \"$1\"" >&2; usage >&2; exit 2 ;;
    *) project=${1#./}; project=${project%/}; shift ;;
  esac
done
case "$rid" in
  linux-x64 | linux-arm64) ;;
  *) echo "publish.sh: --rid must be linux-x64 or linux-arm64, not \"$rid\": the gateway requires epoll and splice" >&2; exit 2 ;;
esac
projects=("$project"/*.csproj)
if [ ! -e "${projects[0]}" ]; then
  echo "publish.sh: no program in \"$project\"; name a folder with a program, such as Tests/AotProgram" >&2
  usage >&2
  exit 2
fi

require_native_toolchain
started=$(date +%s)
binary=
trap 'end_build_step; [ -z "$binary" ] || rm -f "$binary.new"' EXIT
quiet=(-v quiet -nologo)
export DOTNET_NOLOGO=1

explain_cross_build() {
  [ "$rid" = "$host_rid" ] ||
    echo "publish.sh: a cross build from $host_rid needs clang, lld and a root file system of $rid (see CppCompilerAndLinker and SysRoot" \
      "in the .NET documentation); building on a $rid machine needs none of them" >&2
}

if ! build_step "publish.sh: restoring the packages of $project" dotnet restore "$project" "${quiet[@]}" -r "$rid" -p:NativeRid="$rid"; then
  explain_restore "$step_log"
  explain_cross_build
  exit 1
fi
require_known_packs "$project"

# Compiler and linker write their files in place, so an interrupted build may leave a partial file that is newer than its sources,
# and the next build would take it for complete.
unfinished=artifacts/native/unfinished
if [ -e "$unfinished" ]; then rm -rf artifacts/native/bin artifacts/native/publish artifacts/native/obj/*/release*; fi
touch "$unfinished"
if ! build_step "publish.sh: compiling $project for $rid" dotnet publish "$project" --no-restore "${quiet[@]}" \
  -c Release -f net10.0 -r "$rid" -p:NativeRid="$rid"; then
  explain_cross_build
  exit 1
fi
if grep -E 'IL[23][0-9]{3}' "$step_log" >&2; then
  echo "publish.sh: the lines above are trimming or AOT warnings; none is allowed" >&2
  exit 1
fi
rm "$unfinished"

# The gateway's binary goes to the root of the repository, any other into artifacts/.
project=$(basename "${projects[0]}" .csproj)
name=$project
binary=./artifacts/$name
if [ "$project" = Gateway ]; then
  name=frpc-gateway
  binary=./$name
fi
[ "$rid" = "$host_rid" ] || binary="./artifacts/$name-$rid"
out="artifacts/native/publish/$project/release_net10.0_${rid}"
mkdir -p artifacts/symbols
cp "$out/$name.dbg" "artifacts/symbols/$name-$rid.dbg"
# Renamed into place, so that a running program keeps its file.
cp "$out/$name" "$binary.new"
mv "$binary.new" "$binary"
echo "publish.sh: $binary, $rid, $(($(stat -c %s "$binary") / 1024)) KiB, $(($(date +%s) - started)) s; symbols in artifacts/symbols/"
