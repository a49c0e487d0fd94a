//! The command line of the release.

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};

use crate::{Error, Platform, commit, manifest, recipe, root, sums};

/// Build the plugin's archives, their sums, and the manifest that krew installs them by
#[derive(Debug, Parser)]
#[command(name = "profile-release", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build all that this machine can: archives, sums and manifest
    All(Where),
    /// Refuse a tag that is not the version of Cargo.toml
    Tag {
        /// The tag, such as v1.2.3
        tag: String,
    },
    /// Compile and pack archives alone
    Archives {
        #[command(flatten)]
        out: Out,
        /// The platform, such as linux-amd64; may be repeated. Without it, those whose Rust target is installed
        #[arg(long = "platform", value_name = "OS-ARCH")]
        platforms: Vec<Platform>,
    },
    /// Write the sums and the manifest of the archives that are there
    Manifest {
        #[command(flatten)]
        place: Where,
        /// The tag that is released: must be the version of Cargo.toml, and every platform must have its archive
        #[arg(long)]
        tag: Option<String>,
    },
}

#[derive(Args, Debug)]
struct Out {
    /// The directory of the archives
    #[arg(long, value_name = "DIR", default_value = "target/archives")]
    out: PathBuf,
}

#[derive(Args, Debug)]
struct Where {
    #[command(flatten)]
    out: Out,
    /// What the address of an archive begins with; the tag and the archive's name follow
    #[arg(long, value_name = "URL", default_value = manifest::DOWNLOADS)]
    downloads: String,
}

/// Reads the arguments and does what they say.
pub fn main() -> ExitCode {
    match run(&Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Result<(), Error> {
    match command {
        Command::All(place) => {
            archives(&place.out, &[])?;
            write_manifest(place)
        }
        Command::Tag { tag } => manifest::same_version(tag),
        Command::Archives { out, platforms } => archives(out, platforms),
        Command::Manifest { place, tag } => {
            if let Some(tag) = tag {
                manifest::same_version(tag)?;
                manifest::complete(&sums::of_archives(&place.out.out)?)?;
            }
            write_manifest(place)
        }
    }
}

fn archives(out: &Out, platforms: &[Platform]) -> Result<(), Error> {
    if commit::is_changed(root())? {
        say("the work tree is changed: these archives are not those of the commit");
    }
    recipe::archives(root(), &out.out, platforms, commit::time(root())?, &say).map(|_| ())
}

fn write_manifest(place: &Where) -> Result<(), Error> {
    let out = &place.out.out;
    let missing = recipe::manifest(root(), out, &place.downloads)?;
    say(&format!("wrote {} and {}", out.join(sums::FILE).display(), out.join(manifest::IN_INDEX).display()));
    if !missing.is_empty() {
        say(&format!(
            "the manifest has no {}: no archive is there; the release workflow builds all",
            missing.join(", ")
        ));
    }
    Ok(())
}

/// Tells people on stderr. A closed stderr is not an error: the work goes on without an audience.
fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "release: {line}");
}
