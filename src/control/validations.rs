//! `PATCH /__mock/v1/validations/{validationId}`

use serde::Deserialize;
use serde_json::json;

use super::{Body, Id, Target};
use crate::model::id::ValidationId;
use crate::model::validation::ValidationState;
use crate::wire::outcome::{Payload, Problem};

/// A state of the machine, and for `FAILED` a message.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct StateRequest {
    state: ValidationState,
    error_message: Option<String>,
}

/// Puts a validation into a state; a pending one goes on by itself, to `FAILED` when a message is given.
pub(crate) async fn set_state(
    Target(world): Target,
    Id(id): Id<ValidationId>,
    Body(request): Body<StateRequest>,
) -> Result<Payload, Problem> {
    let state = request.state;
    let error_message = match (state, request.error_message) {
        (ValidationState::Success, Some(_)) => {
            let detail = "A validation that succeeded has no errorMessage.";
            return Err(Problem::new(400, detail));
        }
        (ValidationState::Failed, None) => Some("Failed by the control API.".to_owned()),
        (_, message) => message,
    };
    let found = world.step(|held, now| held.store.drive_validation(id, state, error_message, now));
    if !found {
        return Err(Problem::new(404, format!("There is no validation {id}.")));
    }
    Ok(Payload::entity(json!({ "id": id, "state": state })))
}
