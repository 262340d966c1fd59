//! A code in the terminal, for the camera of a phone.

use std::io::IsTerminal as _;

use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};

fn code_of(text: &str) -> Option<QrCode> {
    QrCode::with_error_correction_level(text, EcLevel::L).ok()
}

/// A text as a QR code, row by row: `#` is dark. Nothing if it is too long for one. The quiet zone is the drawer's.
pub fn rows(text: &str) -> Vec<String> {
    let Some(code) = code_of(text) else { return Vec::new() };
    let modules = code.to_colors();
    modules.chunks(code.width()).map(|row| row.iter().map(|color| color.select('#', ' ')).collect()).collect()
}

/// Draws a text as a QR code in characters; none if it is too long for one.
fn draw(text: &str) -> Option<String> {
    let code = code_of(text)?;
    // Drawn in the colour of the letters, which is light on most terminals: what is light in the code is drawn.
    Some(code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).quiet_zone(true).build())
}

/// The same for a terminal, in colours of its own, so that a dark one and a light one show the same.
pub fn for_terminal(text: &str) -> Option<String> {
    let drawn = draw(text)?;
    if !std::io::stdout().is_terminal() {
        return Some(drawn);
    }
    Some(drawn.lines().map(|line| format!("\x1b[97;40m{line}\x1b[0m\n")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_a_quiet_zone_and_what_is_too_long_has_none() {
        let drawn =
            draw("twinshore://sign-in?server=https%3A%2F%2Fmain.example&user=ann&code=00112233445566778899").expect("a code");
        let lines: Vec<&str> = drawn.lines().collect();
        let width = lines[0].chars().count();
        assert!(lines.iter().all(|line| line.chars().count() == width), "{drawn}");
        // Light is drawn: a line of the zone is one block after another.
        assert!(lines[0].chars().all(|c| c == '█'), "{drawn}");
        assert!(draw(&"x".repeat(4_000)).is_none() && rows(&"x".repeat(4_000)).is_empty());
    }

    #[test]
    fn rows_are_as_long_as_there_are_many_and_begin_with_the_mark_of_a_corner() {
        let rows = rows("twinshore://sign-in");
        assert!(rows.iter().all(|row| row.chars().count() == rows.len()), "{rows:?}");
        assert!(rows[0].starts_with("####### ") && rows[1].starts_with("#     # "), "{rows:?}");
    }
}
