//! Says a tree as it is written: `yes` is a text, and `1.0` is not `1`.

use serde_json::{Map, Number, Value};

use super::{Content, Entry, Node, Shape, Tree};

impl Tree<'_> {
    /// The same value as [`yaml::parse`](crate::yaml::parse) reads. `None` where a tag, an alias, a key that stands twice, or
    /// a number in another form than the common one leaves a doubt.
    pub(crate) fn as_written(&self) -> Option<Value> {
        self.root().map_or(Some(Value::Null), |root| self.node_as_written(root))
    }

    fn node_as_written(&self, node: &Node) -> Option<Value> {
        if node.has_tag || node.anchor.is_some() {
            return None;
        }
        match &node.content {
            Content::Scalar(value) if node.shape == Shape::Plain => plain(value, self.slice(node)),
            // Whether a block that ends with the text has a last line break is read in two ways.
            Content::Scalar(_) if node.shape == Shape::Block && !self.text.ends_with('\n') => None,
            Content::Scalar(value) => Some(value.clone()),
            Content::Sequence(items) => items.iter().map(|item| self.node_as_written(item)).collect(),
            Content::Mapping(entries) => self.entries_as_written(entries).map(Value::Object),
            Content::Alias(_) => None,
        }
    }

    fn entries_as_written(&self, entries: &[Entry]) -> Option<Map<String, Value>> {
        let entry = |entry: &Entry| {
            let raw = &self.text[entry.key_span.clone()];
            let key = match raw.as_bytes().first()? {
                b'"' | b'\'' => &entry.key,
                b'&' | b'!' | b'*' => return None,
                // One word is what it is; several may stand on more than one line.
                _ if raw != entry.key && !raw.bytes().all(|byte| byte.is_ascii_graphic()) => return None,
                _ => raw,
            };
            let is_clear = !entry.is_merge && !entry.is_duplicate && entry.question.is_none();
            is_clear.then_some(())?;
            Some((key.to_owned(), self.node_as_written(&entry.value)?))
        };
        let map: Map<_, _> = entries.iter().map(entry).collect::<Option<_>>()?;
        // Keys that are told apart by their words alone would be one.
        (map.len() == entries.len()).then_some(map)
    }
}

/// A scalar without quotes, whose words are `raw`.
fn plain(value: &Value, raw: &str) -> Option<Value> {
    match value {
        Value::Null => Some(Value::Null),
        Value::Bool(_) => match raw {
            "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Some(value.clone()),
            _ => Some(raw.into()),
        },
        Value::Number(number) => written_number(raw, number).map(Value::Number),
        // Words that may be a number to another reader.
        Value::String(text) if text.parse::<f64>().is_ok() => None,
        value => Some(value.clone()),
    }
}

/// The number of the digits `raw`: an integer as it was read, and one with a point as it is written.
fn written_number(raw: &str, read: &Number) -> Option<Number> {
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_common = is_digits(whole) && (whole.len() == 1 || !whole.starts_with('0')) && fraction.is_none_or(is_digits);
    match fraction {
        _ if !is_common => None,
        None => (read.is_i64() || read.is_u64()).then(|| read.clone()).filter(|_| raw != "-0"),
        Some(_) => raw.parse().ok().and_then(Number::from_f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    const WORDS: [&str; 92] = [
        "true",
        "True",
        "TRUE",
        "false",
        "False",
        "FALSE",
        "yes",
        "Yes",
        "on",
        "ON",
        "y",
        "Y",
        "n",
        "no",
        "off",
        "null",
        "Null",
        "NULL",
        "~",
        "",
        "0",
        "1",
        "-1",
        "+1",
        "01",
        "0644",
        "-0644",
        "0x1F",
        "-0x1F",
        "0o17",
        "0b11",
        "1_000",
        "1__0",
        "_1",
        "1.0",
        "1.50",
        "1.",
        "-.5",
        ".5",
        "1e3",
        "1E3",
        "1e+3",
        "1.5e-3",
        "+1.5",
        "1e400",
        ".inf",
        "-.Inf",
        ".nan",
        "inf",
        "nan",
        "infinity",
        "9007199254740993",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775808",
        "-9223372036854775809",
        "00",
        "0.0",
        "-0",
        "-0.0",
        "1:30",
        "2001-01-01",
        "2001-12-14t21:59:43.10-05:00",
        "=",
        "08",
        "09.5",
        "1,000",
        "12e03",
        "1_0.5",
        "1e1_0",
        "1.2.3",
        "500m",
        "!!str 1",
        "!!int 0x1F",
        "!!float 1",
        "!!bool true",
        "!foo 1",
        "! 1",
        "'1'",
        "\"yes\"",
        "&a 1",
        "&a yes",
        "|\n  yes",
        ">\n  yes\n  no",
        "yes\n  no",
        "1\n  2",
        "123456789012345678.5",
        "0.1",
        "3.141592653589793238",
        "1e5",
        "a b",
        "v1.0",
    ];

    fn check(text: &str) -> bool {
        let Some(written) = Tree::parse(text).ok().and_then(|tree| tree.as_written()) else { return false };
        assert_eq!(Ok(written), yaml::parse(text), "{text:?}");
        true
    }

    #[test]
    fn every_word_is_what_the_other_reader_makes_of_it_or_left_to_it() {
        let mut known = 0;
        for word in WORDS {
            known += [format!("a: {word}\n"), format!("- {word}\n- b\n"), format!("{word}\n"), format!("{word}: a\n")]
                .iter()
                .filter(|text| check(text))
                .count();
        }
        assert!(known > 200, "{known} texts are read so");
    }

    #[test]
    fn what_leaves_a_doubt_is_left_to_the_other_reader() {
        for text in [
            "a: 1\na: 2\n",
            "? a\n: 1\n",
            "<<: {a: 1}\n",
            "x: &x {a: 1}\ny: *x\n",
            "a: 0644\n",
            "11: a\n0xB: b\n",
            "a: 1e400\n",
            "'1': a\n1: b\n",
            "&k a: 1\n",
            "!!str a: 1\n",
        ] {
            assert!(!check(text), "{text:?}");
        }
        for text in
            ["yes: on\n", "0x1: [1.0, {a: no}]\n", "", "# c\n", "a: |\n  x\nb: 'it''s'\n", "[a: 1]\n", "{a, b: }\n"]
        {
            assert!(check(text), "{text:?}");
        }
    }
}
