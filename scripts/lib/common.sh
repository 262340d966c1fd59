# Sourced by every script: where things are, headings, and messages that can't be overlooked.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Shared by all clones of one person, so that a second clone downloads nothing again.
cache=${TWINSHORE_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/twinshore}
# A step that could not run for want of something outside the project ends with this code.
exit_skipped=75

heading() { printf '\n== %s\n' "$*"; }
say() { printf '   %s\n' "$*"; }
fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}
skip() {
  printf '\n*** SKIPPED: %s\n\n' "$*" >&2
  exit "$exit_skipped"
}
have() { command -v "$1" >/dev/null 2>&1; }

# at_least WANTED FOUND: whether the dotted version FOUND is WANTED or newer.
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# as_root COMMAND…: runs it with the rights that installing needs.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif have sudo; then
    sudo "$@"
  else
    fail "this needs root, and sudo is not installed: $*"
  fi
}

# programs: builds the library and the programs. Naming a test makes cargo take the features that tests take, so what
# `cargo test --workspace` built is used again, and not built a second time for want of a feature.
programs() { (cd "$root" && cargo build --workspace --lib --bins --test tidy "$@"); }
