//! `POST /groups/{groupId}/liveMigrations/validate`, `GET …/validate/{validationId}`

use jiff::Timestamp;
use serde_json::{Value, json};

use super::migration_request;
use crate::auth::extract::{InProject, InWorld, PathId, Versioned};
use crate::error::ApiError;
use crate::model::id::ValidationId;
use crate::model::validation::{Validation, ValidationState};
use crate::wire::outcome::Payload;
use crate::world::State;

/// Begins a validation.
pub(crate) async fn validate_live_migrations(
    InProject(project): InProject,
    InWorld(world): InWorld,
    body: Versioned,
) -> Result<Payload, ApiError> {
    let request = migration_request::parse(&body, &project)?;
    let entity = world.step(|state, now| {
        let State { store, random, .. } = state;
        let validation = store.validate(&project, &request, now, random)?;
        Ok::<_, ApiError>(entity(&validation, state, now))
    })?;
    Payload::of(&entity)
}

/// What a validation has found.
pub(crate) async fn get_migration_validate_status(
    InProject(project): InProject,
    InWorld(world): InWorld,
    PathId(id): PathId<ValidationId>,
) -> Result<Payload, ApiError> {
    let entity = world.step(|state, now| {
        let validation = state.store.validation(&project, id)?;
        Ok::<_, ApiError>(entity(validation, state, now))
    })?;
    Payload::of(&entity)
}

/// The published schema `LiveImportValidation`; the message is there once the validation has failed.
fn entity(validation: &Validation, state: &State, now: Timestamp) -> Value {
    let current = validation.at(&state.store.settings, now).state;
    let mut entity = json!({
        "_id": validation.id,
        "groupId": validation.group_id,
        "sourceGroupId": validation.source_group_id,
        "status": current,
    });
    if current == ValidationState::Failed {
        entity["errorMessage"] = json!(validation.error_message);
    }
    entity
}
