#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

# tools/lint.sh [--fix]: formatting (clang-format 14), licence tags, and clang-tidy 14 on every C
# file. --fix rewrites the formatting and checks nothing else. Exits non-zero when something is off.
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t sources < <(git ls-files --cached --others --exclude-standard \
    'src/*.[ch]' 'test/*.[ch]' 'bench/*.[ch]')

if [ "${1:-}" = --fix ]; then
    clang-format-14 -i "${sources[@]}"
    exit 0
fi

failed=0

echo "lint: formatting of ${#sources[@]} files"
clang-format-14 --dry-run -Werror "${sources[@]}" || failed=1

echo "lint: licence tags"
while IFS= read -r file; do
    case "$file" in
    */package.json | */package-lock.json) continue ;;
    esac
    head -n 3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' || {
        echo "$file: the SPDX tag is missing in the first lines"
        failed=1
    }
done < <(git ls-files --cached --others --exclude-standard '*.[ch]' '*.py' '*.sh' '*.mjs' '*.ts')

echo "lint: clang-tidy"
if [ ! -f build-lint/build.ninja ]; then
    CC=clang-14 meson setup build-lint -Dwerror=false -Dpage=disabled >build-lint.log 2>&1 || {
        cat build-lint.log
        exit 1
    }
    rm -f build-lint.log
fi
# Headers that the build makes (none is slow) and the compile commands.
ninja -C build-lint build.ninja >/dev/null
run-clang-tidy-14 -quiet -p build-lint -j "$(nproc)" "$PWD/(src|test|bench)/.*\.c\$" \
    >build-lint/tidy.log 2>&1 || {
    grep -v -E '^(clang-tidy-14|[0-9]+ warnings? generated|Suppressed|Use -header-filter)' build-lint/tidy.log || true
    failed=1
}

[ $failed = 0 ] && echo "lint: clean"
exit $failed
