//! `POST /groups/{groupId}/liveMigrations`, `GET …/{liveMigrationId}`, `PUT …/{liveMigrationId}/cutover`

use jiff::Timestamp;
use serde_json::{Value, json};

use super::migration_request;
use crate::auth::extract::{InProject, InWorld, PathId, Versioned};
use crate::error::ApiError;
use crate::model::id::LiveMigrationId;
use crate::model::live_migration::{LiveMigration, MigrationState};
use crate::wire::outcome::Payload;
use crate::world::State;

/// Begins a migration.
pub(crate) async fn create_group_live_migration(
    InProject(project): InProject,
    InWorld(world): InWorld,
    body: Versioned,
) -> Result<Payload, ApiError> {
    let request = migration_request::parse(&body, &project)?;
    let entity = world.step(|state, now| {
        let State { store, random, .. } = state;
        let migration = store.create_live_migration(&project, &request, now, random)?;
        Ok::<_, ApiError>(entity(&migration, state, now))
    })?;
    Payload::of(&entity)
}

/// How far a migration has come.
pub(crate) async fn get_group_live_migration(
    InProject(project): InProject,
    InWorld(world): InWorld,
    PathId(id): PathId<LiveMigrationId>,
) -> Result<Payload, ApiError> {
    let entity = world.step(|state, now| {
        let migration = state.store.live_migration(&project, id)?;
        Ok::<_, ApiError>(entity(migration, state, now))
    })?;
    Payload::of(&entity)
}

/// Asks for the cutover. The answer is the empty object of other accepted requests.
pub(crate) async fn cutover_migration(
    InProject(project): InProject,
    InWorld(world): InWorld,
    PathId(id): PathId<LiveMigrationId>,
) -> Result<Payload, ApiError> {
    world.step(|state, now| state.store.cut_over(&project, id, now))?;
    Payload::of(&json!({}))
}

/// The published schema `LiveMigrationResponse`. As in the documentation's samples, a new migration has
/// neither a lag nor a word about cutover.
fn entity(migration: &LiveMigration, state: &State, now: Timestamp) -> Value {
    use MigrationState as S;
    let settings = &state.store.settings;
    let current = migration.at(settings, now).state;
    let (status, ready) = match current {
        S::New => ("NEW", None),
        S::Working | S::CuttingOver => ("WORKING", Some(false)),
        S::ReadyForCutover => ("WORKING", Some(true)),
        S::Complete => ("COMPLETE", None),
        S::Failed => ("FAILED", None),
        S::Expired => ("EXPIRED", None),
    };
    let mut entity = json!({
        "_id": migration.id,
        "migrationHosts": migration.migration_hosts,
        "status": status,
    });
    if let Some(ready) = ready {
        entity["readyForCutover"] = json!(ready);
    }
    if let Some(lag) = migration.lag_seconds(settings, now) {
        entity["lagTimeSeconds"] = json!(lag);
    }
    entity
}
