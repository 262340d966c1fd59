//! Values as people type and read them.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use rust_decimal::Decimal;

use crate::{AttributeType, Configuration, DateParts, TypeSet, Value};

/// How numbers and dates are written where the person is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locale {
    /// Language code (`en`, `ru`).
    pub language: String,
    /// Between whole and fraction.
    pub decimal_separator: char,
    /// Between thousands.
    pub group_separator: char,
    /// Days as `strftime` writes them.
    pub date_format: &'static str,
}

impl Locale {
    /// The usual forms of a language.
    pub fn of(language: &str) -> Self {
        let russian = language.starts_with("ru");
        Self {
            language: language.to_owned(),
            decimal_separator: if russian { ',' } else { '.' },
            group_separator: if russian { '\u{a0}' } else { ',' },
            date_format: if russian { "%d.%m.%Y" } else { "%Y-%m-%d" },
        }
    }
}

/// A typed text is no value of the attribute. The words for the person who typed are in `core/words`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum ParseError {
    #[error("`{0}` is not a number")]
    NotANumber(String),
    #[error("at most {digits} digits before the point and {scale} after it")]
    TooManyDigits { digits: u8, scale: u8 },
    #[error("at most {0} characters")]
    TooLong(u32),
    #[error("`{text}` is not a date or time; write it like {example}")]
    NotADate { parts: DateParts, text: String, example: String },
    #[error("`{0}` is not an identifier; write it like 0199a3b0-5c1e-7000-8000-000000000001")]
    NotAnIdentifier(String),
    #[error("choose a value from the list")]
    NotTyped,
}

/// The value of a typed text. An empty text is the type's empty value.
///
/// # Errors
/// [`ParseError`] that says what to type instead.
pub fn parse(text: &str, types: &TypeSet, locale: &Locale) -> Result<Value, ParseError> {
    let mut last = ParseError::NotTyped;
    for t in &types.0 {
        match parse_one(text, t, locale) {
            Ok(value) => return Ok(value),
            Err(error) if last == ParseError::NotTyped => last = error,
            Err(_) => {}
        }
    }
    Err(last)
}

fn parse_one(text: &str, t: &AttributeType, locale: &Locale) -> Result<Value, ParseError> {
    if text.trim().is_empty() {
        return Ok(match t {
            AttributeType::String(_) | AttributeType::Text => Value::String(text.to_owned()),
            other => other.default_value(),
        });
    }
    match t {
        AttributeType::Text => Ok(Value::String(text.to_owned())),
        AttributeType::String(length) if text.chars().count() > *length as usize => Err(ParseError::TooLong(*length)),
        AttributeType::String(_) => Ok(Value::String(text.to_owned())),
        AttributeType::Decimal { digits, scale } => {
            let number = Value::Decimal(parse_number(text, locale)?);
            if t.accepts(&number) {
                Ok(number)
            } else {
                Err(ParseError::TooManyDigits { digits: digits - scale, scale: *scale })
            }
        }
        AttributeType::Boolean => match text.trim().to_lowercase().as_str() {
            "true" | "yes" | "1" | "да" => Ok(Value::Boolean(true)),
            "false" | "no" | "0" | "нет" => Ok(Value::Boolean(false)),
            _ => Err(ParseError::NotTyped),
        },
        AttributeType::Date(parts) => parse_date(text.trim(), *parts, locale),
        AttributeType::Uuid => text.trim().parse().map(Value::Uuid).map_err(|_| ParseError::NotAnIdentifier(text.to_owned())),
        _ => Err(ParseError::NotTyped),
    }
}

fn parse_number(text: &str, locale: &Locale) -> Result<Decimal, ParseError> {
    let error = || ParseError::NotANumber(text.to_owned());
    let plain: String = text
        .trim()
        .chars()
        .filter(|c| *c != locale.group_separator && !c.is_whitespace())
        .map(|c| if c == locale.decimal_separator { '.' } else { c })
        .collect();
    let shape_is_good =
        plain.chars().enumerate().all(|(i, c)| c.is_ascii_digit() || c == '.' || (i == 0 && (c == '-' || c == '+')));
    if !shape_is_good {
        return Err(error());
    }
    plain.parse().map_err(|_| error())
}

fn parse_date(text: &str, parts: DateParts, locale: &Locale) -> Result<Value, ParseError> {
    let first_day = NaiveDate::from_ymd_opt(1, 1, 1).expect("the first day of the calendar");
    let time = |text: &str| ["%H:%M:%S", "%H:%M"].iter().find_map(|f| NaiveTime::parse_from_str(text, f).ok());
    let day = |text: &str| ["%Y-%m-%d", locale.date_format].iter().find_map(|f| NaiveDate::parse_from_str(text, f).ok());
    let parsed = match parts {
        DateParts::Time => time(text).map(|t| first_day.and_time(t)),
        DateParts::Date => day(text).map(|d| d.and_time(NaiveTime::MIN)),
        DateParts::DateTime => match text.split_once([' ', 'T']) {
            Some((d, t)) => day(d).zip(time(t.trim())).map(|(d, t)| d.and_time(t)),
            None => day(text).map(|d| d.and_time(NaiveTime::MIN)),
        },
    };
    parsed.map(Value::Date).ok_or_else(|| {
        let example = NaiveDate::from_ymd_opt(2026, 1, 31).expect("a day").and_hms_opt(14, 30, 0).expect("a time");
        ParseError::NotADate { parts, text: text.to_owned(), example: format_date(&example, parts, locale) }
    })
}

