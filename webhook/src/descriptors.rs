//! Keeps the number of connections below the number of files that the system lets this process open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

/// Descriptors that are no connection on the TLS port: the health port's, the runtime's, and files that are read.
const OTHERS: usize = 64;

/// Raises the limit as far as `connections` need it, and says how many connections fit below it.
pub(crate) fn fit(connections: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let needed = (connections + OTHERS) as u64;
    let most = limit.maximum.map_or(needed, |maximum| needed.min(maximum));
    if limit.current.is_some_and(|current| current < most) {
        // When the system says no, the old limit counts.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(most), maximum: limit.maximum });
    }
    let open = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let fitting = within(open, connections);
    if fitting < connections {
        warn!(open, connections = fitting, "the system allows few open files, so fewer connections are served at once");
    }
    fitting
}

/// Connections that fit when so many files may be open; one does in any case.
fn within(open: u64, connections: usize) -> usize {
    let open = usize::try_from(open).unwrap_or(usize::MAX);
    connections.min(open.saturating_sub(OTHERS)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_connections_fit_as_files_are_left() {
        assert_eq!(within(u64::MAX, 512), 512);
        assert_eq!(within(1024, 512), 512);
        assert_eq!(within(100, 512), 36);
        assert_eq!(within(10, 512), 1);
    }
}
