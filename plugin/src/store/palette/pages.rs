//! Lists that come in pages. The first one says how many items there are, and the others are asked for together; where what
//! comes back is not the whole list, the server's own token for the next page is followed, one page after the other.

use std::{collections::BTreeSet, pin::pin};

use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use profile_core::field;
use serde_json::Value;

use super::{TOGETHER, client::segment, lists};
use crate::error::{Error, Kind};

/// How many items a page is asked for: the most that Palette's API description allows. A server may give fewer.
const PAGE: usize = 50;

/// What is held of one page.
struct Page<T> {
    /// The items that were taken.
    taken: Vec<T>,
    /// The uid of each item, whether it was taken or not.
    uids: Vec<Option<String>>,
    /// The server's token for the next page.
    next: Option<String>,
    /// How many items the server says there are in all pages.
    count: Option<usize>,
}

impl<T> Page<T> {
    fn of(mut answer: Value, take: impl Fn(&Value) -> Option<T>) -> Result<Self, Error> {
        let items = lists::items(&mut answer)?;
        let meta = |key: &str| field::text(&answer, &["listmeta", key]);
        Ok(Self {
            taken: items.iter().filter_map(take).collect(),
            uids: items.iter().map(|it| Some(field::text(it, &["metadata", "uid"])?.into_owned())).collect(),
            next: meta("continue").map(|it| it.into_owned()),
            count: meta("count").and_then(|it| it.parse().ok()),
        })
    }
}

/// All items of a list that `take` takes, in their order. `ask` asks for a page by the query that names it.
pub(super) async fn all<T>(
    ask: impl AsyncFn(String) -> Result<Value, Error>,
    take: impl Fn(&Value) -> Option<T>,
) -> Result<Vec<T>, Error> {
    let page = async |query: String| Page::of(ask(query).await?, &take);
    let first = page(format!("limit={PAGE}")).await?;
    if first.next.is_none() {
        return Ok(first.taken);
    }
    if let (Some(count), step @ 1..) = (first.count, first.uids.len()) {
        let offsets = (step..count).step_by(step);
        let rest = stream::iter(offsets).map(|offset| page(format!("limit={step}&offset={offset}")));
        if let Some(rest) = together(rest.buffered(TOGETHER)).await?
            && is_whole(&first, &rest, count)
        {
            return Ok(first.taken.into_iter().chain(rest.into_iter().flat_map(|it| it.taken)).collect());
        }
    }
    let (mut taken, mut token) = (first.taken, first.next);
    let mut followed = BTreeSet::new();
    while let Some(known) = token {
        if !followed.insert(known.clone()) {
            return Err(endless());
        }
        let next = page(format!("limit={PAGE}&continue={}", segment(&known))).await?;
        if next.uids.is_empty() && next.next.is_some() {
            return Err(endless());
        }
        taken.extend(next.taken);
        token = next.next;
    }
    Ok(taken)
}

/// A server that always names another page would be asked for ever.
fn endless() -> Error {
    Error::new(Kind::Unanswered, "Palette's list does not end: it names pages that were read already, or empty ones")
}

/// The pages that were asked for by their offsets; nothing where the server does not take offsets, or where there is less than
/// it said.
async fn together<T>(pages: impl Stream<Item = Result<Page<T>, Error>>) -> Result<Option<Vec<Page<T>>>, Error> {
    let (mut pages, mut all) = (pin!(pages), Vec::new());
    loop {
        match pages.try_next().await {
            Ok(Some(page)) if page.uids.is_empty() => return Ok(None),
            Ok(Some(page)) => all.push(page),
            Ok(None) => return Ok(Some(all)),
            Err(error) if error.kind == Kind::Refused => return Ok(None),
            Err(error) => return Err(error),
        }
    }
}

