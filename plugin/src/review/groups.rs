//! The reviews of many clusters, the same outcomes together.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Review, ReviewArgs, Shown, document, warn_of_unmet};
use crate::{
    cli::Format,
    error::Error,
    output::{Output, paint::Tone, width},
};

/// Clusters and what becomes of them.
#[derive(Default)]
pub(crate) struct Groups {
    /// One for each outcome.
    pub(crate) all: Vec<Group>,
    /// Clusters of which nothing can be said, and why.
    pub(crate) failed: Vec<(String, String)>,
}

/// Clusters that a change does the same to.
pub(crate) struct Group {
    /// Their names, as words of a command line.
    pub(crate) clusters: Vec<String>,
    /// The review of the first.
    pub(crate) review: Review,
    /// The same as it is shown, without its texts.
    shown: Shown,
    outcome: [u8; 32],
}

impl Group {
    /// Whether anything differs.
    pub(crate) fn differs(&self) -> bool {
        self.shown.changes().next().is_some()
    }
}

impl Groups {
    /// Puts a cluster to those with the same outcome.
    pub(crate) fn add(&mut self, cluster: String, review: Review, args: &ReviewArgs) {
        let (shown, outcome) = Shown::outcome(&review, args);
        let outcome = Sha256::digest(outcome.to_string().as_bytes()).into();
        self.put(Group { clusters: vec![cluster], review, shown, outcome });
    }

    /// Puts other clusters behind those that are there.
    pub(crate) fn append(&mut self, others: Self) {
        others.all.into_iter().for_each(|group| self.put(group));
        self.failed.extend(others.failed);
    }

    fn put(&mut self, group: Group) {
        let Some(same) = self.all.iter_mut().find(|it| it.outcome == group.outcome) else {
            self.all.push(group);
            return;
        };
        // The base is no outcome; but where it is not the same for all, it is not said of all.
        if same.review.base != group.review.base {
            same.review.base = Some("differs from cluster to cluster; see `kubectl profile overrides`".into());
        }
        same.shown.unmet.retain(|place| group.shown.unmet.contains(place));
        same.clusters.extend(group.clusters);
    }

    /// Prints each outcome once.
    pub(crate) fn print(&self, args: &ReviewArgs, output: &mut Output) -> Result<(), Error> {
        // What one cluster has not may be meant for another.
        let is_unmet = |place: &&String| self.all.iter().all(|group| group.shown.unmet.contains(*place));
        let unmet: Vec<_> = args.ignore.iter().filter(is_unmet).filter(|_| !self.all.is_empty()).cloned().collect();
        warn_of_unmet(&unmet, output);
        match &args.output {
            Format::Html => Err(Error::usage(format!("-o html shows one cluster, and {} are in scope", self.count()))
                .hint("name one of them")),
            format if format.is_document() => output.document(format, "DiffList", self.fields()),
            _ => self.print_text(args, output),
        }
    }

    fn count(&self) -> usize {
        self.all.iter().map(|group| group.clusters.len()).sum::<usize>() + self.failed.len()
    }

    /// The same for machines.
    pub(crate) fn fields(&self) -> Value {
        let items = self.all.iter().map(|group| {
            let mut fields = document::fields(&group.review, &group.shown);
            fields["clusters"] = json!(group.clusters);
            fields
        });
        let failed = self.failed.iter().map(|(cluster, error)| json!({"cluster": cluster, "error": error}));
        json!({
            "count": self.count(),
            "differs": self.all.iter().any(Group::differs),
            "items": items.collect::<Vec<_>>(),
            "failed": failed.collect::<Vec<_>>(),
        })
    }

    fn print_text(&self, args: &ReviewArgs, output: &mut Output) -> Result<(), Error> {
        let (paint, columns) = (output.paint(), width::of_terminal());
        let differing: usize = self.all.iter().filter(|group| group.differs()).map(|group| group.clusters.len()).sum();
        let outcomes = if self.all.len() == 1 { "outcome" } else { "outcomes" };
        let head = format!("{}: {differing} differ, {} {outcomes}", clusters(self.count()), self.all.len());
        output.text(&format!("{}\n", paint.text(Tone::Strong, &head)))?;
        for group in &self.all {
            let same = match group.clusters.len() {
                1 => "1 cluster: ".to_owned(),
                count => format!("{count} clusters the same: "),
            };
            let names = listed(&group.clusters, columns.saturating_sub(width::of(&same)));
            output.text(&format!("\n{}{}\n", paint.text(Tone::Strong, &same), paint.text(Tone::Place, &names)))?;
            if group.differs() || !group.review.overrides.is_empty() {
                let with_texts = args.shows_texts().then(|| Shown::of(&group.review, args));
                group.review.print_text(args, with_texts.as_ref().unwrap_or(&group.shown), output)?;
            }
            if !group.differs() {
                output.line("no difference")?;
            }
        }
        for (cluster, error) in &self.failed {
            output.warning(&format!("cluster {cluster}: {error}"));
        }
        Ok(())
    }
}

fn clusters(count: usize) -> String {
    if count == 1 { "1 cluster".into() } else { format!("{count} clusters") }
}

/// As many names as fit, and how many more there are; one at least.
fn listed(names: &[String], columns: usize) -> String {
    let whole = names.join(", ");
    if width::of(&whole) <= columns {
        return whole;
    }
    let with_rest = |kept: usize| format!("{} and {} more", names[..kept].join(", "), names.len() - kept);
    let fitting = (1..names.len()).take_while(|kept| width::of(&with_rest(*kept)) <= columns).last();
    if names.len() == 1 { whole } else { with_rest(fitting.unwrap_or(1)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_as_far_as_they_fit() {
        let names: Vec<_> = (1..=9).map(|number| format!("c{number}")).collect();
        assert_eq!(listed(&names, 80), "c1, c2, c3, c4, c5, c6, c7, c8, c9");
        assert_eq!(listed(&names, 20), "c1, c2 and 7 more");
        assert_eq!(listed(&names, 3), "c1 and 8 more");
        assert_eq!(listed(&names[..1], 1), "c1");
    }
}
