//! The control plane that the tests of this binary share.

use std::sync::OnceLock;

use profile_sandbox::{Options, Sandbox, SandboxError, install};

/// The shared control plane, with the CRDs and nothing in it.
///
/// It is never dropped: its supervisor sees this process end and stops everything.
pub(crate) fn shared() -> &'static Sandbox {
    static SHARED: OnceLock<Sandbox> = OnceLock::new();
    SHARED.get_or_init(|| {
        let start = || -> Result<Sandbox, SandboxError> {
            let sandbox = Sandbox::start(&Options::default())?;
            install::crds(&sandbox)?;
            Ok(sandbox)
        };
        start().unwrap_or_else(|error| panic!("{error}"))
    })
}
