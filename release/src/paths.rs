//! Looks for paths of the machine in a binary: one of them, and another machine builds other bytes.

use std::path::{Path, PathBuf};

use crate::Error;

/// Refuses a binary in which a path of `machine` stands.
pub fn look(binary: &[u8], machine: &[PathBuf]) -> Result<(), Error> {
    match machine.iter().find_map(|path| found(binary, path)) {
        None => Ok(()),
        Some(text) => Err(Error::Refused(format!("a path of this machine is in the binary: {text}"))),
    }
}

/// The printable text from the first mention of something below `path`.
fn found(binary: &[u8], path: &Path) -> Option<String> {
    let path = path.join("").into_os_string().into_encoded_bytes();
    // The root directory is everywhere and tells nothing.
    let at = binary.windows(path.len()).position(|window| path.len() > 1 && window == path)?;
    let text = binary[at..].iter().take(200).take_while(|byte| byte.is_ascii_graphic());
    Some(text.map(|&byte| char::from(byte)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_the_machine_is_refused_and_shown() {
        let binary = b"\0\x7fELF\0/home/me/.cargo/registry/src/kube/lib.rs\0rest";
        let machine = [PathBuf::from("/builds"), PathBuf::from("/home/me")];
        let error = look(binary, &machine).unwrap_err().to_string();
        assert!(error.ends_with(": /home/me/.cargo/registry/src/kube/lib.rs"), "{error}");
        look(b"/rustc/0/library/core.rs /cargo/registry/src/kube/lib.rs", &machine).unwrap();
    }

    #[test]
    fn the_root_directory_and_longer_names_are_no_path_of_a_machine() {
        look(b"a/b /rootfs", &[PathBuf::from("/"), PathBuf::from("/root")]).unwrap();
    }
}
