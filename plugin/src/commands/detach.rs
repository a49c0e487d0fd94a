//! `kubectl profile detach`: an add-on profile leaves a cluster.

use std::collections::BTreeSet;

use clap::Args;
use serde_json::json;

use super::{Outcome, target};
use crate::{
    change::{Change, detach::Detach},
    cli::{Format, Formats, Global},
    error::Error,
    interrupt,
    output::{Output, table::table},
    reference::Reference,
    review::verdict,
    selection,
    store::{DryRun, PaletteStore, Store},
    versions::detached,
};

const EXAMPLES: &str = "Examples:
  # Show what would go with a profile
  kubectl profile detach shop-aws monitoring --dry-run --store palette

  # Detach it, once the name of the cluster is typed
  kubectl profile detach shop-aws monitoring --store palette";

/// Detach an add-on profile from a cluster (Palette store)
///
/// Palette then removes its packs from the cluster, and their namespaces with everything in them, whoever put it there. No
/// rollback brings that back. Profiles of other types cannot be detached.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DetachArgs {
    /// The cluster
    #[arg(value_name = "CLUSTER")]
    cluster: String,
    /// The profile, with its version where several are attached
    #[arg(value_name = "PROFILE[@VERSION]")]
    profile: Reference,
    /// Do not ask for the cluster's name
    #[arg(short, long)]
    yes: bool,
    /// Show what would be done
    #[arg(long, value_enum, default_value_t, num_args = 0..=1, require_equals = true, default_missing_value = "client")]
    dry_run: DryRun,
    /// Why, for the revision
    #[arg(long)]
    reason: Option<String>,
    /// Write without a revision; then nothing remembers what the cluster had
    #[arg(long)]
    no_history: bool,
    /// Output format
    #[arg(short, long, value_name = "FORMAT", value_parser = Formats::DOCUMENT, default_value = "", hide_default_value = true)]
    output: Format,
}

/// Runs the command.
pub(crate) async fn run(args: &DetachArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    if args.dry_run == DryRun::Server {
        return Err(Error::usage("--dry-run=server: Palette judges no detachment without making it")
            .hint("use --dry-run=client, which asks the rules"));
    }
    let store = Store::Palette(Box::new(PaletteStore::only(global, "detach").await?));
    let Store::Palette(palette) = &store else { return Err(Error::failed("the store of Palette is not open")) };
    let cluster = selection::cluster(&store, Some(&args.cluster)).await?;
    target::refuse_template(&cluster)?;
    let revisions = Change::settle_pending(&store, &cluster, (args.dry_run, !args.no_history), output).await?;
    let name = cluster.cluster().name().into_owned();
    let detach = Detach::new((&store, palette), cluster, &args.profile, revisions)?;
    refuse_denied(args, &detach, &name, output)?;
    show(args, &detach, (&store.name(), &name), output)?;
    let reference = detach.reference();
    if args.dry_run == DryRun::Client {
        told(
            args,
            &detach,
            (&name, false),
            &format!("spectrocluster/{name} detached from {reference} (client dry run)"),
            output,
        )?;
        return Ok(Outcome::Done);
    }
    if !args.no_history {
        palette
            .prepare_revisions()
            .map_err(|error| error.hint("--no-history writes without a revision; nothing was written"))?;
    }
    if !args.yes {
        output.confirm_by_name("cluster", &name).await?;
    }
    let work = detach.carry_out(args.reason.as_deref(), !args.no_history);
    interrupt::or_left(work, "whether the profile is detached is found out by the next run").await?;
    told(args, &detach, (&name, true), &format!("spectrocluster/{name} detached from {reference}"), output)?;
    Ok(Outcome::Done)
}

/// Refuses what a rule denies, and every profile that is no add-on.
fn refuse_denied(args: &DetachArgs, detach: &Detach<'_>, cluster: &str, output: &mut Output) -> Result<(), Error> {
    let (verdict, reference) = (detach.verdict(), detach.reference());
    let refused = |why: &str| {
        Error::refused(format!("{reference} may not be detached from cluster {cluster:?}: {why}"))
            .hint("nothing was written")
    };
    if !verdict.denied.is_empty() {
        if args.output.is_for_people() {
            output.text(&verdict::text(&verdict, output.paint()))?;
        } else {
            verdict.denied.iter().for_each(|it| output.note(&it.message));
        }
        let codes: BTreeSet<_> = verdict.denied.iter().map(|it| it.code.as_str()).collect();
        return Err(refused(&codes.into_iter().collect::<Vec<_>>().join(", ")));
    }
    let kind = detach.view().profile_type().unwrap_or_default().into_owned();
    if kind == detached::ADD_ON {
        return Ok(());
    }
    Err(refused(&format!(
        "its type is {kind:?}, and only a profile of type {:?} may leave a cluster",
        detached::ADD_ON
    )))
}

/// What goes with it; beside the answer where that is for machines.
fn show(
    args: &DetachArgs,
    detach: &Detach<'_>,
    (store, cluster): (&str, &str),
    output: &mut Output,
) -> Result<(), Error> {
    let rows: Vec<_> = detach
        .view()
        .packs()
        .iter()
        .map(|pack| {
            let namespaces = detached::namespaces(pack).join(",");
            let namespaces = if namespaces.is_empty() { "(not in its values)".into() } else { namespaces };
            vec![pack.name().into_owned(), pack.version().unwrap_or_default().into_owned(), namespaces]
        })
        .collect();
    let mut shown = format!("Store:    {store}\nCluster:  {cluster}\nProfile:  {}\n\n", detach.reference());
    shown += &table(&["PACK", "VERSION", "NAMESPACES"], &rows);
    shown += "\nPalette removes these packs from the cluster, and their namespaces with everything in them, also what others put there.\n";
    shown += "This cannot be undone: a rollback does not bring it back. Attaching the profile again installs its packs anew, empty.";
    if args.output.is_for_people() {
        output.line(&shown)?;
        return output.flush();
    }
    output.note(&shown);
    Ok(())
}

/// How it ended: a line, or the document.
fn told(
    args: &DetachArgs,
    detach: &Detach<'_>,
    (cluster, is_done): (&str, bool),
    line: &str,
    output: &mut Output,
) -> Result<(), Error> {
    if args.output.is_for_people() {
        return output.line(line);
    }
    let view = detach.view();
    let packs: Vec<_> = view
        .packs()
        .iter()
        .map(|it| json!({"name": it.name(), "version": it.version(), "namespaces": detached::namespaces(it)}))
        .collect();
    let fields = json!({"cluster": cluster, "profile": detach.reference(), "uid": view.uid(), "detached": is_done, "packs": packs});
    output.note(line);
    output.document(&args.output, "Detachment", fields)
}
