# Sourced by scripts/check-devices: a Rust that can check for phones. Gives its cargo, with what it is to be called with, as
# `device_cargo`, and the folder of libclang, if it had to be fetched, as `device_libraries`.
device_cargo=()
device_libraries=

# device_rust TARGET…: the installed Rust if it has the targets' libraries, else Debian's with the sources of those libraries.
device_rust() {
  local sysroot target complete=yes
  sysroot=$(rustc --print sysroot)
  for target in "$@"; do
    [ -d "$sysroot/lib/rustlib/$target/lib" ] || complete=no
  done
  if [ "$complete" = yes ]; then
    device_cargo=(cargo)
    return
  fi
  local folder=$cache/device-rust
  [ -e "$folder/.complete" ] || fetch_device_rust "$folder"
  device_libraries=$(dirname "$(find "$folder/usr/lib" -name 'librustc_driver-*.so' -print -quit)")
  device_cargo=(env "RUSTC=$folder/usr/bin/rustc" RUSTC_BOOTSTRAP=1 "$folder/usr/bin/cargo" -Zbuild-std=std,panic_abort)
}

# Debian 12 carries a current Rust with sources. Its packages conflict with other Rusts, so they are unpacked, not installed.
fetch_device_rust() {
  local folder=$1 packages=(cargo-web rustc-web rust-web-src libclang1-14) package
  local help="add them with: rustup target add aarch64-linux-android aarch64-apple-ios"
  have apt-get || skip "Rust for phones: this machine has neither the targets of rustup nor Debian's packages; $help"
  [ "$(id -u)" = 0 ] || have sudo || skip "Rust for phones: fetching Debian's packages needs root; $help"
  mkdir -p "$cache"
  exec 8>"$cache/device-rust.lock"
  flock 8
  if [ -e "$folder/.complete" ]; then return; fi
  heading "Fetching Rust for phones from Debian into $folder (0.9 GB, about a minute)"
  rm -rf "$folder"
  mkdir -p "$folder/archives/partial"
  as_root apt-get -o DPkg::Lock::Timeout=600 update -q >"$folder/log" 2>&1 || true
  as_root apt-get -o DPkg::Lock::Timeout=600 -o "Dir::Cache::archives=$folder/archives" -o APT::Sandbox::User=root \
    install -y -q --no-install-recommends --reinstall --download-only "${packages[@]}" >>"$folder/log" 2>&1 || {
    tail -n 5 "$folder/log" >&2
    skip "Rust for phones: Debian's packages ${packages[*]} can't be had here; $help"
  }
  for package in "$folder"/archives/*.deb; do
    dpkg-deb -x "$package" "$folder"
  done
  as_root rm -rf "$folder/archives"
  touch "$folder/.complete"
}
