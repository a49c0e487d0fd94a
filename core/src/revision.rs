//! Our record of one change to one cluster: what makes it undoable.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    cluster::Cluster,
    content::Content,
    profile::{AttachedProfile, PublishedProfile},
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
    /// Overrides that the user told us to drop, by place.
    #[serde(default)]
    pub dropped: Vec<String>,
    /// `spec.clusterProfileTemplates` before the change.
    pub before: Value,
    /// `spec.clusterProfileTemplates` after the change.
    pub after: Value,
    /// The content published for the version that was attached before, where it was in sight.
    pub published_base: Option<Value>,
    /// The content published for the target, as this cluster took it.
    pub published_target: Option<Value>,
}

impl Revision {
    /// How far a pending change really got, judged by what the cluster holds now.
    ///
    /// A cluster that equals neither side was edited by somebody since. Then the attached version tells: it is the
    /// target's exactly when the write happened.
    pub fn settle(&self, cluster: &Cluster<'_>) -> Status {
        let now = Content::of(cluster);
        let is = |templates: &Value| {
            let document = document(templates);
            Content::of(&Cluster::new(&document)) == now
        };
        let references = || cluster.profiles().into_iter().any(|it| reference(&it) == self.to);
        if is(&self.after) || (!is(&self.before) && references()) { Status::Deployed } else { Status::Abandoned }
    }

    /// The attached profiles before the change, as a document to view.
    pub fn before_document(&self) -> Value {
        document(&self.before)
    }

    /// The content that was published for `attached` when this cluster took it, where this revision brought it in.
    pub fn base_of(&self, attached: &AttachedProfile<'_>) -> Option<&Value> {
        let target = self.published_target.as_ref()?;
        (self.status == Status::Deployed && reference(attached) == self.to).then_some(target)
    }
}

/// The content of a published profile as revisions keep it.
pub fn published(profile: &PublishedProfile<'_>) -> Option<Value> {
    profile.content().map(|content| content.raw().clone())
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
            dropped: Vec::new(),
            before: templates("1.0.0", "a: 1"),
            after: templates("1.1.0", "a: 2"),
            published_base: None,
            published_target: Some(json!({"packs": []})),
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
        assert_eq!(revision().base_of(&attached), None);
        let deployed = Revision { status: Status::Deployed, ..revision() };
        assert_eq!(deployed.base_of(&attached), Some(&json!({"packs": []})));
        let old = templates("1.0.0", "a: 2");
        assert_eq!(deployed.base_of(&AttachedProfile::new(&old[0], "t".into())), None);
    }
}
