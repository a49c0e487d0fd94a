//! Finds what Palette's agent applied and nothing kept renders, by the marks that it leaves on live objects.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use super::{
    Rendering, exclusion,
    live::{Live, RenderedNow},
    writes::{Write, is_later, writes},
};
use crate::{annotations, render::Identity};

/// What the search by marks looks at.
#[derive(Clone, Copy, Debug)]
pub struct Traces<'a> {
    /// Live objects; their metadata is enough.
    pub live: &'a [Value],
    /// Where to look: namespaces to which packs apply something, and of whose packs all can be rendered.
    pub namespaces: &'a BTreeSet<String>,
    /// When the cluster was switched to what is attached, as RFC 3339 in UTC, where that is kept.
    pub switched_at: Option<&'a str>,
}

/// An object that the agent applied, and what speaks for that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// The object.
    pub identity: Identity,
    /// The evidence as sentences.
    pub evidence: Vec<String>,
}

/// The managers that Palette's agent is likely to write as: its Deployments and its container that reconciles packs. No
/// public object shows them, so whoever wrote most of what is rendered now counts as well, and is the better evidence.
const AGENTS: [&str; 4] = ["atop-manager", "cluster-management-agent", "palette-controller-manager", "palette-manager"];

/// Beginnings of names of managers that write for a person or for Kubernetes itself, never for Palette.
const OTHERS: [&str; 12] = [
    "kubectl",
    "kube-",
    "kubelet",
    "helm",
    "argocd",
    "kustomize-controller",
    "terraform",
    "hashicorp",
    "pulumi",
    "k9s",
    "mozilla",
    "before-first-apply",
];

/// Groups whose objects are Palette's own bookkeeping, and no pack's.
const BOOKKEEPING: [&str; 2] = ["spectrocloud.com", "cluster.x-k8s.io"];

/// The objects in the packs' namespaces that the agent applied before the switch and nobody wrote since, and that nothing
/// attached renders. They are what a version that nobody knows any more may have left.
///
/// Where no time of a switch is kept, the agent's latest write of what is rendered now takes its place: it worked since.
pub fn suspects(now: &Rendering, traces: &Traces<'_>) -> Vec<Suspect> {
    let (rendered, others) = apart(now, traces.live);
    let agents = Agents::of_writes(&rendered);
    let latest = rendered.iter().flatten().filter(|it| agents.knows(&it.manager)).filter_map(|it| it.time.as_deref());
    let Some((switched, when)) = traces
        .switched_at
        .map(|it| (it, format!("the switch at {it}")))
        .or_else(|| latest.max().map(|it| (it, format!("{it}, when it last wrote what is rendered now"))))
    else {
        return Vec::new();
    };

    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for (identity, object, writes) in &others {
        let is_place = identity.namespace.as_ref().is_some_and(|it| traces.namespaces.contains(it));
        let is_bookkeeping = BOOKKEEPING.iter().any(|it| identity.group.ends_with(it));
        if !is_place || is_bookkeeping || exclusion::of(identity, object, &[], now).is_some() || !seen.insert(identity)
        {
            continue;
        }
        let of_agent = |it: &&Write| agents.knows(&it.manager);
        let Some((time, write)) = writes
            .iter()
            .filter(of_agent)
            .filter_map(|it| Some((it.time.as_deref()?, it)))
            .max_by_key(|(time, _)| *time)
        else {
            continue;
        };
        // An agent that works on it still renders it, whatever we see, and what somebody else changed since is in use.
        let is_since = |it: &Write| !is_own(&it.manager) && it.time.as_deref().is_none_or(|it| is_later(it, switched));
        let is_before = traces.switched_at.is_some() || is_later(switched, time);
        if is_before && !writes.iter().any(is_since) {
            found.push(Suspect {
                identity: identity.clone(),
                evidence: vec![
                    format!("applied by {} at {time}: {}", write.manager, agents.why(&write.manager)),
                    format!("untouched since {when}"),
                    rendered_by_none(now),
                ],
            });
        }
    }
    found.sort_by(|left, right| left.identity.cmp(&right.identity));
    found
}

