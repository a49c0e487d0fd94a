//! `kubectl profile diff`: Current against Pending, any two points.

use clap::Args;
use profile_core::{
    cluster::Cluster,
    profile::{self, AttachedProfile},
    rules::{self, Policy},
    switch,
};
use serde_json::Value;

use super::{Outcome, target::Target};
use crate::{
    cli::Global,
    error::{Error, Kind},
    output::Output,
    reference,
    review::{Review, ReviewArgs, ReviewFormat, Sides},
    selection,
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
    #[command(flatten)]
    review: ReviewArgs,
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
    let sides = Sides {
        current: switch::attached(&before, &name)?.raw().clone(),
        pending: switch::attached(&after, &name)?.raw().clone(),
        current_label: format!("Current, cluster {}", before.name()),
        pending_label: format!("Pending, {}", target.version.profile().reference()),
    };
    let verdict = rules::check(&before, &after, &Policy::default());
    let cluster = before.name().into_owned();
    answer(args, &Review { cluster, sides: vec![sides], verdict: Some(verdict), ..Review::default() }, output)
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
    let mut sides = Vec::new();
    for current in &view.profiles() {
        let reference = profile::reference(&current.name(), current.version().as_deref());
        let published = selection::published_of(&profiles, current);
        let content = published.and_then(|it| it.profile().content()).ok_or_else(|| {
            Error::new(
                Kind::NotFound,
                format!("what is published for {reference} is not visible in {}", store.scope_of(&cluster)),
            )
            .hint("without it nothing can be said about a difference")
        })?;
        sides.push(Sides {
            current: current.raw().clone(),
            // The published content does not repeat its own version: it stands beside it.
            pending: as_attached(&content, &current.name(), current.version().as_deref()),
            current_label: format!("Current, cluster {}", view.name()),
            pending_label: format!("Published, {reference}"),
        });
    }
    answer(args, &Review { cluster: view.name().into_owned(), sides, ..Review::default() }, output)
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
        Ok::<_, Error>(as_attached(&content, &view.name(), view.version().as_deref()))
    };
    let sides = Sides {
        current: content(current)?,
        pending: content(pending)?,
        current_label: current.profile().reference(),
        pending_label: pending.profile().reference(),
    };
    answer(args, &Review { sides: vec![sides], ..Review::default() }, output)
}

fn as_attached(content: &AttachedProfile<'_>, name: &str, version: Option<&str>) -> Value {
    let mut raw = content.raw().clone();
    raw["name"] = name.into();
    raw["profileVersion"] = version.unwrap_or_default().into();
    raw
}

fn answer(args: &DiffArgs, review: &Review, output: &mut Output) -> Result<Outcome, Error> {
    review.print(&args.review, output)?;
    let differs = review.differs(&args.review);
    if !differs && args.review.output == ReviewFormat::Text {
        output.note("no difference");
    }
    Ok(if differs { Outcome::Differences } else { Outcome::Done })
}
