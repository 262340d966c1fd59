//! What the core needs of the Android system before it may speak to a main server over TLS.
//!
//! Certificates are judged by the system, which knows what its owner trusts and what the app's network security configuration says.
//! The system is reached through its Java side, so it has to be handed over once, before the first client starts: without it the
//! first handshake would end the process.
#![allow(unsafe_code)] // A Java method finds its native half by an unmangled name.

use jni::EnvUnowned;
use jni::errors::ThrowRuntimeExAndDefault;
use jni::objects::{JClass, JObject};
use rustls_platform_verifier::android::init_with_env;

/// Native half of `dev.twinshore.app.SystemCertificates.judge`; throws a `RuntimeException` if the system can't be reached.
#[unsafe(no_mangle)]
extern "system" fn Java_dev_twinshore_app_SystemCertificates_judge<'caller>(
    mut env: EnvUnowned<'caller>,
    _class: JClass<'caller>,
    context: JObject<'caller>,
) {
    env.with_env(|env| init_with_env(env, context)).resolve::<ThrowRuntimeExAndDefault>();
}
