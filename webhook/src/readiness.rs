//! Whether the webhook is ready, and each check by itself, as the parts of Kubernetes tell it.

use std::fmt::{self, Write};

/// One thing that must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its name: lower-case words with hyphens.
    pub name: &'static str,
    /// What was found.
    pub finding: Finding,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It holds.
    Holds,
    /// It holds, and somebody should know this.
    HoldsBut(String),
    /// It does not hold, for this reason.
    Fails(String),
}

/// Everything that must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Report(pub(crate) Vec<Check>);

impl Report {
    /// Whether all of it holds.
    pub(crate) fn is_ready(&self) -> bool {
        self.0.iter().all(|check| !matches!(check.finding, Finding::Fails(_)))
    }

    /// "ok", or why not, on one line.
    pub(crate) fn brief(&self) -> String {
        let reasons = self.0.iter().filter_map(|check| match &check.finding {
            Finding::Fails(reason) => Some(reason.as_str()),
            Finding::Holds | Finding::HoldsBut(_) => None,
        });
        let reasons = reasons.collect::<Vec<_>>().join("; ");
        if reasons.is_empty() { "ok".to_owned() } else { reasons }
    }

    /// One line for each check, and the sum.
    pub(crate) fn verbose(&self) -> String {
        let mut text = String::new();
        for check in &self.0 {
            // Writing to a String does not fail.
            let _ = writeln!(text, "{check}");
        }
        text.push_str(if self.is_ready() { "readyz check passed" } else { "readyz check failed" });
        text
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.finding {
            Finding::Holds => write!(f, "[+]{} ok", self.name),
            Finding::HoldsBut(note) => write!(f, "[+]{} ok, but: {note}", self.name),
            Finding::Fails(reason) => write!(f, "[-]{} failed: {reason}", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(finding: Finding) -> Report {
        Report(vec![Check { name: "a", finding: Finding::Holds }, Check { name: "b-c", finding }])
    }

    #[test]
    fn each_check_is_told_by_itself() {
        let ready = report(Finding::HoldsBut("the new file is bad".into()));
        assert_eq!((ready.is_ready(), ready.brief().as_str()), (true, "ok"));
        assert_eq!(ready.verbose(), "[+]a ok\n[+]b-c ok, but: the new file is bad\nreadyz check passed");
        let unready = report(Finding::Fails("it expired".into()));
        assert_eq!((unready.is_ready(), unready.brief().as_str()), (false, "it expired"));
        assert_eq!(unready.verbose(), "[+]a ok\n[-]b-c failed: it expired\nreadyz check failed");
    }
}
