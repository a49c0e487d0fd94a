//! Looks at the live objects that may be orphans, and at those that may use them.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};
use profile_core::{
    orphans::Rendering,
    render::{Identity, RenderedObject},
};
use serde_json::Value;

use super::{past::Past, users};
use crate::{
    error::{Error, Kind},
    store::{KubernetesStore, Resource},
};

/// Requests that are under way at once.
pub(super) const PARALLEL: usize = 8;

/// What is live, and what could not be looked at.
pub(super) struct Sight {
    pub(super) live: Vec<Value>,
    /// Kinds that this user may not read, one sentence each.
    pub(super) not_visible: Vec<String>,
}

/// Looks at everything that was rendered once and is rendered no longer.
///
/// Whether a custom resource lives in a namespace is known to the cluster alone, so the identities in `past` are corrected.
pub(super) async fn look(store: &KubernetesStore, past: &mut Past) -> Result<Sight, Error> {
    let resources = store.resources(candidates(past).iter()).await?;
    for rendering in past.before.iter_mut().map(|it| &mut it.rendering).chain([&mut past.now]) {
        forget_namespaces(rendering, &resources);
    }
    let of_kind: BTreeMap<_, _> = resources.iter().map(|it| ((it.group.as_str(), it.kind.as_str()), it)).collect();
    let candidates = candidates(past);
    let wanted = candidates.iter().filter_map(|identity| {
        let resource = of_kind.get(&(identity.group.as_str(), identity.kind.as_str()))?;
        Some(async move { (identity, *resource, store.live(resource, identity).await) })
    });
    let answers: Vec<_> = stream::iter(wanted.collect::<Vec<_>>()).buffered(PARALLEL).collect().await;

    let mut not_visible = BTreeSet::new();
    let (mut live, mut found) = (Vec::new(), Vec::new());
    for (identity, resource, answer) in answers {
        if let Some(object) = seen(answer, resource, identity.namespace.as_deref(), "get", &mut not_visible)?.flatten()
        {
            found.push(identity.clone());
            live.push(object);
        }
    }
    let to_list = users::to_list(&found);
    let lists = to_list.iter().map(|(resource, namespace)| async move {
        (resource, namespace, store.live_list(resource, Some(namespace)).await)
    });
    let answers: Vec<_> = stream::iter(lists.collect::<Vec<_>>()).buffered(PARALLEL).collect().await;
    for (resource, namespace, answer) in answers {
        let items = seen(answer, resource, Some(namespace), "list", &mut not_visible)?.unwrap_or_default();
        live.extend(items.into_iter().filter(|it| Identity::of_live(it).is_none_or(|it| !found.contains(&it))));
    }
    Ok(Sight { live, not_visible: not_visible.into_iter().collect() })
}

/// The objects of the past as they were rendered, for a store that sees none alive.
pub(super) fn as_rendered(past: &Past) -> Vec<Value> {
    let candidates = candidates(past);
    let objects = past.before.iter().flat_map(|it| objects(&it.rendering));
    let documents = objects.filter(|it| candidates.contains(&it.identity)).map(|it| {
        let mut document = it.document.clone();
        document["metadata"]["namespace"] = it.identity.namespace.clone().into();
        document
    });
    documents.collect()
}

/// What is rendered now of the given kinds, for namespaces of interest.
pub(super) fn rendered_now<'a>(
    now: &'a Rendering,
    kinds: &'a [Resource],
) -> impl Iterator<Item = (&'a Resource, &'a Identity)> {
    objects(now).filter_map(|object| {
        let kind = kinds.iter().find(|it| object.identity.is(&it.group, &it.kind))?;
        Some((kind, &object.identity))
    })
}

