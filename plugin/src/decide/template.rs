//! Reads values that may hold Palette's macros, which are no YAML before they are filled in.

use profile_core::yaml::{self, YamlError};

/// Reads every document of `text`; each `{{ … }}` counts as a word.
pub(super) fn parse(text: &str) -> Result<(), YamlError> {
    let error = match yaml::parse_all(text) {
        Ok(_) => return Ok(()),
        Err(error) => error,
    };
    let filled = filled(text);
    if filled != text && yaml::parse_all(&filled).is_ok() { Ok(()) } else { Err(error) }
}

/// The text with a word of the same number of lines in the place of each macro.
fn filled(text: &str) -> String {
    let (mut filled, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((_, behind)) = after.split_once("}}").filter(|(inside, _)| !inside.contains('\n')) else { break };
        filled.push_str(before);
        filled.push('x');
        rest = behind;
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_are_no_mistakes_and_mistakes_are() {
        assert_eq!(parse("a: {{ .spectro.macro.X }}\nb: \"{{ y }}\"\n"), Ok(()));
        assert_eq!(parse("a: 1\n---\nb: 2\n"), Ok(()));
        for text in ["a: [\n", "a: {{ x }}\nb: [\n", "a: {{ x\n", "a: b: c\n"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
