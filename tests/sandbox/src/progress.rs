//! Tells people on stderr what takes long.

use std::io::{self, Write as _};

/// Prints one line. A closed stderr is not an error: the work goes on without an audience.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "sandbox: {line}");
}
