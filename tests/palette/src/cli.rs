//! The program: a fake for people who try the plugin.

use std::{io, path::PathBuf, process::ExitCode, str::FromStr, time::Duration};

use clap::Parser;

use crate::{Fake, Options, World};

/// Serve a fake of Palette's API on loopback until it is killed
#[derive(Parser)]
#[command(name = "fake-palette", version)]
struct Arguments {
    /// Make up so many profiles, versions of each, and clusters, such as 200x20x1000
    #[arg(long, value_name = "PROFILESxVERSIONSxCLUSTERS", conflicts_with = "documents")]
    fleet: Option<Fleet>,
    /// Serve the profiles and clusters of a YAML file or of a directory of them
    #[arg(long, value_name = "PATH")]
    documents: Option<PathBuf>,
    /// Let each answer take so long
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    latency_ms: u64,
    /// Listen on this port; 0 for a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
}

#[derive(Clone, Copy)]
struct Fleet(usize, usize, usize);

impl FromStr for Fleet {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Result<Vec<usize>, _> = text.split('x').map(str::parse).collect();
        match numbers.as_deref() {
            Ok([profiles, versions, clusters]) => Ok(Self(*profiles, *versions, *clusters)),
            _ => Err("expected three numbers, such as 200x20x1000".to_owned()),
        }
    }
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say_error(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let world = match (&arguments.documents, arguments.fleet) {
        (Some(path), _) => World::from_files(path)?,
        (None, Some(Fleet(profiles, versions, clusters))) => World::fleet(profiles, versions, clusters),
        (None, None) => World::fleet(2, 3, 4),
    };
    let options = Options {
        latency: Duration::from_millis(arguments.latency_ms),
        contract: false,
        port: arguments.port,
        ..Options::default()
    };
    let project = world.projects.first().map(|project| project.name.clone()).unwrap_or_default();
    let fake = Fake::start(world, options)?;
    say(&fake, &project);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(killed())
}

/// Waits for Ctrl-C or `kill`, so that the file with the certificate goes with the program.
async fn killed() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

#[expect(clippy::print_stdout, reason = "this is what the program is for")]
fn say(fake: &Fake, project: &str) {
    println!("The fake of Palette runs until it is killed. Paste this into another terminal:");
    println!();
    println!("export SPECTROCLOUD_HOST={}", fake.host());
    println!("export SPECTROCLOUD_APIKEY={}", fake.key());
    println!("export SPECTROCLOUD_DEFAULT_PROJECT={project}");
    println!("# The certificate of its authority, in PEM:");
    println!("export SSL_CERT_FILE={}", fake.ca_file().display());
}

#[expect(clippy::print_stderr, reason = "a program tells people why it cannot start")]
fn say_error(error: &io::Error) {
    eprintln!("error: {error}");
}
