//! The help of the plugin and of its commands, in the order and the shape of kubectl's.

use std::fmt::Write;

use clap::{Arg, Command};

use crate::{called, commands::GROUPS};

mod flags;
mod wrap;

use wrap::wrapped;

/// What the help of every command ends with.
fn options_hint() -> String {
    format!("Use \"{} options\" for a list of global command-line options (applies to all commands).\n", called::name())
}

/// The help of the plugin: its commands in their groups, and the exit codes.
pub(crate) fn of_all(root: &Command) -> String {
    let mut text = description(root);
    let about = |name: &str| root.find_subcommand(name).and_then(Command::get_about).map(ToString::to_string);
    let names = GROUPS.iter().flat_map(|group| group.commands);
    let width = names.map(|name| name.len()).max().unwrap_or_default() + 2;
    for group in GROUPS {
        let _ = write!(text, "\n{}:\n", group.title);
        for name in group.commands {
            let about = wrapped(&about(name).unwrap_or_default(), width + 2, &" ".repeat(width + 2));
            let _ = writeln!(text, "  {name:width$}{about}");
        }
    }
    if let Some(more) = root.get_after_help() {
        let _ = write!(text, "\n{more}\n");
    }
    let name = called::name();
    let _ = write!(text, "\nUsage:\n  {}\n\n", usage(root));
    let _ = writeln!(text, "Use \"{name} <command> --help\" for more information about a given command.");
    called::said(&text).into_owned() + &options_hint()
}

/// The help of the command of this name, if there is one.
pub(crate) fn of_named(root: &Command, name: &str) -> Option<String> {
    let command = root.find_subcommand(name)?;
    Some(match name {
        // Nobody needs help about help.
        "help" => of_all(root),
        "options" => of_options(root),
        _ => of(command),
    })
}

/// The help of one command: what it does, examples, its arguments and options, and how it is called.
fn of(command: &Command) -> String {
    let mut text = description(command);
    if let Some(examples) = command.get_after_help() {
        let _ = write!(text, "\n{examples}\n");
    }
    let arguments: Vec<_> = command.get_positionals().filter(|it| !it.is_hide_set()).collect();
    text.push_str(&flags::section("Arguments", &arguments));
    for (heading, options) in own_options(command) {
        text.push_str(&flags::section(heading, &options));
    }
    let _ = write!(text, "\nUsage:\n  {}\n\n", usage(command));
    called::said(&text).into_owned() + &options_hint()
}

/// The options that every command takes.
pub(crate) fn of_options(root: &Command) -> String {
    let options: Vec<_> = root.get_arguments().filter(|it| it.is_global_set() && !is_left_out(it)).collect();
    let list = flags::list(&options);
    called::said(&format!("The following options can be passed to any command:\n\n{list}")).into_owned()
}

/// How a command is called, in one line.
pub(crate) fn usage(command: &Command) -> String {
    if command.has_subcommands() {
        return format!("{} [flags] [options]", called::name());
    }
    let mut line = format!("{} {}", called::name(), command.get_name());
    for argument in command.get_positionals().filter(|it| !it.is_hide_set()) {
        let _ = write!(line, " {}", flags::positional(argument));
    }
    line + if own_options(command).is_empty() { " [options]" } else { " [flags] [options]" }
}

fn description(command: &Command) -> String {
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    let paragraphs: Vec<_> = about.split('\n').map(|it| wrapped(it, 0, "")).collect();
    paragraphs.join("\n") + "\n"
}

/// The options of this command alone, under their headings.
fn own_options(command: &Command) -> Vec<(&str, Vec<&Arg>)> {
    let mut sections: Vec<(&str, Vec<&Arg>)> = Vec::new();
    for option in command.get_arguments().filter(|it| !it.is_global_set() && !is_left_out(it)) {
        let heading = option.get_help_heading().unwrap_or("Options");
        match sections.iter_mut().find(|(known, _)| *known == heading) {
            Some((_, options)) => options.push(option),
            None => sections.push((heading, vec![option])),
        }
    }
    // What is special comes after what is the command's own.
    sections.sort_by_key(|(heading, _)| *heading != "Options");
    sections
}

/// kubectl leaves `--help` out of its lists as well.
fn is_left_out(arg: &Arg) -> bool {
    arg.is_hide_set() || arg.is_positional() || ["help", "version"].contains(&arg.get_id().as_str())
}

/// Whether a value follows it.
fn takes_value(arg: &Arg) -> bool {
    arg.get_action().takes_values()
}
