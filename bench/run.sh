#!/usr/bin/env bash
# Compares ./frpc-gateway with HAProxy and nginx, in less than ten minutes, and writes docs/performance.md with pictures.
#
#   bench/run.sh           everything
#   bench/run.sh --quick   one short round, printed only
#   bench/run.sh --help    all options and cases
#
# FRPC_GATEWAY_BINARY names another binary. Missing Debian packages are installed when run as root, otherwise they are named.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ./prerequisites.sh
# Where Debian installs haproxy and nginx; not on every user's path.
PATH=$PATH:/usr/sbin

require_debian /usr/bin/python3 python3 "Debian's Python 3"
# Debian's own Python, because matplotlib is Debian's.
PYTHONPATH=bench PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 -m compare "$@"
