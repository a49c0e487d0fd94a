//! Finds the live objects that a cluster's profiles rendered once and render no longer, each with its proof.
//!
//! orphans = (rendered before) − (rendered now) ∩ (live) − (accounted for by someone else). What cannot be rendered is never
//! taken for nothing: while such a pack may have taken an object over, the object is only *suspected*.

mod evidence;
mod exclusion;
mod note;
mod podspec;
mod usage;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

pub use self::{
    evidence::{Confidence, Ended, LastRendered},
    exclusion::Exclusion,
};
use crate::{
    field,
    render::{Identity, Release, RenderError, Rendered, RenderedObject},
};

/// Where a rendering of the past comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A kept revision of this cluster: it did run this content.
    Revision(u64),
    /// A published profile version that someone named with `--from`: the cluster may have run it.
    Published,
}

/// One pack of a rendering.
#[derive(Clone, Debug, PartialEq)]
pub struct PackRendering {
    /// The profile that the pack is part of, as `NAME@VERSION`.
    pub profile: String,
    /// The pack's name.
    pub pack: String,
    /// What decides the pack's content: see [`crate::render::fingerprint`].
    pub fingerprint: String,
    /// The Helm releases that the pack's charts are installed as, as far as they are known.
    pub releases: Vec<Release>,
    /// Its objects, or why it cannot be rendered.
    pub outcome: Result<Rendered, RenderError>,
}

/// All packs of all profiles that were attached at one time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rendering {
    /// The packs.
    pub packs: Vec<PackRendering>,
}

/// A rendering of the past.
#[derive(Clone, Debug, PartialEq)]
pub struct Before {
    /// Where it comes from.
    pub source: Source,
    /// When the cluster left it.
    pub ended: Ended,
    /// What it holds.
    pub rendering: Rendering,
}

/// A live object that nothing attached renders any longer.
#[derive(Clone, Debug, PartialEq)]
pub struct Orphan {
    /// What the object is, with the namespace that it really has.
    pub identity: Identity,
    /// The live object's uid.
    pub uid: Option<String>,
    /// How well the evidence holds.
    pub confidence: Confidence,
    /// The evidence as sentences, the strongest first.
    pub evidence: Vec<String>,
    /// Who rendered the object last.
    pub last_rendered_by: LastRendered,
    /// The replicas that the object asks for, where it has such a field.
    pub replicas: Option<i64>,
    /// Whether its size can be set to zero. What cannot is listed, and never touched.
    pub scalable: bool,
    /// What it costs or exposes while it stays.
    pub note: Option<&'static str>,
    /// The live objects that still use it, as `Kind/name` and what they use it for.
    pub used_by: Vec<String>,
}

/// A live object that nothing attached renders any longer, but that is none of ours to report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excluded {
    /// What the object is.
    pub identity: Identity,
    /// Why it is left out.
    pub reason: Exclusion,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// The orphans, ordered by identity.
    pub orphans: Vec<Orphan>,
    /// What was left out, ordered by identity.
    pub excluded: Vec<Excluded>,
    /// The attached packs that cannot be rendered, and why: pack, reason.
    pub unrendered: Vec<(String, String)>,
}

/// Finds the orphans among `live`.
///
/// `before` is ordered from the newest to the oldest. `now` covers every attached profile. `live` holds the objects that may
/// be orphans and those that may use them (Services, autoscalers, disruption budgets, Ingresses, workloads), in any order.
///
/// Only an attached pack that cannot be rendered *and* differs from the past lowers the confidence. A pack with the same
/// fingerprint in the past applies now what it applied then. The object in question came from another pack then, so the
/// unchanged one has not taken it over since. (Two packs that applied one and the same object all along would fight over it.)
pub fn find(before: &[Before], now: &Rendering, live: &[Value]) -> Findings {
    let rendered_now: HashSet<&Identity> = now.objects().map(|(_, object)| &object.identity).collect();
    let live_by_identity: HashMap<Identity, &Value> =
        live.iter().filter_map(|object| Some((Identity::of_live(object)?, object))).collect();
    // The map keeps one proof for each object: the best, and of equals the newest.
    let mut proofs: BTreeMap<&Identity, evidence::Proof<'_>> = BTreeMap::new();
    for past in before {
        let obstacles = evidence::obstacles(past, now);
        for (pack, rendered) in past.rendering.objects().filter(|(_, it)| !rendered_now.contains(&it.identity)) {
            let identity = &rendered.identity;
            let Some((_, object)) = find_live(identity, &live_by_identity) else { continue };
            let proof = evidence::Proof::new(past, pack, rendered, &obstacles, object);
            if proofs.get(identity).is_none_or(|known| known.confidence < proof.confidence) {
                proofs.insert(identity, proof);
            }
        }
    }

    let mut findings = Findings { unrendered: now.unrendered(), ..Findings::default() };
    for (identity, proof) in proofs {
        let Some((identity, object)) = find_live(identity, &live_by_identity) else { continue };
        // A cluster-scoped object is the same one whatever namespace its pack would have given it.
        let same = |now: &&Identity| Identity { namespace: None, ..(*now).clone() } == identity;
        if identity.namespace.is_none() && rendered_now.iter().any(same) {
            continue;
        }
        match exclusion::of(&identity, object, &proof, now) {
            Some(reason) => findings.excluded.push(Excluded { identity, reason }),
            None => findings.orphans.push(orphan(identity, object, proof, now, live)),
        }
    }
    findings
}

