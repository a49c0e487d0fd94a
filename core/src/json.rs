//! Walks through JSON text and builds nothing: each byte is looked at once, and only what is asked for is read.
//!
//! serde reads each value by itself. This walk knows where a value stands, so that one which is written like another that was
//! read already is passed over by comparing bytes: of the two objects of a review most is written alike.
//!
//! Where something ends is found here; what a text with escapes or a number means is left to serde_json.

use std::borrow::Cow;

use serde_json::Number;

pub use self::error::{JsonError, Problem};
use self::scan::Fault;

mod error;
mod scan;

/// A place in JSON text, from which values are read one after the other.
#[derive(Debug)]
pub struct Cursor<'a> {
    text: &'a str,
    at: usize,
    /// The closing letters of what is open while a value is passed over, which is followed to any depth without recursion.
    open: Vec<u8>,
}

/// What the next value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An object.
    Object,
    /// A list.
    List,
    /// A text.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Truth,
    /// `null`.
    Null,
}

/// A value as it is written, known to be whole.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a>(&'a str);

impl<'a> Cursor<'a> {
    /// Before the first value of `text`.
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, open: Vec::new() }
    }

    /// Reads the one value that `bytes` hold by `read`.
    ///
    /// # Errors
    ///
    /// When they are no UTF-8, when `read` fails, and when something follows what it has read.
    pub fn whole<T>(bytes: &'a [u8], read: impl FnOnce(&mut Self) -> Result<T, JsonError>) -> Result<T, JsonError> {
        let text = match str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => return Err(JsonError::new(bytes, error.valid_up_to(), Problem::NoJson)),
        };
        let mut cursor = Self::new(text);
        let value = read(&mut cursor)?;
        if cursor.next().is_some() { Err(cursor.error(Problem::NoJson)) } else { Ok(value) }
    }

    /// An error at this place.
    pub fn error(&self, problem: Problem) -> JsonError {
        JsonError::new(self.text.as_bytes(), self.at, problem)
    }

    /// What the next value is, by its first letter.
    ///
    /// # Errors
    ///
    /// When no value begins here.
    #[inline]
    pub fn kind(&mut self) -> Result<Kind, JsonError> {
        match self.next() {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::List),
            Some(b'"') => Ok(Kind::Text),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b't' | b'f') => Ok(Kind::Truth),
            Some(b'n') => Ok(Kind::Null),
            _ => Err(self.unexpected()),
        }
    }

    /// Reads an object: `read` is told each of `names` that it has, and must move behind the value. Others are passed over, as is
    /// a value that is no object; whether it was one.
    ///
    /// # Errors
    ///
    /// When it is not JSON, when one of `names` stands twice in it, so that the next reader could take the other one, and
    /// when `read` fails.
    pub fn object(
        &mut self,
        names: &[&'static str],
        mut read: impl FnMut(&'static str, &mut Self) -> Result<(), JsonError>,
    ) -> Result<bool, JsonError> {
        if self.kind()? != Kind::Object {
            return self.skip().map(|()| false);
        }
        self.at += 1;
        if self.takes(b'}') {
            return Ok(true);
        }
        let mut seen = 0_u32;
        loop {
            let name = self.text()?;
            self.expect(b':')?;
            match names.iter().position(|it| *it == name) {
                None => self.skip()?,
                Some(index) if seen & 1 << index != 0 => return Err(self.error(Problem::Field)),
                Some(index) => {
                    seen |= 1 << index;
                    read(names[index], self)?;
                }
            }
            if self.takes(b'}') {
                return Ok(true);
            }
            self.expect(b',')?;
        }
    }

    /// Reads a list: `read` is told the position of each item, and must move behind it. What is no list is passed over; whether
    /// it was one.
    ///
    /// # Errors
    ///
    /// When it is not JSON, and when `read` fails.
    pub fn list(&mut self, mut read: impl FnMut(usize, &mut Self) -> Result<(), JsonError>) -> Result<bool, JsonError> {
        if self.kind()? != Kind::List {
            return self.skip().map(|()| false);
        }
        self.at += 1;
        if self.takes(b']') {
            return Ok(true);
        }
        for position in 0.. {
            read(position, self)?;
            if self.takes(b']') {
                break;
            }
            self.expect(b',')?;
        }
        Ok(true)
    }

    /// Reads a text.
    ///
    /// # Errors
    ///
    /// When it is not JSON, is no text, or holds half of a letter.
    #[inline]
    pub fn text(&mut self) -> Result<Cow<'a, str>, JsonError> {
        if self.kind()? != Kind::Text {
            return Err(self.error(Problem::Field));
        }
        let start = self.at;
        let has_escapes = self.skip_text()?;
        let written = &self.text[start..self.at];
        if has_escapes {
            serde_json::from_str(written).map(Cow::Owned).map_err(|_| self.error(Problem::NoJson))
        } else {
            Ok(Cow::Borrowed(&written[1..written.len() - 1]))
        }
    }

    /// Reads a number.
    ///
    /// # Errors
    ///
    /// When it is not JSON, is no number, or is beyond every range.
    pub fn number(&mut self) -> Result<Number, JsonError> {
        if self.kind()? != Kind::Number {
            return Err(self.error(Problem::Field));
        }
        let Written(written) = self.written(Self::skip)?.0;
        serde_json::from_str(written).map_err(|_| self.error(Problem::NoJson))
    }

    /// Reads `true` or `false`.
    ///
    /// # Errors
    ///
    /// When it is neither.
    pub fn truth(&mut self) -> Result<bool, JsonError> {
        if self.kind()? != Kind::Truth {
            return Err(self.error(Problem::Field));
        }
        let Written(written) = self.written(Self::skip)?.0;
        Ok(written == "true")
    }

    /// Moves behind the next value, to any depth.
    ///
    /// # Errors
    ///
    /// When it is not JSON.
    pub fn skip(&mut self) -> Result<(), JsonError> {
        if self.kind()? == Kind::Text {
            return self.skip_text().map(|_| ());
        }
        let outer = self.open.len();
        loop {
            let close = match self.kind()? {
                Kind::Object => Some(b'}'),
                Kind::List => Some(b']'),
                Kind::Text => self.skip_text().map(|_| None)?,
                Kind::Number => self.skip_by(scan::number)?,
                Kind::Truth | Kind::Null => self.skip_by(scan::word)?,
            };
            if let Some(close) = close {
                self.at += 1;
                if !self.takes(close) {
                    self.open.push(close);
                    self.skip_name(close)?;
                    continue;
                }
            }
            // Behind a value: whatever ends here is closed, until another value follows.
            loop {
                let Some(&close) = self.open[outer..].last() else { return Ok(()) };
                if self.takes(close) {
                    self.open.pop();
                } else {
                    self.expect(b',')?;
                    self.skip_name(close)?;
                    break;
                }
            }
        }
    }

    /// Reads the next value by `read`, or passes over it where that fails.
    ///
    /// # Errors
    ///
    /// When it is not JSON.
    pub fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, JsonError>) -> Result<Option<T>, JsonError> {
        let (at, open) = (self.at, self.open.len());
        match read(self) {
            Ok(value) => Ok(Some(value)),
            Err(_) => {
                self.at = at;
                self.open.truncate(open);
                self.skip().map(|()| None)
            }
        }
    }

    /// Runs `read`, which moves behind the next value, and tells how that is written.
    ///
    /// # Errors
    ///
    /// When `read` fails.
    pub fn written<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, JsonError>,
    ) -> Result<(Written<'a>, T), JsonError> {
        self.next();
        let start = self.at;
        let value = read(self)?;
        Ok((Written(&self.text[start..self.at]), value))
    }

    /// Moves behind the next value where it is written exactly like `other`, a list or an object; whether it is.
    pub fn skip_same(&mut self, other: Written<'_>) -> bool {
        self.next();
        // A list or an object ends with its own last letter, so that what begins like it is it. `1` is not all of `12`.
        let is_same = other.0.starts_with(['{', '[']) && self.text[self.at..].starts_with(other.0);
        if is_same {
            self.at += other.0.len();
        }
        is_same
    }

    /// The next letter that is no white space, to which it moves.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            if !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    /// Moves behind `letter`, if it is the next one.
    #[inline]
    fn takes(&mut self, letter: u8) -> bool {
        let is_next = self.next() == Some(letter);
        self.at += usize::from(is_next);
        is_next
    }

    #[inline]
    fn expect(&mut self, letter: u8) -> Result<(), JsonError> {
        if self.takes(letter) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// In an object, moves behind the name of the next field.
    #[inline]
    fn skip_name(&mut self, close: u8) -> Result<(), JsonError> {
        if close == b']' {
            return Ok(());
        }
        if self.next() != Some(b'"') {
            return Err(self.unexpected());
        }
        self.skip_text()?;
        self.expect(b':')
    }

    /// Moves behind a text; whether it has escapes.
    #[inline]
    fn skip_text(&mut self) -> Result<bool, JsonError> {
        let found = scan::text(self.text.as_bytes(), self.at);
        let (end, has_escapes) = found.map_err(|fault| self.broken(fault))?;
        self.at = end;
        Ok(has_escapes)
    }

    fn skip_by<T>(&mut self, scan: fn(&[u8], usize) -> Result<usize, Fault>) -> Result<Option<T>, JsonError> {
        self.at = scan(self.text.as_bytes(), self.at).map_err(|fault| self.broken(fault))?;
        Ok(None)
    }

    #[cold]
    fn broken(&self, Fault(at): Fault) -> JsonError {
        let bytes = self.text.as_bytes();
        JsonError::new(bytes, at, if at < bytes.len() { Problem::NoJson } else { Problem::Early })
    }

    #[cold]
    fn unexpected(&self) -> JsonError {
        self.broken(Fault(self.at))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    use super::*;

    fn skipped(text: &str) -> Result<(), JsonError> {
        Cursor::whole(text.as_bytes(), Cursor::skip)
    }

    /// What the fields `a` and `b` of an object hold, as far as they are texts.
    fn fields(text: &str) -> Result<Vec<(&'static str, String)>, JsonError> {
        let mut found = Vec::new();
        Cursor::whole(text.as_bytes(), |cursor| {
            cursor.object(&["a", "b"], |name, cursor| {
                found.push((name, cursor.text()?.into_owned()));
                Ok(())
            })
        })?;
        Ok(found)
    }

    #[test]
    fn it_passes_over_what_serde_json_passes_over() {
        let texts = [
            "null true",
            "nul",
            "true",
            "fals",
            "0",
            "-0",
            "-",
            "01",
            "1.",
            "1.5",
            ".5",
            "1e",
            "1e5",
            "1E+5",
            "-1.5e-05",
            r#""""#,
            r#"""#,
            r#""\"""#,
            r#""\"#,
            r#""\\""#,
            r#""\u00e9""#,
            r#""\u00g9""#,
            r#""\u12"#,
            r#""\x""#,
            "\"\t\"",
            "\"a text that is longer than eight, with a \u{1f}\"",
            "\"\u{7f}é→🦀\"",
            "[]",
            "[ ]",
            "[1 , 2]",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1",
            "[}",
            "{}",
            "{ }",
            r#"{"a":1}"#,
            r#"{"a" : [ {} , [ ] ] }"#,
            r#"{"a":1,}"#,
            r#"{,"a":1}"#,
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{a:1}"#,
            r#"{"a":1]"#,
            r#"{1:1}"#,
            r#"{"a":1 "b":2}"#,
            "",
            " ",
            " 1 ",
            "1 1",
            "[[],{}]}",
            "\u{feff}1",
            "\u{a0}1",
        ];
        for text in texts {
            let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();
            assert_eq!(skipped(text).is_ok(), is_json, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn it_passes_over_any_text_that_serde_json_passes_over(text in r#"[\[\]{}:,"\\ a0-9.eu\-\t\u{1}é]{0,24}"#) {
            prop_assert_eq!(skipped(&text).is_ok(), serde_json::from_str::<IgnoredAny>(&text).is_ok());
        }

        /// Rows of backslashes that reach from one block into the next, and quotation marks at every place of one.
        #[test]
        fn a_long_text_ends_where_it_ends_for_serde_json(pieces in prop::collection::vec(r#"[a-z]{1,70}|\\{1,70}|\\"|"|\\u00e9|\\n|é|\\ "#, 1..8)) {
            let text = format!("[\"{}\",1]", pieces.concat());
            prop_assert_eq!(skipped(&text).is_ok(), serde_json::from_str::<IgnoredAny>(&text).is_ok(), "{}", text);
        }

        #[test]
        fn a_text_is_read_as_by_serde_json(inside in r#"([ -~é→🦀\t]|\\["\\/bfnrtux]|\\u[0-9a-fA-FdD]{4}){0,12}"#) {
            let text = format!("\"{inside}\"");
            let read = Cursor::whole(text.as_bytes(), Cursor::text).ok();
            let expected = serde_json::from_str::<String>(&text).ok();
            prop_assert_eq!(read.as_deref(), expected.as_deref());
        }
    }

    #[test]
    fn what_cannot_be_read_is_passed_over_where_that_is_allowed() {
        let mut cursor = Cursor::new(r#"[[1, {"a": ["b"]}], 2]"#);
        let read = cursor.list(|position, cursor| {
            let number = cursor.attempt(|cursor| {
                cursor.list(|_, cursor| cursor.number().map(drop))?;
                cursor.number()
            })?;
            assert_eq!((position, number.is_some()), (position, false));
            Ok(())
        });
        assert_eq!((read, cursor.next()), (Ok(true), None));
    }

    #[test]
    fn depth_takes_no_stack() {
        let deep = |count: usize| format!("{}{}", r#"{"a":["#.repeat(count), "]}".repeat(count));
        assert_eq!(skipped(&deep(1_000_000)), Ok(()));
        assert!(skipped(&deep(1_000_000)[1..]).is_err());
    }

    #[test]
    fn what_is_asked_for_is_read_and_the_rest_passed_over() {
        let found = fields(r#"{"c": ["a"], "b": "two\n", "\u0061": "one", "aa": "no"}"#).unwrap();
        assert_eq!(found, [("b", "two\n".to_owned()), ("a", "one".to_owned())]);
        for other in ["[]", "7", r#""a""#, "null"] {
            assert_eq!(fields(other), Ok(Vec::new()), "{other}");
        }
    }

    #[test]
    fn a_field_that_is_read_stands_once() {
        assert_eq!(fields(r#"{"a": "1", "\u0061": "2"}"#).unwrap_err().problem(), Problem::Field);
        assert_eq!(fields(r#"{"c": 1, "c": 2}"#), Ok(Vec::new()));
    }

    #[test]
    fn what_is_written_alike_is_passed_over_at_once() {
        let is_same = |one: &str, other: &str| {
            let (written, ()) = Cursor::new(one).written(Cursor::skip).unwrap();
            let mut cursor = Cursor::new(other);
            let is_same = cursor.skip_same(written);
            (is_same, cursor.text[cursor.at..].to_owned())
        };
        let yes = |rest: &str| (true, rest.to_owned());
        assert_eq!(is_same(r#"  {"a":[1]} 7"#, r#" {"a":[1]}, 8"#), yes(", 8"));
        assert_eq!(is_same("[]", "[],"), yes(","));
        for (one, other) in
            [("1", "12"), (r#""a""#, r#""a""#), ("[1]", "[1 ]"), (r#"{"a":1}"#, r#"{"a":2}"#), ("[1]", "[1")]
        {
            assert!(!is_same(one, other).0, "{one} and {other}");
        }
    }

    #[test]
    fn an_error_says_where_without_what() {
        let error = |text: &str| skipped(text).unwrap_err().to_string();
        assert_eq!(error("{\"secret\":\n  \"hun"), "the JSON ends early, at line 2 column 6");
        assert_eq!(error("[1,\n\n 2 hunter]"), "it is not JSON, at line 3 column 3");
        let error = Cursor::whole(b"[\"\xff\"]", Cursor::skip).unwrap_err();
        assert_eq!(
            (error.problem(), error.to_string()),
            (Problem::NoJson, "it is not JSON, at line 1 column 2".to_owned())
        );
    }

    #[test]
    fn a_number_beyond_every_range_is_none() {
        assert!(Cursor::whole(b"1e999", Cursor::number).is_err() && skipped("1e999").is_ok());
        assert_eq!(Cursor::whole(b"1.50", Cursor::number).unwrap().to_string(), "1.5");
        assert!(Cursor::whole(b"\"1\"", Cursor::number).is_err());
    }
}
