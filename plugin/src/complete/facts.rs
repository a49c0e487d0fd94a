//! Answers from a store: names, and a line about each.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use clap::ColorChoice;
use profile_core::{profile, yaml};

use super::{candidate::Candidate, paths, question::Question, versions};
use crate::{
    change::proposal::PackReference,
    cleanup,
    error::Error,
    output::Output,
    selection,
    store::{Depth, Document, Look, Resource, Store},
};

/// The answer to a question.
pub(super) async fn find(store: &Rc<Store>, question: &Question) -> Result<Vec<Candidate>, Error> {
    let mut unheard = Output::to_terminal(ColorChoice::Never).captured();
    let output = &mut unheard;
    match question {
        Question::Contexts | Question::KubeconfigClusters | Question::KubeconfigUsers => Ok(Vec::new()),
        Question::Namespaces => namespaces(store).await,
        Question::Clusters => clusters(store).await,
        Question::Profiles { of_cluster, cluster } => profiles(store, *of_cluster, cluster.as_deref()).await,
        Question::Versions { of_cluster, cluster, profile } => {
            let meant = if *of_cluster { selection::cluster(store, cluster.as_deref()).await.ok() } else { None };
            match meant {
                Some(meant) => versions::judged(store, meant, profile, output).await,
                None => versions::all(store, profile).await,
            }
        }
        Question::Attached { cluster } => Ok(attached(&selection::cluster(store, cluster.as_deref()).await?)),
        Question::Packs { cluster } => Ok(packs(&selection::cluster(store, cluster.as_deref()).await?)),
        Question::Paths { cluster, pack } => value_paths(&selection::cluster(store, cluster.as_deref()).await?, pack),
        Question::Orphans { cluster } => {
            let cluster = selection::cluster(store, cluster.as_deref()).await?;
            let orphans = cleanup::orphan_names(store, &cluster, output).await?;
            Ok(orphans.into_iter().map(|(name, help)| Candidate::new(name, help)).collect())
        }
        Question::ScaledDown { cluster } => {
            let cluster = selection::cluster(store, cluster.as_deref()).await?;
            let down = cleanup::scaled_down(store, &[&cluster]).await.into_iter().flatten().flatten();
            Ok(down.map(|it| Candidate::new(it.name(), it.refusal.unwrap_or(it.words))).collect())
        }
        Question::Revisions { cluster } => revisions(store, cluster.as_deref()).await,
    }
}

async fn namespaces(store: &Store) -> Result<Vec<Candidate>, Error> {
    let names: BTreeSet<String> = match store {
        Store::Kubernetes(store) => {
            let resource = Resource { is_namespaced: false, ..Resource::stable("", "v1", "Namespace", "namespaces") };
            let listing = store.scan(&resource, None, Depth::Metadata, &Some).await?;
            listing.objects.iter().filter_map(|it| Some(it.pointer("/metadata/name")?.as_str()?.to_owned())).collect()
        }
        Store::Files(_) | Store::Palette(_) => {
            let clusters = store.clusters(Look::Names).await?;
            clusters.iter().filter_map(|it| Some(it.cluster().namespace()?.into_owned())).collect()
        }
    };
    Ok(names.into_iter().map(|it| Candidate::new(it, "")).collect())
}

/// Clusters of one name in several namespaces are one word.
async fn clusters(store: &Store) -> Result<Vec<Candidate>, Error> {
    let mut named = BTreeMap::<String, Vec<String>>::new();
    for cluster in store.clusters(Look::Names).await? {
        let view = cluster.cluster();
        let attached = view.profiles().into_iter().map(|it| profile::reference(&it.name(), it.version().as_deref()));
        let about = attached.chain(view.state().map(Into::into)).collect::<Vec<_>>().join(", ");
        named.entry(view.name().into_owned()).or_default().push(about);
    }
    let candidate = |(name, about): (String, Vec<String>)| match about.as_slice() {
        [one] => Candidate::new(name, one),
        several => Candidate::new(name, format!("{} clusters of this name", several.len())),
    };
    Ok(named.into_iter().map(candidate).collect())
}

