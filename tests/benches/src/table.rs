//! The table of all measurements against their limits.

/// What the numbers of a row are.
#[derive(Clone, Copy)]
pub enum Unit {
    /// Time.
    Milliseconds,
    /// Of memory 1,048,576 bytes each, of a file 1,000,000.
    Megabytes,
    /// A multiple of something.
    Times,
}

/// One measurement.
pub struct Row {
    what: &'static str,
    unit: Unit,
    /// The most it may be, where somebody said so.
    limit: Option<f64>,
    measured: Vec<f64>,
}

impl Row {
    /// What was measured in how many runs; a limit of `None` is none.
    pub fn new(what: &'static str, unit: Unit, limit: impl Into<Option<f64>>, mut measured: Vec<f64>) -> Self {
        measured.sort_by(f64::total_cmp);
        Self { what, unit, limit: limit.into(), measured }
    }

    /// The middle of all runs decides: one run that was disturbed is no measure.
    fn median(&self) -> f64 {
        self.measured.get(self.measured.len() / 2).copied().unwrap_or(f64::NAN)
    }

    fn cells(&self) -> [String; 4] {
        let (unit, digits) = match self.unit {
            Unit::Milliseconds => ("ms", 1),
            Unit::Megabytes => ("MB", 1),
            Unit::Times => ("times", 2),
        };
        let ends = [self.measured.first(), self.measured.last()].map(|end| end.copied().unwrap_or(f64::NAN));
        [
            self.what.to_owned(),
            self.limit.map_or_else(|| "none".into(), |limit| format!("{limit} {unit}")),
            format!("{:.3$} / {:.3$} / {:.3$} {unit}", ends[0], self.median(), ends[1], digits),
            self.limit.map_or("", |limit| if self.median() <= limit { "yes" } else { "NO" }).to_owned(),
        ]
    }
}

/// Fails where a limit is not kept, so that whoever runs it in a script need not read the table.
///
/// # Errors
/// The rows that are above their limits.
pub fn check(rows: &[Row]) -> Result<(), String> {
    let above: Vec<_> = rows.iter().filter(|row| row.limit.is_some_and(|limit| row.median() > limit)).collect();
    if above.is_empty() {
        return Ok(());
    }
    let what: Vec<_> = above.iter().map(|row| row.what).collect();
    Err(format!("above the limit: {}", what.join("; ")))
}

/// The table as text.
pub fn print(rows: &[Row]) -> String {
    let head = ["what", "limit", "min / median / max", "ok"].map(str::to_owned);
    let lines: Vec<[String; 4]> = std::iter::once(head).chain(rows.iter().map(Row::cells)).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
    let widths = [width(0), width(1), width(2)];
    lines
        .iter()
        .map(|[what, limit, measured, ok]| {
            format!("{what:0$}  {limit:1$}  {measured:2$}  {ok}\n", widths[0], widths[1], widths[2])
        })
        .collect()
}
