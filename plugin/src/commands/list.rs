//! `kubectl profile list`: profiles, their versions, which clusters use them.

use clap::Args;
use profile_core::profile;
use serde_json::json;

use super::Outcome;
use crate::{
    cli::{Format, Global},
    error::Error,
    output::{Output, table::table},
    selection,
    store::{Document, Store},
};

/// List profiles, their versions, and which clusters use them
#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// How to print it
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

/// Runs the command.
pub(crate) async fn run(args: &ListArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let store = Store::open(global).await?;
    let (mut profiles, clusters) = (store.profiles(None).await?, store.clusters().await?);
    profiles.sort_by_cached_key(|it| {
        let view = it.profile();
        let version = view.version().unwrap_or_default().into_owned();
        // A version that is no SemVer sorts by its text, before all that are.
        (view.name().into_owned(), semver::Version::parse(&version).ok(), version)
    });
    if args.output != Format::Table {
        let items: Vec<_> = profiles
            .iter()
            .map(|it| {
                let view = it.profile();
                json!({
                    "name": view.name(), "version": view.version(), "type": view.profile_type(), "uid": view.uid(),
                    "namespace": it.cluster().namespace(), "packs": view.packs().len(), "clusters": users(it, &clusters),
                })
            })
            .collect();
        output.document(args.output, "ProfileList", json!({"items": items}))?;
        return Ok(Outcome::Done);
    }
    if profiles.is_empty() {
        output.note(&format!("no profiles in {}{}", store.scope(), selection::scope_hint(&store)));
        return Ok(Outcome::Done);
    }
    let rows: Vec<_> = profiles
        .iter()
        .map(|it| {
            let view = it.profile();
            let mut row = vec![
                view.name().into_owned(),
                view.version().unwrap_or_default().into_owned(),
                view.profile_type().unwrap_or_default().into_owned(),
                view.packs().len().to_string(),
                users(it, &clusters).join(","),
            ];
            if global.all_namespaces {
                row.insert(0, it.cluster().namespace().unwrap_or_default().into_owned());
            }
            row
        })
        .collect();
    let mut headers = vec!["NAME", "VERSION", "TYPE", "PACKS", "CLUSTERS"];
    if global.all_namespaces {
        headers.insert(0, "NAMESPACE");
    }
    output.text(&table(&headers, &rows))?;
    Ok(Outcome::Done)
}

/// The clusters of the same namespace that have this version attached.
fn users(version: &Document, clusters: &[Document]) -> Vec<String> {
    let view = version.profile();
    let namespace = version.cluster().namespace();
    let uses = |cluster: &&Document| {
        let cluster = cluster.cluster();
        (namespace.is_none() || cluster.namespace() == namespace)
            && cluster.profiles().iter().any(|it| {
                let by_uid = it.uid().is_some() && it.uid() == view.uid();
                by_uid || profile::reference(&it.name(), it.version().as_deref()) == view.reference()
            })
    };
    clusters.iter().filter(uses).map(|it| it.cluster().name().into_owned()).collect()
}
