#!/usr/bin/env bash
# Plays sick servers, hostile callers and overload against ./frpc-gateway and HAProxy, and writes docs/resilience.md with pictures.
#
#   bench/chaos.sh           everything
#   bench/chaos.sh --quick   short versions of a few scenarios, printed only
#   bench/chaos.sh --help    all options; --list has the scenarios
#
# FRPC_GATEWAY_BINARY or --gateway names another binary. The exit status is 1 when a target is missed. Missing Debian packages are installed
# when run as root, otherwise they are named.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ./prerequisites.sh
# Where Debian installs haproxy; not on every user's path.
PATH=$PATH:/usr/sbin

require_debian /usr/bin/python3 python3 "Debian's Python 3"
# Debian's own Python, because matplotlib is Debian's. A whole path, because servers and callers are started in another folder.
PYTHONPATH=$PWD/bench PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 -m chaos "$@"
