//! Every text a person can meet is there, in every language, and reads as a text should.

mod errors;
mod files;
mod sources;

use std::collections::{BTreeMap, BTreeSet};

use twinshore_words::{Argument, languages, say, say_with};

use files::{File, files};

/// Texts that are the same in another language on purpose, as `language key`.
const SAME_ON_PURPOSE: &[&str] = &[];

fn others(files: &BTreeMap<String, File>) -> impl Iterator<Item = (&String, &File)> {
    files.iter().filter(|(language, _)| *language != "en")
}

#[test]
fn every_language_has_every_text_and_no_other() {
    let files = files();
    let english: BTreeSet<&String> = files["en"].messages.keys().collect();
    for (language, file) in others(&files) {
        let own: BTreeSet<&String> = file.messages.keys().collect();
        let missing: Vec<_> = english.difference(&own).collect();
        let unknown: Vec<_> = own.difference(&english).collect();
        assert!(missing.is_empty(), "{language}.ftl lacks {missing:?}; until then they are said in English");
        assert!(unknown.is_empty(), "{language}.ftl has {unknown:?}, which en.ftl does not have");
    }
}

#[test]
fn texts_name_the_same_things_in_every_language_and_have_the_same_parts() {
    let files = files();
    for (language, file) in others(&files) {
        for (key, message) in &file.messages {
            let Some(english) = files["en"].messages.get(key) else { continue };
            assert_eq!(message.names, english.names, "{language}.ftl: {key} must name what en.ftl names");
            let (parts, wanted) = (message.parts.keys(), english.parts.keys());
            assert!(parts.eq(wanted), "{language}.ftl: {key} must have the parts that en.ftl has");
        }
    }
}

#[test]
fn no_text_was_left_in_english() {
    let files = files();
    for (language, file) in others(&files) {
        for (key, message) in &file.messages {
            let same = files["en"].messages.get(key).is_some_and(|english| english.parts == message.parts);
            let listed = SAME_ON_PURPOSE.contains(&format!("{language} {key}").as_str());
            assert!(!same || listed, "{language}.ftl: {key} is the English text");
        }
    }
}

#[test]
fn a_refusal_says_what_happened_what_is_safe_and_what_to_do() {
    for (language, file) in files() {
        for (key, message) in file.messages.iter().filter(|(key, _)| key.starts_with("error-")) {
            for part in ["", "safe", "do"] {
                let text = message.parts.get(part).map(String::as_str).unwrap_or_default();
                let sentence = text.ends_with('.') && text.chars().count() > 10;
                assert!(sentence, "{language}.ftl: {key} .{part} must be a sentence, it is {text:?}");
            }
        }
    }
}

#[test]
fn every_text_that_the_sources_say_exists_and_gets_what_it_names() {
    let english = &files()["en"];
    for said in sources::said() {
        let Some(message) = english.messages.get(&said.key) else { panic!("{}: en.ftl lacks {}", said.place, said.key) };
        if let Some(given) = &said.given {
            assert_eq!(given, &message.names, "{}: {} is not given what it names", said.place, said.key);
        }
    }
}

#[test]
fn every_text_is_said_somewhere() {
    let literals = sources::literals();
    let unused: Vec<_> = files()["en"].messages.keys().filter(|key| !literals.contains(*key)).cloned().collect();
    assert!(unused.is_empty(), "nothing says {unused:?}; take them out of the files");
}

#[test]
fn plurals_follow_the_language() {
    let russian =
        [(1, "1 символа."), (2, "2 символов."), (5, "5 символов."), (21, "21 символа."), (1000, "1\u{a0}000 символов.")];
    for (length, ending) in russian {
        let text = say_with("ru", "parse-long", &[("length", Argument::Count(length))]);
        assert!(text.ends_with(ending), "{text}");
    }
    let used_up =
        |length| say_with("ru", "check-numbers-used", &[("title", "Код".into()), ("length", Argument::Count(length))]);
    assert!(used_up(1).contains("длиной 1 символ закон"), "{}", used_up(1));
    assert!(used_up(3).contains("длиной 3 символа закон"), "{}", used_up(3));
    assert!(used_up(11).contains("длиной 11 символов закон"), "{}", used_up(11));
    let english = |length| say_with("en", "parse-long", &[("length", Argument::Count(length))]);
    assert!(english(1).ends_with("1 character."), "{}", english(1));
    assert!(english(21).ends_with("21 characters."), "{}", english(21));
}

#[test]
fn times_are_said_as_people_say_them() {
    let said = |language: &str, ms: u64| {
        say_with(language, "error-try-later", &[("wait", std::time::Duration::from_millis(ms).into())])
    };
    for (ms, english, russian) in [
        (8_400, " 8.4 s and", " 8,4 с и"),
        (45_000, " 45 s and", " 45 с и"),
        (600_000, " 10 min and", " 10 мин и"),
        (7_300_000, " 3 h and", " 3 ч и"),
    ] {
        assert!(said("en", ms).contains(english), "{}", said("en", ms));
        assert!(said("ru", ms).contains(russian), "{}", said("ru", ms));
    }
}

#[test]
fn a_language_without_texts_is_spoken_to_in_english_and_regions_do_not_matter() {
    assert!(languages().eq(["en", "ru"]));
    assert_eq!(say("de", "saved"), say("en", "saved"));
    assert_eq!(say("", "saved"), "Saved.");
    assert_eq!(say("ru-RU", "saved"), "Записано.");
    assert_eq!(say("ru_RU", "saved"), "Записано.");
    assert_eq!(say("en", "no-such-text"), "no-such-text");
}
