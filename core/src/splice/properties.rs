//! Properties of the splice editor on generated texts in many styles, held against an independent parser.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Content, Edit, Node, Path, SpliceError, Step, Tree, apply, write::indent};

/// Cases of each property; raise it for a long run.
const CASES: u32 = 1_500;

/// A value and how it is written.
#[derive(Clone, Debug)]
enum Doc {
    Scalar(String),
    Block(Vec<&'static str>),
    Map(Style, Vec<(String, Self)>),
    List(Style, Vec<Self>),
}

#[derive(Clone, Copy, Debug)]
struct Style {
    is_flow: bool,
    step: usize,
    above: bool,
    behind: bool,
    below: bool,
    gap: bool,
}

fn style() -> impl Strategy<Value = Style> {
    (prop::bool::weighted(0.2), 0..5_usize, prop::array::uniform4(prop::bool::weighted(0.3)))
        .prop_map(|(is_flow, step, [above, behind, below, gap])| Style { is_flow, step, above, behind, below, gap })
}

fn doc() -> impl Strategy<Value = Doc> {
    let words = [
        "yes",
        "off",
        "0644",
        "0o17",
        "0x1F",
        "~",
        "",
        "null",
        "1.50",
        "-7",
        "9007199254740993",
        "2001-12-14",
        "plain",
        "two words",
        "'single ''q'''",
        "\"d\\n\\u00e4 #\"",
        "\"\"",
        "ä",
        "!!str 5",
        "a:b",
        "1_000",
        "[]",
        "{}",
        "docker.io/x/y:1.2",
    ];
    let lines = ["|\nx\n  y\n\nz", "|-\nx", ">-\nfolded\ntext\n\nmore", "|2\n   x", "|+\nx\n", "|\n# no comment\nx: 1"];
    let leaf = prop_oneof![
        6 => prop::sample::select(words.to_vec()).prop_map(|word| Doc::Scalar(word.to_owned())),
        1 => prop::sample::select(lines.to_vec()).prop_map(|text| Doc::Block(text.split('\n').collect())),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let key = prop::sample::select(vec!["a", "b", "c", "name", "d e", "'q'", "x.y", "long-key"]);
        let map = prop::collection::btree_map(key.prop_map(str::to_owned), inner.clone(), 0..5)
            .prop_map(|map| map.into_iter().collect::<Vec<_>>());
        prop_oneof![
            2 => (style(), map.prop_shuffle()).prop_map(|(style, map)| Doc::Map(style, map)),
            1 => (style(), prop::collection::vec(inner, 0..4)).prop_map(|(style, list)| Doc::List(style, list)),
        ]
    })
}

/// The text of a document whose root is a mapping.
fn text() -> impl Strategy<Value = String> {
    let ends = prop::sample::select(vec!["\n", "", "\n\n", "\n# the end\n"]);
    let heads = prop::sample::select(vec!["", "# presets\n", "---\n", "\u{feff}# head\n\n", "%YAML 1.1\n---\n"]);
    (doc(), heads, ends, any::<bool>()).prop_map(|(doc, head, end, is_crlf)| {
        let mut body = String::new();
        block(&doc, None, &mut body);
        let text = format!("{head}{}{end}", body.trim_start_matches(['\n', ' ']));
        if is_crlf { text.replace('\n', "\r\n") } else { text }
    })
}

fn flow(doc: &Doc) -> String {
    match doc {
        Doc::Scalar(word) if word.is_empty() => "~".into(),
        Doc::Scalar(word) => word.clone(),
        Doc::Block(_) => "'block'".into(),
        Doc::Map(_, map) => {
            format!(
                "{{{}}}",
                map.iter().map(|(key, doc)| format!("{key}: {}", flow(doc))).collect::<Vec<_>>().join(", ")
            )
        }
        Doc::List(_, list) => format!("[{}]", list.iter().map(flow).collect::<Vec<_>>().join(", ")),
    }
}

