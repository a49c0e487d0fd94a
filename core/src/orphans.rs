//! Finds the live objects that a cluster's profiles rendered once and render no longer, each with its proof.
//!
//! orphans = (rendered before) − (rendered now) ∩ (live) − (accounted for by someone else). What cannot be rendered is never
//! taken for nothing: while such a pack may have taken an object over, the object is only *suspected*.

mod evidence;
mod exclusion;
mod holdings;
mod live;
mod note;
mod period;
mod podspec;
mod quantity;
mod suspicion;
mod usage;
mod writes;

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use self::live::{Live, RenderedNow};
pub use self::{
    evidence::{Confidence, LastRendered},
    exclusion::{Exclusion, by_itself as left_out_by_itself, considered},
    holdings::{Holdings, Volume},
    period::Period,
    suspicion::{Agents, Suspect, Traces, may_be_agent, suspects},
    usage::{Role, User},
    writes::{Write, writes},
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
    /// What it asks Palette for: see [`crate::render::asked`].
    pub asked: Vec<String>,
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
    /// When the cluster had it.
    pub period: Period,
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
    /// Who rendered the object last; `None` where nothing kept did, and only the agent's marks speak for it.
    pub last_rendered_by: Option<LastRendered>,
    /// Everything of the past that rendered it, the best proof first.
    pub rendered_by: Vec<LastRendered>,
    /// When the live object was created, as RFC 3339 in UTC.
    pub created: Option<String>,
    /// The replicas that the object asks for, where it has such a field.
    pub replicas: Option<i64>,
    /// What it costs or exposes while it stays.
    pub note: Option<&'static str>,
    /// The live objects that still use it.
    pub used_by: Vec<User>,
    /// What it occupies while it stays.
    pub holds: Holdings,
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
    let live = Live::of(live);
    let now_live = RenderedNow::of(now, &live);
    let obstacles: Vec<_> = before.iter().map(|past| evidence::obstacles(past, now)).collect();
    // Of a release that Helm is upgrading, the past may show another record than the present: what a pack that is attached
    // unchanged ever rendered is its own.
    let unchanged = before.iter().flat_map(|it| &it.rendering.packs).filter(|it| now.has_unchanged(it));
    let unchanged: HashSet<_> = unchanged.flat_map(PackRendering::objects).map(|it| &it.identity).collect();
    let mut proofs: BTreeMap<Identity, Vec<evidence::Proof<'_>>> = BTreeMap::new();
    for (past, obstacles) in before.iter().zip(&obstacles) {
        for (pack, rendered) in past.rendering.objects() {
            let Some((identity, object)) = live.find(&rendered.identity) else { continue };
            if !unchanged.contains(&rendered.identity) && !now_live.accounts_for(&identity, object) {
                let proof = evidence::Proof::new(past, pack, rendered, obstacles, object);
                proofs.entry(identity).or_default().push(proof);
            }
        }
    }

    let mut findings = Findings { unrendered: now.unrendered(), ..Findings::default() };
    for (identity, mut proofs) in proofs {
        let Some((_, object)) = live.find(&identity) else { continue };
        // The best comes first, and of equals the newest: the sort keeps their order.
        proofs.sort_by_key(|proof| std::cmp::Reverse(proof.confidence));
        match exclusion::of(&identity, object, &proofs, now) {
            Some(reason) => findings.excluded.push(Excluded { identity, reason }),
            None => findings.orphans.push(proven(identity, object, &proofs, now, &live)),
        }
    }
    findings
}

impl Findings {
    /// Adds what only the agent's marks speak for, unless more is known of it. `live` holds the objects and their users.
    pub fn add_suspects(&mut self, suspects: Vec<Suspect>, live: &[Value]) {
        let live = Live::of(live);
        let excluded = self.excluded.iter().map(|it| &it.identity);
        let known: HashSet<_> = self.orphans.iter().map(|it| &it.identity).chain(excluded).cloned().collect();
        for Suspect { identity, evidence } in suspects {
            if let Some((identity, object)) = live.find(&identity).filter(|(it, _)| !known.contains(it))
                && exclusion::of(&identity, object, &[], &Rendering::default()).is_none()
            {
                self.orphans.push(orphan(identity, object, Confidence::Suspected, evidence, &live));
            }
        }
        self.orphans.sort_by(|left, right| left.identity.cmp(&right.identity));
    }

    /// Leaves out what another cluster of the same API server renders now. `others` holds their names and renderings.
    pub fn leave_out_rendered_by(&mut self, others: &[(String, Rendering)]) {
        let others: Vec<_> = others.iter().map(|(cluster, it)| (cluster, RenderedNow::named(it))).collect();
        for orphan in std::mem::take(&mut self.orphans) {
            match others.iter().find(|(_, rendered)| rendered.names(&orphan.identity)) {
                Some((cluster, _)) => self
                    .excluded
                    .push(Excluded { identity: orphan.identity, reason: Exclusion::RenderedBy((*cluster).clone()) }),
                None => self.orphans.push(orphan),
            }
        }
        self.excluded.sort_by(|left, right| left.identity.cmp(&right.identity));
    }
}

impl PackRendering {
    fn objects(&self) -> impl Iterator<Item = &RenderedObject> {
        self.outcome.iter().flat_map(|rendered| &rendered.objects)
    }

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
        self.packs.iter().flat_map(|pack| pack.objects().map(move |object| (pack, object)))
    }

    /// Whether an object of this name is rendered.
    pub fn names(&self, identity: &Identity) -> bool {
        RenderedNow::named(self).names(identity)
    }

    /// Whether a pack is here as it was at another time.
    pub fn has_unchanged(&self, pack: &PackRendering) -> bool {
        self.packs.iter().any(|it| it.fingerprint == pack.fingerprint)
    }

    /// The packs that cannot be rendered, and why: pack, reason.
    pub fn unrendered(&self) -> Vec<(String, String)> {
        let errors = self.packs.iter().filter_map(|pack| Some((pack, pack.outcome.as_ref().err()?)));
        errors.map(|(pack, error)| (pack.pack.clone(), error.to_string())).collect()
    }
}

/// The orphan that renderings of the past prove, the best of them first.
fn proven(
    identity: Identity,
    object: &Value,
    proofs: &[evidence::Proof<'_>],
    now: &Rendering,
    live: &Live<'_>,
) -> Orphan {
    let rendered_by: Vec<_> = proofs.iter().map(evidence::Proof::rendered_by).collect();
    let confidence = proofs.first().map_or(Confidence::Suspected, |best| best.confidence);
    let evidence = proofs.first().map(|best| best.sentences(now)).unwrap_or_default();
    let last_rendered_by = rendered_by.first().cloned();
    Orphan { last_rendered_by, rendered_by, ..orphan(identity, object, confidence, evidence, live) }
}

fn orphan(
    identity: Identity,
    object: &Value,
    confidence: Confidence,
    evidence: Vec<String>,
    live: &Live<'_>,
) -> Orphan {
    let text = |path| field::text(object, path).map(Into::into);
    Orphan {
        uid: text(&["metadata", "uid"]),
        created: text(&["metadata", "creationTimestamp"]),
        confidence,
        evidence,
        last_rendered_by: None,
        rendered_by: Vec::new(),
        replicas: field::at(object, &["spec", "replicas"]).and_then(Value::as_i64),
        note: note::of(&identity, object),
        used_by: usage::used_by(&identity, object, live),
        holds: holdings::of(&identity, object, live),
        identity,
    }
}

#[cfg(test)]
mod tests;
