//! `//#if`, `//#else`, `//#endif`: code of other targets becomes empty lines, so that lines keep their numbers (P3).

use crate::diagnostics::{Diagnostics, Place, closest};

const SYMBOLS: [&str; 4] = ["Server", "MobileApplicationServer", "Client", "MobileClient"];

struct Open {
    line: u32,
    taken: bool,
    live: bool,
    outer: bool,
    has_else: bool,
}

/// The text for a target with these symbols; none if directives are wrong.
pub fn resolve(file: &str, text: &str, symbols: &[&str], diagnostics: &mut Diagnostics) -> Option<String> {
    let mut open: Vec<Open> = Vec::new();
    let mut out = String::with_capacity(text.len());
    let mut good = true;
    for (at, line) in text.lines().enumerate() {
        let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
        let place = Place { file: file.to_owned(), line: number, column: 1 };
        let live = open.last().is_none_or(|o| o.live);
        let Some(directive) = line.trim().strip_prefix("//#") else {
            if live {
                out.push_str(line);
            }
            out.push('\n');
            continue;
        };
        out.push('\n');
        let (word, rest) = directive.split_once(char::is_whitespace).unwrap_or((directive, ""));
        match word {
            "if" => match evaluate(rest.trim(), symbols) {
                Ok(value) => open.push(Open { line: number, taken: value, live: live && value, outer: live, has_else: false }),
                Err(message) => {
                    diagnostics.error("directive", &place, message.0, message.1);
                    good = false;
                    open.push(Open { line: number, taken: true, live: false, outer: live, has_else: false });
                }
            },
            "else" => match open.last_mut() {
                Some(last) if !last.has_else => {
                    last.live = last.outer && !last.taken;
                    last.has_else = true;
                }
                _ => {
                    diagnostics.error("directive", &place, "`//#else` without `//#if`", "");
                    good = false;
                }
            },
            "endif" => {
                if open.pop().is_none() {
                    diagnostics.error("directive", &place, "`//#endif` without `//#if`", "");
                    good = false;
                }
            }
            other => {
                diagnostics.error(
                    "directive",
                    &place,
                    format!("`//#{other}` is not a directive"),
                    closest(other, ["if", "else", "endif"]),
                );
                good = false;
            }
        }
    }
    for unclosed in open {
        let place = Place { file: file.to_owned(), line: unclosed.line, column: 1 };
        diagnostics.error("directive", &place, "this `//#if` has no `//#endif`", "add `//#endif` on a line of its own");
        good = false;
    }
    good.then_some(out)
}

fn evaluate(text: &str, symbols: &[&str]) -> Result<bool, (String, String)> {
    if text.is_empty() {
        return Err(("`//#if` names no symbol".into(), "write `//#if MobileApplicationServer`".into()));
    }
    let mut any = false;
    for alternative in text.split("||") {
        let mut all = true;
        for part in alternative.split("&&") {
            let part = part.trim();
            let (negated, name) = part.strip_prefix('!').map_or((false, part), |rest| (true, rest.trim()));
            if !SYMBOLS.contains(&name) {
                return Err((format!("`{name}` is not a symbol"), closest(name, SYMBOLS)));
            }
            all &= symbols.contains(&name) != negated;
        }
        any |= all;
    }
    Ok(any)
}

#[cfg(test)]
mod tests {
    use super::*;
    use twinshore_metadata::Target;

    fn check(text: &str, target: Target, expect: &str) {
        let mut diagnostics = Diagnostics::default();
        let resolved =
            resolve("a.ts", text, target.symbols(), &mut diagnostics).unwrap_or_else(|| panic!("{:?}", diagnostics.0));
        assert_eq!(resolved, expect, "{target:?}");
    }

    #[test]
    fn s81_each_target_gets_its_branch_and_lines_keep_their_numbers() {
        let text = "a\n//#if MobileApplicationServer\nb\n//#else\nc\n//#endif\nd\n";
        check(text, Target::StandaloneServer, "a\n\nb\n\n\n\nd\n");
        check(text, Target::MainServer, "a\n\n\n\nc\n\nd\n");
    }

    #[test]
    fn s82_negation_and_nesting_work() {
        let text = "//#if !MobileApplicationServer && Server\na\n//#if Client || Server\nb\n//#endif\n//#endif\n";
        check(text, Target::MainServer, "\na\n\nb\n\n\n");
        check(text, Target::StandaloneServer, "\n\n\n\n\n\n");
        check(text, Target::ClientOfMain, "\n\n\n\n\n\n");
    }

    #[test]
    fn wrong_directives_are_told_with_their_line() {
        for (text, line) in
            [("a\n//#if Servr\n//#endif", 2), ("//#else", 1), ("//#endif", 1), ("\n\n//#if Server\n", 3), ("//#elif x", 1)]
        {
            let mut diagnostics = Diagnostics::default();
            assert!(resolve("a.ts", text, &["Server"], &mut diagnostics).is_none());
            assert_eq!(diagnostics.0[0].place.line, line, "{text}");
        }
    }
}
