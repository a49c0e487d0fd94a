//! Waits for something by asking again and again until a deadline.

use std::{fmt::Display, future::Future, time::Duration};

use tokio::time::{Instant, sleep};

use crate::SandboxError;

/// How long to rest between two questions.
pub(crate) const PAUSE: Duration = Duration::from_millis(50);

/// Asks until the answer is `Ok`, or gives up with the last `Err`.
pub(crate) async fn until<T, E: Display, F: Future<Output = Result<T, E>>>(
    what: &str,
    deadline: Duration,
    mut probe: impl FnMut() -> F,
) -> Result<T, SandboxError> {
    let end = Instant::now() + deadline;
    loop {
        match probe().await {
            Ok(value) => return Ok(value),
            Err(last) if Instant::now() >= end => {
                return Err(SandboxError::Deadline {
                    what: what.to_owned(),
                    seconds: deadline.as_secs(),
                    last: last.to_string(),
                });
            }
            Err(_) => sleep(PAUSE).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_answer_that_is_ok_ends_the_wait() {
        let mut asked = 0;
        let answer = until("three", Duration::from_secs(60), || {
            asked += 1;
            let asked = asked;
            async move { if asked == 3 { Ok(asked) } else { Err("not yet") } }
        });
        assert_eq!(answer.await.unwrap(), 3);
    }

    #[tokio::test]
    async fn a_deadline_names_what_was_waited_for_and_seen_last() {
        let error = until::<(), _, _>("godot", Duration::ZERO, || async { Err("only Pozzo") }).await.unwrap_err();
        assert_eq!(error.to_string(), "waited 0 s for godot: only Pozzo");
    }
}
