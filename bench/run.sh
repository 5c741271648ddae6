#!/usr/bin/env bash
# Compares ./frpc-gateway with HAProxy and nginx, in less than ten minutes, and writes docs/performance.md with pictures.
#
#   bench/run.sh           everything
#   bench/run.sh --quick   one short round, printed only
#   bench/run.sh --help    all options and cases
#
# FRPC_GATEWAY_BINARY names another binary. Missing Debian packages are installed when run as root, else named.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source ./prerequisites.sh
# Where Debian has haproxy and nginx; not on everybody's path.
PATH=$PATH:/usr/sbin

require_debian /usr/bin/python3 python3 "Debian's Python 3"
# Debian's own Python, for which Debian's matplotlib is.
PYTHONPATH=bench PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 -m compare "$@"
