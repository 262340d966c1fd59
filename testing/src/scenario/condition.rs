//! Links by name or by figures.

use indexmap::IndexMap;
use twinshore_metadata::Value;
use twinshore_modules::HostError;

use super::arguments::{number_of, text_of, trouble};
use crate::{LinkFigures, LinkState};

/// What a link of this name is like.
const NAMES: [(&str, LinkState); 10] = [
    ("good", LinkState::Good),
    ("slow", LinkState::Slow { latency_ms: 400, bytes_per_s: 16_000 }),
    ("lost", LinkState::Lost),
    ("flapping", LinkState::Flapping { up_ms: 400, down_ms: 400 }),
    ("halfOpen", LinkState::HalfOpen),
    ("captivePortal", LinkState::CaptivePortal),
    ("cutAnswers", LinkState::CutAnswers),
    ("unavailable503", LinkState::Unavailable),
    ("tlsFailure", LinkState::NoTls),
    ("dnsFailure", LinkState::NoName),
];

const FIGURES: [&str; 7] =
    ["latencyMs", "jitterMs", "bytesPerSecond", "lossPercent", "cutAfterBytes", "cutAnswers", "flapping"];

/// What a phone must notice of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notice {
    /// The main server can't be called any more.
    Gone,
    /// The main server can be called.
    There,
    /// Nothing that is sure to come.
    Nothing,
}

/// The link of a name or of figures; `seed` is where chance begins.
pub(super) fn of(condition: &IndexMap<String, Value>, seed: u64) -> Result<LinkState, HostError> {
    if let Some(name) = text_of(condition, "name") {
        let known = NAMES.iter().find(|(known, _)| *known == name).map(|(_, state)| *state);
        return known.ok_or_else(|| {
            let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
            trouble(format!("there is no link called {name}; there are {}", names.join(", ")))
        });
    }
    if let Some(unknown) = condition.keys().find(|key| !FIGURES.contains(&key.as_str())) {
        return Err(trouble(format!("a link has no figure {unknown}; there are {}", FIGURES.join(", "))));
    }
    if let Some(Value::Structure(spells)) = condition.get("flapping") {
        let spells: IndexMap<String, Value> = spells.iter().cloned().collect();
        let spell = |name: &str| number_of(&spells, name).unwrap_or(400);
        return Ok(LinkState::Flapping { up_ms: spell("upMs"), down_ms: spell("downMs") });
    }
    let figure = |name: &str| number_of(condition, name).unwrap_or(0);
    let cut = match condition.get("cutAnswers") {
        Some(Value::Boolean(true)) => Some(0),
        _ => number_of(condition, "cutAfterBytes"),
    };
    Ok(LinkState::Shaped(LinkFigures {
        latency_ms: figure("latencyMs"),
        jitter_ms: figure("jitterMs"),
        bytes_per_second: figure("bytesPerSecond"),
        loss_percent: u8::try_from(figure("lossPercent").min(100)).unwrap_or(100),
        cut_after_bytes: cut,
        seed,
    }))
}

/// What a phone that uses its link must notice.
pub(super) const fn notice(state: LinkState) -> Notice {
    match state {
        LinkState::Lost
        | LinkState::HalfOpen
        | LinkState::CaptivePortal
        | LinkState::CutAnswers
        | LinkState::Unavailable
        | LinkState::NoTls
        | LinkState::NoName => Notice::Gone,
        LinkState::Good | LinkState::Slow { .. } => Notice::There,
        LinkState::Shaped(figures) => match figures.cut_after_bytes {
            None => Notice::There,
            Some(0) => Notice::Gone,
            Some(_) => Notice::Nothing,
        },
        LinkState::Flapping { .. } | LinkState::CutAfter { .. } => Notice::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(json: &str) -> Result<LinkState, HostError> {
        let Value::Structure(fields) = serde_json::from_str(json).expect("JSON") else { panic!("a structure") };
        of(&fields.into_iter().collect(), 7)
    }

    #[test]
    fn links_are_told_by_name_or_in_figures_and_mistakes_name_what_there_is() {
        assert_eq!(condition(r#"{"name":"halfOpen"}"#).expect("a link"), LinkState::HalfOpen);
        let figures = condition(r#"{"latencyMs":300,"lossPercent":5}"#).expect("a link");
        let expect = LinkFigures { latency_ms: 300, loss_percent: 5, seed: 7, ..LinkFigures::default() };
        assert_eq!(figures, LinkState::Shaped(expect));
        assert_eq!(notice(figures), Notice::There);
        assert!(condition(r#"{"name":"wet"}"#).expect_err("unknown").message.contains("captivePortal"));
        assert!(condition(r#"{"latency":3}"#).expect_err("unknown").message.contains("latencyMs"));
        assert_eq!(notice(condition(r#"{"cutAnswers":true}"#).expect("a link")), Notice::Gone);
    }
}
