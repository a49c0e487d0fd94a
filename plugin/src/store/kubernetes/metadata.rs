//! Which objects of a kind there are, and in which state: the shortest that the API server says of them.
//!
//! It is asked for in protobuf, which takes the server half as long as JSON and is a third as large. Four fields of it are
//! read here; their numbers are those of `k8s.io/apimachinery`, `pkg/apis/meta/v1/generated.proto`, and never change.

use super::KubernetesStore;

const ACCEPT: &str = "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
/// How every document of Kubernetes in protobuf begins.
const MAGIC: &[u8] = b"k8s\0";

/// An object and its state. A write gives it another version, and no two objects ever had the same uid.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) uid: String,
    pub(super) version: String,
}

impl KubernetesStore {
    /// The states of all objects that a URL lists, in one request; `None` where they cannot be had so. The reason is no matter:
    /// whoever asks lists the objects themselves then, and meets it there.
    pub(super) async fn states(&self, url: &str) -> Option<Vec<State>> {
        let request = http::Request::get(url).header(http::header::ACCEPT, ACCEPT).body(Vec::new()).ok()?;
        let answer = self.connection.exchange(&request, &self.requests).await.ok()?;
        if answer.status.is_success() { read(answer.bytes()) } else { None }
    }
}

/// Reads a list. One that is not whole is none.
fn read(body: &[u8]) -> Option<Vec<State>> {
    // The document lies in an envelope that says what it is.
    let document = fields(body.strip_prefix(MAGIC)?)?.into_iter().find(|(number, _)| *number == 2)?.1;
    let (mut states, mut is_whole) = (Vec::new(), false);
    for (number, value) in fields(document)? {
        match number {
            1 => is_whole = !fields(value)?.iter().any(|(number, token)| *number == 3 && !token.is_empty()),
            2 => states.push(state(value)?),
            _ => {}
        }
    }
    is_whole.then_some(states)
}

fn state(object: &[u8]) -> Option<State> {
    let mut state = State::default();
    let metadata = fields(object)?.into_iter().find(|(number, _)| *number == 1)?.1;
    for (number, value) in fields(metadata)? {
        let field = match number {
            1 => &mut state.name,
            3 => &mut state.namespace,
            5 => &mut state.uid,
            6 => &mut state.version,
            _ => continue,
        };
        std::str::from_utf8(value).ok()?.clone_into(field);
    }
    (!state.uid.is_empty() && !state.version.is_empty()).then_some(state)
}

/// The fields of a message that have a length, in their order: texts and messages. `None` where it is none.
fn fields(mut message: &[u8]) -> Option<Vec<(u64, &[u8])>> {
    let mut found = Vec::new();
    while !message.is_empty() {
        let tag = number(&mut message)?;
        match tag & 7 {
            0 => drop(number(&mut message)?),
            1 => message = message.get(8..)?,
            2 => {
                let length = usize::try_from(number(&mut message)?).ok()?;
                let (value, rest) = message.split_at_checked(length)?;
                found.push((tag >> 3, value));
                message = rest;
            }
            5 => message = message.get(4..)?,
            _ => return None,
        }
    }
    Some(found)
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
        // A number, as the generation is, and annotations, which are longer than what one byte counts.
        let rest = [&[7 << 3, 0x85, 0x01][..], &field(12, &[b'x'; 300])].concat();
        let metadata = [field(1, b"a"), field(3, b"n"), field(5, b"u"), field(6, b"12"), rest].concat();
        let meta = field(1, &[field(2, b"99"), field(3, token), vec![4 << 3, 7]].concat());
        let document = [meta, field(2, &field(1, &metadata)), field(2, &field(1, &metadata))].concat();
        [MAGIC, &field(1, &field(1, b"meta.k8s.io/v1")), &field(2, &document)].concat()
    }

    #[test]
    fn each_object_is_told_by_its_uid_and_version() {
        let state = || State { name: "a".into(), namespace: "n".into(), uid: "u".into(), version: "12".into() };
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
