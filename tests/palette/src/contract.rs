//! Checks requests and answers against Palette's own API description.

use std::{io, sync::Arc};

use crate::exchange::{Answer, Request};

/// The API description, ready to check with.
pub(crate) struct Contract;

impl Contract {
    pub(crate) fn shared() -> io::Result<Option<Arc<Self>>> {
        Ok(None)
    }

    pub(crate) fn template(&self, _path: &str) -> Option<&str> {
        None
    }

    pub(crate) fn check_request(&self, _request: &Request) -> Vec<String> {
        Vec::new()
    }

    pub(crate) fn check_answer(&self, _request: &Request, _answer: &Answer) -> Vec<String> {
        Vec::new()
    }
}
