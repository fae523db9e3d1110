//! `PATCH /__mock/v1/liveMigrations/{liveMigrationId}`

use serde::Deserialize;
use serde_json::json;

use super::{Body, Id, Target};
use crate::model::id::LiveMigrationId;
use crate::model::live_migration::MigrationState;
use crate::wire::outcome::{Payload, Problem};

/// A state of the machine.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StateRequest {
    state: MigrationState,
}

/// Puts a migration into a state; from there it goes on by itself.
pub(crate) async fn set_state(
    Target(world): Target,
    Id(id): Id<LiveMigrationId>,
    Body(request): Body<StateRequest>,
) -> Result<Payload, Problem> {
    let driven = world.step(|state, now| state.store.drive_migration(id, request.state, now));
    driven.map_err(|error| Problem::of(&error))?;
    Ok(Payload::entity(json!({ "id": id, "state": request.state })))
}
