//! Makes edits together where they do not touch each other, one after another where they do.

use std::{collections::BTreeMap, ops::Range};

use serde_json::Value;

use super::{
    Edit, Path, SpliceError, Spliced, Step, Tree, guard,
    piece::Piece,
    place::{Landing, Place},
};

/// Bytes that are replaced.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) range: Range<usize>,
    pub(super) text: String,
    /// Whether a line break has to follow where the text ends here.
    needs_line_break: bool,
}

impl Change {
    pub(super) fn new(range: Range<usize>, text: &str) -> Self {
        Self { range, text: text.to_owned(), needs_line_break: false }
    }
}

/// What one edit does.
#[derive(Debug, Default)]
struct Plan {
    changes: Vec<Change>,
    /// The collection that gains or loses an entry, by its first byte, and whether it loses one.
    container: Option<(usize, bool)>,
    /// The entries that it has before.
    len: usize,
    /// The siblings that a new entry follows, nearest first.
    before: Vec<Step>,
}

/// Why a plan has to wait for the changes before it, or never comes.
enum Obstacle {
    Refused(String),
    Nothing,
}

pub(super) fn apply(tree: &Tree<'_>, edits: &[Edit<'_>]) -> Result<Spliced, SpliceError> {
    let before = tree.value();
    match together(tree, &before, edits) {
        Err(SpliceError::Guard { .. }) => one_by_one(tree, before, edits),
        done => done,
    }
}

/// Of each edit, why the text refuses it before any other is made.
pub(super) fn refusals(tree: &Tree<'_>, edits: &[Edit<'_>]) -> Vec<Option<String>> {
    let before = tree.value();
    let refusal = |edit| match plan(tree, edit, &before, false) {
        Err(Obstacle::Refused(reason)) => Some(reason),
        Ok(_) | Err(Obstacle::Nothing) => None,
    };
    edits.iter().map(refusal).collect()
}

/// All edits, with as few readings of the text as they allow.
fn together(tree: &Tree<'_>, before: &Value, edits: &[Edit<'_>]) -> Result<Spliced, SpliceError> {
    let (mut expected, is_crlf) = (before.clone(), is_crlf(tree.text));
    let (changes, done) = batch(tree, edits, &mut expected, false)?;
    let mut text = splice(tree.text, changes, is_crlf);
    let mut rest = &edits[done..];
    while !rest.is_empty() {
        let tree = Tree::parse(&text).map_err(|_| SpliceError::Guard { path: path_of(&rest[0]).clone() })?;
        let (changes, done) = batch(&tree, rest, &mut expected, false)?;
        rest = &rest[done..];
        text = splice(&text, changes, is_crlf);
    }
    check(text, &expected, edits.first().map(path_of))
}

/// Each edit for itself: with its words, and if these do not read back, with the value written anew.
fn one_by_one(tree: &Tree<'_>, before: Value, edits: &[Edit<'_>]) -> Result<Spliced, SpliceError> {
    let (mut expected, is_crlf) = (before, is_crlf(tree.text));
    let mut spliced = Spliced::unchanged(tree);
    for edit in edits {
        let edit = std::slice::from_ref(edit);
        let tree = spliced.tree();
        let (mut words, mut plain) = (expected.clone(), expected);
        let (changes, _) = batch(&tree, edit, &mut words, false)?;
        let next = match check(splice(tree.text, changes, is_crlf), &words, Some(path_of(&edit[0]))) {
            Ok(next) => next,
            Err(error) => {
                let (changes, _) = batch(&tree, edit, &mut plain, true)?;
                check(splice(tree.text, changes, is_crlf), &plain, Some(path_of(&edit[0]))).map_err(|_| error)?
            }
        };
        spliced = next;
        expected = words;
    }
    Ok(spliced)
}

