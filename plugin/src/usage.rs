//! What is said of a command line that makes no sense, in kubectl's words.

use std::ffi::OsString;

use clap::{
    ArgMatches, Command,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::{
    called, cli,
    error::{Error, Kind},
    help, nearest,
    output::Output,
};

mod meant;

/// Answers where clap found no command to run: with help or the version, or with what is wrong. Gives the exit code.
pub(crate) fn answer(root: &Command, error: &clap::Error, args: &[OsString], output: &mut Output) -> u8 {
    let answer = match error.kind() {
        ErrorKind::DisplayHelp => help(root, error),
        // kubectl without a command prints its help, too.
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => help::of_all(root),
        ErrorKind::DisplayVersion => error.render().to_string(),
        _ => return refuse(root, error, args, output),
    };
    match output.text(&answer).and_then(|()| output.flush()) {
        Ok(()) => 0,
        Err(error) => {
            output.error(&error);
            error.kind.exit_code()
        }
    }
}

/// Where to read on after a usage error, as kubectl says it.
pub(crate) fn hint(args: &[OsString]) -> String {
    let command = command_of(args).filter(|name| name != "help").map(|name| format!(" {name}")).unwrap_or_default();
    format!("See '{}{command} --help' for usage.", called::name())
}

/// The error of a word that is no command, with those that may be meant.
pub(crate) fn unknown_command(root: &Command, word: &str) -> Error {
    let names: Vec<_> = root.get_subcommands().filter(|it| !it.is_hide_set()).map(Command::get_name).collect();
    let meant = meant::commands(word, &names);
    Error::usage(format!("unknown command {word:?} for \"{}\"{}", called::name(), did_you_mean(&meant)))
}

/// The help that was asked for: clap says which by the template that each command has.
fn help(root: &Command, error: &clap::Error) -> String {
    let named = help::of_named(root, error.render().to_string().trim());
    named.unwrap_or_else(|| help::of_all(root))
}

fn refuse(root: &Command, error: &clap::Error, args: &[OsString], output: &mut Output) -> u8 {
    let command = command_of(args).and_then(|name| root.find_subcommand(name)).unwrap_or(root);
    output.error(&sentence(root, command, error, args));
    if !has_form_of_kubectl(error) {
        output.note(&format!("Usage: {}", help::usage(command)));
    }
    output.note(&hint(args));
    Kind::Usage.exit_code()
}

/// Whether kubectl says the same of it, which shows no usage line then.
fn has_form_of_kubectl(error: &clap::Error) -> bool {
    match error.kind() {
        ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand => true,
        ErrorKind::InvalidValue => is_without_value(error),
        _ => false,
    }
}

/// Whether a flag is the last word, without the value that it takes.
fn is_without_value(error: &clap::Error) -> bool {
    let is = |kind, holds: fn(&str) -> bool| matches!(error.get(kind), Some(ContextValue::String(text)) if holds(text));
    is(ContextKind::InvalidValue, str::is_empty) && is(ContextKind::InvalidArg, |arg| arg.starts_with('-'))
}

/// The command that is meant, however much is wrong after it.
fn command_of(args: &[OsString]) -> Option<String> {
    let matches = cli::command().ignore_errors(true).try_get_matches_from(args).ok();
    matches.as_ref().and_then(ArgMatches::subcommand_name).map(str::to_owned)
}

fn sentence(root: &Command, command: &Command, error: &clap::Error, args: &[OsString]) -> Error {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.as_str(),
        _ => "",
    };
    let texts = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.as_str()],
        Some(ContextValue::Strings(texts)) => texts.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    let number = |kind| match error.get(kind) {
        Some(ContextValue::Number(number)) => *number,
        _ => 0,
    };
    let arg = text(ContextKind::InvalidArg);
    let value = text(ContextKind::InvalidValue);
    let whose = whose(root, command, arg);
    let message = match error.kind() {
        ErrorKind::InvalidSubcommand => return unknown_command(root, text(ContextKind::InvalidSubcommand)),
        ErrorKind::UnknownArgument => {
            let meant = texts(ContextKind::SuggestedArg);
            format!("{}{}", unknown_argument(arg, args), did_you_mean(&meant))
        }
        ErrorKind::InvalidValue if is_without_value(error) => format!("flag needs an argument: {}", bare(arg)),
        ErrorKind::InvalidValue => {
            let valid = texts(ContextKind::ValidValue);
            let meant = nearest::nearest(value, &valid);
            // What is not near to any of them is near to all: they are listed.
            let meant = if meant.len() < valid.len() { did_you_mean(&meant) } else { String::new() };
            format!("invalid argument {value:?} for {whose}: {}{meant}", one_of(&valid))
        }
        ErrorKind::ValueValidation => format!("invalid argument {value:?} for {whose}: {}", why(error)),
        ErrorKind::NoEquals => format!("flag needs an argument after \"=\": {}", bare(arg)),
        ErrorKind::TooManyValues => format!("invalid argument {value:?} for {whose}: it takes none"),
        ErrorKind::TooFewValues => format!("{} needs {} arguments", bare(arg), number(ContextKind::MinValues)),
        ErrorKind::WrongNumberOfValues => {
            format!("{} needs {} arguments", bare(arg), number(ContextKind::ExpectedNumValues))
        }
        ErrorKind::ArgumentConflict => {
            let others: Vec<_> = texts(ContextKind::PriorArg).into_iter().map(bare).collect();
            format!("{} cannot be used together with {}", bare(arg), others.join(", "))
        }
        ErrorKind::MissingRequiredArgument => missing(&texts(ContextKind::InvalidArg)),
        ErrorKind::InvalidUtf8 => "an argument is not valid UTF-8".to_owned(),
        kind => format!("{kind}"),
    };
    Error::usage(message)
}

