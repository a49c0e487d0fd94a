//! Searches a cluster for orphans, as far as the store can see.

use profile_core::{
    orphans::{Findings, Orphan, Rendering, find},
    render::Identity,
};
use serde_json::Value;

use super::{neighbours::Neighbours, past::Sources, sight};
use crate::{
    error::Error,
    output::Output,
    store::{Document, Store},
};

/// What a search found, and what it could not see.
pub(crate) struct Search {
    pub(crate) findings: Findings,
    pub(crate) now: Rendering,
    /// Whether the store sees live objects. Where not, `findings` says what is no longer rendered, and nothing of its being
    /// there.
    pub(crate) sees_live: bool,
    pub(crate) not_visible: Vec<String>,
    /// What of other clusters was not seen. They may render what is found here, but nothing more is left behind by that.
    pub(crate) unseen_neighbours: Vec<String>,
    /// What was compared with what is rendered now, in words.
    pub(crate) compared: Vec<String>,
    live: Vec<Value>,
}

impl Search {
    /// The live object of an orphan.
    pub(crate) fn live(&self, orphan: &Orphan) -> Option<&Value> {
        self.live.iter().find(|it| Identity::of_live(it).as_ref() == Some(&orphan.identity))
    }

    /// Everything that was not seen, in words.
    pub(crate) fn not_visible(&self) -> impl Iterator<Item = &String> {
        self.not_visible.iter().chain(&self.unseen_neighbours)
    }

    /// Whether everything was seen that a claim of completeness takes.
    pub(crate) fn is_complete(&self) -> bool {
        self.sees_live && self.not_visible.is_empty() && self.findings.unrendered.is_empty()
    }
}

/// Compares what `cluster` rendered before with what it renders now and what is live.
pub(crate) async fn search(
    store: &Store,
    cluster: &Document,
    sources: &Sources,
    output: &mut Output,
) -> Result<Search, Error> {
    let mut past = sources.read(store, cluster, output).await?;
    let (live, mut not_visible, sees_live) = match store {
        Store::Kubernetes(store) => {
            let sight = sight::look(store, &mut past).await?;
            (sight.live, sight.not_visible, true)
        }
        Store::Files(_) => {
            let why = "live objects: files hold none, so whether these are still there is not known".to_owned();
            (sight::as_rendered(&past), vec![why], false)
        }
    };
    not_visible.extend(past.unseen());
    let mut findings = find(&past.before, &past.now, &live);
    let mut unseen_neighbours = Vec::new();
    if let Store::Kubernetes(store) = store
        && !findings.orphans.is_empty()
    {
        let neighbours = Neighbours::of(store, cluster, sources).await?;
        findings.leave_out_rendered_by(&neighbours.rendered);
        if !findings.orphans.is_empty() {
            unseen_neighbours = neighbours.not_visible;
        }
    }
    Ok(Search { findings, now: past.now, sees_live, not_visible, unseen_neighbours, compared: past.compared, live })
}
