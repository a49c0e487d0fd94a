//! Hands both sides to the diff program of the user's choice, as `kubectl diff` does.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use profile_core::{
    diff::{Line, Tag},
    mask::MASK,
};

use super::{Shown, ShownText};
use crate::{
    error::Error,
    output::{Output, escape},
};

/// The variable that names the program, and its arguments.
const VARIABLE: &str = "KUBECTL_EXTERNAL_DIFF";

/// The program, if the user named one.
pub(super) struct Program {
    name: String,
    arguments: Vec<String>,
    /// What kubectl drops without a word.
    dropped: Vec<String>,
}

impl Program {
    /// What the environment names.
    pub(super) fn of_environment() -> Option<Self> {
        Self::parse(&std::env::var(VARIABLE).ok()?)
    }

    /// kubectl takes the first word as the program, and of the others those of letters, digits, `-` and `=`.
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned);
        let name = words.next()?;
        let is_plain = |word: &String| word.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '='));
        let (arguments, dropped) = words.partition(is_plain);
        Some(Self { name, arguments, dropped })
    }

    /// Shows the texts that differ; what the program prints goes to where our own output goes.
    pub(super) fn show(&self, shown: &Shown, output: &mut Output) -> Result<(), Error> {
        for word in &self.dropped {
            output.warning(&format!(
                "{VARIABLE}: {word:?} is left out, as kubectl does: an argument may hold letters, digits, - and = only"
            ));
        }
        if shown.profiles.iter().all(|profile| profile.texts.is_empty()) {
            return Ok(());
        }
        let failed = |error: std::io::Error| Error::failed(format!("cannot write the files for {VARIABLE}: {error}"));
        let folder = folder().map_err(failed)?;
        let sides = write(folder.path(), shown).map_err(failed)?;
        output.flush()?;
        let unusable = |what: String| {
            Error::failed(format!("{VARIABLE}: {:?} {what}", self.name)).hint(format!(
                "it is called with two directories, and ends with 0 or 1; unset {VARIABLE} to do without"
            ))
        };
        let status = Command::new(&self.name)
            .env_remove(crate::store::API_KEY)
            .args(&sides)
            .args(&self.arguments)
            .status()
            .map_err(|error| unusable(format!("cannot be run: {error}")))?;
        match status.code() {
            Some(0 | 1) => Ok(()),
            Some(code) => Err(unusable(format!("ended with {code}"))),
            None => Err(unusable("was ended by a signal".into())),
        }
    }
}

/// A directory that nobody else can look into, gone when it is dropped.
fn folder() -> std::io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("kubectl-profile-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}

/// Writes both sides, a file for each text, and gives the two directories.
fn write(folder: &Path, shown: &Shown) -> std::io::Result<[PathBuf; 2]> {
    let sides = ["current", "pending"].map(|side| folder.join(side));
    sides.iter().try_for_each(|side| create_directory(side))?;
    let mut used = Vec::new();
    for text in shown.profiles.iter().flat_map(|profile| &profile.texts) {
        let name = file_name(text, &mut used);
        for (side, tag) in sides.iter().zip([Tag::Removed, Tag::Added]) {
            create_file(&side.join(&name))?.write_all(content(&text.lines, tag).as_bytes())?;
        }
    }
    Ok(sides)
}

fn create_directory(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn create_file(path: &Path) -> std::io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A name of plain letters that no other text has.
fn file_name(text: &ShownText, used: &mut Vec<String>) -> String {
    let plain = |text: &str| -> String {
        text.chars().map(|it| if it.is_ascii_alphanumeric() || matches!(it, '-' | '.') { it } else { '_' }).collect()
    };
    let stem: String = match &text.manifest {
        Some(manifest) => format!("{}_{}", plain(&text.pack), plain(manifest)),
        None => plain(&text.pack),
    };
    // Names of files have an end; the names of Kubernetes objects come before it.
    let stem: String = stem.trim_start_matches('.').chars().take(120).collect();
    let name = (1..)
        .map(|number| if number == 1 { format!("{stem}.yaml") } else { format!("{stem}_{number}.yaml") })
        .find(|name| !used.contains(name))
        .unwrap_or_default();
    used.push(name.clone());
    name
}

/// One side of the lines. A secret that differs says on which side it stands, or nothing would be seen to differ.
fn content(lines: &[Line], own: Tag) -> String {
    let side = if own == Tag::Removed { "(current)" } else { "(pending)" };
    let mut text = String::new();
    for line in lines.iter().filter(|line| line.tag == Tag::Same || line.tag == own) {
        let shown = escape::control(&line.text);
        let is_masked = line.tag == own && shown.contains(MASK);
        text.push_str(&if is_masked { shown.replace(MASK, &format!("{MASK} {side}")) } else { shown.into_owned() });
        if !line.lacks_newline {
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use profile_core::{
        diff,
        mask::{Context, Secrets},
    };

    use super::*;

    #[test]
    fn a_program_and_its_arguments_are_read_as_kubectl_reads_them() {
        let program = Program::parse("colordiff -u  --width=80 ;rm $(x)").unwrap();
        assert_eq!(program.name, "colordiff");
        assert_eq!(program.arguments, ["-u", "--width=80"]);
        assert_eq!(program.dropped, [";rm", "$(x)"]);
        assert!(Program::parse(" ").is_none());
    }

    #[test]
    fn a_masked_difference_stays_one() {
        let lines = diff::lines("a: 1\npassword: x\n", "a: 1\npassword: y", &Context::default(), Secrets::Hidden);
        assert_eq!(content(&lines, Tag::Removed), "a: 1\npassword: *** (current)\n");
        assert_eq!(content(&lines, Tag::Added), "a: 1\npassword: *** (pending)");
    }

    #[test]
    fn no_name_leaves_the_directory_and_none_is_taken_twice() {
        let text = |pack: &str, manifest: Option<&str>| ShownText {
            pack: pack.into(),
            manifest: manifest.map(Into::into),
            name: String::new(),
            lines: Vec::new(),
        };
        let mut used = Vec::new();
        let mut of = |pack: &str, manifest: Option<&str>| file_name(&text(pack, manifest), &mut used);
        assert_eq!(of("../../etc/passwd", None), "_.._etc_passwd.yaml");
        assert_eq!(
            (of("a", None), of("a", None), of("a", Some("m"))),
            ("a.yaml".into(), "a_2.yaml".into(), "a_m.yaml".into())
        );
        assert!(of(&"x".repeat(999), None).len() < 255);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_the_files() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        create_file(&folder.path().join("a")).unwrap();
        create_directory(&folder.path().join("b")).unwrap();
        assert_eq!(
            (mode(folder.path()), mode(&folder.path().join("a")), mode(&folder.path().join("b"))),
            (0o700, 0o600, 0o700)
        );
    }
}
