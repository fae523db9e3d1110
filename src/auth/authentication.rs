//! Authentication: from the `Authorization` header to a caller, or the challenge.

use std::sync::Arc;

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::digest::Authorization;
use super::nonce::Verdict;
use super::state::AppState;
use crate::error::{ApiError, ErrorCode, Hint};
use crate::wire::headers::REALM;
use crate::world::World;
use crate::world::store::Principal;

/// Who calls, and in which world.
#[derive(Clone)]
pub(crate) struct Authenticated {
    pub(crate) world: Arc<World>,
    pub(crate) principal: Arc<Principal>,
}

/// The caller of a request.
///
/// # Errors
/// One and the same refusal for no credentials, an unknown key, a wrong secret and a bad bearer token.
pub(crate) fn authenticate(app: &AppState, parts: &Parts) -> Result<Authenticated, ApiError> {
    let header = parts
        .headers
        .get(AUTHORIZATION)
        .and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
    let (scheme, credentials) = header
        .and_then(|header| header.split_once(' '))
        .unwrap_or_default();
    let caller = if scheme.eq_ignore_ascii_case("digest") {
        by_digest(app, credentials, parts.method.as_str())
    } else if scheme.eq_ignore_ascii_case("bearer") {
        by_bearer(app, credentials.trim()).ok_or(Stale(false))
    } else {
        Err(Stale(false))
    };
    caller.map_err(|Stale(stale)| challenge(app, stale))
}

/// The refusal that asks for credentials.
pub(crate) fn challenge(app: &AppState, stale: bool) -> ApiError {
    let nonce = app.nonces.lock().issue();
    ApiError::from(ErrorCode::Unauthenticated).with_hint(Hint::Challenge { nonce, stale })
}

/// Not authenticated; and whether only the nonce was at fault.
struct Stale(bool);

fn by_digest(app: &AppState, parameters: &str, method: &str) -> Result<Authenticated, Stale> {
    let authorization = Authorization::parse(parameters)
        .filter(|found| found.realm == REALM)
        .ok_or(Stale(false))?;
    let (nonce, count) = (&authorization.nonce, authorization.nonce_count());
    let issued_at = app.nonces.lock().issued_at(nonce).ok_or(Stale(true))?;
    // An unknown key is looked for in the default world, and costs the same work as a wrong secret.
    let world = app.worlds.of_credential(&authorization.username);
    let world = world.unwrap_or_else(|| app.worlds.default().clone());
    let (issued, now) = (world.at(issued_at), world.now());
    match app.nonces.lock().take(nonce, count, issued, now) {
        Verdict::Fresh => {}
        Verdict::Stale => return Err(Stale(true)),
        Verdict::Replayed => return Err(Stale(false)),
    }
    let stored = world.step(|state, _| state.store.api_keys.get(&authorization.username).cloned());
    let password = stored
        .as_ref()
        .and_then(|stored| stored.key.private_key.as_deref());
    let proven = authorization.proves(password.unwrap_or_default(), method);
    let principal = stored
        .filter(|stored| proven && stored.key.private_key.is_some())
        .map(|stored| stored.principal)
        .ok_or(Stale(false))?;
    Ok(Authenticated { world, principal })
}

fn by_bearer(app: &AppState, token: &str) -> Option<Authenticated> {
    let world = app.worlds.of_bearer(token);
    let principal = world.step(|state, now| {
        let client = state.store.client_of(token, now)?;
        let stored = state.store.service_accounts.get(client)?;
        Some(stored.principal.clone())
    })?;
    Some(Authenticated { world, principal })
}
