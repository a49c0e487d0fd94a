//! Reads JSON slowly and plainly, and keeps what other readers drop: a field that stands twice in its object.
//!
//! It takes what a reader that passes over most of a text takes too: numbers beyond every range, halves of letters, and bytes
//! that are no UTF-8. Both of the latter become the replacement character.

use serde_json::{Map, Number, Value};

/// Lists and objects in each other, more than which are not read.
const DEEPEST: usize = 400;

/// A JSON value as it is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Truth(bool),
    /// A number, as it is written.
    Number(String),
    /// A text, as it is meant.
    Text(String),
    /// A list.
    List(Vec<Self>),
    /// An object with all of its fields, in their order.
    Object(Vec<(String, Self)>),
}

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is no JSON.
    NoJson,
    /// It is nested deeper than this reader goes.
    TooDeep,
}

/// The value that `bytes` hold, and nothing but it.
///
/// # Errors
///
/// When it is no JSON, or nested very deeply.
pub fn read(bytes: &[u8]) -> Result<Json, Unread> {
    let mut reader = Reader { bytes, at: 0 };
    let value = reader.value(0)?;
    reader.space();
    if reader.at == bytes.len() { Ok(value) } else { Err(Unread::NoJson) }
}

impl Json {
    /// The field of that name; the last one where there are several, as most readers take it.
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(fields) = self else { return None };
        fields.iter().rev().find(|(it, _)| it == name).map(|(_, value)| value)
    }

    /// Whether a field stands twice in its object, anywhere.
    pub fn repeats(&self) -> bool {
        match self {
            Self::List(items) => items.iter().any(Self::repeats),
            Self::Object(fields) => fields.iter().enumerate().any(|(index, (name, value))| {
                value.repeats() || fields[..index].iter().any(|(other, _)| other == name)
            }),
            _ => false,
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// The number as serde_json reads it; none where it is beyond its range.
    pub fn number(&self) -> Option<Number> {
        if let Self::Number(written) = self { serde_json::from_str(written).ok() } else { None }
    }

    /// The same for serde_json, with the last of several fields; what it cannot hold is null.
    pub fn value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Truth(truth) => Value::Bool(*truth),
            Self::Number(_) => self.number().map_or(Value::Null, Value::Number),
            Self::Text(text) => Value::String(text.clone()),
            Self::List(items) => items.iter().map(Self::value).collect(),
            Self::Object(fields) => {
                Value::Object(fields.iter().map(|(name, value)| (name.clone(), value.value())).collect::<Map<_, _>>())
            }
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Result<u8, Unread> {
        let byte = self.peek().ok_or(Unread::NoJson)?;
        self.at += 1;
        Ok(byte)
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_it = self.peek() == Some(byte);
        self.at += usize::from(is_it);
        is_it
    }

    fn expect(&mut self, text: &str) -> Result<(), Unread> {
        if text.bytes().all(|byte| self.take(byte)) { Ok(()) } else { Err(Unread::NoJson) }
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Json, Unread> {
        if depth > DEEPEST {
            return Err(Unread::TooDeep);
        }
        self.space();
        match self.peek().ok_or(Unread::NoJson)? {
            b'n' => self.expect("null").map(|()| Json::Null),
            b't' => self.expect("true").map(|()| Json::Truth(true)),
            b'f' => self.expect("false").map(|()| Json::Truth(false)),
            b'"' => self.text().map(Json::Text),
            b'[' => self.list(depth),
            b'{' => self.object(depth),
            _ => self.written_number(),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Json, Unread> {
        self.expect("[")?;
        let mut items = Vec::new();
        self.space();
        if self.take(b']') {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            if self.take(b']') {
                return Ok(Json::List(items));
            }
            self.expect(",")?;
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, Unread> {
        self.expect("{")?;
        let mut fields = Vec::new();
        self.space();
        if self.take(b'}') {
            return Ok(Json::Object(fields));
        }
        loop {
            self.space();
            let name = self.text()?;
            self.space();
            self.expect(":")?;
            fields.push((name, self.value(depth + 1)?));
            self.space();
            if self.take(b'}') {
                return Ok(Json::Object(fields));
            }
            self.expect(",")?;
        }
    }

    fn written_number(&mut self) -> Result<Json, Unread> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            self.digits()?;
        }
        Ok(Json::Number(String::from_utf8_lossy(&self.bytes[start..self.at]).into_owned()))
    }

    fn digits(&mut self) -> Result<(), Unread> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(Unread::NoJson) }
    }

    fn text(&mut self) -> Result<String, Unread> {
        self.expect("\"")?;
        let mut text = Vec::new();
        // The first half of a letter that is written in two.
        let mut half: Option<u32> = None;
        loop {
            let byte = self.next()?;
            let is_escape = byte == b'\\';
            let code = if is_escape { self.escape()? } else { u32::from(byte) };
            if let Some(first) = half.take() {
                if is_escape && (0xDC00..0xE000).contains(&code) {
                    put(&mut text, 0x1_0000 + ((first - 0xD800) << 10) + (code - 0xDC00));
                    continue;
                }
                put(&mut text, 0xFFFD);
            }
            match (is_escape, code) {
                (true, 0xD800..0xDC00) => half = Some(code),
                (true, code) => put(&mut text, code),
                (false, 0x22) => return Ok(String::from_utf8_lossy(&text).into_owned()),
                (false, 0..0x20) => return Err(Unread::NoJson),
                (false, _) => text.push(byte),
            }
        }
    }

    fn escape(&mut self) -> Result<u32, Unread> {
        let letter = self.next()?;
        Ok(match letter {
            b'"' | b'\\' | b'/' => u32::from(letter),
            b'b' => 8,
            b'f' => 12,
            b'n' => 10,
            b'r' => 13,
            b't' => 9,
            b'u' => {
                let mut code = 0;
                for _ in 0..4 {
                    code = code * 16 + char::from(self.next()?).to_digit(16).ok_or(Unread::NoJson)?;
                }
                code
            }
            _ => return Err(Unread::NoJson),
        })
    }
}

/// Adds a letter; what is none becomes the replacement character.
fn put(text: &mut Vec<u8>, code: u32) {
    let letter = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_what_serde_json_reads() {
        for text in [
            "null",
            " [1, -2.5e+3, 0.10, -0, 18446744073709551616, true,false]\n",
            r#"{"a": {"b": []}, "c": "\u00e9\ud83d\ude00\n\"\\\/ é", "": {}}"#,
        ] {
            let expected: Value = serde_json::from_str(text).expect("it is JSON");
            assert_eq!(read(text.as_bytes()).map(|it| it.value()), Ok(expected), "{text}");
        }
        for text in
            ["", "nul", "01", "1.", ".5", "+1", "1e", "[1,]", "{,}", r#"{"a" 1}"#, "\"\n\"", r#""\x""#, "1 2", "\""]
        {
            assert!(serde_json::from_str::<Value>(text).is_err());
            assert_eq!(read(text.as_bytes()), Err(Unread::NoJson), "{text:?}");
        }
    }

    #[test]
    fn it_keeps_what_others_drop_or_refuse() {
        let twice = read(br#"{"a": 1, "a": 2}"#).expect("it is JSON");
        assert_eq!(twice.get("a"), Some(&Json::Number("2".into())));
        assert_ne!(Ok(twice), read(br#"{"a": 2}"#));
        assert_eq!(read(b"1e999").map(|it| it.number()), Ok(None));
        assert_eq!(read(br#""\ud800x""#), Ok(Json::Text("\u{fffd}x".into())));
        assert_eq!(read(b"\"\xff\""), Ok(Json::Text("\u{fffd}".into())));
        assert_eq!(read("[".repeat(100_000).as_bytes()), Err(Unread::TooDeep));
    }
}
