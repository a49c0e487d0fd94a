//! Compiles the plugin for a platform, with no path of this machine in it.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Error, Platform, command::run, paths};

/// The profile of Cargo.toml that releases are built with.
const PROFILE: &str = "dist";

/// This machine, as far as a binary could tell of it.
#[derive(Clone, Debug)]
pub struct Machine {
    root: PathBuf,
    cargo_home: PathBuf,
    sysroot: PathBuf,
    rustc_commit: String,
    home: Option<PathBuf>,
}

impl Machine {
    /// What cargo and rustc say.
    pub fn look(root: &Path) -> Result<Self, Error> {
        let rustc = |words: &[&str]| run(Command::new("rustc").current_dir(root).args(words));
        let verbose = rustc(&["-vV"])?;
        let rustc_commit = verbose.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or("unknown");
        let home = env::home_dir();
        let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
        let cargo_home = cargo_home.or_else(|| home.as_ref().map(|home| home.join(".cargo")));
        Ok(Self {
            root: root.to_owned(),
            cargo_home: cargo_home.ok_or_else(|| Error::Refused("neither CARGO_HOME nor HOME is set".to_owned()))?,
            sysroot: PathBuf::from(rustc(&["--print", "sysroot"])?.trim()),
            rustc_commit: rustc_commit.to_owned(),
            home,
        })
    }

    /// Whether the standard library for `platform` is installed: who installs it means to build for it.
    pub fn has(&self, platform: &Platform) -> bool {
        self.sysroot.join("lib/rustlib").join(platform.target).join("lib").is_dir()
    }

    /// Compiles and returns the binary.
    pub fn compile(&self, platform: &Platform) -> Result<Vec<u8>, Error> {
        let binary = self.build(platform)?;
        let bytes = fs::read(&binary).map_err(Error::file("read", &binary))?;
        // The C compiler of Windows writes the whole path of a file into the program, and has no documented flag against it:
        // there the same bytes take a machine that calls its directories the same.
        if !platform.is_windows() {
            paths::look(&bytes, &self.telling())?;
        }
        if Platform::here() == Some(*platform) {
            try_out(&binary)?;
        }
        Ok(bytes)
    }

    /// Compiles and tells where the binary is.
    pub fn build(&self, platform: &Platform) -> Result<PathBuf, Error> {
        let target_dir = self.root.join("target");
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.root).args([
            "build",
            "--locked",
            "-p",
            "kubectl-profile",
            "--bin",
            "kubectl-profile",
        ]);
        command.args(["--profile", PROFILE, "--target", platform.target]).arg("--target-dir").arg(&target_dir);
        command.env_remove("RUSTFLAGS").env("CARGO_ENCODED_RUSTFLAGS", self.rust_flags(platform));
        if !platform.is_windows() {
            command.env("CFLAGS", self.c_flags());
        }
        let line = format!("{command:?}");
        let status = command.status().map_err(Error::io(format!("run {line}")))?;
        if !status.success() {
            let output = "the compiler's messages are above".to_owned();
            return Err(Error::Command { command: line, status: status.to_string(), output });
        }
        Ok(target_dir.join(platform.target).join(PROFILE).join(platform.binary()))
    }

    /// What each directory of this machine is called in the binary.
    fn names(&self) -> [(PathBuf, String); 3] {
        // What rustc itself calls the standard library where its source is not installed.
        let library = format!("/rustc/{}", self.rustc_commit);
        [
            (self.root.clone(), "/kubectl-profile".to_owned()),
            (self.cargo_home.clone(), "/cargo".to_owned()),
            (self.sysroot.join("lib/rustlib/src/rust"), library),
        ]
    }

    fn rust_flags(&self, platform: &Platform) -> OsString {
        let remapped = self.names().map(|(path, name)| format!("--remap-path-prefix={}={name}", path.display()));
        let mut flags = remapped.to_vec();
        match platform.os {
            // No time of the build in the header.
            "windows" => flags.push("-Clink-arg=/Brepro".to_owned()),
            // The linker that Rust brings for this target writes functions of the same instructions once.
            "linux" if platform.target.starts_with("x86_64") => flags.push("-Clink-arg=-Wl,--icf=all".to_owned()),
            _ => {}
        }
        flags.join("\x1f").into()
    }

    fn c_flags(&self) -> OsString {
        let flags = self.names().map(|(path, name)| format!("-ffile-prefix-map={}={name}", path.display()));
        flags.join(" ").into()
    }

    /// The paths that would tell of this machine in a binary.
    fn telling(&self) -> Vec<PathBuf> {
        let paths = [&self.root, &self.cargo_home, &self.sysroot].map(Clone::clone);
        paths.into_iter().chain(self.home.clone()).collect()
    }
}

/// Runs a binary of this machine's platform, which must know its version.
fn try_out(binary: &Path) -> Result<(), Error> {
    let said = run(Command::new(binary).arg("version"))?;
    let expected = concat!("kubectl-profile ", env!("CARGO_PKG_VERSION"));
    if said.trim_end() == expected {
        return Ok(());
    }
    Err(Error::Refused(format!("{} calls itself {said:?} and not {expected:?}", binary.display())))
}
