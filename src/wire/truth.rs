//! Where published pages and the published description differ from what the real service was seen to answer.

use crate::error::ErrorCode;
use crate::operation::{Operation, OperationId};

/// What to answer where sources differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Truth {
    /// As the real service was seen to answer.
    #[default]
    Recorded,
    /// As the published pages and the published `OpenAPI` description say.
    Documented,
}

/// One difference.
pub(crate) struct Difference {
    pub(crate) change: Change,
    pub(crate) source: &'static str,
}

/// What differs.
pub(crate) enum Change {
    /// The status of a success.
    Success {
        operation: OperationId,
        documented: u16,
    },
    /// A refusal: another row of the error table, with the same parameters.
    Refusal {
        recorded: ErrorCode,
        documented: ErrorCode,
    },
    /// The media type of the authentication challenge.
    ChallengeType { documented: &'static str },
}

/// Every difference, in one place.
pub(crate) const DIFFERENCES: &[Difference] = &[
    Difference {
        change: Change::Success {
            operation: OperationId::CreateLinkToken,
            documented: 200,
        },
        source: "A.1: every published description says 200, every recording 201",
    },
    Difference {
        change: Change::Refusal {
            recorded: ErrorCode::InvalidOrgId,
            documented: ErrorCode::IdPattern,
        },
        source: "H.1: the page gives the pattern of the id; a bad id was seen to answer 404",
    },
    Difference {
        change: Change::Refusal {
            recorded: ErrorCode::InvalidGroupId,
            documented: ErrorCode::IdPattern,
        },
        source: "H.1, for projects by analogy",
    },
    Difference {
        change: Change::Refusal {
            recorded: ErrorCode::InvalidPathParameter,
            documented: ErrorCode::IdPattern,
        },
        source: "H.1, for migrations and validations by analogy",
    },
    Difference {
        change: Change::Refusal {
            recorded: ErrorCode::UserUnauthorized,
            documented: ErrorCode::UserForbidden,
        },
        source: "F2: a missing role was seen to answer 401; the operations declare 403",
    },
    Difference {
        change: Change::Refusal {
            recorded: ErrorCode::RateLimitedBucket,
            documented: ErrorCode::RateLimitedBucketDoc,
        },
        source: "F40: the documentation's sample lacks the last sentence",
    },
    Difference {
        change: Change::ChallengeType {
            documented: "application/json;charset=ISO-8859-1",
        },
        source: "H.2: printed on the Cloud Manager page; 42 recordings have no charset",
    },
];

impl Truth {
    /// The status of an operation's success.
    pub(crate) fn success(self, operation: &Operation) -> u16 {
        let changed = self.differences().find_map(|change| match change {
            Change::Success {
                operation: id,
                documented,
            } if *id == operation.id => Some(*documented),
            _ => None,
        });
        changed.unwrap_or(operation.success)
    }

    /// The row that answers for a refusal.
    pub(crate) fn refusal(self, code: ErrorCode) -> ErrorCode {
        let changed = self.differences().find_map(|change| match change {
            Change::Refusal {
                recorded,
                documented,
            } if *recorded == code => Some(*documented),
            _ => None,
        });
        changed.unwrap_or(code)
    }

    /// The media type of the authentication challenge.
    pub(crate) fn challenge_type(self) -> &'static str {
        let changed = self.differences().find_map(|change| match change {
            Change::ChallengeType { documented } => Some(*documented),
            _ => None,
        });
        changed.unwrap_or("application/json")
    }

    fn differences(self) -> impl Iterator<Item = &'static Change> {
        let all = match self {
            Self::Recorded => &[],
            Self::Documented => DIFFERENCES,
        };
        all.iter().map(|difference| &difference.change)
    }
}
