//! The header sets: which outcome of which API carries which headers, and with what values.
//!
//! Source: section B.2 of the project's wire facts. The Atlas sets are recorded; those of Cloud Manager and
//! Ops Manager are documented only.

use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

use super::presentation::{Answering, Asked, Exchange, Timing};
use super::truth::Truth;
use crate::error::{ErrorCode, Hint, Shape};
use crate::operation::Base;

/// What the answer is, as far as headers go.
pub(super) enum Kind<'a> {
    Success,
    Refusal {
        code: ErrorCode,
        hint: Option<&'a Hint>,
    },
    Problem,
    /// A body of this media type.
    Document(&'static str),
}

const SERVICE_VERSION: &str =
    "gitHash=203ac0360368239eed8f27b82e06b1be8429648c; versionString=master";
const SECURITY: [(HeaderName, &str); 5] = [
    (
        header::STRICT_TRANSPORT_SECURITY,
        "max-age=31536000; includeSubdomains;",
    ),
    (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("x-permitted-cross-domain-policies"),
        "none",
    ),
];

/// The headers of an answer, all but `Content-Length` and `Content-Encoding`.
pub(super) fn of(
    kind: &Kind<'_>,
    exchange: &Exchange,
    asked: &Asked,
    truth: Truth,
    timing: Timing,
) -> HeaderMap {
    let mut headers = Headers(HeaderMap::with_capacity(20));
    headers.text(header::CONTENT_TYPE, &content_type(kind, exchange, truth));
    headers.text(header::DATE, &http_date(timing.now));
    match exchange.service {
        Answering::Atlas => headers.atlas(kind, exchange, asked, timing),
        Answering::CloudManager => headers.cloud_manager(kind),
        Answering::Control => {}
    }
    if let Kind::Refusal {
        code,
        hint: Some(hint),
    } = kind
    {
        headers.hint(*code, hint);
    }
    if let Some(preference) = &exchange.applied_preference {
        headers.text(HeaderName::from_static("preference-applied"), preference);
    }
    headers.0
}

fn content_type(kind: &Kind<'_>, exchange: &Exchange, truth: Truth) -> String {
    match (kind, exchange.version) {
        (Kind::Refusal { code, .. }, _) if is_challenge(*code) => truth.challenge_type().to_owned(),
        (Kind::Problem, _) => "application/problem+json".to_owned(),
        (Kind::Document(media_type), _) => (*media_type).to_owned(),
        (Kind::Success, Some(version)) if exchange.base == Some(Base::AtlasV2) => {
            format!("application/vnd.atlas.{version}+json;charset=utf-8")
        }
        _ => "application/json".to_owned(),
    }
}

fn is_challenge(code: ErrorCode) -> bool {
    code.row().shape == Shape::Challenge
}

/// The form of RFC 9110: `Mon, 10 Aug 2026 03:03:05 GMT`.
fn http_date(now: Timestamp) -> String {
    DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&now)
        .unwrap_or_default()
}

struct Headers(HeaderMap);

impl Headers {
    fn fixed(&mut self, name: HeaderName, value: &'static str) {
        self.0.insert(name, HeaderValue::from_static(value));
    }

    /// A value that no header can carry (it holds a control character) is left out.
    fn text(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.0.insert(name, value);
        }
    }

    fn number(&mut self, name: &'static str, value: u64) {
        self.0.insert(HeaderName::from_static(name), value.into());
    }

    fn atlas(&mut self, kind: &Kind<'_>, exchange: &Exchange, asked: &Asked, timing: Timing) {
        self.fixed(header::SERVER, "mdbws");
        self.number("x-envoy-upstream-service-time", timing.milliseconds());
        if asked.may_be_compressed() {
            self.fixed(header::VARY, "Accept-Encoding");
        }
        if matches!(kind, Kind::Refusal { code, .. } if is_challenge(*code)) {
            return;
        }
        for (name, value) in SECURITY {
            self.fixed(name, value);
        }
        if let Kind::Refusal { code, .. } = kind
            && code.row().shape != Shape::OAuth
        {
            self.fixed(HeaderName::from_static("x-error-code"), code.row().code);
        }
        if let Some(operation) = exchange.operation {
            if let Some(method) = operation.java_method {
                self.fixed(HeaderName::from_static("x-java-method"), method);
            }
            self.fixed(HeaderName::from_static("x-java-version"), "17.0.19+10-LTS");
        }
        // What was refused before the rate limit carries neither of these, as the unknown group shows.
        if let Some(rate) = exchange.rate {
            self.fixed(
                HeaderName::from_static("x-mongodb-service-version"),
                SERVICE_VERSION,
            );
            self.number("ratelimit-limit", rate.limit);
            self.number("ratelimit-remaining", rate.remaining);
            self.retired(exchange);
        }
    }

    /// What the answers of a version say that has a successor.
    fn retired(&mut self, exchange: &Exchange) {
        let version = exchange
            .version
            .filter(|_| exchange.base == Some(Base::AtlasV2));
        let retired = exchange
            .operation
            .zip(version)
            .and_then(|(operation, version)| operation.retired(version));
        if let Some(retired) = retired {
            self.fixed(HeaderName::from_static("deprecation"), retired.deprecation);
            self.fixed(HeaderName::from_static("sunset"), retired.sunset);
        }
    }

    fn cloud_manager(&mut self, kind: &Kind<'_>) {
        if matches!(kind, Kind::Refusal { code, .. } if is_challenge(*code)) {
            return;
        }
        self.fixed(header::VARY, "Accept-Encoding");
        self.fixed(header::STRICT_TRANSPORT_SECURITY, "max-age=300");
        self.fixed(
            HeaderName::from_static("x-mongodb-service-version"),
            SERVICE_VERSION,
        );
    }

    fn hint(&mut self, code: ErrorCode, hint: &Hint) {
        match hint {
            // Byte for byte the recorded form: the Go clients accept no other order of quotes and names.
            Hint::Challenge { nonce, stale } if is_challenge(code) => self.text(
                header::WWW_AUTHENTICATE,
                &format!(
                    r#"Digest realm="{REALM}", domain="", nonce="{nonce}", algorithm=MD5, qop="auth", stale={stale}"#
                ),
            ),
            Hint::Challenge { .. } => {}
            Hint::Allow(methods) => self.text(header::ALLOW, methods),
            Hint::RetryAfter(seconds) => {
                self.0.insert(header::RETRY_AFTER, (*seconds).into());
            }
        }
    }
}

/// The realm of the challenge, of both APIs.
pub(crate) const REALM: &str = "MMS Public API";
