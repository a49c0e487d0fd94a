//! What a check found, and how all of it is told.

use serde_json::{Value, json};

use crate::output::{
    paint::{Paint, Tone},
    width,
};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// It is as it should be.
    Ok,
    /// It works, and somebody should know.
    Warning,
    /// It is not as it must be.
    Failed,
    /// Nothing here shows it either way.
    NotProvable,
    /// This user, or this place, cannot see it.
    NotVisible,
}

impl Finding {
    fn words(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::NotProvable => "not provable here",
            Self::NotVisible => "not visible",
        }
    }

    fn tone(self) -> Tone {
        match self {
            Self::Ok => Tone::Added,
            Self::Warning => Tone::Changed,
            Self::Failed => Tone::Denied,
            Self::NotProvable | Self::NotVisible => Tone::Faint,
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Check {
    pub(crate) name: String,
    pub(crate) finding: Finding,
    /// One sentence of what was seen.
    pub(crate) says: String,
    /// What to do about it, where something is to be done.
    pub(crate) fix: Option<String>,
}

impl Check {
    pub(crate) fn new(name: impl Into<String>, finding: Finding, says: impl Into<String>) -> Self {
        Self { name: name.into(), finding, says: says.into(), fix: None }
    }

    pub(crate) fn ok(name: impl Into<String>, says: impl Into<String>) -> Self {
        Self::new(name, Finding::Ok, says)
    }

    pub(crate) fn warning(name: impl Into<String>, says: impl Into<String>) -> Self {
        Self::new(name, Finding::Warning, says)
    }

    pub(crate) fn failed(name: impl Into<String>, says: impl Into<String>) -> Self {
        Self::new(name, Finding::Failed, says)
    }

    pub(crate) fn not_provable(name: impl Into<String>, says: impl Into<String>) -> Self {
        Self::new(name, Finding::NotProvable, says)
    }

    pub(crate) fn not_visible(name: impl Into<String>, says: impl Into<String>) -> Self {
        Self::new(name, Finding::NotVisible, says)
    }

    #[must_use]
    pub(crate) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}

/// Whether no check failed.
pub(crate) fn is_healthy(checks: &[Check]) -> bool {
    checks.iter().all(|it| it.finding != Finding::Failed)
}

/// The checks for people: how each ended, what it is, what was seen, and a fix under it.
pub(crate) fn text(checks: &[Check], paint: Paint) -> String {
    let longest = |texts: &mut dyn Iterator<Item = &str>| texts.map(width::of).max().unwrap_or_default();
    let findings = longest(&mut checks.iter().map(|it| it.finding.words()));
    let names = longest(&mut checks.iter().map(|it| it.name.as_str()));
    // The padding follows the colour, so that the columns stand with and without it.
    let cell =
        |tone, text: &str, to: usize| paint.text(tone, text) + &" ".repeat(to.saturating_sub(width::of(text)) + 3);
    let one_line = |text: &str| text.split('\n').map(str::trim).collect::<Vec<_>>().join(" ");
    let mut shown = String::new();
    for check in checks {
        shown += &cell(check.finding.tone(), check.finding.words(), findings);
        shown += &cell(Tone::Plain, &check.name, names);
        shown += &paint.text(Tone::Plain, &one_line(&check.says));
        shown.push('\n');
        if let Some(fix) = &check.fix {
            let indent = " ".repeat(findings + 3);
            shown += &format!("{indent}{}\n", paint.text(Tone::Plain, &format!("fix: {}", one_line(fix))));
        }
    }
    let count = |finding| checks.iter().filter(|it| it.finding == finding).count();
    let (failed, warned) = (count(Finding::Failed), count(Finding::Warning));
    let unknown = count(Finding::NotProvable) + count(Finding::NotVisible);
    shown + &format!("{} checks: {failed} failed, {warned} warned, {unknown} not known\n", checks.len())
}

/// The fields of the document.
pub(crate) fn fields(checks: &[Check], takes_guard_away: Option<&str>) -> Value {
    let check = |it: &Check| json!({"name": it.name, "outcome": it.finding.words(), "says": it.says, "fix": it.fix});
    json!({
        "healthy": is_healthy(checks),
        "takesGuardAway": takes_guard_away,
        "checks": checks.iter().map(check).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checks() -> Vec<Check> {
        vec![
            Check::ok("kubectl", "v1.37.2"),
            Check::failed("webhook", "a\nb").fix("install it"),
            Check::not_visible("x", "y"),
        ]
    }

    #[test]
    fn columns_are_aligned_and_a_fix_stands_under_its_check() {
        assert_eq!(
            text(&checks(), Paint::default()),
            "ok            kubectl   v1.37.2\n\
             failed        webhook   a b\n\
             \u{20}             fix: install it\n\
             not visible   x         y\n\
             3 checks: 1 failed, 0 warned, 1 not known\n"
        );
    }

    #[test]
    fn what_drives_a_terminal_is_escaped() {
        let shown = text(&[Check::ok("a", "b\u{1b}[2J")], Paint { is_on: true });
        assert!(shown.contains("b^[[2J"), "{shown:?}");
    }

    #[test]
    fn the_document_repeats_the_verdict() {
        let fields = fields(&checks(), Some("kubectl delete x"));
        assert_eq!((&fields["healthy"], &fields["takesGuardAway"]), (&json!(false), &json!("kubectl delete x")));
        let second = json!({"name": "webhook", "outcome": "failed", "says": "a\nb", "fix": "install it"});
        assert_eq!(fields["checks"][1], second);
        assert!(is_healthy(&[Check::warning("a", "b"), Check::not_provable("c", "d")]));
    }
}
