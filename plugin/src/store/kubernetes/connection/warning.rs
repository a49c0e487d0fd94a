//! Warning headers (RFC 7234, section 5.5) as texts: `CODE AGENT "TEXT" "DATE"`, and several behind commas.

use http::{HeaderMap, header::WARNING};

/// The texts of all warnings in an answer. What is no warning is passed over from where it stops to be one.
pub(super) fn texts(headers: &HeaderMap) -> Vec<String> {
    let mut texts = Vec::new();
    for value in headers.get_all(WARNING) {
        let Ok(mut rest) = std::str::from_utf8(value.as_bytes()) else { continue };
        while let Some((text, next)) = one(rest) {
            texts.push(text);
            rest = next;
        }
    }
    texts
}

/// The first warning of a header, and what follows it.
fn one(header: &str) -> Option<(String, &str)> {
    let (code, rest) = header.trim().split_once(' ')?;
    let is_code =
        matches!(code.as_bytes(), [b'1' | b'2', tens, ones] if tens.is_ascii_digit() && ones.is_ascii_digit());
    let (agent, rest) = rest.split_once(' ')?;
    if !is_code || agent.is_empty() {
        return None;
    }
    let (text, rest) = quoted(rest)?;
    let rest = match rest.strip_prefix('"') {
        // The date holds no quotes.
        Some(date) => date.split_once('"')?.1.trim(),
        None => rest,
    };
    match rest.strip_prefix(',') {
        Some(next) => Some((text, next.trim())),
        None => rest.is_empty().then_some((text, "")),
    }
}

/// A text in quotes, in which a backslash keeps the next character, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut letters = text.strip_prefix('"')?.char_indices();
    let mut read = String::new();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((read, text[1 + at + 1..].trim())),
            '\\' => read.push(letters.next()?.1),
            _ => read.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_header_is_read_as_kubernetes_reads_it() {
        let cases: [(&str, &[&str]); 14] = [
            (r#"299 - "old""#, &["old"]),
            (
                r#"299 - "v1alpha1 is deprecated; use v1" "Wed, 21 Oct 2026 07:28:00 GMT""#,
                &["v1alpha1 is deprecated; use v1"],
            ),
            (r#"299 - "one", 299 - "two""#, &["one", "two"]),
            (r#"299 - "one" "a date", 199 agent "two""#, &["one", "two"]),
            (r#"299 - "a \"name\", and a \\""#, &[r#"a "name", and a \"#]),
            (r#"299 - "one" broken"#, &[]),
            (r#"299 - "one", nonsense"#, &["one"]),
            (r#"399 - "other""#, &[]),
            (r#"29 - "short""#, &[]),
            (r#"299 - unquoted"#, &[]),
            (r#"299 - "open"#, &[]),
            (r#"299 -"#, &[]),
            (r#""#, &[]),
            (r#"  299   - "two spaces""#, &[]),
        ];
        for (header, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(WARNING, HeaderValue::from_str(header).unwrap());
            assert_eq!(texts(&headers), expected, "{header}");
        }
    }

    #[test]
    fn each_header_of_an_answer_is_read() {
        let mut headers = HeaderMap::new();
        for text in [r#"299 - "one""#, "nonsense", r#"299 - "gr\u{fc}n""#] {
            headers.append(WARNING, HeaderValue::from_bytes(text.as_bytes()).unwrap());
        }
        assert_eq!(texts(&headers).len(), 2);
    }
}
