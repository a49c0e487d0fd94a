//! `kubectl profile new-version`: a version made from another one.

use clap::Args;
use profile_core::mask::Context;

use super::Outcome;
use crate::{
    change::flags::ShowArgs,
    cli::Global,
    error::Error,
    interrupt,
    output::Output,
    reference::{self, Reference},
    review::{Review, Sides},
    store::{DryRun, PaletteStore},
    versions::{changed::PackAssignment, making::Making, strict},
};

const EXAMPLES: &str = "Examples:
  # Make a version from another one with a value set, and publish it after a question
  kubectl profile new-version hello-aws@1.1.0 1.1.1 --set hello-universe:ui.replicas=2 --store palette

  # Only look at it
  kubectl profile new-version hello-aws@1.1.0 1.1.1 --set hello-universe:ui.replicas=2 --dry-run --store palette";

/// Make a version of a profile from another one, and publish it (Palette store)
///
/// Copies the version, sets values in place, looks whether the copy is what was shown, and publishes it. A draft that an
/// earlier run left behind is finished. No cluster changes: `switch` takes them to the new version.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct NewVersionArgs {
    /// The version to copy
    #[arg(value_name = "PROFILE@VERSION", value_parser = reference::with_version)]
    source: Reference,
    /// The new version, such as 1.2.0 or 1.2.0-rc.1
    #[arg(value_name = "VERSION")]
    version: String,
    /// Set a value of a pack, such as hello-universe:ui.replicas=2; the value is YAML; may be given several times
    #[arg(long, value_name = "PACK:PATH=VALUE")]
    set: Vec<PackAssignment>,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    /// Show what would be made
    #[arg(long, value_enum, default_value_t, num_args = 0..=1, require_equals = true, default_missing_value = "client")]
    dry_run: DryRun,
    #[command(flatten)]
    show: ShowArgs,
}

/// Runs the command.
pub(crate) async fn run(args: &NewVersionArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    if let Some(objection) = strict::objection(&args.version) {
        return Err(Error::usage(objection).hint("Palette takes major.minor.patch, such as 1.2.0 or 1.2.0-rc.1"));
    }
    if args.dry_run == DryRun::Server {
        return Err(Error::usage("--dry-run=server: Palette judges no new version without making it")
            .hint("use --dry-run=client, which reads what there is"));
    }
    let store = PaletteStore::only(global, "new-version").await?;
    let making = Making::new(&store, (&args.source, &args.version), &args.set).await?;
    let (from, to) = (making.source.profile().reference(), making.reference());
    args.show.say(&format!("Store:    {}", store.name()), output)?;
    args.show.say(&format!("Profile:  {from} → {to}"), output)?;
    if let Some(uid) = &making.draft {
        args.show.say(&format!("Draft:    {uid}, which is there already and is finished"), output)?;
    }
    args.show.say("", output)?;
    review(&making, &store, (&from, &to)).print(&args.show.review(), output)?;
    output.flush()?;
    if args.dry_run == DryRun::Client {
        args.show.say(&format!("clusterprofile/{to} published (client dry run)"), output)?;
        return Ok(Outcome::Done);
    }
    if !args.yes {
        output.confirm().await?;
    }
    let left = format!("{to} may exist as a draft: the same command finishes it");
    let (uid, notes) = interrupt::or_left(making.carry_out(), &left).await?;
    notes.iter().for_each(|it| output.warning(it));
    args.show.say(&format!("clusterprofile/{to} published (uid {uid})"), output)?;
    Ok(Outcome::Done)
}

fn review(making: &Making<'_>, store: &PaletteStore, (from, to): (&str, &str)) -> Review {
    let source = making.source.profile();
    let current = source.content().map(|it| it.raw().clone()).unwrap_or_default();
    let sides =
        Sides { current, pending: making.pending.clone(), current_label: from.into(), pending_label: to.into() };
    Review { store: store.name(), known: Context::of_published(&source), sides: vec![sides], ..Review::default() }
}