fn check(text: String, expected: &Value, path: Option<&Path>) -> Result<Spliced, SpliceError> {
    let guard = |path: Path| SpliceError::Guard { path };
    let tree = Tree::parse_once(&text).map_err(|_| guard(path.cloned().unwrap_or_default()))?;
    if let Some(path) = guard::difference(&tree.value(), expected) {
        return Err(guard(path));
    }
    let parts = tree.parts;
    Ok(Spliced { text, parts })
}

fn path_of<'e>(edit: &'e Edit<'_>) -> &'e Path {
    match edit {
        Edit::Graft { path, .. } | Edit::Set { path, .. } | Edit::Remove { path } => path,
    }
}

/// The changes of as many edits as can be made on one reading of the text, and how many these are.
fn batch(
    tree: &Tree<'_>,
    edits: &[Edit<'_>],
    expected: &mut Value,
    is_plain: bool,
) -> Result<(Vec<Change>, usize), SpliceError> {
    let mut changes: Vec<Change> = Vec::new();
    let mut taken: BTreeMap<usize, Range<usize>> = BTreeMap::new();
    let mut containers: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, edit) in edits.iter().enumerate() {
        let path = path_of(edit);
        let plan = if path.0.iter().any(|step| matches!(step, Step::Index(_))) && !containers.is_empty() {
            None
        } else {
            match plan(tree, edit, expected, is_plain) {
                Ok(plan) => Some(plan),
                Err(Obstacle::Nothing) => continue,
                Err(Obstacle::Refused(reason)) if changes.is_empty() => {
                    return Err(SpliceError::Place { path: path.clone(), reason });
                }
                Err(Obstacle::Refused(_)) => None,
            }
        };
        let Some(plan) = plan.filter(|plan| is_free(plan, &taken, &containers)) else { return Ok((changes, at)) };
        if let Some((container, true)) = plan.container {
            *containers.entry(container).or_default() += 1;
        } else if let Some((container, false)) = plan.container {
            containers.entry(container).or_default();
        }
        for change in plan.changes {
            taken.insert(change.range.start, change.range.clone());
            changes.push(change);
        }
        expect(edit, expected, &plan.before).map_err(|reason| SpliceError::Place { path: path.clone(), reason })?;
    }
    Ok((changes, edits.len()))
}

/// Whether a plan touches nothing that is changed already.
fn is_free(plan: &Plan, taken: &BTreeMap<usize, Range<usize>>, containers: &BTreeMap<usize, usize>) -> bool {
    let is_clear =
        |range: &Range<usize>| taken.range(..=range.end).next_back().is_none_or(|(_, before)| before.end < range.start);
    let keeps_one = plan.container.is_none_or(|(container, removes)| {
        let gone = containers.get(&container).copied().unwrap_or(0);
        !removes || gone == 0 || gone + 1 < plan.len
    });
    keeps_one && plan.changes.iter().all(|change| is_clear(&change.range))
}

/// The same edit on JSON.
fn expect(edit: &Edit<'_>, expected: &mut Value, before: &[Step]) -> Result<(), String> {
    match edit {
        Edit::Set { path, value } => guard::put(expected, &path.0, value.clone(), before),
        Edit::Graft { path, source, from } => {
            let value = source.node(from).map(super::Node::value).unwrap_or_default();
            guard::put(expected, &path.0, value, before)
        }
        Edit::Remove { path } => {
            guard::take(expected, &path.0);
            Ok(())
        }
    }
}

