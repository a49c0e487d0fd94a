//! The pending document of a proposal, and how each profile came to it.

use profile_core::{
    base::{Base, Source},
    merge::{self, Decisions, Merged},
    profile::{self, AttachedProfile},
    revision::Taken,
};
use serde_json::Value;

/// What a goal comes to.
#[derive(Default)]
pub(crate) struct Draft {
    /// The cluster document after the change.
    pub(crate) pending: Value,
    /// The attached profiles that the goal concerns.
    pub(crate) profiles: Vec<ProfileDraft>,
    /// What else should be known.
    pub(crate) notes: Vec<String>,
    /// A hash of everything beside the cluster that the pending document was computed from.
    pub(crate) target: String,
}

/// What becomes of one attached profile.
pub(crate) struct ProfileDraft {
    /// Its field path in the cluster document.
    pub(crate) path: String,
    /// It as it stands.
    pub(crate) current: Value,
    /// `NAME@VERSION` before.
    pub(crate) from: String,
    /// `NAME@VERSION` after.
    pub(crate) to: String,
    /// What it was taken from.
    pub(crate) base: Base,
    /// What it is taken from after the change, where that is known.
    pub(crate) taken: Option<Taken>,
    /// How its overrides fared.
    pub(crate) merged: Merged,
}

impl ProfileDraft {
    /// Merges what `attached` sets over `base` into `target`, which takes its place with the identity that it names.
    pub(crate) fn merged(
        attached: &AttachedProfile<'_>,
        base: Base,
        target: &AttachedProfile<'_>,
        identity: (Option<&str>, Option<&str>),
        decisions: &Decisions,
    ) -> Self {
        let own = base.own(attached);
        let own = AttachedProfile::new(&own, attached.path().to_owned());
        let published = base.content.as_ref().map(|raw| AttachedProfile::new(raw, "published".into()));
        let mut merged = merge::merge(published.as_ref(), &own, target, decisions);
        if let Value::Object(content) = &mut merged.content {
            content.insert("name".into(), attached.name().into());
            for (key, text) in [("uid", identity.0), ("profileVersion", identity.1)] {
                let Some(text) = text else { continue };
                content.insert(key.into(), text.into());
            }
        }
        let version = identity.1.map(str::to_owned).or_else(|| attached.version().map(Into::into));
        Self {
            path: attached.path().to_owned(),
            current: attached.raw().clone(),
            from: profile::reference(&attached.name(), attached.version().as_deref()),
            to: profile::reference(&attached.name(), version.as_deref()),
            base,
            taken: Some(Taken {
                profile: attached.name().into(),
                version,
                content: target.raw().clone(),
                assumption: None,
            }),
            merged,
        }
    }

    /// Whether it says anything about overrides that they were told by this base.
    pub(super) fn has_base(&self) -> bool {
        !self.merged.overrides.is_empty()
    }

    /// What the overrides were told by, where there are any.
    pub(crate) fn base_said(&self) -> Option<String> {
        self.has_base().then(|| self.base_words())
    }

    pub(super) fn base_words(&self) -> String {
        format!("{}: {}", self.from, self.base.words())
    }

    /// Whether what it was taken from is not known.
    pub(crate) fn lacks_base(&self) -> bool {
        matches!(self.base.source, Source::Unknown(_))
    }
}

/// The cluster document with the profiles of `drafts` in their places.
pub(super) fn pending(cluster: &Value, drafts: &[ProfileDraft]) -> Value {
    drafts.iter().fold(cluster.clone(), |document, draft| put(document, &draft.path, &draft.merged.content))
}

/// The document with `content` at a field path.
pub(crate) fn placed(document: &Value, path: &str, content: &Value) -> Value {
    put(document.clone(), path, content)
}

fn put(mut document: Value, path: &str, content: &Value) -> Value {
    let pointer = path.replace(['.', '['], "/").replace(']', "");
    if let Some(entry) = document.pointer_mut(&format!("/{pointer}")) {
        *entry = content.clone();
    }
    document
}
