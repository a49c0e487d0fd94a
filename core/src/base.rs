//! What a cluster's copy of a profile was taken from: the base that tells its overrides.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::{
    cluster::Cluster,
    field,
    pack::UPDATE_IS_OFFERED,
    profile::{self, AttachedProfile, PublishedProfile},
    revision::{Revision, Taken, newest_deployed},
};

/// Where a base comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// From the revision of this number, which recorded it.
    Revision(u64),
    /// From the revision of this number, which recorded it as an assumption of its own.
    AssumedByRevision(u64),
    /// From what is published today, as far as it can be seen not edited since.
    Assumed,
    /// From where the user said, in words.
    Named(String),
    /// It is not known, and why.
    Unknown(String),
}

/// What a profile was taken from.
#[derive(Clone, Debug, PartialEq)]
pub struct Base {
    /// The published content; `None` where it is not known.
    pub content: Option<Value>,
    /// Where it comes from.
    pub source: Source,
}

/// What the base is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To move to another version: what is published today may be it.
    Switch,
    /// To take over an edit of the version that is attached: what is published today is the target, and never the base.
    Update,
}

impl Purpose {
    /// The purpose of a change to `target` of a cluster whose version is published as `published` today: where that is the
    /// target itself, it is no base.
    pub fn of(published: Option<&PublishedProfile<'_>>, target: &AttachedProfile<'_>) -> Self {
        let is_target = published.and_then(PublishedProfile::content).is_some_and(|it| it.raw() == target.raw());
        if is_target { Self::Update } else { Self::Switch }
    }
}

impl Base {
    /// The base of `attached`: what our newest revision recorded, else what is published today while nothing says that it
    /// was edited since the cluster took it.
    pub fn of(
        cluster: &Cluster<'_>,
        attached: &AttachedProfile<'_>,
        revisions: &[Revision],
        published: Option<&PublishedProfile<'_>>,
        purpose: Purpose,
    ) -> Self {
        let unknown = |why: String| Self { content: None, source: Source::Unknown(why) };
        if let Some(revision) = newest_deployed(revisions)
            && let Some(taken) = revision.taken_of(attached)
        {
            let is_assumed = taken.assumption.is_some();
            let source = if is_assumed { Source::AssumedByRevision } else { Source::Revision };
            return Self { content: Some(taken.content.clone()), source: source(revision.number) };
        }
        let reference = profile::reference(&attached.name(), attached.version().as_deref());
        if purpose == Purpose::Update {
            return unknown(format!(
                "no revision recorded what was published for {reference} when the cluster took it"
            ));
        }
        let Some((published, content)) = published.and_then(|it| Some((it, it.content()?))) else {
            return unknown(format!("what is published for {reference} is not visible"));
        };
        match edited_since(cluster, attached, published) {
            Some(why) => unknown(format!("{reference} may have been edited since the cluster took it: {why}")),
            None => Self { content: Some(content.raw().clone()), source: Source::Assumed },
        }
    }

    /// A base that the user named.
    pub fn named(content: Value, words: String) -> Self {
        Self { content: Some(content), source: Source::Named(words) }
    }

    /// Whether it is only assumed to be what the cluster took.
    pub fn is_assumed(&self) -> bool {
        matches!(self.source, Source::Assumed | Source::AssumedByRevision(_))
    }

    /// Where it comes from, in words.
    pub fn words(&self) -> String {
        match &self.source {
            Source::Revision(number) => format!("what revision {number} recorded as published"),
            Source::AssumedByRevision(number) => {
                format!(
                    "what revision {number} found published, assuming that it was not edited since the cluster took it"
                )
            }
            Source::Assumed => {
                "what is published today, assuming that it was not edited since the cluster took it".into()
            }
            Source::Named(words) => words.clone(),
            Source::Unknown(why) => format!("unknown: {why}"),
        }
    }

    /// The record of it for a revision; `None` where it is not known.
    pub fn taken(&self, attached: &AttachedProfile<'_>) -> Option<Taken> {
        Some(Taken {
            profile: attached.name().into_owned(),
            version: attached.version().map(Cow::into_owned),
            content: self.content.clone()?,
            assumption: self.is_assumed().then(|| self.words()),
        })
    }

