//! A review in two columns: Current left, Pending right, as wide as the terminal.

use profile_core::diff::{self, Line, Row, Tag};

use super::{
    Shown, ShownProfile, ShownText,
    segments::{self, Segment},
    text,
};
use crate::output::{
    paint::{Paint, Tone},
    width,
};

/// Lines of context around each change.
const CONTEXT: usize = 3;

/// Most lines that one line of a text is broken into.
const MOST: usize = 12;

/// How a page is laid out.
struct Page {
    paint: Paint,
    /// The columns of each side.
    columns: usize,
    text: String,
}

/// The changes, and the texts beside each other, in `columns` columns.
pub(super) fn page(shown: &Shown, paint: Paint, columns: usize) -> String {
    // Between the sides stand a space, a sign and a space.
    let mut page = Page { paint, columns: columns.saturating_sub(3) / 2, text: String::new() };
    for profile in &shown.profiles {
        page.text.push_str(&text::changes(profile, paint));
        profile.texts.iter().for_each(|it| page.text(profile, it));
    }
    page.text
}

impl Page {
    fn text(&mut self, profile: &ShownProfile, it: &ShownText) {
        let columns = self.columns * 2 + 3;
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(&self.paint.text(Tone::Place, &width::cut(&it.name.replace('\n', " "), columns)));
        self.text.push('\n');
        let label = |label: &str| vec![(Tone::Strong, width::cut(&label.replace('\n', " "), self.columns))];
        let (current, pending) = (label(&profile.current_label), label(&profile.pending_label));
        self.line(&current, " │ ", &pending);
        let rows = diff::rows(&it.lines);
        let mut folded = 0;
        for (at, row) in rows.iter().enumerate() {
            let near = at.saturating_sub(CONTEXT)..rows.len().min(at + 1 + CONTEXT);
            if rows[near].iter().all(Row::is_same) {
                folded += 1;
                continue;
            }
            self.fold(std::mem::take(&mut folded));
            self.row(row);
        }
        self.fold(folded);
    }

    fn fold(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        let lines = if count == 1 { "line" } else { "lines" };
        self.text.push_str(&self.paint.text(Tone::Faint, &format!("… {count} {lines} unchanged")));
        self.text.push('\n');
    }

    fn row(&mut self, row: &Row<'_>) {
        let plain = |line: Option<&Line>, tone: Tone| line.map(|line| vec![(tone, line.text.clone())]);
        let (sign, current, pending) = match (row.current, row.pending) {
            (Some(current), Some(_)) if current.tag == Tag::Same => {
                (" │ ", plain(row.current, Tone::Plain), plain(row.pending, Tone::Plain))
            }
            (Some(_), Some(_)) => match segments::compared(row) {
                Some([current, pending]) => (" ┃ ", Some(current), Some(pending)),
                None => (" ┃ ", plain(row.current, Tone::Removed), plain(row.pending, Tone::Added)),
            },
            (Some(_), None) => (" < ", plain(row.current, Tone::Removed), None),
            _ => (" > ", None, plain(row.pending, Tone::Added)),
        };
        let wrapped =
            |side: Option<Vec<Segment>>| side.map(|it| segments::wrapped(&it, self.columns, MOST)).unwrap_or_default();
        let (current, pending) = (wrapped(current), wrapped(pending));
        for at in 0..current.len().max(pending.len()) {
            let side = |lines: &[Vec<Segment>]| lines.get(at).cloned().unwrap_or_default();
            self.line(&side(&current), sign, &side(&pending));
        }
        let ends = |line: Option<&Line>| match line {
            Some(line) if line.lacks_newline => {
                vec![(Tone::Faint, width::cut("(no line break at the end)", self.columns))]
            }
            _ => Vec::new(),
        };
        let (current, pending) = (ends(row.current), ends(row.pending));
        if current != pending {
            self.line(&current, sign, &pending);
        }
    }

    fn line(&mut self, current: &[Segment], sign: &str, pending: &[Segment]) {
        let painted =
            |side: &[Segment]| -> String { side.iter().map(|(tone, text)| self.paint.text(*tone, text)).collect() };
        let padding = " ".repeat(self.columns.saturating_sub(segments::columns(current)));
        let sign = if pending.is_empty() { sign.trim_end() } else { sign };
        let sign = self.paint.text(Tone::Faint, sign);
        let line = format!("{}{padding}{sign}{}\n", painted(current), painted(pending));
        self.text.push_str(&line);
    }
}
