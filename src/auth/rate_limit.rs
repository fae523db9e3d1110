//! Rate limits as a request meets them: what it finds in its bucket, and how it is refused.

use super::state::AppState;
use crate::error::{ApiError, ErrorCode, Hint, Parameter};
use crate::operation::{REFILL_SECONDS, RateClass};
use crate::wire::presentation::RateState;
use crate::world::World;

/// Takes a request out of its bucket. The second value is the seconds to wait, when the bucket was empty
/// and the server refuses for that.
pub(crate) fn take(
    app: &AppState,
    world: &World,
    class: RateClass,
    subject: String,
) -> (RateState, Option<u64>) {
    let taken = world.step(|state, now| state.rate_limits.take(class, subject, now));
    let rate = RateState {
        limit: taken.limit,
        remaining: taken.remaining,
    };
    (rate, taken.refused.filter(|_| app.rate_limits))
}

/// The refusal of the Atlas API.
pub(crate) fn bucket_limit(class: RateClass, path: &str, seconds: u64) -> ApiError {
    let quota = class.quota();
    let path = path.trim_start_matches('/').to_owned();
    let numbers = [seconds, quota.capacity, quota.refill, REFILL_SECONDS].map(Parameter::Number);
    refused(ErrorCode::RateLimitedBucket, path, &numbers, seconds)
}

/// The refusal of the token endpoint.
pub(crate) fn token_limit(path: &str, seconds: u64) -> ApiError {
    let numbers = [RateClass::Token.quota().capacity, REFILL_SECONDS / 60].map(Parameter::Number);
    refused(
        ErrorCode::OAuthRateLimited,
        path.to_owned(),
        &numbers,
        seconds,
    )
}

/// The refusal of the Cloud Manager / Ops Manager API, with its documented limit of 100 requests a minute.
/// That limit is one of projects, so none of the emulated operations meets it by itself.
pub(crate) fn public_api_limit(path: &str, seconds: u64) -> ApiError {
    refused(
        ErrorCode::RateLimited,
        path.to_owned(),
        &[100, 1].map(Parameter::Number),
        seconds,
    )
}

fn refused(code: ErrorCode, path: String, numbers: &[Parameter], seconds: u64) -> ApiError {
    let mut parameters = vec![Parameter::Text(path)];
    parameters.extend_from_slice(numbers);
    ApiError {
        parameters,
        hint: Some(Hint::RetryAfter(seconds)),
        ..code.into()
    }
}