/// Whether the pages hold as many items as the server said, and each of them once.
fn is_whole<T>(first: &Page<T>, rest: &[Page<T>], count: usize) -> bool {
    let mut seen = BTreeSet::new();
    let mut uids = first.uids.iter().chain(rest.iter().flat_map(|it| &it.uids));
    uids.all(|it| it.as_ref().is_some_and(|uid| seen.insert(uid)))
        && seen.len() == count
        && rest.last().is_none_or(|it| it.next.is_none())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use serde_json::json;

    use super::*;

    #[test]
    fn rejects_a_page_that_is_no_list() {
        for answer in [json!({"items": {"a": 1}}), json!({"items": "none"}), json!({"listmeta": {"count": 0}})] {
            assert!(Page::of(answer, |it| Some(it.clone())).is_err());
        }
        assert!(Page::of(json!({"items": null}), |it| Some(it.clone())).unwrap().taken.is_empty());
    }

    /// A server with a list, and what it was asked for.
    struct Server {
        items: Vec<usize>,
        /// How many items a page has at most.
        most: usize,
        /// What it does with an offset.
        offset: fn(usize) -> Result<usize, Error>,
        /// How many items it says there are.
        count: Value,
        asked: RefCell<Vec<String>>,
    }

    fn server(items: usize, most: usize) -> Server {
        Server { items: (0..items).collect(), most, offset: Ok, count: json!(items), asked: RefCell::default() }
    }

    impl Server {
        async fn answer(&self, query: String) -> Result<Value, Error> {
            self.asked.borrow_mut().push(query.clone());
            let number = |name: &str| query.split('&').find_map(|it| it.strip_prefix(name)?.parse::<usize>().ok());
            let start = match number("offset=") {
                Some(offset) => (self.offset)(offset)?,
                None => number("continue=").unwrap_or(0),
            };
            let shown: Vec<_> = self.items.iter().skip(start).take(self.most.min(number("limit=").unwrap())).collect();
            let end = start + shown.len();
            let next = if end < self.items.len() { end.to_string() } else { String::new() };
            let shown: Vec<_> = shown.into_iter().map(|it| json!({"metadata": {"uid": format!("u{it}")}})).collect();
            Ok(json!({"items": shown, "listmeta": {"continue": next, "count": self.count}}))
        }

        /// What is read of the list, and how many requests that took.
        async fn read(&self) -> (Vec<String>, usize) {
            let take = |it: &Value| Some(field::text(it, &["metadata", "uid"])?.into_owned());
            (all(async |query| self.answer(query).await, take).await.unwrap(), self.asked.borrow().len())
        }

        fn uids(&self) -> Vec<String> {
            self.items.iter().map(|it| format!("u{it}")).collect()
        }
    }

    #[tokio::test]
    async fn a_list_of_one_page_is_one_request() {
        for items in [0, 1, 50] {
            let server = server(items, 50);
            assert_eq!(server.read().await, (server.uids(), 1));
        }
    }

    #[tokio::test]
    async fn further_pages_are_asked_for_by_their_offsets() {
        let server = server(120, 200);
        assert_eq!(server.read().await, (server.uids(), 3));
        assert_eq!(*server.asked.borrow(), ["limit=50", "limit=50&offset=50", "limit=50&offset=100"]);
    }

    #[tokio::test]
    async fn pages_may_be_smaller_than_asked_for() {
        let server = server(95, 20);
        assert_eq!(server.read().await, (server.uids(), 5));
        assert_eq!(server.asked.borrow()[4], "limit=20&offset=80");
    }

    #[tokio::test]
    async fn tokens_are_followed_where_nothing_says_how_many_there_are() {
        for count in [json!(null), json!(0)] {
            let server = Server { count, ..server(95, 20) };
            assert_eq!(server.read().await, (server.uids(), 5));
            assert_eq!(server.asked.borrow()[4], "limit=50&continue=80");
        }
    }

    #[tokio::test]
    async fn tokens_are_followed_where_offsets_bring_something_else() {
        let refused = |_: usize| Err(Error::refused("no offset here"));
        let others: [fn(usize) -> Result<usize, Error>; 4] = [|_| Ok(0), |it| Ok(it + 1), |it| Ok(it - 1), refused];
        for offset in others {
            let server = Server { offset, ..server(95, 20) };
            assert_eq!(server.read().await.0, server.uids());
        }
    }

    #[tokio::test]
    async fn tokens_are_followed_where_there_are_more_or_fewer_than_was_said() {
        for count in [60, 90, 100, 1_000_000] {
            let server = Server { count: json!(count), ..server(95, 20) };
            let (read, requests) = server.read().await;
            assert_eq!(read, server.uids());
            assert!(requests < 25, "{count}: {requests}");
        }
    }

    #[tokio::test]
    async fn items_without_a_uid_are_told_from_no_others() {
        let take = |it: &Value| it["name"].as_u64();
        let ask = async |query: String| {
            let start = query.split_once("continue=").map_or(0, |(_, it)| it.parse::<usize>().unwrap());
            let next = if start < 2 { (start + 1).to_string() } else { String::new() };
            Ok(json!({"items": [{"name": start}], "listmeta": {"continue": next, "count": 3}}))
        };
        assert_eq!(all(ask, take).await.unwrap(), [0, 1, 2]);
    }

    #[tokio::test]
    async fn rejects_a_list_that_does_not_end_and_what_is_no_list() {
        let same = async |_| Ok(json!({"items": [{}], "listmeta": {"continue": "again"}}));
        assert_eq!(all(same, |_| Some(())).await.unwrap_err().kind, Kind::Unanswered);
        let empty =
            async |query: String| Ok(json!({"items": [], "listmeta": {"continue": format!("{}x", query.len())}}));
        assert_eq!(all(empty, |_| Some(())).await.unwrap_err().kind, Kind::Unanswered);
        assert_eq!(all(async |_| Ok(json!({})), |_| Some(())).await.unwrap_err().kind, Kind::Unanswered);
        assert!(all(async |_| Ok(json!({"items": null})), |_| Some(())).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn an_error_of_a_later_page_is_the_lists() {
        let lost = |_: usize| Err(Error::new(Kind::Unanswered, "gone"));
        let server = Server { offset: lost, ..server(95, 20) };
        let take = |_: &Value| Some(());
        assert_eq!(all(async |query| server.answer(query).await, take).await.unwrap_err().kind, Kind::Unanswered);
    }
}