    /// The cluster's copy as the merge is to read it. Palette's own flag that a pack is not overridden tells only where
    /// nothing was recorded: a write of ours may have come after it.
    pub fn own(&self, attached: &AttachedProfile<'_>) -> Value {
        let mut own = attached.raw().clone();
        if matches!(self.source, Source::Revision(_) | Source::AssumedByRevision(_) | Source::Named(_))
            && let Some(packs) = own.get_mut("packs").and_then(Value::as_array_mut)
        {
            packs.iter_mut().filter_map(Value::as_object_mut).for_each(|pack| {
                pack.shift_remove("isValuesOverridden");
                let manifests = pack.get_mut("manifests").and_then(Value::as_array_mut);
                let is_told = |it: &&mut Map<String, Value>| it.get("isOverridden") == Some(&Value::Bool(false));
                manifests.into_iter().flatten().filter_map(Value::as_object_mut).filter(is_told).for_each(|it| {
                    it.shift_remove("isOverridden");
                });
            });
        }
        own
    }
}

/// What says that a published version was edited since the cluster took it. When the cluster took it is not known, but it
/// was not before the cluster was created.
fn edited_since(
    cluster: &Cluster<'_>,
    attached: &AttachedProfile<'_>,
    published: &PublishedProfile<'_>,
) -> Option<String> {
    if field::at(attached.raw(), &[UPDATE_IS_OFFERED]) == Some(&Value::Bool(true)) {
        return Some("the cluster has an update of it pending".into());
    }
    if field::at(cluster.raw(), &["status", "notifications", "isAvailable"]).and_then(Value::as_bool) == Some(true) {
        return Some("the cluster has an update pending".into());
    }
    let names: Vec<_> = published.packs().iter().map(|pack| pack.name().into_owned()).collect();
    let pending = |it: &crate::cluster::PackStatus<'_>| {
        it.condition.as_deref() == Some("UpgradeAvailable") && names.iter().any(|name| *name == it.name)
    };
    if let Some(status) = cluster.pack_statuses().iter().find(|it| pending(it)) {
        return Some(format!("pack {} reports UpgradeAvailable", status.name));
    }
    let edited = edited_at(published.raw())?;
    let is_later = |than: Option<Cow<'_, str>>| than.is_none_or(|than| seconds(&edited) > seconds(&than));
    let created = |raw| field::text(raw, &["metadata", "creationTimestamp"]);
    (is_later(created(published.raw())) && is_later(created(cluster.raw())))
        .then(|| format!("it was modified at {edited}"))
}

/// When the content of a profile was last written: as Palette says, else as the API server knows its writers.
fn edited_at(raw: &Value) -> Option<String> {
    if let Some(time) = field::text(raw, &["metadata", "lastModifiedTimestamp"]) {
        return Some(time.into_owned());
    }
    let of_content =
        |entry: &&Value| entry.get("subresource").is_none() && field::at(entry, &["fieldsV1", "f:spec"]).is_some();
    let managed = field::at(raw, &["metadata", "managedFields"])?.as_array()?;
    let times = managed.iter().filter(of_content).filter_map(|entry| entry.get("time")?.as_str());
    times.max().map(Into::into)
}

