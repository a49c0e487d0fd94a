//! Why a pack cannot be rendered, in words.

/// Why a pack cannot be rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The pack installs charts, which only Helm renders.
    #[error("pack `{pack}` installs charts, which only Helm renders")]
    Charts {
        /// The pack.
        pack: String,
    },
    /// What a chart of the pack comes to is not known.
    #[error("chart `{chart}` of pack `{pack}` is not rendered: {reason}")]
    Chart {
        /// The pack.
        pack: String,
        /// The chart.
        chart: String,
        /// Why it is not known.
        reason: String,
    },
    /// Nothing says what the pack applies.
    #[error("the content of pack `{pack}` is not visible; name a directory that holds the pack with --packs")]
    NotVisible {
        /// The pack.
        pack: String,
    },
    /// A manifest is named, but its text is not at hand.
    #[error(
        "the text of manifest `{manifest}` of pack `{pack}` is not visible; name a directory that holds the pack with --packs"
    )]
    ManifestNotVisible {
        /// The pack.
        pack: String,
        /// The manifest.
        manifest: String,
    },
    /// The directory holds another version than the one to render.
    #[error("pack `{pack}` is `{wanted}`, but its directory holds `{found}`")]
    OtherVersion {
        /// The pack.
        pack: String,
        /// The version that the profile names.
        wanted: String,
        /// The version that the directory names.
        found: String,
    },
    /// The pack's values are not YAML.
    #[error("values of pack `{pack}`{}: {reason}", place(*line, *column))]
    Values {
        /// The pack.
        pack: String,
        /// The line in the values.
        line: Option<usize>,
        /// The column in that line.
        column: Option<usize>,
        /// What is wrong there.
        reason: String,
    },
    /// The template of a manifest fails.
    #[error("manifest `{manifest}` of pack `{pack}`{}: {reason}", place(*line, *column))]
    Template {
        /// The pack.
        pack: String,
        /// The manifest.
        manifest: String,
        /// The line in the manifest.
        line: Option<usize>,
        /// The column in that line.
        column: Option<usize>,
        /// What is wrong there.
        reason: String,
    },
    /// What the template renders to is no list of objects.
    #[error("manifest `{manifest}` of pack `{pack}`, line {line} of the rendered text: {reason}")]
    Document {
        /// The pack.
        pack: String,
        /// The manifest.
        manifest: String,
        /// The line in the rendered text.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
}

fn place(line: Option<usize>, column: Option<usize>) -> String {
    match (line, column) {
        (Some(line), Some(column)) => format!(", line {line}, column {column}"),
        (Some(line), None) => format!(", line {line}"),
        _ => String::new(),
    }
}
