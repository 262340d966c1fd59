//! The program while it runs: its lines are awaited, and it may be killed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use serde_json::Value;

/// What does not happen within this time does not happen.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// Lines that are shown when something was waited for in vain.
const SHOWN: usize = 40;

/// A process whose lines are awaited.
pub struct Process {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Process {
    pub fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_twinshore"))
            .args(arguments)
            .env("TWINSHORE_LOG", "warn")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command runs");
        let (told, lines) = channel();
        let output = BufReader::new(child.stdout.take().expect("output"));
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| told.send(line)));
        let input = child.stdin.take().expect("input");
        Self { child, input, lines, seen: Vec::new() }
    }

    /// The next line; none once the process has ended. What was waited for is told if none comes.
    pub fn next_line(&mut self, what: impl FnOnce() -> String) -> Option<String> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => {
                self.seen.push(line.chars().take(2_000).collect());
                Some(line)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("waited for {} in vain; told last:\n{}", what(), self.told()),
        }
    }

    /// A line that it has told already.
    pub fn line_now(&mut self) -> Option<String> {
        let line = self.lines.try_recv().ok()?;
        self.seen.push(line.chars().take(2_000).collect());
        Some(line)
    }

    /// What it told last.
    pub fn told(&self) -> String {
        self.seen[self.seen.len().saturating_sub(SHOWN)..].join("\n")
    }

    /// Waits for a line that says something.
    pub fn until<T>(&mut self, what: &str, look: impl Fn(&str) -> Option<T>) -> T {
        loop {
            let Some(line) = self.next_line(|| what.to_owned()) else {
                panic!("it ended before {what}; told last:\n{}", self.told())
            };
            if let Some(found) = look(&line) {
                return found;
            }
        }
    }

    pub fn until_line(&mut self, part: &str) -> String {
        self.until(part, |line| line.contains(part).then(|| line.to_owned()))
    }

    /// Gives it a line. One that has ended hears nothing.
    pub fn tell(&mut self, command: &Value) {
        let _ = writeln!(self.input, "{command}");
    }

    /// SIGKILL; what it told before can still be read.
    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("it ended");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
