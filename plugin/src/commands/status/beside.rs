//! What is known of a cluster beside what its document says: overrides, updates, and what is scaled down.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use futures_util::{StreamExt, TryStreamExt, stream};
use profile_core::{field, merge::Override, pack::UPDATE_IS_OFFERED, profile::AttachedProfile, revision::Revision};
use serde_json::Value;

use crate::{
    called,
    change::proposal::known_revisions,
    cleanup::{self, Mention, StillDown},
    commands::overrides::{self, Found},
    error::Error,
    fleet::Member,
    output::Output,
    store::{Document, Sought, Store},
};

/// What is known beside each of some clusters of one store; the profiles are read once for each namespace.
pub(super) async fn beside(
    members: &[&Member],
    store: &Store,
    parallel: usize,
    output: &mut Output,
) -> Result<Vec<Beside>, Error> {
    let clusters: Vec<_> = members.iter().map(|it| &it.cluster).collect();
    let namespaces: BTreeSet<_> = clusters.iter().map(|it| it.cluster().namespace().map(Cow::into_owned)).collect();
    let read = async |namespace: Option<String>| {
        let mut whole = clusters.iter().copied().filter(|it| !it.is_summary()).peekable();
        // What a list tells of a cluster is not compared with anything.
        if whole.peek().is_none() {
            return Ok((namespace, Vec::new()));
        }
        let wanted = Sought::within(namespace.as_deref(), whole);
        Ok((namespace, store.profiles(&wanted).await?))
    };
    let profiles: Vec<Result<_, Error>> = stream::iter(namespaces).map(read).buffered(parallel).collect().await;
    let profiles: BTreeMap<_, _> = profiles.into_iter().collect::<Result<_, _>>()?;
    let shared = &*output;
    let of_namespace = |cluster: &Document| {
        let profiles = profiles.get(&cluster.cluster().namespace().map(Cow::into_owned));
        profiles.map(Vec::as_slice).unwrap_or_default()
    };
    let read = async |cluster: &&Document| {
        let mut own = shared.captured();
        let revisions = known_revisions(store, cluster, &mut own).await;
        let flagged = match cluster.is_summary() {
            true => Ok(None),
            false => store.flagged(cluster, of_namespace(cluster), &revisions).await.map(Some),
        };
        flagged.map(|flagged| (flagged, revisions, own.into_captured().notes))
    };
    let known: Vec<_> = stream::iter(&clusters).map(read).buffered(parallel).try_collect().await?;
    let down = cleanup::scaled_down(store, &clusters).await;
    let mut besides = Vec::new();
    for ((cluster, (flagged, revisions, notes)), scaled_down) in clusters.into_iter().zip(known).zip(down) {
        let cluster = flagged.as_ref().unwrap_or(cluster);
        notes.lines().for_each(|line| output.note(line));
        besides.push(Beside { scaled_down, ..Beside::of(cluster, of_namespace(cluster), &revisions) });
    }
    Ok(besides)
}

/// What is known beside the cluster itself.
pub(super) struct Beside {
    /// The places that the cluster sets itself; `None` where that is not known of all its profiles.
    pub(super) overrides: Option<Vec<String>>,
    /// Whether they rest on an assumption.
    pub(super) is_assumed: bool,
    /// Whether an edit of an attached version is to be taken over; `None` where that cannot be told.
    pub(super) has_update: Option<bool>,
    /// The orphans that were scaled down for it and have their record still, or why that is not visible.
    pub(super) scaled_down: Result<Vec<StillDown>, String>,
    /// The orphans that a search found; `None` where none was made or none is possible.
    pub(super) orphans: Option<Mention>,
}

impl Beside {
    /// What a list tells: whether Palette offers an update, and nothing of overrides.
    fn of_summary(cluster: &Document) -> Self {
        let has_update = is_offered(cluster);
        Self { overrides: None, is_assumed: false, has_update, scaled_down: Ok(Vec::new()), orphans: None }
    }

    fn of(cluster: &Document, profiles: &[Document], revisions: &[Revision]) -> Self {
        if cluster.is_summary() {
            return Self::of_summary(cluster);
        }
        let found = overrides::found(cluster, profiles, revisions);
        let is_known = found.iter().all(|it| it.base.content.is_some());
        let updates: Vec<_> = found.iter().map(|it| it.has_update).collect();
        let has_update = if updates.contains(&Some(true)) || is_offered(cluster) == Some(true) {
            Some(true)
        } else {
            updates.iter().all(|it| *it == Some(false)).then_some(false)
        };
        let is_assumed = |it: &Found| !it.overrides.is_empty() && it.base.is_assumed();
        Self {
            overrides: is_known.then(|| found.iter().flat_map(|it| &it.overrides).map(Override::place).collect()),
            is_assumed: found.iter().any(is_assumed),
            has_update,
            scaled_down: Ok(Vec::new()),
            orphans: None,
        }
    }

    /// What the table has no room for.
    pub(super) fn notes(&self, member: &Member) -> impl Iterator<Item = String> {
        let orphans = self.orphans.as_ref().and_then(|it| it.words(&member.cluster));
        self.still_down(member).into_iter().chain(orphans)
    }

    /// What is scaled down for the cluster, in words.
    fn still_down(&self, Member { store, cluster, .. }: &Member) -> Vec<String> {
        let (name, words) = (cluster.cluster().name().into_owned(), cluster.words());
        let down = match &self.scaled_down {
            Ok(down) => down,
            Err(reason) => return vec![format!("what is scaled down for cluster {name:?} is not visible: {reason}")],
        };
        let waiting: Vec<_> = down.iter().filter(|it| it.refusal.is_none()).map(|it| it.words.as_str()).collect();
        let waiting = (!waiting.is_empty()).then(|| {
            let hint = format!("`{} scale-back {words}{}` gives back what it was", called::name(), store.flags());
            format!("scaled down for cluster {name:?}: {}; {hint}", waiting.join(", "))
        });
        let refused = down.iter().filter_map(|it| Some((it, it.refusal.as_ref()?)));
        let refused = refused.map(|(it, refusal)| {
            format!("scaled down for cluster {name:?}, and left as it is by scale-back: {}: {refusal}", it.words)
        });
        waiting.into_iter().chain(refused).collect()
    }

    pub(super) fn overrides(&self) -> String {
        match &self.overrides {
            None => "<unknown>".into(),
            Some(places) if self.is_assumed => format!("{} (assumed)", places.len()),
            Some(places) => places.len().to_string(),
        }
    }

    pub(super) fn update(&self) -> &'static str {
        match self.has_update {
            Some(true) => "pending",
            Some(false) => "no",
            None => "<unknown>",
        }
    }
}

/// Whether the store offers an update of the cluster; `None` where its document does not tell.
fn is_offered(cluster: &Document) -> Option<bool> {
    let attached = cluster.cluster().profiles();
    let is_offered = |it: &AttachedProfile<'_>| it.raw().get(UPDATE_IS_OFFERED) == Some(&Value::Bool(true));
    if attached.iter().any(is_offered) {
        return Some(true);
    }
    field::at(&cluster.value, &["status", "notifications", "isAvailable"]).and_then(Value::as_bool)
}
