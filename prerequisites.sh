#!/usr/bin/env bash
# What the scripts need, and how to get it. They source it; run as root, it installs all of it: sudo ./prerequisites.sh
#
# Where the system is Debian's and the user is root, missing Debian packages are installed; else they are named.

require_sdk() {
  if ! command -v dotnet >/dev/null; then
    echo "missing: the .NET SDK, 10.0 or later. Get it from your distribution (dotnet-sdk-10.0) or https://dotnet.microsoft.com/download" >&2
    exit 1
  fi
  local version
  version=$(dotnet --version 2>/dev/null) || { echo "missing: the .NET SDK 10.0 or later; only these are here:" >&2; dotnet --list-sdks >&2; exit 1; }
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
    if { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package"; }; } >/dev/null 2>&1; then
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

# Native AOT links with a C compiler, and against zlib.
require_native_toolchain() {
  require_sdk
  if ! command -v clang >/dev/null && ! command -v gcc >/dev/null; then
    require_debian gcc gcc "a C compiler to link the native binary (gcc or clang)"
  fi
  require_debian /usr/include/zlib.h zlib1g-dev "the zlib headers, which the native binary is linked against"
}

# What the metrics are checked with.
require_prometheus() {
  require_debian promtool prometheus "Prometheus, to check and scrape the metrics with"
}

# What JSON is checked against.
require_go() {
  require_debian /usr/lib/go/bin/go golang-go "Go, whose encoding/json reads what the checker of JSON accepts"
}

# What bench/run.sh compares with, and draws with.
require_comparison() {
  require_debian haproxy haproxy "HAProxy, to compare with"
  require_debian nginx nginx "nginx, to compare with"
  require_debian /usr/lib/nginx/modules/ngx_stream_module.so libnginx-mod-stream "nginx's stream module"
  require_debian /usr/bin/python3 python3 "Debian's Python 3"
  require_debian /usr/lib/python3/dist-packages/matplotlib python3-matplotlib "matplotlib for Debian's Python 3"
}

# What deploy/rootfs.sh puts into the image beside the binary, and deploy/sbom reads it with.
require_image_files() {
  require_debian /usr/share/ca-certificates/mozilla ca-certificates "the certificates of the authorities that Mozilla trusts"
  require_debian "/usr/lib/$(uname -m)-linux-gnu/libzstd.so.1" libzstd1 "the zstd library"
  require_debian "/usr/lib/$(uname -m)-linux-gnu/liblz4.so.1" liblz4-1 "the lz4 library"
  require_debian /usr/bin/python3 python3 "Debian's Python 3"
}

# What deploy/image.sh builds with.
require_image_tools() {
  require_image_files
  require_debian buildah buildah "buildah, which makes the image"
}

# What runs the scripts in JavaScript.
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

# What the checks of deploy/ need: the schemas of Kubernetes and CycloneDX, and systemd's own look at a unit.
require_deploy_checks() {
  require_node
  [ -d deploy/test/node_modules ] || npm ci --prefix deploy/test --no-fund --no-audit >/dev/null 2>&1 || { echo "missing: the packages of deploy/test, which npm ci could not install" >&2; exit 1; }
  require_debian systemd-analyze systemd "systemd-analyze, which checks the unit"
  require_debian /usr/share/doc/python3-seccomp python3-seccomp "libseccomp for Debian's Python 3, which confines as systemd does"
}

# The programs that publish.sh can make.
NATIVE_PROJECTS=(Gateway Tests/AotProgram Tests/Unit bench/json bench/timers examples/greeter examples/reconnect examples/storage)

# packs_of PROJECT: name, version and SHA-512 of each pack that its last native restore took. All but the compiler are no packages to NuGet, whose
# lock files leave them out; and which compiler is one depends on the machine. The host of managed programs is left out, of which nothing is in a native one.
packs_of() {
  local assets folder name version
  assets=artifacts/native/obj/$(basename "$1"/*.csproj .csproj)/project.assets.json
  # As NUGET_PACKAGES gives it: with a slash at its end, or without.
  folder=$(sed -nE '/"packageFolders"/,/\}/s/^ *"(.*)": \{.*/\1/p' "$assets" | sed -n 2p)
  {
    sed -nE '/"downloadDependencies"/,/^ *\],?$/s/.*"(name|version)": "\[?([^",]+).*/\2/p' "$assets" | paste -d ' ' - -
    sed -nE 's/^ *"(runtime\..*\.Microsoft\.DotNet\.ILCompiler)\/(.*)": \{/\1 \2/p' "$assets"
  } | grep -v '\.App\.Host\.' | sort -u |
    while read -r name version; do
      printf '%s %s %s\n' "$name" "$version" "$(cat "${folder%/}/${name,,}/$version/${name,,}.$version.nupkg.sha512")"
    done
}

# Ends where a pack is not the one of packs.lock: no lock file of NuGet's has the hashes of packs.
require_known_packs() {
  local unknown
  unknown=$(LC_ALL=C comm -13 packs.lock <(packs_of "$1" | LC_ALL=C sort))
  [ -n "$unknown" ] || return 0
  echo "these packs, with their SHA-512, are not in packs.lock:" >&2
  echo "$unknown" >&2
  echo "If they are meant to be others, ./update-locks.sh writes packs.lock again." >&2
  exit 1
}

# explain_restore LOG: what to do about a restore that failed.
explain_restore() {
  if grep -q 'error NU1004' "$1"; then
    echo "The projects ask for other packages than their committed lock files have. If that is meant, run ./update-locks.sh and commit what it writes." >&2
  elif grep -q 'error NU1403' "$1"; then
    echo "A package is not the one that the lock file was written for: its source has changed it, or something has between here and there." >&2
  elif grep -qE 'error (NU1101|NU1102|NU1301)' "$1"; then
    echo "The packages named above have to be in a NuGet source that this machine can reach." >&2
  fi
}

# Run, and not sourced: all Debian packages that the scripts and tests use. The SDK comes from elsewhere.
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
  require_debian /usr/share/doc/python3-seccomp python3-seccomp "libseccomp for Debian's Python 3, which confines as systemd does"
fi
