//! The only writer of response bytes: status, headers, body; compact, pretty, enveloped, compressed.

use std::io::Write;

use axum::body::{Body, Bytes};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Method, Request, Response, StatusCode};
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::distortion::{self, Distortion};
use super::headers::{self, Kind};
use super::outcome::{Document, Outcome};
use super::pretty::Pretty;
use super::query::Query;
use super::truth::Truth;
use crate::error::{ApiError, Shape};
use crate::model::version::VersionDate;
use crate::operation::{Api, Base, Operation};

/// Whose answers these are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answering {
    Atlas,
    CloudManager,
    /// The program's own: health and control.
    Control,
}

impl Answering {
    /// The service that answers on a path which no operation has.
    pub(crate) fn of_path(path: &str) -> Self {
        if path.starts_with(Base::PublicV1.prefix()) {
            Self::CloudManager
        } else if path.starts_with("/__mock") || matches!(path, "/livez" | "/readyz") {
            Self::Control
        } else {
            Self::Atlas
        }
    }
}

impl From<Api> for Answering {
    fn from(api: Api) -> Self {
        match api {
            Api::Atlas => Self::Atlas,
            Api::CloudManager => Self::CloudManager,
        }
    }
}

/// What a request asks of the form of its answer.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    envelope: bool,
    pretty: bool,
    gzip: bool,
    method: Method,
}

/// The smallest body that is compressed, in bytes.
const GZIP_FROM: usize = 32;

impl Asked {
    pub(crate) fn of<B>(request: &Request<B>) -> Self {
        let query = Query::parse(request.uri().query().unwrap_or_default());
        let accepted = request.headers().get_all(header::ACCEPT_ENCODING);
        Self {
            // A value that is no boolean is refused elsewhere; the refusal is written plain.
            envelope: query.flag("envelope", false).unwrap_or(false),
            pretty: query.flag("pretty", false).unwrap_or(false),
            gzip: accepted
                .iter()
                .filter_map(|value| value.to_str().ok())
                .any(offers_gzip),
            method: request.method().clone(),
        }
    }

    /// Recordings vary by encoding on GET and POST only.
    pub(super) fn may_be_compressed(&self) -> bool {
        matches!(self.method, Method::GET | Method::HEAD | Method::POST)
    }
}

fn offers_gzip(accept_encoding: &str) -> bool {
    accept_encoding.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight
            .trim()
            .strip_prefix("q=")
            .is_some_and(|q| q.trim().parse() == Ok(0.0_f32));
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

/// When an exchange began and when its answer is written, by the clock of its world.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    pub(crate) began: Timestamp,
    pub(crate) now: Timestamp,
}

impl Timing {
    /// How long the exchange took, in whole milliseconds.
    pub(crate) fn milliseconds(self) -> u64 {
        u64::try_from(self.now.duration_since(self.began).as_millis()).unwrap_or(0)
    }
}

/// What became known of a request on its way: the further it came, the more of it is set.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) service: Answering,
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) base: Option<Base>,
    pub(crate) version: Option<VersionDate>,
    pub(crate) rate: Option<RateState>,
    pub(crate) applied_preference: Option<String>,
    /// The first fault that the request met, by its id.
    pub(crate) fault: Option<u64>,
    pub(crate) distortion: Option<Distortion>,
}

/// The state of a rate limit after the request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RateState {
    pub(crate) limit: u64,
    pub(crate) remaining: u64,
}

impl Exchange {
    pub(crate) fn new(service: Answering) -> Self {
        Self {
            service,
            operation: None,
            base: None,
            version: None,
            rate: None,
            applied_preference: None,
            fault: None,
            distortion: None,
        }
    }
}

/// The body of an answer before compression. It travels in the extensions of the response.
#[derive(Clone)]
pub(crate) struct Plain(pub(crate) Bytes);

