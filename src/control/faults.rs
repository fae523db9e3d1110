//! `GET`, `POST` and `DELETE /__mock/v1/faults`, `DELETE /__mock/v1/faults/{id}`

use axum::http::HeaderValue;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Body, Segment, Target};
use crate::wire::outcome::{Payload, Problem};
use crate::world::faults::rule::{Action, Preset, Rule, Scope};

/// A set of rules by its name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PresetRequest {
    preset: Preset,
    #[serde(default)]
    operation: Scope,
}

/// Every rule, with how often it was asked and how often it struck.
pub(crate) async fn list(Target(world): Target) -> Payload {
    Payload::entity(world.step(|state, _| json!({ "faults": state.faults.list() })))
}

/// Puts a rule in force and answers with it, or a named set of rules.
pub(crate) async fn add(
    Target(world): Target,
    Body(request): Body<Value>,
) -> Result<Payload, Problem> {
    let named = request.get("preset").is_some();
    let rules = if named {
        let request: PresetRequest = parse(request)?;
        request.preset.rules(request.operation)
    } else {
        vec![parse::<Rule>(request)?]
    };
    for rule in &rules {
        if let Action::ContentType(text) = &rule.action {
            let wrong = |_| Problem::new(400, "contentType: expected the text of a header.");
            HeaderValue::from_str(text).map_err(wrong)?;
        }
    }
    let added = world.step(|state, _| {
        let added = state.faults.add(rules)?;
        Ok(match added {
            [one] if !named => json!(one),
            several => json!({ "faults": several }),
        })
    });
    added
        .map(Payload::entity)
        .map_err(|detail: String| Problem::new(400, detail))
}

/// Lifts every rule.
pub(crate) async fn clear(Target(world): Target) -> Payload {
    world.step(|state, _| state.faults.clear());
    Payload::empty()
}

/// Lifts one rule.
pub(crate) async fn remove(
    Target(world): Target,
    Segment(id): Segment,
) -> Result<Payload, Problem> {
    let known = id
        .parse()
        .is_ok_and(|id| world.step(|state, _| state.faults.remove(id)));
    known
        .then(Payload::empty)
        .ok_or_else(|| Problem::new(404, format!("There is no fault {id}.")))
}

fn parse<T: DeserializeOwned>(request: Value) -> Result<T, Problem> {
    serde_json::from_value(request)
        .map_err(|error| Problem::new(400, format!("The body is not as expected: {error}.")))
}
