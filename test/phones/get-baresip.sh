#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
#
# get-baresip.sh [DIR]: unpacks baresip 1.1.0 of Debian trixie into DIR (default: cache/baresip at
# the top of the tree). Debian 12 has 1.0.0, which can't be asked to answer by itself; the tests of
# remote answer need the newer one. See tools/get-suite-package.sh, and phonelib.py for how it runs.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
exec "$top/tools/get-suite-package.sh" "${1:-$top/cache/baresip}" trixie baresip-core
