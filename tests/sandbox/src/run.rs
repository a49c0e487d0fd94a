//! One finished run of a program: what it printed and how it ended.

use std::{
    fmt,
    io::Write as _,
    process::{Command, Output, Stdio},
};

use crate::SandboxError;

/// What a program printed and its exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The standard output.
    pub stdout: String,
    /// The standard error.
    pub stderr: String,
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
}

impl Run {
    /// Runs `command` with an empty standard input to its end.
    pub fn of(command: &mut Command) -> Result<Self, SandboxError> {
        Self::with_input(command, "")
    }

    /// Runs `command` with `input` as its standard input to its end.
    pub fn with_input(command: &mut Command, input: &str) -> Result<Self, SandboxError> {
        let line = format!("run {command:?}");
        let failed = |source| SandboxError::Io { doing: line.clone(), source };
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(&failed)?;
        let pipe = child.stdin.take();
        let input = input.to_owned();
        // A program may answer before it has read all of its input: a thread keeps both sides moving, and a program
        // that never reads it is not an error.
        let writer = std::thread::spawn(move || pipe.map(|mut pipe| pipe.write_all(input.as_bytes())));
        let output = child.wait_with_output().map_err(&failed)?;
        let _ = writer.join();
        Ok(output.into())
    }

    /// Whether it ended with exit code 0.
    pub fn is_success(&self) -> bool {
        self.code == Some(0)
    }

    /// The run itself when it ended with exit code 0, else an error that shows everything.
    pub fn success(self, command: &str) -> Result<Self, SandboxError> {
        if self.is_success() {
            return Ok(self);
        }
        let status = self.code.map_or_else(|| "signal".to_owned(), |code| format!("exit code {code}"));
        let output = format!("{}{}", self.stdout, self.stderr).trim_end().to_owned();
        Err(SandboxError::Command { command: command.to_owned(), status, output })
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code(),
        }
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => writeln!(f, "exit code: {code}")?,
            None => writeln!(f, "exit code: none, a signal ended it")?,
        }
        write!(f, "----- stdout\n{}----- stderr\n{}", self.stdout, self.stderr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_holds_both_streams_and_the_code() {
        let run = Run::of(Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"])).unwrap();
        assert_eq!((run.stdout.as_str(), run.stderr.as_str(), run.code), ("out\n", "err\n", Some(3)));
        let error = run.success("sh").unwrap_err().to_string();
        assert!(error.contains("exit code 3") && error.contains("out\nerr"), "{error}");
    }

    #[test]
    fn input_larger_than_a_pipe_is_read_back_whole() {
        let input = "0123456789".repeat(100_000);
        assert_eq!(Run::with_input(&mut Command::new("cat"), &input).unwrap().stdout, input);
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = Run::of(&mut Command::new("no-such-program")).unwrap_err().to_string();
        assert!(error.contains("no-such-program"), "{error}");
    }
}
