//! What a test expects of the exchanges, and how far the exchanges meet it.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::journal::StatusPattern;
use crate::wire::query::Query;
use crate::world::journal::{Entry, Exchange};
use crate::world::mask::MASKED;

/// One expectation: which exchanges are meant, and how many of them.
#[derive(Clone, Debug)]
pub(super) struct Expectation {
    pub(super) operation: &'static str,
    pub(super) status: Option<StatusPattern>,
    /// What the body of the request must contain.
    pub(super) body: Option<Value>,
    pub(super) times: Times,
}

/// How many exchanges are expected, from and to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) least: u64,
    pub(super) most: Option<u64>,
}

impl Times {
    pub(super) fn contains(self, count: u64) -> bool {
        count >= self.least && self.most.is_none_or(|most| count <= most)
    }
}

impl fmt::Display for Times {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (least, None) => write!(out, "at least {least}"),
            (least, Some(most)) if least == most => write!(out, "{least}"),
            (0, Some(most)) => write!(out, "at most {most}"),
            (least, Some(most)) => write!(out, "{least} to {most}"),
        }
    }
}

/// How `times` is written: a number, or bounds.
#[derive(Clone, Copy, Deserialize)]
#[serde(
    untagged,
    expecting = "times: expected a number or an object with atLeast, atMost or both"
)]
pub(super) enum WrittenTimes {
    Exactly(u64),
    Between(Bounds),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Bounds {
    at_least: Option<u64>,
    at_most: Option<u64>,
}

impl From<Option<WrittenTimes>> for Times {
    fn from(written: Option<WrittenTimes>) -> Self {
        let (least, most) = match written {
            None => (1, None),
            Some(WrittenTimes::Exactly(count)) => (count, Some(count)),
            Some(WrittenTimes::Between(bounds)) => (bounds.at_least.unwrap_or(0), bounds.at_most),
        };
        Self { least, most }
    }
}

/// An exchange with its body read once.
pub(super) struct Candidate {
    pub(super) entry: Arc<Entry>,
    /// The body of the request: JSON, or a form as an object. `None` for anything else.
    body: Option<Value>,
}

impl Candidate {
    pub(super) fn of(entry: Arc<Entry>) -> Self {
        let request = &entry.exchange.request;
        let form = request
            .header("content-type")
            .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
        let body = serde_json::from_str(&request.body).ok().or_else(|| {
            let pairs = Query::parse(&request.body);
            let pairs = pairs
                .pairs()
                .map(|(name, value)| (name.to_owned(), value.into()));
            form.then(|| Value::Object(pairs.collect::<Map<_, _>>()))
        });
        Self { entry, body }
    }
}

/// How an exchange falls short of an expectation. The lesser is the nearer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Distance {
    operation: bool,
    login: bool,
    status: bool,
    body: usize,
}

impl Distance {
    /// Whether the exchange was at least meant to be one of those expected.
    pub(super) fn explains(&self) -> bool {
        !self.operation && !self.login
    }
}

impl Expectation {
    /// Whether an exchange is one of those that are meant.
    pub(super) fn meets(&self, candidate: &Candidate) -> bool {
        self.difference(candidate).is_none()
    }

    /// The first difference between what is meant and an exchange.
    pub(super) fn difference(&self, candidate: &Candidate) -> Option<String> {
        self.differences(candidate).1
    }

    /// How far an exchange is from what is meant.
    pub(super) fn distance(&self, candidate: &Candidate) -> Distance {
        self.differences(candidate).0
    }

