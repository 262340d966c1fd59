//! Gives SQLCipher, which encrypts the databases of devices, AWS-LC where it asks for OpenSSL: a tenth of the size, the same speed,
//! and nothing of it has to be installed on the machine that builds or runs.
//!
//! May use nothing of ours; nothing of ours uses it by name. rusqlite's `bundled-sqlcipher-vendored-openssl` compiles against the
//! headers that `build.rs` lays out and links what this crate links. No types.

use aws_lc_sys as _;
