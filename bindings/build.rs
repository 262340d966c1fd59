//! How the library of the profile `device` is linked: with packed relocations and equal functions folded, for people download it.
#![allow(clippy::print_stdout)] // A build script speaks to cargo by its output.

use std::env::var;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let packed = match var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("android") => "-Wl,--pack-dyn-relocs=android",
        // Here it is only measured: so that the figure tells of phones.
        Ok("linux") => "-Wl,-z,pack-relative-relocs",
        _ => return,
    };
    if var("OPT_LEVEL").is_ok_and(|level| level == "z") {
        println!("cargo::rustc-link-arg-cdylib={packed}");
        println!("cargo::rustc-link-arg-cdylib=-Wl,--icf=all");
    }
}
