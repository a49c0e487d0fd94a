//! The names of commands and flags as candidates, and the values that flags name themselves.

use clap::{Arg, Command, builder::PossibleValue};

use super::{
    candidate::Candidate,
    line::{Line, is_list},
};

/// The subcommands, each with the first line of its help.
pub(super) fn commands(command: &Command) -> Vec<Candidate> {
    let shown = command.get_subcommands().filter(|it| !it.is_hide_set());
    let help = |it: &Command| it.get_about().map(ToString::to_string).unwrap_or_default();
    shown.map(|it| Candidate::new(it.get_name(), first_line(&help(it)))).collect()
}

/// The flags that may still be given, by both of their names.
pub(super) fn names(line: &Line<'_>) -> Vec<Candidate> {
    let flags = line.command.get_arguments().filter(|it| !it.is_positional() && !it.is_hide_set());
    let is_given = |arg: &Arg| line.given.iter().any(|(given, _)| given.get_id() == arg.get_id());
    flags.filter(|it| is_list(it) || !is_given(it)).flat_map(both_names).collect()
}

fn both_names(arg: &Arg) -> Vec<Candidate> {
    let help = first_line(&arg.get_help().map(ToString::to_string).unwrap_or_default());
    let candidate = |name: String| Candidate::new(name, help.clone());
    let long = arg.get_long().map(|it| candidate(format!("--{it}")));
    // Its value stands in the same word, or is left out.
    let assigned =
        arg.get_long().filter(|_| arg.is_require_equals_set()).map(|it| candidate(format!("--{it}=")).open());
    let short = arg.get_short().map(|it| candidate(format!("-{it}")));
    [long, assigned, short].into_iter().flatten().collect()
}

/// The values that an argument names itself.
pub(super) fn possible_values(arg: &Arg) -> Vec<Candidate> {
    let shown = arg.get_possible_values().into_iter().filter(|it| !it.is_hide_set());
    let candidate = |it: &PossibleValue| {
        let help = it.get_help().map(ToString::to_string).unwrap_or_default();
        let candidate = Candidate::new(it.get_name(), help);
        // What ends so is only the beginning of a value.
        if it.get_name().ends_with('=') { candidate.open() } else { candidate }
    };
    shown.map(|it| candidate(&it)).collect()
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
