//! The texts of a profile as one YAML document to edit, and back.

use std::collections::BTreeMap;

use profile_core::{
    mask::{Context, Secrets},
    merge::{Decisions, Override, Part, Resolution, Verdict},
    profile::AttachedProfile,
    splice::{Path, Tree},
    yaml,
};
use serde_json::Value;

use super::{
    edit::{Edited, Pending, Place},
    marks, masked,
    sides::{self, Sight},
    template,
};
use crate::output::escape;

/// The texts that are edited.
pub(super) struct Pages<'a> {
    pending: &'a Pending<'a>,
    pages: Vec<Page<'a>>,
    /// Texts that no YAML document can hold, such as those with control characters.
    left_out: Vec<String>,
}

/// One text: the values of a pack, or a manifest of it.
struct Page<'a> {
    name: String,
    place: Place,
    /// The text with the line ends of Unix.
    real: String,
    has_crlf: bool,
    /// Its lines as they are shown.
    shown: Vec<String>,
    open: Vec<&'a Override>,
    sight: Sight,
}

impl<'a> Pages<'a> {
    pub(super) fn of(pending: &'a Pending<'a>) -> Self {
        let profile = AttachedProfile::new(pending.content, "pending".into());
        let secrets = if pending.show_secrets { Secrets::Shown } else { Secrets::Hidden };
        let mut pages = Self { pending, pages: Vec::new(), left_out: Vec::new() };
        // By their places in the raw document, so that each goes back to where it came from.
        for (at, raw) in profile_core::field::items(pending.content, &["packs"]) {
            let pack = profile_core::pack::Pack::new(raw, String::new());
            let context = Context::of_profile(&profile).and(Context::of_pack(&pack)).and(pending.known.clone());
            let mut add = |name: String, place: Place, text: &Value, is_there: &dyn Fn(&Part) -> bool| {
                let Some(text) = text.as_str() else { return };
                let of_pack = |it: &&Override| it.pack.as_deref() == Some(&*pack.name()) && is_there(&it.part);
                let open = pending.overrides.iter().filter(|it| it.is_open()).filter(of_pack).collect();
                let sight = Sight { secrets, context: context.clone() };
                pages.add(Page::new(name, place, text, sight, open));
            };
            let is_values = |part: &Part| matches!(part, Part::Values | Part::Presets);
            add(pack.name().into_owned(), Place { pack: at, manifest: None }, &raw["values"], &is_values);
            for (index, manifest) in profile_core::field::items(raw, &["manifests"]) {
                let called = manifest["name"].as_str().unwrap_or_default();
                let is_manifest = |part: &Part| matches!(part, Part::Manifest(name) if name == called);
                let name = format!("{}, manifest {called}", pack.name());
                add(name, Place { pack: at, manifest: Some(index) }, &manifest["content"], &is_manifest);
            }
        }
        pages
    }

    fn add(&mut self, mut page: Page<'a>) {
        let count =
            self.pages.iter().filter(|it| it.name == page.name || it.name.starts_with(&format!("{} #", page.name)));
        let count = count.count();
        if count > 0 {
            page.name = format!("{} #{}", page.name, count + 1);
        }
        // Only what comes back as it went in is given to anybody to edit.
        let text = page.marked();
        let comes_back = yaml::parse(&block(&page.name, &text)).is_ok_and(|read| read[&page.name] == *text);
        if comes_back { self.pages.push(page) } else { self.left_out.push(page.name) }
    }

    /// The document to edit.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for line in self.header() {
            text.push_str(format!("# {}", escape::control(&line)).trim_end());
            text.push('\n');
        }
        for page in &self.pages {
            text.push_str(&block(&page.name, &page.marked()));
        }
        text
    }

    fn header(&self) -> Vec<String> {
        let mut lines = vec![
            format!("The pending configuration of {}: a text for each pack.", self.pending.title),
            match self.pending.is_set {
                true => "Edit it, save, and leave the editor. An empty file changes nothing.".into(),
                false => "Edit it, save, and leave the editor. An unchanged or an empty file changes nothing.".into(),
            },
        ];
        if !self.pending.show_secrets {
            lines.push("`***` hides a secret, which stays as it is where its line stays as it is.".into());
        }
        if self.pages.iter().any(|page| !page.open.is_empty()) {
            lines.push(format!("Lines that begin with `{}` mark what you have to decide.", marks::MARK.trim_end()));
        }
        lines
            .extend(self.left_out.iter().map(|name| format!("Not in here, because YAML cannot hold its text: {name}")));
        if !self.pending.overrides.is_empty() {
            lines.extend([String::new(), "What this cluster sets itself:".into()]);
        }
        for it in self.pending.overrides {
            let is_here = self.pages.iter().any(|page| page.open.iter().any(|open| std::ptr::eq(*open, it)));
            let asked = if it.is_open() && !is_here { " (not in here: you are asked for it)" } else { "" };
            let kind = sides::kind(it.verdict);
            lines.push(format!("  {kind:<12}  {}{asked}", it.place().replace(['\n', '\t'], " ")));
        }
        lines.push(String::new());
        lines
    }

    /// What a saved document says, or everything that is wrong with it.
    pub(super) fn read(&self, text: &str) -> Result<Edited, Vec<String>> {
        let text = text.replace("\r\n", "\n");
        let document = yaml::parse(&text).map_err(|error| vec![error.to_string()])?;
        let Value::Object(fields) = document else { return Err(vec!["this is no map from packs to texts".into()]) };
        let mut errors: Vec<_> = fields
            .keys()
            .filter(|key| self.pages.iter().all(|page| page.name != **key))
            .map(|key| format!("{key:?} is no text of this profile; packs are not added here"))
            .collect();
        let mut texts = BTreeMap::new();
        let mut decisions = self.pending.decisions.clone();
        for page in &self.pages {
            match page.read(fields.get(&page.name)) {
                Ok(text) => {
                    page.open.iter().for_each(|it| decide(it, &text, &mut decisions));
                    texts.insert(page.place, if page.has_crlf { text.replace('\n', "\r\n") } else { text });
                }
                Err(found) => errors.extend(found.into_iter().map(|error| format!("{}: {error}", page.name))),
            }
        }
        if errors.is_empty() { Ok(Edited::new(self.pending.content, texts, decisions)) } else { Err(errors) }
    }
}

