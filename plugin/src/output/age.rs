//! Ages as kubectl prints them.

use jiff::Timestamp;

/// The time now, as [`age`] takes it.
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// The time since `created` as kubectl shortens it: `45s`, `7m3s`, `5h10m`, `12d`, `3y`.
pub(crate) fn age(created: Option<&str>, now: Timestamp) -> String {
    let Some(created) = created.and_then(|it| it.parse::<Timestamp>().ok()) else { return "<unknown>".to_owned() };
    // Two clocks may differ a little.
    let seconds = now.duration_since(created).as_secs().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    let with = |whole: i64, unit: &str, rest: i64, part: &str| {
        if rest == 0 { format!("{whole}{unit}") } else { format!("{whole}{unit}{rest}{part}") }
    };
    match () {
        () if seconds < 120 => format!("{seconds}s"),
        () if minutes < 10 => with(minutes, "m", seconds % 60, "s"),
        () if minutes < 180 => format!("{minutes}m"),
        () if hours < 8 => with(hours, "h", minutes % 60, "m"),
        () if hours < 48 => format!("{hours}h"),
        () if days < 8 => with(days, "d", hours % 24, "h"),
        () if days < 730 => format!("{days}d"),
        () if days < 2920 => with(days / 365, "y", days % 365, "d"),
        () => format!("{}y", days / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_shortened_as_kubectl_shortens_them() {
        let now = "2026-01-10T00:00:00Z".parse().unwrap();
        for (created, expected) in [
            ("2026-01-10T00:00:00Z", "0s"),
            ("2026-01-09T23:58:01Z", "119s"),
            ("2026-01-09T23:52:57Z", "7m3s"),
            ("2026-01-09T23:52:00Z", "8m"),
            ("2026-01-09T22:00:00Z", "120m"),
            ("2026-01-09T18:50:00Z", "5h10m"),
            ("2026-01-09T00:00:00Z", "24h"),
            ("2026-01-07T21:00:00Z", "2d3h"),
            ("2025-12-29T00:00:00Z", "12d"),
            ("2023-01-08T00:00:00Z", "3y3d"),
            ("2016-01-08T00:00:00Z", "10y"),
            ("2026-01-10T00:00:05Z", "0s"),
            ("banana", "<unknown>"),
        ] {
            assert_eq!(age(Some(created), now), expected, "{created}");
        }
        assert_eq!(age(None, now), "<unknown>");
    }
}
