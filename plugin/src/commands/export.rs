//! `kubectl profile export`: a profile version as Palette writes it into a file.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use profile_core::{merge, yaml};

use super::Outcome;
use crate::{
    cli::Global,
    error::Error,
    output::Output,
    reference::{self, Reference},
    selection,
    store::{PaletteStore, Sought},
    versions::imported,
};

const EXAMPLES: &str = "Examples:
  # Print a version as Palette exports it
  kubectl profile export hello-aws@1.1.0 --store palette

  # Write it into a file that only you may read
  kubectl profile export hello-aws@1.1.0 --to hello-aws-1.1.0.yaml --store palette";

/// Print a profile version as Palette exports it (Palette store)
///
/// The text is Palette's own, and `import` reads it. Palette masks what is sensitive in it, which is told and has to be filled
/// in before an import.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExportArgs {
    /// The version
    #[arg(value_name = "PROFILE@VERSION", value_parser = reference::with_version)]
    profile: Reference,
    /// How Palette is to write it
    #[arg(short, long, value_enum, default_value_t)]
    output: ExportFormat,
    /// Write a file that only you may read instead of printing it
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long, requires = "to")]
    overwrite: bool,
}

/// The formats of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    /// YAML.
    #[default]
    Yaml,
    /// JSON.
    Json,
}

/// Runs the command.
pub(crate) async fn run(args: &ExportArgs, global: &Global, output: &mut Output) -> Result<Outcome, Error> {
    if let Some(path) = &args.to {
        refuse_place(path, args.overwrite)?;
    }
    let store = PaletteStore::only(global, "export").await?;
    let profiles = store.profiles(&Sought::named(&args.profile)).await?;
    let version = selection::version(&profiles, &args.profile, &store.scope())?.profile();
    let (uid, reference) = (version.uid().unwrap_or_default(), version.reference());
    let format = if args.output == ExportFormat::Json { "json" } else { "yaml" };
    let text = store.export(&uid, format, &reference).await?;
    match &args.to {
        Some(path) => {
            write(path, &text, args.overwrite)?;
            output.note(&format!("{reference} is exported to {}", path.display()));
        }
        None => output.foreign(&text)?,
    }
    let masked = masked(&text);
    if !masked.is_empty() {
        output.flush()?;
        output.warning(&format!("Palette masks values in exports, and an import needs them: {}", masked.join(", ")));
    }
    Ok(Outcome::Done)
}

/// Where the text holds stars instead of values; by its lines where it cannot be read.
fn masked(text: &str) -> Vec<String> {
    let read = yaml::parse(text);
    read.map_or_else(|_| merge::masked_places(text), |entity| imported::masked(&entity))
}

fn refuse_place(path: &Path, overwrites: bool) -> Result<(), Error> {
    let place = path.display();
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => {
            Err(Error::usage(format!("cannot write the export to {place}: that is no file"))
                .hint("name a file by --to"))
        }
        Ok(_) if !overwrites => {
            Err(Error::usage(format!("{place} is there already"))
                .hint("--overwrite writes over it; nothing was written"))
        }
        _ => Ok(()),
    }
}

/// Writes the whole file in one step. A temporary file has the mode 0600.
fn write(path: &Path, text: &str, overwrites: bool) -> Result<(), Error> {
    let failed =
        |error: &std::io::Error| Error::failed(format!("cannot write the export to {}: {error}", path.display()));
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| failed(&error))?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(|error| failed(&error))?;
    let kept = if overwrites { file.persist(path) } else { file.persist_noclobber(path) };
    kept.map(|_| ()).map_err(|error| failed(&error.error))
}
