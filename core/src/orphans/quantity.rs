//! Reads and writes Kubernetes' quantities: `250m`, `1Gi`, `2e3`.

/// The factor of each suffix in thousandths of thousandths of thousandths.
const SUFFIXES: [(&str, i128); 16] = [
    ("", NANO),
    ("n", 1),
    ("u", 1000),
    ("m", 1_000_000),
    ("k", NANO * 1000),
    ("M", NANO * 1_000_000),
    ("G", NANO * 1_000_000_000),
    ("T", NANO * 1_000_000_000_000),
    ("P", NANO * 1_000_000_000_000_000),
    ("E", NANO * 1_000_000_000_000_000_000),
    ("Ki", NANO << 10),
    ("Mi", NANO << 20),
    ("Gi", NANO << 30),
    ("Ti", NANO << 40),
    ("Pi", NANO << 50),
    ("Ei", NANO << 60),
];

const NANO: i128 = 1_000_000_000;

/// The quantity in thousandths, rounded up as Kubernetes does; `None` for what is no quantity, is negative or out of bounds.
pub(super) fn thousandths(text: &str) -> Option<u64> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let end = text.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || digits.len() > 18 || digits.contains('.') {
        return None;
    }
    let digits: i128 = digits.parse().ok()?;
    let factor = match SUFFIXES.iter().find(|(it, _)| *it == suffix) {
        Some((_, factor)) => *factor,
        None => exponent(suffix)?,
    };
    let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    // A thousandth is a million of the smallest parts.
    let parts = digits.checked_mul(factor)?;
    let divisor = scale.checked_mul(NANO / 1000)?;
    u64::try_from(parts.checked_add(divisor - 1)? / divisor).ok()
}

fn exponent(suffix: &str) -> Option<i128> {
    let digits = suffix.strip_prefix(['e', 'E'])?;
    let exponent: i32 = digits.parse().ok()?;
    let power = 10_i128.checked_pow(u32::try_from(exponent + 9).ok()?);
    power.filter(|_| (-9..=18).contains(&exponent))
}

/// Thousandths of a CPU as Kubernetes writes them: `250m`, `2`.
pub(super) fn cpu(thousandths: u64) -> String {
    if thousandths.is_multiple_of(1000) { (thousandths / 1000).to_string() } else { format!("{thousandths}m") }
}

/// Bytes with the greatest suffix that leaves a whole number.
pub(super) fn bytes(bytes: u64) -> String {
    let suffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi"];
    let power = (bytes.trailing_zeros() / 10).min(5) as usize;
    if bytes == 0 { "0".to_owned() } else { format!("{}{}", bytes >> (10 * power), suffixes[power]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_as_kubernetes_writes_them() {
        for (text, expected) in [
            ("250m", 250),
            ("2", 2000),
            ("0.5", 500),
            (".5", 500),
            ("1.", 1000),
            ("+1", 1000),
            ("1Ki", 1_024_000),
            ("1.5Gi", 1_610_612_736_000),
            ("1e3", 1_000_000),
            ("1E3", 1_000_000),
            ("100n", 1),
            ("0", 0),
            ("5e-1", 500),
        ] {
            assert_eq!(thousandths(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_none() {
        for text in [
            "",
            "-1",
            "a",
            "1x",
            "1.2.3",
            "1e",
            "1e99",
            "1e-99",
            "9999999999999999999",
            ".",
            "1 Gi",
            "++1",
            "1Gib",
            "1E",
        ] {
            assert_eq!(thousandths(text), None, "{text}");
        }
    }

    #[test]
    fn sums_are_written_as_short_as_they_can_be() {
        assert_eq!([cpu(0), cpu(250), cpu(2000), cpu(2500)], ["0", "250m", "2", "2500m"]);
        assert_eq!(
            [bytes(0), bytes(512), bytes(1 << 30), bytes(1536 << 20), bytes(1000)],
            ["0", "512", "1Gi", "1536Mi", "1000"]
        );
    }
}
