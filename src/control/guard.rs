//! Who may use the control API.

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

use crate::auth::peer::Peer;
use crate::auth::state::AppState;
use crate::config::ControlAccess;
use crate::wire::outcome::Problem;

/// Lets a request through, or refuses it.
pub(crate) async fn guard(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let refusal = match &app.control {
        ControlAccess::Open => None,
        ControlAccess::Loopback => {
            let peer = Peer::of(&parts, &app.trusted_proxies);
            let far = !peer.address.is_loopback();
            let detail = "The control API is for callers on the same machine; see --control and --control-token.";
            far.then(|| Problem::new(403, detail))
        }
        ControlAccess::Token(token) => {
            let header = parts.headers.get(AUTHORIZATION);
            let sent = header.and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
            let right: bool = sent.unwrap_or_default().ct_eq(token.as_bytes()).into();
            let detail = "The control API wants its token as Authorization: Bearer.";
            (!right).then(|| Problem::new(401, detail))
        }
    };
    match refusal {
        Some(problem) => problem.into_response(),
        None => next.run(Request::from_parts(parts, body)).await,
    }
}
