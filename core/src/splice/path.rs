//! The path of a value inside a YAML document.

use std::{fmt, str::FromStr};

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The entry of a mapping with this key.
    Key(String),
    /// The item of a sequence whose `key` is `value`, written `[name=x]`.
    Named {
        /// The key by which items are told apart, mostly `name`.
        key: String,
        /// Its value.
        value: String,
    },
    /// The item of a sequence at this place, counted from 0, written `[0]`.
    Index(usize),
}

/// A path such as `a.b["c.d"][name=x][0].e`; the root is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// This path and one step more.
    #[must_use]
    pub fn join(&self, step: Step) -> Self {
        Self(self.0.iter().cloned().chain([step]).collect())
    }

    /// The path one step shorter, and that step; `None` at the root.
    pub fn split_last(&self) -> Option<(Self, &Step)> {
        self.0.split_last().map(|(last, parent)| (Self(parent.to_vec()), last))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if key.is_empty() || key.contains(['.', '[', ']', '"']) || is_escaped(key) => {
                    write!(f, "[{key:?}]")?
                }
                Step::Key(key) if at == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Named { key, value } => {
                    // Digits alone would be read as an index were the `=` not there, so only these shapes need quotes.
                    if key.is_empty() || key.contains(['=', '[', ']', '"']) || is_escaped(key) {
                        write!(f, "[{key:?}=")?;
                    } else {
                        write!(f, "[{key}=")?;
                    }
                    if value.starts_with('"') || value.contains(']') || is_escaped(value) {
                        write!(f, "{value:?}]")?;
                    } else {
                        write!(f, "{value}]")?;
                    }
                }
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// Whether a text holds what would break its line, steer a terminal or turn the direction of writing.
fn is_escaped(text: &str) -> bool {
    text.contains(|letter: char| {
        letter.is_control() || matches!(letter, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

impl FromStr for Path {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let fail = |reason: &str| format!("path {text:?}: {reason} at {rest:?}");
            if let Some(inside) = rest.strip_prefix('[') {
                let (step, after) = bracket(inside).map_err(fail)?;
                steps.push(step);
                rest = after;
                continue;
            }
            let key = match (rest.strip_prefix('.'), steps.is_empty()) {
                (Some(key), false) => key,
                (None, true) => rest,
                _ => return Err(fail("expected `.KEY` or `[…]`")),
            };
            let end = key.find(['.', '[', ']']).unwrap_or(key.len());
            if end == 0 {
                return Err(fail("a key is missing; an empty one is written `[\"\"]`"));
            }
            steps.push(Step::Key(key[..end].to_owned()));
            rest = &key[end..];
        }
        Ok(Self(steps))
    }
}

/// The step after an opening bracket, and what follows the closing one.
fn bracket(text: &str) -> Result<(Step, &str), &'static str> {
    const OPEN: &str = "a bracket is not closed";
    let close = |rest: &str| rest.starts_with(']').then_some(1).ok_or(OPEN);
    let (key, rest) = if text.starts_with('"') {
        let (key, rest) = quoted(text)?;
        if !rest.starts_with('=') {
            return close(rest).map(|at| (Step::Key(key), &rest[at..]));
        }
        (key, rest)
    } else {
        let end = text.find(['=', ']']).ok_or(OPEN)?;
        let (key, rest) = text.split_at(end);
        if let Some(after) = rest.strip_prefix(']') {
            let index = key.parse().map_err(|_| "expected a number, `KEY=VALUE` or a quoted key in brackets")?;
            return Ok((Step::Index(index), after));
        }
        (key.to_owned(), rest)
    };
    let value = &rest[1..];
    let (value, rest) = if value.starts_with('"') {
        quoted(value)?
    } else {
        let (value, rest) = value.split_at(value.find(']').ok_or(OPEN)?);
        (value.to_owned(), rest)
    };
    close(rest).map(|at| (Step::Named { key, value }, &rest[at..]))
}

/// A text in quotes, escaped as Rust or JSON escapes, and what follows it.
fn quoted(text: &str) -> Result<(String, &str), &'static str> {
    const OPEN: &str = "a quote is not closed";
    let mut read = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((read, &text[at + 1..])),
            '\\' => {
                let (_, escaped) = chars.next().ok_or(OPEN)?;
                read.push(match escaped {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    '0' => '\0',
                    'u' => {
                        let (at, first) = chars.next().ok_or(OPEN)?;
                        let digits = if first == '{' {
                            let digits: String = chars.by_ref().map(|(_, c)| c).take_while(|c| *c != '}').collect();
                            digits
                        } else {
                            chars.by_ref().take(3).for_each(drop);
                            text.get(at..at + 4).ok_or(OPEN)?.to_owned()
                        };
                        let code = u32::from_str_radix(&digits, 16).map_err(|_| "an escape is no character")?;
                        char::from_u32(code).ok_or("an escape is no character")?
                    }
                    '"' | '\\' | '\'' | '/' => escaped,
                    _ => return Err("an escape is not known"),
                });
            }
            _ => read.push(c),
        }
    }
    Err(OPEN)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(key: &str) -> Step {
        Step::Key(key.to_owned())
    }

    fn named(value: &str) -> Step {
        Step::Named { key: "name".into(), value: value.into() }
    }

    #[test]
    fn a_path_reads_back_as_it_is_written() {
        let path = Path(vec![key("a"), key("b"), key("c.d"), named("x y"), Step::Index(0), key("e")]);
        assert_eq!(path.to_string(), "a.b[\"c.d\"][name=x y][0].e");
        assert_eq!(path.to_string().parse(), Ok(path));
        assert_eq!("".parse(), Ok(Path::default()));
        assert_eq!("[\"\\u00e4\"].b".parse(), Ok(Path(vec![key("ä"), key("b")])));
    }

    #[test]
    fn a_path_is_written_on_one_line_and_without_control_characters() {
        for (path, expected) in [
            (vec![key("a\nb"), key("c")], "[\"a\\nb\"].c"),
            (vec![key("c"), key("\u{1b}[2J")], "c[\"\\u{1b}[2J\"]"),
            (vec![key("a\"b")], "[\"a\\\"b\"]"),
            (vec![key("a\u{2028}\u{202e}b")], "[\"a\\u{2028}\\u{202e}b\"]"),
            (vec![key("a"), named("x\r\n")], "a[name=\"x\\r\\n\"]"),
            (vec![key("a"), Step::Named { key: "n\t".into(), value: "x".into() }], "a[\"n\\t\"=x]"),
        ] {
            let path = Path(path);
            assert_eq!(path.to_string(), expected);
            assert_eq!(expected.parse(), Ok(path));
        }
    }

    #[test]
    fn what_is_no_path_is_named() {
        for text in
            [".a", "a.", "a..b", "a]", "a[", "a[x]", "a[\"x]", "a[0]b", "a[name=x", "a[\"\\q\"]", "[\"\\u{110000}\"]"]
        {
            let error = text.parse::<Path>().unwrap_err();
            assert!(error.contains(&format!("{text:?}")), "{error}");
        }
    }

    fn step() -> impl Strategy<Value = Step> {
        let word = || "[a-z.\\[\\]=\"\\\\\n 0-9ä]{0,6}|.{0,4}";
        prop_oneof![
            word().prop_map(Step::Key),
            (word(), word()).prop_map(|(key, value)| Step::Named { key, value }),
            any::<usize>().prop_map(Step::Index),
        ]
    }

    proptest! {
        #[test]
        fn any_path_reads_back(steps in prop::collection::vec(step(), 0..6)) {
            let path = Path(steps);
            prop_assert!(!path.to_string().contains(char::is_control));
            prop_assert_eq!(path.to_string().parse(), Ok(path));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[a.\\[\\]=\"\\\\u{}0-9]{0,12}|.{0,12}") {
            let _ = text.parse::<Path>();
        }
    }
}
