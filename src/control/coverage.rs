//! `GET /__mock/v1/coverage`

use serde_json::{Value, json};

use super::Target;
use crate::error::ErrorCode;
use crate::operation::{OPERATIONS, Operation};
use crate::wire::outcome::Payload;
use crate::world::coverage::Coverage;

/// Every outcome of every operation, and how often the clients of the world have met it since its last
/// reset.
pub(crate) async fn read(Target(world): Target) -> Payload {
    let coverage = world.step(|state, _| state.coverage.clone());
    let operations: Vec<Value> = OPERATIONS
        .iter()
        .map(|operation| rows(operation, &coverage))
        .collect();
    let total = |what: &str| {
        let each = operations
            .iter()
            .filter_map(|operation| operation[what].as_u64());
        each.sum::<u64>()
    };
    Payload::entity(json!({ "met": total("met"), "of": total("of"), "operations": operations }))
}

fn rows(operation: &Operation, coverage: &Coverage) -> Value {
    let success = json!({
        "outcome": "success",
        "status": operation.success,
        "times": coverage.times(operation.id, None),
    });
    let refusals = operation.refusals();
    let refusals = refusals
        .iter()
        .map(|code| refusal(*code, coverage.times(operation.id, Some(*code))));
    let outcomes: Vec<Value> = std::iter::once(success).chain(refusals).collect();
    let met = outcomes
        .iter()
        .filter(|outcome| outcome["times"] != 0)
        .count();
    json!({ "met": met, "of": outcomes.len(), "operation": operation.name, "outcomes": outcomes })
}

fn refusal(code: ErrorCode, times: u64) -> Value {
    let row = code.row();
    json!({ "errorCode": row.code, "outcome": format!("{code:?}"), "status": row.status, "times": times })
}
