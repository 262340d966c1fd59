//! Times of many runs of one thing, and what the machine says of memory and files.

use std::path::Path;
use std::time::Duration;

pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// Times of one thing.
pub struct Figures {
    what: &'static str,
    times: Vec<Duration>,
}

impl Figures {
    pub fn new(what: &'static str) -> Self {
        Self { what, times: Vec::new() }
    }

    pub fn add(&mut self, time: Duration) {
        self.times.push(time);
    }

    fn at(&self, hundredths: usize) -> Duration {
        let mut times = self.times.clone();
        times.sort_unstable();
        let at = (times.len() * hundredths / 100).min(times.len().saturating_sub(1));
        times.get(at).copied().unwrap_or_default()
    }

    pub fn median(&self) -> Duration {
        self.at(50)
    }

    pub fn print(&self) {
        let [median, p95] = [50, 95].map(|hundredths| milliseconds(self.at(hundredths)));
        println!("{:<52} {median:>8.3} ms in the middle, {p95:>8.3} ms p95, {} runs", self.what, self.times.len());
    }
}

/// Resident memory of this process, where the system tells (Linux).
pub fn memory_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(f64::NAN) / 1024.0
}

/// Size of all files of a folder.
pub fn folder_mb(folder: &Path) -> f64 {
    fn bytes(folder: &Path) -> u64 {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .map(|entry| if entry.path().is_dir() { bytes(&entry.path()) } else { entry.metadata().map_or(0, |m| m.len()) })
            .sum()
    }
    bytes(folder) as f64 / 1e6
}
