//! The webhook's plain twin: reviews, versions and annotations once more, slowly and independently written, and random
//! clusters to put to both.
//!
//! Tests and a fuzzer ask both the same questions. [`targets`] is where they meet.

pub mod case;
pub mod exception;
pub mod json;
pub mod random;
pub mod reading;
pub mod reference;
pub mod review;
pub mod shape;
pub mod targets;
