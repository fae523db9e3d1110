//! The program's own interface: health, and the control API below `/__mock/v1`.

pub(crate) mod health;
pub(crate) mod migration_link;
pub(crate) mod state;

use axum::Router;
use axum::routing::{get, patch, post};

use crate::auth::state::AppState;

/// Every route of the control API.
pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/__mock/v1/reset", post(state::reset))
        .route("/__mock/v1/state", get(state::export).put(state::import))
        .route(
            "/__mock/v1/organizations/{orgId}/migrationLink",
            patch(migration_link::set_status),
        )
}
