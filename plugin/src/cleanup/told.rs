//! What became of each object that was to be scaled, for machines.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use profile_core::{render::Identity, scale::Plan};
use serde_json::{Value, json};

use super::scaling::{Work, object};
use crate::{
    cli::Format,
    error::Error,
    output::{
        Output,
        listing::{Column, Listing, Row},
    },
    store::DryRun,
};

/// What became of one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Became {
    /// It has its new size, or would have it.
    Scaled,
    /// It had that size before.
    Unchanged,
    /// It is left as it is.
    Refused,
    /// It could not be written.
    Failed,
    /// Whether it was written is not known.
    Unknown,
}

impl Became {
    fn as_str(self) -> &'static str {
        match self {
            Self::Scaled => "scaled",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// The objects of all clusters that one command is about, each once; what is told last of one counts. Copies share it: the
/// clusters are worked on side by side, and told of together.
#[derive(Clone, Debug, Default)]
pub(super) struct Told(Rc<RefCell<Objects>>);

/// What became of each object, by its cluster, namespace and name.
type Objects = BTreeMap<[String; 3], (Became, Row)>;

impl Told {
    /// Remembers what became of an object, what was planned for it, and why nothing else.
    pub(super) fn add(
        &self,
        work: &Work<'_>,
        identity: &Identity,
        became: Became,
        (plan, reason): (Option<&Plan>, Option<&str>),
    ) {
        let cluster = work.label.clone().unwrap_or_else(|| work.cluster.cluster().name().into_owned());
        let Identity { group, kind, namespace, name } = identity;
        let (from, to) = (plan.map(|it| it.from.to_string()), plan.map(|it| it.to.to_string()));
        let item = json!({
            "cluster": cluster, "group": group, "kind": kind, "namespace": namespace, "name": name,
            "setting": plan.map(|it| it.from.name()), "from": from, "to": to, "outcome": became.as_str(), "reason": reason,
        });
        let key = [cluster, namespace.clone().unwrap_or_default(), object(identity)];
        let row = Row { item, name: object(identity), cells: Vec::new() };
        self.0.borrow_mut().insert(key, (became, row));
    }

    /// Prints all of it where the answer is for machines: the document, or the names of what has its new size.
    pub(super) fn print(
        &self,
        format: &Format,
        dry_run: DryRun,
        outcomes: Option<Value>,
        output: &mut Output,
    ) -> Result<(), Error> {
        if format.is_for_people() {
            return Ok(());
        }
        let told = self.0.borrow();
        if let Format::Name = format {
            let mut named = told.values().filter(|(became, _)| matches!(became, Became::Scaled | Became::Unchanged));
            return named.try_for_each(|(_, row)| output.line(&row.name));
        }
        let listing = Listing::new("ScaleList", [] as [Column; 0], told.values().map(|(_, row)| row.clone()).collect());
        listing.with("dryRun", dry_run.as_str()).with("outcomes", outcomes).print_as(format, output)
    }
}
