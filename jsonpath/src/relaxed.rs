//! Paths as `--sort-by` and custom columns take them: with or without braces and the leading dot.

use crate::error::{Error, Problem};

/// The template that a relaxed path stands for: `x.y`, `.x.y`, `{x.y}` and `{.x.y}` are all `{.x.y}`. An empty path stays
/// empty, and finds nothing.
///
/// # Errors
/// When braces stand anywhere but around all of it, or around nothing.
pub fn relaxed(text: &str) -> Result<String, Error> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let inner = text.strip_prefix('{').and_then(|it| it.strip_suffix('}')).unwrap_or(text);
    if let Some(at) = inner.find(['{', '}']) {
        let at = if inner.len() < text.len() { at + 1 } else { at };
        return Err(Error::new(text, Problem::new(at, EXPECTED)));
    }
    if inner.is_empty() {
        return Err(Error::new(text, Problem::new(0, EXPECTED)));
    }
    let path = inner.strip_prefix('.').filter(|it| !it.is_empty()).unwrap_or(inner);
    Ok(format!("{{.{path}}}"))
}

const EXPECTED: &str = "not one path: expected name1.name2, .name1.name2, {name1.name2} or {.name1.name2}";

#[cfg(test)]
mod tests {
    use super::relaxed;

    #[test]
    fn braces_and_the_first_dot_may_be_left_out() {
        for text in ["x.y", ".x.y", "{x.y}", "{.x.y}"] {
            assert_eq!(relaxed(text).unwrap(), "{.x.y}");
        }
        for (text, expected) in [("", ""), (".", "{..}"), ("{.}", "{..}"), ("..x", "{..x}"), ("[0]", "{.[0]}")] {
            assert_eq!(relaxed(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn other_braces_are_refused_where_they_stand() {
        for (text, at) in [("{}", 0), ("{", 0), ("{.a}{.b}", 3), ("a{b}", 1), ("{a", 0), ("{{a}}", 1), ("x}", 1)] {
            assert_eq!(relaxed(text).unwrap_err().at(), at, "{text}");
        }
    }
}
