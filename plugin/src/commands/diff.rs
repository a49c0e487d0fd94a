//! `kubectl profile diff`: Current against Pending, any two points.

use clap::Args;

use self::{pair::Beside, point::Point};
use super::Outcome;
use crate::{
    change::proposal::known_revisions,
    cli::Global,
    error::{Error, Kind},
    fleet::{Member, Which},
    output::Output,
    reference::{self, Reference},
    review::{Group, Groups, Review, ReviewArgs},
    selection,
    store::{Document, Sought, Store},
};

mod fleet;
mod pair;
mod point;

const EXAMPLES: &str = "Examples:
  # Show what a switch would change in a cluster, with its overrides carried over
  kubectl profile diff shop-aws hello-aws@1.1.0

  # Show it side by side
  kubectl profile diff shop-aws hello-aws@1.1.0 --side-by-side

  # Compare two versions of a profile
  kubectl profile diff hello-aws@1.0.0 hello-aws@1.1.0

  # Write a page for a change ticket
  kubectl profile diff shop-aws hello-aws@1.1.0 -o html > change.html";

/// Show Current against Pending
///
/// CLUSTER PROFILE@VERSION shows what a switch would change, with the cluster's overrides carried over. CLUSTER alone shows
/// its copy against what is published for the versions it has. Two versions, two clusters and files are compared as they
/// stand. PROFILE@VERSION alone, where there are several clusters, shows what it would do to each that has the profile, the
/// same outcomes together; an edited profile in a file does so for each that has its version.
///
/// A file is `-`, or anything with a slash, or a name that ends in .yaml, .yml or .json; it holds one cluster or profile.
/// KUBECTL_EXTERNAL_DIFF names a program to show the texts with, as for `kubectl diff`. Exits with 1 when there are
/// differences.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DiffArgs {
    /// Up to two of: CLUSTER, PROFILE@VERSION, FILE
    #[arg(value_name = "POINT", num_args = 0..=2)]
    points: Vec<String>,
    #[command(flatten)]
    review: ReviewArgs,
    #[command(flatten)]
    which: Which,
}

/// Runs the command.
pub(crate) async fn run(args: &DiffArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    match args.points.as_slice() {
        [word] if args.which.is_used() && point::is_version(word) => version(args, global, word, output).await,
        _ if args.which.is_used() => Err(Error::usage("clusters are selected for one PROFILE@VERSION, and that alone")
            .hint("name the version to compare all of them with, such as hello-aws@1.1.0")),
        [current, pending, ..] => two(args, global, (current, pending), output).await,
        [word] if point::is_version(word) => version(args, global, word, output).await,
        [word] if point::is_file(word) => file(args, global, word, output).await,
        rest => {
            let store = Store::open(global).await?;
            let found = selection::cluster(&store, rest.first().map(String::as_str)).await;
            let cluster = found.map_err(|error| match (rest, error.kind) {
                // Flags that select clusters go with a version, and what is compared here is one cluster.
                ([], Kind::Usage) => Error::usage(error.message)
                    .hint("name one; PROFILE@VERSION instead shows what it would do to each that has the profile"),
                _ => error,
            })?;
            own_versions(args, &store, &Point::Cluster(cluster), output).await
        }
    }
}

/// What an edited profile in a file would do to every cluster of `which` that has its version.
pub(super) async fn edit(
    path: &str,
    review: &ReviewArgs,
    (clusters, which): (&[String], &Which),
    global: &Global,
    output: &mut Output,
) -> Result<Outcome, Error> {
    let word = if point::is_file(path) { path.to_owned() } else { format!("./{path}") };
    let args = DiffArgs { points: vec![word.clone()], review: review.clone(), which: which.clone() };
    let point = Point::read(&word, None).await?;
    let Some(edited) = point.profile() else {
        return Err(Error::new(Kind::NotFound, format!("{word} holds no profile"))
            .hint("an edit is a `kind: ClusterProfile`, or an export of Palette's; a cluster is compared by `diff`"));
    };
    let fleet = args.which.find_all(clusters, global).await?;
    let groups = fleet::edit((&fleet, which), &point, edited, &args.review, output).await?;
    answer_groups(&args, &groups, output)
}

/// Two points.
async fn two(
    args: &DiffArgs,
    global: &Global,
    (current, pending): (&str, &str),
    output: &mut Output,
) -> Result<Outcome, Error> {
    let needs_store = !global.files.is_empty() || ![current, pending].into_iter().all(point::is_file);
    let store = if needs_store { Some(Store::open(global).await?) } else { None };
    let before = Point::read(current, store.as_ref()).await?;
    // A cluster looks for its versions beside it: where several namespaces are in sight each has its own.
    let after = match (&before, &store) {
        (Point::Cluster(cluster), Some(store)) if point::is_version(pending) => {
            let reference = reference::with_version(pending).map_err(Error::usage)?;
            let profiles = store.profiles(&Sought::attached([cluster]).and(&reference)).await?;
            Point::Version(selection::version(&profiles, &reference, &store.scope_of(cluster))?.clone())
        }
        _ => Point::read(pending, store.as_ref()).await?,
    };
    let (Point::Cluster(cluster) | Point::ClusterFile(cluster), Some(target)) = (&before, after.profile()) else {
        let review = pair::as_they_stand(&before, &after)?;
        return answer(args, &Review { store: named(store.as_ref(), &[&before, &after]), ..review }, output);
    };
    let label = format!("Pending, {}", after.label());
    let read = Read::beside(store.as_ref(), &before, (cluster, None), output).await?;
    let mut review = pair::switched(cluster, target, &read.as_beside(), label)?;
    if let (Point::Cluster(_), Some(store)) = (&before, &store) {
        judge(store, cluster, &mut review).await;
    }
    answer(args, &review, output)
}