/// Writes an answer.
pub(crate) fn write(
    outcome: &Outcome,
    exchange: &Exchange,
    asked: &Asked,
    truth: Truth,
    timing: Timing,
) -> Response<Body> {
    let (status, kind, content) = match outcome {
        Outcome::Success(payload) => {
            let status = match exchange.operation {
                Some(operation) => truth.success(operation),
                None if payload.body.is_none() => 204,
                None => 200,
            };
            let content = match &payload.body {
                None => Content::Empty,
                Some(list) if payload.is_list => Content::List(list),
                Some(entity) => Content::Entity(entity),
            };
            (status, Kind::Success, content)
        }
        Outcome::Refused(error) => {
            let error_in_truth = ApiError {
                code: truth.refusal(error.code),
                ..error.clone()
            };
            let kind = Kind::Refusal {
                code: error_in_truth.code,
                hint: error.hint.as_ref(),
            };
            let status = error_in_truth.status();
            (status, kind, Content::Error(error_in_truth))
        }
        Outcome::Problem(problem) => {
            let mut body = problem.members.clone();
            body.insert("detail".to_owned(), json!(problem.detail));
            body.insert("status".to_owned(), json!(problem.status));
            body.insert("title".to_owned(), json!(reason(problem.status)));
            body.insert("type".to_owned(), json!("about:blank"));
            (problem.status, Kind::Problem, Content::Problem(body.into()))
        }
        Outcome::Document(document) => {
            let kind = Kind::Document(document.media_type);
            (200, kind, Content::Document(document))
        }
    };
    let mut headers = headers::of(&kind, exchange, asked, truth, timing);
    let success = matches!(kind, Kind::Success);
    let mut response = if let Content::Document(document) = content {
        Response::new(document.take())
    } else {
        let mut body = content.into_bytes(status, asked);
        if exchange.distortion == Some(Distortion::MalformedJson) {
            distortion::malform(&mut body);
        }
        let plain = Bytes::from(body);
        let body = compress(&plain, success, asked, &mut headers);
        let body = match &exchange.distortion {
            Some(distortion) => distortion.apply(body.into(), &mut headers),
            None => Body::from(body),
        };
        let mut response = Response::new(body);
        response.extensions_mut().insert(Plain(plain));
        response
    };
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = headers;
    response
}

/// The words that belong to a status.
pub(crate) fn reason(status: u16) -> &'static str {
    StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or_default()
}

fn compress(body: &Bytes, success: bool, asked: &Asked, headers: &mut HeaderMap) -> Bytes {
    let wanted = success && asked.gzip && asked.may_be_compressed() && body.len() >= GZIP_FROM;
    if !wanted {
        return body.clone();
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len()), Compression::fast());
    match encoder.write_all(body).and_then(|()| encoder.finish()) {
        Ok(compressed) => {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            compressed.into()
        }
        Err(_) => body.clone(),
    }
}

/// What a body says, before its form.
enum Content<'a> {
    Empty,
    Entity(&'a Value),
    /// A list object is its own envelope: only `status` is added.
    List(&'a Value),
    Error(ApiError),
    Problem(Value),
    Document(&'a Document),
}

impl Content<'_> {
    fn into_bytes(self, status: u16, asked: &Asked) -> Vec<u8> {
        match self {
            // A document is not made of bytes here: it may be a stream.
            Self::Empty | Self::Document(_) => Vec::new(),
            Self::Problem(problem) => json(&problem, asked.pretty),
            Self::List(list) if asked.envelope => {
                let mut list = list.clone();
                list["status"] = status.into();
                json(&list, asked.pretty)
            }
            Self::Entity(value) if asked.envelope => json(
                &Envelope {
                    content: value,
                    status,
                },
                asked.pretty,
            ),
            Self::Error(error) if asked.envelope => json(
                &Envelope {
                    content: ErrorBody(&error),
                    status,
                },
                asked.pretty,
            ),
            Self::Entity(value) | Self::List(value) => json(value, asked.pretty),
            Self::Error(error) => {
                // The challenge was recorded pretty, whatever was asked for.
                json(
                    &ErrorBody(&error),
                    asked.pretty || error.code.row().shape == Shape::Challenge,
                )
            }
        }
    }
}

fn json(value: &impl Serialize, pretty: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    let written = if pretty {
        value.serialize(&mut serde_json::Serializer::with_formatter(
            &mut bytes,
            Pretty::default(),
        ))
    } else {
        serde_json::to_writer(&mut bytes, value)
    };
    debug_assert!(
        written.is_ok(),
        "values with text keys can always be written to memory"
    );
    bytes
}

/// `envelope=true`: the body and, for clients that cannot see it, the status.
#[derive(Serialize)]
struct Envelope<T> {
    content: T,
    status: u16,
}

/// The body of an error; the order of its keys is that of the recordings.
struct ErrorBody<'a>(&'a ApiError);

impl Serialize for ErrorBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let Self(error) = *self;
        let row = error.code.row();
        let mut map = serializer.serialize_map(None)?;
        match row.shape {
            Shape::Standard | Shape::NullParameters => {
                let parameters = (row.shape == Shape::Standard).then_some(&error.parameters);
                map.serialize_entry("detail", &error.detail())?;
                map.serialize_entry("error", &error.status())?;
                map.serialize_entry("errorCode", row.code)?;
                map.serialize_entry("parameters", &parameters)?;
                map.serialize_entry("reason", reason(error.status()))?;
            }
            Shape::Challenge => {
                map.serialize_entry("error", &error.status())?;
                map.serialize_entry("reason", reason(error.status()))?;
                map.serialize_entry("detail", &error.detail())?;
                map.serialize_entry("errorCode", row.code)?;
            }
            Shape::OAuth => {
                map.serialize_entry("error_description", &error.detail())?;
                map.serialize_entry("error", row.code)?;
            }
        }
        map.end()
    }
}
