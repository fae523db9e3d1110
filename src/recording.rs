//! What the journal keeps of a request and its answer, taken down on their way through the server.

use axum::body::{Body, Bytes};
use axum::http::header::{HeaderMap, HeaderName};
use axum::http::{Method, Request, Response};
use jiff::Timestamp;

use crate::wire::presentation::Plain;
use crate::world::World;
use crate::world::journal::{Exchange, Message};

/// A request, until its answer is known.
pub(crate) struct Recording {
    method: Method,
    path: String,
    headers: HeaderMap,
    /// The body, which comes later than the head.
    pub(crate) body: Bytes,
}

impl Recording {
    /// Begins with the head of a request.
    pub(crate) fn of<B>(request: &Request<B>) -> Self {
        let uri = request.uri();
        let path = uri
            .path_and_query()
            .map_or(uri.path(), |path| path.as_str());
        Self {
            method: request.method().clone(),
            path: path.to_owned(),
            headers: request.headers().clone(),
            body: Bytes::new(),
        }
    }

    /// Writes the exchange into the journal of a world.
    pub(crate) fn finish(
        self,
        world: &World,
        began: Timestamp,
        operation: Option<&'static str>,
        error_code: Option<&'static str>,
        duration_ms: u64,
        response: &mut Response<Body>,
    ) {
        let plain = response.extensions_mut().remove::<Plain>();
        // No client sees the body that would have come without `HEAD`.
        let plain = plain.filter(|_| self.method != Method::HEAD);
        let exchange = Exchange {
            time: began,
            method: self.method.to_string(),
            path: self.path,
            operation,
            status: response.status().as_u16(),
            error_code,
            duration_ms,
            request: Message {
                headers: plain_headers(&self.headers),
                body: text(&self.body),
            },
            response: Message {
                headers: plain_headers(response.headers()),
                body: plain.map_or_else(String::new, |Plain(body)| text(&body)),
            },
        };
        world.record(exchange);
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The headers in their order; what comes more than once is joined, as RFC 9110 allows.
fn plain_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let value = |name: &HeaderName| {
        let values = headers.get_all(name).iter();
        let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()));
        values.collect::<Vec<_>>().join(", ")
    };
    let names = headers.keys();
    names
        .map(|name| (name.as_str().to_owned(), value(name)))
        .collect()
}
