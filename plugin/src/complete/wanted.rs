//! What an argument takes, read from the words that its own help shows for its value.

use clap::Arg;

/// What may stand in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// What nobody but the user knows.
    Own,
    /// The name of a command.
    Command,
    File,
    Folder,
    Cluster,
    /// A profile version, judged where it is for a cluster.
    Version,
    /// A version of a profile, and for a command about clusters one that is attached.
    AttachedVersion,
    /// The name of a profile that a cluster has attached.
    Attached,
    Pack,
    /// `PATH=VALUE` of a pack.
    Assignment,
    /// A path in the values of a pack.
    ValuePath,
    /// An orphan, or what was scaled down.
    Workload,
    Revision,
    Context,
    Namespace,
    /// A cluster or a user as the kubeconfig names them.
    KubeconfigCluster,
    KubeconfigUser,
}

/// Flags whose value is named for people in words that say less than their own name. Those of kubectl mean what they mean there.
const BY_NAME: [(&str, Wanted); 13] = [
    ("context", Wanted::Context),
    ("workload-context", Wanted::Context),
    ("contexts", Wanted::Context),
    ("namespace", Wanted::Namespace),
    ("cluster", Wanted::KubeconfigCluster),
    ("user", Wanted::KubeconfigUser),
    ("to-revision", Wanted::Revision),
    ("filename", Wanted::File),
    ("unset", Wanted::ValuePath),
    ("accept-loss", Wanted::Own),
    ("ignore", Wanted::Own),
    ("palette-ca", Wanted::File),
    ("cache-dir", Wanted::Folder),
];

/// The words for a value, and what they mean.
const BY_WORD: [(&str, Wanted); 14] = [
    ("CLUSTER", Wanted::Cluster),
    ("PROFILE@VERSION", Wanted::Version),
    ("PROFILE[@VERSION]", Wanted::AttachedVersion),
    ("PROFILE", Wanted::Attached),
    ("PACK", Wanted::Pack),
    ("PATH=VALUE", Wanted::Assignment),
    ("KIND/NAME", Wanted::Workload),
    ("REVISION", Wanted::Revision),
    ("FILE", Wanted::File),
    ("PLAN", Wanted::File),
    ("PATH", Wanted::File),
    ("DIR", Wanted::Folder),
    // A number for a version that does not exist yet.
    ("VERSION", Wanted::Own),
    ("COMMAND", Wanted::Command),
];

/// What `arg` takes, the likeliest first; none where the words of its value are not known here.
pub(super) fn of(arg: &Arg) -> Vec<Wanted> {
    if let Some((_, wanted)) = BY_NAME.iter().find(|(name, _)| arg.get_long() == Some(*name)) {
        return vec![*wanted];
    }
    let names = arg.get_value_names().unwrap_or_default();
    let words = names.iter().flat_map(|it| it.split([' ', '|']));
    words.flat_map(of_word).collect()
}

fn of_word(word: &str) -> Vec<Wanted> {
    let known = |word: &str| BY_WORD.iter().find(|(name, _)| *name == word).map(|(_, wanted)| *wanted);
    // What may be left out stands in brackets, and what may be repeated has dots behind it.
    let bare = word.trim_end_matches(['.', '…']);
    let bare = bare.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(bare).trim_end_matches(['.', '…']);
    match bare {
        "POINT" => vec![Wanted::Cluster, Wanted::Version, Wanted::File],
        _ => known(word).or_else(|| known(bare)).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use clap::Command;

    use super::*;
    use crate::cli;

    fn named(value_name: &'static str) -> Vec<Wanted> {
        of(&Arg::new("x").value_name(value_name))
    }

    #[test]
    fn the_words_of_a_value_say_what_it_is() {
        assert_eq!(named("CLUSTER"), [Wanted::Cluster]);
        assert_eq!(named("[CLUSTER] PROFILE@VERSION"), [Wanted::Cluster, Wanted::Version]);
        assert_eq!(named("[CLUSTER…] PACK"), [Wanted::Cluster, Wanted::Pack]);
        assert_eq!(named("CLUSTER|KIND/NAME"), [Wanted::Cluster, Wanted::Workload]);
        assert_eq!(named("PROFILE[@VERSION]"), [Wanted::AttachedVersion]);
        assert_eq!(named("published|FILE|REVISION"), [Wanted::File, Wanted::Revision]);
        assert_eq!(named("DURATION"), []);
    }

    fn commands(command: &Command) -> Vec<&Command> {
        command.get_subcommands().flat_map(|it| [it].into_iter().chain(commands(it))).collect()
    }

    #[test]
    fn every_word_that_a_command_takes_is_known() {
        let mut root = cli::command();
        root.build();
        let mut seen = 0;
        // `help` takes the names of commands, which are its subcommands.
        for command in commands(&root).into_iter().filter(|it| it.get_name() != "help") {
            for arg in command.get_positionals() {
                let is_known = !of(arg).is_empty() || !arg.get_possible_values().is_empty();
                assert!(
                    is_known,
                    "{} takes {:?}, and the completer does not know what that is: name it in BY_WORD",
                    command.get_name(),
                    arg.get_value_names()
                );
                seen += usize::from(of(arg).contains(&Wanted::Cluster));
            }
        }
        assert!(seen >= 12, "commands that take clusters were not found: {seen}");
    }

    #[test]
    fn every_flag_that_is_named_here_is_one_of_kubectl_or_of_ours() {
        let mut root = cli::command();
        root.build();
        let of_kubectl = ["cluster", "user", "cache-dir"];
        for (name, _) in BY_NAME {
            let is_ours = commands(&root).iter().any(|it| it.get_arguments().any(|arg| arg.get_long() == Some(name)));
            assert!(is_ours || of_kubectl.contains(&name), "no command has a flag --{name}");
        }
    }
}
