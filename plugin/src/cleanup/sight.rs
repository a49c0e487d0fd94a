//! Looks at the live objects that may be orphans, and at those that may use them.

mod survey;
mod whole;

use std::collections::{BTreeSet, HashMap};

use futures_util::{StreamExt, TryStreamExt, stream};
use profile_core::{
    orphans::{Rendering, Suspect, Traces, suspects},
    render::{Identity, RenderedObject},
};
use serde_json::Value;

use super::{past::Past, users};
use crate::{
    error::Error,
    store::{KubernetesStore, Resource, Served, ServedKind},
};

/// Requests that are under way at once.
pub(super) const PARALLEL: usize = 8;

/// Where the marks of Palette's agent are looked for.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Namespaces to which attached or former packs apply something, and none that cannot be rendered.
    pub(super) namespaces: BTreeSet<String>,
    /// When the cluster was switched to what is attached, where that is kept.
    pub(super) switched_at: Option<String>,
}

/// What is live, and what could not be looked at.
#[derive(Default)]
pub(super) struct Sight {
    /// The objects that may be orphans, and those that may use them.
    pub(super) live: Vec<Value>,
    /// What only the agent's marks speak for.
    pub(super) suspects: Vec<Suspect>,
    /// Where orphans may be that were not seen, one sentence each.
    pub(super) not_visible: BTreeSet<String>,
    /// What else was not seen: users, and what only marks would speak for.
    pub(super) beside: BTreeSet<String>,
}

/// Looks at everything that was rendered once and is rendered no longer: at metadata first, kind by kind, and at whole objects
/// only where something was found. So the number of requests grows with the kinds, and not with the objects.
///
/// Whether a custom resource lives in a namespace is known to the cluster alone, so the identities in `past` are corrected.
pub(super) async fn look(store: &KubernetesStore, past: &mut Past, marks: &Marks) -> Result<Sight, Error> {
    let served = store.kinds(candidates(past).iter()).await?;
    for rendering in past.before.iter_mut().map(|it| &mut it.rendering).chain([&mut past.now]) {
        forget_namespaces(rendering, &served.kinds);
    }
    let candidates = candidates(past);
    let mut sight = Sight::default();
    sight.name_unserved(&served, &candidates);
    let found = survey::survey(store, &served, &candidates, &past.now, marks, &mut sight).await?;
    let traces =
        Traces { live: &found.metadata, namespaces: &marks.namespaces, switched_at: marks.switched_at.as_deref() };
    sight.suspects = suspects(&past.now, &traces);
    let suspected: BTreeSet<_> = sight.suspects.iter().map(|it| it.identity.clone()).collect();
    let wanted = |it: &Identity| candidates.contains(it) || suspected.contains(it);
    sight.live = whole::whole(store, &served, found, &wanted, &mut sight.not_visible).await?;
    sight.add_users(store, &served, &wanted).await?;
    Ok(sight)
}

impl Sight {
    /// Names the kinds of which nothing can be seen because they are not served.
    fn name_unserved(&mut self, served: &Served, candidates: &BTreeSet<Identity>) {
        for Identity { group, kind, .. } in candidates {
            if served.unanswered.contains(group) {
                self.not_visible.insert(format!("{kind}: the server of API group {group} does not answer"));
            } else if served.kind(group, kind).is_none() {
                let group = if group.is_empty() { "the core group" } else { group };
                self.beside.insert(format!("{kind}: {group} serves no such kind any more, so none of them is left"));
            }
        }
    }

