//! Makes JSON schemas of the API description's, and makes them strict: an object has no fields but those it declares.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

const DEFINITIONS: &str = "#/definitions/";

/// Keywords that mean the same in a JSON schema; everything else of Swagger is left out.
const SAME: [&str; 16] = [
    "type",
    "required",
    "enum",
    "format",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "uniqueItems",
];

/// A schema with all definitions that it refers to, and no others: compiling the whole file would take seconds.
pub(super) fn schema(schema: &Value, definitions: &Value) -> Value {
    let mut root = strict(schema, definitions);
    let mut needed = BTreeSet::new();
    let mut collected = Map::new();
    references(&root, &mut needed);
    while let Some(name) = needed.iter().find(|name| !collected.contains_key(*name)).cloned() {
        let definition = strict(&definitions[&name], definitions);
        references(&definition, &mut needed);
        collected.insert(name, definition);
    }
    // In draft 7 nothing counts beside a reference.
    if root.get("$ref").is_some() {
        root = json!({"allOf": [root]});
    }
    root["definitions"] = Value::Object(collected);
    root
}

fn references(schema: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            let name = fields.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix(DEFINITIONS));
            names.extend(name.map(str::to_owned));
            fields.values().for_each(|field| references(field, names));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, names)),
        _ => {}
    }
}

fn strict(schema: &Value, definitions: &Value) -> Value {
    let nullable = schema["x-nullable"] == true;
    if let Some(reference) = schema.get("$ref") {
        let reference = json!({"$ref": reference});
        return if nullable { json!({"anyOf": [reference, {"type": "null"}]}) } else { reference };
    }
    let schema = flat(schema, definitions);
    let mut strict = Map::new();
    for keyword in SAME {
        if let Some(value) = schema.get(keyword) {
            strict.insert(keyword.to_owned(), value.clone());
        }
    }
    if schema["format"] == "int32" {
        strict.entry("minimum").or_insert(json!(i32::MIN));
        strict.entry("maximum").or_insert(json!(i32::MAX));
    }
    if let Some(items) = schema.get("items") {
        strict.insert("items".to_owned(), self::strict(items, definitions));
    }
    match schema.get("additionalProperties") {
        Some(Value::Bool(open)) => drop(strict.insert("additionalProperties".to_owned(), json!(open))),
        Some(of) => drop(strict.insert("additionalProperties".to_owned(), self::strict(of, definitions))),
        None => {}
    }
    if let Some(properties) = schema["properties"].as_object() {
        let properties = properties.iter().map(|(name, of)| (name.clone(), self::strict(of, definitions)));
        strict.insert("properties".to_owned(), Value::Object(properties.collect()));
        strict.entry("additionalProperties").or_insert(json!(false));
        strict.entry("type").or_insert(json!("object"));
    }
    if nullable {
        allow_null(&mut strict);
    }
    Value::Object(strict)
}

/// Puts the parts of `allOf` into one schema: each of them, made strict alone, would refuse the fields of the others.
fn flat(schema: &Value, definitions: &Value) -> Value {
    let Some(parts) = schema["allOf"].as_array() else { return schema.clone() };
    let mut whole = schema.clone();
    for part in parts {
        let name = part["$ref"].as_str().and_then(|name| name.strip_prefix(DEFINITIONS));
        let part = flat(name.map_or(part, |name| &definitions[name]), definitions);
        for (field, of) in part["properties"].as_object().into_iter().flatten() {
            whole["properties"][field] = of.clone();
        }
        let mut required = whole["required"].as_array().cloned().unwrap_or_default();
        required.extend(part["required"].as_array().cloned().unwrap_or_default());
        if !required.is_empty() {
            whole["required"] = Value::Array(required);
        }
    }
    whole
}

fn allow_null(schema: &mut Map<String, Value>) {
    if let Some(kind) = schema.get("type").cloned() {
        schema.insert("type".to_owned(), json!([kind, "null"]));
    }
    if let Some(Value::Array(options)) = schema.get_mut("enum") {
        options.push(Value::Null);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definitions() -> Value {
        json!({
            "base": {"properties": {"a": {"type": "string"}}, "required": ["a"]},
            "both": {"allOf": [{"$ref": "#/definitions/base"}, {"$ref": "#/definitions/other"}]},
            "other": {"properties": {"b": {"type": "integer", "format": "int32"}}},
            "maybe": {"type": "string", "enum": ["x"], "x-nullable": true},
            "loop": {"properties": {"next": {"$ref": "#/definitions/loop"}, "maybe": {"$ref": "#/definitions/maybe"}}},
            "free": {"type": "object"},
            "map": {"type": "object", "additionalProperties": {"type": "string"}},
        })
    }

    #[track_caller]
    fn check(definition: &str, instance: Value, is_valid: bool) {
        let schema = schema(&json!({"$ref": format!("{DEFINITIONS}{definition}")}), &definitions());
        let validator = jsonschema::draft7::new(&schema).unwrap();
        assert_eq!(validator.is_valid(&instance), is_valid, "{instance} by {schema}");
    }

    #[test]
    fn fields_that_are_not_declared_are_refused() {
        check("base", json!({"a": ""}), true);
        check("base", json!({"a": "", "b": 1}), false);
        check("base", json!([]), false);
    }

    #[test]
    fn the_parts_of_all_of_are_one_object() {
        check("both", json!({"a": "", "b": 1}), true);
        check("both", json!({"b": 1}), false);
        check("both", json!({"a": "", "b": 3_000_000_000_u32}), false);
        check("both", json!({"a": "", "c": 1}), false);
    }

    #[test]
    fn null_fits_only_where_it_is_allowed() {
        check("maybe", Value::Null, true);
        check("maybe", json!("y"), false);
        check("loop", json!({"next": {"next": {}, "maybe": null}}), true);
        check("loop", json!({"next": null}), false);
    }

    #[test]
    fn objects_without_declared_fields_are_free() {
        check("free", json!({"anything": [1]}), true);
        check("map", json!({"anything": "text"}), true);
        check("map", json!({"anything": 1}), false);
    }
}