impl Findings {
    /// Leaves out what another cluster of the same API server renders now. `others` holds their names and renderings.
    pub fn leave_out_rendered_by(&mut self, others: &[(String, Rendering)]) {
        let renders = |rendering: &Rendering, orphan: &Identity| {
            let is_same = |namespace: &Option<String>| orphan.namespace.is_none() || orphan.namespace == *namespace;
            let names = |it: &Identity| it.is(&orphan.group, &orphan.kind) && it.name == orphan.name;
            rendering.objects().any(|(_, it)| names(&it.identity) && is_same(&it.identity.namespace))
        };
        for orphan in std::mem::take(&mut self.orphans) {
            match others.iter().find(|(_, rendering)| renders(rendering, &orphan.identity)) {
                Some((cluster, _)) => self
                    .excluded
                    .push(Excluded { identity: orphan.identity, reason: Exclusion::RenderedBy(cluster.clone()) }),
                None => self.orphans.push(orphan),
            }
        }
        self.excluded.sort_by(|left, right| left.identity.cmp(&right.identity));
    }
}

impl PackRendering {
    /// What the pack's objects were read from, or why they are not known.
    pub fn how(&self) -> String {
        match &self.outcome {
            Err(error) => format!("not rendered: {error}"),
            Ok(rendered) if rendered.origins.is_empty() => "applies nothing".to_owned(),
            Ok(rendered) => {
                let origins: Vec<_> = rendered.origins.iter().map(ToString::to_string).collect();
                format!("rendered from {}", origins.join(" and "))
            }
        }
    }
}

impl Rendering {
    /// Every rendered object with its pack.
    fn objects(&self) -> impl Iterator<Item = (&PackRendering, &RenderedObject)> {
        self.packs.iter().flat_map(|pack| {
            let objects = pack.outcome.iter().flat_map(|rendered| &rendered.objects);
            objects.map(move |object| (pack, object))
        })
    }

    /// The packs that cannot be rendered, and why: pack, reason.
    pub fn unrendered(&self) -> Vec<(String, String)> {
        let errors = self.packs.iter().filter_map(|pack| Some((pack, pack.outcome.as_ref().err()?)));
        errors.map(|(pack, error)| (pack.pack.clone(), error.to_string())).collect()
    }
}

/// The live object of an identity, with the identity that it really has: custom resources may be cluster-scoped, which only
/// the cluster knows, so one that was rendered with a namespace may be live without.
fn find_live<'a>(identity: &Identity, live: &HashMap<Identity, &'a Value>) -> Option<(Identity, &'a Value)> {
    let without_namespace = || Identity { namespace: None, ..identity.clone() };
    [identity.clone(), without_namespace()].into_iter().find_map(|identity| {
        let object = live.get(&identity).copied()?;
        Some((identity, object))
    })
}

fn orphan(identity: Identity, object: &Value, proof: evidence::Proof<'_>, now: &Rendering, live: &[Value]) -> Orphan {
    Orphan {
        uid: field::text(object, &["metadata", "uid"]).map(Into::into),
        confidence: proof.confidence,
        evidence: proof.sentences(now),
        last_rendered_by: proof.last_rendered_by(),
        replicas: field::at(object, &["spec", "replicas"]).and_then(Value::as_i64),
        scalable: ["Deployment", "StatefulSet"].iter().any(|kind| identity.is("apps", kind)),
        note: note::of(&identity, object),
        used_by: usage::used_by(&identity, object, live),
        identity,
    }
}

#[cfg(test)]
mod tests;
