//! Finds keys that stand twice in one block of a text that is no YAML before it is rendered: of these only the last counts.

use std::collections::HashMap;

/// Each place that a key stands at, by the keys around it.
pub(super) struct Keys<'t> {
    /// With its lines.
    places: HashMap<Vec<Step<'t>>, Vec<usize>>,
    /// How often it stands there at most, or at the same place of another item.
    most: HashMap<Vec<Option<&'t str>>, usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step<'t> {
    Key(&'t str),
    /// Items of lists are told apart by their lines.
    Item(usize),
}

impl<'t> Keys<'t> {
    /// Reads a text as far as its lines tell what it is.
    pub(super) fn of(text: &'t str) -> Self {
        let mut places: HashMap<Vec<Step<'t>>, Vec<usize>> = HashMap::new();
        let mut around: Vec<(usize, Step<'t>)> = Vec::new();
        // The indentation of what opened a block scalar, whose lines are text.
        let mut scalar: Option<usize> = None;
        for (at, line) in text.lines().enumerate() {
            let mut content = line.trim_start_matches(' ');
            let mut indent = line.len() - content.len();
            if content.trim().is_empty() || scalar.is_some_and(|outside| indent > outside) {
                continue;
            }
            scalar = None;
            if content.starts_with('#') {
                continue;
            }
            while let Some(rest) = content.strip_prefix("- ") {
                leave(&mut around, indent);
                around.push((indent, Step::Item(at)));
                content = rest.trim_start_matches(' ');
                indent = line.len() - content.len();
            }
            let opened = around.last().map_or(indent, |(it, _)| *it);
            if let Some((key, value)) = entry(content) {
                leave(&mut around, indent);
                around.push((indent, Step::Key(key)));
                places.entry(around.iter().map(|(_, step)| *step).collect()).or_default().push(at);
                scalar = opens_scalar(value).then_some(indent);
            } else {
                scalar = opens_scalar(content).then_some(opened);
            }
        }
        let mut most = HashMap::new();
        for (path, lines) in &places {
            let count = most.entry(anywhere(path)).or_default();
            *count = lines.len().max(*count);
        }
        Self { places, most }
    }

    /// The first key that stands more often here than in any of `sides`, and its lines.
    pub(super) fn repeated(&self, sides: &[Self]) -> Option<(&'t str, &[usize])> {
        let is_new = |(path, lines): &(&Vec<Step<'t>>, &Vec<usize>)| {
            lines.len() > 1 && sides.iter().all(|side| side.most.get(&anywhere(path)) < Some(&lines.len()))
        };
        let (path, lines) = self.places.iter().filter(is_new).min_by_key(|(_, lines)| lines.first())?;
        match path.last() {
            Some(Step::Key(key)) => Some((key, lines)),
            Some(Step::Item(_)) | None => None,
        }
    }
}

/// A place without which items of lists it is in: these have other lines in other texts.
fn anywhere<'t>(path: &[Step<'t>]) -> Vec<Option<&'t str>> {
    let key = |step: &Step<'t>| match step {
        Step::Key(key) => Some(*key),
        Step::Item(_) => None,
    };
    path.iter().map(key).collect()
}

fn leave(around: &mut Vec<(usize, Step<'_>)>, indent: usize) {
    while around.pop_if(|(it, _)| *it >= indent).is_some() {}
}

/// The key of a line, and what stands behind it.
fn entry(content: &str) -> Option<(&str, &str)> {
    let (key, value) = match content.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let (key, rest) = content[1..].split_once(quote)?;
            (key, rest.trim_start().strip_prefix(':')?)
        }
        Some('{' | '[' | '?' | '&' | '*' | '!') | None => return None,
        Some(_) => match content.split_once(": ") {
            Some(found) => found,
            None => (content.trim_end().strip_suffix(':')?, ""),
        },
    };
    Some((key.trim(), value))
}

/// Whether a value ends in the sign of a block scalar.
fn opens_scalar(value: &str) -> bool {
    let value = value.split_once(" #").map_or(value, |(before, _)| before).trim_end();
    let word = value.rsplit(' ').next().unwrap_or_default();
    word.starts_with(['|', '>']) && word[1..].chars().all(|it| it.is_ascii_digit() || "+-".contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_repeated_where_it_stands_twice_in_one_block_and_in_no_side() {
        for (text, repeated) in [
            ("a: 1\nb: 2\na: 3\n", Some(("a", vec![0, 2]))),
            ("u:\n  a: 1\nv:\n  a: 2\n", None),
            ("u:\n  a: 1\n  t: {{ x }}\n  \"a\": 2\n", Some(("a", vec![1, 3]))),
            ("l:\n- a: 1\n- a: 2\n", None),
            ("l:\n- a: 1\n  a: 2\n", Some(("a", vec![1, 2]))),
            ("s: |\n  a: 1\n  a: 2\nt: >-  # c\n a: 1\n a: 1\n", None),
            ("- |\n  a: 1\n  a: 2\n", None),
            ("# a: 1\na: 1\n# a: 1\n", None),
            ("a:\n  b: 1\nc: 1\na:\n  b: 1\n", Some(("a", vec![0, 3]))),
        ] {
            let found = Keys::of(text);
            assert_eq!(found.repeated(&[]).map(|(key, lines)| (key, lines.to_vec())), repeated, "{text}");
        }
        let twice = "a: 1\na: 2\n";
        assert_eq!(Keys::of(twice).repeated(&[Keys::of("a: 1\n"), Keys::of(twice)]), None);
        assert!(Keys::of(twice).repeated(&[Keys::of("a: 1\n"), Keys::of("b: 1\n")]).is_some());
    }
}
