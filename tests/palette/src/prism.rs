//! A second judge: Prism, a server that knows nothing of this project and checks requests against the API description.
//!
//! It is a program of Node.js. What it finds and what the contract finds differ: Prism checks types, required fields
//! and values of parameters, and lets fields and parameters pass that the description does not have.

mod error;
mod install;
mod process;
mod replay;

use std::time::Duration;

pub use error::PrismError;
use process::Process;

use crate::call::Call;

/// How long Prism may take to read the description; it needs three seconds.
const START: Duration = Duration::from_secs(120);

/// A running Prism. It ends when this is dropped, and with this process however that ends.
pub struct Prism {
    process: Process,
}

impl Prism {
    /// Installs Prism, unless it is in the cache, and starts it with the API description.
    pub fn start() -> Result<Self, PrismError> {
        let description = crate::openapi_file();
        if !description.is_file() {
            return Err(PrismError::NoDescription(description));
        }
        let program = install::program()?;
        Ok(Self { process: Process::start(&program, &description, START)? })
    }

    /// Asks Prism what is wrong with a request that the fake received.
    pub fn judge(&self, call: &Call) -> Result<Vec<String>, PrismError> {
        replay::judge(self.process.address(), &call.request)
    }
}
