//! The review of two points.

use std::collections::BTreeMap;

use profile_core::{
    base::{Base, Purpose},
    blame::Blame,
    cluster::Cluster,
    merge::{self, Decisions, Override},
    profile::{self, AttachedProfile},
    repave,
    revision::Revision,
    rules::{self, Policy},
    switch::{self, SwitchError},
};
use serde_json::Value;

use super::point::{self, Point};
use crate::{
    change::proposal::{ProfileDraft, known_secrets, placed},
    error::{Error, Kind},
    review::{Review, Sides},
    selection,
    store::Document,
};

/// What is read beside the two points.
pub(super) struct Beside<'a> {
    /// The profiles that the cluster's store publishes.
    pub(super) profiles: &'a [Document],
    /// The revisions of the cluster.
    pub(super) revisions: &'a [Revision],
    /// Where was looked for profiles, in words.
    pub(super) scope: String,
    /// The store that holds the cluster, in words; empty where none does.
    pub(super) store: String,
}

/// What a switch of the cluster to `target` would come to, with its overrides carried over.
pub(super) fn switched(
    cluster: &Document,
    target: &Document,
    beside: &Beside<'_>,
    label: String,
) -> Result<Review, Error> {
    let (view, version) = (cluster.cluster(), target.profile());
    let attached = switch::attached(&view, &version.name())?;
    let content = version.content().ok_or_else(|| SwitchError::NotPublished { reference: version.reference() })?;
    let published = selection::published_of(beside.profiles, &attached).map(Document::profile);
    let purpose = Purpose::of(published.as_ref(), &content);
    let base = Base::of(&view, &attached, beside.revisions, published.as_ref(), purpose);
    // A file names the version that the cluster has, so that an identity of its own would be a difference of nothing.
    let uid = version.uid().or_else(|| attached.uid());
    let number = version.version();
    let identity = (uid.as_deref(), number.as_deref());
    let draft = ProfileDraft::merged(&attached, base, &content, identity, &Decisions::default());
    let pending = placed(&cluster.value, &draft.path, &draft.merged.content);
    let after = Cluster::new(&pending);
    let blame = draft.merged.overrides.iter().map(|it| (it.place(), Blame::of(it, beside.revisions)));
    Ok(Review {
        store: beside.store.clone(),
        cluster: view.name().into_owned(),
        namespace: view.namespace().map(Into::into),
        known: known_secrets(cluster, beside.profiles),
        base: draft.base_said(),
        verdict: Some(rules::check(&view, &after, &Policy::default())),
        repave: Some(repave::estimate(&view, &after)),
        blame: blame.collect(),
        sides: vec![Sides {
            current: draft.current,
            pending: draft.merged.content,
            current_label: format!("Current, cluster {}", view.name()),
            pending_label: label,
        }],
        overrides: draft.merged.overrides,
        notes: draft.merged.notes,
        ..Review::default()
    })
}

/// The cluster's document as the review shows it pending.
pub(super) fn pending(cluster: &Document, review: &Review) -> Value {
    let attached = cluster.cluster().profiles();
    let place = |sides: &Sides| attached.iter().find(|it| it.raw() == &sides.current).map(|it| it.path().to_owned());
    let sides = review.sides.iter().filter_map(|sides| Some((place(sides)?, &sides.pending)));
    sides.fold(cluster.value.clone(), |document, (path, content)| placed(&document, &path, content))
}

/// A cluster against what is published for the versions it has attached.
pub(super) fn own_versions(cluster: &Document, beside: &Beside<'_>) -> Result<Review, Error> {
    let view = cluster.cluster();
    let (mut sides, mut overrides, mut bases) = (Vec::new(), Vec::new(), Vec::new());
    for current in &view.profiles() {
        let reference = profile::reference(&current.name(), current.version().as_deref());
        let published = selection::published_of(beside.profiles, current);
        let content = published.and_then(|it| it.profile().content()).ok_or_else(|| {
            Error::new(Kind::NotFound, format!("what is published for {reference} is not visible in {}", beside.scope))
                .hint("without it nothing can be said about a difference")
        })?;
        let base =
            Base::of(&view, current, beside.revisions, published.map(Document::profile).as_ref(), Purpose::Switch);
        let found = own_overrides(current, &base, &content);
        if !found.is_empty() {
            bases.push(format!("{reference}: {}", base.words()));
            overrides.extend(found);
        }
        let mut pending = content.raw().clone();
        pending["name"] = current.name().into();
        pending["profileVersion"] = current.version().unwrap_or_default().into();
        sides.push(Sides {
            current: current.raw().clone(),
            pending,
            current_label: format!("Current, cluster {}", view.name()),
            pending_label: format!("Published, {reference}"),
        });
    }
    let known = known_secrets(cluster, beside.profiles);
    let cloud = view.cloud_type();
    let repave = estimate(&sides, (cloud.as_deref(), cloud.as_deref()));
    let blame = overrides.iter().map(|it| (it.place(), Blame::of(it, beside.revisions))).collect();
    let note = "what is published is shown as it stands, without these overrides; an update carries them over";
    Ok(Review {
        store: beside.store.clone(),
        cluster: view.name().into_owned(),
        namespace: view.namespace().map(Into::into),
        notes: (!overrides.is_empty()).then(|| note.to_owned()).into_iter().collect(),
        base: (!bases.is_empty()).then(|| bases.join("; ")),
        known,
        sides,
        overrides,
        blame,
        repave,
        ..Review::default()
    })
}

