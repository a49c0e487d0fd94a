//! Keeps the figures of a run, and compares another run with them.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use profile_benches::table::Row;

use crate::Failure;

/// Writes the median of each row.
pub(crate) fn save(rows: &[Row], file: &Path) -> Result<(), Failure> {
    let medians: BTreeMap<_, _> = rows.iter().map(|row| (row.what(), row.median())).collect();
    fs::write(file, serde_json::to_string_pretty(&medians)? + "\n")
        .map_err(|error| format!("{}: {error}", file.display()).into())
}

/// What each row is against the stored one.
pub(crate) fn against(rows: &[Row], file: &Path) -> Result<String, Failure> {
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let text = fs::read_to_string(file).map_err(|error| wrong(&error))?;
    let medians: BTreeMap<String, f64> = serde_json::from_str(&text).map_err(|error| wrong(&error))?;
    let mut told = format!("against {}:\n", file.display());
    for row in rows {
        match medians.get(row.what()) {
            Some(stored) => writeln!(told, "  {:.2} times  {}", row.median() / stored, row.what())?,
            None => writeln!(told, "  not stored  {}", row.what())?,
        }
    }
    Ok(told)
}
