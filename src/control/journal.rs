//! `GET` and `DELETE /__mock/v1/requests`: the last exchanges.

use std::fmt;
use std::str::FromStr;

use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::{Target, export};
use crate::operation::OPERATIONS;
use crate::wire::outcome::{Document, Payload, Problem};
use crate::wire::query::Query;
use crate::world::journal::{Entry, Exchange};

/// The exchanges that the query asks for, in the form that it asks for.
pub(crate) async fn list(
    Target(world): Target,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(query.as_deref().unwrap_or_default());
    let filter = Filter::of(&query)?;
    let format = query.get("format").unwrap_or("json");
    let since = filter.since.unwrap_or(0);
    let mut excerpt = world.step(|state, _| state.journal.since(since));
    excerpt
        .entries
        .retain(|entry| filter.accepts(&entry.exchange));
    let entries = &excerpt.entries;
    let lines = |line: fn(&Entry) -> String| entries.iter().map(move |entry| line(entry) + "\n");
    Ok(match format {
        "json" => {
            let requests: Vec<_> = entries.iter().map(|entry| json!(**entry)).collect();
            let answer = json!({ "dropped": excerpt.dropped, "requests": requests });
            Payload::entity(answer).into_response()
        }
        "ndjson" => {
            let text: String = lines(|entry| json!(entry).to_string()).collect();
            Document::new("application/x-ndjson", text).into_response()
        }
        "har" => Payload::entity(export::har(entries, excerpt.dropped)).into_response(),
        "curl" => {
            let text: String = lines(|entry| export::curl(&entry.exchange)).collect();
            Document::new("text/plain; charset=utf-8", text).into_response()
        }
        other => {
            let detail = format!("format: expected json, ndjson, har or curl, found {other:?}.");
            return Err(Problem::new(400, detail));
        }
    })
}

/// Forgets what was; what is dropped counts from 0 again.
pub(crate) async fn clear(Target(world): Target) -> Payload {
    world.step(|state, _| state.journal.clear());
    Payload::empty()
}

/// Which exchanges somebody wants to see.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    operation: Option<&'static str>,
    status: Option<StatusPattern>,
    /// The sequence number after which they begin.
    pub(super) since: Option<u64>,
}

/// What else may stand in the query. `world` says whose journal is read.
const NO_FILTER: [&str; 4] = ["envelope", "format", "pretty", "world"];

impl Filter {
    /// Reads a query. A filter that nobody knows would look like one that found everything.
    pub(super) fn of(query: &Query) -> Result<Self, Problem> {
        let mut filter = Self::default();
        for (name, value) in query.pairs().filter(|(_, value)| !value.is_empty()) {
            match name {
                "operation" => filter.operation = Some(known_operation("operation", value)?),
                "status" => {
                    let status = value.parse().map_err(|()| wrong_status(name, value));
                    filter.status = Some(status?);
                }
                "since" => {
                    let wrong = |_| format!("since: expected a sequence number, found {value:?}.");
                    let since = value.parse().map_err(wrong);
                    filter.since = Some(since.map_err(|detail| Problem::new(400, detail))?);
                }
                _ if NO_FILTER.contains(&name) => {}
                _ => {
                    let detail = format!(
                        "{name}: expected operation, status, since or format in the query."
                    );
                    return Err(Problem::new(400, detail));
                }
            }
        }
        Ok(filter)
    }

    pub(super) fn accepts(&self, exchange: &Exchange) -> bool {
        let status = self.status;
        let operation = match self.operation {
            // Official clients report what they do, unasked: of interest only to who asks for it.
            None => exchange.operation != Some("sendTelemetry"),
            wanted => wanted == exchange.operation,
        };
        operation && status.is_none_or(|status| status.accepts(exchange.status))
    }
}

/// The name as the table has it, or the name in the table that is most like it.
pub(super) fn known_operation(place: &str, name: &str) -> Result<&'static str, Problem> {
    let names = || OPERATIONS.iter().map(|operation| operation.name);
    if let Some(known) = names().find(|known| *known == name) {
        return Ok(known);
    }
    let likeness = |known: &&str| strsim::damerau_levenshtein(known, name);
    let nearest = names().min_by_key(likeness).unwrap_or_default();
    let detail = format!("{place}: there is no operation {name:?}; the most similar is {nearest}.");
    Err(Problem::new(400, detail))
}

pub(super) fn wrong_status(place: &str, found: &str) -> Problem {
    let detail =
        format!("{place}: expected a status such as 404 or a class such as 4xx, found {found:?}.");
    Problem::new(400, detail)
}

/// A status, or a class of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StatusPattern {
    Exactly(u16),
    /// The first digit.
    Class(u16),
}

impl StatusPattern {
    pub(super) fn accepts(self, status: u16) -> bool {
        match self {
            Self::Exactly(wanted) => status == wanted,
            Self::Class(digit) => status / 100 == digit,
        }
    }
}

impl fmt::Display for StatusPattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(status) => write!(out, "{status}"),
            Self::Class(digit) => write!(out, "{digit}xx"),
        }
    }
}

impl FromStr for StatusPattern {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let class = text.strip_suffix("xx").or(text.strip_suffix("XX"));
        let number = class.unwrap_or(text).parse().map_err(|_| ())?;
        match (class, number) {
            (None, 100..=599) => Ok(Self::Exactly(number)),
            (Some(_), 1..=5) => Ok(Self::Class(number)),
            _ => Err(()),
        }
    }
}
