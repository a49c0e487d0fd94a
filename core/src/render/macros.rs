//! Finds Palette's macros, such as `{{ .spectro.var.host }}`, in a text.
//!
//! Palette puts values in their place before it renders. What they stand for is not visible here, so they stay as they are.

/// The macros in `text`, each once, in the order of their first appearance.
pub(super) fn find(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        rest = &rest[start..];
        let Some(length) = length(rest) else {
            rest = &rest[2..];
            continue;
        };
        add(&mut found, &rest[..length]);
        rest = &rest[length..];
    }
    found
}

/// The length of the macro at the very start of `text`, which starts with two braces; `None` when it is no macro.
pub(super) fn length(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("{{")?;
    let body = inside.strip_prefix('-').unwrap_or(inside).trim_start();
    if !body.starts_with(".spectro.") {
        return None;
    }
    let end = inside.find("}}")?;
    Some(2 + end + 2)
}

/// Adds a macro unless it is there already; spaces around its name make no difference.
pub(super) fn add(found: &mut Vec<String>, text: &str) {
    let name = text.trim_start_matches("{{").trim_end_matches("}}").trim_matches(['-', ' ', '\t', '\n']);
    let written = format!("{{{{ {name} }}}}");
    if !found.contains(&written) {
        found.push(written);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_are_found_once_and_other_actions_are_not() {
        let text = "a: '{{.spectro.var.host}}'\nb: '{{ .spectro.macro.x }}-{{ .spectro.var.host }}'\nc: {{ .Values.x }}\nd: {{ .Spectro.cluster }}";
        assert_eq!(find(text), ["{{ .spectro.var.host }}", "{{ .spectro.macro.x }}"]);
    }

    #[test]
    fn an_unclosed_macro_is_none() {
        for text in ["{{ .spectro.var.x", "{{", "{{{{ .spectro", "}}"] {
            assert!(find(text).is_empty(), "{text}");
        }
    }
}
