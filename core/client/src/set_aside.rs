//! Files of this device that nobody can read any more give their place to new ones (A2): they are set aside, never deleted.
//!
//! Invariants: only what the person agreed to is set aside, and nothing that opens, or of which it is not known whether it does; what a
//! kill interrupts is brought to its end by the next start, or nothing of it has happened.

use std::ffi::OsString;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use twinshore_engine::storage::is_plain;

use crate::store::ClientStore;
use crate::words::{client_error_text, say_with};
use crate::{ClientError, Platform, PlatformError, keys};

/// Folder in the client's own that holds what was set aside.
const FOLDER: &str = "set-aside";
/// A folder in it is called so until all of a database is there.
const PART: &str = ".part";
/// What lies beside a database.
const LOGS: [&str; 3] = ["-wal", "-shm", "-journal"];
/// For whoever finds the folder.
const ABOUT: &str = "about.txt";
/// Folders kept of one database; the oldest go.
const KEPT_OF_EACH: usize = 3;

/// What is known of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// It opens, or nothing says that it does not.
    Sound,
    /// Its key is not there.
    KeyLost,
    /// It is damaged, or belongs to another key.
    Unreadable,
}

/// Names of the databases that a device sets aside to begin anew: none while the app's own file opens. An account that only might be
/// damaged is looked at when its person signs in.
pub fn given_up(app: Finding, accounts: &[(String, Finding)]) -> Vec<String> {
    if app == Finding::Sound {
        return Vec::new();
    }
    let lost = accounts.iter().filter(|(_, finding)| *finding == Finding::KeyLost).map(|(name, _)| name.clone());
    std::iter::once(keys::CLIENT.to_owned()).chain(lost).collect()
}

/// The databases without which the device begins anew, after the error of a start; none if that would not help.
///
/// # Errors
/// If the secret store can't be read: then nobody knows what is lost.
pub fn lost(error: &ClientError, directory: &Path, platform: &dyn Platform) -> Result<Vec<String>, PlatformError> {
    let app = match error {
        ClientError::KeyLost { .. } => Finding::KeyLost,
        ClientError::Damaged { .. } | ClientError::WrongKey { .. } => Finding::Unreadable,
        _ => return Ok(Vec::new()),
    };
    let accounts = bases(directory).into_iter().map(|name| {
        let file = file_of(directory, &name);
        let encrypted = !is_plain(&file) && file.metadata().is_ok_and(|file| file.len() > 0);
        let lost = encrypted && keys::kept_key(platform, &name)?.is_none();
        Ok((name, if lost { Finding::KeyLost } else { Finding::Sound }))
    });
    Ok(given_up(app, &accounts.collect::<Result<Vec<_>, PlatformError>>()?))
}

/// Sets aside what a start can't open. What opens by now is left where it is: the key may have been found meanwhile.
///
/// # Errors
/// Whatever else keeps the app's own file from opening; [`ClientError::NoRoom`], [`ClientError::Folder`].
pub fn begin_anew(
    directory: &Path,
    platform: &dyn Platform,
    now: DateTime<Utc>,
    language: &str,
) -> Result<Vec<String>, ClientError> {
    finish(directory)?;
    let Err(error) = ClientStore::of_device(directory, platform) else { return Ok(Vec::new()) };
    let lost = lost(&error, directory, platform)?;
    if lost.is_empty() {
        return Err(error);
    }
    for name in &lost {
        // What a base's own error would be is known from the rule that chose it.
        let error = match name.as_str() {
            keys::CLIENT => &error,
            _ => &ClientError::KeyLost { file: "base.db".into() },
        };
        set_aside(directory, name, now, language, error)?;
    }
    Ok(lost)
}

/// Sets a database aside with everything beside it, and with a note on why.
///
/// # Errors
/// [`ClientError::NoRoom`] and [`ClientError::Folder`]: it is where it was, or the next start brings it to its end.
pub fn set_aside(
    directory: &Path,
    name: &str,
    now: DateTime<Utc>,
    language: &str,
    why: &ClientError,
) -> Result<(), ClientError> {
    let file = file_of(directory, name);
    let part = new_folder(directory, name, now);
    let about = say_with(
        language,
        "set-aside-about",
        &[
            ("file", file.strip_prefix(directory).unwrap_or(&file).display().to_string().into()),
            ("time", now.to_rfc3339().into()),
            ("why", client_error_text(language, why).into()),
        ],
    );
    let begun = write_about(&part, &about).and_then(|()| std::fs::rename(&file, inside(&part, &file)));
    if let Err(error) = begun {
        let _ = std::fs::remove_dir_all(&part);
        return Err(unusable(error));
    }
    tracing::warn!(name, folder = %part.display(), "a database is set aside");
    complete(directory, name, &part).map_err(unusable)?;
    forget_oldest(directory, name);
    Ok(())
}

