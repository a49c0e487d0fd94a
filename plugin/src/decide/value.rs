//! Reads one value that the user wrote, and refuses what could mean two things.

use profile_core::{mask::MASK, yaml};
use serde_json::Value;

/// The value of a YAML text.
pub(super) fn read(text: &str) -> Result<Value, String> {
    // A mask without quotes is no YAML either, and the better reason goes first.
    if text_holds_mask(text) {
        return Err(masked());
    }
    let value = yaml::parse(text).map_err(|error| error.to_string())?;
    refuse_ambiguous(&value, &as_kubernetes_reads(text))?;
    refuse_mask(&value)?;
    Ok(value)
}

/// The text as Go's `sigs.k8s.io/yaml` reads it, with the words of YAML 1.1; null where it is no YAML.
pub(super) fn as_kubernetes_reads(text: &str) -> Value {
    let options = serde_saphyr::options! {
        strict_booleans: false,
        legacy_octal_numbers: true,
        with_snippet: false,
        emit_comments: false,
    };
    serde_saphyr::from_str_with_options(text, options).unwrap_or_default()
}

/// Refuses a word that Kubernetes reads as something else than it is written as, such as `yes` or `0644`: whoever means the
/// text quotes it, and whoever means the other writes that.
pub(super) fn refuse_ambiguous(written: &Value, read: &Value) -> Result<(), String> {
    match (written, read) {
        (Value::Object(written), Value::Object(read)) => {
            written.iter().try_for_each(|(key, value)| read.get(key).map_or(Ok(()), |it| refuse_ambiguous(value, it)))
        }
        (Value::Array(written), Value::Array(read)) => {
            written.iter().zip(read).try_for_each(|(written, read)| refuse_ambiguous(written, read))
        }
        _ if written == read => Ok(()),
        (Value::String(word), Value::Bool(read)) => {
            Err(format!("`{word}` reads as {read} in YAML 1.1: write {read}, or {word:?} in quotes"))
        }
        // Digits may be a PIN: they are not repeated.
        _ => {
            Err("a value reads as another number in YAML 1.1: write that number, or what stands there in quotes".into())
        }
    }
}

/// Refuses what stands for a hidden value, because it would be written as it stands.
pub(super) fn refuse_mask(value: &Value) -> Result<(), String> {
    if holds_mask(value) {
        return Err(masked());
    }
    Ok(())
}

fn masked() -> String {
    format!("`{MASK}` stands for a value that is hidden, and is never written")
}

/// Whether a text of the value holds a mask.
pub(super) fn holds_mask(value: &Value) -> bool {
    match value {
        Value::String(text) => text_holds_mask(text),
        Value::Array(items) => items.iter().any(holds_mask),
        Value::Object(fields) => fields.values().any(holds_mask),
        _ => false,
    }
}

/// Whether a text holds a mask: a word of three asterisks or more, in a line that is no comment.
pub(super) fn text_holds_mask(text: &str) -> bool {
    text.lines().filter(|line| !line.trim_start().starts_with('#')).any(line_holds_mask)
}

fn line_holds_mask(line: &str) -> bool {
    line.match_indices(MASK).any(|(at, _)| {
        let (before, after) = (line[..at].trim_end_matches('*'), line[at..].trim_start_matches('*'));
        let is_start = before.is_empty() || before.ends_with("//") || before.ends_with(BEFORE);
        is_start && (after.is_empty() || after.starts_with(AFTER))
    })
}

/// What parts a mask from what stands before it.
const BEFORE: [char; 9] = [' ', '"', '\'', ':', '=', '-', '[', '{', ','];
/// What parts a mask from what stands behind it.
const AFTER: [char; 8] = [' ', '"', '\'', ',', ']', '}', '@', '\\'];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_any_value() {
        assert_eq!(read("3\n"), Ok(json!(3)));
        assert_eq!(read("# why\n\"yes\"\n"), Ok(json!("yes")));
        assert_eq!(read("a: [true, x]\n"), Ok(json!({"a": [true, "x"]})));
        assert_eq!(read("~\n"), Ok(Value::Null));
    }

    #[test]
    fn refuses_what_could_mean_two_things() {
        for text in ["yes", "a: on", "- 0644"] {
            let error = read(text).unwrap_err();
            assert!(error.contains("YAML 1.1"), "{text}: {error}");
        }
        assert!(read("a: b: c").is_err() && read("a: 1\n---\nb: 2\n").is_err());
    }

    #[test]
    fn refuses_masks_and_no_other_asterisks() {
        for value in [json!("***"), json!("********"), json!({"a": ["x: ***"]}), json!("https://***@host")] {
            assert!(refuse_mask(&value).is_err(), "{value}");
        }
        for value in [json!("# ******** #\necho"), json!("dir/***"), json!("**"), json!("a***b")] {
            assert_eq!(refuse_mask(&value), Ok(()));
        }
        assert!(read("\"***\"").is_err());
    }
}
