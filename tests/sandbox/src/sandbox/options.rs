//! What a sandbox is made of.

use std::{ffi::OsString, path::PathBuf};

use clap::Args;

use crate::{SandboxError, binaries, samples};

/// What a sandbox is made of, also as arguments of its supervisor. The default is etcd, the API server and the
/// controllers: enough for objects, namespaces and garbage collection.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Two nodes, played by kwok, and a scheduler, so that pods run
    #[arg(long)]
    pub nodes: bool,
    /// The webhook's program, run on loopback with a certificate made on the spot
    #[arg(long, value_name = "PROGRAM")]
    pub webhook: Option<PathBuf>,
    /// Play the Palette agent with the packs of this directory
    #[arg(long, value_name = "DIR")]
    pub agent_packs: Option<PathBuf>,
}

impl Options {
    /// Everything: nodes, the webhook and the agent with the packs of the samples.
    pub fn everything() -> Result<Self, SandboxError> {
        Ok(Self::default().with_nodes().with_webhook()?.with_agent(samples::packs_dir()))
    }

    /// Adds two nodes and a scheduler, so that pods run.
    pub fn with_nodes(mut self) -> Self {
        self.nodes = true;
        self
    }

    /// Adds the freshly built webhook. It guards nothing until [`crate::install`] tells the API server about it.
    pub fn with_webhook(mut self) -> Result<Self, SandboxError> {
        self.webhook = Some(binaries::profile_webhook()?.to_owned());
        Ok(self)
    }

    /// Plays the Palette agent with the packs of a directory.
    pub fn with_agent(mut self, packs: PathBuf) -> Self {
        self.agent_packs = Some(packs);
        self
    }

    /// The arguments that clap reads back into the same options.
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        let mut arguments = Vec::new();
        if self.nodes {
            arguments.push("--nodes".into());
        }
        for (name, path) in [("--webhook", &self.webhook), ("--agent-packs", &self.agent_packs)] {
            if let Some(path) = path {
                arguments.extend([name.into(), path.as_os_str().to_owned()]);
            }
        }
        arguments
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Wrapper {
        #[command(flatten)]
        options: Options,
    }

    #[test]
    fn options_survive_the_way_to_the_supervisor() {
        let all = Options { nodes: true, webhook: Some("/bin/w".into()), agent_packs: Some("/a b/packs".into()) };
        for options in [Options::default(), Options::default().with_nodes(), all] {
            let arguments = [OsString::from("x")].into_iter().chain(options.arguments());
            assert_eq!(Wrapper::parse_from(arguments).options, options);
        }
    }
}
