//! The program's own interface: health, and the control API below `/__mock/v1`.

mod clock;
mod expectation;
mod export;
mod health;
mod journal;
mod live_migrations;
mod migration_link;
mod state;
mod stream;
mod validations;
mod verify;

use std::str::FromStr;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::routing::{get, patch, post};
use serde::de::DeserializeOwned;

use crate::auth::state::AppState;
use crate::wire::outcome::Problem;

/// The largest state that is imported, in bytes.
pub(crate) const MAX_STATE: usize = 64 * 1024 * 1024;

/// Every route of the control API.
pub(crate) fn routes() -> Router<AppState> {
    let state = get(state::export).put(state::import);
    Router::new()
        .route(
            "/__mock/v1/state",
            state.layer(DefaultBodyLimit::max(MAX_STATE)),
        )
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/__mock/v1/reset", post(state::reset))
        .route("/__mock/v1/clock", get(clock::read).post(clock::command))
        .route(
            "/__mock/v1/organizations/{id}/migrationLink",
            patch(migration_link::set_status),
        )
        .route(
            "/__mock/v1/liveMigrations/{id}",
            patch(live_migrations::set_state),
        )
        .route("/__mock/v1/validations/{id}", patch(validations::set_state))
        .route(
            "/__mock/v1/requests",
            get(journal::list).delete(journal::clear),
        )
        .route("/__mock/v1/requests/stream", get(stream::follow))
        .route("/__mock/v1/verify", post(verify::verify))
}

/// The identifier in the path.
struct Id<T>(T);

impl<T: FromStr + Send> FromRequestParts<AppState> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, app)
            .await
            .map_err(|rejection| Problem::new(400, rejection.body_text()))?;
        let wrong = |_| {
            Problem::new(
                400,
                format!("{text:?} is not 24 lowercase hexadecimal digits."),
            )
        };
        text.parse().map(Self).map_err(wrong)
    }
}

/// A JSON body, whatever its type is called.
struct Body<T>(T);

impl<T: DeserializeOwned> FromRequest<AppState> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, app)
            .await
            .map_err(|rejection| {
                Problem::new(rejection.status().as_u16(), rejection.body_text())
            })?;
        // serde would read the attributes from an array, too, by their order.
        if bytes.trim_ascii_start().starts_with(b"[") {
            return Err(Problem::new(400, "The body is not a JSON object."));
        }
        let body = serde_json::from_slice(&bytes);
        body.map(Self)
            .map_err(|error| Problem::new(400, format!("The body is not as expected: {error}.")))
    }
}