/// A time of RFC 3339 in UTC up to the second, which orders as text does.
fn seconds(time: &str) -> &str {
    time.get(..19).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::revision::Status;

    const CREATED: &str = "2026-01-02T00:00:00Z";

    fn cluster() -> Value {
        json!({
            "metadata": {"creationTimestamp": CREATED},
            "spec": {"clusterProfileTemplates": [{"name": "p", "profileVersion": "1.0.0", "packs": [{"name": "a", "isValuesOverridden": false}]}]},
        })
    }

    fn published(metadata: Value) -> Value {
        json!({"metadata": metadata, "spec": {"version": "1.0.0", "published": {"name": "p", "packs": [{"name": "a"}]}}})
    }

    fn base(cluster: &Value, published: &Value, revisions: &[Revision], purpose: Purpose) -> Base {
        let cluster = Cluster::new(cluster);
        Base::of(&cluster, &cluster.profiles()[0], revisions, Some(&PublishedProfile::new(published)), purpose)
    }

    fn revision() -> Revision {
        serde_json::from_value(json!({
            "number": 4, "cluster": "c", "clusterUid": null, "status": "deployed", "action": "switch", "from": "p@0.9.0",
            "to": "p@1.0.0", "createdAt": CREATED, "user": null, "reason": null, "before": [], "after": [], "bases": [],
            "taken": [{"profile": "p", "version": "1.0.0", "content": {"packs": ["recorded"]}}],
        }))
        .unwrap()
    }

    #[test]
    fn what_was_recorded_wins() {
        let found = base(&cluster(), &published(json!({})), &[revision()], Purpose::Update);
        assert_eq!(found.source, Source::Revision(4));
        assert_eq!(found.content, Some(json!({"packs": ["recorded"]})));
        let mut assumed = revision();
        assumed.taken[0].assumption = Some("why".into());
        let found = base(&cluster(), &published(json!({})), &[assumed], Purpose::Update);
        assert_eq!(found.source, Source::AssumedByRevision(4));
        assert!(found.taken(&Cluster::new(&cluster()).profiles()[0]).unwrap().assumption.is_some());
        let abandoned = Revision { status: Status::Abandoned, ..revision() };
        assert_eq!(base(&cluster(), &published(json!({})), &[abandoned], Purpose::Switch).source, Source::Assumed);
    }

    #[test]
    fn what_is_published_today_is_a_base_for_a_switch_alone() {
        let today = published(json!({}));
        assert_eq!(base(&cluster(), &today, &[], Purpose::Switch).content, Some(today["spec"]["published"].clone()));
        assert_eq!(base(&cluster(), &today, &[], Purpose::Update).content, None);
    }

    #[test]
    fn a_target_is_never_its_own_base() {
        let today = published(json!({}));
        let view = PublishedProfile::new(&today);
        let other = json!({"name": "p", "packs": []});
        assert_eq!(Purpose::of(Some(&view), &view.content().unwrap()), Purpose::Update);
        assert_eq!(Purpose::of(Some(&view), &AttachedProfile::new(&other, "t".into())), Purpose::Switch);
        assert_eq!(Purpose::of(None, &view.content().unwrap()), Purpose::Switch);
    }

    #[test]
    fn a_version_that_was_edited_later_is_no_base() {
        let edited = |modified: &str| {
            let metadata = json!({"creationTimestamp": "2026-01-01T00:00:00Z", "lastModifiedTimestamp": modified});
            base(&cluster(), &published(metadata), &[], Purpose::Switch).content.is_none()
        };
        assert!(edited("2026-01-03T00:00:00Z"));
        assert!(!edited("2026-01-01T12:00:00Z"), "before the cluster took it");
        assert!(!edited("2026-01-01T00:00:00.5Z"));
        let manager = |fields: Value, time: &str| json!({"creationTimestamp": "2026-01-01T00:00:00Z", "managedFields": [{"time": time, "fieldsV1": fields}]});
        let of = |metadata| base(&cluster(), &published(metadata), &[], Purpose::Switch).content.is_none();
        assert!(of(manager(json!({"f:spec": {}}), "2026-02-01T00:00:00Z")));
        assert!(!of(manager(json!({"f:metadata": {}}), "2026-02-01T00:00:00Z")), "a label is no edit");
    }

    #[test]
    fn a_pending_update_of_the_cluster_tells_of_an_edit() {
        let mut notified = cluster();
        notified["status"] = json!({"notifications": {"isAvailable": true}});
        assert_eq!(base(&notified, &published(json!({})), &[], Purpose::Switch).content, None);
        let mut reported = cluster();
        reported["status"] = json!({"packs": [{"name": "a", "condition": {"type": "UpgradeAvailable"}}]});
        assert_eq!(base(&reported, &published(json!({})), &[], Purpose::Switch).content, None);
    }

    #[test]
    fn the_flag_of_palette_counts_only_where_nothing_is_recorded() {
        let cluster = cluster();
        let attached = Cluster::new(&cluster).profiles()[0].clone();
        let flag = |revisions: &[Revision]| {
            base(&cluster, &published(json!({})), revisions, Purpose::Switch).own(&attached)["packs"][0]
                .get("isValuesOverridden")
                .cloned()
        };
        assert_eq!(flag(&[]), Some(json!(false)));
        assert_eq!(flag(&[revision()]), None);
    }
}
