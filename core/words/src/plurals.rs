//! Which form of a word goes with how many (CLDR's cardinal rules for whole numbers).

/// The category of a number: `zero`, `one`, `two`, `few`, `many` or `other`. A language that is not here has `one` for 1.
pub fn category(language: &str, count: i64) -> &'static str {
    let n = count.unsigned_abs();
    let (tens, units) = (n % 100, n % 10);
    match language {
        "id" | "ja" | "km" | "ko" | "lo" | "ms" | "my" | "th" | "vi" | "zh" => "other",
        "am" | "as" | "bn" | "fa" | "gu" | "hi" | "hy" | "kn" | "pa" | "zu" if n < 2 => "one",
        "fr" | "pt" if n < 2 => "one",
        "es" | "fr" | "it" | "pt" if n != 0 && n.is_multiple_of(1_000_000) => "many",
        "be" | "ru" | "uk" => slavic(tens, units, "many"),
        "bs" | "hr" | "sr" => slavic(tens, units, "other"),
        "pl" if n == 1 => "one",
        "pl" if units_are_few(tens, units) => "few",
        "pl" => "many",
        "cs" | "sk" if (2..=4).contains(&n) => "few",
        "sl" if tens == 1 => "one",
        "sl" if tens == 2 => "two",
        "sl" if tens == 3 || tens == 4 => "few",
        "sl" => "other",
        "lt" if units == 1 && !(11..=19).contains(&tens) => "one",
        "lt" if units > 1 && !(11..=19).contains(&tens) => "few",
        "lt" => "other",
        "lv" if units == 0 || (11..=19).contains(&tens) => "zero",
        "lv" if units == 1 => "one",
        "lv" => "other",
        "mk" | "is" if units == 1 && tens != 11 => "one",
        "mk" | "is" => "other",
        "mo" | "ro" if n != 1 && (n == 0 || (1..=19).contains(&tens)) => "few",
        "he" if n == 2 => "two",
        "ar" => arabic(n, tens),
        "cy" => ["zero", "one", "two", "few", "other", "other", "many"].get(index(n)).copied().unwrap_or("other"),
        "ga" if n == 2 => "two",
        "ga" if (3..=6).contains(&n) => "few",
        "ga" if (7..=10).contains(&n) => "many",
        _ if n == 1 => "one",
        _ => "other",
    }
}

fn index(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

const fn units_are_few(tens: u64, units: u64) -> bool {
    units >= 2 && units <= 4 && !(tens >= 12 && tens <= 14)
}

const fn slavic(tens: u64, units: u64, rest: &'static str) -> &'static str {
    if units == 1 && tens != 11 {
        "one"
    } else if units_are_few(tens, units) {
        "few"
    } else {
        rest
    }
}

const fn arabic(n: u64, tens: u64) -> &'static str {
    match (n, tens) {
        (0, _) => "zero",
        (1, _) => "one",
        (2, _) => "two",
        (_, 3..=10) => "few",
        (_, 11..=99) => "many",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::category;

    fn check(language: &str, expected: &[(&str, &[i64])]) {
        for (name, numbers) in expected {
            for number in *numbers {
                assert_eq!(category(language, *number), *name, "{language} {number}");
            }
        }
    }

    #[test]
    fn numbers_choose_the_form_that_cldr_gives_as_examples() {
        check("en", &[("one", &[1, -1]), ("other", &[0, 2, 11, 21, 1000])]);
        check("ru", &[("one", &[1, 21, 101]), ("few", &[2, 3, 24, 102]), ("many", &[0, 5, 11, 12, 14, 19, 100, 111])]);
        check("sr", &[("one", &[1, 21]), ("few", &[2, 34]), ("other", &[0, 5, 11, 12])]);
        check("pl", &[("one", &[1]), ("few", &[2, 22, 104]), ("many", &[0, 5, 12, 21, 112])]);
        check("cs", &[("one", &[1]), ("few", &[2, 4]), ("other", &[0, 5, 22])]);
        check("lt", &[("one", &[1, 21]), ("few", &[2, 9, 29]), ("other", &[0, 10, 11, 20])]);
        check("lv", &[("zero", &[0, 10, 11, 30]), ("one", &[1, 21]), ("other", &[2, 29])]);
        check("ro", &[("one", &[1]), ("few", &[0, 2, 16, 101]), ("other", &[20, 35, 100])]);
        check(
            "ar",
            &[("zero", &[0]), ("one", &[1]), ("two", &[2]), ("few", &[3, 103]), ("many", &[11, 99]), ("other", &[100, 102])],
        );
        check("fr", &[("one", &[0, 1]), ("other", &[2, 17]), ("many", &[1_000_000])]);
        check("ja", &[("other", &[0, 1, 2])]);
        check("de", &[("one", &[1]), ("other", &[0, 2])]);
    }
}
