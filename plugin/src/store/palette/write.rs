//! The write of a cluster's profiles: what would lose something or would not be made is refused before, and afterwards the
//! cluster is looked at.

use std::time::Duration;

use http::Method;
use profile_core::{
    cluster::Cluster,
    diff::{Change, in_meaning},
    field,
    profile::AttachedProfile,
};
use serde_json::Value;

use super::{PaletteStore, client::segment, entities, entities::Manner, questions::offers_update};
use crate::{
    error::{Error, Kind},
    store::Document,
};

/// How often a cluster is looked at after a write: an answer may come from a copy that is a moment behind, and its parts from
/// several.
const LOOKS: u32 = 5;
/// How long is waited before each further look.
const PAUSE: Duration = Duration::from_secs(1);

impl PaletteStore {
    /// Writes the profiles that differ; nothing where none does. Palette keeps no version of the object to compare with: who
    /// writes looks right before.
    pub(crate) async fn write_profiles(&self, before: &Document, after: &Value, manner: Manner) -> Result<(), Error> {
        self.refuse_unwritable(before, after, manner).await?;
        if entities::changed(&before.value, after).is_empty() {
            return Ok(());
        }
        let uid = segment(&before.cluster().uid().unwrap_or_default());
        let what = format!("write the profiles of cluster {:?}", before.cluster().name());
        let (path, body) = match manner.is_update {
            true => {
                // The notification that the update answers is done with it.
                let open = self.notifications(before).await?;
                let notify =
                    open.iter().filter(|it| offers_update(it)).find_map(|it| field::text(it, &["metadata", "uid"]));
                let notify = notify.map(|it| format!("?notify={}", segment(&it))).unwrap_or_default();
                (format!("/v1/spectroclusters/{uid}/packRefs{notify}"), entities::updates(&before.value, after))
            }
            false => (format!("/v1/spectroclusters/{uid}/profiles"), entities::profiles(&before.value, after)),
        };
        let sent = self.client.write(Method::PATCH, &path, Some(&entities::applied(body, manner)), &what).await;
        sent.map(|_| ()).map_err(|error| match error.kind {
            // It says that something else is under way, and not that what was read is old: it is not sent again.
            Kind::Conflict => Error { kind: Kind::Unanswered, ..error },
            _ => error,
        })
    }

    /// Refuses a write that would lose what is not visible, or that Palette would not make as it was shown.
    pub(crate) async fn refuse_unwritable(
        &self,
        before: &Document,
        after: &Value,
        manner: Manner,
    ) -> Result<(), Error> {
        let unseen = entities::unseen(&before.value, after);
        if !unseen.is_empty() {
            return Err(Error::refused(format!("the content of these manifests is not visible: {}", unseen.join(", ")))
                .hint("a write without it would lose it; may the user of the key read the manifests of this cluster and its profile?"));
        }
        let twice = entities::named_twice(&before.value, after);
        if !twice.is_empty() {
            return Err(Error::refused(format!(
                "these stand several times, and no name tells them apart: {}",
                twice.join(", ")
            ))
            .hint("Palette is written to by names; give each one of its own in the profile first"));
        }
        // An update moves the versions of packs, by what Palette offers.
        if manner.is_update {
            return Ok(());
        }
        for (current, attached) in entities::changed(&before.value, after) {
            let attached = AttachedProfile::new(attached, "pending".into());
            let uid = attached.uid().unwrap_or_default();
            // A copy stays what it is until it is replaced or updated.
            if let Some(current) = current
                .map(|raw| AttachedProfile::new(raw, "current".into()))
                .filter(|it| it.uid().as_ref() == Some(&uid))
            {
                let other = other_versions(&attached, &current);
                if !other.is_empty() {
                    return Err(Error::refused(format!("the versions of packs cannot be written for one cluster: {}", other.join(", ")))
                        .hint("they follow the profile version; `update` takes over an edit of it, and nothing takes it back; nothing was written"));
                }
                continue;
            }
            let former = current.and_then(|raw| field::text(raw, &["uid"]));
            if let (Some(former), Some(current)) = (former, current)
                && let Some(taken) = self.version(&former).await?
                && field::items(&taken.value, &["spec", "variables"]).next().is_some()
                && current.get("variables").is_none()
            {
                let reference = taken.profile().reference();
                return Err(Error::refused(format!(
                    "the values of the variables of {reference} are not visible in this cluster"
                ))
                .hint("a write would put the defaults in their place; may the user of the key read them?"));
            }
            let Some(version) = self.version(&uid).await? else { continue };
            let Some(published) = version.profile().content() else { continue };
            let other = other_versions(&attached, &published);
            if !other.is_empty() {
                let reference = version.profile().reference();
                return Err(Error::refused(format!(
                    "Palette takes the versions of packs from {reference}, and these are other ones: {}",
                    other.join(", ")
                ))
                .hint("the version was edited in place since; nothing was written"));
            }
        }
        Ok(())
    }

    /// Fails where the cluster does not hold what was written.
    pub(crate) async fn refuse_other(&self, before: &Document, written: &Value) -> Result<(), Error> {
        let name = before.cluster().name().into_owned();
        let unseen = |error: Error| error.hint("Palette took the write; only what it made of it was not visible");
        let mut other = Vec::new();
        for look in 0..LOOKS {
            if look > 0 {
                tokio::time::sleep(PAUSE).await;
            }
            let now = self.reread(before).await.map_err(unseen)?;
            other = in_meaning(&Cluster::new(written), &now.cluster());
            if other.is_empty() {
                return Ok(());
            }
        }
        let places: Vec<_> = other.iter().map(Change::title).collect();
        let message =
            format!("Palette took the write, and cluster {name:?} holds something else: {}", places.join(", "));
        Err(Error::failed(message)
            .hint(format!("look at `kubectl profile diff {name}{}`", self.flags()))
            .hint("it is recorded as made; `kubectl profile rollback` goes back"))
    }
}

/// The packs whose version is not the published one.
fn other_versions(attached: &AttachedProfile<'_>, published: &AttachedProfile<'_>) -> Vec<String> {
    let there = published.packs();
    let other = |own: &profile_core::pack::Pack<'_>| {
        let published = there.iter().find(|it| it.name() == own.name());
        let version = |it: &profile_core::pack::Pack<'_>| it.version().unwrap_or_default().into_owned();
        match published {
            Some(it) if version(it) == version(own) => None,
            Some(it) => Some(format!("{} {} instead of {}", own.name(), version(own), version(it))),
            None => Some(format!("{}, which it does not have", own.name())),
        }
    };
    attached.packs().iter().filter_map(other).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn other_versions_and_packs_are_named() {
        let of = |packs: Value| json!({"name": "p", "packs": packs});
        let own = of(json!([{"name": "a", "version": "1"}, {"name": "b", "version": "1"}, {"name": "c"}]));
        let published = of(json!([{"name": "a", "version": "1"}, {"name": "b", "version": "2"}]));
        let view = |raw| AttachedProfile::new(raw, "p".into());
        let found = other_versions(&view(&own), &view(&published));
        assert_eq!(found, ["b 1 instead of 2", "c, which it does not have"]);
        assert!(other_versions(&view(&published), &view(&published)).is_empty());
    }
}
