//! Checks requests and answers against Palette's own API description.

mod openapi;
mod parameters;
mod strict;
mod words;

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use jsonschema::{Draft, Validator};
use serde_json::Value;

use crate::{
    api,
    exchange::{Answer, Request},
};

pub use openapi::file;

/// The API description, ready to check with.
pub(crate) struct Contract {
    document: Value,
    validators: Mutex<BTreeMap<String, Arc<Validator>>>,
}

impl Contract {
    /// The contract of this process, read once; none where the description is not there.
    pub(crate) fn shared() -> io::Result<Option<Arc<Self>>> {
        static SHARED: OnceLock<Result<Option<Arc<Contract>>, String>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| match openapi::read() {
            Ok(document) => Ok(document.map(|document| Arc::new(Self::new(document)))),
            Err(error) => Err(error.to_string()),
        });
        shared.clone().map_err(io::Error::other)
    }

    pub(crate) fn new(document: Value) -> Self {
        Self { document, validators: Mutex::default() }
    }

    /// The path of the description that a real path means.
    pub(crate) fn template(&self, path: &str) -> Option<&str> {
        api::matching(path, self.document["paths"].as_object()?.keys().map(String::as_str))
    }

    /// What is wrong with a request.
    pub(crate) fn check_request(&self, request: &Request) -> Vec<String> {
        let place = format!("{} {} request", request.method, shown(request));
        let Some(path) = self.document["paths"].get(&request.template) else {
            return vec![format!("{place}: the API has no such path")];
        };
        let Some(operation) = path.get(request.method.to_ascii_lowercase()) else {
            return vec![format!("{place}: the path has no such method")];
        };
        let parameters = openapi::parameters(path, operation);
        let mut problems = parameters::problems(&parameters, request);
        let body = parameters.iter().find(|parameter| parameter["in"] == "body");
        problems.extend(match (body, request.body.is_empty()) {
            (None, true) => Vec::new(),
            (None, false) => vec!["a body where none is declared".to_owned()],
            (Some(body), true) if body["required"] == true => vec!["the body is missing".to_owned()],
            (Some(_), true) => Vec::new(),
            (Some(body), false) => self.body_problems(request, &body["schema"]),
        });
        problems.into_iter().map(|problem| format!("{place}: {problem}")).collect()
    }

    fn body_problems(&self, request: &Request, schema: &Value) -> Vec<String> {
        let mut problems = Vec::new();
        let content_type = request.header("content-type").unwrap_or_default();
        if !content_type.starts_with("application/json") {
            problems.push(format!("the content type of the body is '{content_type}'"));
        }
        match serde_json::from_slice::<Value>(&request.body) {
            Ok(body) => problems.extend(self.problems(schema, &body)),
            Err(error) => problems.push(format!("the body is no JSON: {error}")),
        }
        problems
    }

    /// What is wrong with an answer. Answers of faults are not checked: they are wrong on purpose.
    pub(crate) fn check_answer(&self, request: &Request, answer: &Answer) -> Vec<String> {
        let status = answer.status.as_u16();
        let place = format!("{} {} answer {status}", request.method, shown(request));
        let operation = &self.document["paths"][&request.template][request.method.to_ascii_lowercase()];
        let documented = &operation["responses"][status.to_string()];
        let problems = if status >= 400 {
            self.answer_problems(answer, &serde_json::json!({"$ref": "#/definitions/v1Error"}))
        } else if documented.is_null() {
            vec!["the API has no such answer".to_owned()]
        } else if documented["schema"].is_null() {
            if answer.body.is_empty() { Vec::new() } else { vec!["a body where none is declared".to_owned()] }
        } else if documented["schema"]["format"] == "binary" {
            Vec::new()
        } else {
            self.answer_problems(answer, &documented["schema"])
        };
        problems.into_iter().map(|problem| format!("{place}: {problem}")).collect()
    }

    fn answer_problems(&self, answer: &Answer, schema: &Value) -> Vec<String> {
        if answer.status.as_u16() >= 400 && answer.body.is_empty() {
            return Vec::new();
        }
        match serde_json::from_slice::<Value>(&answer.body) {
            Ok(body) => self.problems(schema, &body),
            Err(error) => vec![format!("the body is no JSON: {error}")],
        }
    }

    fn problems(&self, schema: &Value, body: &Value) -> Vec<String> {
        match self.validator(schema) {
            Ok(validator) => validator.iter_errors(body).flat_map(|error| words::of(&error)).collect(),
            Err(error) => vec![format!("the description's schema cannot be used: {error}")],
        }
    }

    /// The validator of a schema, made when it is first asked for.
    fn validator(&self, schema: &Value) -> Result<Arc<Validator>, String> {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let key = schema.to_string();
        if let Some(validator) = validators.get(&key) {
            return Ok(Arc::clone(validator));
        }
        let strict = strict::schema(schema, &self.document["definitions"]);
        let options = jsonschema::options().with_draft(Draft::Draft7).should_validate_formats(true);
        let validator = Arc::new(options.build(&strict).map_err(|error| error.to_string())?);
        validators.insert(key, Arc::clone(&validator));
        Ok(validator)
    }
}

fn shown(request: &Request) -> &str {
    if request.template.is_empty() { &request.path } else { &request.template }
}
