//! Checks what stands in the path and in the query.

use serde_json::Value;

use crate::exchange::Request;

/// What is wrong with the parameters of a request.
pub(super) fn problems(parameters: &[&Value], request: &Request) -> Vec<String> {
    let mut problems = Vec::new();
    let in_query = |name: &str| parameters.iter().any(|known| known["in"] == "query" && known["name"] == name);
    for (index, (name, _)) in request.query.iter().enumerate() {
        if !in_query(name) {
            problems.push(format!("query parameter '{name}': unknown parameter"));
        } else if request.query[..index].iter().any(|(earlier, _)| earlier == name) {
            problems.push(format!("query parameter '{name}': given twice"));
        }
    }
    for parameter in parameters {
        let (Some(name), Some(place)) = (parameter["name"].as_str(), parameter["in"].as_str()) else { continue };
        let given = match place {
            "query" => request.query(name),
            "path" => Some(request.name(name)).filter(|text| !text.is_empty()),
            "header" => request.header(&name.to_ascii_lowercase()),
            _ => continue,
        };
        match given {
            Some(text) => {
                problems.extend(problem(parameter, text).map(|is| format!("{place} parameter '{name}': {is}")))
            }
            None if parameter["required"] == true => {
                problems.push(format!("{place} parameter '{name}': required parameter is missing"));
            }
            None => {}
        }
    }
    problems
}

fn problem(parameter: &Value, text: &str) -> Option<String> {
    let expected = parameter["type"].as_str()?;
    let is_well = match expected {
        "integer" => text.parse::<i64>().is_ok(),
        "number" => text.parse::<f64>().is_ok(),
        "boolean" => matches!(text, "true" | "false"),
        _ => true,
    };
    if !is_well {
        return Some(format!("expected {expected}, found '{text}'"));
    }
    if let (Some(most), Ok(given)) = (parameter["maximum"].as_f64(), text.parse::<f64>())
        && given > most
    {
        return Some(format!("{text} is more than {most}"));
    }
    let options = parameter["enum"].as_array()?;
    let is_option = options.iter().any(|option| option.as_str() == Some(text));
    (!is_option).then(|| format!("'{text}' is not one of {}", Value::from(options.clone())))
}