impl<'a> Page<'a> {
    fn new(name: String, place: Place, text: &str, sight: Sight, open: Vec<&'a Override>) -> Self {
        let has_crlf = text.contains("\r\n") && text.matches('\n').count() == text.matches("\r\n").count();
        let real = if has_crlf { text.replace("\r\n", "\n") } else { text.to_owned() };
        let mut shown = sight.secrets.lines(&real, &sight.context);
        // What stands behind the last line end is a line, too, if an empty one.
        shown.resize(real.split('\n').count(), String::new());
        Self { name, place, real, has_crlf, shown, open, sight }
    }

    fn marked(&self) -> String {
        marks::insert(&self.shown, &self.real, &self.open, &self.sight).join("\n")
    }

    fn read(&self, saved: Option<&Value>) -> Result<String, Vec<String>> {
        let saved = match saved {
            Some(Value::String(text)) => text.as_str(),
            Some(Value::Null) => "",
            Some(_) => return Err(vec!["this is no text; write it as a block below `|`".into()]),
            None => return Err(vec!["this text is missing; packs are not removed here".into()]),
        };
        let left = marks::left(saved);
        if !left.is_empty() {
            return Err(left);
        }
        let text = masked::restore(&self.shown, &self.real, saved)?;
        let was_read = yaml::parse_all(&self.real).is_ok();
        if was_read && let Err(error) = template::parse(&text) {
            return Err(vec![error.to_string()]);
        }
        Ok(text)
    }
}

/// Takes down what an edited text decides for a place that was open in it.
fn decide(it: &Override, text: &str, decisions: &mut Decisions) {
    let tree = Tree::parse(text).ok();
    let node = tree.as_ref().and_then(|tree| tree.node(&it.path.parse::<Path>().ok()?));
    let value = node.map(|node| node.value());
    if it.verdict == Verdict::Lost && value.is_none() {
        decisions.accepted_losses.insert(it.place());
        return;
    }
    let resolution = if value == it.own {
        Resolution::Override
    } else if value == it.target {
        Resolution::Profile
    } else {
        // Where nothing is left of it, the text says so, and it is the text that is written.
        Resolution::Value(value.unwrap_or_default())
    };
    decisions.by_place.insert(it.place(), resolution);
}

/// One entry of the document: the text as a literal block, which shows every line as it is.
fn block(name: &str, text: &str) -> String {
    let is_word = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"].contains(&&*name.to_ascii_lowercase());
    let is_plain = !is_word
        && name.starts_with(|it: char| it.is_ascii_alphabetic())
        && name.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.' | '/'));
    let key = if is_plain { name.to_owned() } else { Value::from(name).to_string() };
    if text.is_empty() {
        return format!("{key}: \"\"\n");
    }
    let first = text.lines().find(|line| !line.is_empty()).unwrap_or_default();
    let indentation = if first.starts_with([' ', '\t']) || text.starts_with('\n') { "2" } else { "" };
    let (body, end) = match text.strip_suffix('\n') {
        None => (text, "-"),
        Some(body) if body.is_empty() || body.ends_with('\n') => (body, "+"),
        Some(body) => (body, ""),
    };
    let lines = body.split('\n').map(|line| if line.is_empty() { "\n".into() } else { format!("  {line}\n") });
    format!("{key}: |{indentation}{end}\n{}", lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back_or_is_left_out() {
        for text in [
            "",
            "a: 1\n",
            "a: 1",
            "a: 1\n\n\n",
            "\n",
            "\n\na: 1\n",
            "  a: 1\n b: 2\n",
            "a: |\n    x\n\n  \n",
            "\ta\n",
            "# only\n# comments",
            "a: 'ü → \"x\"' # why\n",
            "---\na: 1\n...\n",
            "a:   \nb: \t\n",
            "   \n",
            "- |2\n   x\n",
            "%YAML 1.2\n",
            "key: \u{2028}x\u{85}\n",
        ] {
            let read = yaml::parse(&block("name", text)).unwrap();
            assert_eq!(read["name"], text, "{}", block("name", text));
        }
        let alphabet = [" ", "\n", "\t", "a", ":", "#", "|", "-", "é", "\n\n", "  ", "'", "\"", "{", "%", ">"];
        let mut seed = 11_usize;
        for _ in 0..5_000 {
            let text: String = (0..12)
                .map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    alphabet[(seed >> 33) % alphabet.len()]
                })
                .collect();
            let document = block("name", &text) + &block("next", "b: 1\n");
            let read = yaml::parse(&document).unwrap_or_else(|error| panic!("{error}\n{document}"));
            assert_eq!((&read["name"], &read["next"]), (&text.into(), &"b: 1\n".into()), "{document}");
        }
    }

    #[test]
    fn names_are_quoted_where_yaml_needs_it() {
        for name in ["hello-aws", "a, manifest b", "a #2", "yes", "0x", "ü: x", "null", "\"q\""] {
            let read = yaml::parse(&block(name, "a: 1\n")).unwrap();
            assert_eq!(read[name], "a: 1\n", "{read}");
        }
    }
}
