//! Rewrites the value of one `key: value` entry in the style that it has.

use serde_json::Value;

use super::{super::read::escaped, lines};

/// The entry in `own` with its scalar replaced by `new`: block scalars stay block scalars, quotes stay quotes, comments
/// behind the value and below it stay. `None` where that style cannot hold it.
pub(super) fn replaced(own: &[&str], new: &Value) -> Option<String> {
    let (value, below) = own.split_at(lines::value_end(own));
    let (_, head, rest) = lines::key(value.first()?)?;
    let mut text = match (rest.chars().next()?, value.len(), new) {
        ('|' | '>', .., Value::String(text)) => block(value, head, rest, text)?,
        ('"', 1, Value::String(text)) => format!("{head}{}{}", double_quoted(text), behind_quotes(rest, '"')?),
        ('\'', 1, Value::String(text)) if !text.contains(char::is_control) => {
            format!("{head}'{}'{}", text.replace('\'', "''"), behind_quotes(rest, '\'')?)
        }
        ('\'', 1, Value::String(text)) => format!("{head}{}{}", double_quoted(text), behind_quotes(rest, '\'')?),
        ('#', 1, Value::String(text)) => format!("{head}{} {rest}", double_quoted(text)),
        ('#', 1, Value::Null | Value::Bool(_) | Value::Number(_)) => format!("{head}{new} {rest}"),
        ('"' | '\'' | '|' | '>' | '[' | '{' | '&' | '*' | '!' | '\n' | '#', ..) => return None,
        (_, 1, Value::Null | Value::Bool(_) | Value::Number(_)) => format!("{head}{new}{}", behind_plain(rest)),
        (_, 1, Value::String(text)) if is_plain(text) => format!("{head}{text}{}", behind_plain(rest)),
        // Many lines are better read as a block scalar, but not at the price of a comment.
        (_, 1, Value::String(text)) if !text.contains('\n') || !behind_plain(rest).trim().is_empty() => {
            format!("{head}{}{}", double_quoted(text), behind_plain(rest))
        }
        _ => return None,
    };
    lines::follow(&mut text, &below.concat());
    Some(text)
}

/// A literal block scalar at the indentation of the one that it replaces; in quotes where it cannot be one.
fn block(own: &[&str], head: &str, rest: &str, text: &str) -> Option<String> {
    let old = lines::blocks(own).into_iter().next().filter(|block| block.header == 0 && block.end == own.len())?;
    let level = lines::indent(own[0]);
    let behind = rest.trim_start_matches(|letter: char| "|>+-".contains(letter) || letter.is_ascii_digit());
    // A first line that starts with a space would be taken for the indentation itself.
    let leads_with_space = text.lines().find(|line| !line.is_empty()).is_some_and(|line| line.starts_with(' '));
    let is_margin = |margin: &usize| !leads_with_space || margin - level < 10;
    let margin = old.margin.filter(is_margin).unwrap_or(level + 2);
    let chomping = match text.len() - text.trim_end_matches('\n').len() {
        0 => "-",
        1 => "",
        _ => "+",
    };
    let is_printable = text.chars().all(|letter| !letter.is_control() || matches!(letter, '\n' | '\t'));
    let is_block = is_printable && !text.trim().is_empty();
    let mut replaced = if is_block {
        let indicator = if leads_with_space { (margin - level).to_string() } else { String::new() };
        let mut replaced = format!("{head}|{indicator}{chomping}{behind}");
        for line in text.lines() {
            if !line.is_empty() {
                replaced.push_str(&" ".repeat(margin));
                replaced.push_str(line);
            }
            replaced.push('\n');
        }
        replaced
    } else {
        format!("{head}{}{behind}", double_quoted(text))
    };
    // Blank lines behind the text that are none of it only set it apart from what follows, and do so still.
    let is_spare = |line: &&&str| {
        line.trim_matches(' ') == "\n" && line.len() <= old.margin.map_or(margin, |it| it.min(margin)) + 1
    };
    let spare = own[1..].iter().rev().take_while(is_spare).count();
    if old.chomping != Some('+') && !(is_block && chomping == "+") {
        replaced.push_str(&own[own.len() - spare..].concat());
    }
    Some(replaced)
}

/// JSON's strings are YAML's double-quoted scalars, but for the letters that YAML has as escapes alone.
fn double_quoted(text: &str) -> String {
    escaped(&Value::from(text).to_string())
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
        check("a: 'x' # why\n", json!("y\n"), "a: \"y\\n\" # why\n");
        check("a: plain text # why\n", json!("other"), "a: other # why\n");
        check("a: 1.0.0\n", json!("1.1"), "a: \"1.1\"\n");
        check("a: x\n", json!("yes"), "a: \"yes\"\n");
        check("a: 1\n", json!(2), "a: 2\n");
        check("a: x # why\n", json!("y\nz\n"), "a: \"y\\nz\\n\" # why\n");
        check("a: # why\n", json!("x"), "a: \"x\" # why\n");
        check("a: # why\n", json!(2), "a: 2 # why\n");
        check("a: 1\n", json!(null), "a: null\n");
    }

    #[test]
    fn a_block_scalar_keeps_its_indentation() {
        check("  a: |\n     x: 1\n", json!("x: 2\n\ny: 3\n"), "  a: |\n     x: 2\n\n     y: 3\n");
        check("a: |  # why\n  x\n", json!("y"), "a: |-  # why\n  y\n");
        check("a: |-\n  x\n", json!("y\n\n"), "a: |+\n  y\n\n");
        check("a: |\n  x\n", json!("  y\n"), "a: |2\n    y\n");
        check("a: |2\n   x\n", json!("y\n"), "a: |\n  y\n");
        check("a: >- # why\n  x\n", json!("y\n"), "a: | # why\n  y\n");
    }

    #[test]
    fn what_stands_behind_a_block_scalar_stays() {
        check("a: |\n  x\n\n \n # below\n\n", json!("y\n"), "a: |\n  y\n\n \n # below\n\n");
        check("a: |\n  x\n\n", json!("y\n\n\n"), "a: |+\n  y\n\n\n");
        check("a: |+\n  x\n\n # below\n", json!("y"), "a: |-\n  y\n # below\n");
        check("a: |\n  x\n     \n", json!("y\n"), "a: |\n  y\n");
        check("a: x # why\n\n   # below\n", json!("z"), "a: z # why\n\n   # below\n");
    }

    #[test]
    fn a_block_scalar_whose_text_cannot_be_one_is_quoted() {
        check("a: | # why\n  x\n\n # below\n", json!(""), "a: \"\" # why\n\n # below\n");
        check("a: |\n  x\n", json!("\n\n"), "a: \"\\n\\n\"\n");
        check("a: |\n  x\n", json!("\u{7}\u{7f}"), "a: \"\\u0007\\u007f\"\n");
        check("a: |\n              x\n", json!("  y\n"), "a: |2\n    y\n");
    }

    #[test]
    fn what_a_style_cannot_hold_is_left_to_others() {
        for (own, new) in [
            ("a: |\n  x\n", json!(1)),
            ("a: 'x'\n", json!(1)),
            ("a: x\n", json!("y\nz\n")),
            ("a: [1]\n", json!(2)),
            ("a: x\n", json!([1])),
        ] {
            let lines: Vec<_> = own.split_inclusive('\n').collect();
            assert_eq!(replaced(&lines, &new), None, "{own}");
        }
    }
}