    /// Adds the objects that may use those that were found.
    async fn add_users(
        &mut self,
        store: &KubernetesStore,
        served: &Served,
        wanted: &(dyn Fn(&Identity) -> bool + Sync),
    ) -> Result<(), Error> {
        let found: Vec<_> = self.live.iter().filter_map(Identity::of_live).filter(wanted).collect();
        let to_list = users::to_list(found.iter());
        let is_whole = |it: &Identity| served.kind(&it.group, &it.kind).is_none_or(whole::is_read_whole);
        let (known, partial): (BTreeSet<_>, BTreeSet<_>) = found.into_iter().partition(is_whole);
        let keep = |object: Value| {
            let is_known = Identity::of_live(&object).is_none_or(|it| known.contains(&it));
            (!is_known).then(|| users::trimmed(object))
        };
        let lists = to_list.iter().filter_map(|((group, kind), (depth, namespaces))| {
            let resource = &served.kind(group, kind)?.resource;
            Some(store.scan(resource, namespaces.as_ref(), *depth, &keep))
        });
        let listed: Vec<_> = stream::iter(lists.collect::<Vec<_>>()).buffered(PARALLEL).try_collect().await?;
        let mut whole = HashMap::new();
        for listing in listed {
            // What may be an orphan itself is known by its metadata, and says only here whom it uses.
            let is_partial = |it: &Value| Identity::of_live(it).is_some_and(|it| partial.contains(&it));
            let (orphans, users): (Vec<_>, Vec<_>) = listing.objects.into_iter().partition(is_partial);
            whole.extend(orphans.into_iter().filter_map(|it| Some((Identity::of_live(&it)?, it))));
            self.live.extend(users);
            self.beside.extend(listing.not_visible.iter().map(|it| format!("users of kind {it}")));
        }
        self.complete(whole);
        Ok(())
    }

    /// Adds what is known of objects beside their metadata.
    fn complete(&mut self, mut whole: HashMap<Identity, Value>) {
        for known in &mut self.live {
            let found = Identity::of_live(known).and_then(|it| whole.remove(&it));
            if let (Value::Object(known), Some(Value::Object(fields))) = (known, found) {
                known.extend(fields.into_iter().filter(|(name, _)| name != "metadata"));
            }
        }
    }
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

fn objects(rendering: &Rendering) -> impl Iterator<Item = &RenderedObject> {
    rendering.packs.iter().flat_map(|pack| pack.outcome.iter().flat_map(|rendered| &rendered.objects))
}

fn candidates(past: &Past) -> BTreeSet<Identity> {
    let before = past.before.iter().flat_map(|it| objects(&it.rendering)).map(|it| it.identity.clone());
    let now: BTreeSet<_> = objects(&past.now).map(|it| &it.identity).collect();
    before.filter(|it| !now.contains(it)).collect()
}

fn forget_namespaces(rendering: &mut Rendering, kinds: &[ServedKind]) {
    let outside = kinds.iter().map(|it| &it.resource).filter(|it| !it.is_namespaced);
    let outside: BTreeSet<_> = outside.map(|it| (it.group.as_str(), it.kind.as_str())).collect();
    let rendered = rendering.packs.iter_mut().filter_map(|pack| pack.outcome.as_mut().ok());
    for object in rendered.flat_map(|rendered| &mut rendered.objects) {
        let identity = &mut object.identity;
        if outside.contains(&(identity.group.as_str(), identity.kind.as_str())) {
            identity.namespace = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use profile_core::{
        orphans::{Before, PackRendering, Period, Source},
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
                asked: Vec::new(),
            }],
        }
    }

    fn past(before: Rendering, now: Rendering) -> Past {
        let before = Before { source: Source::Revision(1), period: Period::default(), rendering: before };
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
        let resource = Resource { is_namespaced: false, ..Resource::stable("example.com", "v1", "Thing", "things") };
        let thing = ServedKind { resource, has_scale: false };
        for rendering in past.before.iter_mut().map(|it| &mut it.rendering).chain([&mut past.now]) {
            forget_namespaces(rendering, std::slice::from_ref(&thing));
        }
        assert_eq!(candidates(&past).len(), 0);
    }

    #[test]
    fn a_kind_that_is_gone_is_told_from_one_whose_server_is_away() {
        let past = past(rendering("a", &["x"]), rendering("a", &[]));
        let named = |unanswered: &[&str]| {
            let unanswered = unanswered.iter().map(|it| (*it).to_owned()).collect();
            let mut sight = Sight::default();
            sight.name_unserved(&Served { unanswered, ..Served::default() }, &candidates(&past));
            (sight.not_visible.into_iter().collect::<Vec<_>>(), sight.beside.len())
        };
        assert_eq!(named(&[]), (Vec::new(), 1));
        assert_eq!(
            named(&["example.com"]),
            (vec!["Thing: the server of API group example.com does not answer".into()], 0)
        );
    }
}
