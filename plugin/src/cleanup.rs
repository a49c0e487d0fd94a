//! Finds what an update left behind, and scales it to zero and back: the work behind three commands.

mod back;
mod down;
mod guard;
mod helm;
mod names;
mod neighbours;
mod past;
mod records;
mod remind;
mod rendering;
mod report;
mod scaling;
mod search;
mod settled;
mod sight;
mod target;
mod users;
mod write;

pub(crate) use self::{
    back::{BackArgs, revisions_in_use, scale_back},
    down::{DownArgs, scale_down},
    names::{Name, words},
    past::Sources,
    remind::remind,
    report::{View, explain, print},
    search::search,
};
use crate::{
    error::Error,
    store::{KubernetesStore, Store},
};

/// The store whose live objects can be scaled.
pub(crate) fn live_store(store: &Store) -> Result<&KubernetesStore, Error> {
    match store {
        Store::Kubernetes(store) => Ok(store),
        Store::Files(_) => Err(Error::usage("there are no live objects in files, so nothing can be scaled there")
            .hint("leave -f out to work on the current kubeconfig context")),
    }
}