/// Brings to its end what a kill has interrupted.
///
/// # Errors
/// If files can't be moved.
pub fn finish(directory: &Path) -> Result<(), ClientError> {
    for (part, name) in folders(directory).into_iter().filter(|(path, _)| is_part(path)) {
        if inside(&part, &file_of(directory, &name)).exists() {
            complete(directory, &name, &part).map_err(unusable)?;
        } else if let Err(error) = std::fs::remove_dir_all(&part) {
            // Nothing was moved: it is only in the way.
            tracing::warn!(%error, "a folder that holds nothing could not be removed");
        }
    }
    Ok(())
}

/// What was set aside of an account goes with it, and the app's own files too: they may hold what its person typed (A3). They are renamed
/// to what `name` gives, for whoever removes the account.
pub fn give_up(directory: &Path, account: &str, name: impl Fn(&str) -> PathBuf) {
    let theirs = |name: &String| name == account || name == keys::CLIENT;
    for (path, _) in folders(directory).into_iter().filter(|(_, name)| theirs(name)) {
        let folder = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Err(error) = std::fs::rename(&path, name(&folder)) {
            tracing::error!(%error, folder, "what was set aside of a wiped account could not be moved");
        }
    }
}

/// The file of a database by its name among the keys.
fn file_of(directory: &Path, name: &str) -> PathBuf {
    if name == keys::CLIENT { directory.join("client.db") } else { directory.join(name).join("base.db") }
}

fn inside(folder: &Path, file: &Path) -> PathBuf {
    folder.join(file.file_name().unwrap_or_default())
}

fn bases(directory: &Path) -> Vec<String> {
    let names = std::fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.file_name());
    let mut names: Vec<String> = names.filter_map(|name| name.into_string().ok()).collect();
    names.retain(|name| name.starts_with("base-"));
    names.sort();
    names
}

/// `<time>-<name>.part`; a time is met twice only by a clock that stands.
fn new_folder(directory: &Path, name: &str, now: DateTime<Utc>) -> PathBuf {
    let stamp = now.format("%Y%m%dT%H%M%S%3fZ");
    let folder = directory.join(FOLDER);
    let free = |end: String| {
        let whole = folder.join(format!("{stamp}{end}-{name}"));
        let part = folder.join(format!("{stamp}{end}-{name}{PART}"));
        (!whole.exists() && !part.exists()).then_some(part)
    };
    let ends = std::iter::once(String::new()).chain((2..).map(|n| format!(".{n}")));
    ends.map(free).find_map(|part| part).unwrap_or_else(|| folder.join(format!("{stamp}-{name}{PART}")))
}

/// Also shows that there is room for a new beginning: otherwise nothing is moved.
fn write_about(part: &Path, about: &str) -> io::Result<()> {
    std::fs::create_dir_all(part)?;
    let mut file = std::fs::File::create(part.join(ABOUT))?;
    file.write_all(about.as_bytes())?;
    file.sync_all()
}

