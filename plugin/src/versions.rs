//! Versions of a profile that are made, and a profile that leaves a cluster.

pub(crate) mod changed;
pub(crate) mod detached;
pub(crate) mod imported;
pub(crate) mod making;
pub(crate) mod strict;
