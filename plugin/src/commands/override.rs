//! `kubectl profile override`: own values of one pack of one cluster.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use profile_core::splice::Path;

use super::Outcome;
use crate::{
    change::{
        carry_out::change,
        flags::{MergeArgs, WriteArgs},
        proposal::{Assignment, Goal, PackEdit, PackReference, path_to_unset},
    },
    cli::Global,
    error::{Error, Kind},
    fleet::{Which, waves::WaveArgs},
    output::Output,
    store,
};

const EXAMPLES: &str = "Examples:
  # Set a value of a pack in one cluster
  kubectl profile override shop-aws hello-universe --set manifests.hello-universe.ui.replicas=3

  # Go back to what the profile publishes
  kubectl profile override shop-aws hello-universe --unset manifests.hello-universe.ui.replicas

  # Edit the values in your editor
  kubectl profile override shop-aws hello-universe --edit

  # Forget what equals the published values by now
  kubectl profile override shop-aws --drop-redundant";

/// Set, unset or edit values of one pack of a cluster
///
/// The profile and other clusters stay as they are. A new profile version is the better way for what is meant to last.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
#[command(group = ArgGroup::new("change").required(true).multiple(true).args(["set", "unset", "values", "edit_values", "drop_redundant"]))]
pub(crate) struct OverrideArgs {
    /// The clusters, which may be left out where there is only one, and the pack as PACK or PROFILE/PACK; with
    /// --drop-redundant the pack may be left out, and a single word is the cluster
    #[arg(value_name = "[CLUSTER] PACK", num_args = 0..)]
    target: Vec<String>,
    /// Set a value, such as ui.replicas=2; the value is YAML; may be given several times
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<Assignment>,
    /// Go back to what is published at this path; may be given several times
    #[arg(long, value_name = "PATH", value_parser = path_to_unset)]
    unset: Vec<Path>,
    /// Set every value of this YAML file, which holds a map; - is the standard input
    #[arg(long, value_name = "FILE")]
    values: Option<PathBuf>,
    /// Open the values in your editor
    #[arg(long = "edit")]
    edit_values: bool,
    /// Forget own values that equal what is published today
    #[arg(long, conflicts_with_all = ["set", "unset", "values", "edit_values"])]
    drop_redundant: bool,
    #[command(flatten)]
    base: BaseOption,
    #[command(flatten)]
    write: WriteArgs,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    waves: WaveArgs,
}

/// The base, for `--unset`.
#[derive(Args, Debug)]
struct BaseOption {
    /// What the cluster's copy was taken from, where that cannot be told
    #[arg(long, value_name = "published|FILE|REVISION")]
    base: Option<crate::change::proposal::BaseArg>,
}

/// Runs the command.
pub(crate) async fn run(args: &OverrideArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let read = |pack: &String| pack.parse::<PackReference>().map_err(Error::usage);
    let merge = MergeArgs::undecided(args.base.base.clone(), args.edit_values);
    let flags = (&merge, &args.write);
    if args.drop_redundant {
        let (names, pack) = match args.target.as_slice() {
            [names @ .., _, _] if !names.is_empty() => {
                return Err(Error::usage("--drop-redundant takes one cluster and one pack by name")
                    .hint("for several clusters leave the pack out and name them by --clusters-from or -l"));
            }
            [cluster, pack] => (std::slice::from_ref(cluster), Some(read(pack)?)),
            rest => (rest, None),
        };
        let fleet = args.which.find(names, global).await?;
        return change(fleet, Goal::Forget(pack), flags, &args.waves, output).await;
    }
    let (names, pack) = match args.target.as_slice() {
        [names @ .., pack] => (names, read(pack)?),
        [] => return Err(Error::usage("name a pack, and the clusters before it where there are several")),
    };
    let values = match &args.values {
        Some(path) if path.as_os_str() == "-" => {
            if args.which.takes_input() {
                return Err(Error::usage(
                    "--values and --clusters-from both take the standard input, which is read once",
                )
                .hint("write one of them into a file"));
            }
            Some(("standard input".to_owned(), store::standard_input()?))
        }
        Some(path) => Some((path.display().to_string(), store::text(path)?)),
        None => None,
    };
    let edit = PackEdit { set: args.set.clone(), unset: args.unset.clone(), values, text: None };
    edit.refuse_unusable()?;
    edit.refuse_contradictions()?;
    let fleet = args.which.find(names, global).await.map_err(|error| match names {
        // Whoever forgot the pack has named a cluster, and would be told that it is not clear which is meant.
        [] if error.kind == Kind::Usage && !args.which.is_used() => error
            .hint(format!("{:?} is read as the pack, which comes last: write a cluster before it", pack.to_string())),
        _ => error,
    })?;
    change(fleet, Goal::Override(pack, edit), flags, &args.waves, output).await
}
