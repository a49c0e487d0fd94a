//! Finds what an update left behind, and scales it to zero and back: the work behind three commands.

mod back;
mod down;
mod guard;
mod helm;
mod many;
mod mention;
mod names;
mod neighbours;
mod past;
mod records;
mod remind;
mod rendering;
mod report;
mod returning;
mod scaling;
mod search;
mod settled;
mod sight;
mod target;
mod told;
mod users;
mod write;

pub(crate) use self::{
    back::{BackArgs, revisions_in_use, scale_back},
    down::{DownArgs, scale_down},
    many::scale_each,
    mention::Mention,
    names::{Name, hint_at_workloads, words},
    past::Sources,
    remind::{StillDown, scaled_down},
    report::{explain, orphan_names, print},
    returning::{After, AfterArgs, Returning, after},
    search::search,
};