    fn differences(&self, candidate: &Candidate) -> (Distance, Option<String>) {
        let exchange = &candidate.entry.exchange;
        let operation = exchange.operation != Some(self.operation);
        let wrong_status = self
            .status
            .filter(|status| !status.accepts(exchange.status));
        let login = self.status.is_none() && is_challenge(exchange);
        let mut found = Vec::new();
        if operation {
            let seen = exchange.operation.unwrap_or("none");
            found.push(format!(
                "operation: expected {}, found {seen}",
                self.operation
            ));
        }
        if let Some(expected) = wrong_status {
            found.push(format!(
                "status: expected {expected}, found {}",
                exchange.status
            ));
        }
        if login {
            found.push("status: the challenge of a login counts with status 401 only".to_owned());
        }
        let others = found.len();
        if let Some(expected) = &self.body {
            match &candidate.body {
                Some(body) => contained(expected, body, &mut "body".to_owned(), &mut found),
                None if exchange.request.body.is_empty() => {
                    found.push("body: expected one, found none".to_owned());
                }
                None => found.push("body: expected JSON, found something else".to_owned()),
            }
        }
        let distance = Distance {
            operation,
            login,
            status: wrong_status.is_some(),
            body: found.len() - others,
        };
        (distance, found.into_iter().next())
    }
}

/// Whether an exchange only told the client how to log in, as every request with Digest begins.
fn is_challenge(exchange: &Exchange) -> bool {
    exchange.status == 401 && exchange.response.header("www-authenticate").is_some()
}

/// Notes where a body lacks what is expected of it. Objects may hold more than expected, lists may not.
fn contained(expected: &Value, body: &Value, path: &mut String, found: &mut Vec<String>) {
    let here = path.len();
    match (expected, body) {
        (Value::Object(expected), Value::Object(body)) => {
            for (name, expected) in expected {
                path.extend([".", name]);
                match body.get(name) {
                    Some(value) => contained(expected, value, path, found),
                    None => found.push(format!("{path}: expected {expected}, found nothing")),
                }
                path.truncate(here);
            }
        }
        (Value::Array(expected), Value::Array(body)) if expected.len() == body.len() => {
            for (index, (expected, value)) in expected.iter().zip(body).enumerate() {
                path.extend(["[", &index.to_string(), "]"]);
                contained(expected, value, path, found);
                path.truncate(here);
            }
        }
        (Value::Array(expected), Value::Array(body)) => found.push(format!(
            "{path}: expected a list of {}, found one of {}",
            expected.len(),
            body.len()
        )),
        (expected, body) if same(expected, body) => {}
        (expected, Value::String(text)) if text == MASKED => found.push(format!(
            "{path}: expected {expected}, found a secret, which the journal does not keep; expect \"{MASKED}\""
        )),
        _ => found.push(format!("{path}: expected {expected}, found {body}")),
    }
}

/// Numbers are equal by value: 1 is 1.0.
fn same(one: &Value, other: &Value) -> bool {
    let numbers = one.as_f64().zip(other.as_f64());
    one == other || numbers.is_some_and(|(one, other)| one.total_cmp(&other).is_eq())
}

/// The exchanges that each expectation counts, by their places, wherever they are.
pub(super) fn counted(expectations: &[Expectation], candidates: &[Candidate]) -> Vec<Vec<usize>> {
    let places = |expectation: &Expectation| {
        let met = |place: &usize| expectation.meets(&candidates[*place]);
        (0..candidates.len()).filter(met).collect()
    };
    expectations.iter().map(places).collect()
}

/// The exchanges that each expectation counts, when one comes after the other.
///
/// An expectation counts what meets it until it has enough and the next one is met; other exchanges may
/// come between.
pub(super) fn counted_in_order(
    expectations: &[Expectation],
    candidates: &[Candidate],
) -> Vec<Vec<usize>> {
    let mut counted = vec![Vec::new(); expectations.len()];
    let mut current = 0;
    for (place, candidate) in candidates.iter().enumerate() {
        let enough =
            |passed: usize| counted[passed].len() as u64 >= expectations[passed].times.least;
        // What is expected at least 0 times may be passed over.
        let later = (current + 1..expectations.len())
            .take_while(|next| enough(next - 1))
            .find(|next| expectations[*next].meets(candidate));
        if let Some(next) = later {
            current = next;
            counted[current].push(place);
        } else if let Some(expectation) = expectations.get(current)
            && expectation.meets(candidate)
        {
            counted[current].push(place);
        }
    }
    counted
}
