//! Rewrites the value of one `key: value` entry in the style that it has.

use serde_json::Value;

use super::lines;

/// The entry in `own` with its scalar replaced by `new`: block scalars stay block scalars, quotes stay quotes, a comment
/// behind the value stays. `None` where that style cannot hold it.
pub(super) fn replaced(own: &[&str], new: &Value) -> Option<String> {
    let (_, head, rest) = lines::key(own.first()?)?;
    match (rest.chars().next()?, own.len(), new) {
        ('|', 2.., Value::String(text)) => block(own, head, rest, text),
        ('"', 1, Value::String(text)) => Some(format!("{head}{}{}", double_quoted(text), behind_quotes(rest, '"')?)),
        ('\'', 1, Value::String(text)) if !text.contains(char::is_control) => {
            Some(format!("{head}'{}'{}", text.replace('\'', "''"), behind_quotes(rest, '\'')?))
        }
        ('"' | '\'' | '|' | '>' | '[' | '{' | '&' | '*' | '!' | '\n' | '#', ..) => None,
        (_, 1, Value::Null | Value::Bool(_) | Value::Number(_)) => Some(format!("{head}{new}{}", behind_plain(rest))),
        (_, 1, Value::String(text)) if is_plain(text) => Some(format!("{head}{text}{}", behind_plain(rest))),
        (_, 1, Value::String(text)) if !text.contains('\n') => {
            Some(format!("{head}{}{}", double_quoted(text), behind_plain(rest)))
        }
        _ => None,
    }
}

/// A literal block scalar at the indentation of the one that it replaces.
fn block(own: &[&str], head: &str, rest: &str, text: &str) -> Option<String> {
    let level = lines::indent(own[0]);
    let header = rest.trim_start_matches(|letter: char| "|+-".contains(letter) || letter.is_ascii_digit());
    let indicated = rest.chars().find_map(|letter| letter.to_digit(10)).map(|steps| level + steps as usize);
    let first = own[1..].iter().find(|line| !line.trim().is_empty()).map(|line| lines::indent(line));
    let margin = indicated.or(first).filter(|margin| *margin > level).unwrap_or(level + 2);
    let is_printable = text.chars().all(|letter| !letter.is_control() || matches!(letter, '\n' | '\t'));
    if !is_printable || text.trim().is_empty() {
        return None;
    }
    // A first line that starts with a space would be taken for the indentation itself.
    let leads_with_space = text.lines().find(|line| !line.is_empty()).is_some_and(|line| line.starts_with(' '));
    let indicator = if leads_with_space { (margin - level).to_string() } else { String::new() };
    let chomping = match text.len() - text.trim_end_matches('\n').len() {
        0 => "-",
        1 => "",
        _ => "+",
    };
    let mut replaced = format!("{head}|{indicator}{chomping}{header}");
    for line in text.lines() {
        if !line.is_empty() {
            replaced.push_str(&" ".repeat(margin));
            replaced.push_str(line);
        }
        replaced.push('\n');
    }
    Some(replaced)
}

/// JSON's strings are YAML's double-quoted scalars.
fn double_quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Text that every version of YAML reads as a string, and only as a string, without quotes.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"];
    text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_./@".contains(letter))
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// What follows a quoted scalar on its line: a comment, and the end of the line.
fn behind_quotes(rest: &str, quote: char) -> Option<&str> {
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        let is_escape = letter == '\\' && quote == '"';
        let is_doubled = letter == quote && quote == '\'' && letters.peek().is_some_and(|(_, next)| *next == quote);
        if is_escape || is_doubled {
            letters.next();
        } else if letter == quote {
            return Some(&rest[at + 1..]);
        }
    }
    None
}

/// What follows a plain scalar on its line.
fn behind_plain(rest: &str) -> &str {
    let end = rest.find(" #").unwrap_or(rest.len());
    let value = rest[..end].trim_end();
    &rest[value.len()..]
}

#[cfg(test)]
mod tests {
    use profile_core::yaml;
    use serde_json::json;

    use super::*;

    fn check(own: &str, new: Value, expected: &str) {
        let lines: Vec<_> = own.split_inclusive('\n').collect();
        let text = replaced(&lines, &new).unwrap();
        assert_eq!(text, expected, "{own}");
        assert_eq!(yaml::parse(&text).unwrap()["a"], new, "{text}");
    }

    #[test]
    fn a_scalar_keeps_its_style_and_its_comment() {
        check("a: \"1.0\"  # why\n", json!("1.1"), "a: \"1.1\"  # why\n");
        check("a: \"say \\\"x\\\"\" # why\n", json!("y\n"), "a: \"y\\n\" # why\n");
        check("a: 'it''s' # why\n", json!("it's"), "a: 'it''s' # why\n");
        check("a: plain text # why\n", json!("other"), "a: other # why\n");
        check("a: 1.0.0\n", json!("1.1"), "a: \"1.1\"\n");
        check("a: x\n", json!("yes"), "a: \"yes\"\n");
        check("a: 1\n", json!(2), "a: 2\n");
        check("a: 1\n", json!(null), "a: null\n");
    }

    #[test]
    fn a_block_scalar_keeps_its_indentation() {
        check("  a: |\n     x: 1\n", json!("x: 2\n\ny: 3\n"), "  a: |\n     x: 2\n\n     y: 3\n");
        check("a: |  # why\n  x\n", json!("y"), "a: |-  # why\n  y\n");
        check("a: |-\n  x\n", json!("y\n\n"), "a: |+\n  y\n\n");
        check("a: |\n  x\n", json!("  y\n"), "a: |2\n    y\n");
        check("a: |2\n   x\n", json!("y\n"), "a: |\n  y\n");
    }

    #[test]
    fn what_a_style_cannot_hold_is_left_to_others() {
        for (own, new) in [
            ("a: |\n  x\n", json!("\u{7}")),
            ("a: |\n  x\n", json!("")),
            ("a: 'x'\n", json!("y\n")),
            ("a: x\n", json!("y\nz\n")),
            ("a: [1]\n", json!(2)),
            ("a: x\n", json!([1])),
        ] {
            let lines: Vec<_> = own.split_inclusive('\n').collect();
            assert_eq!(replaced(&lines, &new), None, "{own}");
        }
    }
}
