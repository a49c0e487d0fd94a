//! Overrides for the tests, as short as they can be said.

use profile_core::{
    mask::{Context, Secrets},
    merge::{Merged, Override, Part, Verdict},
};
use serde_json::{Value, json};

use super::sides::Sight;

/// A conflict in the values of pack `hello` of profile `shop`.
pub(super) fn conflict(path: &str, published: Value, own: Value, target: Value) -> Override {
    Override {
        profile: "shop".into(),
        pack: Some("hello".into()),
        part: Part::Values,
        path: path.into(),
        verdict: Verdict::Conflict,
        published: Some(published),
        own: Some(own),
        target: Some(target),
        resolution: None,
        preset: None,
        is_secret: false,
        refused: None,
    }
}

/// A merge with these overrides and these values of pack `hello`.
pub(super) fn merged(values: &str, overrides: Vec<Override>) -> Merged {
    let content = json!({"name": "shop", "packs": [{"name": "hello", "version": "1", "values": values}]});
    Merged { content, overrides, notes: Vec::new() }
}

/// With secrets shown or hidden, and nothing known of them but their names.
pub(super) fn sight(show_secrets: bool) -> Sight {
    let secrets = if show_secrets { Secrets::Shown } else { Secrets::Hidden };
    Sight { secrets, context: Context::default() }
}
