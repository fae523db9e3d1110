//! `POST /__mock/v1/reset`, `GET` and `PUT /__mock/v1/state`

use axum::extract::State;
use axum::extract::rejection::StringRejection;

use super::Target;
use crate::auth::state::AppState;
use crate::error::ApiError;
use crate::wire::outcome::{Payload, Problem};
use crate::world::fixture::Fixture;

/// Makes the world what its fixture made it.
pub(crate) async fn reset(State(app): State<AppState>, Target(world): Target) -> Payload {
    app.worlds.reset(&world);
    Payload::empty()
}

/// The state of the world, as a fixture.
pub(crate) async fn export(Target(world): Target) -> Result<Payload, ApiError> {
    Payload::of(&world.export())
}

/// Replaces the state of the world by a fixture; a faulty one changes nothing.
pub(crate) async fn import(
    State(app): State<AppState>,
    Target(world): Target,
    body: Result<String, StringRejection>,
) -> Result<Payload, Problem> {
    let text =
        body.map_err(|rejection| Problem::new(rejection.status().as_u16(), rejection.body_text()))?;
    let fixture = Fixture::parse(&text).map_err(|error| Problem::new(400, error.to_string()))?;
    app.worlds.import(&world, fixture)?;
    Ok(Payload::empty())
}
