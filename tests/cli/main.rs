//! The plugin's binary run on files, one file a command.

#![expect(clippy::unwrap_used, reason = "in a test a failed unwrap is a failed test")]

mod asking;
mod bad_input;
mod bad_values;
mod blame;
mod charts;
mod check;
mod completion;
mod completion_cut;
mod diff;
mod diff_formats;
mod diff_points;
mod doctor;
mod documents;
mod edited;
mod every_command;
mod fixtures;
mod folder;
mod help;
mod history;
mod interrupted;
mod list;
mod meanwhile;
mod odd_servers;
mod override_values;
mod own_values;
mod picture;
mod plans;
mod reference;
mod saved_plan;
mod show;
mod status;
mod switch;
mod switch_refused;
mod switch_text;
mod update;
mod usage;
