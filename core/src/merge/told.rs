//! How an override reads in JSON, and without its secrets.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{Override, Part, Resolution, Verdict};
use crate::mask;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'o> {
    place: String,
    profile: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pack: Option<&'o str>,
    part: &'o Part,
    path: &'o str,
    verdict: Verdict,
    sides: Sides<'o>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution: Option<&'o Resolution>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preset: Option<&'o str>,
}

#[derive(Serialize)]
struct Sides<'o> {
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<&'o Value>,
    #[serde(rename = "override", skip_serializing_if = "Option::is_none")]
    own: Option<&'o Value>,
    #[serde(rename = "profile", skip_serializing_if = "Option::is_none")]
    target: Option<&'o Value>,
}

impl Serialize for Override {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Shown {
            place: self.place(),
            profile: &self.profile,
            pack: self.pack.as_deref(),
            part: &self.part,
            path: &self.path,
            verdict: self.verdict,
            sides: Sides { published: self.published.as_ref(), own: self.own.as_ref(), target: self.target.as_ref() },
            resolution: self.resolution.as_ref(),
            preset: self.preset.as_deref(),
        }
        .serialize(serializer)
    }
}

impl Override {
    /// The same override without what may be secret, in its sides and in what was decided.
    #[must_use]
    pub fn masked(mut self) -> Self {
        let path = self.path.clone();
        let mut steps: Vec<_> = path.split(['.', '[', ']', '"']).collect();
        let name = match &self.part {
            Part::Variable(name) | Part::Field(name) => name.clone(),
            Part::Values | Part::Presets | Part::Manifest(_) | Part::Pack => String::new(),
        };
        steps.push(&name);
        let is_secret = self.is_secret;
        let hide = |value: Value| match value {
            Value::Null => Value::Null,
            _ if is_secret => mask::MASK.into(),
            value => mask::value(&steps, &value),
        };
        for side in [&mut self.published, &mut self.own, &mut self.target] {
            *side = side.take().map(hide);
        }
        self.resolution = self.resolution.map(|it| match it {
            Resolution::Value(value) => Resolution::Value(hide(value)),
            Resolution::Override | Resolution::Profile => it,
        });
        self
    }
}
