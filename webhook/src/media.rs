//! Which bodies are read at all, by what their headers say about them.

use hyper::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue},
};

/// Why a body is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MediaError {
    /// It is no JSON.
    Type,
    /// It is packed.
    Encoding,
}

/// Looks at the headers of a body.
///
/// The API server sends `application/json`, plain (apiserver:pkg/util/webhook/client.go). A packed body is refused unread: it could unfold to any size, and the
/// API server packs none. A body without a type is read, because it is refused soon enough when it is no JSON.
pub(crate) fn accept(headers: &HeaderMap) -> Result<(), MediaError> {
    if headers.get(CONTENT_TYPE).is_some_and(|it| !is_json(it)) {
        return Err(MediaError::Type);
    }
    match headers.get(CONTENT_ENCODING) {
        Some(encoding) if !encoding.as_bytes().eq_ignore_ascii_case(b"identity") => Err(MediaError::Encoding),
        _ => Ok(()),
    }
}

fn is_json(value: &HeaderValue) -> bool {
    let media = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
    media.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderName;

    use super::*;

    fn said(name: HeaderName, value: &'static str) -> Result<(), MediaError> {
        accept(&HeaderMap::from_iter([(name, HeaderValue::from_static(value))]))
    }

    #[test]
    fn accepts_json() {
        assert_eq!(accept(&HeaderMap::new()), Ok(()));
        for value in ["application/json", "application/json; charset=utf-8", "Application/JSON ;q=1"] {
            assert_eq!(said(CONTENT_TYPE, value), Ok(()), "{value}");
        }
        assert_eq!(said(CONTENT_ENCODING, "identity"), Ok(()));
    }

    #[test]
    fn rejects_other_types_and_packed_bodies() {
        for value in ["", "text/plain", "application/jsonp", "application/yaml", "application/vnd.kubernetes.protobuf"]
        {
            assert_eq!(said(CONTENT_TYPE, value), Err(MediaError::Type), "{value}");
        }
        for value in ["gzip", "br", "gzip, identity", "rot13", ""] {
            assert_eq!(said(CONTENT_ENCODING, value), Err(MediaError::Encoding), "{value}");
        }
    }
}
