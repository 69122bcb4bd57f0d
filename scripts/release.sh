#!/usr/bin/env bash
# Generates each assignment that is not released yet. Run in the course folder. A folder that is there
# may hold somebody's answers, so it stays as it is, and the line says how to make it anew.
set -euo pipefail
for folder in source/*/; do
  name=$(basename "$folder")
  if [ -e "release/$name" ]; then
    echo "$name: release/$name is there already and stays as it is." \
      "To write over it, answers included: nbgrader generate_assignment $name --force"
  else
    nbgrader generate_assignment "$name"
  fi
done
