//! Faults as a request meets them: what the rules of the world make of its answer.

use std::future::Future;
use std::time::Duration;

use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};

use super::authentication::challenge;
use super::extract::MAX_BODY;
use super::peer::Peer;
use super::preference::{limited, refusal};
use super::state::AppState;
use crate::error::{ApiError, ErrorCode};
use crate::operation::{Operation, REFILL_SECONDS};
use crate::wire::distortion::Distortion;
use crate::wire::presentation::Exchange;
use crate::world::World;
use crate::world::faults::rule::{Action, When};

/// What is in store for a request; nothing, as a rule.
#[derive(Default)]
pub(super) struct Plan {
    fault: Option<u64>,
    before: Duration,
    after: Duration,
    effect: Option<(When, Effect)>,
}

enum Effect {
    Refusal(ApiError),
    Distortion(Distortion),
}

/// Asks the rules of the world about a request. The id is that of the path.
pub(super) fn plan(
    app: &AppState,
    world: &World,
    operation: &Operation,
    path: &str,
    id: &str,
    peer: &Peer,
) -> Plan {
    let met = world.step(|state, _| state.faults.decide(operation, &mut state.random));
    let Some(met) = met else {
        return Plan::default();
    };
    let effect = met.action.and_then(|(when, action)| {
        let effect = match action {
            Action::Latency(_) => return None,
            Action::Error(code) => Effect::Refusal(example(app, operation, path, id, peer, code)),
            Action::Status(status) => Effect::Refusal(
                refusal(app, operation, path, peer, status)
                    .unwrap_or_else(|| unlisted(operation, status)),
            ),
            Action::RateLimit(limit) => {
                Effect::Refusal(limited(operation, path, limit.retry_after))
            }
            Action::Reset(_) => Effect::Distortion(Distortion::Reset),
            Action::Truncate(length) => Effect::Distortion(Distortion::Truncate(length)),
            Action::MalformedJson(_) => Effect::Distortion(Distortion::MalformedJson),
            Action::ContentType(text) => {
                let value = HeaderValue::from_str(&text).ok()?;
                Effect::Distortion(Distortion::ContentType(value))
            }
        };
        Some((when, effect))
    });
    Plan {
        fault: Some(met.id),
        before: met.before,
        after: met.after,
        effect,
    }
}

impl Plan {
    /// Lets a request be handled, unless a fault comes before, and does to the answer what comes after.
    pub(super) async fn around(
        self,
        handled: impl Future<Output = Response>,
        exchange: &mut Exchange,
    ) -> Response {
        exchange.fault = self.fault;
        pause(self.before).await;
        let response = match &self.effect {
            Some((When::Before, _)) => ApiError::from(ErrorCode::Unexpected).into_response(),
            _ => handled.await,
        };
        pause(self.after).await;
        match self.effect {
            None => response,
            Some((_, Effect::Refusal(error))) => {
                if let Some(rate) = exchange.rate.as_mut().filter(|_| error.status() == 429) {
                    rate.remaining = 0; // else the headers would say that nothing is short
                }
                error.into_response()
            }
            Some((_, Effect::Distortion(distortion))) => {
                // An answer that nobody hears still has a body: one without could not fail.
                let unheard = distortion == Distortion::Reset;
                exchange.distortion = Some(distortion);
                if unheard {
                    return ApiError::from(ErrorCode::Unexpected).into_response();
                }
                response
            }
        }
    }
}

/// Real time: what waits is the client, not the world.
async fn pause(span: Duration) {
    if !span.is_zero() {
        tokio::time::sleep(span).await;
    }
}

/// The refusal of a status that no row has.
fn unlisted(operation: &Operation, status: u16) -> ApiError {
    let code = if operation.is_oauth() {
        ErrorCode::OAuthServerError
    } else {
        ErrorCode::Unexpected
    };
    ApiError {
        forced_status: Some(status),
        ..code.into()
    }
}

/// A refusal of this row, as this request could have met it.
fn example(
    app: &AppState,
    operation: &Operation,
    path: &str,
    id: &str,
    peer: &Peer,
    code: ErrorCode,
) -> ApiError {
    use ErrorCode as E;
    match code {
        E::Unauthenticated => challenge(app, false),
        E::IpNotOnAccessList => ApiError::of(code, peer.address),
        E::ResourceNotFound => ApiError::of(code, path),
        E::MethodNotAllowed => ApiError::new(code, [operation.method.to_string(), path.to_owned()]),
        E::PayloadTooLarge => ApiError::new(code, [MAX_BODY as u64]),
        E::RateLimitedBucket | E::RateLimitedBucketDoc | E::RateLimited | E::OAuthRateLimited => {
            limited(operation, path, REFILL_SECONDS)
        }
        E::InvalidOrgId
        | E::OrgNotFound
        | E::NotAtlasOrg
        | E::ExpectedNonAtlasOrg
        | E::InvalidGroupId
        | E::IdPattern
        | E::GroupNotFound
        | E::NotAtlasGroup => ApiError::of(code, id),
        // Which attribute, address or cluster it would have been, nobody knows.
        _ => ApiError::new(code, vec!["(a fault)".to_owned(); code.places()]),
    }
}