/// Puts what the store itself says of a switch into its review.
async fn judge(store: &Store, cluster: &Document, review: &mut Review) {
    let pending = pair::pending(cluster, review);
    review.judgement = store.judge(cluster, &pending).await;
}

/// A version alone: against the one cluster in scope, or against all that have its profile.
async fn version(args: &DiffArgs, global: &Global, word: &str, output: &mut Output) -> Result<Outcome, Error> {
    let reference = reference::with_version(word).map_err(Error::usage)?;
    let fleet = args.which.find_all(&[], global).await?;
    let Some(Member { store, cluster, .. }) = fleet.single() else {
        let groups = fleet::versions(&fleet, &reference, &args.review, output).await?;
        return answer_groups(args, &groups, output);
    };
    let cluster = &store.whole(cluster).await?;
    let before = Point::Cluster(cluster.clone());
    let read = Read::beside(Some(store), &before, (cluster, Some(&reference)), output).await?;
    let target = selection::version(&read.profiles, &reference, &read.scope)?.clone();
    let label = format!("Pending, {}", target.profile().reference());
    let mut review = pair::switched(cluster, &target, &read.as_beside(), label)?;
    judge(store, cluster, &mut review).await;
    answer(args, &review, output)
}

/// A file alone: an edited profile against all clusters that have its version, or a cluster against its own versions.
async fn file(args: &DiffArgs, global: &Global, word: &str, output: &mut Output) -> Result<Outcome, Error> {
    let point = Point::read(word, None).await?;
    match &point {
        Point::Version(edited) | Point::ProfileFile(edited) => {
            let fleet = args.which.find_all(&[], global).await?;
            let groups = fleet::edit((&fleet, &args.which), &point, edited, &args.review, output).await?;
            answer_groups(args, &groups, output)
        }
        Point::Cluster(_) | Point::ClusterFile(_) => {
            own_versions(args, &Store::open(global).await?, &point, output).await
        }
    }
}

async fn own_versions(args: &DiffArgs, store: &Store, point: &Point, output: &mut Output) -> Result<Outcome, Error> {
    let Some(cluster) = point.cluster() else { return Err(Error::failed(format!("{} is no cluster", point.label()))) };
    let read = Read::beside(Some(store), point, (cluster, None), output).await?;
    answer(args, &pair::own_versions(cluster, &read.as_beside())?, output)
}

/// The store in words, where it holds one of the points.
fn named(store: Option<&Store>, points: &[&Point]) -> String {
    let is_held = |point: &&Point| matches!(point, Point::Cluster(_) | Point::Version(_));
    store.filter(|_| points.iter().any(is_held)).map(Store::name).unwrap_or_default()
}

/// What is read beside a cluster.
struct Read {
    profiles: Vec<Document>,
    revisions: Vec<profile_core::revision::Revision>,
    scope: String,
    store: String,
}

impl Read {
    async fn beside(
        store: Option<&Store>,
        point: &Point,
        (cluster, target): (&Document, Option<&Reference>),
        output: &mut Output,
    ) -> Result<Self, Error> {
        let Some(store) = store else {
            let (profiles, revisions) = (Vec::new(), Vec::new());
            return Ok(Self { profiles, revisions, scope: "no store".into(), store: String::new() });
        };
        let revisions = match point {
            Point::Cluster(_) => known_revisions(store, cluster, output).await,
            // A file is a copy from somewhere: no revision is known to be of it.
            _ => Vec::new(),
        };
        let wanted = Sought::attached([cluster]);
        let profiles = store.profiles(&target.into_iter().fold(wanted, Sought::and)).await?;
        Ok(Self { profiles, revisions, scope: store.scope_of(cluster), store: named(Some(store), &[point]) })
    }

    fn as_beside(&self) -> Beside<'_> {
        let (scope, store) = (self.scope.clone(), self.store.clone());
        Beside { profiles: &self.profiles, revisions: &self.revisions, scope, store }
    }
}

fn answer(args: &DiffArgs, review: &Review, output: &mut Output) -> Result<Outcome, Error> {
    review.print(&args.review, output)?;
    let differs = review.differs(&args.review);
    if !differs && args.review.output.is_for_people() {
        output.note("no difference");
    }
    Ok(if differs { Outcome::Differences } else { Outcome::Done })
}

/// Several clusters: a failure of one spoils nothing but the exit code.
fn answer_groups(args: &DiffArgs, groups: &Groups, output: &mut Output) -> Result<Outcome, Error> {
    if let ([group], []) = (groups.all.as_slice(), groups.failed.as_slice())
        && group.clusters.len() == 1
    {
        return answer(args, &group.review, output);
    }
    groups.print(&args.review, output)?;
    Ok(match () {
        () if !groups.failed.is_empty() => Outcome::Partial,
        () if groups.all.iter().any(Group::differs) => Outcome::Differences,
        () => Outcome::Done,
    })
}
