#!/bin/sh
# Begins a course in the current folder if it holds none, says whether submissions can be isolated
# here, and runs the command.
set -eu
project=${COURSE_PROJECT:-/opt/course}

if [ ! -e nbgrader_config.py ]; then
  cp -r "$project/exercises/." .
  echo "A new course stands in $PWD."
fi

python3 - <<'PY'
from course_grading.kernels.sandbox import why_not_isolated

reason = why_not_isolated()
if reason:
    print(f"{reason}: no submission will be run. Start the container with")
    print("  podman: --security-opt seccomp=unconfined --security-opt unmask=ALL")
    print("  docker: --security-opt seccomp=unconfined --security-opt apparmor=unconfined")
    print("          --security-opt systempaths=unconfined")
PY

exec "$@"
