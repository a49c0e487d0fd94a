//! Our record of one change to one cluster: what makes it undoable.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    cluster::Cluster,
    content::Content,
    diff::in_meaning,
    merge::{Override, Resolution, Verdict},
    profile::AttachedProfile,
};

/// How many revisions of one cluster are kept.
pub const KEPT: usize = 10;

/// How far a change got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Recorded, and perhaps written: whoever reads it next finds out.
    Pending,
    /// Written.
    Deployed,
    /// Never written.
    Abandoned,
}

impl Status {
    /// The word for people and for labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Deployed => "deployed",
            Self::Abandoned => "abandoned",
        }
    }
}

/// One change to one cluster, with both sides of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Revision {
    /// Counts from 1 for each cluster.
    pub number: u64,
    /// The cluster's name.
    pub cluster: String,
    /// The cluster's uid, by which a cluster that was created anew is told apart.
    pub cluster_uid: Option<String>,
    /// How far the change got.
    pub status: Status,
    /// The verb that made it, such as `switch`.
    pub action: String,
    /// `NAME@VERSION` before.
    pub from: String,
    /// `NAME@VERSION` after.
    pub to: String,
    /// When it was made, as RFC 3339.
    pub created_at: String,
    /// Who made it, as far as the store knows.
    pub user: Option<String>,
    /// Why, as given.
    pub reason: Option<String>,
    /// What was decided about overrides, and what became of the others.
    #[serde(default)]
    pub decisions: Vec<Decided>,
    /// `spec.clusterProfileTemplates` before the change.
    pub before: Value,
    /// `spec.clusterProfileTemplates` after the change.
    pub after: Value,
    /// What the attached profiles were taken from before the change, as far as it was known.
    #[serde(default)]
    pub bases: Vec<Taken>,
    /// What they are taken from after it.
    #[serde(default)]
    pub taken: Vec<Taken>,
}

/// What was published for a profile version when a cluster took it: the base of its overrides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Taken {
    /// The profile's name.
    pub profile: String,
    /// The version that is attached.
    pub version: Option<String>,
    /// The published content.
    pub content: Value,
    /// Why it is only assumed to be what the cluster took, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assumption: Option<String>,
}

/// What became of one override.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    /// Where it stands; see [`Override::place`](crate::merge::Override::place).
    pub place: String,
    /// The verdict of the merge.
    pub verdict: Verdict,
    /// What the user decided, where it took a decision: `override`, `profile` or `value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<String>,
}

impl Decided {
    /// What became of `it`.
    pub fn of(it: &Override) -> Self {
        let resolution = it.resolution.as_ref().map(|resolution| match resolution {
            Resolution::Override => "override",
            Resolution::Profile => "profile",
            Resolution::Value(_) => "value",
        });
        Self { place: it.place(), verdict: it.verdict, resolution: resolution.map(Into::into) }
    }

    /// Whether it is no override any more.
    pub fn is_dropped(&self) -> bool {
        self.resolution.as_deref() == Some("profile")
    }
}

impl Revision {
    /// How far a pending change really got, judged by what the cluster holds now.
    ///
    /// A cluster that equals neither side was edited by somebody since. Then a pack tells that is as the change made it,
    /// and after that the attached version: it is the target's exactly when the write happened.
    pub fn settle(&self, cluster: &Cluster<'_>) -> Status {
        let (before, after) = (document(&self.before), document(&self.after));
        let (before, after) = (Cluster::new(&before), Cluster::new(&after));
        let now = Content::of(cluster);
        if Content::of(&after) == now {
            return Status::Deployed;
        }
        if Content::of(&before) == now {
            return Status::Abandoned;
        }
        // What was detached is gone, whatever became of the rest.
        let (kept, there) = (names(&after), names(cluster));
        let detached: Vec<_> = names(&before).into_iter().filter(|name| !kept.contains(name)).collect();
        if !detached.is_empty() {
            let is_there = detached.iter().any(|name| there.contains(name));
            return if is_there { Status::Abandoned } else { Status::Deployed };
        }
        // A server may have formatted anew what it was given.
        if !in_meaning(&before, &after).is_empty() {
            if in_meaning(&after, cluster).is_empty() {
                return Status::Deployed;
            }
            if in_meaning(&before, cluster).is_empty() {
                return Status::Abandoned;
            }
        }
        let (was, made, is) = (packs(&before), packs(&after), packs(cluster));
        if is.iter().any(|pack| made.contains(pack) && !was.contains(pack)) {
            return Status::Deployed;
        }
        let references = || cluster.profiles().into_iter().any(|it| reference(&it) == self.to);
        if self.from != self.to && references() { Status::Deployed } else { Status::Abandoned }
    }

    /// The attached profiles before the change, as a document to view.
    pub fn before_document(&self) -> Value {
        document(&self.before)
    }

    /// The attached profiles after the change, as a document to view.
    pub fn after_document(&self) -> Value {
        document(&self.after)
    }

    /// What was published for `attached` when this cluster took it, where this revision knows.
    pub fn taken_of(&self, attached: &AttachedProfile<'_>) -> Option<&Taken> {
        let is_it =
            |it: &&Taken| it.profile == attached.name() && it.version.as_deref() == attached.version().as_deref();
        self.taken.iter().find(is_it).filter(|_| self.status == Status::Deployed)
    }
}

/// The newest revision that was written.
pub fn newest_deployed(revisions: &[Revision]) -> Option<&Revision> {
    revisions.iter().filter(|it| it.status == Status::Deployed).max_by_key(|it| it.number)
}

