//! What is shown of a change before it is decided: both sides, the overrides, the rules' verdict, the repave estimate.

use profile_core::{
    blame::Blame,
    mask::{Context, Secrets},
    merge::Override,
    profile::AttachedProfile,
    repave::Estimate,
    rules::Verdict,
};
use serde_json::Value;

use self::judgement::Judgement;
use crate::{
    cli::{Format, Formats},
    error::Error,
    output::{
        Output,
        paint::{Paint, Tone},
        width,
    },
};

mod document;
mod external;
mod groups;
mod html;
mod ignore;
pub(crate) mod judgement;
mod overrides;
mod repave;
mod segments;
mod shown;
mod side_by_side;
mod summary;
mod text;
pub(crate) mod verdict;

pub(crate) use groups::{Group, Groups};
pub(crate) use shown::{Shown, ShownProfile, ShownText, masked};

/// Both sides of one profile.
pub(crate) struct Sides {
    /// The current content, as an attached profile.
    pub(crate) current: Value,
    /// The pending content, as an attached profile.
    pub(crate) pending: Value,
    /// What Current is, such as `Current, cluster shop-aws`.
    pub(crate) current_label: String,
    /// What Pending is, such as `Pending, hello-aws@1.1.0`.
    pub(crate) pending_label: String,
}

impl Sides {
    pub(crate) fn current(&self) -> AttachedProfile<'_> {
        AttachedProfile::new(&self.current, "current".into())
    }

    pub(crate) fn pending(&self) -> AttachedProfile<'_> {
        AttachedProfile::new(&self.pending, "pending".into())
    }
}

/// A change as it is shown.
#[derive(Default)]
pub(crate) struct Review {
    /// The store in words; empty where all was read from files that are named one by one.
    pub(crate) store: String,
    /// The cluster's name; empty where no cluster is meant.
    pub(crate) cluster: String,
    /// Its namespace, where it has one.
    pub(crate) namespace: Option<String>,
    /// The cluster in words, `NAMESPACE/NAME`, for the header of a write; empty where none is meant.
    pub(crate) heading: String,
    /// The profiles that are compared.
    pub(crate) sides: Vec<Sides>,
    /// What the published versions say to be secret, which the copies of it do not repeat.
    pub(crate) known: Context,
    /// What the overrides were told by, where there are any to tell: `revision 3`, or an assumption in words.
    pub(crate) base: Option<String>,
    /// The overrides, and what becomes of each.
    pub(crate) overrides: Vec<Override>,
    /// Who set each of them, by their places; empty where nobody asked.
    pub(crate) blame: Vec<(String, Blame)>,
    /// What else should be known.
    pub(crate) notes: Vec<String>,
    /// What the rules say; absent where they have nothing to judge.
    pub(crate) verdict: Option<Verdict>,
    /// What the change does to the nodes; `None` where that cannot be told from what is compared.
    pub(crate) repave: Option<Vec<Estimate>>,
    /// What Palette itself says of it; absent where it is not asked.
    pub(crate) judgement: Option<Judgement>,
}

/// How a review is printed.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct ReviewArgs {
    /// Output format
    #[arg(short, long, value_name = "FORMAT", value_parser = Formats::REVIEW, default_value = "", hide_default_value = true)]
    pub(crate) output: Format,
    /// Current on the left, Pending on the right, as wide as the terminal
    #[arg(long, conflicts_with = "summary")]
    pub(crate) side_by_side: bool,
    /// Only how much changes in each pack
    #[arg(long)]
    pub(crate) summary: bool,
    /// Leave out what changes at this path, or below it, or in this whole pack; may be given several times
    #[arg(long, value_name = "PATH", value_parser = ignore::given)]
    pub(crate) ignore: Vec<String>,
    /// Show passwords, tokens and the like instead of ***
    #[arg(long)]
    pub(crate) show_secrets: bool,
}

impl ReviewArgs {
    /// Whether secrets are shown.
    pub(crate) fn secrets(&self) -> Secrets {
        if self.show_secrets { Secrets::Shown } else { Secrets::Hidden }
    }

    /// Whether the format shows texts line by line; counts and data name what changes.
    fn shows_texts(&self) -> bool {
        match self.output {
            Format::Table => !self.summary,
            Format::Html => true,
            _ => false,
        }
    }
}

impl Review {
    /// Prints the review.
    pub(crate) fn print(&self, args: &ReviewArgs, output: &mut Output) -> Result<(), Error> {
        let shown = Shown::of(self, args);
        warn_of_unmet(&shown.unmet, output);
        match &args.output {
            Format::Html => output.text(&html::page(self, &shown)),
            format if format.is_document() => output.document(format, "Diff", document::fields(self, &shown)),
            _ => self.print_text(args, &shown, output),
        }
    }

    fn print_text(&self, args: &ReviewArgs, shown: &Shown, output: &mut Output) -> Result<(), Error> {
        // The header belongs to a write, and stands where one is meant.
        if !self.heading.is_empty() {
            output.line(&format!("Store:    {}", self.store))?;
            output.line(&format!("Cluster:  {}", self.heading))?;
            output.line("")?;
        }
        let (paint, columns) = (output.paint(), width::of_terminal());
        if args.summary {
            output.text(&summary::table(shown, &self.sides))?;
        } else if args.side_by_side {
            output.text(&side_by_side::page(shown, paint, columns))?;
        } else if let Some(program) = external::Program::of_environment() {
            output.text(&text::lines(shown, paint))?;
            program.show(shown, output)?;
        } else {
            output.text(&text::unified(shown, paint))?;
        }
        output.text(&self.below(shown, paint, columns))
    }

    /// The cluster as far as it is told from others.
    fn called(&self) -> &str {
        if self.heading.is_empty() { &self.cluster } else { &self.heading }
    }

    /// What stands under the difference.
    fn below(&self, shown: &Shown, paint: Paint, columns: usize) -> String {
        let left_out = match shown.left_out {
            0 => String::new(),
            1 => "1 change is left out by --ignore\n".into(),
            count => format!("{count} changes are left out by --ignore\n"),
        };
        let note = |note: &String| paint.text(Tone::Changed, "note:") + &paint.text(Tone::Plain, &format!(" {note}\n"));
        // A section stands apart from the difference above it.
        let has_body = shown.changes().next().is_some();
        let section = |text: String| if has_body && !text.is_empty() { format!("\n{text}") } else { text };
        let parts = [
            paint.text(Tone::Faint, &left_out),
            section(overrides::text(&shown.overrides, self.base.as_deref(), paint, columns)),
            section(self.judgement.as_ref().map(|it| it.text(paint)).unwrap_or_default()),
            section(repave::text(self.repave.as_deref(), has_body, paint, columns)),
            self.notes.iter().map(note).collect(),
            self.verdict.as_ref().map(|verdict| verdict::text(verdict, paint)).unwrap_or_default(),
        ];
        parts.concat()
    }

    /// Whether anything differs that is not ignored.
    pub(crate) fn differs(&self, args: &ReviewArgs) -> bool {
        let ignored = ignore::Ignored::of(&args.ignore, self);
        self.sides.iter().any(|sides| !ignored.apply(sides).changes.is_empty())
    }
}

/// What is to be left out and is not there is perhaps misspelt, and then something is shown that nobody wants to see.
fn warn_of_unmet(unmet: &[String], output: &mut Output) {
    for place in unmet {
        output.warning(&format!("--ignore {place}: nothing that differs and no override stands there"));
    }
}