/// The database itself is there: what lies beside it follows.
fn complete(directory: &Path, name: &str, part: &Path) -> io::Result<()> {
    let file = file_of(directory, name);
    for end in LOGS {
        let mut log: OsString = file.clone().into_os_string();
        log.push(end);
        let log = PathBuf::from(log);
        match std::fs::rename(&log, inside(part, &log)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    std::fs::rename(part, part.with_extension(""))
}

/// Folders of what was set aside, oldest first, with the names of their databases.
fn folders(directory: &Path) -> Vec<(PathBuf, String)> {
    let entries = std::fs::read_dir(directory.join(FOLDER)).into_iter().flatten().flatten();
    let mut found: Vec<(PathBuf, String)> = entries
        .filter_map(|entry| {
            let folder = entry.file_name().into_string().ok()?;
            let (_, name) = folder.trim_end_matches(PART).split_once('-')?;
            Some((entry.path(), name.to_owned()))
        })
        .collect();
    found.sort();
    found
}

fn is_part(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == PART.trim_start_matches('.'))
}

fn forget_oldest(directory: &Path, name: &str) {
    let mut whole: Vec<PathBuf> =
        folders(directory).into_iter().filter(|(path, of)| of == name && !is_part(path)).map(|(path, _)| path).collect();
    whole.truncate(whole.len().saturating_sub(KEPT_OF_EACH));
    for path in whole {
        tracing::warn!(folder = %path.display(), "the oldest of what was set aside is removed");
        if let Err(error) = std::fs::remove_dir_all(&path) {
            tracing::error!(%error, "it could not be removed");
        }
    }
}

fn unusable(error: io::Error) -> ClientError {
    if error.kind() == ErrorKind::StorageFull { ClientError::NoRoom } else { ClientError::Folder(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "base-0123456789abcdef";

    fn account(finding: Finding) -> Vec<(String, Finding)> {
        vec![(ACCOUNT.to_owned(), finding)]
    }

    #[test]
    fn a2_nothing_is_given_up_while_the_apps_own_file_opens_and_no_account_whose_key_is_there() {
        use Finding::{KeyLost, Sound, Unreadable};
        for (app, of_account, expected) in [
            (Sound, Sound, vec![]),
            (Sound, KeyLost, vec![]),
            (KeyLost, Sound, vec![keys::CLIENT]),
            (KeyLost, KeyLost, vec![keys::CLIENT, ACCOUNT]),
            (Unreadable, KeyLost, vec![keys::CLIENT, ACCOUNT]),
            (Unreadable, Unreadable, vec![keys::CLIENT]),
        ] {
            assert_eq!(given_up(app, &account(of_account)), expected, "{app:?} {of_account:?}");
        }
    }

    /// A device's folder with an account's database and its logs.
    fn device() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join(ACCOUNT)).expect("a folder");
        fill(folder.path());
        folder
    }

    fn fill(directory: &Path) {
        for end in ["", "-wal", "-shm"] {
            std::fs::write(directory.join(ACCOUNT).join(format!("base.db{end}")), format!("database{end}")).expect("a file");
        }
    }

    fn aside(directory: &Path, second: i64) -> Result<(), ClientError> {
        let now = DateTime::from_timestamp(1_800_000_000 + second, 0).expect("a time");
        set_aside(directory, ACCOUNT, now, "en", &ClientError::KeyLost { file: "base.db".into() })
    }

    /// Files under a folder with what is in them, but for the notes.
    fn content(folder: &Path) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            match std::fs::read_to_string(&path) {
                Ok(text) if name != ABOUT => found.push((name, text)),
                _ => found.extend(content(&path)),
            }
        }
        found.sort();
        found
    }

    #[test]
    fn a2_a_kill_while_a_database_is_set_aside_leaves_it_where_it_was_or_the_next_start_finishes() {
        type Step = fn(&Path, &Path);
        // What a kill leaves after each step.
        let steps: [Step; 5] = [
            |_, part| std::fs::create_dir_all(part).expect("a folder"),
            |_, part| std::fs::write(part.join(ABOUT), "half a no").expect("a note"),
            |file, part| std::fs::rename(file, part.join("base.db")).expect("moved"),
            |file, part| std::fs::rename(file.with_extension("db-wal"), part.join("base.db-wal")).expect("moved"),
            |file, part| std::fs::rename(file.with_extension("db-shm"), part.join("base.db-shm")).expect("moved"),
        ];
        for killed_after in 0..=steps.len() {
            let folder = device();
            let before = content(&folder.path().join(ACCOUNT));
            let part = folder.path().join(FOLDER).join(format!("20260101T000000000Z-{ACCOUNT}{PART}"));
            steps[..killed_after].iter().for_each(|step| step(&file_of(folder.path(), ACCOUNT), &part));
            finish(folder.path()).expect("finished");
            finish(folder.path()).expect("nothing is left to do");
            let (here, there) = (content(&folder.path().join(ACCOUNT)), content(&folder.path().join(FOLDER)));
            let expected = if killed_after > 2 { (Vec::new(), before) } else { (before, Vec::new()) };
            assert_eq!((here, there), expected, "{killed_after}");
            assert!(!part.exists());
        }
    }

    #[test]
    fn a2_what_is_set_aside_is_bounded_by_number_and_the_oldest_goes() {
        let folder = device();
        for second in 0..5 {
            fill(folder.path());
            // A clock that stands gives each its own folder all the same.
            aside(folder.path(), second / 2).expect("set aside");
        }
        let names: Vec<String> =
            folders(folder.path()).iter().map(|(path, _)| path.file_name().expect("a name").to_string_lossy().into()).collect();
        assert_eq!(
            names,
            ["20270115T080001000Z-", "20270115T080001000Z.2-", "20270115T080002000Z-"].map(|name| format!("{name}{ACCOUNT}"))
        );
    }

    #[test]
    fn a2_whoever_finds_the_folder_reads_why() {
        let folder = device();
        aside(folder.path(), 0).expect("set aside");
        let (path, _) = folders(folder.path()).remove(0);
        let about = std::fs::read_to_string(path.join(ABOUT)).expect("a note");
        assert!(about.contains(&format!("{ACCOUNT}/base.db")) && about.contains("its key is not"), "{about}");
    }

    #[test]
    fn a3_a_wipe_takes_what_was_set_aside_of_the_account_and_of_the_app_and_leaves_other_accounts_alone() {
        let folder = device();
        aside(folder.path(), 0).expect("set aside");
        for name in ["20260101T000000000Z-client", "20260101T000000000Z-base-other"] {
            std::fs::create_dir(folder.path().join(FOLDER).join(name)).expect("a folder");
        }
        give_up(folder.path(), ACCOUNT, |name| folder.path().join(format!("wiped-{name}")));
        let left: Vec<String> = folders(folder.path()).into_iter().map(|(_, name)| name).collect();
        assert_eq!(left, ["base-other"]);
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").flatten().count(), 2 + 2);
    }
}
