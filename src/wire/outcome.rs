//! What a handler comes to, before it is bytes.

use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::{ApiError, ErrorCode};

/// What a request came to. It travels whole in the extensions of the response; `presentation` writes it.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    Success(Payload),
    Refused(ApiError),
    /// A refusal of the control API.
    Problem(Problem),
    /// A success of the control API in another form than JSON.
    Document(Document),
}

impl From<Result<Payload, ApiError>> for Outcome {
    fn from(result: Result<Payload, ApiError>) -> Self {
        result.map_or_else(Self::Refused, Self::Success)
    }
}

/// The body of a success.
#[derive(Clone, Debug, Default)]
pub(crate) struct Payload {
    pub(crate) body: Option<Value>,
    /// Whether the body is a list object, which is its own envelope.
    pub(crate) is_list: bool,
}

impl Payload {
    /// No body.
    pub(crate) fn empty() -> Self {
        Self::default()
    }

    /// One entity.
    pub(crate) fn of(entity: &impl Serialize) -> Result<Self, ApiError> {
        let body = serde_json::to_value(entity).map_err(|_| ErrorCode::Unexpected)?;
        Ok(Self::entity(body))
    }

    /// One entity that is JSON already.
    pub(crate) fn entity(entity: Value) -> Self {
        Self {
            body: Some(entity),
            is_list: false,
        }
    }

    /// A list object.
    pub(crate) fn list(list: Value) -> Self {
        Self {
            body: Some(list),
            is_list: true,
        }
    }
}

/// A refusal of the control API, in the form of RFC 9457.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    pub(crate) detail: String,
    /// Members beyond those of RFC 9457.
    pub(crate) members: Map<String, Value>,
}

impl Problem {
    pub(crate) fn new(status: u16, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            members: Map::new(),
        }
    }

    /// Adds a member.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// A rule of the emulated APIs that stands in the way of a control request, too.
    pub(crate) fn of(error: &ApiError) -> Self {
        let status = match error.code.row().status {
            404 => 404,
            _ => 409,
        };
        Self::new(status, error.detail())
    }
}

/// A body that is written as it is.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) media_type: &'static str,
    /// There until it is taken: an outcome can be cloned, a body, which may be a stream, cannot.
    body: Arc<Mutex<Option<Body>>>,
}

impl Document {
    pub(crate) fn new(media_type: &'static str, body: impl Into<Body>) -> Self {
        Self {
            media_type,
            body: Arc::new(Mutex::new(Some(body.into()))),
        }
    }

    /// The body, once.
    pub(super) fn take(&self) -> Body {
        self.body.lock().take().unwrap_or_default()
    }
}

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        response.extensions_mut().insert(self);
        response
    }
}

impl IntoResponse for Payload {
    fn into_response(self) -> Response {
        Outcome::Success(self).into_response()
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        Outcome::Refused(self).into_response()
    }
}

impl IntoResponse for Document {
    fn into_response(self) -> Response {
        Outcome::Document(self).into_response()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        Outcome::Problem(self).into_response()
    }
}
