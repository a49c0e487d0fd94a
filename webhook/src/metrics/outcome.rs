//! How a request ended, and why one was refused.

use prometheus_client::{metrics::counter::Counter, registry::Registry};

use super::series;

/// How a request for a decision ended. Each has one HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The write was allowed.
    Allowed,
    /// The write was denied.
    Denied,
    /// The body was no review.
    NotAReview,
    /// The body broke off.
    Broken,
    /// The client may not ask.
    Forbidden,
    /// It was no POST.
    WrongMethod,
    /// The body did not arrive in time.
    TooSlow,
    /// The body was too large.
    TooLarge,
    /// The body was no plain JSON.
    UnsupportedMedia,
    /// The review lacked what a decision needs.
    Undecidable,
    /// The decision ended with a bug.
    Bug,
    /// The work was bounded; [`Refusal`] says by what.
    Overloaded,
    /// The decision did not come in time.
    Late,
    /// The client went away before its answer.
    Abandoned,
}

impl Outcome {
    /// Each one.
    pub const ALL: [Self; 14] = [
        Self::Allowed,
        Self::Denied,
        Self::NotAReview,
        Self::Broken,
        Self::Forbidden,
        Self::WrongMethod,
        Self::TooSlow,
        Self::TooLarge,
        Self::UnsupportedMedia,
        Self::Undecidable,
        Self::Bug,
        Self::Overloaded,
        Self::Late,
        Self::Abandoned,
    ];

    /// Its labels: what it is, and the HTTP status.
    fn labels(self) -> [(&'static str, &'static str); 2] {
        let (outcome, code) = match self {
            Self::Allowed => ("allowed", "200"),
            Self::Denied => ("denied", "200"),
            Self::NotAReview => ("not_a_review", "400"),
            Self::Broken => ("broken", "400"),
            Self::Forbidden => ("forbidden", "403"),
            Self::WrongMethod => ("wrong_method", "405"),
            Self::TooSlow => ("too_slow", "408"),
            Self::TooLarge => ("too_large", "413"),
            Self::UnsupportedMedia => ("unsupported_media", "415"),
            Self::Undecidable => ("undecidable", "500"),
            Self::Bug => ("bug", "500"),
            Self::Overloaded => ("overloaded", "503"),
            Self::Late => ("late", "503"),
            Self::Abandoned => ("abandoned", "none"),
        };
        [("outcome", outcome), ("code", code)]
    }
}

/// What bounded the work when a review was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The bytes of all bodies together.
    Bytes,
    /// The reviews of one connection.
    Connection,
    /// The reviews that wait for a turn.
    Queue,
    /// The time to wait for a turn.
    Turn,
}

impl Refusal {
    /// Each one.
    pub const ALL: [Self; 4] = [Self::Bytes, Self::Connection, Self::Queue, Self::Turn];

    fn as_str(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Connection => "connection",
            Self::Queue => "queue",
            Self::Turn => "turn",
        }
    }
}

pub(super) fn requests(registry: &mut Registry) -> [Counter; Outcome::ALL.len()] {
    let help = "Requests for a decision by how they ended and by their HTTP status";
    series::family(registry, "requests", help, Outcome::ALL.map(Outcome::labels))
}

pub(super) fn refused(registry: &mut Registry) -> [Counter; Refusal::ALL.len()] {
    let help = "Reviews that were refused to bound the work, by what bounded it";
    series::family(registry, "refused", help, Refusal::ALL.map(|refusal| [("cause", refusal.as_str())]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stands_where_its_number_says() {
        for (place, outcome) in Outcome::ALL.into_iter().enumerate() {
            assert_eq!(place, outcome as usize);
        }
        for (place, refusal) in Refusal::ALL.into_iter().enumerate() {
            assert_eq!(place, refusal as usize);
        }
    }
}