/// Writes what stands behind a colon or a dash at `base`.
fn block(doc: &Doc, base: Option<usize>, out: &mut String) {
    let style = match doc {
        Doc::Map(style, map) if !style.is_flow && !map.is_empty() => *style,
        Doc::List(style, list) if !style.is_flow && !list.is_empty() => *style,
        Doc::Block(lines) => {
            out.push_str(&format!(" {}", lines[0]));
            for line in &lines[1..] {
                let column = base.map_or(0, |base| base + 2);
                out.push('\n');
                out.push_str(&if line.is_empty() { String::new() } else { format!("{}{line}", indent(column)) });
            }
            return;
        }
        doc => return out.push_str(&format!(" {}", flow(doc))),
    };
    let column = base.map_or(0, |base| base + style.step.max(1));
    let line = |out: &mut String, text: &str| out.push_str(&format!("\n{}{text}", indent(column)));
    let before = |out: &mut String| {
        if style.gap {
            out.push('\n');
        }
        if style.above {
            line(out, "# above");
        }
    };
    let after = |doc: &Doc, out: &mut String| {
        if style.behind && matches!(doc, Doc::Scalar(_)) {
            out.push_str(" # behind");
        }
    };
    match doc {
        Doc::Map(_, map) => {
            for (key, value) in map {
                before(out);
                line(out, &format!("{key}:"));
                block(value, Some(column), out);
                after(value, out);
            }
        }
        Doc::List(_, list) => {
            for item in list {
                before(out);
                line(out, "-");
                let mut inner = String::new();
                block(item, Some(column), &mut inner);
                // A collection may begin on the line of the dash.
                let begins = inner.trim_start_matches(['\n', ' ']);
                let lead = inner.len() - begins.len();
                let blanks = inner[..lead].rsplit('\n').next().map_or(0, str::len);
                if style.below && !begins.starts_with('#') && inner.starts_with('\n') && blanks > column {
                    out.push_str(&format!("{}{begins}", indent(blanks - column - 1)));
                    if blanks == column + 1 {
                        out.truncate(out.len() - begins.len());
                        out.push_str(&inner);
                    }
                } else {
                    out.push_str(&inner);
                }
                after(item, out);
            }
        }
        _ => {}
    }
    if style.below && !out.ends_with('\n') && !matches!(doc, Doc::List(..)) {
        line(out, "# below");
    }
}

fn paths(node: &Node, path: &Path, found: &mut Vec<Path>) {
    found.push(path.clone());
    for entry in node.entries().unwrap_or_default() {
        paths(&entry.value, &path.join(Step::Key(entry.key.clone())), found);
    }
    for (at, item) in node.items().unwrap_or_default().iter().enumerate() {
        paths(item, &path.join(Step::Index(at)), found);
    }
}

fn all_paths(tree: &Tree<'_>) -> Vec<Path> {
    let mut found = Vec::new();
    if let Some(root) = tree.root() {
        paths(root, &Path::default(), &mut found);
    }
    found
}

fn value() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!(1),
        json!("yes"),
        json!(null),
        json!("x\ny\n"),
        json!("a: b #"),
        json!({}),
        json!([]),
        json!(1.5e300),
        json!({"k": {"l": [1, "x\n\ny"]}}),
        json!([{"name": "z", "v": "0644"}, [1]]),
        json!("\u{85}\u{2028}\t\""),
        json!(u64::MAX),
    ])
}

/// What another parser reads.
fn independent(text: &str) -> Option<Value> {
    let options = serde_saphyr::options! {
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::LastWins,
        legacy_octal_numbers: true,
        emit_comments: false,
    };
    serde_saphyr::from_str_with_options(text, options).ok()
}

#[derive(Clone, Debug)]
enum Kind {
    Set(Value),
    New(Value),
    Graft(usize),
    GraftNew(usize),
    Remove,
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        value().prop_map(Kind::Set),
        value().prop_map(Kind::New),
        any::<usize>().prop_map(Kind::Graft),
        any::<usize>().prop_map(Kind::GraftNew),
        Just(Kind::Remove),
    ]
}

