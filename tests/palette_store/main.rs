//! The plugin's binary run on a fake of Palette's API, one file a theme.

#![expect(clippy::unwrap_used, reason = "in a test a failed unwrap is a failed test")]

mod access;
mod contract;
mod detach;
mod faults;
mod many;
mod meanwhile;
mod new_version;
mod profiles;
mod repave;
mod run;
mod shop;
mod switch;
mod update;
mod variables;
