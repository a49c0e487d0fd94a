//! A live object that is set: how it is addressed, what of it is set, and how it stands.

use std::collections::BTreeMap;

use profile_core::{
    render::Identity,
    scale::{Lever, Subject, Write, moved},
};
use serde_json::Value;

use crate::{
    error::{Error, Kind},
    store::{DryRun, KubernetesStore, Resource},
};

/// How a kind is addressed, and what of it is set.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) resource: Resource,
    pub(super) lever: Option<Lever>,
}

/// A live object as it was read.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) identity: Identity,
    pub(super) place: Place,
    pub(super) live: Value,
    /// Its `/scale`, where only that tells its size.
    scale: Option<Value>,
}

impl Target {
    /// Reads an object; `None` when it is gone.
    pub(super) async fn read(
        store: &KubernetesStore,
        place: &Place,
        identity: &Identity,
    ) -> Result<Option<Self>, Error> {
        let Some(live) = store.live(&place.resource, identity).await? else { return Ok(None) };
        let scale = match place.lever {
            Some(Lever::Subresource) => store.scale(&place.resource, identity).await?,
            _ => None,
        };
        Ok(Some(Self { identity: identity.clone(), place: place.clone(), live, scale }))
    }

    /// The object of a kind that needs no more than itself.
    pub(super) fn of_live(live: Value) -> Option<Self> {
        let identity = Identity::of_live(&live)?;
        let place = known(&identity)?;
        Some(Self { identity, place, live, scale: None })
    }

    pub(super) async fn reread(&self, store: &KubernetesStore) -> Result<Option<Self>, Error> {
        Self::read(store, &self.place, &self.identity).await
    }

    pub(super) fn subject(&self) -> Subject<'_> {
        Subject { live: &self.live, lever: self.place.lever.as_ref(), scale: self.scale.as_ref() }
    }

    /// What of it moved that decides about a write, in words.
    pub(super) fn moved(&self, now: &Self) -> Vec<String> {
        moved(&self.subject(), &now.subject())
    }

    pub(super) async fn write(&self, store: &KubernetesStore, write: &Write, dry_run: DryRun) -> Result<(), Error> {
        let (resource, identity) = (&self.place.resource, &self.identity);
        match write {
            Write::Object(patch) => store.patch_live(resource, identity, patch, dry_run).await,
            Write::Scale(patch) => store.patch_scale(resource, identity, patch, dry_run).await,
        }
        .map(|_| ())
    }
}

/// Whether a failure to read an object is this object's own: its server answered, and others may well be read.
pub(super) fn is_of_one(error: &Error) -> bool {
    matches!(error.kind, Kind::Failed | Kind::Forbidden | Kind::Unanswered)
}

/// How the kind of an object is addressed, where that is known without asking.
pub(super) fn known(identity: &Identity) -> Option<Place> {
    let scaled_objects = Resource::stable("keda.sh", "v1alpha1", "ScaledObject", "scaledobjects");
    let resource = Resource::stoppable().into_iter().chain([scaled_objects]);
    let resource = resource.into_iter().find(|it| identity.is(&it.group, &it.kind))?;
    let lever = Lever::of_kind(&resource.group, &resource.kind);
    Some(Place { resource, lever })
}

/// How the kinds of some objects are addressed, and what of them is set. The cluster is asked only about groups of others
/// than Kubernetes itself; a kind that is not served is left out.
pub(super) async fn places<'i>(
    store: &KubernetesStore,
    identities: impl Iterator<Item = &'i Identity> + Clone,
) -> Result<BTreeMap<(String, String), Place>, Error> {
    let kind = |it: &Identity| (it.group.clone(), it.kind.clone());
    let mut places: BTreeMap<_, _> = identities.clone().filter_map(|it| Some((kind(it), known(it)?))).collect();
    let unknown: Vec<_> = identities.filter(|it| is_custom(it)).filter(|it| !places.contains_key(&kind(it))).collect();
    for resource in store.resources(unknown.into_iter()).await? {
        let lever = store.lever(&resource).await?;
        places.insert((resource.group.clone(), resource.kind.clone()), Place { resource, lever });
    }
    Ok(places)
}

/// Whether the kind may be a custom resource. Groups of Kubernetes itself have no dot, or its own domain, and nothing in them
/// has a `/scale` but what is known.
pub(super) fn is_custom(identity: &Identity) -> bool {
    identity.group.contains('.') && !OWN_GROUPS.contains(&identity.group.as_str())
}

/// Groups of Kubernetes itself that packs render.
const OWN_GROUPS: [&str; 6] = [
    "rbac.authorization.k8s.io",
    "networking.k8s.io",
    "storage.k8s.io",
    "apiextensions.k8s.io",
    "admissionregistration.k8s.io",
    "scheduling.k8s.io",
];

/// The autoscalers and ScaledObjects of a namespace, or why they are not visible.
pub(super) async fn scalers(
    store: &KubernetesStore,
    namespace: Option<&str>,
) -> Result<Result<Vec<Value>, String>, Error> {
    let mut found = Vec::new();
    for resource in super::users::scalers() {
        match store.live_list(&resource, namespace).await {
            Ok(items) => found.extend(items),
            Err(error) if error.kind == Kind::Forbidden => {
                let plural = &resource.plural;
                return Ok(Err(format!(
                    "whether something scales it up again is not visible: you may not list {plural}"
                )));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Ok(found))
}
