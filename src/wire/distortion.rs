//! What a fault does to the bytes of an answer: nothing else in the program writes wrong ones.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::header::{self, HeaderMap, HeaderValue};
use http_body::Frame;

/// How an answer is spoilt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Distortion {
    /// The connection ends instead of an answer.
    Reset,
    /// The connection ends after so many bytes of the body, while `Content-Length` tells of all.
    Truncate(usize),
    /// The body is no JSON.
    MalformedJson,
    /// The body is called something that it is not.
    ContentType(HeaderValue),
}

impl Distortion {
    /// The body as it is sent. Malforming came before, since a compressed body has no last character.
    pub(super) fn apply(&self, mut body: Vec<u8>, headers: &mut HeaderMap) -> Body {
        match self {
            Self::Reset => Body::new(Broken {
                sent: None,
                flushed: true,
            }),
            Self::Truncate(length) if *length < body.len() => {
                headers.insert(header::CONTENT_LENGTH, body.len().into());
                body.truncate(*length);
                Body::new(Broken {
                    sent: Some(body.into()),
                    flushed: false,
                })
            }
            Self::ContentType(value) => {
                headers.insert(header::CONTENT_TYPE, value.clone());
                Body::from(body)
            }
            Self::Truncate(_) | Self::MalformedJson => Body::from(body),
        }
    }
}

/// Takes the end off a JSON object or array. A body that is empty has none.
pub(super) fn malform(body: &mut Vec<u8>) {
    body.truncate(body.trim_ascii_end().len().saturating_sub(1));
}

/// A body that breaks off. The server answers the error by closing the connection.
///
/// What is written but not flushed at that moment is lost. So a body that breaks off at once takes its head
/// with it, and the client sees an empty reply; one that lets the server flush first is seen until there.
struct Broken {
    sent: Option<Bytes>,
    flushed: bool,
}

impl HttpBody for Broken {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(sent) = self.sent.take().filter(|sent| !sent.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(sent))));
        }
        if !self.flushed {
            self.flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
    }
}