/// A value as the person reads it. References show their presentation, enumeration values their title in the configuration.
pub fn format(value: &Value, types: &TypeSet, locale: &Locale, configuration: Option<&Configuration>) -> String {
    match value {
        Value::Empty => String::new(),
        Value::Boolean(b) => match (b, locale.language.starts_with("ru")) {
            (true, true) => "Да".into(),
            (false, true) => "Нет".into(),
            (true, false) => "Yes".into(),
            (false, false) => "No".into(),
        },
        Value::Decimal(number) => format_number(*number, scale_of(types), locale),
        Value::String(text) => text.clone(),
        Value::Date(date) => format_date(date, date_parts_of(types), locale),
        Value::Uuid(id) => id.to_string(),
        Value::Ref(reference) => configuration
            .and_then(|c| c.enumeration_value(reference))
            .map_or_else(|| reference.text(), |v| v.title.text(&locale.language).to_owned()),
        Value::Binary(bytes) => format!("{} B", bytes.len()),
        Value::Picture(_) | Value::Spreadsheet(_) | Value::Chart(_) => String::new(),
        Value::List(items) => items.iter().map(|v| format(v, types, locale, configuration)).collect::<Vec<_>>().join(", "),
        Value::Structure(fields) => fields
            .iter()
            .map(|(n, v)| format!("{n}: {}", format(v, types, locale, configuration)))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn scale_of(types: &TypeSet) -> Option<u32> {
    types.0.iter().find_map(|t| match t {
        AttributeType::Decimal { scale, .. } => Some(u32::from(*scale)),
        _ => None,
    })
}

fn date_parts_of(types: &TypeSet) -> DateParts {
    types
        .0
        .iter()
        .find_map(|t| match t {
            AttributeType::Date(parts) => Some(*parts),
            _ => None,
        })
        .unwrap_or(DateParts::DateTime)
}

/// A number with thousands apart and at least `scale` digits after the point.
pub fn format_number(number: Decimal, scale: Option<u32>, locale: &Locale) -> String {
    let mut shown = number.normalize();
    if let Some(scale) = scale
        && shown.scale() < scale
    {
        shown.rescale(scale);
    }
    let text = shown.abs().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    if number.is_sign_negative() && !number.is_zero() {
        out.push('-');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(locale.group_separator);
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push(locale.decimal_separator);
        out.push_str(fraction);
    }
    out
}

fn format_date(date: &NaiveDateTime, parts: DateParts, locale: &Locale) -> String {
    match parts {
        DateParts::Date => date.format(locale.date_format).to_string(),
        DateParts::Time => date.format("%H:%M").to_string(),
        DateParts::DateTime => date.format(&format!("{} %H:%M", locale.date_format)).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(text: &str) -> TypeSet {
        TypeSet::one(text.parse().expect("a type"))
    }

    #[test]
    fn numbers_are_read_as_written_in_the_persons_language() {
        let ru = Locale::of("ru");
        let value = parse("1 234,50", &types("decimal(15.2)"), &ru).expect("a number");
        assert_eq!(value, Value::Decimal("1234.50".parse().expect("number")));
        assert_eq!(format(&value, &types("decimal(15.2)"), &ru, None), "1\u{a0}234,50");
        assert_eq!(format(&value, &types("decimal(15.2)"), &Locale::of("en"), None), "1,234.50");
    }

    #[test]
    fn what_does_not_fit_says_what_would() {
        let en = Locale::of("en");
        assert_eq!(parse("12x", &types("decimal(15.2)"), &en), Err(ParseError::NotANumber("12x".into())));
        assert_eq!(parse("1.234", &types("decimal(5.2)"), &en), Err(ParseError::TooManyDigits { digits: 3, scale: 2 }));
        assert_eq!(parse("abcd", &types("string(3)"), &en), Err(ParseError::TooLong(3)));
        let error = parse("tomorrow", &types("date"), &en).expect_err("no date");
        assert!(error.to_string().contains("2026-01-31"), "{error}");
    }

    #[test]
    fn dates_are_read_in_both_usual_forms() {
        let ru = Locale::of("ru");
        let a = parse("31.01.2026 14:30", &types("datetime"), &ru).expect("a date");
        let b = parse("2026-01-31T14:30:00", &types("datetime"), &ru).expect("a date");
        assert_eq!(a, b);
    }
}
