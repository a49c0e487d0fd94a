//! The page of a review in a real browser.

#![expect(clippy::unwrap_used, reason = "in a test a failed unwrap is a failed test")]

mod chromium;
mod filters;
mod harmless;
mod layout;
mod pages;
