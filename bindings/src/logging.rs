//! The core's log in the device's own: logcat on Android, the unified log on iOS. Elsewhere whoever runs the program listens.
//!
//! Only our own rooms and module code are heard. Libraries tell of headers and values of calls, tokens among them: whatever their
//! level, they stay out. What our rooms tell holds no secret; a test of `testing` listens to all of it.

#[cfg(any(target_os = "android", target_os = "ios", test))]
use log::{Level, Log, Metadata, Record};

/// Begins to log, once for the process.
pub(crate) fn start() {
    #[cfg(target_os = "android")]
    listen(android_logger::AndroidLogger::new(
        android_logger::Config::default().with_tag("twinshore").with_max_level(log::LevelFilter::Info),
    ));
    #[cfg(target_os = "ios")]
    listen(oslog::OsLogger::new("dev.twinshore"));
}

#[cfg(any(target_os = "android", target_os = "ios"))]
fn listen(device: impl Log + 'static) {
    // A second client of the process finds the first one's logger, which is the same.
    if log::set_boxed_logger(Box::new(OursOnly(device))).is_ok() {
        log::set_max_level(log::LevelFilter::Info);
    }
}

/// Lets through what may stand in the device's log.
#[cfg(any(target_os = "android", target_os = "ios", test))]
struct OursOnly<L>(L);

#[cfg(any(target_os = "android", target_os = "ios", test))]
fn may_be_kept(of: &Metadata<'_>) -> bool {
    let room = of.target().split("::").next().unwrap_or_default();
    // `configuration` is the target of what module code logs.
    of.level() <= Level::Info && (room.starts_with("twinshore") || room == "configuration")
}

#[cfg(any(target_os = "android", target_os = "ios", test))]
impl<L: Log> Log for OursOnly<L> {
    fn enabled(&self, of: &Metadata<'_>) -> bool {
        may_be_kept(of) && self.0.enabled(of)
    }

    fn log(&self, record: &Record<'_>) {
        if may_be_kept(record.metadata()) {
            self.0.log(record);
        }
    }

    fn flush(&self) {
        self.0.flush();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    struct Kept(Arc<Mutex<Vec<String>>>);

    impl Log for Kept {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn log(&self, record: &Record<'_>) {
            self.0.lock().expect("no other line panicked").push(format!("{} {}", record.target(), record.args()));
        }

        fn flush(&self) {}
    }

    #[test]
    fn only_our_own_rooms_reach_the_devices_log() {
        let lines = Arc::new(Mutex::default());
        let device = OursOnly(Kept(Arc::clone(&lines)));
        for (level, target, text) in [
            (Level::Info, "twinshore_client::actor", "opened"),
            (Level::Warn, "configuration", "a module says"),
            (Level::Debug, "twinshore_client::actor", "details"),
            (Level::Error, "reqwest::connect", "authorization: secret"),
            (Level::Info, "hyper", "a header"),
        ] {
            device.log(&Record::builder().level(level).target(target).args(format_args!("{text}")).build());
        }
        let lines = lines.lock().expect("no other line panicked").join("\n");
        assert_eq!(lines, "twinshore_client::actor opened\nconfiguration a module says");
    }
}
