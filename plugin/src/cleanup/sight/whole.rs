//! Reads whole what was found by its metadata, where more than the metadata matters.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use futures_util::{StreamExt, TryStreamExt, stream};
use profile_core::{field, render::Identity};
use serde_json::Value;

use super::{
    PARALLEL,
    survey::{Survey, unseen},
};
use crate::{
    error::{Error, Kind},
    store::{Depth, KubernetesStore, Served, ServedKind},
};

/// How many objects of a kind are read one by one, rather than listed.
const FEW: usize = 4;

/// The objects that are `wanted`, whole or as far as they matter; and the metadata of what is the same object under another
/// name.
pub(super) async fn whole(
    store: &KubernetesStore,
    served: &Served,
    survey: Survey,
    wanted: &(dyn Fn(&Identity) -> bool + Sync),
    not_visible: &mut BTreeSet<String>,
) -> Result<Vec<Value>, Error> {
    let mut live = survey.whole;
    let mut others = Vec::new();
    let mut by_kind = BTreeMap::<(String, String), Vec<(Identity, Value)>>::new();
    for object in survey.metadata {
        match Identity::of_live(&object) {
            Some(identity) if wanted(&identity) => {
                by_kind.entry((identity.group.clone(), identity.kind.clone())).or_default().push((identity, object));
            }
            _ => others.push(object),
        }
    }
    let uid = |object: &Value| field::text(object, &["metadata", "uid"]).map(std::borrow::Cow::into_owned);
    let uids: HashSet<_> = by_kind.values().flatten().filter_map(|(_, object)| uid(object)).collect();
    others.retain(|it| uid(it).is_some_and(|uid| uids.contains(&uid)));

    let kinds = by_kind.into_iter().filter_map(|((group, kind), found)| Some((served.kind(&group, &kind)?, found)));
    let (matter, rest): (Vec<_>, Vec<_>) = kinds.partition(|(kind, _)| is_read_whole(kind));
    live.extend(rest.into_iter().flat_map(|(_, found)| found).map(|(_, object)| object));
    let read = matter.into_iter().map(|(kind, found)| read(store, kind, found)).collect::<Vec<_>>();
    let read: Vec<_> = stream::iter(read).buffered(PARALLEL).try_collect().await?;
    for (objects, unseen) in read {
        live.extend(objects);
        not_visible.extend(unseen);
    }
    live.extend(others);
    Ok(live)
}

/// Whether more than the metadata of such an object matters: its size, its pods, its claims, its addresses.
pub(super) fn is_read_whole(kind: &ServedKind) -> bool {
    let of_core = ["PersistentVolumeClaim", "Pod", "ReplicationController", "Service"];
    match kind.resource.group.as_str() {
        "" => of_core.contains(&kind.resource.kind.as_str()),
        "apps" | "batch" | "gateway.networking.k8s.io" => true,
        _ => kind.has_scale,
    }
}

/// Reads the objects of one kind. Where that is forbidden, their metadata is what is known.
async fn read(
    store: &KubernetesStore,
    kind: &ServedKind,
    found: Vec<(Identity, Value)>,
) -> Result<(Vec<Value>, Vec<String>), Error> {
    let resource = &kind.resource;
    if found.len() > FEW {
        let identities: HashSet<_> = found.iter().map(|(identity, _)| identity).collect();
        let namespaces = found.iter().filter_map(|(identity, _)| identity.namespace.clone()).collect();
        let keep = |object: Value| Identity::of_live(&object).filter(|it| identities.contains(it)).map(|_| object);
        let listing = store.scan(resource, Some(&namespaces), Depth::Whole, &keep).await?;
        return Ok((listing.objects, listing.not_visible));
    }
    let (mut objects, mut not_visible) = (Vec::new(), Vec::new());
    for (identity, metadata) in found {
        match store.live(resource, &identity).await {
            Ok(object) => objects.extend(object),
            Err(error) if matches!(error.kind, Kind::Forbidden | Kind::Unanswered) => {
                not_visible.push(unseen(resource, &identity, &error));
                objects.push(metadata);
            }
            Err(error) => return Err(error),
        }
    }
    Ok((objects, not_visible))
}
