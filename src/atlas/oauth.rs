//! `POST /token`, `POST /revoke`: OAuth 2.0 client credentials (RFC 6749, RFC 7009).

use axum::http::Uri;
use serde::Serialize;

use crate::auth::client_credentials::Client;
use crate::auth::extract::Form;
use crate::auth::rate_limit;
use crate::auth::state::AppState;
use crate::error::{ApiError, ErrorCode};
use crate::operation::RateClass;
use crate::wire::outcome::Payload;
use crate::world::access_tokens::LIFETIME;
use crate::world::store::Store;

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are those of RFC 6749")]
struct Token {
    access_token: String,
    expires_in: u64,
    token_type: &'static str,
}

/// Gives a service account a bearer token.
pub(crate) async fn request_token(
    client: Client,
    axum::extract::State(app): axum::extract::State<AppState>,
    uri: Uri,
    Form(form): Form,
) -> Result<Payload, ApiError> {
    if form.get("grant_type") != Some("client_credentials") {
        return Err(ErrorCode::OAuthUnsupportedGrant.into());
    }
    if let (_, Some(seconds)) =
        rate_limit::take(&app, &client.world, RateClass::Token, client.id.clone())
    {
        return Err(rate_limit::token_limit(uri.path(), seconds));
    }
    let access_token = client.world.step(|state, now| {
        state
            .store
            .grant_access_token(&client.id, now, &mut state.random)
    });
    Payload::of(&Token {
        access_token,
        expires_in: LIFETIME.as_secs(),
        token_type: "Bearer",
    })
}

/// Makes a bearer token useless; an unknown one is no error.
pub(crate) async fn revoke_token(client: Client, Form(form): Form) -> Result<Payload, ApiError> {
    let token = form.get("token").ok_or(ErrorCode::OAuthInvalidRequest)?;
    let revoke = |store: &mut Store| store.revoke_access_token(&client.id, token);
    client.world.step(|state, _| revoke(&mut state.store));
    Ok(Payload::empty())
}
