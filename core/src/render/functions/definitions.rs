//! `include`: renders a template that the same source defines, as a text.
//!
//! A function knows its arguments and nothing else, so what is defined stands beside it, for the time of one rendering.

use std::{cell::RefCell, collections::HashMap};

use gtmpl_ng::{Context, FuncError, Template, Value, limits};

use super::{Answer, as_text, exactly};

/// The most levels of all that is open at once: blocks, parentheses, and templates in templates. See `chains`.
const MAX_LEVELS: usize = 64;
/// What one `include` takes of the stack, in levels.
const LEVELS_OF_INCLUDE: usize = 4;
/// The most times that templates are included in one rendering.
const MAX_INCLUDES: usize = 10_000;

thread_local! {
    static CURRENT: RefCell<Option<Definitions>> = const { RefCell::new(None) };
}

/// What a source defines.
pub(in crate::render) struct Definitions {
    make: fn(&str) -> Result<Template, String>,
    source: String,
    /// The levels of blocks and parentheses in the source.
    levels: usize,
    ready: HashMap<String, Vec<Template>>,
    depth: usize,
    includes: usize,
}

/// Puts the definitions away when a rendering ends, however it ends.
struct Guard(Option<Definitions>);

impl Drop for Guard {
    fn drop(&mut self) {
        CURRENT.with(|current| *current.borrow_mut() = self.0.take());
    }
}

impl Definitions {
    /// The definitions of a source, which `make` parses.
    pub(in crate::render) fn new(source: String, levels: usize, make: fn(&str) -> Result<Template, String>) -> Self {
        Self { make, source, levels, ready: HashMap::new(), depth: 0, includes: 0 }
    }

    /// Renders something that may include these.
    pub(in crate::render) fn during<T>(self, render: impl FnOnce() -> T) -> T {
        let _guard = Guard(CURRENT.with(|current| current.borrow_mut().replace(self)));
        render()
    }

    fn take(&mut self, name: &str) -> Result<Template, String> {
        self.includes += 1;
        if self.includes > MAX_INCLUDES {
            return Err(format!("more than {MAX_INCLUDES} templates are included"));
        }
        if (self.depth + 1) * (self.levels + LEVELS_OF_INCLUDE) > MAX_LEVELS {
            return Err(format!(
                "{} templates that include each other are more than are rendered here",
                self.depth + 1
            ));
        }
        let known = self.ready.get_mut(name).and_then(Vec::pop);
        let mut template = known.map_or_else(|| (self.make)(&self.source), Ok)?;
        name.clone_into(&mut template.name);
        // The time that is left is shared by all.
        template.limits.deadline = limits::remaining().or(template.limits.deadline);
        self.depth += 1;
        Ok(template)
    }

    fn put_back(&mut self, template: Template) {
        self.depth -= 1;
        self.ready.entry(template.name.clone()).or_default().push(template);
    }
}

pub(super) fn include(arguments: &[Value]) -> Answer {
    let [name, dot] = exactly("include", arguments)?;
    let name = as_text("include", name)?;
    let failed = |reason: String| FuncError::Generic(format!("include of {name:?}: {reason}"));
    let on_current = |run: &mut dyn FnMut(&mut Definitions)| {
        CURRENT.with(|current| current.borrow_mut().as_mut().map(run));
    };
    let mut taken = Err("nothing is defined here".to_owned());
    on_current(&mut |definitions| taken = definitions.take(name));
    let template = taken.map_err(failed)?;
    let rendered = template.render(&Context::from(dot.clone()));
    let mut template = Some(template);
    on_current(&mut |definitions| template.take().into_iter().for_each(|it| definitions.put_back(it)));
    let text = rendered.map_err(|error| {
        let reason = match error.as_structured() {
            Some(error) => format!("line {}: {}", error.context.line, error.message),
            None => error.to_string(),
        };
        failed(crate::render::helm_yaml::first_line(&reason))
    })?;
    Ok(Value::from(text))
}
