//! Marks in a text the places that are not decided: lines of comment that the user deletes when they are right.

use std::str::FromStr as _;

use profile_core::{
    merge::{Override, Part, Verdict},
    splice::{Content, Path, Step, Tree},
};

use super::sides::{self, Sight};
use crate::output::escape;

/// How the lines of a mark begin.
pub(super) const MARK: &str = "# decide: ";

/// `shown`, which are the lines of `real` as they are shown, with a mark above each open place.
pub(super) fn insert(shown: &[String], real: &str, open: &[&Override], sight: &Sight) -> Vec<String> {
    let mut at_lines: Vec<(usize, Vec<String>)> = open
        .iter()
        .map(|it| {
            let line = line_of(real, it).unwrap_or(0);
            let indent: String =
                shown.get(line).map_or("", String::as_str).chars().take_while(|it| *it == ' ').collect();
            (line, mark(it, sight).iter().map(|text| format!("{indent}{MARK}{text}")).collect())
        })
        .collect();
    // Stable, so that several marks of one line stand in the order of the overrides.
    at_lines.sort_by_key(|(line, _)| *line);
    let mut marked = Vec::new();
    let mut marks = at_lines.into_iter().peekable();
    for (at, line) in shown.iter().enumerate() {
        while let Some((_, lines)) = marks.next_if(|(line, _)| *line <= at) {
            marked.extend(lines);
        }
        marked.push(line.clone());
    }
    marked.extend(marks.flat_map(|(_, lines)| lines));
    marked
}

fn mark(it: &Override, sight: &Sight) -> Vec<String> {
    let what = match it.verdict {
        Verdict::Lost => {
            "the profile has nothing there any more: delete these lines to lose it, or set it where it belongs"
        }
        _ => "write below what is right, then delete these lines",
    };
    let mut lines = vec![format!("{}: {}; {what}", sides::kind(it.verdict), it.place())];
    lines.extend(sides::lines(it, sight).into_iter().map(|line| format!("  {line}")));
    lines.iter().map(|line| escape::control(line).replace(['\n', '\t'], " ")).collect()
}

/// What the marks that are left say is undecided.
pub(super) fn left(text: &str) -> Vec<String> {
    let marks = text.lines().filter_map(|line| line.trim_start().strip_prefix(MARK));
    let (heads, rest): (Vec<_>, Vec<_>) = marks.partition(|text| !text.starts_with(' '));
    let heads: Vec<_> = heads.iter().map(|head| head.rsplit_once("; ").map_or(*head, |(place, _)| place)).collect();
    if heads.is_empty() && !rest.is_empty() {
        return vec![format!("delete all lines that begin with `{}`", MARK.trim_end())];
    }
    heads
        .iter()
        .map(|place| format!("not decided: {place}; delete its lines `{}` when it is", MARK.trim_end()))
        .collect()
}

/// The line of a text, counted from 0, on which the key or the item of an override stands.
fn line_of(text: &str, it: &Override) -> Option<usize> {
    if it.path.is_empty() || it.part == Part::Presets {
        return None;
    }
    let tree = Tree::parse(text).ok()?;
    let path = Path::from_str(&it.path).ok()?;
    let (last, parents) = path.0.split_last()?;
    let of_key = match (last, tree.node(&Path(parents.to_vec())).map(|parent| &parent.content)) {
        (Step::Key(key), Some(Content::Mapping(entries))) => {
            entries.iter().find(|entry| entry.key == *key).map(|entry| entry.key_span.start)
        }
        _ => None,
    };
    let start = of_key.or_else(|| tree.node(&path).map(|node| node.span.start))?;
    Some(text.get(..start)?.matches('\n').count())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::decide::fixtures::{conflict, sight};

    fn lines(text: &str) -> Vec<String> {
        text.split('\n').map(Into::into).collect()
    }

    #[test]
    fn a_mark_stands_above_its_place_and_goes_without_a_trace() {
        let text = "# why\na:\n  # more\n  b: 3\nc: 1\n";
        let it = conflict("a.b", json!(1), json!(2), json!(3));
        let marked = insert(&lines(text), text, &[&it], &sight(false));
        let at = marked.iter().position(|line| line == "  b: 3").unwrap();
        assert!(marked[at - 4].starts_with("  # decide: conflict: shop/hello: a.b; write below"), "{marked:#?}");
        assert_eq!(marked[at - 2], "  # decide:   override   2");
        let left_text = marked.join("\n");
        let told = left(&left_text);
        assert!(told.len() == 1 && told[0].starts_with("not decided: conflict: shop/hello: a.b;"), "{told:?}");
        let cleaned: Vec<_> = marked.into_iter().filter(|line| !line.trim_start().starts_with(MARK)).collect();
        assert_eq!(cleaned.join("\n"), text);
        assert!(left(text).is_empty());
    }

    #[test]
    fn what_is_not_found_is_marked_on_top() {
        for (text, path) in [("a: 1\n", "gone.b"), ("{{ not yaml", "a"), ("", "a")] {
            let it = conflict(path, json!(1), json!(2), json!(3));
            assert!(insert(&lines(text), text, &[&it], &sight(false))[0].starts_with(MARK), "{text:?}");
        }
    }

    #[test]
    fn half_a_mark_is_a_mark() {
        assert_eq!(left("# decide:   override   2\na: 1\n"), ["delete all lines that begin with `# decide:`"]);
    }
}
