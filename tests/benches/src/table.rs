//! The table of all measurements against their limits.

/// What the numbers of a row are.
#[derive(Clone, Copy)]
pub enum Unit {
    /// Time.
    Milliseconds,
    /// Time.
    Microseconds,
    /// How many in a second.
    PerSecond,
    /// Of memory 1,048,576 bytes each, of a file 1,000,000.
    Megabytes,
    /// A multiple of something.
    Times,
}

/// One measurement.
pub struct Row {
    what: &'static str,
    unit: Unit,
    limit: Limit,
    measured: Vec<f64>,
}

/// What it may be, where somebody said so.
#[derive(Clone, Copy)]
enum Limit {
    None,
    AtMost(f64),
    AtLeast(f64),
}

impl Limit {
    fn is_kept(self, measured: f64) -> bool {
        match self {
            Self::None => true,
            Self::AtMost(most) => measured <= most,
            Self::AtLeast(least) => measured >= least,
        }
    }
}

impl Row {
    /// What was measured in how many runs, and the most it may be; a limit of `None` is none.
    pub fn new(what: &'static str, unit: Unit, most: impl Into<Option<f64>>, measured: Vec<f64>) -> Self {
        Self::limited(what, unit, most.into().map_or(Limit::None, Limit::AtMost), measured)
    }

    /// What was measured in how many runs, and the least it may be.
    pub fn at_least(what: &'static str, unit: Unit, least: f64, measured: Vec<f64>) -> Self {
        Self::limited(what, unit, Limit::AtLeast(least), measured)
    }

    fn limited(what: &'static str, unit: Unit, limit: Limit, mut measured: Vec<f64>) -> Self {
        measured.sort_by(f64::total_cmp);
        Self { what, unit, limit, measured }
    }

    /// What was measured.
    pub fn what(&self) -> &'static str {
        self.what
    }

    /// The middle of all runs decides: one run that was disturbed is no measure.
    pub fn median(&self) -> f64 {
        self.measured.get(self.measured.len() / 2).copied().unwrap_or(f64::NAN)
    }

    fn cells(&self) -> [String; 4] {
        let (unit, digits) = match self.unit {
            Unit::Milliseconds => ("ms", 1),
            Unit::Microseconds => ("us", 1),
            Unit::PerSecond => ("/s", 0),
            Unit::Megabytes => ("MB", 1),
            Unit::Times => ("times", 2),
        };
        let ends = [self.measured.first(), self.measured.last()].map(|end| end.copied().unwrap_or(f64::NAN));
        [
            self.what.to_owned(),
            match self.limit {
                Limit::None => "none".into(),
                Limit::AtMost(limit) => format!("{limit} {unit}"),
                Limit::AtLeast(limit) => format!("at least {limit} {unit}"),
            },
            format!("{:.3$} / {:.3$} / {:.3$} {unit}", ends[0], self.median(), ends[1], digits),
            match self.limit {
                Limit::None => "",
                limit if limit.is_kept(self.median()) => "yes",
                _ => "NO",
            }
            .to_owned(),
        ]
    }
}

/// Fails where a limit is not kept, so that whoever runs it in a script need not read the table.
///
/// # Errors
/// The rows that do not keep their limits.
pub fn check(rows: &[Row]) -> Result<(), String> {
    let beyond: Vec<_> = rows.iter().filter(|row| !row.limit.is_kept(row.median())).map(|row| row.what).collect();
    if beyond.is_empty() { Ok(()) } else { Err(format!("beyond the limit: {}", beyond.join("; "))) }
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
