//! Finds by metadata alone what of the candidates is live, and what bears the marks of Palette's agent.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::{Mutex, PoisonError},
};

use futures_util::{StreamExt, TryStreamExt, stream};
use profile_core::{
    orphans::{Agents, Rendering, may_be_agent, writes},
    render::Identity,
};
use serde_json::Value;

use super::{Marks, PARALLEL, Sight, objects};
use crate::{
    error::{Error, Kind},
    store::{Depth, KubernetesStore, Listing, Resource, Served, ServedKind},
};

/// How many objects of a kind are asked for one by one, rather than listed.
const FEW: usize = 2;

/// Kinds of which Kubernetes makes many by itself, none of which a pack applies.
const MADE_BY_OTHERS: [(&str, &str); 7] = [
    ("", "Endpoints"),
    ("", "Event"),
    ("", "Pod"),
    ("apps", "ControllerRevision"),
    ("apps", "ReplicaSet"),
    ("coordination.k8s.io", "Lease"),
    ("discovery.k8s.io", "EndpointSlice"),
];

/// What was found.
#[derive(Default)]
pub(super) struct Survey {
    /// Metadata of candidates, of what is rendered now, and of what bears the agent's marks.
    pub(super) metadata: Vec<Value>,
    /// Candidates that were read whole.
    pub(super) whole: Vec<Value>,
}

/// What of one kind is asked for.
struct Wanted<'w> {
    kind: &'w ServedKind,
    candidates: Vec<&'w Identity>,
    is_searched: bool,
}

/// Looks at each kind that has candidates, and in the namespaces of `marks` at all that a pack may apply.
pub(super) async fn survey(
    store: &KubernetesStore,
    served: &Served,
    candidates: &BTreeSet<Identity>,
    now: &Rendering,
    marks: &Marks,
    sight: &mut Sight,
) -> Result<Survey, Error> {
    let mut by_kind = BTreeMap::<(&str, &str), Vec<&Identity>>::new();
    for identity in candidates {
        by_kind.entry((&identity.group, &identity.kind)).or_default().push(identity);
    }
    let wanted = served.kinds.iter().filter_map(|kind| {
        let resource = &kind.resource;
        let candidates = by_kind.remove(&(&*resource.group, &*resource.kind)).unwrap_or_default();
        let is_searched = served.is_whole && !marks.namespaces.is_empty() && is_searched(resource);
        (is_searched || !candidates.is_empty()).then_some(Wanted { kind, candidates, is_searched })
    });
    let wanted: Vec<_> = wanted.collect();
    let rendered: HashSet<_> = objects(now).map(|it| &it.identity).collect();
    let marked = Marked::default();
    let asked = wanted.iter().map(|it| ask(store, it, (&rendered, &marked), marks)).collect::<Vec<_>>();
    let answers: Vec<_> = stream::iter(asked).buffered(PARALLEL).try_collect().await?;
    let mut survey = Survey::default();
    for (wanted, (listing, whole)) in wanted.iter().zip(answers) {
        survey.metadata.extend(listing.objects);
        survey.whole.extend(whole);
        match wanted.candidates.is_empty() {
            false => sight.not_visible.extend(listing.not_visible),
            true => {
                sight.beside.extend(listing.not_visible.iter().map(|it| format!("what the agent left of kind {it}")))
            }
        }
    }
    let agents = Agents::of(now, &survey.metadata);
    // A kind that is listed anew, namespace by namespace, comes twice.
    let mut seen = HashSet::new();
    let is_new = |it: &Value| Identity::of_live(it).is_some_and(|it| seen.insert(it));
    survey.metadata.extend(marked.into_objects().filter(|it| agents.wrote(it)).filter(is_new));
    if !served.is_whole && !marks.namespaces.is_empty() {
        let old = "what the agent left beside this: the API server is too old to say in one answer what it serves";
        sight.beside.insert(old.to_owned());
    }
    Ok(survey)
}

/// Metadata of what may bear marks. Whose marks count is known once everything was looked at, and until then it can be most of
/// what lives in a cluster: as text it takes a fifth of the memory.
#[derive(Default)]
struct Marked(Mutex<Vec<Box<str>>>);

impl Marked {
    fn add(&self, object: &Value) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(object.to_string().into());
    }

    fn into_objects(self) -> impl Iterator<Item = Value> {
        let texts = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        // What was written as JSON right before is read as JSON.
        texts.into_iter().filter_map(|it| serde_json::from_str(&it).ok())
    }
}

