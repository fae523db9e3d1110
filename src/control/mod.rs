//! The program's own interface: health, and the control API below `/__mock/v1`.

mod clock;
mod coverage;
mod expectation;
mod export;
mod faults;
mod guard;
mod health;
mod journal;
mod live_migrations;
mod migration_link;
mod state;
mod stream;
mod validations;
mod verify;
mod worlds;

use std::str::FromStr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, patch, post};
use serde::de::DeserializeOwned;

use crate::auth::state::AppState;
use crate::wire::outcome::Problem;
use crate::wire::query::Query;
use crate::world::World;
use crate::world::registry::Refusal;

/// The largest state that is imported, in bytes.
pub(crate) const MAX_STATE: usize = 64 * 1024 * 1024;

/// The probes, open to everybody, and the control API behind its guard.
pub(crate) fn routes(app: &AppState) -> Router<AppState> {
    let guard = from_fn_with_state(app.clone(), guard::guard);
    Router::new()
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .merge(api().layer(guard))
}

fn api() -> Router<AppState> {
    let state = get(state::export).put(state::import);
    Router::new()
        .route(
            "/__mock/v1/state",
            state.layer(DefaultBodyLimit::max(MAX_STATE)),
        )
        .route("/__mock/v1/reset", post(state::reset))
        .route("/__mock/v1/info", get(worlds::info))
        .route("/__mock/v1/worlds", get(worlds::list).post(worlds::create))
        .route(
            "/__mock/v1/worlds/{name}",
            get(worlds::read).delete(worlds::remove),
        )
        .route("/__mock/v1/clock", get(clock::read).post(clock::command))
        .route(
            "/__mock/v1/faults",
            get(faults::list).post(faults::add).delete(faults::clear),
        )
        .route("/__mock/v1/faults/{id}", delete(faults::remove))
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
        .route("/__mock/v1/coverage", get(coverage::read))
}

/// The world that a request is about: `?world=`, else `X-Mock-World`, else the default one.
struct Target(Arc<World>);

impl FromRequestParts<AppState> for Target {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        let query = Query::parse(parts.uri.query().unwrap_or_default());
        let header = parts
            .headers
            .get("x-mock-world")
            .and_then(|name| name.to_str().ok());
        match query.get("world").or(header) {
            None => Ok(Self(app.worlds.default().clone())),
            Some(name) => Ok(Self(app.worlds.named(name)?)),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::InvalidName(name) => Self::new(
                400,
                format!("{name:?} is not 1 to 64 letters, digits, - and _."),
            ),
            Refusal::NameTaken(name) => Self::new(409, format!("There is a world {name} already.")),
            Refusal::Unknown(name) => Self::new(404, format!("There is no world {name}.")),
            Refusal::IsDefault => Self::new(409, "The default world cannot be dropped."),
            Refusal::TooMany(limit) => Self::new(
                409,
                format!("There are {limit} worlds, and no more may be. Drop some."),
            ),
            Refusal::CredentialTaken { id, world } => {
                Self::new(409, format!("Credential {id} belongs to world {world}."))
            }
        }
    }
}

/// The part of the path that varies.
struct Segment(String);

impl FromRequestParts<AppState> for Segment {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, app).await;
        let wrong = |rejection: PathRejection| Problem::new(400, rejection.body_text());
        path.map(|Path(text)| Self(text)).map_err(wrong)
    }
}

/// The identifier in the path.
struct Id<T>(T);

impl<T: FromStr + Send> FromRequestParts<AppState> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Problem> {
        let Segment(text) = Segment::from_request_parts(parts, app).await?;
        let detail = format!("{text:?} is not 24 lowercase hexadecimal digits.");
        text.parse()
            .map(Self)
            .map_err(|_| Problem::new(400, detail))
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
