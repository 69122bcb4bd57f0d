#!/usr/bin/env bash
# Resolves requirements.lock, from wheels alone, for each machine and Python that people have.
# Says which fail, and exits with 1 if any does.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p .make
failed=0
for machine in x86_64-manylinux_2_28 aarch64-manylinux_2_28 x86_64-apple-darwin \
  aarch64-apple-darwin x86_64-pc-windows-msvc; do
  for python in 3.11 3.12 3.13; do
    uv pip compile --quiet --no-header --no-deps --only-binary :all: --python-platform "$machine" \
      --python-version "$python" "${1:-requirements.lock}" -o /dev/null >/dev/null 2>.make/check-lock ||
      { echo "$machine, Python $python: $(tail -n 3 .make/check-lock)" && failed=1; }
  done
done
exit $failed