/// Profiles, to be followed by a version.
async fn profiles(store: &Store, of_cluster: bool, cluster: Option<&str>) -> Result<Vec<Candidate>, Error> {
    let open = |name: String, help: String| Candidate::new(format!("{name}@"), help).open();
    let meant = if of_cluster { selection::cluster(store, cluster).await.ok() } else { None };
    if let Some(meant) = meant {
        let attached = meant.cluster().profiles().into_iter();
        let help = |version: Option<&str>| version.map(|it| format!("current: {it}")).unwrap_or_default();
        return Ok(attached.map(|it| open(it.name().into_owned(), help(it.version().as_deref()))).collect());
    }
    let mut versions = BTreeMap::<String, usize>::new();
    for profile in store.listed_profiles().await? {
        *versions.entry(profile.name).or_default() += 1;
    }
    let help = |count: usize| if count == 1 { "1 version".to_owned() } else { format!("{count} versions") };
    Ok(versions.into_iter().map(|(name, count)| open(name, help(count))).collect())
}

fn attached(cluster: &Document) -> Vec<Candidate> {
    let profiles = cluster.cluster().profiles().into_iter();
    let reference = |it: &profile::AttachedProfile<'_>| profile::reference(&it.name(), it.version().as_deref());
    profiles.map(|it| Candidate::new(reference(&it), it.profile_type().unwrap_or_default())).collect()
}

/// Packs by their name, with the profile where several have one of it.
fn packs(cluster: &Document) -> Vec<Candidate> {
    let profiles = cluster.cluster().profiles();
    let all: Vec<_> = profiles.iter().flat_map(|it| it.packs().into_iter().map(move |pack| (it, pack))).collect();
    let is_only = |name: &str| all.iter().filter(|(_, pack)| pack.name() == name).count() == 1;
    let candidate = |profile: String, name: String, about: String| {
        if is_only(&name) { Candidate::new(name, about) } else { Candidate::new(format!("{profile}/{name}"), about) }
    };
    let about = |it: [Option<String>; 3]| it.into_iter().flatten().collect::<Vec<_>>().join(", ");
    all.iter()
        .map(|(profile, pack)| {
            let [layer, version] = [pack.layer(), pack.version()].map(|it| it.map(|it| it.into_owned()));
            let of = profile::reference(&profile.name(), profile.version().as_deref());
            candidate(profile.name().into_owned(), pack.name().into_owned(), about([layer, version, Some(of)]))
        })
        .collect()
}

fn value_paths(cluster: &Document, pack: &str) -> Result<Vec<Candidate>, Error> {
    let meant: PackReference = pack.parse().map_err(Error::usage)?;
    let profiles = cluster.cluster().profiles();
    let profiles = profiles.iter().filter(|it| meant.profile.as_ref().is_none_or(|wanted| it.name() == *wanted));
    let pack = profiles.flat_map(|it| it.packs()).find(|it| it.name() == meant.pack);
    let values = pack.map(|it| it.values().into_owned()).unwrap_or_default();
    let documents = yaml::parse_all(&values).unwrap_or_default();
    Ok(paths::of(&documents).into_iter().map(|it| Candidate::new(it, "")).collect())
}

async fn revisions(store: &Store, cluster: Option<&str>) -> Result<Vec<Candidate>, Error> {
    let cluster = selection::cluster(store, cluster).await?;
    let revisions = store.revisions(&cluster).await?;
    let about = |it: &profile_core::revision::Revision| {
        format!("{} {} to {}, {}, {}", it.action, it.from, it.to, it.created_at, it.status.as_str())
    };
    Ok(revisions.iter().rev().map(|it| Candidate::new(it.number.to_string(), about(it))).collect())
}
