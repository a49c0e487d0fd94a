//! What is decided about versions of a profile that are made, and about a profile that leaves a cluster.

pub(crate) mod changed;
pub(crate) mod detached;
pub(crate) mod imported;
pub(crate) mod strict;
