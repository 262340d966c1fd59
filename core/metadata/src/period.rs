//! Standard periods: what a person means by "this month" on a given day. Pure.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::{DateParts, Value};

/// A period that is chosen by its name. Weeks begin on Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub enum StandardPeriod {
    /// Without ends.
    Any,
    Today,
    Yesterday,
    ThisWeek,
    LastWeek,
    ThisMonth,
    LastMonth,
    ThisQuarter,
    LastQuarter,
    ThisYear,
    LastYear,
}

/// A text is no standard period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a standard period; known: {names}", names = StandardPeriod::names())]
pub struct PeriodError(pub String);

impl StandardPeriod {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 11] = [
        Self::Any,
        Self::Today,
        Self::Yesterday,
        Self::ThisWeek,
        Self::LastWeek,
        Self::ThisMonth,
        Self::LastMonth,
        Self::ThisQuarter,
        Self::LastQuarter,
        Self::ThisYear,
        Self::LastYear,
    ];

    /// Its name in configurations and modules.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Today => "today",
            Self::Yesterday => "yesterday",
            Self::ThisWeek => "thisWeek",
            Self::LastWeek => "lastWeek",
            Self::ThisMonth => "thisMonth",
            Self::LastMonth => "lastMonth",
            Self::ThisQuarter => "thisQuarter",
            Self::LastQuarter => "lastQuarter",
            Self::ThisYear => "thisYear",
            Self::LastYear => "lastYear",
        }
    }

    fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// First and last day; none for a period without ends, or beyond the calendar.
    pub fn days(self, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
        let monday = today.checked_sub_days(Days::new(today.weekday().num_days_from_monday().into()))?;
        let month = today.with_day(1)?;
        let quarter = month.with_month0(month.month0() / 3 * 3)?;
        let year = month.with_month0(0)?;
        let of_days = |first: NaiveDate, count: u64| Some((first, first.checked_add_days(Days::new(count - 1))?));
        let of_months = |first: NaiveDate, count: u32| Some((first, first.checked_add_months(Months::new(count))?.pred_opt()?));
        match self {
            Self::Any => None,
            Self::Today => of_days(today, 1),
            Self::Yesterday => of_days(today.pred_opt()?, 1),
            Self::ThisWeek => of_days(monday, 7),
            Self::LastWeek => of_days(monday.checked_sub_days(Days::new(7))?, 7),
            Self::ThisMonth => of_months(month, 1),
            Self::LastMonth => of_months(month.checked_sub_months(Months::new(1))?, 1),
            Self::ThisQuarter => of_months(quarter, 3),
            Self::LastQuarter => of_months(quarter.checked_sub_months(Months::new(3))?, 3),
            Self::ThisYear => of_months(year, 12),
            Self::LastYear => of_months(year.checked_sub_months(Months::new(12))?, 12),
        }
    }

    /// Values of the two attributes of a period: days, or the first and the last second.
    pub fn ends(self, today: NaiveDate, parts: DateParts) -> (Value, Value) {
        let last_second = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default();
        match self.days(today) {
            None => (Value::Empty, Value::Empty),
            Some((first, last)) => {
                let end = if parts == DateParts::DateTime { last_second } else { NaiveTime::MIN };
                (Value::Date(first.and_time(NaiveTime::MIN)), Value::Date(last.and_time(end)))
            }
        }
    }
}

/// True if a period ends before it starts. One without an end on either side is in order.
pub fn is_out_of_order(start: &Value, end: &Value) -> bool {
    let moment = |value: &Value| -> Option<NaiveDateTime> {
        match value {
            Value::Date(moment) => Some(*moment),
            _ => None,
        }
    };
    moment(start).zip(moment(end)).is_some_and(|(start, end)| start > end)
}

impl fmt::Display for StandardPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for StandardPeriod {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        Self::ALL.into_iter().find(|period| period.name() == text).ok_or_else(|| PeriodError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn check(name: &str, today: &str, first: &str, last: &str) {
        let period: StandardPeriod = name.parse().expect("a period");
        assert_eq!(period.days(day(today)), Some((day(first), day(last))), "{name} on {today}");
    }

    #[test]
    fn standard_periods_are_whole_weeks_months_quarters_and_years() {
        check("today", "2026-11-25", "2026-11-25", "2026-11-25");
        check("yesterday", "2026-01-01", "2025-12-31", "2025-12-31");
        check("thisWeek", "2026-11-25", "2026-11-23", "2026-11-29");
        check("thisWeek", "2026-11-29", "2026-11-23", "2026-11-29");
        check("lastWeek", "2026-01-01", "2025-12-22", "2025-12-28");
        check("thisMonth", "2028-02-10", "2028-02-01", "2028-02-29");
        check("lastMonth", "2026-03-31", "2026-02-01", "2026-02-28");
        check("lastMonth", "2026-01-15", "2025-12-01", "2025-12-31");
        check("thisQuarter", "2026-11-25", "2026-10-01", "2026-12-31");
        check("lastQuarter", "2026-02-28", "2025-10-01", "2025-12-31");
        check("thisYear", "2026-11-25", "2026-01-01", "2026-12-31");
        check("lastYear", "2028-02-29", "2027-01-01", "2027-12-31");
    }

    #[test]
    fn a_period_of_moments_holds_its_last_second_and_any_has_no_ends() {
        let moment = |text: &str| Value::from_json(&serde_json::json!({ "$date": text })).expect("a date");
        let (start, end) = StandardPeriod::Today.ends(day("2026-11-25"), DateParts::DateTime);
        assert_eq!((start, end), (moment("2026-11-25"), moment("2026-11-25T23:59:59")));
        let (start, end) = StandardPeriod::Today.ends(day("2026-11-25"), DateParts::Date);
        assert_eq!(start, end);
        assert_eq!(StandardPeriod::Any.ends(day("2026-11-25"), DateParts::Date), (Value::Empty, Value::Empty));
        assert_eq!(StandardPeriod::ThisWeek.days(NaiveDate::MIN), None, "beyond the calendar");
    }

    #[test]
    fn names_lead_back_and_a_wrong_one_is_told_with_the_known_ones() {
        for period in StandardPeriod::ALL {
            assert_eq!(period.name().parse(), Ok(period));
            assert_eq!(serde_json::to_value(period).expect("a name"), period.name());
        }
        let error = "thisCentury".parse::<StandardPeriod>().expect_err("unknown");
        assert!(error.to_string().contains("lastQuarter"), "{error}");
    }

    #[test]
    fn only_two_known_ends_can_be_out_of_order() {
        let (early, late) = StandardPeriod::ThisYear.ends(day("2026-11-25"), DateParts::Date);
        assert!(is_out_of_order(&late, &early) && !is_out_of_order(&early, &late) && !is_out_of_order(&early, &early));
        assert!(!is_out_of_order(&late, &Value::Empty) && !is_out_of_order(&Value::Empty, &early));
    }
}
