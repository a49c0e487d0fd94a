//! Which objects of a kind there are, and in which state: the shortest that the API server says of them.
//!
//! It is asked for in protobuf, which takes the server half as long as JSON and is a third as large. Four fields of it are
//! read here; their numbers are those of `k8s.io/apimachinery`, `pkg/apis/meta/v1/generated.proto`, and never change.

use super::{KubernetesStore, connection::Answer};

const ACCEPT: &str = "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
/// How every document of Kubernetes in protobuf begins.
const MAGIC: &[u8] = b"k8s\0";

/// An object and its state. A write of anything but its metadata and its status gives it another generation, and no two
/// objects ever had the same uid.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct State<'a> {
    pub(super) name: &'a str,
    pub(super) namespace: &'a str,
    pub(super) uid: &'a str,
    pub(super) generation: u64,
}

impl KubernetesStore {
    /// What tells the states of all objects that a URL lists, to be [`read`]; `None` where they cannot be had so. The reason is
    /// no matter: whoever asks lists the objects themselves then, and meets it there.
    pub(super) async fn states(&self, url: &str) -> Option<Answer> {
        let request = http::Request::get(url).header(http::header::ACCEPT, ACCEPT).body(Vec::new()).ok()?;
        let answer = self.connection.exchange(&request, &self.requests).await.ok()?;
        answer.status.is_success().then_some(answer)
    }
}

/// Reads a list. One that is not whole is none.
pub(super) fn read(body: &[u8]) -> Option<Vec<State<'_>>> {
    // The document lies in an envelope that says what it is.
    let document = message(body.strip_prefix(MAGIC)?, 2)?;
    let (mut states, mut is_whole) = (Vec::new(), false);
    for field in Fields(document) {
        match field? {
            (1, Field::Bytes(meta)) => is_whole = is_last(meta)?,
            (2, Field::Bytes(object)) => states.push(state(object)?),
            _ => {}
        }
    }
    is_whole.then_some(states)
}

/// Whether the metadata of a list names no page after this one.
fn is_last(meta: &[u8]) -> Option<bool> {
    Fields(meta).try_fold(true, |is_last, field| {
        let is_token = matches!(field?, (3, Field::Bytes(token)) if !token.is_empty());
        Some(is_last && !is_token)
    })
}

fn state(object: &[u8]) -> Option<State<'_>> {
    let mut state = State::default();
    for field in Fields(message(object, 1)?) {
        let (text, value) = match field? {
            (1, Field::Bytes(value)) => (&mut state.name, value),
            (3, Field::Bytes(value)) => (&mut state.namespace, value),
            (5, Field::Bytes(value)) => (&mut state.uid, value),
            (7, Field::Number(generation)) => {
                state.generation = generation;
                continue;
            }
            _ => continue,
        };
        *text = std::str::from_utf8(value).ok()?;
    }
    (!state.uid.is_empty() && state.generation != 0).then_some(state)
}

/// The first field of a message that has this number, which is a message or a text.
fn message(message: &[u8], number: u64) -> Option<&[u8]> {
    Fields(message).find_map(|it| match it? {
        (found, Field::Bytes(value)) if found == number => Some(value),
        _ => None,
    })
}

/// The fields of a message in their order, each with its number; `None` where it is no message, and then no more.
struct Fields<'a>(&'a [u8]);

/// What a field holds.
enum Field<'a> {
    Number(u64),
    /// A text or a message.
    Bytes(&'a [u8]),
    /// What has a fixed length.
    Fixed,
}

impl<'a> Iterator for Fields<'a> {
    type Item = Option<(u64, Field<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.0 = &[];
        }
        Some(field)
    }
}

impl<'a> Fields<'a> {
    fn field(&mut self) -> Option<(u64, Field<'a>)> {
        let tag = number(&mut self.0)?;
        let field = match tag & 7 {
            0 => Field::Number(number(&mut self.0)?),
            1 => self.take(8).map(|_| Field::Fixed)?,
            2 => {
                let length = usize::try_from(number(&mut self.0)?).ok()?;
                Field::Bytes(self.take(length)?)
            }
            5 => self.take(4).map(|_| Field::Fixed)?,
            _ => return None,
        };
        Some((tag >> 3, field))
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (value, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(value)
    }
}

/// Takes a number off the front: seven bits a byte, the lowest first.
fn number(message: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = message.split_first()?;
        *message = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(number: u8, value: &[u8]) -> Vec<u8> {
        let length = value.len();
        let length = [length as u8 & 0x7f | 0x80, (length >> 7) as u8];
        [&[number << 3 | 2], &length[..], value].concat()
    }

    fn list(token: &[u8]) -> Vec<u8> {
        // The generation, which is a number, and annotations, which are longer than what one byte counts.
        let rest = [&[7 << 3, 0x85, 0x01][..], &field(12, &[b'x'; 300])].concat();
        let metadata = [field(1, b"a"), field(3, b"n"), field(5, b"u"), field(6, b"12"), rest].concat();
        let meta = field(1, &[field(2, b"99"), field(3, token), vec![4 << 3, 7]].concat());
        let document = [meta, field(2, &field(1, &metadata)), field(2, &field(1, &metadata))].concat();
        [MAGIC, &field(1, &field(1, b"meta.k8s.io/v1")), &field(2, &document)].concat()
    }

    #[test]
    fn each_object_is_told_by_its_uid_and_generation() {
        let state = || State { name: "a", namespace: "n", uid: "u", generation: 133 };
        assert_eq!(read(&list(b"")), Some(vec![state(), state()]));
    }

    #[test]
    fn what_is_cut_off_or_something_else_is_no_list() {
        let whole = list(b"");
        for length in 0..whole.len() {
            assert_eq!(read(&whole[..length]), None, "{length}");
        }
        assert_eq!(read(b"{\"items\": []}"), None);
        assert_eq!(read(&list(b"more")), None, "there is another page");
        let endless = [0xff; 12];
        assert_eq!(number(&mut &endless[..]), None);
    }
}