/// The writes of each object that is rendered now; and the other objects with theirs. Writes of subresources are left out.
#[expect(clippy::type_complexity, reason = "both halves of one list")]
fn apart<'l>(now: &Rendering, live: &'l [Value]) -> (Vec<Vec<Write>>, Vec<(Identity, &'l Value, Vec<Write>)>) {
    let index = Live::of(live);
    let rendered_now = RenderedNow::of(now, &index);
    let (mut rendered, mut others) = (Vec::new(), Vec::new());
    for object in live {
        let Some(identity) = Identity::of_live(object) else { continue };
        let is_rendered = rendered_now.accounts_for(&identity, object);
        let writes = of_itself(object);
        if is_rendered { rendered.push(writes) } else { others.push((identity, object, writes)) }
    }
    (rendered, others)
}

/// Who wrote the object itself, and not a subresource of it.
fn of_itself(object: &Value) -> Vec<Write> {
    writes(object).into_iter().filter(|it| it.subresource.is_none()).collect()
}

fn rendered_by_none(now: &Rendering) -> String {
    let seen = now.packs.iter().filter(|pack| pack.outcome.is_ok()).count();
    let which = match now.packs.len() - seen {
        0 => "no attached pack".to_owned(),
        unseen => {
            format!("none of the {seen} attached packs that can be rendered, and perhaps by one of the other {unseen},")
        }
    };
    format!("rendered by {which} now, and by nothing of the past that is kept")
}

/// Our own writes, and those of Kubernetes' controllers, are no sign of use.
fn is_own(manager: &str) -> bool {
    manager == "kube-controller-manager" || annotations::PREFIX.strip_suffix(".dev/") == Some(manager)
}

/// Who writes for Palette.
#[derive(Clone, Debug)]
pub struct Agents {
    /// Managers and how many of the objects that are rendered now they wrote.
    observed: BTreeMap<String, usize>,
    rendered: usize,
}

impl Agents {
    /// Tells them by the live objects that are rendered now; `live` may hold others, too.
    pub fn of(now: &Rendering, live: &[Value]) -> Self {
        Self::of_writes(&apart(now, live).0)
    }

    /// Whether one of them wrote the object. One that none of them wrote is nothing that [`suspects`] finds.
    pub fn wrote(&self, object: &Value) -> bool {
        of_itself(object).iter().any(|it| self.knows(&it.manager))
    }

    /// Whoever wrote most of what is rendered now applied it. `rendered` holds the writes of each such object.
    fn of_writes(rendered: &[Vec<Write>]) -> Self {
        let mut observed = BTreeMap::<String, usize>::new();
        for writes in rendered {
            let managers: BTreeSet<_> = writes.iter().map(|it| &it.manager).collect();
            for manager in managers.into_iter().filter(|it| !is_other(it)) {
                *observed.entry(manager.clone()).or_default() += 1;
            }
        }
        observed.retain(|_, count| *count * 2 > rendered.len());
        Self { observed, rendered: rendered.len() }
    }

    fn knows(&self, manager: &str) -> bool {
        self.observed.contains_key(manager) || AGENTS.contains(&manager)
    }

    fn why(&self, manager: &str) -> String {
        match self.observed.get(manager) {
            Some(count) => format!("it wrote {count} of the {} live objects that are rendered now", self.rendered),
            None => "a name of Palette's agent".to_owned(),
        }
    }
}

/// Whether a manager of this name may be Palette's agent. What tools of people and of Kubernetes wrote needs no second look.
pub fn may_be_agent(manager: &str) -> bool {
    !is_other(manager)
}

fn is_other(manager: &str) -> bool {
    let manager = manager.to_ascii_lowercase();
    OTHERS.iter().any(|it| manager.starts_with(it))
}
