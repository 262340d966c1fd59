//! How far a download is, as the person sees it (A1).

use std::rc::Rc;

use rust_decimal::Decimal;

use super::App;
use crate::view::{DownloadView, ScreenView};
use crate::words;

/// Something that is being downloaded. What is not known yet is 0.
pub(super) enum Progress {
    /// Nothing is known yet.
    Begun,
    /// Bytes of the configuration.
    Configuration { done: u64, total: u64 },
    /// Items, and how many come in a second.
    Items { done: u64, total: u64, rate: u64 },
}

impl Progress {
    const fn share(&self) -> (u64, u64) {
        match *self {
            Self::Begun => (0, 0),
            Self::Configuration { done, total } | Self::Items { done, total, .. } => (done, total),
        }
    }

    fn figures(&self, language: &str) -> String {
        match *self {
            Self::Begun => String::new(),
            Self::Configuration { done, total: 0 } => words::say_with(language, "download-size", &[("done", megabytes(done))]),
            Self::Configuration { done, total } => {
                words::say_with(language, "download-size-of", &[("done", megabytes(done)), ("total", megabytes(total))])
            }
            Self::Items { done, total, rate: 0 } => {
                words::say_with(language, "download-items", &[("done", done.into()), ("total", total.into())])
            }
            Self::Items { done, total, rate } => {
                let arguments = [("done", done.into()), ("total", total.into()), ("rate", rate.into())];
                words::say_with(language, "download-items-rate", &arguments)
            }
        }
    }
}

/// With one decimal: `0.4`.
fn megabytes(bytes: u64) -> words::Argument {
    Decimal::new(i64::try_from(bytes.div_ceil(100_000)).unwrap_or(i64::MAX), 1).into()
}

impl App {
    pub(super) fn progress(self: &Rc<Self>, step: &str, progress: &Progress) {
        self.show_download(step, progress, String::new());
    }

    /// The person sees what stopped a download, and may try again.
    pub(super) fn download_stopped(self: &Rc<Self>, step: &str, error: String) {
        self.show_download(step, &Progress::Begun, error);
    }

    fn show_download(self: &Rc<Self>, step: &str, progress: &Progress, error: String) {
        let ((done, total), figures) = (progress.share(), progress.figures(&self.language()));
        self.screen(ScreenView::Download(DownloadView { step: step.to_owned(), done, total, figures, error }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a1_a_download_is_told_in_its_own_unit() {
        let items = Progress::Items { done: 12_345, total: 171_157, rate: 6_198 };
        assert_eq!(items.figures("en"), "12,345 of 171,157 items · 6,198 per second");
        assert_eq!(Progress::Items { done: 0, total: 20, rate: 0 }.figures("en"), "0 of 20 items");
        assert_eq!(Progress::Configuration { done: 340_000, total: 1_210_000 }.figures("en"), "0.4 of 1.3 MB");
        assert_eq!(Progress::Configuration { done: 340_000, total: 0 }.figures("ru"), "0,4 МБ");
        assert_eq!(Progress::Begun.figures("en"), "");
    }
}
