//! Texts that are no YAML: their lines keep the same promises.

use profile_core::merge::{Decisions, Verdict};

use crate::{
    choices::{Choices, for_random_choices},
    sides::{failed, merged},
};

/// What makes a text no YAML.
const TEMPLATE: &str = "a: {{ .spectro.macro.X }}\n";

fn text(lines: &[String]) -> String {
    format!("{TEMPLATE}{}", lines.concat())
}

fn changed(choices: &mut Choices, lines: &[String]) -> Vec<String> {
    let mut lines = lines.to_vec();
    for _ in 0..1 + choices.below(3) {
        let at = choices.below(lines.len() + 1);
        match choices.below(3) {
            0 if at < lines.len() => drop(lines.remove(at)),
            1 if at < lines.len() => lines[at] = format!("k{}: changed\n", choices.below(5)),
            _ => lines.insert(at, format!("n{}: new\n", choices.below(5))),
        }
    }
    lines
}

#[test]
fn lines_keep_the_same_promises() {
    for_random_choices(6_000, |choices| {
        let base: Vec<String> =
            (0..choices.below(12)).map(|_| format!("k{}: {}\n", choices.below(9), choices.below(3))).collect();
        let (own, target) = (changed(choices, &base), changed(choices, &base));
        let (base, own, target) = (text(&base), text(&own), text(&target));
        let merge = |base: &str, own: &str, target: &str| merged(Some(base), own, target, &Decisions::default());
        let found = merge(&base, &base, &target);
        if found.1 != target || !found.0.overrides.is_empty() {
            return Err(failed("the cluster set nothing itself", &base, &base, &target, &found));
        }
        let found = merge(&base, &own, &base);
        if found.1 != own || found.0.overrides.iter().any(|it| it.verdict != Verdict::Kept) {
            return Err(failed("the target changed nothing", &base, &own, &base, &found));
        }
        let found = merge(&base, &own, &target);
        let added = own.lines().filter(|line| !base.contains(line));
        for line in added {
            let is_told =
                found.0.overrides.iter().any(|it| it.own.as_ref().is_some_and(|own| own.to_string().contains(line)));
            if !is_told {
                return Err(failed(&format!("{line:?} is nowhere told"), &base, &own, &target, &found));
            }
            let is_kept = found.0.overrides.iter().any(|it| it.is_open());
            if !is_kept && !found.1.contains(line) {
                return Err(failed(&format!("{line:?} is not in the result"), &base, &own, &target, &found));
            }
        }
        let again = merge(&target, &found.1, &target);
        if again.1 == found.1 { Ok(()) } else { Err(failed("a second merge", &target, &found.1, &target, &again)) }
    });
}
