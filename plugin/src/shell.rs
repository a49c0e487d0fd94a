//! Words of commands that are printed to be pasted into a shell.

/// A word that a shell takes as one.
pub(crate) fn quoted(word: &str) -> String {
    shlex::try_quote(word).map_or_else(|_| format!("{word:?}"), |quoted| quoted.into_owned())
}

/// A flag with its value, and a space before them.
pub(crate) fn flag(name: &str, value: &str) -> String {
    format!(" {name} {}", quoted(value))
}

/// Flags of the Kubernetes store, and whether a value follows.
const OF_KUBERNETES: [(&str, bool); 25] = [
    ("--context", true),
    ("--kubeconfig", true),
    ("--namespace", true),
    ("-n", true),
    ("--store", true),
    ("--as", true),
    ("--as-group", true),
    ("--as-uid", true),
    ("--as-user-extra", true),
    ("--cluster", true),
    ("--user", true),
    ("--server", true),
    ("-s", true),
    ("--token", true),
    ("--username", true),
    ("--password", true),
    ("--certificate-authority", true),
    ("--client-certificate", true),
    ("--client-key", true),
    ("--tls-server-name", true),
    ("--proxy-url", true),
    ("--insecure-skip-tls-verify", false),
    ("--disable-compression", false),
    ("--all-namespaces", false),
    ("--agent-may-revert", false),
];

/// The command of these words on Palette's own API.
pub(crate) fn in_palette(words: impl IntoIterator<Item = String>) -> String {
    let mut words = words.into_iter();
    let mut kept = String::from("kubectl profile");
    while let Some(word) = words.next() {
        let name = word.split('=').next().unwrap_or_default();
        match OF_KUBERNETES.iter().find(|(flag, _)| *flag == name) {
            Some((_, has_value)) if *has_value && word == name => drop(words.next()),
            Some(_) => {}
            None => {
                kept.push(' ');
                kept.push_str(&quoted(&word));
            }
        }
    }
    kept + " --store palette"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_the_same_in_palette_without_the_flags_of_a_kubeconfig() {
        let words =
            ["switch", "shop aws", "--context", "hub", "hello@1.1.0", "--store=kubernetes", "-n", "cluster-1", "--yes"];
        let command = in_palette(words.into_iter().map(str::to_owned));
        assert_eq!(command, "kubectl profile switch 'shop aws' hello@1.1.0 --yes --store palette");
    }
}
