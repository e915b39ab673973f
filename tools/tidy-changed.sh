#!/usr/bin/env bash
# Runs clang-tidy on the C++ files that changed since BASE (default: where this branch left origin's, else the commit
# before), committed or not. usage: tools/tidy-changed.sh [BASE | --all]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

base=${1:-}
if [ -z "$base" ]; then
  base=$(git merge-base HEAD '@{upstream}' 2>/dev/null || true)
  [ -n "$base" ] && [ "$base" != "$(git rev-parse HEAD)" ] || base=$(git rev-parse -q --verify HEAD~1 || git rev-parse HEAD)
fi
if [ "$base" = --all ]; then
  names=$(git ls-files 'src/*.cc' 'tests/*.cc' 'bench/*.cc')
else
  names=$( (git diff --name-only --diff-filter=d "$base" && git ls-files -o --exclude-standard) |
    grep -E '^(src|tests|bench)/.*\.cc$' | sort -u || true)
fi
if [ -z "$names" ]; then
  echo "no C++ source changed since $base"
  exit 0
fi

# A build directory of its own, never built: clang cannot read GCC's precompiled headers, so it gets their text.
cmake --preset release -B build/tidy -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >/dev/null
sed -n '/^set(LEAT_PCH/,/)/p' cmake/LeatModule.cmake | grep -o '<[a-z_0-9]*>' | sed 's/^/#include /' \
  >build/tidy/precompiled.h
echo "clang-tidy on $(wc -w <<<"$names") files"
xargs -P "${LEAT_JOBS:-2}" -n 1 clang-tidy-14 -p build/tidy --quiet \
  --extra-arg-before=-include --extra-arg-before="$PWD/build/tidy/precompiled.h" \
  --extra-arg=-Wno-error --extra-arg=-Wno-unknown-warning-option <<<"$names"