/// What the cluster sets itself of a profile, and what an update to what is published today would make of it.
fn own_overrides(attached: &AttachedProfile<'_>, base: &Base, today: &AttachedProfile<'_>) -> Vec<Override> {
    let own = base.own(attached);
    let own = AttachedProfile::new(&own, "override".into());
    let taken = base.content.as_ref().map(|content| AttachedProfile::new(content, "published".into()));
    merge::merge(taken.as_ref(), &own, today, &Decisions::default()).overrides
}

/// What the difference between the sides would do to the nodes, as far as that can be told without one cluster.
fn estimate(sides: &[Sides], clouds: (Option<&str>, Option<&str>)) -> Option<Vec<repave::Estimate>> {
    let point = |cloud, side: fn(&Sides) -> &Value| repave::Point { cloud, profiles: sides.iter().map(side).collect() };
    repave::estimate_between(&point(clouds.0, |it| &it.current), &point(clouds.1, |it| &it.pending))
}

/// One point against another as they stand, profiles paired by name.
pub(super) fn as_they_stand(current: &Point, pending: &Point) -> Result<Review, Error> {
    let (before, after) = (profiles(current)?, profiles(pending)?);
    let sides = |current_raw: Value, pending_raw: Value| Sides {
        current: current_raw,
        pending: pending_raw,
        current_label: current.label(),
        pending_label: pending.label(),
    };
    let cluster = current.cluster().map(|it| it.cluster().name().into_owned()).unwrap_or_default();
    let namespace = current.cluster().and_then(|it| it.cluster().namespace()).map(Into::into);
    let clouds = [current, pending].map(|it| it.cluster().and_then(|it| it.cluster().cloud_type()));
    let review = |sides: Vec<Sides>| {
        let repave = estimate(&sides, (clouds[0].as_deref(), clouds[1].as_deref()));
        Review { cluster, namespace, sides, repave, ..Review::default() }
    };
    if let (Some(_), Some(_)) = (current.profile(), pending.profile()) {
        // Two profiles are compared whatever they are called.
        let both = before.into_values().next().zip(after.into_values().next());
        return Ok(review(both.map(|(before, after)| sides(before, after)).into_iter().collect()));
    }
    let mut after = after;
    let only = |point: &Point| point.profile().map(|it| it.profile().name().into_owned());
    let named = only(current).or_else(|| only(pending));
    let is_meant = |name: &String| named.as_ref().is_none_or(|named| named == name);
    if let Some(name) = named.as_ref().filter(|name| !(before.contains_key(*name) && after.contains_key(*name))) {
        let cluster = if current.profile().is_some() { pending } else { current };
        return Err(Error::new(Kind::NotFound, format!("{} has no profile {name:?} attached", cluster.label())));
    }
    let mut all = Vec::new();
    for (name, raw) in before.into_iter().filter(|(name, _)| is_meant(name)) {
        all.push(sides(raw, after.remove(&name).unwrap_or_default()));
    }
    all.extend(after.into_iter().filter(|(name, _)| is_meant(name)).map(|(_, raw)| sides(Value::Null, raw)));
    Ok(review(all))
}

/// The profiles of a point by name.
fn profiles(point: &Point) -> Result<BTreeMap<String, Value>, Error> {
    match point {
        Point::Cluster(document) | Point::ClusterFile(document) => {
            let view = document.cluster();
            let mut found = BTreeMap::new();
            for attached in view.profiles() {
                if found.insert(attached.name().into_owned(), attached.raw().clone()).is_some() {
                    return Err(Error::new(
                        Kind::DecisionNeeded,
                        format!("{} has profile {:?} attached several times", point.label(), attached.name()),
                    )
                    .hint("which of them is meant cannot be told; detach one"));
                }
            }
            Ok(found)
        }
        Point::Version(document) | Point::ProfileFile(document) => {
            Ok([(document.profile().name().into_owned(), point::published(document)?)].into())
        }
    }
}
