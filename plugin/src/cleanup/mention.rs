//! Tells in passing that a cluster has orphans.

use profile_core::orphans::Confidence;
use serde_json::{Value, json};

use super::{
    past::Sources,
    scaling::object,
    search::{Search, search},
};
use crate::{
    error::Error,
    output::Output,
    store::{Document, Store},
};

/// What a search came to, where somebody asked for something else.
pub(crate) struct Mention {
    orphans: Vec<(String, Option<String>, Confidence)>,
    is_complete: bool,
    /// What prints them.
    command: String,
}

impl Mention {
    /// Searches for the orphans of a cluster; `None` where the store sees no live objects.
    ///
    /// # Errors
    /// When the cluster cannot be searched, as where nothing of its server may be read.
    pub(crate) async fn of(
        (store, cluster): (&Store, &Document),
        sources: &Sources,
        output: &mut Output,
    ) -> Result<Option<Self>, Error> {
        let found = search(store, cluster, sources, output).await?;
        Ok(found.sees_live.then(|| Self::from(&found)))
    }

    /// What is said of a cluster that has some.
    pub(crate) fn words(&self, cluster: &Document) -> Option<String> {
        let name = cluster.cluster().name().into_owned();
        let what = match self.orphans.len() {
            0 if self.is_complete => return None,
            // Whoever reads nothing takes it for none.
            0 => {
                return Some(format!(
                    "no orphans of cluster {name:?} were seen, and there may be some: `{}` says what could not be seen, and \
                     --packs DIR names the directories of its packs",
                    self.command
                ));
            }
            1 => "1 orphan".to_owned(),
            count => format!("{count} orphans"),
        };
        let hint = format!("`{}` shows each with its proof", self.command);
        Some(format!("cluster {name:?} has {what} ({}); {hint}", self.by_confidence().join(", ")))
    }

    /// The number for a table: `2`, or `2 seen` where there may be more.
    pub(crate) fn cell(&self) -> String {
        let count = self.orphans.len();
        if self.is_complete { count.to_string() } else { format!("{count} seen") }
    }

    /// The same for machines.
    pub(crate) fn document(&self) -> Value {
        let orphans = self.orphans.iter().map(
            |(object, namespace, confidence)| json!({"object": object, "namespace": namespace, "confidence": confidence.as_str()}),
        );
        json!({"items": orphans.collect::<Vec<_>>(), "isComplete": self.is_complete})
    }

    fn by_confidence(&self) -> Vec<String> {
        let all = [Confidence::Proven, Confidence::Likely, Confidence::Suspected];
        let count = |confidence| self.orphans.iter().filter(|(.., it)| *it == confidence).count();
        let counts = all.into_iter().map(|it| (count(it), it.as_str())).filter(|(count, _)| *count > 0);
        counts.map(|(count, word)| format!("{count} {word}")).collect()
    }
}

impl From<&Search> for Mention {
    fn from(search: &Search) -> Self {
        let orphans = &search.findings.orphans;
        let orphans = orphans.iter().map(|it| (object(&it.identity), it.identity.namespace.clone(), it.confidence));
        Self { orphans: orphans.collect(), is_complete: search.is_complete(), command: search.command.clone() }
    }
}
