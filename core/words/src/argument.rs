//! What is filled into a text: written as the language writes it.

use std::time::Duration;

use rust_decimal::Decimal;
use twinshore_metadata::text::{Locale, format_number};

/// From here on a time is said in minutes, in seconds.
const MINUTES_FROM_S: u64 = 120;
/// From here on a time is said in hours, in seconds.
const HOURS_FROM_S: u64 = 2 * 60 * 60;

/// Something that a text names.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// A name or a text, as it is.
    Text(String),
    /// How many; the text may choose its plural by it.
    Count(i64),
    /// A number as people write it.
    Number(Decimal),
    /// How long.
    Time(Duration),
}

impl Argument {
    /// As the language writes it.
    pub(crate) fn written(&self, language: &str) -> String {
        let number = |number: Decimal| format_number(number, None, &Locale::of(language));
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) => number(Decimal::from(*count)),
            Self::Number(exact) => number(*exact),
            Self::Time(time) => time_text(language, *time),
        }
    }
}

/// `8.4 s`, `45 s`, `12 min`, `3 h`.
fn time_text(language: &str, time: Duration) -> String {
    let seconds = time.as_secs();
    let (key, number) = if seconds < 10 {
        let tenths = i64::try_from(time.as_millis().div_ceil(100)).unwrap_or_default();
        ("time-seconds", Decimal::new(tenths, 1))
    } else if seconds < MINUTES_FROM_S {
        ("time-seconds", Decimal::from(seconds))
    } else if seconds < HOURS_FROM_S {
        ("time-minutes", Decimal::from(seconds.div_ceil(60)))
    } else {
        ("time-hours", Decimal::from(seconds.div_ceil(60 * 60)))
    };
    crate::say_with(language, key, &[("number", number.into())])
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<usize> for Argument {
    fn from(count: usize) -> Self {
        Self::Count(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl From<u64> for Argument {
    fn from(count: u64) -> Self {
        Self::Count(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl From<u32> for Argument {
    fn from(count: u32) -> Self {
        Self::Count(count.into())
    }
}

impl From<Decimal> for Argument {
    fn from(number: Decimal) -> Self {
        Self::Number(number)
    }
}

impl From<Duration> for Argument {
    fn from(time: Duration) -> Self {
        Self::Time(time)
    }
}
