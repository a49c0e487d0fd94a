//! How the clusters of a fleet ended: one table, the same outcomes together, and one exit code.

use serde_json::{Value, json};

use crate::{
    commands::Outcome,
    error::{Error, Kind},
    output::{Output, table::table, width},
};

/// How one cluster ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// Its command ended so, and this is what it did in a word.
    Done(Outcome, String),
    /// It failed.
    Failed(Error),
    /// It was not begun, and why.
    NotStarted(String),
}

/// How all of them ended, by their labels.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    all: Vec<(String, Ended)>,
}

impl Ended {
    /// The outcome in a word or two.
    pub(crate) fn word(&self) -> &str {
        match self {
            Self::Done(_, word) => word,
            Self::NotStarted(_) => "not started",
            Self::Failed(error) => match error.kind {
                Kind::Refused => "refused",
                Kind::DecisionNeeded => "decision needed",
                Kind::TimedOut => "timed out",
                Kind::Interrupted => "interrupted",
                Kind::Unreachable => "unreachable",
                Kind::NotFound => "not found",
                Kind::Forbidden => "forbidden",
                _ => "failed",
            },
        }
    }

    /// The outcome and why, in one line.
    pub(crate) fn words(&self) -> String {
        let reason = self.reason();
        if reason.is_empty() { self.word().to_owned() } else { format!("{}: {reason}", self.word()) }
    }

    /// Why it is not done; empty where it is.
    fn reason(&self) -> String {
        match self {
            Self::Done(..) => String::new(),
            Self::NotStarted(reason) => reason.clone(),
            Self::Failed(error) => error.message.clone(),
        }
    }

    /// Whether the command did for the cluster what it was to do.
    pub(crate) fn is_fine(&self) -> bool {
        matches!(self, Self::Done(Outcome::Done | Outcome::Differences | Outcome::Unchanged, _))
    }

    /// Whether it failed in a way that the next one may, too: not by what was refused, or is to be decided, for this one.
    pub(crate) fn is_failure(&self) -> bool {
        match self {
            Self::Done(outcome, _) => matches!(outcome, Outcome::Code(_)),
            Self::Failed(error) => {
                !matches!(error.kind, Kind::Refused | Kind::DecisionNeeded | Kind::Interrupted | Kind::NotConfirmed)
            }
            Self::NotStarted(_) => false,
        }
    }

    /// Whether the user ended it.
    pub(crate) fn is_interrupted(&self) -> bool {
        matches!(self, Self::Failed(error) if error.kind == Kind::Interrupted)
    }

    fn exit_code(&self) -> Option<u8> {
        match self {
            Self::Done(outcome, _) => Some(outcome.exit_code()),
            Self::Failed(error) => Some(error.kind.exit_code()),
            Self::NotStarted(_) => None,
        }
    }
}

