//! What `override` sets, unsets and edits in the values of one pack.

use std::{fmt, str::FromStr};

use profile_core::{
    mask::MASK,
    splice::{Content, Edit, Node, Path, SpliceError, Step, Tree},
};
use serde_json::Value;

use crate::error::{Error, Kind};

/// `PACK`, or `PROFILE/PACK` where several attached profiles have one of that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PackReference {
    pub(crate) profile: Option<String>,
    pub(crate) pack: String,
}

impl FromStr for PackReference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (profile, pack) = match text.rsplit_once('/') {
            Some((profile, pack)) => (Some(profile.to_owned()), pack),
            None => (None, text),
        };
        if pack.is_empty() || profile.as_deref() == Some("") {
            return Err(format!("{text:?} is no pack; write it like hello-universe or hello-aws/hello-universe"));
        }
        Ok(Self { profile, pack: pack.to_owned() })
    }
}

impl fmt::Display for PackReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.profile {
            Some(profile) => write!(f, "{profile}/{}", self.pack),
            None => f.write_str(&self.pack),
        }
    }
}

/// `PATH=VALUE`, with the value as YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) path: Path,
    pub(crate) value: String,
}

impl FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // A key in quotes or a name in brackets may hold the sign itself.
        let (mut depth, mut in_quotes) = (0_usize, false);
        let sign = text.char_indices().find(|(_, letter)| {
            match letter {
                '"' => in_quotes = !in_quotes,
                '[' if !in_quotes => depth += 1,
                ']' if !in_quotes => depth = depth.saturating_sub(1),
                _ => {}
            }
            *letter == '=' && depth == 0 && !in_quotes
        });
        let (at, _) = sign.ok_or_else(|| format!("{text:?} sets nothing; write it like ui.replicas=2"))?;
        let path: Path = text[..at].parse()?;
        if path.0.is_empty() {
            return Err(format!("{text:?} names no path before the sign; write it like ui.replicas=2"));
        }
        Ok(Self { path, value: text[at + 1..].to_owned() })
    }
}

/// What is to become of a pack's values.
#[derive(Clone, Debug, Default)]
pub(crate) struct PackEdit {
    /// Values to set, in the order given.
    pub(crate) set: Vec<Assignment>,
    /// Paths that go back to what is published.
    pub(crate) unset: Vec<Path>,
    /// A YAML text whose values are all set, and where it comes from.
    pub(crate) values: Option<(String, String)>,
    /// The whole text, as it was edited.
    pub(crate) text: Option<String>,
}

/// A path for `--unset`: not the whole text, which an empty variable of a shell would name.
pub(crate) fn path_to_unset(text: &str) -> Result<Path, String> {
    let path: Path = text.parse()?;
    if path.0.is_empty() {
        return Err(format!("{text:?} names no path; write it like ui.replicas"));
    }
    Ok(path)
}

impl PackEdit {
    /// Whether anything is set or unset by flags.
    pub(crate) fn sets_something(&self) -> bool {
        !self.set.is_empty() || !self.unset.is_empty() || self.values.is_some()
    }

    /// Refuses what is both set and unset: nobody can tell which of them is meant.
    pub(crate) fn refuse_contradictions(&self) -> Result<(), Error> {
        let touch = |one: &Path, other: &Path| one.0.starts_with(&other.0) || other.0.starts_with(&one.0);
        let of = |unset| self.set.iter().find(|it| touch(&it.path, unset)).map(|set| (&set.path, unset));
        self.unset.iter().find_map(of).map_or(Ok(()), |(set, unset)| {
            Err(Error::usage(format!("--set {set} and --unset {unset} contradict each other"))
                .hint("leave one of them out; nothing was written"))
        })
    }

    /// `own` after the edits; `published` is what unset paths go back to.
    pub(crate) fn apply(&self, own: &str, published: Option<&str>) -> Result<String, Error> {
        self.refuse_unusable()?;
        let mut text = self.text.clone().unwrap_or_else(|| own.to_owned());
        if let Some((place, given)) = &self.values {
            let tree = Tree::parse(given).map_err(|error| Error::usage(format!("{place}: {error}")))?;
            let mut paths = Vec::new();
            if let Some(root) = tree.root() {
                leaves(root, &Path::default(), &mut paths);
            }
            let edits: Vec<_> =
                paths.into_iter().map(|path| Edit::Graft { from: path.clone(), path, source: &tree }).collect();
            text = spliced(&text, &edits)?;
        }
        for Assignment { path, value } in &self.set {
            let tree = Tree::parse(value)
                .map_err(|error| Error::usage(format!("--set {path}: the value is not YAML: {error}")))?;
            let edit = match tree.root() {
                Some(_) => Edit::Graft { path: path.clone(), source: &tree, from: Path::default() },
                None => Edit::Set { path: path.clone(), value: Value::from("") },
            };
            text = spliced(&text, &[edit])?;
        }
        for path in &self.unset {
            text = self.unset(&text, path, published)?;
        }
        Ok(text)
    }

    /// Refuses what is no edit of any values, whatever they are.
    pub(crate) fn refuse_unusable(&self) -> Result<(), Error> {
        self.refuse_masks()?;
        self.values.as_ref().map_or(Ok(()), |(place, text)| refuse_no_map(place, text))
    }

    /// A mask stands for a value that nobody typed: it is never written, not even as a part of a longer text.
    fn refuse_masks(&self) -> Result<(), Error> {
        let is_masked = |text: &str| text.contains(MASK);
        let place = match &self.values {
            Some((place, text)) if is_masked(text) => Some(place.clone()),
            _ => self.set.iter().find(|it| is_masked(&it.value)).map(|it| format!("--set {}", it.path)),
        };
        place.map_or(Ok(()), |place| {
            Err(Error::usage(format!("{place}: `{MASK}` hides a value and is none itself"))
                .hint("write the value, or see it with --show-secrets; nothing was written"))
        })
    }

