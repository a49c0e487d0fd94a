//! What the rules say, as lines and as data.

use profile_core::rules::Verdict;
use serde_json::{Value, json};

use crate::output::paint::{Paint, Tone};

/// A line for each violation with its code and field, then for each notice.
pub(crate) fn text(verdict: &Verdict, paint: Paint) -> String {
    let line =
        |tone: Tone, word: &str, rest: String| format!("{} {}\n", paint.text(tone, word), one_line(paint, &rest));
    let violations = verdict
        .violations()
        .map(|it| line(Tone::Denied, "denied:", format!("{}: {} ({})", it.code.as_str(), it.message, it.field)));
    let notices =
        verdict.notices.iter().map(|it| line(Tone::Changed, "note:", format!("{} ({})", it.message, it.field)));
    violations.chain(notices).collect()
}

fn one_line(paint: Paint, text: &str) -> String {
    paint.text(Tone::Plain, &text.replace('\n', " "))
}

/// The same as data: violations and warnings.
pub(crate) fn json(verdict: &Verdict) -> (Vec<Value>, Vec<Value>) {
    let violations =
        verdict.violations().map(|it| json!({"code": it.code.as_str(), "field": it.field, "message": it.message}));
    let notices = verdict.notices.iter().map(|it| json!({"field": it.field, "message": it.message}));
    (violations.collect(), notices.collect())
}
