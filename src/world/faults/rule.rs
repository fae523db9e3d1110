//! A fault as a user writes it, and the sets of them that have a name.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::latency::Latency;
use crate::error::{ErrorCode, Shape};
use crate::operation::{OPERATIONS, Operation};

/// One rule, as a user writes it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Rule {
    #[serde(default)]
    pub(crate) operation: Scope,
    /// So many matching requests pass first.
    #[serde(default)]
    pub(crate) skip: u64,
    /// After so many the rule is spent.
    pub(crate) times: Option<u64>,
    #[serde(default = "certain")]
    pub(crate) probability: f64,
    pub(crate) when: Option<When>,
    pub(crate) action: Action,
}

fn certain() -> f64 {
    1.0
}

/// Whether the operation has taken effect when the fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum When {
    /// The operation takes no effect, or, with a latency, takes it later.
    Before,
    /// The operation took effect; the client does not hear of it, or hears late or wrongly.
    After,
}

/// What a fault does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Action {
    /// Refuses with a row of the error table.
    Error(#[serde(with = "row")] ErrorCode),
    /// Refuses with a status, in the form of the API.
    Status(u16),
    /// Refuses for too many requests.
    RateLimit(RateLimit),
    /// Lets the client wait.
    Latency(Latency),
    /// Closes the connection without an answer.
    Reset(True),
    /// Closes the connection after so many bytes of the body.
    Truncate(usize),
    /// Answers what is no JSON.
    MalformedJson(True),
    /// Answers with another media type.
    ContentType(String),
}

/// What `Retry-After` says, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RateLimit {
    pub(crate) retry_after: u64,
}

/// A `true` that says nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "bool", into = "bool")]
pub(crate) struct True;

impl TryFrom<bool> for True {
    type Error = &'static str;

    fn try_from(said: bool) -> Result<Self, Self::Error> {
        said.then_some(Self).ok_or("expected true")
    }
}

impl From<True> for bool {
    fn from(True: True) -> Self {
        true
    }
}

/// The operation that a rule is about, or all of them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Scope(pub(crate) Option<&'static Operation>);

const ALL: &str = "all";

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if name == ALL {
            return Ok(Self(None));
        }
        let known = OPERATIONS.iter().find(|operation| operation.name == name);
        let unknown = || de::Error::custom(format!("no operation is called {name:?}"));
        known.map(|known| Self(Some(known))).ok_or_else(unknown)
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.map_or(ALL, |operation| operation.name))
    }
}

/// A row of the error table, by its name or code.
mod row {
    use super::{Deserialize, Deserializer, ErrorCode, Serializer, de};

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<ErrorCode, D::Error> {
        let name = String::deserialize(from)?;
        let unknown = || de::Error::custom(format!("no error is called {name:?}"));
        ErrorCode::named(&name).ok_or_else(unknown)
    }

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes a reference"
    )]
    pub(super) fn serialize<S: Serializer>(code: &ErrorCode, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&code.name())
    }
}

impl Action {
    /// Whether it needs an answer to spoil.
    fn spoils(&self) -> bool {
        matches!(
            self,
            Self::Truncate(_) | Self::MalformedJson(_) | Self::ContentType(_)
        )
    }

    /// Whether it can happen to an operation: the token endpoint has errors of its own.
    pub(super) fn suits(&self, operation: &Operation) -> bool {
        match self {
            Self::Error(code) => (code.row().shape == Shape::OAuth) == operation.is_oauth(),
            _ => true,
        }
    }
}

impl Rule {
    /// A rule without conditions.
    fn plain(operation: Scope, action: Action) -> Self {
        Self {
            operation,
            skip: 0,
            times: None,
            probability: 1.0,
            when: None,
            action,
        }
    }

    /// What spoils an answer needs one; everything else strikes first.
    pub(super) fn when(&self) -> When {
        let unsaid = if self.action.spoils() {
            When::After
        } else {
            When::Before
        };
        self.when.unwrap_or(unsaid)
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if !(0.0..=1.0).contains(&self.probability) {
            let found = self.probability;
            return Err(format!("probability: expected 0 to 1, found {found}."));
        }
        if self.action.spoils() && self.when == Some(When::Before) {
            return Err("when: an answer can be spoilt only AFTER the operation.".to_owned());
        }
        match &self.action {
            Action::Status(status) if !(400..=599).contains(status) => {
                return Err(format!("status: expected 400 to 599, found {status}."));
            }
            Action::Latency(latency) => latency.check()?,
            _ => {}
        }
        match self.operation.0 {
            Some(operation) if !self.action.suits(operation) => {
                Err(format!("error: {} has no such error.", operation.name))
            }
            _ => Ok(()),
        }
    }
}

/// A set of rules with a name.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Preset {
    /// Now and then a lost connection, a 503, and a 500 although the operation took effect.
    Flaky,
    /// Every answer takes about 300 ms, some much longer.
    Slow,
    /// Every other request is one too many.
    RateLimited,
    /// Nothing works.
    Outage,
}

impl Preset {
    /// The rules, about one operation or all.
    pub(crate) fn rules(self, operation: Scope) -> Vec<Rule> {
        let rule = |probability, when, action| Rule {
            probability,
            when: Some(when),
            ..Rule::plain(operation, action)
        };
        match self {
            Self::Flaky => vec![
                rule(0.1, When::Before, Action::Reset(True)),
                rule(0.1, When::Before, Action::Status(503)),
                rule(0.1, When::After, Action::Status(500)),
            ],
            Self::Slow => {
                let median = Duration::from_millis(300);
                let latency = Latency::LogNormal { median, sigma: 0.6 };
                vec![Rule::plain(operation, Action::Latency(latency))]
            }
            Self::RateLimited => {
                let limit = RateLimit { retry_after: 1 };
                vec![rule(0.5, When::Before, Action::RateLimit(limit))]
            }
            Self::Outage => vec![Rule::plain(operation, Action::Status(503))],
        }
    }
}
