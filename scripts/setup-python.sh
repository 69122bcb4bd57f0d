#!/usr/bin/env bash
# Puts the named groups of pyproject.toml into .venv, at the versions and hashes of requirements.lock.
# uv does the work; where it is missing, pip fetches it into .make/uv and leaves the user's own
# Python as it was. Groups that are there already stay.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p .make

python3 - <<'PY' || exit 1
import sys
if sys.version_info < (3, 11):
    sys.exit(f"Python 3.11 or newer is needed; python3 is {sys.version.split()[0]}.")
PY

uv=$(command -v uv || true)
if [ -z "$uv" ]; then
  if [ ! -x .make/uv/bin/uv ]; then
    echo "Fetching uv ..."
    python3 -m pip --version >/dev/null 2>&1 || {
      echo "pip is missing. Install it: sudo apt-get install python3-pip" >&2
      exit 1
    }
    rm -rf .make/uv
    python3 -m pip install --quiet --disable-pip-version-check --target .make/uv "uv>=0.8,<1"
  fi
  uv=.make/uv/bin/uv
fi

weight=$(awk -v groups="$*" -F '\t' '$1 == groups {print " (" $2 " MB, " $3 " files on Linux)"}' scripts/installed_sizes.tsv)
echo "Setting up .venv: $*$weight ..."
extras=()
for group in "$@"; do extras+=(--extra "$group"); done
"$uv" venv --quiet --allow-existing --python ">=3.11,<3.14" .venv
# compiled now, once: kernels see .venv read-only, and could not keep what they compile at each start
"$uv" pip install --quiet --python .venv/bin/python --compile-bytecode --constraints requirements.lock \
  --requirements pyproject.toml "${extras[@]}" hatchling editables
"$uv" pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
