# Sourced by scripts/setup: what each tool is called here, and how it is installed.

# apt_install PACKAGE…: installs those that are missing, with apt's own progress.
apt_install() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  heading "Installing ${missing[*]}"
  # Another installation on the same machine may hold the lock for a while.
  as_root apt-get -o DPkg::Lock::Timeout=600 update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 \
    install -y -q --no-install-recommends "${missing[@]}"
}

# need COMMAND WORDS PACKAGE…: COMMAND is there, or apt brings it, or WORDS say what to install.
need() {
  local command=$1 words=$2
  shift 2
  have "$command" && return 0
  if have apt-get; then
    apt_install "$@"
    have "$command" && return 0
  fi
  unmet+=("$command: install $words")
}

# need_version COMMAND WANTED FOUND WORDS: a tool that is there but too old can't be used.
need_version() {
  have "$1" || return 0
  at_least "$2" "$3" || unmet+=("$1 $3 is too old, $2 or newer is needed: $4")
}

rust_version() { rustc --version 2>/dev/null | awk '{ print $2 }'; }
node_version() { node --version 2>/dev/null | tr -d v; }
java_version() { javac -version 2>&1 | awk '{ print $2 }'; }
