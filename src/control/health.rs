//! `GET /livez`, `GET /readyz`

use axum::extract::State;
use serde_json::json;

use crate::auth::state::AppState;
use crate::wire::outcome::{Payload, Problem};

/// The process answers.
pub(crate) async fn livez() -> Payload {
    Payload::entity(json!({ "status": "alive" }))
}

/// The port is bound and the fixture applied, or no request would get here; and the server is not stopping.
pub(crate) async fn readyz(State(app): State<AppState>) -> Result<Payload, Problem> {
    if *app.stopping.borrow() {
        return Err(Problem::new(503, "The server is stopping."));
    }
    Ok(Payload::entity(json!({ "status": "ready" })))
}
