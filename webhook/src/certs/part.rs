//! One thing that is read from files: the last good one, and what is wrong with what is there now.

/// One thing that is read from files.
pub(crate) struct Part<T, C> {
    good: T,
    content: C,
    bad: Option<(C, String)>,
}

/// What a look at the files changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Nothing.
    None,
    /// The files hold something new that is good.
    Taken,
    /// The files hold something new that is bad: the last good one stays.
    Refused,
}

impl<T, C: PartialEq> Part<T, C> {
    /// A part of which `good` was read from `content`.
    pub(crate) fn new(good: T, content: C) -> Self {
        Self { good, content, bad: None }
    }

    /// The last good one.
    pub(crate) fn good(&self) -> &T {
        &self.good
    }

    /// What is wrong with what the files hold, if they do not hold the last good one.
    pub(crate) fn problem(&self) -> Option<&str> {
        self.bad.as_ref().map(|(_, reason)| reason.as_str())
    }

    /// Compares what the files hold now, and takes it when it is new and `parse` finds it good.
    ///
    /// What was bad is parsed again at each look, because time alone can make it good.
    pub(crate) fn look<E: ToString>(&mut self, content: C, parse: impl FnOnce(&T, &C) -> Result<T, E>) -> Change {
        if content == self.content {
            self.bad = None;
            return Change::None;
        }
        match parse(&self.good, &content) {
            Ok(good) => {
                *self = Self::new(good, content);
                Change::Taken
            }
            Err(error) => {
                let is_known = self.bad.as_ref().is_some_and(|(known, _)| *known == content);
                self.bad = Some((content, error.to_string()));
                if is_known { Change::None } else { Change::Refused }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn even(_: &u8, content: &u8) -> Result<u8, String> {
        if content.is_multiple_of(2) { Ok(*content) } else { Err(format!("{content} is odd")) }
    }

    #[test]
    fn a_bad_one_is_told_once_and_the_last_good_one_stays() {
        let mut part = Part::new(2, 2);
        assert_eq!((part.look(2, even), part.problem()), (Change::None, None));
        assert_eq!(part.look(3, even), Change::Refused);
        assert_eq!(part.look(3, even), Change::None);
        assert_eq!((*part.good(), part.problem()), (2, Some("3 is odd")));
        assert_eq!(part.look(5, even), Change::Refused);
        assert_eq!((*part.good(), part.problem()), (2, Some("5 is odd")));
    }

    #[test]
    fn a_good_one_is_taken_and_the_old_one_can_come_back() {
        let mut part = Part::new(2, 2);
        assert_eq!(part.look(3, even), Change::Refused);
        assert_eq!((part.look(4, even), *part.good(), part.problem()), (Change::Taken, 4, None));
        assert_eq!(part.look(3, even), Change::Refused);
        assert_eq!((part.look(4, even), *part.good(), part.problem()), (Change::None, 4, None));
        assert_eq!((part.look(2, even), *part.good()), (Change::Taken, 2));
    }
}
