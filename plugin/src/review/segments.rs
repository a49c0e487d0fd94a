//! Lines in pieces of different colours: what differs within a line, and lines broken to fit a column.

use similar::{ChangeTag, TextDiff};

use crate::output::{escape, paint::Tone, width};

/// A piece of a line.
pub(super) type Segment = (Tone, String);

/// Lines beyond this are not compared word by word.
const LONGEST: usize = 2_000;

/// Below this nothing of two lines is worth to be called the same.
const LEAST_ALIKE: f32 = 0.4;

/// What stands in front of a line that goes on.
const GOES_ON: &str = "↪ ";

/// A removed and an added line, with the words set off that only one of them has.
pub(super) fn compared(current: &str, pending: &str) -> (Vec<Segment>, Vec<Segment>) {
    let whole = || (vec![(Tone::Removed, current.to_owned())], vec![(Tone::Added, pending.to_owned())]);
    if current.len().max(pending.len()) > LONGEST {
        return whole();
    }
    let diff = TextDiff::from_words(current, pending);
    if diff.ratio() < LEAST_ALIKE {
        return whole();
    }
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for change in diff.iter_all_changes() {
        let word = change.value().to_owned();
        match change.tag() {
            ChangeTag::Equal => {
                before.push((Tone::Removed, word.clone()));
                after.push((Tone::Added, word));
            }
            ChangeTag::Delete => before.push((Tone::RemovedPart, word)),
            ChangeTag::Insert => after.push((Tone::AddedPart, word)),
        }
    }
    (before, after)
}

/// The line broken into lines of at most `columns`, behind a space where there is one; at most `most` of them, the last
/// one cut with `…`.
pub(super) fn wrapped(line: &[Segment], columns: usize, most: usize) -> Vec<Vec<Segment>> {
    let letters: Vec<(Tone, char)> = line
        .iter()
        .flat_map(|(tone, text)| {
            let shown = escape::control(text).replace('\t', "    ");
            shown.chars().map(|letter| (*tone, letter)).collect::<Vec<_>>()
        })
        .collect();
    let (mut lines, mut rest) = (Vec::new(), letters.as_slice());
    loop {
        let mut start = Vec::new();
        if !lines.is_empty() {
            start.push((Tone::Faint, GOES_ON.to_owned()));
        }
        let room = columns.saturating_sub(self::columns(&start));
        let fitting = fitting(rest, room);
        let is_cut = fitting < rest.len() && lines.len() + 1 == most;
        // The last line keeps a column for the mark.
        let end = match fitting {
            _ if is_cut => self::fitting(rest, room.saturating_sub(1)),
            all if all == rest.len() => all,
            end => at_space(&rest[..end]).unwrap_or(end).max(1),
        };
        rest[..end].iter().for_each(|(tone, letter)| push(&mut start, *tone, *letter));
        rest = &rest[end..];
        if is_cut {
            push(&mut start, Tone::Faint, '…');
        }
        lines.push(start);
        if rest.is_empty() || is_cut {
            return lines;
        }
    }
}

/// How many letters fit into `room`.
fn fitting(letters: &[(Tone, char)], room: usize) -> usize {
    let mut used = 0;
    let fits = |(_, letter): &&(Tone, char)| {
        used += width::of_letter(*letter);
        used <= room
    };
    letters.iter().take_while(fits).count()
}

/// Behind the last space of the second half.
fn at_space(letters: &[(Tone, char)]) -> Option<usize> {
    let at = letters.iter().rposition(|(_, letter)| *letter == ' ')? + 1;
    (at > letters.len() / 2).then_some(at)
}

fn push(line: &mut Vec<Segment>, tone: Tone, letter: char) {
    match line.last_mut() {
        Some((last, text)) if *last == tone => text.push(letter),
        _ => line.push((tone, letter.to_string())),
    }
}

/// The columns that a line takes.
pub(super) fn columns(line: &[Segment]) -> usize {
    line.iter().map(|(_, text)| width::of(text)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(lines: &[Vec<Segment>]) -> Vec<String> {
        lines.iter().map(|line| line.iter().map(|(_, text)| text.as_str()).collect()).collect()
    }

    #[test]
    fn words_that_differ_are_set_off() {
        let (before, after) = compared("  replicas: 1", "  replicas: 3");
        assert_eq!(before.last(), Some(&(Tone::RemovedPart, "1".to_owned())));
        assert_eq!(after.last(), Some(&(Tone::AddedPart, "3".to_owned())));
        assert_eq!(compared("a: x", "entirely other words").0.len(), 1, "nothing alike is one piece");
    }

    #[test]
    fn long_lines_are_broken_by_columns() {
        let line = |text: &str| vec![(Tone::Plain, text.to_owned())];
        assert_eq!(plain(&wrapped(&line("abcdefgh"), 5, 9)), ["abcde", "↪ fgh"]);
        assert_eq!(plain(&wrapped(&line("日本語"), 5, 9)), ["日本", "↪ 語"]);
        assert_eq!(plain(&wrapped(&line("one two"), 6, 9)), ["one ", "↪ two"]);
        assert_eq!(plain(&wrapped(&line("日本"), 1, 9)), ["日", "↪ 本"], "every line takes a letter at least");
        assert_eq!(plain(&wrapped(&line(""), 5, 9)), [""]);
        assert_eq!(plain(&wrapped(&line(&"x".repeat(99)), 5, 2)), ["xxxxx", "↪ xx…"]);
    }

    #[test]
    fn what_drives_a_terminal_is_measured_as_it_is_shown() {
        let line = [(Tone::Plain, "\u{1b}[2J\tx".to_owned())];
        assert_eq!(plain(&wrapped(&line, 80, 9)), ["^[[2J    x"]);
    }
}
