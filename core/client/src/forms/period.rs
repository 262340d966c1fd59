//! Periods on forms: two attributes, each with a field of its own, that a standard period sets both.
//!
//! Invariant: the ends are attributes like any other, so they are written, kept in drafts and carried to another form one by one (F10).

use chrono::NaiveDate;
use twinshore_metadata::{
    AttributeType, DateParts, ElementDefinition, ElementKind, StandardPeriod, TypeSet, Value, is_out_of_order, text,
};

use super::session::FormSession;
use super::words;

/// Attributes of an element's period: first and last.
pub fn ends_of(element: &ElementDefinition) -> Option<[&str; 2]> {
    match &element.kind {
        ElementKind::Period { start, end, .. } => Some([start, end]),
        _ => None,
    }
}

/// The period that an element is an end of.
pub fn period_around(form: &FormSession, element: u32) -> Option<u32> {
    let parent = form.definition.elements.get(element as usize)?.parent?;
    ends_of(form.definition.elements.get(parent as usize)?).map(|_| parent)
}

/// True if the period in an element ends before it starts.
pub fn is_wrong(form: &FormSession, element: &ElementDefinition) -> bool {
    ends_of(element).is_some_and(|[start, end]| is_out_of_order(form.record.get(start), form.record.get(end)))
}

/// What the ends of a period become; nothing if the element offers no such period.
pub fn chosen(form: &FormSession, element: u32, choice: &str, today: NaiveDate) -> Option<[(String, Value); 2]> {
    let element = form.definition.elements.get(element as usize)?;
    let ElementKind::Period { start, end, choices } = &element.kind else { return None };
    let period: StandardPeriod = choice.parse().ok().filter(|period| choices.contains(period))?;
    let (first, last) = period.ends(today, parts_of(form.types(start, None).as_ref()));
    Some([(start.clone(), first), (end.clone(), last)])
}

/// How a period reads: by its name if it has one today, else by its ends.
pub fn text_of(form: &FormSession, element: &ElementDefinition, today: NaiveDate, locale: &text::Locale) -> String {
    let ElementKind::Period { start, end, choices } = &element.kind else { return String::new() };
    let types = form.types(start, None).unwrap_or(TypeSet(Vec::new()));
    let (first, last) = (form.record.get(start), form.record.get(end));
    let parts = parts_of(Some(&types));
    let named = choices.iter().find(|period| {
        let ends = period.ends(today, parts);
        (&ends.0, &ends.1) == (first, last)
    });
    if let Some(period) = named {
        return words::say(&locale.language, word(*period)).to_owned();
    }
    let shown = |value: &Value| match value {
        Value::Empty => "…".to_owned(),
        value => text::format(value, &types, locale, None),
    };
    format!("{} – {}", shown(first), shown(last))
}

/// The first period that ends before it starts, as it reads, for a refusal to write it.
pub fn first_wrong(form: &FormSession, today: NaiveDate, locale: &text::Locale) -> Option<String> {
    let element = form.definition.elements.iter().find(|element| is_wrong(form, element))?;
    Some(text_of(form, element, today, locale))
}

/// Name of a standard period among the platform's words.
pub const fn word(period: StandardPeriod) -> &'static str {
    match period {
        StandardPeriod::Any => "period-any",
        StandardPeriod::Today => "period-today",
        StandardPeriod::Yesterday => "period-yesterday",
        StandardPeriod::ThisWeek => "period-thisWeek",
        StandardPeriod::LastWeek => "period-lastWeek",
        StandardPeriod::ThisMonth => "period-thisMonth",
        StandardPeriod::LastMonth => "period-lastMonth",
        StandardPeriod::ThisQuarter => "period-thisQuarter",
        StandardPeriod::LastQuarter => "period-lastQuarter",
        StandardPeriod::ThisYear => "period-thisYear",
        StandardPeriod::LastYear => "period-lastYear",
    }
}

fn parts_of(types: Option<&TypeSet>) -> DateParts {
    match types.and_then(TypeSet::single) {
        Some(AttributeType::Date(parts)) => *parts,
        _ => DateParts::Date,
    }
}