/// Whether packs may apply such a kind, so that the agent's marks are looked for on it.
fn is_searched(resource: &Resource) -> bool {
    let Resource { group, kind, is_namespaced, .. } = resource;
    let is_bookkeeping =
        ["spectrocloud.com", "cluster.x-k8s.io", "metrics.k8s.io"].iter().any(|it| group.ends_with(it));
    *is_namespaced && !is_bookkeeping && !MADE_BY_OTHERS.contains(&(group, kind)) && group != "events.k8s.io"
}

/// Reads few candidates one by one, and else lists metadata.
async fn ask(
    store: &KubernetesStore,
    wanted: &Wanted<'_>,
    (rendered, marked): (&HashSet<&Identity>, &Marked),
    marks: &Marks,
) -> Result<(Listing, Vec<Value>), Error> {
    let resource = &wanted.kind.resource;
    if !wanted.is_searched && wanted.candidates.len() <= FEW {
        let mut listing = Listing::default();
        let mut whole = Vec::new();
        for identity in &wanted.candidates {
            match store.live(resource, identity).await {
                Ok(object) => whole.extend(object),
                Err(error) if matches!(error.kind, Kind::Forbidden | Kind::Unanswered) => {
                    listing.not_visible.push(unseen(resource, identity, &error));
                }
                Err(error) => return Err(error),
            }
        }
        return Ok((listing, whole));
    }
    let of_candidates = wanted.candidates.iter().filter_map(|it| it.namespace.clone());
    let mut namespaces: BTreeSet<_> = of_candidates.collect();
    if wanted.is_searched {
        namespaces.extend(marks.namespaces.iter().cloned());
    }
    let candidates: HashSet<_> = wanted.candidates.iter().copied().collect();
    let keep = |object: Value| {
        let identity = Identity::of_live(&object)?;
        let is_kept = candidates.contains(&identity) || wanted.is_searched && rendered.contains(&identity);
        if !is_kept && wanted.is_searched && may_bear_marks(&object) {
            marked.add(&object);
        }
        is_kept.then_some(object)
    };
    let listing = store.scan(resource, Some(&namespaces), Depth::Metadata, &keep).await?;
    Ok((listing, Vec::new()))
}

fn may_bear_marks(object: &Value) -> bool {
    let is_owned = object.pointer("/metadata/ownerReferences").is_some();
    !is_owned && writes(object).iter().any(|it| it.subresource.is_none() && may_be_agent(&it.manager))
}

/// Why one object was not seen.
pub(super) fn unseen(resource: &Resource, identity: &Identity, error: &Error) -> String {
    let place = identity.namespace.as_ref().map(|it| format!(" in namespace {it}")).unwrap_or_default();
    match error.kind {
        Kind::Forbidden => format!("{}{place}: you may not get {}", resource.kind, resource.plural),
        _ => format!("{}{place}: {}", resource.kind, error.message),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_kinds_that_packs_apply_are_searched() {
        let of = |group: &str, kind: &str| is_searched(&Resource::stable(group, "v1", kind, "x"));
        assert!(of("", "ConfigMap") && of("apps", "Deployment") && of("example.com", "Widget"));
        assert!(
            !of("", "Pod")
                && !of("apps", "ReplicaSet")
                && !of("cluster.spectrocloud.com", "Pack")
                && !of("metrics.k8s.io", "PodMetrics")
        );
        assert!(!is_searched(&Resource { is_namespaced: false, ..Resource::stable("", "v1", "Node", "nodes") }));
    }

    #[test]
    fn marks_are_looked_for_where_no_owner_and_no_other_tool_speaks_for_the_object() {
        let object =
            |manager: &str| json!({"metadata": {"managedFields": [{"manager": manager, "operation": "Apply"}]}});
        assert!(may_bear_marks(&object("atop-manager")) && may_bear_marks(&object("unheard-of")));
        assert!(!may_bear_marks(&object("kubectl-client-side-apply")) && !may_bear_marks(&json!({"metadata": {}})));
        let mut owned = object("atop-manager");
        owned["metadata"]["ownerReferences"] = json!([{"kind": "X"}]);
        assert!(!may_bear_marks(&owned));
    }
}
