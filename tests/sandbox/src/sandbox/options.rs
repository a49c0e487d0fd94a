//! What a sandbox is made of.

use std::ffi::OsString;

use clap::Args;

/// What a sandbox is made of, also as arguments of its supervisor.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Two nodes, played by kwok, and a scheduler, so that pods run
    #[arg(long)]
    pub nodes: bool,
}

impl Options {
    /// Everything that the sandbox can do.
    pub fn with_nodes() -> Self {
        Self { nodes: true }
    }

    /// The arguments that clap reads back into the same options.
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        let mut arguments = Vec::new();
        if self.nodes {
            arguments.push("--nodes".into());
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
        for options in [Options::default(), Options::with_nodes()] {
            let arguments = [OsString::from("x")].into_iter().chain(options.arguments());
            assert_eq!(Wrapper::parse_from(arguments).options, options);
        }
    }
}
