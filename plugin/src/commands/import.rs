//! `kubectl profile import`: makes a profile version from a file.

use std::path::{Path, PathBuf};

use clap::Args;
use profile_core::{field, profile::PublishedProfile};
use serde_json::{Value, json};

use super::Outcome;
use crate::{
    cli::{Format, Formats, Global},
    error::Error,
    interrupt,
    output::{Output, table::table},
    shell,
    store::{self, DryRun, PaletteStore, profiles::is_open},
    versions::imported,
};

const EXAMPLES: &str = "Examples:
  # Have Palette check a file, and make nothing
  kubectl profile import hello-aws-1.1.0.yaml --dry-run=server --store palette

  # Make the version, after a question, and leave it a draft
  kubectl profile import hello-aws-1.1.0.yaml --draft --store palette";

/// Make a profile version from a file (Palette store)
///
/// Reads a profile as `export` prints it, or a document with `kind: ClusterProfile`. What Palette would refuse, and values that
/// are masked, are found before anything is sent; Palette checks it, too, before you are asked.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ImportArgs {
    /// The file, in YAML or JSON; - is the standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Leave it a draft, which no cluster can take
    #[arg(long)]
    draft: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    /// Show what would be made; with `server` Palette checks it, too
    #[arg(long, value_enum, default_value_t, num_args = 0..=1, require_equals = true, default_missing_value = "client")]
    dry_run: DryRun,
    /// Output format
    #[arg(short, long, value_name = "FORMAT", value_parser = Formats::DOCUMENT, default_value = "", hide_default_value = true)]
    output: Format,
}

/// Runs the command.
pub(crate) async fn run(args: &ImportArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    let mut entity = read(&args.file)?;
    let reference = PublishedProfile::new(&entity).reference();
    refuse_unfit(&entity, &args.file, &reference)?;
    let store = PaletteStore::only(global, "import").await?;
    refuse_existing(&store, &entity, &reference).await?;
    let findings = match args.dry_run {
        DryRun::Client => Vec::new(),
        DryRun::None | DryRun::Server => {
            let answer = store.judge_import(&entity, &reference).await;
            imported::take_findings(&mut entity, &answer.map_err(|error| error.hint("nothing was written"))?)
        }
    };
    show(args, &store, (&entity, &reference), &findings, output)?;
    if args.dry_run != DryRun::None {
        let kind = if args.dry_run == DryRun::Server { "server" } else { "client" };
        told(
            args,
            (&entity, &findings, None),
            &format!("clusterprofile/{reference} imported ({kind} dry run)"),
            output,
        )?;
        return Ok(Outcome::Done);
    }
    if !args.yes {
        output.confirm().await?;
    }
    let made = async {
        match store.import(&entity, !args.draft, &reference).await {
            Ok(uid) => Ok(uid),
            Err(error) => Err(looked_up(&store, &entity, &reference, error).await),
        }
    };
    let uid = interrupt::or_left(made, &not_known(&store, &reference)).await?;
    let done = if args.draft { "imported as a draft" } else { "imported and published" };
    told(args, (&entity, &findings, Some(&uid)), &format!("clusterprofile/{reference} {done} (uid {uid})"), output)?;
    Ok(Outcome::Done)
}

/// The one profile in the file, as Palette imports it.
fn read(path: &Path) -> Result<Value, Error> {
    let place = if path.as_os_str() == "-" { "standard input".into() } else { path.display().to_string() };
    match store::documents(path)?.as_slice() {
        [one] => imported::entity(&one.value, &place),
        several => Err(Error::usage(format!("{place} holds {} documents, and one profile is imported", several.len()))
            .hint("give a file with one profile in it")),
    }
}

fn refuse_unfit(entity: &Value, path: &Path, reference: &str) -> Result<(), Error> {
    let objections = imported::objections(entity);
    let Some((first, rest)) = objections.split_first() else { return Ok(()) };
    let error = Error::refused(format!("{} cannot be imported as {reference}: {first}", path.display()));
    let error = rest.iter().fold(error, |error, it| error.hint(format!("and {it}")));
    Err(error.hint("correct the file; nothing was written"))
}

