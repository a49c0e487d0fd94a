//! The user's editor on a file that only they can read, and that is never lost.

use std::{
    env, fs,
    io::Write as _,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
};

use crate::error::Error;

/// Whether an editor has the terminal. What is typed there is meant for it, Ctrl-C included.
static IS_OPEN: AtomicBool = AtomicBool::new(false);

/// Whether an interrupt is meant for the editor and not for us.
pub(crate) fn is_open() -> bool {
    IS_OPEN.load(Ordering::Relaxed)
}

/// The words of the editor's command line: KUBE_EDITOR, else EDITOR, else the system's own, as kubectl has it.
pub(super) fn chosen() -> Result<Vec<String>, Error> {
    let set = |name| env::var(name).ok().filter(|editor| !editor.trim().is_empty()).map(|editor| (name, editor));
    let Some((name, editor)) = set("KUBE_EDITOR").or_else(|| set("EDITOR")) else {
        return Ok(vec![if cfg!(windows) { "notepad" } else { "vi" }.into()]);
    };
    words(&editor)
        .ok_or_else(|| Error::usage(format!("{name} is {editor:?}, which is no command line")).hint("close its quotes"))
}

fn words(editor: &str) -> Option<Vec<String>> {
    // On Windows a backslash parts folders and escapes nothing.
    if cfg!(windows) {
        return Some(editor.split_whitespace().map(Into::into).collect());
    }
    shlex::split(editor).filter(|words| !words.is_empty())
}

/// A text in a file of mode 0600. The file stays until it is discarded: whatever goes wrong, what the user wrote is there.
#[derive(Debug)]
pub(crate) struct Buffer {
    editor: Vec<String>,
    path: PathBuf,
}

impl Buffer {
    pub(super) fn create(editor: Vec<String>) -> Result<Self, Error> {
        let made = tempfile::Builder::new().prefix("kubectl-profile-edit-").suffix(".yaml").tempfile();
        let kept = made.and_then(|file| file.into_temp_path().keep().map_err(|error| error.error));
        let path = kept.map_err(|error| Error::failed(format!("cannot make a file for the editor: {error}")))?;
        Ok(Self { editor, path })
    }

    /// Opens the editor on `text` and gives what was saved.
    pub(super) async fn open(&self, text: &str) -> Result<String, Error> {
        let in_editor = |error: &dyn std::fmt::Display| {
            self.kept(Error::failed(format!("editor {:?}: {error}", self.editor.join(" "))))
        };
        // The mode is that of the file that is there.
        let written = fs::OpenOptions::new().write(true).truncate(true).open(&self.path);
        written.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| in_editor(&error))?;
        let (program, arguments) = self.editor.split_first().ok_or_else(|| in_editor(&"no command"))?;
        let mut command = tokio::process::Command::new(program);
        // It has no need of the key.
        command.env_remove(crate::store::API_KEY);
        command.args(arguments).arg(&self.path);
        IS_OPEN.store(true, Ordering::Relaxed);
        let ended = command.status().await;
        IS_OPEN.store(false, Ordering::Relaxed);
        let status = ended.map_err(|error| in_editor(&error).hint("name another editor in KUBE_EDITOR or EDITOR"))?;
        if !status.success() {
            return Err(in_editor(&status));
        }
        fs::read_to_string(&self.path).map_err(|error| in_editor(&error))
    }

    /// The error with the words that name the file, or that say that it is gone.
    pub(super) fn kept(&self, error: Error) -> Error {
        let path = self.path.display();
        let what =
            if self.path.exists() { format!("what you wrote is kept in {path}") } else { format!("{path} is gone") };
        error.hint(format!("{what}; nothing was written to the cluster"))
    }

    /// The error with the file named, of a change that was edited and then not made.
    pub(crate) fn named(&self, error: Error) -> Error {
        error.hint(format!("what you wrote is kept in {}", self.path.display()))
    }

    /// Removes the file: what it holds is written, or given up.
    pub(crate) fn discard(self) {
        // A file that is gone already is as good.
        let _ = fs::remove_file(self.path);
    }
}

#[cfg(test)]
#[cfg(unix)]
pub(super) mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// An editor that runs these lines of shell, with the file as `$1`.
    pub(in crate::decide) fn script(lines: &str) -> Vec<String> {
        ["sh", "-c", lines, "editor"].map(Into::into).to_vec()
    }

    fn path_of(error: &Error) -> PathBuf {
        let hint = error.hints.iter().find_map(|hint| hint.strip_prefix("what you wrote is kept in ")).unwrap();
        hint.split_once("; ").unwrap().0.into()
    }

    #[tokio::test]
    async fn gives_what_was_saved_and_leaves_nothing_behind() {
        let buffer = Buffer::create(script("echo more >> \"$1\"")).unwrap();
        assert_eq!(buffer.open("text\n").await.unwrap(), "text\nmore\n");
        let path = buffer.path.clone();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(buffer.open("shorter").await.unwrap(), "shortermore\n", "nothing of the former text is left");
        buffer.discard();
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_failure_names_the_file_that_holds_what_was_written() {
        for editor in [script("echo mine > \"$1\"; exit 3"), script("printf 'mine\\n\\377' > \"$1\"")] {
            let error = Buffer::create(editor).unwrap().open("text\n").await.unwrap_err();
            let path = path_of(&error);
            assert!(fs::read(&path).unwrap().starts_with(b"mine\n"), "{error}");
            fs::remove_file(path).unwrap();
        }
    }

    #[tokio::test]
    async fn a_file_that_the_editor_removed_is_not_said_to_be_kept() {
        let error = Buffer::create(script("rm \"$1\"")).unwrap().open("text\n").await.unwrap_err();
        let [hint] = error.hints.as_slice() else { panic!("{error:?}") };
        assert!(hint.ends_with(".yaml is gone; nothing was written to the cluster"), "{hint}");
    }

    #[tokio::test]
    async fn an_editor_that_is_not_there_is_named() {
        let buffer = Buffer::create(vec!["no-such-editor".into(), "-w".into()]).unwrap();
        let error = buffer.open("text\n").await.unwrap_err();
        assert!(error.message.contains("editor \"no-such-editor -w\""), "{error}");
        assert!(error.hints.iter().any(|hint| hint.contains("KUBE_EDITOR")), "{error:?}");
        buffer.discard();
    }

    #[test]
    fn editors_have_arguments_and_quotes() {
        assert_eq!(words("code --wait").unwrap(), ["code", "--wait"]);
        assert_eq!(words("'/a path/vi' -n").unwrap(), ["/a path/vi", "-n"]);
        assert_eq!(words("'open"), None);
    }
}
