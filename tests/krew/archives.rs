//! A release as the recipe packs it, of the plugin as cargo built it for the tests.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use profile_release::{PLATFORMS, Platform, contents, recipe, root};
use profile_tests::binaries;
use tempfile::TempDir;

/// What a binary that cannot be built on this machine is in these archives.
const STAND_IN: &[u8] = b"A stand-in: the tests have no program for this platform.\n";
/// The time of every entry.
const TIME: u64 = 1_700_000_000;

/// A directory with archives, sums and manifest.
pub(crate) struct Release {
    dir: TempDir,
}

impl Release {
    /// The archive of this machine with the plugin in it, and those of the others with a stand-in.
    pub(crate) fn of_every_platform() -> Self {
        let release = Self::of_this_machine();
        for platform in PLATFORMS.into_iter().filter(|platform| *platform != here()) {
            recipe::pack(root(), release.dir(), &platform, STAND_IN, TIME).unwrap();
        }
        release
    }

    /// The archive of this machine alone.
    pub(crate) fn of_this_machine() -> Self {
        let dir = TempDir::new().unwrap();
        fs::write(dir.path().join(here().archive()), packed()).unwrap();
        Self { dir }
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The archive of this machine.
    pub(crate) fn archive(&self) -> PathBuf {
        self.dir().join(here().archive())
    }

    /// Writes the manifest of what was packed, to be downloaded from `downloads`, and returns its path.
    pub(crate) fn manifest(&self, downloads: &str) -> PathBuf {
        recipe::manifest(root(), self.dir(), downloads).unwrap();
        self.dir().join(profile_release::manifest::IN_INDEX)
    }
}

/// The platform of this machine.
pub(crate) fn here() -> Platform {
    Platform::here().unwrap()
}

/// The bytes of this machine's archive, packed once.
fn packed() -> &'static [u8] {
    static PACKED: OnceLock<Vec<u8>> = OnceLock::new();
    PACKED.get_or_init(|| {
        let binary = fs::read(binaries::kubectl_profile().unwrap()).unwrap();
        let entries = contents::of(&here(), binary, root()).unwrap();
        profile_release::archive::pack(&here(), &entries, TIME).unwrap()
    })
}
