//! The versions of a profile, those that a cluster may be switched to first, the others with the reason why not.

use std::rc::Rc;

use profile_core::merge::Decisions;

use super::candidate::Candidate;
use crate::{
    change::proposal::{Goal, Proposal, known_revisions},
    error::Error,
    output::Output,
    reference::Reference,
    store::{Document, Sought, Store},
};

/// The versions of `profile` in scope, newest first.
pub(super) async fn all(store: &Store, profile: &str) -> Result<Vec<Candidate>, Error> {
    let listed = store.listed_profiles().await?.into_iter().filter(|it| it.name == profile);
    let versions = newest_first(listed.filter_map(|it| it.version));
    Ok(versions.iter().map(|it| Candidate::new(format!("{profile}@{it}"), "")).collect())
}

/// The same with what the rules say of each for a cluster, which has the profile attached.
pub(super) async fn judged(
    store: &Rc<Store>,
    cluster: Document,
    profile: &str,
    output: &mut Output,
) -> Result<Vec<Candidate>, Error> {
    let attached = cluster.cluster().profiles().into_iter().find(|it| it.name() == profile);
    let Some(current) = attached.map(|it| it.version().map(|it| it.into_owned())) else {
        return all(store, profile).await;
    };
    let revisions = known_revisions(store, &cluster, output).await;
    let profiles = store.profiles(&Sought::attached([&cluster]).and_all_versions(&cluster)).await?;
    let named = profiles.iter().map(Document::profile).filter(|it| it.name() == profile);
    let versions = newest_first(named.filter_map(|it| it.version().map(|it| it.into_owned())));
    let mut proposal =
        Proposal::of_read((Rc::clone(store), cluster, revisions), profiles, goal(profile, ""), Decisions::default());
    let mut ranked = Vec::new();
    for version in versions {
        let is_current = current.as_deref() == Some(version.as_str());
        let denied = reason(&mut proposal, profile, &version);
        let (rank, help) = match denied {
            _ if is_current => (1, "current".to_owned()),
            None => (0, "allowed".to_owned()),
            Some(reason) => (2, reason),
        };
        ranked.push((rank, Candidate::new(format!("{profile}@{version}"), help)));
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    Ok(ranked.into_iter().map(|(_, candidate)| candidate).collect())
}

/// Why the cluster may not be switched to a version; none where it may.
fn reason(proposal: &mut Proposal, profile: &str, version: &str) -> Option<String> {
    proposal.goal = goal(profile, version);
    if let Err(error) = proposal.compute() {
        return Some(error.message);
    }
    proposal.verdict().denied.first().map(|it| format!("{}: {}", it.code.as_str(), it.message))
}

fn goal(profile: &str, version: &str) -> Goal {
    Goal::Switch(Reference { profile: profile.to_owned(), version: Some(version.to_owned()) })
}

fn newest_first(versions: impl Iterator<Item = String>) -> Vec<String> {
    let mut versions: Vec<_> = versions.collect();
    // A version that is no SemVer comes after all that are.
    versions.sort_by_cached_key(|it| std::cmp::Reverse((semver::Version::parse(it).ok(), it.clone())));
    versions.dedup();
    versions
}