async fn refuse_existing(store: &PaletteStore, entity: &Value, reference: &str) -> Result<(), Error> {
    let view = PublishedProfile::new(entity);
    let (name, version) = (view.name(), view.version().unwrap_or_default());
    let all = store.versions_of(&name).await?;
    let Some(there) = all.iter().find(|it| it.version == version) else { return Ok(()) };
    let versions: Vec<_> = all.iter().map(|it| it.version.as_str()).collect();
    Err(Error::refused(format!("{reference} exists already in {} (uid {})", store.scope(), there.uid))
        .hint(format!("there is: {}", versions.join(", ")))
        .hint("give spec.version a version that is free; nothing was written"))
}

/// What is to be made; beside the answer where that is for machines.
fn show(
    args: &ImportArgs,
    store: &PaletteStore,
    (entity, reference): (&Value, &str),
    findings: &[String],
    output: &mut Output,
) -> Result<(), Error> {
    let view = PublishedProfile::new(entity);
    let text = |it: Option<std::borrow::Cow<'_, str>>| it.unwrap_or_default().into_owned();
    let rows: Vec<_> = view
        .packs()
        .iter()
        .map(|pack| {
            let manifests: Vec<_> = pack.manifests().into_iter().map(|it| it.name.into_owned()).collect();
            vec![
                text(pack.layer()),
                pack.name().into_owned(),
                text(pack.version()),
                text(pack.tag()),
                manifests.join(","),
            ]
        })
        .collect();
    let state = if args.draft { "draft" } else { "published" };
    let mut shown = format!("Store:    {}\nProfile:  {reference} ({state})\n", store.name());
    shown += &format!("Type:     {}\n\n", text(view.profile_type()));
    shown += &table(&["LAYER", "PACK", "VERSION", "TAG", "MANIFESTS"], &rows);
    shown.extend(findings.iter().map(|it| format!("note: {it}\n")));
    if args.output.is_for_people() {
        output.line(shown.trim_end())?;
        return output.flush();
    }
    output.note(shown.trim_end());
    Ok(())
}

/// How it ended: a line, or the document.
fn told(
    args: &ImportArgs,
    (entity, findings, uid): (&Value, &[String], Option<&str>),
    line: &str,
    output: &mut Output,
) -> Result<(), Error> {
    if args.output.is_for_people() {
        return output.line(line);
    }
    let view = PublishedProfile::new(entity);
    let packs: Vec<_> = view
        .packs()
        .iter()
        .map(|it| json!({"name": it.name(), "layer": it.layer(), "version": it.version()}))
        .collect();
    let fields = json!({
        "name": view.name(), "version": view.version(), "type": view.profile_type(), "uid": uid, "made": uid.is_some(),
        "published": uid.is_some() && !args.draft, "packs": packs, "findings": findings,
    });
    output.note(line);
    output.document(&args.output, "ProfileImport", fields)
}

/// Says what became of an import whose answer did not come. It is not sent again.
async fn looked_up(store: &PaletteStore, entity: &Value, reference: &str, error: Error) -> Error {
    if !is_open(&error) {
        return error.hint("nothing was written");
    }
    let name = field::text(entity, &["metadata", "name"]).unwrap_or_default();
    let version = field::text(entity, &["spec", "version"]).unwrap_or_default();
    match store.versions_of(&name).await {
        Ok(all) => match all.iter().find(|it| it.version == version) {
            Some(made) => {
                let state = match store.version_now(&made.uid).await {
                    Ok(it) if it.is_published => "published",
                    Ok(_) => "a draft",
                    Err(_) => "published or a draft",
                };
                error.hint(format!("{reference} was made all the same: uid {}, {state}", made.uid))
            }
            None => error
                .hint(format!("{reference} was not made, as far as Palette's list of versions tells; run this again")),
        },
        Err(_) => error.hint(not_known(store, reference)),
    }
}

fn not_known(store: &PaletteStore, reference: &str) -> String {
    let words = format!("kubectl profile show {}{}", shell::quoted(reference), store.flags());
    format!("whether {reference} was made is not known: `{words}` tells")
}
