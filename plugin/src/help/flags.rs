//! Flags and arguments as kubectl lists them: the name with its default, and what it does in the lines under it.

use std::fmt::Write;

use clap::{Arg, ArgAction};

use super::{takes_value, wrap::wrapped};

/// The columns that a tab takes.
const TAB: usize = 8;

/// A section of the help; nothing where there is nothing in it.
pub(super) fn section(title: &str, args: &[&Arg]) -> String {
    if args.is_empty() { String::new() } else { format!("\n{title}:\n{}", list(args)) }
}

/// The entries, flags by their names, with an empty line between them.
pub(super) fn list(args: &[&Arg]) -> String {
    let mut args = args.to_vec();
    args.sort_by_key(|arg| (arg.get_index(), arg.get_long()));
    args.iter().map(|arg| entry(arg)).collect::<Vec<_>>().join("\n")
}

/// A positional argument as the usage line names it.
pub(super) fn positional(arg: &Arg) -> String {
    let name = names(arg);
    let takes_many = matches!(arg.get_action(), ArgAction::Append);
    match (name.contains(' '), arg.is_required_set(), takes_many) {
        // It says for itself which part may be left out.
        (true, ..) | (false, true, false) => name,
        (false, true, true) => format!("{name} ..."),
        (false, false, false) => format!("[{name}]"),
        (false, false, true) => format!("[{name} ...]"),
    }
}

fn entry(arg: &Arg) -> String {
    let mut text = match (arg.get_short(), arg.get_long()) {
        (Some(short), Some(long)) => format!("    -{short}, --{long}={}:\n", default(arg)),
        (None, Some(long)) => format!("    --{long}={}:\n", default(arg)),
        _ => format!("    {}:\n", names(arg)),
    };
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    for line in help.split('\n').map(str::trim).filter(|line| !line.is_empty()) {
        let _ = writeln!(text, "\t{}", wrapped(line, TAB, "\t"));
    }
    let name = names(arg);
    if !arg.is_positional() && takes_value(arg) && name.contains(['|', '=', '@', '/', ':']) {
        let _ = writeln!(text, "\tWritten as {name}");
    }
    if takes_value(arg) && !is_switch(arg) && !arg.is_hide_possible_values_set() {
        text.push_str(&possible(arg));
    }
    text
}

/// What may be given, each with what it means where that is said.
fn possible(arg: &Arg) -> String {
    let values: Vec<_> = arg.get_possible_values().into_iter().filter(|it| !it.is_hide_set()).collect();
    if values.is_empty() {
        return String::new();
    }
    if values.iter().all(|it| it.get_help().is_none()) {
        let names: Vec<_> = values.iter().map(|it| it.get_name()).collect();
        return format!("\t{}\n", wrapped(&format!("One of: ({})", names.join(", ")), TAB, "\t"));
    }
    let lines = values.iter().map(|it| {
        let help = it.get_help().map(ToString::to_string).unwrap_or_default();
        format!("\t  {}\n", wrapped(&format!("{}: {help}", it.get_name()), TAB + 2, "\t    "))
    });
    format!("\tOne of:\n{}", lines.collect::<String>())
}

/// What holds where the flag is not given, as kubectl writes it.
fn default(arg: &Arg) -> String {
    let values: Vec<_> = arg.get_default_values().iter().map(|it| it.to_string_lossy()).collect();
    let is_list = matches!(arg.get_action(), ArgAction::Append) || arg.get_value_delimiter().is_some();
    match values.first() {
        _ if !takes_value(arg) => "false".to_owned(),
        None if is_list => "[]".to_owned(),
        None => "''".to_owned(),
        Some(value) if is_switch(arg) || value.starts_with(|letter: char| letter.is_ascii_digit()) => value.to_string(),
        Some(value) => format!("'{value}'"),
    }
}

/// Whether it takes only `true` and `false`, and may go without.
fn is_switch(arg: &Arg) -> bool {
    arg.get_value_parser().type_id() == clap::builder::ValueParser::bool().type_id()
}

fn names(arg: &Arg) -> String {
    let names: Vec<_> = arg.get_value_names().unwrap_or_default().iter().map(|it| it.as_str()).collect();
    if names.is_empty() { arg.get_id().as_str().to_uppercase() } else { names.join(" ") }
}
