//! What `status --until` waits for: a condition on what is printed of each cluster.

use std::{str::FromStr, sync::Arc};

use kubectl_jsonpath::Template;
use serde_json::Value;

/// A condition on one cluster.
#[derive(Clone, Debug)]
pub(super) enum Until {
    /// It runs what its spec says.
    Reconciled,
    /// A template prints this text; without one, any text at all.
    Prints(Arc<Template>, Option<String>),
}

const EXAMPLE: &str = "write reconciled, or jsonpath='{.state}'=Running";

impl FromStr for Until {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "reconciled" {
            return Ok(Self::Reconciled);
        }
        let condition = text.strip_prefix("jsonpath=").ok_or_else(|| format!("no such condition; {EXAMPLE}"))?;
        // The value stands behind the last brace: an expression has equal signs of its own.
        let end = condition.rfind('}').ok_or_else(|| format!("it names no field; {EXAMPLE}"))?;
        let (template, rest) = condition.split_at(end + 1);
        let value = match rest.strip_prefix('=') {
            Some(value) if !value.is_empty() => Some(value.to_owned()),
            None if rest.is_empty() => None,
            _ => return Err(format!("what stands behind the field is no value; {EXAMPLE}")),
        };
        let template = Template::parse(template).map_err(|error| error.to_string())?;
        Ok(Self::Prints(Arc::new(template), value))
    }
}

impl Until {
    /// Whether it is so for a cluster, as `-o json` prints it. What is not known is not so.
    pub(super) fn is_met(&self, cluster: &Value) -> bool {
        match self {
            Self::Reconciled => cluster["unreconciled"].as_array().is_some_and(Vec::is_empty),
            Self::Prints(template, value) => template.print(cluster).is_ok_and(|text| match value {
                Some(value) => text == *value,
                None => !text.is_empty(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn is_met(condition: &str, cluster: &Value) -> bool {
        condition.parse::<Until>().unwrap().is_met(cluster)
    }

    #[test]
    fn accepts_what_holds_and_takes_nothing_unknown_for_it() {
        let running = json!({"state": "Running", "unreconciled": []});
        assert!(is_met("reconciled", &running));
        assert!(is_met("jsonpath={.state}=Running", &running));
        assert!(is_met("jsonpath={.state}", &running));
        for other in [json!({"state": "Pending", "unreconciled": [{}]}), json!({"unreconciled": null}), json!({})] {
            assert!(!is_met("reconciled", &other), "{other}");
            assert!(!is_met("jsonpath={.state}=Running", &other), "{other}");
        }
    }

    #[test]
    fn rejects_what_is_no_condition() {
        for text in ["", "Reconciled", "jsonpath=", "jsonpath=.state=Running", "jsonpath={.state}=", "jsonpath={.a}x"] {
            assert!(text.parse::<Until>().unwrap_err().contains("jsonpath='{.state}'=Running"), "{text}");
        }
    }
}
