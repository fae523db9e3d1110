//! `Prefer: code=NNN`: one request asks to be refused with a documented status.

use axum::http::HeaderMap;

use super::authentication::challenge;
use super::peer::Peer;
use super::rate_limit::{bucket_limit, public_api_limit, token_limit};
use super::state::AppState;
use crate::error::{ApiError, ErrorCode};
use crate::operation::{Api, Operation, REFILL_SECONDS};

/// The status that the request prefers, if it names one.
pub(super) fn preferred_status(headers: &HeaderMap) -> Option<u16> {
    let values = headers
        .get_all("prefer")
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut preferences = values.flat_map(|value| value.split([',', ';']));
    preferences.find_map(|preference| {
        let (name, value) = preference.split_once('=')?;
        let value = value.trim().trim_matches('"');
        name.trim()
            .eq_ignore_ascii_case("code")
            .then(|| value.parse().ok())
            .flatten()
    })
}

/// The refusal of this status, or `None` when the operation documents none: a preference that cannot be met
/// is ignored (RFC 7240).
pub(super) fn refusal(
    app: &AppState,
    operation: &Operation,
    path: &str,
    peer: &Peer,
    status: u16,
) -> Option<ApiError> {
    if operation.is_oauth() {
        return Some(match status {
            400 => ErrorCode::OAuthInvalidRequest.into(),
            401 => ErrorCode::OAuthInvalidClient.into(),
            403 => ErrorCode::OAuthAccessDenied.into(),
            429 => limited(operation, path, REFILL_SECONDS),
            500 => ErrorCode::OAuthServerError.into(),
            _ => return None,
        });
    }
    Some(match status {
        400 => ApiError::of(ErrorCode::ValidationError, "the request prefers code 400"),
        401 => challenge(app, false),
        403 => ApiError::of(ErrorCode::IpNotOnAccessList, peer.address),
        404 => ApiError::of(ErrorCode::ResourceNotFound, path),
        429 => limited(operation, path, REFILL_SECONDS),
        500 => ErrorCode::Unexpected.into(),
        _ => return None,
    })
}

/// The refusal for too many requests, in the form of the API.
pub(super) fn limited(operation: &Operation, path: &str, seconds: u64) -> ApiError {
    match (operation.api, operation.rate) {
        _ if operation.is_oauth() => token_limit(path, seconds),
        (Api::Atlas, Some(class)) => bucket_limit(class, path, seconds),
        _ => public_api_limit(path, seconds),
    }
}