impl Outcomes {
    /// Adds a cluster's, or a context's.
    pub(crate) fn add(&mut self, label: String, ended: Ended) {
        self.all.push((label, ended));
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether every cluster ended well.
    pub(crate) fn is_fine(&self) -> bool {
        self.all.iter().all(|(_, it)| it.is_fine())
    }

    /// What failed, and why.
    pub(crate) fn failed(&self) -> impl Iterator<Item = (&str, &Error)> {
        self.all
            .iter()
            .filter_map(|(label, it)| if let Ended::Failed(error) = it { Some((label.as_str(), error)) } else { None })
    }

    /// One row for each outcome and reason, the most clusters first.
    pub(crate) fn print(&self, output: &mut Output) -> Result<(), Error> {
        let mut rows: Vec<(&str, String, Vec<&str>)> = Vec::new();
        for (label, ended) in &self.all {
            // What differs in nothing but the cluster's name is one reason; details stand in further lines.
            let reason = ended.reason();
            let reason = reason.lines().next().unwrap_or_default().trim_end_matches(':');
            let reason = reason.replace(&format!("{:?}", name_of(label)), "…");
            match rows.iter_mut().find(|(word, known, _)| *word == ended.word() && *known == reason) {
                Some((.., labels)) => labels.push(label),
                None => rows.push((ended.word(), reason, vec![label])),
            }
        }
        rows.sort_by_key(|(.., labels)| std::cmp::Reverse(labels.len()));
        let columns = width::of_terminal();
        let has_reasons = rows.iter().any(|(_, reason, _)| !reason.is_empty());
        let rows: Vec<_> = rows
            .into_iter()
            .map(|(word, reason, labels)| {
                // As many names as leave room for the reason.
                let names = listed(&labels, columns.saturating_sub(width::of(&reason).min(columns / 2)) / 2);
                let mut row = vec![word.to_owned(), labels.len().to_string(), names];
                if has_reasons {
                    row.push(reason);
                }
                row
            })
            .collect();
        let headers: &[&str] =
            if has_reasons { &["OUTCOME", "COUNT", "CLUSTERS", "REASON"] } else { &["OUTCOME", "COUNT", "CLUSTERS"] };
        output.text(&table(headers, &rows))
    }

    /// The same for machines: one entry for each cluster.
    pub(crate) fn document(&self) -> Value {
        let entry = |(label, ended): &(String, Ended)| {
            let mut entry = json!({"cluster": label, "outcome": ended.word()});
            if let Some(code) = ended.exit_code() {
                entry["exitCode"] = json!(code);
            }
            match ended {
                Ended::Done(..) => {}
                Ended::NotStarted(reason) => entry["reason"] = json!(reason),
                Ended::Failed(error) => {
                    entry["reason"] = json!(error.message);
                    entry["hints"] = json!(error.hints);
                }
            }
            entry
        };
        self.all.iter().map(entry).collect()
    }

    /// What all of them come to: 0 where all is done, the common code where none is, else part of several.
    pub(crate) fn exit(&self) -> Outcome {
        if self.is_fine() {
            let has = |wanted: Outcome| {
                self.all.iter().any(|(_, it)| matches!(it, Ended::Done(outcome, _) if *outcome == wanted))
            };
            return match () {
                () if has(Outcome::Differences) => Outcome::Differences,
                () if has(Outcome::Unchanged) && !has(Outcome::Done) => Outcome::Unchanged,
                () => Outcome::Done,
            };
        }
        if self.all.iter().any(|(_, it)| matches!(it, Ended::Failed(error) if error.kind == Kind::Interrupted)) {
            return Outcome::Code(Kind::Interrupted.exit_code());
        }
        let mut codes = self.all.iter().filter_map(|(_, it)| it.exit_code());
        let first = codes.next().unwrap_or_default();
        let is_mixed = self.all.iter().any(|(_, it)| it.is_fine() || matches!(it, Ended::NotStarted(_)));
        let is_common = !is_mixed && codes.all(|it| it == first);
        if is_common { Outcome::Code(first) } else { Outcome::Partial }
    }
}

fn name_of(label: &str) -> &str {
    label.rsplit('/').next().unwrap_or(label)
}

/// As many names as fit, and how many more there are; one at least.
pub(crate) fn listed(names: &[&str], columns: usize) -> String {
    let whole = names.join(", ");
    if width::of(&whole) <= columns || names.len() == 1 {
        return whole;
    }
    let with_rest = |kept: usize| format!("{} and {} more", names[..kept].join(", "), names.len() - kept);
    let fitting = (1..names.len()).take_while(|kept| width::of(&with_rest(*kept)) <= columns).last();
    with_rest(fitting.unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(all: Vec<Ended>) -> Outcomes {
        let mut outcomes = Outcomes::default();
        all.into_iter().enumerate().for_each(|(at, it)| outcomes.add(format!("c{at}"), it));
        outcomes
    }

    fn done(outcome: Outcome) -> Ended {
        Ended::Done(outcome, "switched".into())
    }

    fn failed(kind: Kind) -> Ended {
        Ended::Failed(Error::new(kind, "why"))
    }

    #[test]
    fn one_exit_code_stands_for_all() {
        let code = |all| outcomes(all).exit().exit_code();
        assert_eq!(code(vec![done(Outcome::Done), done(Outcome::Done)]), 0);
        assert_eq!(code(vec![done(Outcome::Done), done(Outcome::Differences)]), 1);
        assert_eq!(code(vec![done(Outcome::Unchanged), done(Outcome::Unchanged)]), 3);
        assert_eq!(code(vec![done(Outcome::Unchanged), done(Outcome::Done)]), 0);
        assert_eq!(code(vec![failed(Kind::Refused), failed(Kind::Refused)]), 4);
        assert_eq!(code(vec![failed(Kind::Refused), failed(Kind::DecisionNeeded)]), 5);
        assert_eq!(code(vec![done(Outcome::Done), failed(Kind::Refused)]), 5);
        assert_eq!(code(vec![done(Outcome::Done), Ended::NotStarted("enough failed".into())]), 5);
        assert_eq!(code(vec![failed(Kind::TimedOut), Ended::NotStarted("enough failed".into())]), 5);
        assert_eq!(code(vec![done(Outcome::Done), failed(Kind::Interrupted)]), 130);
    }

    #[test]
    fn a_machine_reads_each_cluster_with_its_reason() {
        let all =
            outcomes(vec![done(Outcome::Done), failed(Kind::Unreachable), Ended::NotStarted("enough failed".into())]);
        let expected = json!([
            {"cluster": "c0", "outcome": "switched", "exitCode": 0},
            {"cluster": "c1", "outcome": "unreachable", "exitCode": 2, "reason": "why", "hints": []},
            {"cluster": "c2", "outcome": "not started", "reason": "enough failed"},
        ]);
        assert_eq!(all.document(), expected);
    }
}
