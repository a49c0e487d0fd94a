//! Lines in pieces of different colours: what differs within a line, and lines broken to fit a column.

use profile_core::diff::Row;

use crate::output::{escape, paint::Tone, width};

/// A piece of a line.
pub(super) type Segment = (Tone, String);

/// What stands in front of a line that goes on.
const GOES_ON: &str = "↪ ";

/// A removed and an added line, with the words set off that only one of them has.
pub(super) fn compared(row: &Row<'_>) -> Option<[Vec<Segment>; 2]> {
    let [current, pending] = row.words()?;
    let tones = |parts: Vec<(bool, String)>, (part, rest): (Tone, Tone)| -> Vec<Segment> {
        parts.into_iter().map(|(is_own, text)| (if is_own { part } else { rest }, text)).collect()
    };
    Some([tones(current, (Tone::RemovedPart, Tone::Removed)), tones(pending, (Tone::AddedPart, Tone::Added))])
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
