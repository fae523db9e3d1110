//! The service account that asks for a token: HTTP Basic, and nothing else.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;

use super::state::AppState;
use crate::error::{ApiError, ErrorCode};
use crate::world::World;

/// A service account that proved its secret, and its world.
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) world: Arc<World>,
}

impl FromRequestParts<AppState> for Client {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        Self::of(parts, app)
    }
}

impl Client {
    /// The client that a request comes from.
    pub(super) fn of(parts: &Parts, app: &AppState) -> Result<Self, ApiError> {
        let header = parts
            .headers
            .get(AUTHORIZATION)
            .ok_or(ErrorCode::OAuthNoHeader)?;
        let (id, secret) = header
            .to_str()
            .ok()
            .and_then(basic)
            .ok_or(ErrorCode::OAuthInvalidRequest)?;
        // Some clients encode both halves as in a form (RFC 6749), others do not: either is taken.
        let decoded = (form_decoded(&id), form_decoded(&secret));
        let proven = [(id, secret), decoded]
            .into_iter()
            .find_map(|(id, secret)| Some((prove(app, &id, &secret)?, id)));
        let (world, id) = proven.ok_or(ErrorCode::OAuthInvalidClient)?;
        Ok(Self { id, world })
    }
}

fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    let decoded = STANDARD
        .decode(encoded.trim())
        .ok()
        .filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// A value decoded as in a form. What holds a separator of forms is not encoded, and stays as it is.
fn form_decoded(text: &str) -> String {
    let encoded = !text.contains(['=', '&']);
    let first = form_urlencoded::parse(text.as_bytes())
        .next()
        .filter(|_| encoded);
    first.map_or_else(|| text.to_owned(), |(value, _)| value.into_owned())
}

/// The world of a service account that this is the secret of.
fn prove(app: &AppState, id: &str, secret: &str) -> Option<Arc<World>> {
    let world = app.worlds.of_credential(id)?;
    let same: bool = world.step(|state, _| {
        let stored = state.store.service_accounts.get(id)?;
        let known = stored.account.secret.as_deref()?;
        Some(known.as_bytes().ct_eq(secret.as_bytes()).into())
    })?;
    same.then_some(world)
}
