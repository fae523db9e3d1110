//! Which outcomes the clients of a world have met: what a test-suite has never tried shows as never met.

use std::collections::BTreeMap;

use crate::error::ErrorCode;
use crate::operation::OperationId;

/// How often each outcome of each operation was met; no error code stands for success.
#[derive(Clone, Debug, Default)]
pub(crate) struct Coverage(BTreeMap<(OperationId, Option<ErrorCode>), u64>);

impl Coverage {
    /// Counts an outcome.
    pub(crate) fn count(&mut self, operation: OperationId, outcome: Option<ErrorCode>) {
        *self.0.entry((operation, outcome)).or_default() += 1;
    }

    /// How often an outcome was met.
    pub(crate) fn times(&self, operation: OperationId, outcome: Option<ErrorCode>) -> u64 {
        self.0.get(&(operation, outcome)).copied().unwrap_or(0)
    }
}
