//! The words by which the user called the plugin, which help and hints repeat.

use std::{borrow::Cow, ffi::OsStr, path::Path, sync::OnceLock};

/// What it is called everywhere in our texts, and by nearly everyone.
const USUAL: &str = "kubectl profile";

/// What it is called here.
static NAME: OnceLock<String> = OnceLock::new();

/// Remembers the name of the program's file.
pub(crate) fn by(program: Option<&OsStr>) {
    // The first one stays: a process has one.
    let _ = NAME.set(program.and_then(words).unwrap_or_else(|| USUAL.to_owned()));
}

/// The words to call it by, such as `kubectl profile`.
pub(crate) fn name() -> &'static str {
    NAME.get().map_or(USUAL, String::as_str)
}

/// A text of ours with the words by which it was called. Not for text of others, which may speak of another plugin.
pub(crate) fn said(text: &str) -> Cow<'_, str> {
    told(text, name())
}

/// A hint of ours, in which commands stand between backticks; what else it names is not ours and stays.
pub(crate) fn hinted(hint: &str) -> Cow<'_, str> {
    match name() {
        USUAL => hint.into(),
        name => hint.replace(&format!("`{USUAL} "), &format!("`{name} ")).into(),
    }
}

fn told<'t>(text: &'t str, name: &str) -> Cow<'t, str> {
    match name {
        USUAL => text.into(),
        _ => text.replace(USUAL, name).into(),
    }
}

/// What is typed to have kubectl run this file: a dash in its name parts words, and an underscore is a dash in a word.
fn words(program: &OsStr) -> Option<String> {
    let file = Path::new(program).file_name()?.to_str()?;
    let rest = file.strip_suffix(".exe").unwrap_or(file).strip_prefix("kubectl-")?;
    let is_word = |word: &str| {
        !word.is_empty() && word.chars().all(|letter| letter.is_ascii_alphanumeric() || ['_', '.'].contains(&letter))
    };
    rest.split('-').all(is_word).then(|| format!("kubectl {}", rest.replace('-', " ").replace('_', "-")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_as_kubectl_finds_it() {
        let words = |file: &str| words(OsStr::new(file));
        for file in ["kubectl-profile", "/usr/local/bin/kubectl-profile", "./kubectl-profile.exe"] {
            assert_eq!(words(file).as_deref(), Some(USUAL), "{file}");
        }
        assert_eq!(words("/x/kubectl-spectro_profile").as_deref(), Some("kubectl spectro-profile"));
        assert_eq!(words("kubectl-spectro-profile").as_deref(), Some("kubectl spectro profile"));
        for file in ["profile", "kubectl_complete-profile", "kubectl-", "kubectl-a b", "kubectl-\u{1b}[2J", ""] {
            assert_eq!(words(file), None, "{file}");
        }
    }

    #[test]
    fn our_own_texts_follow_the_name() {
        let text = "look at `kubectl profile status`, kept in kubectl-profile";
        assert_eq!(told(text, USUAL), text);
        assert_eq!(
            told(text, "kubectl spectro-profile"),
            "look at `kubectl spectro-profile status`, kept in kubectl-profile"
        );
    }
}
