//! The plugin's binary run on files, one file a command.

mod bad_input;
mod bad_values;
mod check;
mod diff;
mod fixtures;
mod folder;
mod help;
mod history;
mod interrupted;
mod list;
mod meanwhile;
mod show;
mod status;
mod switch;
mod switch_refused;
mod switch_text;
