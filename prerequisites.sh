#!/usr/bin/env bash
# Checks for the programs that the scripts need. Sourced by them; run as root, it installs all of them: sudo ./prerequisites.sh
#
# On Debian and as root, missing packages are installed; otherwise they are named.

require_sdk() {
  if ! command -v dotnet >/dev/null; then
    echo "missing: the .NET SDK, 10.0 or later. Get it from your distribution (dotnet-sdk-10.0) or https://dotnet.microsoft.com/download" >&2
    exit 1
  fi
  local version
  version=$(dotnet --version 2>/dev/null) || { echo "missing: the .NET SDK 10.0 or later; only these are installed:" >&2; dotnet --list-sdks >&2; exit 1; }
  case "$version" in
    [0-9].*) echo "missing: the .NET SDK 10.0 or later; this one is $version" >&2; exit 1 ;;
  esac
}

# require_debian COMMAND_OR_FILE PACKAGE WHAT
require_debian() {
  local probe=$1 package=$2 what=$3
  if have "$probe"; then return; fi
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing $package ($what) …"
    local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package")
    if { "${install[@]}" || { apt-get update -qq && "${install[@]}"; }; } >/dev/null 2>&1; then
      if have "$probe"; then return; fi
    fi
  fi
  echo "missing: $what. On Debian or Ubuntu: sudo apt-get install $package" >&2
  exit 1
}

have() {
  case "$1" in
    /*) [ -e "$1" ] ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# Native AOT links with a C compiler and zlib.
require_native_toolchain() {
  require_sdk
  if ! command -v clang >/dev/null && ! command -v gcc >/dev/null; then
    require_debian gcc gcc "a C compiler to link the native binary (gcc or clang)"
  fi
  require_debian /usr/include/zlib.h zlib1g-dev "the zlib headers, which the native binary is linked against"
}

# For checking the metrics.
require_prometheus() {
  require_debian promtool prometheus "Prometheus, to check and scrape the metrics with"
}

# For comparing JSON parsing.
require_go() {
  require_debian /usr/lib/go/bin/go golang-go "Go, to compare its encoding/json with the JSON checker"
}

# For bench/run.sh: what it compares with and draws with.
require_comparison() {
  require_chaos
  require_debian nginx nginx "nginx, to compare with"
  require_debian /usr/lib/nginx/modules/ngx_stream_module.so libnginx-mod-stream "nginx's stream module"
}

# For bench/chaos.sh.
require_chaos() {
  require_debian haproxy haproxy "HAProxy, to compare with"
  require_debian /usr/bin/python3 python3 "Debian's Python 3"
  require_debian /usr/lib/python3/dist-packages/matplotlib python3-matplotlib "matplotlib for Debian's Python 3"
}

# For deploy/rootfs.sh, which copies them into the image, and deploy/sbom.
require_image_files() {
  require_debian /usr/share/ca-certificates/mozilla ca-certificates "the certificates of the authorities that Mozilla trusts"
  require_debian "/usr/lib/$(uname -m)-linux-gnu/libzstd.so.1" libzstd1 "the zstd library"
  require_debian "/usr/lib/$(uname -m)-linux-gnu/liblz4.so.1" liblz4-1 "the lz4 library"
  require_debian /usr/bin/python3 python3 "Debian's Python 3"
}

# For deploy/image.sh.
require_image_tools() {
  require_image_files
  require_debian buildah buildah "buildah, which makes the image"
}

# For scripts in JavaScript.
require_node() {
  require_debian node nodejs "Node.js 20 or later"
  require_debian npm npm "npm"
  local version
  version=$(node --version)
  if [ "$(cut -d. -f1 <<<"${version#v}")" -lt 20 ]; then
    echo "missing: Node.js 20 or later; this one is $version. Get it from your distribution (nodejs, npm) or https://nodejs.org" >&2
    exit 1
  fi
}

# For the checks of deploy/: the schemas of Kubernetes and CycloneDX, and systemd's check of the unit.
require_deploy_checks() {
  require_node
  [ -d deploy/test/node_modules ] || npm ci --prefix deploy/test --no-fund --no-audit >/dev/null 2>&1 ||
    { echo "missing: the packages of deploy/test, which npm ci could not install" >&2; exit 1; }
  require_debian systemd-analyze systemd "systemd-analyze, which checks the unit"
  require_debian /usr/share/doc/python3-seccomp python3-seccomp "libseccomp for Debian's Python 3, to confine a program as systemd does"
}

# The programs that publish.sh can build.
NATIVE_PROJECTS=(Gateway Tests/AotProgram Tests/Unit bench/json bench/timers examples/greeter examples/reconnect examples/storage)

# packs_of PROJECT: name, version and SHA-512 of each pack used by its last native restore. To NuGet, all but the compiler are not packages, so its
# lock files lack them, and for the compiler it depends on the machine. The host of managed programs is left out, because native ones do not contain it.
packs_of() {
  local assets folder name version
  assets=artifacts/native/obj/$(basename "$1"/*.csproj .csproj)/project.assets.json
  # As in NUGET_PACKAGES: with or without a slash at the end.
  folder=$(sed -nE '/"packageFolders"/,/\}/s/^ *"(.*)": \{.*/\1/p' "$assets" | sed -n 2p)
  {
    sed -nE '/"downloadDependencies"/,/^ *\],?$/s/.*"(name|version)": "\[?([^",]+).*/\2/p' "$assets" | paste -d ' ' - -
    sed -nE 's/^ *"(runtime\..*\.Microsoft\.DotNet\.ILCompiler)\/(.*)": \{/\1 \2/p' "$assets"
  } | grep -v '\.App\.Host\.' | sort -u |
    while read -r name version; do
      printf '%s %s %s\n' "$name" "$version" "$(cat "${folder%/}/${name,,}/$version/${name,,}.$version.nupkg.sha512")"
    done
}

# Fails if a pack differs from packs.lock: NuGet's lock files do not have the hashes of packs.
require_known_packs() {
  local unknown
  unknown=$(LC_ALL=C comm -13 packs.lock <(packs_of "$1" | LC_ALL=C sort))
  [ -n "$unknown" ] || return 0
  echo "these packs, with their SHA-512, are not in packs.lock:" >&2
  echo "$unknown" >&2
  echo "If this change is intended, run ./update-locks.sh to rewrite packs.lock." >&2
  exit 1
}

# explain_restore LOG: explains what to do about a failed restore.
explain_restore() {
  if grep -q 'error NU1004' "$1"; then
    echo "The projects require other packages than their committed lock files. If this is intended, run ./update-locks.sh and commit the result." >&2
  elif grep -q 'error NU1403' "$1"; then
    echo "A package differs from the lock file: it was changed at its source or on the way." >&2
  elif grep -qE 'error (NU1101|NU1102|NU1301)' "$1"; then
    echo "The packages named above must be in a NuGet source that this machine can reach." >&2
  fi
}

# When run, not sourced: installs all Debian packages that scripts and tests use, but not the SDK.
if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  set -euo pipefail
  if ! command -v clang >/dev/null; then require_debian gcc gcc "a C compiler to link the native binary (gcc or clang)"; fi
  require_debian /usr/include/zlib.h zlib1g-dev "the zlib headers, which the native binary is linked against"
  require_prometheus
  require_go
  require_comparison
  require_image_tools
  require_node
  require_debian systemd-analyze systemd "systemd-analyze, which checks the unit"
  require_debian /usr/share/doc/python3-seccomp python3-seccomp "libseccomp for Debian's Python 3, to confine a program as systemd does"
fi
