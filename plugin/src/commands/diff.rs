//! `kubectl profile diff`: Current against Pending, any two points.

use clap::Args;
use profile_core::{
    cluster::Cluster,
    profile::{self, AttachedProfile},
    rules::{self, Policy, Verdict},
    switch,
};
use serde_json::json;

use super::{
    Outcome,
    comparison::{Comparison, print_verdict, verdict_json},
    target::Target,
};
use crate::{
    cli::{Format, Global},
    error::{Error, Kind},
    output::Output,
    reference, selection,
    store::{Document, Store},
};

/// Show Current against Pending
///
/// CLUSTER PROFILE@VERSION shows what a switch would change. CLUSTER alone shows its copy against what is published for
/// the versions it has. PROFILE@A PROFILE@B shows one version against another. Exits with 1 when there are differences.
#[derive(Args, Debug)]
pub(crate) struct DiffArgs {
    /// [CLUSTER] [PROFILE@VERSION], or PROFILE@A PROFILE@B
    #[arg(value_name = "POINT", num_args = 0..=2)]
    points: Vec<String>,
    /// How to print it
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

/// Runs the command.
pub(crate) async fn run(args: &DiffArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let is_version = |point: &&String| point.contains('@');
    match args.points.as_slice() {
        [current, pending] if [current, pending].iter().all(is_version) => {
            versions(args, global, current, pending, output).await
        }
        points if points.last().is_some_and(|last| is_version(&last)) => to_version(args, global, output).await,
        [] => own_version(args, global, None, output).await,
        [cluster] => own_version(args, global, Some(cluster), output).await,
        [_, last, ..] => Err(Error::usage(format!("{last:?} names no version; write it like {last}@1.1.0"))),
    }
}

/// A cluster against the version that it may be switched to.
async fn to_version(args: &DiffArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let target = Target::read(global, &args.points).await?;
    let before = target.cluster.cluster();
    let after = Cluster::new(&target.pending);
    let name = target.version.profile().name().into_owned();
    let comparison = Comparison {
        current: switch::attached(&before, &name)?,
        pending: switch::attached(&after, &name)?,
        current_label: format!("Current, cluster {}", before.name()),
        pending_label: format!("Pending, {}", target.version.profile().reference()),
    };
    let verdict = rules::check(&before, &after, &Policy::default());
    answer(args, &before.name(), &[comparison], Some(&verdict), output)
}

/// A cluster against what is published for the versions it has attached.
async fn own_version(
    args: &DiffArgs,
    global: &Global,
    name: Option<&str>,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let store = Store::open(global).await?;
    let cluster = selection::cluster(&store, name).await?;
    let view = cluster.cluster();
    let profiles = store.profiles(view.namespace().as_deref()).await?;
    let mut comparisons = Vec::new();
    let attached = view.profiles();
    for current in &attached {
        let reference = profile::reference(&current.name(), current.version().as_deref());
        let published = selection::published_of(&profiles, current);
        let content = published.and_then(|it| it.profile().content()).ok_or_else(|| {
            Error::new(
                Kind::NotFound,
                format!("what is published for {reference} is not visible in {}", store.scope_of(&cluster)),
            )
            .hint("without it nothing can be said about a difference")
        })?;
        // The published content does not repeat its own version: it stands beside it.
        comparisons.push((current.clone(), content, reference));
    }
    let named: Vec<_> = comparisons.iter().map(|(current, content, _)| as_attached(content, current)).collect();
    let comparisons: Vec<_> = comparisons
        .iter()
        .zip(&named)
        .map(|((current, _, reference), named)| Comparison {
            current: current.clone(),
            pending: AttachedProfile::new(named, current.path().to_owned()),
            current_label: format!("Current, cluster {}", view.name()),
            pending_label: format!("Published, {reference}"),
        })
        .collect();
    answer(args, &view.name(), &comparisons, None, output)
}

/// One version against another.
async fn versions(
    args: &DiffArgs,
    global: &Global,
    current: &str,
    pending: &str,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let store = Store::open(global).await?;
    let profiles = store.profiles(None).await?;
    let read = |text: &str| {
        let reference = reference::with_version(text).map_err(Error::usage)?;
        selection::version(&profiles, &reference, &store.scope())
    };
    let (current, pending) = (read(current)?, read(pending)?);
    let content = |document: &Document| {
        let view = document.profile();
        let not_published = || Error::failed(format!("profile version {} is not published", view.reference()));
        let content = view.content().ok_or_else(not_published)?;
        let mut raw = content.raw().clone();
        raw["name"] = view.name().into();
        raw["profileVersion"] = view.version().unwrap_or_default().into();
        Ok::<_, Error>(raw)
    };
    let (before, after) = (content(current)?, content(pending)?);
    let comparison = Comparison {
        current: AttachedProfile::new(&before, "spec.published".into()),
        pending: AttachedProfile::new(&after, "spec.published".into()),
        current_label: current.profile().reference(),
        pending_label: pending.profile().reference(),
    };
    answer(args, "", &[comparison], None, output)
}

fn as_attached(content: &AttachedProfile<'_>, current: &AttachedProfile<'_>) -> serde_json::Value {
    let mut raw = content.raw().clone();
    raw["name"] = current.name().into();
    raw["profileVersion"] = current.version().unwrap_or_default().into();
    raw
}

fn answer(
    args: &DiffArgs,
    cluster: &str,
    comparisons: &[Comparison<'_>],
    verdict: Option<&Verdict>,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let changes: Vec<_> = comparisons.iter().flat_map(Comparison::changes).collect();
    if args.output == Format::Table {
        for comparison in comparisons {
            comparison.print(output)?;
        }
        if changes.is_empty() {
            output.note("no difference");
        }
        if let Some(verdict) = verdict {
            print_verdict(verdict, output)?;
        }
    } else {
        let (violations, warnings) = verdict.map(verdict_json).unwrap_or_default();
        let differs = !changes.is_empty();
        let fields = json!({"cluster": cluster, "differs": differs, "changes": changes, "violations": violations, "warnings": warnings});
        output.document(args.output, "Diff", fields)?;
    }
    Ok(if changes.is_empty() { Outcome::Done } else { Outcome::Differences })
}
