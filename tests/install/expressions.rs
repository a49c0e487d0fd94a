//! Reads of a PromQL expression which series it asks for and by which labels it groups; whether it is valid is promtool's to say.

use std::collections::BTreeSet;

/// What an expression uses.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    pub(crate) selectors: Vec<Selector>,
    /// The labels in `by (…)` and `without (…)`.
    pub(crate) grouped: BTreeSet<String>,
}

/// One metric and what it is narrowed by: label, operator, value.
#[derive(Debug)]
pub(crate) struct Selector {
    pub(crate) name: String,
    pub(crate) matchers: Vec<(String, String, String)>,
}

/// Words that stand alone and name no metric.
const WORDS: [&str; 6] = ["and", "or", "unless", "bool", "offset", "by"];

/// What `expression` uses. A line of what a program exposes, without its value, is an expression, too.
pub(crate) fn read(expression: &str) -> Uses {
    let mut uses = Uses::default();
    let mut rest = expression;
    while let Some(start) = rest.find(|it: char| it.is_ascii_alphabetic() || "_[\"".contains(it)) {
        rest = &rest[start..];
        // The time of a range, such as 5m, and a text.
        if let Some(end) =
            [('[', ']'), ('"', '"')].iter().find_map(|(open, close)| rest.strip_prefix(*open)?.find(*close))
        {
            rest = &rest[end + 2..];
            continue;
        }
        let end = rest.find(|it: char| !it.is_ascii_alphanumeric() && it != '_').unwrap_or(rest.len());
        let word = &rest[..end];
        rest = rest[end..].trim_start();
        if let ("by" | "without", Some(list)) = (word, rest.strip_prefix('(')) {
            let (labels, after) = list.split_once(')').expect("an open bracket");
            uses.grouped.extend(labels.split(',').map(|it| it.trim().to_owned()));
            rest = after;
        } else if let Some(list) = rest.strip_prefix('{') {
            let (matchers, after) = list.split_once('}').expect("an open bracket");
            uses.selectors.push(Selector { name: word.to_owned(), matchers: matchers_of(matchers) });
            rest = after;
        } else if !rest.starts_with('(') && !WORDS.contains(&word) && !is_aggregation(word, rest) {
            uses.selectors.push(Selector { name: word.to_owned(), matchers: Vec::new() });
        }
    }
    uses
}

/// `sum by (…) (…)`: the word is no metric although no bracket follows it at once.
fn is_aggregation(word: &str, rest: &str) -> bool {
    ["sum", "count", "max", "min", "avg"].contains(&word) && (rest.starts_with("by") || rest.starts_with("without"))
}

/// No value holds a comma.
fn matchers_of(text: &str) -> Vec<(String, String, String)> {
    let one = |it: &str| {
        let end = it.find(['=', '!']).expect("an operator");
        let (label, rest) = it.split_at(end);
        let quote = rest.find('"').expect("a value in quotes");
        let (operator, value) = rest.split_at(quote);
        (label.trim().to_owned(), operator.trim().to_owned(), value.trim().trim_matches('"').to_owned())
    };
    text.split(',').map(str::trim).filter(|it| !it.is_empty()).map(one).collect()
}

#[test]
fn metrics_labels_and_groups_are_told_from_functions() {
    let uses = read(
        r#"histogram_quantile(0.99, sum by (le, a) (rate(x_bucket{b="1", c=~"d|e"}[5m]))) > 0.5 and max(y) - time() < 60 * 86400"#,
    );
    let names: Vec<_> = uses.selectors.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["x_bucket", "y"]);
    let matcher = |label: &str, operator: &str, value: &str| (label.to_owned(), operator.to_owned(), value.to_owned());
    assert_eq!(uses.selectors[0].matchers, [matcher("b", "=", "1"), matcher("c", "=~", "d|e")]);
    assert_eq!(uses.grouped, ["a", "le"].map(str::to_owned).into());
}
