//! Merges one text: by its YAML tree where all sides have one, else line by line.

use super::{
    Verdict,
    decisions::{Judge, Spot},
    lines,
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

/// The target's text with the overrides in it. `presets` are those of the text, merged before.
pub(super) fn merge(judge: &mut Judge<'_>, spot: &Spot, texts: &Texts<'_>, presets: &Presets) -> String {
    let target = texts.target.unwrap_or_default();
    let is_untouched = match texts.base {
        Base::Known(base) => base.unwrap_or_default() == texts.own && !(target.contains("***") && target != texts.own),
        Base::Unknown => texts.target == Some(texts.own),
    };
    if is_untouched {
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
    let is_same_target = matches!(texts.base, Base::Known(base) if base.unwrap_or_default() == target);
    let is_kept = |verdict| matches!(verdict, Verdict::Kept | Verdict::CommentLost);
    if texts.target.is_some() && is_same_target {
        let all = judge.overrides.get(presets.since..).unwrap_or_default();
        if all.iter().all(|it| is_kept(it.verdict) && it.resolution.is_none()) {
            // Nothing of the target's is new, so that the cluster's own bytes are the whole result.
            let mut at = 0;
            judge.overrides.retain(|it| {
                at += 1;
                at <= presets.since || it.verdict != Verdict::CommentLost
            });
            return texts.own.to_owned();
        }
    }
    if texts.target == Some(texts.own) {
        return target.to_owned();
    }
    presets.write(text)
}

fn trees<'t>(texts: &Texts<'t>) -> Result<Trees<'t>, (&'static str, YamlError)> {
    let read = |side, text| Tree::parse(text).map_err(|error| (side, error));
    Ok(Trees {
        base: match texts.base {
            Base::Known(base) => Base::Known(Some(read("what was published", base.unwrap_or_default())?)),
            Base::Unknown => Base::Unknown,
        },
        own: read("the cluster's own text", texts.own)?,
        target: read("the profile's text", texts.target.unwrap_or_default())?,
    })
}
