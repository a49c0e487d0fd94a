//! Merges one text: by its YAML tree where all sides have one, else line by line.

use super::{
    Verdict,
    decisions::{Judge, Spot},
    lines, masked,
    presets::Presets,
    sides::Base,
    tree,
};
use crate::{splice::Tree, yaml::YamlError};

/// The sides of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Texts<'t> {
    pub(super) base: Base<&'t str>,
    pub(super) own: &'t str,
    /// `None` where what holds the text is gone in the target.
    pub(super) target: Option<&'t str>,
}

/// The trees of a text.
pub(super) struct Trees<'t> {
    pub(super) base: Base<Tree<'t>>,
    pub(super) own: Tree<'t>,
    pub(super) target: Tree<'t>,
}

impl Texts<'_> {
    /// Whether the cluster set nothing itself and no mask is in the way: then the target's text stands.
    pub(super) fn is_untouched(&self) -> bool {
        let target = self.target.unwrap_or_default();
        match self.base {
            Base::Known(base) => {
                let may_hide = target != self.own && [target, self.own].iter().any(|it| it.contains(masked::ANY));
                base.unwrap_or_default() == self.own && !may_hide
            }
            Base::Unknown => self.target == Some(self.own),
        }
    }

    /// Whether nothing of the target's is new.
    pub(super) fn is_same_target(&self) -> bool {
        self.target.is_some_and(|target| self.base.and_then(|it| Some(it == target)).known() == Some(true))
    }
}

/// Whether all overrides from `since` on are kept, so that the cluster's own bytes are the result where nothing of the
/// target's is new. Then no comment is lost either.
pub(super) fn is_all_kept(judge: &mut Judge<'_>, since: usize) -> bool {
    let is_kept = |verdict| matches!(verdict, Verdict::Kept | Verdict::CommentLost);
    let all = judge.overrides.get(since..).unwrap_or_default();
    let is_all = all.iter().all(|it| is_kept(it.verdict) && it.resolution.is_none());
    if is_all {
        let mut at = 0;
        judge.overrides.retain(|it| {
            at += 1;
            at <= since || it.verdict != Verdict::CommentLost
        });
    }
    is_all
}

/// The target's text with the overrides in it. `presets` are those of the text, merged before.
pub(super) fn merge(judge: &mut Judge<'_>, spot: &Spot, texts: &Texts<'_>, presets: &Presets) -> String {
    let target = texts.target.unwrap_or_default();
    if texts.is_untouched() {
        return target.to_owned();
    }
    let text = match trees(texts) {
        Ok(trees) => tree::merge(judge, spot, texts, &trees, presets),
        Err((side, error)) => {
            let place = judge.place(spot);
            judge.notes.push(format!("{place}: merged line by line because {side} is not one YAML document: {error}"));
            lines::merge(judge, spot, texts)
        }
    };
    if texts.is_same_target() && is_all_kept(judge, presets.since) {
        return texts.own.to_owned();
    }
    let all = judge.overrides.get(presets.since..).unwrap_or_default();
    if texts.target == Some(texts.own) && all.iter().all(|it| it.resolution.is_none()) {
        return target.to_owned();
    }
    presets.write(text)
}

fn trees<'t>(texts: &Texts<'t>) -> Result<Trees<'t>, (&'static str, YamlError)> {
    let others = [texts.base.known().unwrap_or_default(), texts.target.unwrap_or_default()];
    let (own, [published, target]) = Tree::parse_beside(texts.own, others);
    let published = published.map_err(|error| ("what was published", error))?;
    Ok(Trees {
        base: match texts.base {
            Base::Known(_) => Base::Known(Some(published)),
            Base::Unknown => Base::Unknown,
        },
        own: own.map_err(|error| ("the cluster's own text", error))?,
        target: target.map_err(|error| ("the profile's text", error))?,
    })
}
