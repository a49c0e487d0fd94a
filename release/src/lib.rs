//! The plugin's release: one archive for each platform, their sums, and the manifest that krew installs them by.
//!
//! The same commit gives the same bytes, whatever machine packs it: [`archive`] writes sorted names, one time, owner 0 and
//! fixed modes, and [`compile`] keeps the paths of the machine out of the binary.

pub mod archive;
pub mod cli;
mod command;
pub mod commit;
pub mod compile;
pub mod contents;
pub mod error;
pub mod manifest;
pub mod paths;
pub mod platform;
pub mod recipe;
pub mod sums;

pub use error::Error;
pub use platform::{PLATFORMS, Platform};

use std::path::Path;

/// The version that is released, as tags and manifests write it.
pub const TAG: &str = concat!("v", env!("CARGO_PKG_VERSION"));

/// The root of the checkout.
pub fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}
