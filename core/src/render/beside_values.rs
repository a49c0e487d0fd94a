//! Finds where a template asks for what Palette gives it beside `.Values`.
//!
//! What is under `.Spectro` is not known here, and neither is what else there is. A template that asks for it may render to
//! other objects than are seen, in whatever way it asks: by a field, by a variable, by `index`, or by looking at the root as
//! a whole. Who asks is found in the source, because a condition may hide the place from any single rendering.

use std::collections::HashSet;

/// The field of the root under which Palette gives what it knows of the cluster.
pub(super) const SPECTRO: &str = "Spectro";

/// What is told of a template that looks at its root as a whole.
const WHOLE: &str = "all that Palette gives beside the values";

/// How many things are named that one template asks for. That it asks at all is what counts.
const MAX_ASKED: usize = 32;

/// Calls that hand the dot on to a definition, in which it is the root again.
const HANDING_ON: [&str; 3] = ["include", "template", "block"];

/// Follows one source, action by action.
#[derive(Debug, Default)]
pub(super) struct BesideValues {
    /// What is asked for, each once.
    asked: Vec<String>,
    /// For each open block whether its dot is the root, the innermost last.
    blocks: Vec<bool>,
    /// What the dot of the block is that this action opens or goes on with, once the action has ended.
    next: Option<Next>,
    /// The variables that hold the root, beside `$`.
    names: HashSet<String>,
    /// The variable that this action declares, where it does nothing else.
    declared: Option<String>,
    /// Whether the action has no word that says what it does: it prints, or it sets a variable.
    is_plain: bool,
    /// Whether the keys of a map are listed, and whether anything is sorted.
    lists_keys: bool,
    sorts: bool,
    /// The first word of each open call, the innermost last.
    heads: Vec<Option<String>>,
}

#[derive(Debug)]
enum Next {
    Open(bool),
    GoOn(bool),
}

impl BesideValues {
    /// An action starts with this word, which may be empty; `then` is the word after it.
    pub(super) fn action(&mut self, word: &str, then: &str) {
        (self.declared, self.is_plain, self.heads) = (None, word.is_empty(), vec![None]);
        let outer = |blocks: &[bool]| blocks.len().checked_sub(2).is_none_or(|index| blocks[index]);
        self.next = match word {
            "if" => Some(Next::Open(self.is_root())),
            "define" => Some(Next::Open(true)),
            // A block is a definition that is called in the same place.
            "block" => Some(Next::Open(true)),
            "range" | "with" => Some(Next::Open(false)),
            "else" => match then {
                "with" => Some(Next::GoOn(false)),
                _ => Some(Next::GoOn(outer(&self.blocks))),
            },
            _ => None,
        };
        if word == "else" {
            // The condition after `else` is asked where the block itself was.
            let root = outer(&self.blocks);
            self.blocks.last_mut().into_iter().for_each(|it| *it = root);
        }
        if word == "end" {
            self.blocks.pop();
        }
    }

    /// What the whole source asks for.
    pub(super) fn into_asked(mut self) -> Vec<String> {
        if self.lists_keys && !self.sorts {
            self.ask("the order in which Go lists the keys of a map".to_owned());
        }
        self.asked
    }

    /// The action ends.
    pub(super) fn end(&mut self) {
        match self.next.take() {
            Some(Next::Open(is_root)) => self.blocks.push(is_root),
            Some(Next::GoOn(is_root)) => self.blocks.last_mut().into_iter().for_each(|it| *it = is_root),
            None => {}
        }
    }

    /// A word stands here, that is no field and no variable.
    pub(super) fn word(&mut self, word: &str) {
        self.lists_keys |= ["keys", "values"].contains(&word);
        self.sorts |= word == "sortAlpha";
        if !["if", "with", "range", "else", "define", "end"].contains(&word)
            && let Some(head) = self.heads.last_mut()
        {
            head.get_or_insert_with(|| word.to_owned());
        }
    }

    /// Whether what stands here is an operand of a call that decides by each of its operands.
    pub(super) fn is_decisive(&self) -> bool {
        matches!(self.heads.last(), Some(Some(head)) if head == "and" || head == "or")
    }

    /// A quoted text stands here.
    pub(super) fn quoted(&mut self, text: &str) {
        self.word("");
        if text.trim_matches(['"', '`']) == SPECTRO {
            self.ask(format!("{{{{ .{SPECTRO} }}}}"));
        }
    }

    /// A parenthesis opens.
    pub(super) fn open(&mut self) {
        self.word("");
        self.heads.push(None);
    }

    /// A parenthesis closes.
    pub(super) fn close(&mut self) {
        self.heads.pop();
    }

    /// A call ends, and what it answers goes to the next one.
    pub(super) fn pipe(&mut self) {
        self.heads.last_mut().into_iter().for_each(|head| *head = None);
    }

    /// The fields `names` are asked for.
    pub(super) fn fields(&mut self, names: &[&str]) {
        self.word("");
        if let Some(index) = names.iter().position(|name| *name == SPECTRO) {
            self.ask(format!("{{{{ .{} }}}}", names[index..].join(".")));
        }
    }

