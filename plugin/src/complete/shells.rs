//! Scripts that make a shell ask this program what may follow on a line that starts with it.

/// The shells that have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
    /// PowerShell, on whatever system.
    Power,
}

impl Shell {
    /// Its script for the program called `name`.
    pub(crate) fn script(self, name: &str) -> String {
        let script = match self {
            Self::Bash => include_str!("scripts/bash"),
            Self::Zsh => include_str!("scripts/zsh"),
            Self::Fish => include_str!("scripts/fish"),
            Self::Power => include_str!("scripts/powershell"),
        };
        let function: String = name.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '_' }).collect();
        script.replace("FUNCTION", &format!("__{function}_words")).replace("NAME", name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_for_the_name_that_the_program_has() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Power] {
            let script = shell.script("kubectl-other");
            assert!(script.contains("kubectl-other __complete"), "{shell:?}: {script}");
            assert!(!script.contains("NAME") && !script.contains("FUNCTION"), "{shell:?}: {script}");
        }
        assert!(Shell::Bash.script("kubectl-other").contains("-F __kubectl_other_words kubectl-other\n"));
    }
}