fn unknown_argument(arg: &str, args: &[OsString]) -> String {
    let shown = arg.escape_debug();
    match arg.strip_prefix('-') {
        None | Some("") => format!("extra argument {arg:?}"),
        Some(long) if long.starts_with('-') => format!("unknown flag: {shown}"),
        Some(short) => {
            // Letters may stand together: all of them are shown.
            let has_it = |word: &&str| word.starts_with('-') && !word.starts_with("--") && word.contains(short);
            let word = args.iter().filter_map(|it| it.to_str()).find(has_it).unwrap_or(arg);
            format!("unknown shorthand flag: '{}' in {}", short.escape_debug(), word.escape_debug())
        }
    }
}

/// Arguments and flags that are missing, all of them.
fn missing(names: &[&str]) -> String {
    // A group of flags, of which one is enough.
    if let [group] = names
        && let flags = group.trim_matches(['<', '>']).split('|').map(bare).collect::<Vec<_>>()
        && flags.len() > 1
        && flags.iter().all(|flag| flag.starts_with('-'))
    {
        return format!("missing flag, one of: {}", flags.join(", "));
    }
    let (flags, arguments): (Vec<&str>, Vec<&str>) =
        names.iter().map(|name| bare(name)).partition(|it| it.starts_with('-'));
    let named = |what: &str, names: &[&str]| match names {
        [] => None,
        [name] => Some(format!("missing {what}: {name}")),
        names => Some(format!("missing {what}s: {}", names.join(", "))),
    };
    let parts = [named("argument", &arguments), named("flag", &flags)];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// What a value was given for: a flag by both its names, as kubectl writes it, or an argument.
fn whose(root: &Command, command: &Command, arg: &str) -> String {
    let name = bare(arg);
    let Some(long) = name.strip_prefix("--") else { return name.to_owned() };
    let known = command.get_arguments().chain(root.get_arguments()).find(|it| it.get_long() == Some(long));
    match known.and_then(clap::Arg::get_short) {
        Some(short) => format!("\"-{short}, {name}\" flag"),
        None => format!("\"{name}\" flag"),
    }
}

/// Why a value is none.
fn why(error: &clap::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) if source.is::<std::num::ParseIntError>() => "it is no whole number".to_owned(),
        Some(source) => source.to_string(),
        None => "it cannot be read".to_owned(),
    }
}

/// An argument without what clap adds to its name.
fn bare(arg: &str) -> &str {
    if arg.starts_with('-') {
        return arg.split([' ', '[', '=']).next().unwrap_or(arg);
    }
    let arg = arg.strip_suffix("...").unwrap_or(arg);
    // Not all brackets are clap's: a name of ours has some inside.
    arg.strip_prefix('<').and_then(|it| it.strip_suffix('>')).unwrap_or(arg)
}

fn one_of(values: &[&str]) -> String {
    if values.is_empty() { "it is empty".to_owned() } else { format!("must be one of: {}", values.join(", ")) }
}

/// kubectl's question after a word that it does not know.
fn did_you_mean(names: &[&str]) -> String {
    if names.is_empty() { String::new() } else { format!("\n\nDid you mean this?\n\t{}\n", names.join("\n\t")) }
}
