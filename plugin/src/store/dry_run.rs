//! How far a write goes.

/// Whether a write is made, and where it stops if not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum DryRun {
    /// The write is made.
    #[default]
    None,
    /// Nothing is sent.
    Client,
    /// The write is sent and judged, and nothing is stored.
    Server,
}

impl DryRun {
    /// As `--dry-run` takes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}
