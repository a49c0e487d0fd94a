//! What lies in an archive: the program, the licence, and the man pages if there are any.

use std::{fs, path::Path};

use crate::{Error, Platform};

/// One file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, with `/` between directories.
    pub name: String,
    /// Its mode: nothing of the file that it was read from decides it.
    pub mode: u32,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The files of a platform's archive, sorted by name.
pub fn of(platform: &Platform, binary: Vec<u8>, root: &Path) -> Result<Vec<Entry>, Error> {
    let licence = root.join("LICENSE");
    let licence = fs::read(&licence).map_err(Error::file("read", &licence))?;
    let mut entries = vec![
        Entry { name: platform.binary().to_owned(), mode: 0o755, bytes: binary },
        Entry { name: "LICENSE".to_owned(), mode: 0o644, bytes: licence },
    ];
    let man = root.join("docs/man");
    if man.is_dir() {
        entries.extend(man_pages(&man)?);
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

/// The pages in `dir`, files whose names end with the number of a section, where `man` looks for them below `man/`.
fn man_pages(dir: &Path) -> Result<Vec<Entry>, Error> {
    let mut pages = Vec::new();
    for file in fs::read_dir(dir).map_err(Error::file("read", dir))? {
        let path = file.map_err(Error::file("read", dir))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let section = name.rsplit_once('.').and_then(|(_, section)| section.parse::<u8>().ok());
        if let Some(section) = section {
            let bytes = fs::read(&path).map_err(Error::file("read", &path))?;
            pages.push(Entry { name: format!("man/man{section}/{name}"), mode: 0o644, bytes });
        }
    }
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PLATFORMS;

    fn names(root: &Path, platform: &Platform) -> Vec<String> {
        of(platform, b"program".to_vec(), root).unwrap().into_iter().map(|entry| entry.name).collect()
    }

    #[test]
    fn the_program_and_the_licence_are_in_it_and_man_pages_if_there_are_any() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("LICENSE"), "free").unwrap();
        assert_eq!(names(root.path(), &PLATFORMS[0]), ["LICENSE", "kubectl-profile"]);
        fs::create_dir_all(root.path().join("docs/man")).unwrap();
        for file in ["kubectl-profile.1", "kubectl-profile-list.1", "README.md"] {
            fs::write(root.path().join("docs/man").join(file), "text").unwrap();
        }
        let expected =
            ["LICENSE", "kubectl-profile.exe", "man/man1/kubectl-profile-list.1", "man/man1/kubectl-profile.1"];
        assert_eq!(names(root.path(), &PLATFORMS[4]), expected);
    }

    #[test]
    fn without_a_licence_there_is_no_archive() {
        let root = tempfile::tempdir().unwrap();
        let error = of(&PLATFORMS[0], Vec::new(), root.path()).unwrap_err().to_string();
        assert!(error.contains("LICENSE"), "{error}");
    }
}