    /// A dot or a variable stands here without a field; `rest` is what follows it.
    pub(super) fn lone(&mut self, name: &str, rest: &str) {
        let rest = rest.trim_start();
        if name.starts_with('$') && (rest.starts_with([',', '=']) || rest.starts_with(":=")) {
            self.declared = rest.starts_with(":=").then(|| name.to_owned());
            return;
        }
        let is_root = match name {
            "." => self.is_root(),
            "$" => true,
            name => self.names.contains(name),
        };
        let head = self.heads.last().cloned().flatten();
        self.word("");
        if !is_root || head.as_deref().is_some_and(|head| HANDING_ON.contains(&head)) {
            return;
        }
        let is_last = rest.starts_with("}}") || rest.starts_with("-}}");
        // A loop may look at a variable before the place in the text that sets it: what is set anew counts as looked at.
        match self.declared.take().filter(|_| is_last && head.is_none() && self.is_plain) {
            Some(name) => drop(self.names.insert(name)),
            None => self.ask(WHOLE.to_owned()),
        }
    }

    fn is_root(&self) -> bool {
        self.blocks.last().copied().unwrap_or(true)
    }

    fn ask(&mut self, what: String) {
        if self.asked.len() < MAX_ASKED && !self.asked.contains(&what) {
            self.asked.push(what);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::WHOLE;
    use crate::render::chains::prepare;

    fn asked(source: &str) -> Vec<String> {
        prepare(source).unwrap_or_else(|error| panic!("{source}: {error:?}")).unresolved
    }

    #[test]
    fn every_way_to_ask_for_what_palette_knows_is_found() {
        for source in [
            "{{ .Spectro.cluster }}",
            "{{ $.Spectro.cluster }}",
            "{{ if false }}{{ .Spectro.cluster }}{{ end }}",
            "{{ (.Spectro.cluster) | quote }}",
            "{{ with .Values.a }}{{ $.Spectro.cluster }}{{ end }}",
            "{{ define \"x\" }}{{ .root.Spectro.cluster }}{{ end }}",
        ] {
            assert_eq!(asked(source), ["{{ .Spectro.cluster }}"], "{source}");
        }
        for source in [
            "{{ $s := .Spectro }}{{ if eq $s.cluster \"c\" }}x{{ end }}",
            "{{ with .Spectro }}{{ .cluster }}{{ end }}",
            "{{ index . \"Values\" }}{{ index .Values \"Spectro\" }}",
            "{{ (.Spectro).cluster }}",
            "{{ get $ `Spectro` }}",
            "{{ $.Spectro }}",
            "{{/*/ {{ \" */}}{{ toJson .Spectro }}{{/* \" */}}",
        ] {
            assert!(asked(source).contains(&"{{ .Spectro }}".to_owned()), "{source}");
        }
        assert_eq!(asked("{{ range .Spectro.nodes }}{{ . }}{{ end }}"), ["{{ .Spectro.nodes }}"]);
    }

    #[test]
    fn a_look_at_the_whole_root_is_found() {
        for source in [
            "{{ toJson . }}",
            "{{ . | toJson }}",
            "{{ index $ (printf \"%s\" \"a\") }}",
            "{{ range . }}{{ end }}",
            "{{ range $k, $v := $ }}{{ end }}",
            "{{ with . }}{{ end }}",
            "{{ if . }}{{ end }}",
            "{{ if .Values.a }}{{ len . }}{{ end }}",
            "{{ with .Values.a }}{{ else }}{{ len . }}{{ end }}",
            "{{ with .Values.a }}{{ end }}{{ len . }}",
            "{{ range .Values.a }}{{ len $ }}{{ end }}",
            "{{ $root := . }}{{ range .Values.a }}{{ len $root }}{{ end }}",
            "{{ $root := . }}{{ $again := $root -}}{{ toYaml $again }}",
            "{{ define \"x\" }}{{ toYaml . }}{{ end }}",
            "{{ include \"x\" (dict \"root\" .) }}",
            "{{ $x := list . }}",
            "{{ with $r := . }}{{ end }}",
            "{{ with $r := $ }}{{ toJson . }}{{ end }}",
            "{{ range $r := . }}{{ end }}",
            "{{ if $r := . }}{{ end }}",
            "{{ $a := \"\" }}{{ range .Values.l }}{{ toJson $a }}{{ $a = $ }}{{ end }}",
            "{{/*/ {{ with .Values.a }} */}}{{ toJson . }}",
            "{{ (.) }}",
        ] {
            assert_eq!(asked(source), [WHOLE], "{source}");
        }
    }

    #[test]
    fn the_order_of_keys_is_nobodys_to_tell() {
        assert_eq!(asked("{{ first (keys .Values.m) }}"), ["the order in which Go lists the keys of a map"]);
    }

    #[test]
    fn what_asks_for_values_alone_is_not_suspected() {
        for source in [
            "Spectro {{ .Values.spectro }} {{ \"the Spectro way\" }}{{/* .Spectro */}}",
            "{{ range .Values.list }}{{ . }}{{ toJson . }}{{ if . }}{{ . }}{{ end }}{{ end }}",
            "{{ with .Values.a }}{{ . | quote }}{{ end }}",
            "{{ range $k, $v := .Values.a }}{{ $k }}{{ toYaml $v }}{{ end }}",
            "{{ include \"x\" . }}{{ template \"x\" $ }}{{ (include \"x\" .) | indent 2 }}{{ block \"y\" . }}{{ end }}",
            "{{ $root := . }}{{ range .Values.a }}{{ include \"x\" $root }}{{ $root.Values.b }}{{ end }}",
            "{{ with .Values.a }}{{ else with .Values.b }}{{ toJson . }}{{ end }}",
            "{{ $x := .Values.a }}{{ $x = 2 }}{{ $x }}{{ 0.5 }}{{ .5 }}",
            "{{ tpl .Values.a }}",
            "{{ keys .Values.a | sortAlpha }}",
        ] {
            assert!(asked(source).is_empty(), "{source}: {:?}", asked(source));
        }
    }
}