/// The answer, or nothing where it is forbidden, which is noted.
fn seen<T>(
    answer: Result<T, Error>,
    resource: &Resource,
    namespace: Option<&str>,
    verb: &str,
    not_visible: &mut BTreeSet<String>,
) -> Result<Option<T>, Error> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.kind == Kind::Forbidden => {
            let place = namespace.map(|it| format!(" in namespace {it}")).unwrap_or_default();
            not_visible.insert(format!("{}{place}: you may not {verb} {}", resource.kind, resource.plural));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn objects(rendering: &Rendering) -> impl Iterator<Item = &RenderedObject> {
    rendering.packs.iter().flat_map(|pack| pack.outcome.iter().flat_map(|rendered| &rendered.objects))
}

fn candidates(past: &Past) -> BTreeSet<Identity> {
    let before = past.before.iter().flat_map(|it| objects(&it.rendering)).map(|it| it.identity.clone());
    let now: BTreeSet<_> = objects(&past.now).map(|it| &it.identity).collect();
    before.filter(|it| !now.contains(it)).collect()
}

fn forget_namespaces(rendering: &mut Rendering, resources: &[Resource]) {
    let rendered = rendering.packs.iter_mut().filter_map(|pack| pack.outcome.as_mut().ok());
    for object in rendered.flat_map(|rendered| &mut rendered.objects) {
        let identity = &mut object.identity;
        if resources.iter().any(|it| !it.is_namespaced && identity.is(&it.group, &it.kind)) {
            identity.namespace = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use profile_core::{
        orphans::{Before, Ended, PackRendering, Source},
        render::Rendered,
    };
    use serde_json::json;

    use super::*;

    fn rendering(namespace: &str, names: &[&str]) -> Rendering {
        let object = |name: &&str| {
            let document = json!({"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": name}});
            let identity = Identity::of_rendered(&document, Some(namespace)).unwrap();
            RenderedObject { identity, document, pack: "p".into(), manifest: "m".into(), release: None }
        };
        let objects = names.iter().map(object).collect();
        let outcome = Ok(Rendered { objects, ..Rendered::default() });
        Rendering {
            packs: vec![PackRendering {
                profile: "p@1".into(),
                pack: "p".into(),
                fingerprint: String::new(),
                releases: Vec::new(),
                outcome,
            }],
        }
    }

    fn past(before: Rendering, now: Rendering) -> Past {
        let before = Before { source: Source::Revision(1), ended: Ended::Unknown, rendering: before };
        Past { before: vec![before], now, compared: Vec::new(), missing: None }
    }

    #[test]
    fn what_is_rendered_no_longer_is_a_candidate() {
        let past = past(rendering("a", &["x", "y"]), rendering("a", &["y"]));
        let names: Vec<_> = candidates(&past).into_iter().map(|it| it.name).collect();
        assert_eq!(names, ["x"]);
        assert_eq!(as_rendered(&past)[0]["metadata"], json!({"name": "x", "namespace": "a"}));
    }

    #[test]
    fn a_custom_resource_without_namespace_does_not_move_with_its_packs_namespace() {
        let mut past = past(rendering("a", &["x"]), rendering("b", &["x"]));
        assert_eq!(candidates(&past).len(), 1);
        let thing = Resource { is_namespaced: false, ..Resource::stable("example.com", "v1", "Thing", "things") };
        for rendering in past.before.iter_mut().map(|it| &mut it.rendering).chain([&mut past.now]) {
            forget_namespaces(rendering, std::slice::from_ref(&thing));
        }
        assert_eq!(candidates(&past).len(), 0);
    }

    #[test]
    fn what_is_forbidden_is_named_and_does_not_end_the_search() {
        let secret = Resource::stable("", "v1", "Secret", "secrets");
        let mut named = BTreeSet::new();
        let forbidden = Err::<(), _>(Error::new(Kind::Forbidden, "no"));
        assert_eq!(seen(forbidden, &secret, Some("n"), "get", &mut named).unwrap(), None);
        assert_eq!(named.into_iter().collect::<Vec<_>>(), ["Secret in namespace n: you may not get secrets"]);
        assert!(seen(Err::<(), _>(Error::failed("no")), &secret, None, "get", &mut BTreeSet::new()).is_err());
    }
}
