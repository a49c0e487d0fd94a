//! The annotations of ours, all under one prefix.

/// Puts the prefix before a name at compile time, so that it is written down once.
macro_rules! prefixed {
    ($name:literal) => {
        concat!("kubectl-profile.dev/", $name)
    };
}

/// The prefix of every annotation and label of ours.
pub const PREFIX: &str = prefixed!("");

/// On a workload that we scaled to zero: a JSON record of the size it had, when, why and by which revision.
pub const SCALED_DOWN: &str = prefixed!("scaled-down");

/// Set by users on an object that is meant to stay: it is never reported as an orphan. The value `false` undoes it.
pub const KEEP: &str = prefixed!("keep");

/// On a cluster: what this very write may do although a rule denies it, until when and why (break-glass).
pub const ALLOW: &str = prefixed!("allow");

/// Label of a revision: the cluster that it belongs to.
pub const CLUSTER: &str = prefixed!("cluster");

/// Label of a revision: its number.
pub const REVISION: &str = prefixed!("revision");

/// Label of a revision: how far its change got.
pub const STATUS: &str = prefixed!("status");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_carries_the_prefix() {
        assert_eq!(PREFIX, "kubectl-profile.dev/");
        for name in [SCALED_DOWN, KEEP, ALLOW, CLUSTER, REVISION, STATUS] {
            assert!(name.strip_prefix(PREFIX).is_some_and(|rest| !rest.is_empty()), "{name}");
        }
    }
}