    fn unset(&self, text: &str, path: &Path, published: Option<&str>) -> Result<String, Error> {
        let Some(published) = published else {
            return Err(Error::new(
                Kind::DecisionNeeded,
                format!("--unset {path} goes back to what was published, and that is not known"),
            )
            .hint("--base=published|FILE|REVISION names it; nothing was written"));
        };
        let tree = Tree::parse(published)
            .map_err(|error| Error::failed(format!("what is published cannot be read: {error}")))?;
        let own = Tree::parse(text).map_err(|error| Error::failed(format!("the values cannot be read: {error}")))?;
        match (own.node(path), tree.node(path)) {
            (Some(own), Some(published)) if own.value() == published.value() => Ok(text.to_owned()),
            (None, None) => Err(Error::new(Kind::NotFound, format!("--unset {path}: there is no value at that path"))),
            (_, Some(_)) => spliced(text, &[Edit::Graft { path: path.clone(), source: &tree, from: path.clone() }]),
            (Some(_), None) => spliced(text, &[Edit::Remove { path: path.clone() }]),
        }
    }
}

/// Refuses values that are no map: they would take the place of all that the pack has.
fn refuse_no_map(place: &str, text: &str) -> Result<(), Error> {
    let tree = Tree::parse(text).map_err(|error| Error::usage(format!("{place}: {error}")))?;
    let found = match tree.root().map(|root| (&root.content, root.value())) {
        Some((Content::Mapping(entries), _)) if !entries.is_empty() => return Ok(()),
        None | Some((Content::Mapping(_), _) | (_, Value::Null)) => {
            return Err(Error::usage(format!("{place} holds no values")));
        }
        Some((_, Value::Array(_))) => "a list",
        Some((_, Value::String(_))) => "a text",
        Some((_, Value::Number(_))) => "a number",
        Some((_, Value::Bool(_))) => "a boolean",
        Some((_, Value::Object(_))) => "an alias",
    };
    Err(Error::usage(format!("{place} holds {found}, and the values of a pack are a map"))
        .hint("write one line for each value, such as `replicas: 2`; nothing was written"))
}

/// The paths of everything that is no mapping of its own: what has to be set so that the rest stays.
fn leaves(node: &Node, path: &Path, paths: &mut Vec<Path>) {
    match &node.content {
        Content::Mapping(entries) if !entries.is_empty() => {
            for entry in entries {
                leaves(&entry.value, &path.join(Step::Key(entry.key.clone())), paths);
            }
        }
        _ => paths.push(path.clone()),
    }
}

fn spliced(text: &str, edits: &[Edit<'_>]) -> Result<String, Error> {
    profile_core::splice::apply(text, edits).map_err(|error| match &error {
        SpliceError::Yaml(error) => Error::failed(format!("the values of the pack are not valid YAML: {error}"))
            .hint("--edit opens the text itself; nothing was written"),
        SpliceError::Place { .. } | SpliceError::Guard { .. } => Error::failed(format!("cannot be set there: {error}"))
            .hint("--edit opens the text itself; nothing was written"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_is_named_alone_or_with_its_profile() {
        let read = |text: &str| text.parse::<PackReference>().map(|it| (it.profile, it.pack));
        assert_eq!(read("k"), Ok((None, "k".into())));
        assert_eq!(read("p/k"), Ok((Some("p".into()), "k".into())));
        for text in ["", "p/", "/k"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn values_that_are_no_map_are_refused() {
        let apply = |text: &str| {
            let values = Some(("v.yaml".to_owned(), text.to_owned()));
            PackEdit { values, ..PackEdit::default() }.apply("a: 1\nb: 1\n", None)
        };
        for (text, said) in [
            ("- x\n", "v.yaml holds a list"),
            ("x\n", "v.yaml holds a text"),
            ("7\n", "v.yaml holds a number"),
            ("", "v.yaml holds no values"),
            ("{}\n", "v.yaml holds no values"),
            ("~\n", "v.yaml holds no values"),
        ] {
            let error = apply(text).unwrap_err();
            assert!(error.message.starts_with(said) && error.kind == Kind::Usage, "{text}: {error}");
        }
        assert_eq!(apply("b: 2\n").unwrap(), "a: 1\nb: 2\n");
    }

    #[test]
    fn a_mask_is_never_set() {
        let set = |text: &str| PackEdit { set: vec![text.parse().unwrap()], ..PackEdit::default() };
        let own = "u: postgres://a:s1@h\n";
        for text in ["u=***", "u=postgres://a:***@h"] {
            assert!(set(text).apply(own, None).unwrap_err().message.contains("--set u"), "{text}");
        }
        let values = Some(("own.yaml".to_owned(), "u: postgres://a:***@h\n".to_owned()));
        let error = PackEdit { values, ..PackEdit::default() }.apply(own, None).unwrap_err();
        assert!(error.message.starts_with("own.yaml: "), "{error}");
    }

    #[test]
    fn an_assignment_ends_its_path_at_the_first_sign_outside_of_brackets() {
        let read = |text: &str| text.parse::<Assignment>().map(|it| (it.path.to_string(), it.value));
        assert_eq!(read("a.b=1"), Ok(("a.b".into(), "1".into())));
        assert_eq!(read("l[name=x].v=a=b"), Ok(("l[name=x].v".into(), "a=b".into())));
        assert_eq!(read("a="), Ok(("a".into(), String::new())));
        for text in ["a", "=1", ""] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
