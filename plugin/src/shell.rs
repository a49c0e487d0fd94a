//! Words of commands that are printed to be pasted into a shell.

/// A word that a shell takes as one.
pub(crate) fn quoted(word: &str) -> String {
    shlex::try_quote(word).map_or_else(|_| format!("{word:?}"), |quoted| quoted.into_owned())
}

/// A flag with its value, and a space before them.
pub(crate) fn flag(name: &str, value: &str) -> String {
    format!(" {name} {}", quoted(value))
}
