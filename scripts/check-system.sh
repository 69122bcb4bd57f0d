#!/usr/bin/env bash
# Says in one line each which system packages are missing, what for, and how to install them.
# Arguments: the parts to look for (bubblewrap, chromium). Never fails: the caller goes on.
for part in "$@"; do
  case $part in
    bubblewrap) programs="bwrap"; lost="no real class is graded" ;;
    chromium) programs="chromium chromium-browser google-chrome"; lost="no PDF is made and browser tests are skipped" ;;
  esac
  for program in $programs; do
    command -v "$program" >/dev/null 2>&1 && continue 2
  done
  echo "$part is missing, so $lost. Install it: sudo apt-get install $part"
done
