//! The live objects and the rendered ones, arranged by what is asked of them.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::Rendering;
use crate::{field, render::Identity};

/// The live objects by identity, and by the place in which they may use one another.
pub(super) struct Live<'a> {
    by_identity: HashMap<Identity, &'a Value>,
    by_namespace: HashMap<Option<String>, Vec<(Identity, &'a Value)>>,
}

impl<'a> Live<'a> {
    pub(super) fn of(objects: &'a [Value]) -> Self {
        let mut live = Self { by_identity: HashMap::new(), by_namespace: HashMap::new() };
        for object in objects {
            let Some(identity) = Identity::of_live(object) else { continue };
            live.by_namespace.entry(identity.namespace.clone()).or_default().push((identity.clone(), object));
            live.by_identity.insert(identity, object);
        }
        live
    }

    /// The live object of an identity, with the identity that it really has: custom resources may be cluster-scoped, which
    /// only the cluster knows, so one that was rendered with a namespace may be live without.
    pub(super) fn find(&self, identity: &Identity) -> Option<(Identity, &'a Value)> {
        let without_namespace = || Identity { namespace: None, ..identity.clone() };
        [identity.clone(), without_namespace()].into_iter().find_map(|identity| {
            let object = self.by_identity.get(&identity).copied()?;
            Some((identity, object))
        })
    }

    /// The objects that can refer to one in this place: those of its namespace and those outside of all; all objects for
    /// one outside of all.
    pub(super) fn near(&self, namespace: Option<&str>) -> impl Iterator<Item = &(Identity, &'a Value)> {
        let is_near = move |it: &Option<String>| namespace.is_none() || it.is_none() || it.as_deref() == namespace;
        self.by_namespace.iter().filter(move |(place, _)| is_near(place)).flat_map(|(_, objects)| objects)
    }

    /// The objects of one kind in one namespace.
    pub(super) fn in_namespace(
        &self,
        namespace: Option<&str>,
        group: &str,
        kind: &str,
    ) -> impl Iterator<Item = (&Identity, &'a Value)> {
        let objects = self.by_namespace.get(&namespace.map(str::to_owned)).into_iter().flatten();
        objects.filter(move |(it, _)| it.is(group, kind)).map(|(it, object)| (it, *object))
    }
}

/// What is rendered now, and the live objects that it comes to.
pub(super) struct RenderedNow<'a> {
    identities: HashSet<&'a Identity>,
    /// Group, kind and name: a cluster-scoped object is the same one whatever namespace its pack would have given it.
    anywhere: HashSet<(&'a str, &'a str, &'a str)>,
    uids: HashSet<String>,
}

impl<'a> RenderedNow<'a> {
    /// The names alone.
    pub(super) fn named(rendering: &'a Rendering) -> Self {
        let identities: HashSet<_> = rendering.objects().map(|(_, object)| &object.identity).collect();
        let parts = |it: &&'a Identity| (it.group.as_str(), it.kind.as_str(), it.name.as_str());
        Self { anywhere: identities.iter().map(parts).collect(), identities, uids: HashSet::new() }
    }

    /// The names, and the uids of the live objects that have them.
    pub(super) fn of(rendering: &'a Rendering, live: &Live<'_>) -> Self {
        let mut now = Self::named(rendering);
        now.uids = now.identities.iter().filter_map(|it| uid(live.find(it)?.1)).collect();
        now
    }

    /// Whether it is rendered under the name of a live object.
    pub(super) fn names(&self, identity: &Identity) -> bool {
        match identity.namespace {
            Some(_) => self.identities.contains(identity),
            None => self.anywhere.contains(&(&identity.group, &identity.kind, &identity.name)),
        }
    }

    /// Whether the live object is rendered, under this name or another: one that is served under two names has one uid.
    pub(super) fn accounts_for(&self, identity: &Identity, object: &Value) -> bool {
        self.names(identity) || uid(object).is_some_and(|uid| self.uids.contains(&uid))
    }
}

fn uid(object: &Value) -> Option<String> {
    field::text(object, &["metadata", "uid"]).map(Into::into)
}