/// An edit of one of the paths, whatever lies there.
fn edit<'s>(kind: &Kind, path: Path, source: &'s Tree<'s>, sources: &[Path]) -> Edit<'s> {
    let new = |path: &Path| path.join(Step::Key("new".into()));
    let from = |at: &usize| sources[at % sources.len()].clone();
    match kind {
        Kind::Set(value) => Edit::Set { path, value: value.clone() },
        Kind::New(value) => Edit::Set { path: new(&path), value: value.clone() },
        Kind::Graft(at) => Edit::Graft { path, source, from: from(at) },
        Kind::GraftNew(at) => Edit::Graft { path: new(&path), source, from: from(at) },
        Kind::Remove => Edit::Remove { path },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edits_read_back_and_leave_the_rest_alone(
        text in text(), source in text(), edits in prop::collection::vec((any::<usize>(), kind()), 1..4),
    ) {
        let (Ok(tree), Ok(source)) = (Tree::parse(&text), Tree::parse(&source)) else { return Ok(()) };
        let (places, sources) = (all_paths(&tree), all_paths(&source));
        prop_assume!(!places.is_empty() && !sources.is_empty());
        let edits: Vec<_> = edits.iter().map(|(at, kind)| edit(kind, places[at % places.len()].clone(), &source, &sources)).collect();
        let done = match apply(&text, &edits) {
            Ok(done) => done,
            Err(SpliceError::Place { .. }) => return Ok(()),
            // Blank lines below a scalar that keeps them are its content: what moves them is refused, and nothing is lost.
            Err(SpliceError::Guard { .. }) if text.contains("|+") || source.text().contains("|+") => return Ok(()),
            Err(error) => return Err(TestCaseError::fail(format!("{error}\n{text}\n{edits:?}"))),
        };
        let read = Tree::parse(&done).map(|tree| tree.value());
        if independent(&text) == Some(tree.value()) && !done.ends_with(['x', 'y', 'z']) {
            prop_assert_eq!(independent(&done), read.ok(), "{}", done);
        }
        let one = edits.first().filter(|_| edits.len() == 1);
        if let Some(Edit::Set { path, .. } | Edit::Graft { path, .. } | Edit::Remove { path }) = one
            && let Some(Step::Key(top)) = path.0.first()
            && let Some(node) = tree.node(&Path(vec![Step::Key(top.clone())]))
            && tree.root().is_some_and(|root| root.entries().is_some_and(|entries| entries.len() > 1))
        {
            let extent = tree.extent(&Path(vec![Step::Key(top.clone())]), node.lead, node);
            // The line break around an entry goes with it.
            let head = text[..extent.start].trim_end_matches([' ', '\r', '\n', ',']);
            let tail = text[extent.end..].trim_start_matches([' ', '\r', '\n', ',']);
            prop_assert!(done.starts_with(head) && done.ends_with(tail), "{:?} became {:?} by {:?}", text, done, one);
        }
        if text.contains("\r\n") && !source.text().is_empty() {
            prop_assert!(!done.replace("\r\n", "").contains('\n'));
        }
    }

    #[test]
    fn a_scalar_set_over_a_scalar_touches_nothing_else(text in text(), at in any::<usize>(), number in any::<i64>()) {
        let Ok(tree) = Tree::parse(&text) else { return Ok(()) };
        let places = all_paths(&tree);
        prop_assume!(!places.is_empty());
        let path = places[at % places.len()].clone();
        let node = tree.node(&path);
        let span = match node {
            Some(Node { span, content: Content::Scalar(_), shape, .. }) if !span.is_empty() && *shape != super::Shape::Block => span.clone(),
            _ => return Ok(()),
        };
        let done = apply(&text, &[Edit::Set { path, value: number.into() }]).unwrap();
        if tree.value() != Tree::parse(&done).unwrap().value() {
            prop_assert_eq!(done, format!("{}{number}{}", &text[..span.start], &text[span.end..]));
        }
    }

    #[test]
    fn grafting_a_text_onto_itself_changes_no_byte(text in text(), at in any::<usize>()) {
        let Ok(tree) = Tree::parse(&text) else { return Ok(()) };
        let places = all_paths(&tree);
        prop_assume!(!places.is_empty());
        let path = places[at % places.len()].clone();
        prop_assert_eq!(apply(&text, &[Edit::Graft { path: path.clone(), source: &tree, from: path }]).unwrap(), text);
    }

    #[test]
    fn what_is_said_as_written_is_what_the_other_reader_reads(text in text(), cut in any::<prop::sample::Index>(), noise in "[-a:# {}\\[\\],|>&*!?'\"\n\r\t%~<é\u{feff}0-9.eyx+]{0,24}") {
        let cut = (0..=cut.index(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        for text in [&text, &format!("{}{noise}{}", &text[..cut], &text[cut..]), &noise, &format!("a: {noise}\n")] {
            if let Some(written) = Tree::parse(text).ok().and_then(|tree| tree.as_written()) {
                prop_assert_eq!(Ok(written), crate::yaml::parse(text), "{:?}", text);
            }
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in text(), cut in any::<prop::sample::Index>(), noise in "[-a:# {}\\[\\],|>&*!?'\"\n\r\t%~<é\u{feff}0-9]{0,24}", kind in kind()) {
        let cut = (0..=cut.index(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let broken = [&text[..cut], &*noise, &*format!("{}{noise}", &text[..cut]), &*format!("{noise}{}", &text[cut..])].map(str::to_owned);
        for text in broken {
            let Ok(tree) = Tree::parse(&text) else { continue };
            for path in all_paths(&tree).into_iter().take(8) {
                let _ = (tree.comments(&path), tree.node(&path).map(|node| tree.slice(node)));
                let _ = apply(&text, &[edit(&kind, path.clone(), &tree, &[path])]);
            }
        }
    }
}