fn plan(tree: &Tree<'_>, edit: &Edit<'_>, expected: &Value, is_plain: bool) -> Result<Plan, Obstacle> {
    let path = path_of(edit);
    let landing = tree.land(path).map_err(Obstacle::Refused)?;
    let (piece, before) = match edit {
        Edit::Remove { .. } => return remove(tree, path, landing, expected),
        Edit::Set { value, .. } => (Piece::Value(value.clone()), Vec::new()),
        Edit::Graft { source, from, .. } => {
            let piece = Piece::graft(source, from)
                .ok_or_else(|| Obstacle::Refused(format!("nothing stands at {from} in the other text")))?;
            let depth = if let Landing::Missing(_, depth) = landing { path.0.len() - depth - 1 } else { 0 };
            let keep = from.0.len().checked_sub(depth);
            let ancestor = keep.map(|keep| Path(from.0[..keep].to_vec())).unwrap_or_default();
            (piece, source.siblings_before(&ancestor))
        }
    };
    let is_same = |place: &Place<'_>, piece: &Piece<'_>| match piece {
        Piece::Words { tree: source, node, .. } => {
            source.slice(node) == tree.slice(place.node) && node.value() == place.node.value()
        }
        piece => guard::canonical(piece.value()) == place.node.value(),
    };
    if let Landing::There(place) = &landing
        && is_same(place, &piece)
    {
        return Err(Obstacle::Nothing);
    }
    let piece = if is_plain { Piece::Plain(piece.value()) } else { piece };
    let ends_in_block_scalar = piece.ends_in_block_scalar();
    let mut plan = match landing {
        Landing::There(place) => {
            tree.check_anchors(place.node).map_err(Obstacle::Refused)?;
            Plan { changes: tree.replace(&place, &piece), ..Plan::default() }
        }
        Landing::Missing(place, depth) => {
            let (step, below) = (&path.0[depth], &path.0[depth + 1..]);
            let inner = piece.below(below).with_name(step, below.is_empty());
            let changes = tree.insert(&place, step, &inner, &before).map_err(Obstacle::Refused)?;
            Plan { changes, container: Some((place.node.span.start, false)), len: place.node.len(), before }
        }
        Landing::Empty => {
            Plan { changes: vec![tree.append(&piece.below(&path.0))], container: Some((0, false)), ..Plan::default() }
        }
    };
    if plan.changes.iter().any(|change| tree.text.get(change.range.clone()).is_none()) {
        return Err(Obstacle::Refused("its place in the text is not found".into()));
    }
    for change in plan.changes.iter_mut().filter(|change| !change.text.is_empty()) {
        change.needs_line_break = ends_in_block_scalar;
    }
    Ok(plan)
}

fn remove(tree: &Tree<'_>, path: &Path, landing: Landing<'_>, expected: &Value) -> Result<Plan, Obstacle> {
    let Landing::There(place) = landing else {
        let is_there = path.0.iter().try_fold(expected, |value, step| match step {
            Step::Key(key) => value.get(key),
            _ => None,
        });
        return Err(match is_there {
            Some(_) => Obstacle::Refused("it comes from a merge key: edit it by hand".into()),
            None => Obstacle::Nothing,
        });
    };
    let Some((parent, _)) = path.split_last() else {
        return Err(Obstacle::Refused("the whole text cannot be removed".into()));
    };
    tree.check_anchors(place.node).map_err(Obstacle::Refused)?;
    let Ok(Landing::There(parent)) = tree.land(&parent) else {
        return Err(Obstacle::Refused("what is around it cannot be found".into()));
    };
    let changes = tree.remove(path, &place, &parent).map_err(Obstacle::Refused)?;
    Ok(Plan { changes, container: Some((parent.node.span.start, true)), len: parent.node.len(), before: Vec::new() })
}

fn is_crlf(text: &str) -> bool {
    text.find('\n').is_some_and(|at| text[..at].ends_with('\r'))
}

/// The text with all changes made, in the line breaks that it has or had.
fn splice(text: &str, mut changes: Vec<Change>, is_crlf: bool) -> String {
    changes.sort_by_key(|change| (change.range.start, change.range.end));
    let mut edited = String::with_capacity(text.len());
    let mut at = 0;
    for change in changes {
        edited.push_str(&text[at..change.range.start.max(at)]);
        edited.push_str(&if is_crlf { change.text.replace('\n', "\r\n") } else { change.text });
        at = change.range.end.max(at);
        if change.needs_line_break && at == text.len() {
            edited.push_str(if is_crlf { "\r\n" } else { "\n" });
        }
    }
    edited.push_str(&text[at..]);
    edited
}
