//! Exact arithmetic for the class `Decimal` of the prelude.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

/// Carries out an operation on numbers as texts. The result is a text, `-1`, `0` or `1` for `cmp`; the error is for the author.
pub fn calculate(operation: &str, a: &str, b: &str, scale: i32) -> Result<String, String> {
    let left = parse(a)?;
    let right = parse(b)?;
    let too_big = || format!("{a} {operation} {b}: the result has more than 28 digits");
    let result = match operation {
        "of" => left,
        "add" => left.checked_add(right).ok_or_else(too_big)?,
        "sub" => left.checked_sub(right).ok_or_else(too_big)?,
        "mul" => left.checked_mul(right).ok_or_else(too_big)?,
        "div" if right.is_zero() => return Err(format!("{a} can't be divided by zero")),
        "div" => {
            let quotient = left.checked_div(right).ok_or_else(too_big)?;
            if scale < 0 { quotient } else { rounded(quotient, scale) }
        }
        "round" => rounded(left, scale),
        "cmp" => return Ok((left.cmp(&right) as i8).to_string()),
        _ => return Err(format!("unknown operation {operation}")),
    };
    Ok(result.normalize().to_string())
}

fn rounded(number: Decimal, scale: i32) -> Decimal {
    number.round_dp_with_strategy(scale.to_u32().unwrap_or(0).min(28), RoundingStrategy::MidpointAwayFromZero)
}

fn parse(text: &str) -> Result<Decimal, String> {
    let text = text.trim();
    text.parse()
        .or_else(|_| Decimal::from_scientific(text))
        .map_err(|_| format!("`{text}` is not a number of at most 28 digits"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(operation: &str, a: &str, b: &str, scale: i32, expect: &str) {
        assert_eq!(calculate(operation, a, b, scale).as_deref(), Ok(expect), "{a} {operation} {b}");
    }

    #[test]
    fn money_is_counted_exactly() {
        check("add", "0.1", "0.2", 0, "0.3");
        check("mul", "19.99", "3", 0, "59.97");
        check("div", "10", "3", 2, "3.33");
        check("round", "1.005", "0", 2, "1.01");
        check("round", "-1.005", "0", 2, "-1.01");
        check("cmp", "1.0", "1", 0, "0");
        check("of", "1e3", "0", 0, "1000");
    }

    #[test]
    fn what_can_not_be_counted_is_an_error() {
        assert!(calculate("div", "1", "0", 0).is_err());
        assert!(calculate("of", "one", "0", 0).is_err());
        assert!(calculate("mul", "9999999999999999999999999999", "10", 0).is_err());
    }
}