/// The names of the attached profiles.
fn names(cluster: &Cluster<'_>) -> Vec<String> {
    cluster.profiles().iter().map(|it| it.name().into_owned()).collect()
}

/// The packs of a cluster as they stand, each with its profile's name.
fn packs(cluster: &Cluster<'_>) -> Vec<(String, Value)> {
    let of = |profile: AttachedProfile<'_>| {
        let name = profile.name().into_owned();
        profile.packs().iter().map(|pack| (name.clone(), pack.raw().clone())).collect::<Vec<_>>()
    };
    cluster.profiles().into_iter().flat_map(of).collect()
}

fn reference(profile: &AttachedProfile<'_>) -> String {
    crate::profile::reference(&profile.name(), profile.version().as_deref())
}

fn document(templates: &Value) -> Value {
    json!({"spec": {"clusterProfileTemplates": templates}})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn templates(version: &str, values: &str) -> Value {
        json!([{"name": "hello", "profileVersion": version, "packs": [{"name": "k", "values": values}]}])
    }

    fn revision() -> Revision {
        Revision {
            number: 1,
            cluster: "demo".into(),
            cluster_uid: None,
            status: Status::Pending,
            action: "switch".into(),
            from: "hello@1.0.0".into(),
            to: "hello@1.1.0".into(),
            created_at: "2026-01-01T00:00:00Z".into(),
            user: None,
            reason: None,
            decisions: Vec::new(),
            before: templates("1.0.0", "a: 1"),
            after: templates("1.1.0", "a: 2"),
            bases: Vec::new(),
            taken: vec![Taken {
                profile: "hello".into(),
                version: Some("1.1.0".into()),
                content: json!({"packs": []}),
                assumption: None,
            }],
        }
    }

    fn check(version: &str, values: &str, expected: Status) {
        let now = document(&templates(version, values));
        assert_eq!(revision().settle(&Cluster::new(&now)), expected, "{version} {values}");
    }

    #[test]
    fn a_pending_revision_is_settled_by_what_the_cluster_holds() {
        check("1.1.0", "a: 2", Status::Deployed);
        check("1.0.0", "a: 1", Status::Abandoned);
    }

    #[test]
    fn a_cluster_that_was_edited_since_is_settled_by_its_version() {
        check("1.1.0", "a: 3", Status::Deployed);
        check("1.0.0", "a: 3", Status::Abandoned);
        check("2.0.0", "a: 3", Status::Abandoned);
    }

    #[test]
    fn a_revision_survives_its_own_json() {
        let text = serde_json::to_string(&revision()).unwrap();
        assert_eq!(serde_json::from_str::<Revision>(&text).unwrap(), revision());
    }

    #[test]
    fn only_a_deployed_revision_knows_the_base() {
        let now = templates("1.1.0", "a: 2");
        let attached = AttachedProfile::new(&now[0], "t".into());
        assert_eq!(revision().taken_of(&attached), None);
        let deployed = Revision { status: Status::Deployed, ..revision() };
        assert_eq!(deployed.taken_of(&attached).map(|it| &it.content), Some(&json!({"packs": []})));
        let old = templates("1.0.0", "a: 2");
        assert_eq!(deployed.taken_of(&AttachedProfile::new(&old[0], "t".into())), None);
    }

    #[test]
    fn a_detached_profile_is_settled_by_whether_it_is_there() {
        let profile = |name: &str, values: &str| json!({"name": name, "packs": [{"name": "k", "values": values}]});
        let revision = Revision {
            to: "none".into(),
            before: json!([profile("a", "x: 1"), profile("b", "y: 1")]),
            after: json!([profile("a", "x: 1")]),
            ..revision()
        };
        let settled = |templates: Value| revision.settle(&Cluster::new(&document(&templates)));
        assert_eq!(settled(json!([profile("a", "x: 2")])), Status::Deployed);
        assert_eq!(settled(json!([profile("a", "x: 2"), profile("c", "z: 1")])), Status::Deployed);
        assert_eq!(settled(json!([profile("a", "x: 2"), profile("b", "y: 1")])), Status::Abandoned);
    }

    #[test]
    fn a_change_within_one_version_is_settled_by_its_packs() {
        let packs = |one: &str, two: &str| json!([{"name": "hello", "profileVersion": "1.0.0", "packs": [{"name": "k", "values": one}, {"name": "l", "values": two}]}]);
        let revision = Revision {
            to: "hello@1.0.0".into(),
            before: packs("a: 1", "b: 1"),
            after: packs("a: 2", "b: 1"),
            ..revision()
        };
        let settled = |one: &str, two: &str| revision.settle(&Cluster::new(&document(&packs(one, two))));
        assert_eq!(settled("a: 2", "b: 7"), Status::Deployed);
        assert_eq!(settled("a: 1", "b: 7"), Status::Abandoned);
        assert_eq!(settled("a: 3", "b: 1"), Status::Abandoned);
    }

    #[test]
    fn a_text_that_a_server_formatted_anew_is_the_one_that_was_written() {
        let written =
            Revision { before: templates("1.0.0", "a: 1"), after: templates("1.0.0", "a: 2 # two"), ..revision() };
        let revision = Revision { from: "hello@1.0.0".into(), to: "hello@1.0.0".into(), ..written };
        let settled = |values: &str| revision.settle(&Cluster::new(&document(&templates("1.0.0", values))));
        assert_eq!(settled("a:   2\n"), Status::Deployed);
        assert_eq!(settled("a:   1\n"), Status::Abandoned);
    }
}
