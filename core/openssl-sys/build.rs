//! Lays out the headers of AWS-LC for SQLCipher, with the few calls of OpenSSL 3 that AWS-LC does not have (`include/evp_mac.h`).

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=include/evp_mac.h");
    let headers = PathBuf::from(env::var("OUT_DIR")?).join("include");
    let openssl = headers.join("openssl");
    fs::create_dir_all(&openssl)?;
    copy_headers(&headers_of_aws_lc()?.join("openssl"), &openssl)?;
    fs::copy("include/evp_mac.h", openssl.join("evp_mac.h"))?;
    let hmac = openssl.join("hmac.h");
    let text = fs::read_to_string(&hmac)?;
    fs::write(&hmac, format!("{text}\n#include <openssl/evp_mac.h>\n"))?;
    println!("cargo::metadata=include={}", headers.display());
    Ok(())
}

/// Where aws-lc-sys says its headers are. Its name in `links` bears its version, so the variable is found by its ends.
fn headers_of_aws_lc() -> Result<PathBuf, Box<dyn Error>> {
    env::vars_os()
        .find(|(name, _)| name.to_str().is_some_and(|name| name.starts_with("DEP_AWS_LC_") && name.ends_with("_INCLUDE")))
        .map(|(_, folder)| PathBuf::from(folder))
        .ok_or_else(|| "aws-lc-sys does not say where its headers are".into())
}

fn copy_headers(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            copy_headers(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
