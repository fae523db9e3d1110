//! Rate limits: token buckets that refill once in a period of the world's clock.
//!
//! The recorded conversation counts 499, 498, 497 over seven seconds while its bucket is said to refill
//! 250 in 60 seconds; so the refill comes at the end of a period, not evenly (inferred).

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::operation::{Quota, REFILL_SECONDS, RateClass};

const NANOS: u64 = 1_000_000_000;

/// Who a bucket belongs to: an organization, a project or a caller.
pub(crate) type Subject = String;

/// What a request found in its bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    /// The capacity of the bucket.
    pub(crate) limit: u64,
    /// What is left after the request.
    pub(crate) remaining: u64,
    /// When the bucket was empty: the whole seconds until it refills, at least one.
    pub(crate) refused: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: u64,
    period_began: Timestamp,
}

impl Bucket {
    /// Adds what the whole periods since the last refill have brought.
    fn refill(&mut self, quota: Quota, now: Timestamp) {
        if now < self.period_began {
            // Somebody set the clock back.
            self.period_began = now;
        }
        let elapsed = now.duration_since(self.period_began).as_secs();
        let periods = u64::try_from(elapsed).unwrap_or(0) / REFILL_SECONDS;
        if periods > 0 {
            self.left = periods
                .saturating_mul(quota.refill)
                .saturating_add(self.left)
                .min(quota.capacity);
            let passed = Duration::from_secs(periods * REFILL_SECONDS);
            self.period_began = self.period_began.checked_add(passed).unwrap_or(now);
        }
    }
}

/// The buckets of one world.
#[derive(Clone, Debug, Default)]
pub(crate) struct RateLimits {
    buckets: HashMap<(RateClass, Subject), Bucket>,
}

impl RateLimits {
    /// Takes one request out of the bucket.
    pub(crate) fn take(&mut self, class: RateClass, subject: Subject, now: Timestamp) -> Taken {
        let quota = class.quota();
        let full = Bucket {
            left: quota.capacity,
            period_began: now,
        };
        let bucket = self.buckets.entry((class, subject)).or_insert(full);
        bucket.refill(quota, now);
        let refused = if let Some(left) = bucket.left.checked_sub(1) {
            bucket.left = left;
            None
        } else {
            // Rounded up, so that who waits this long is served.
            let passed =
                u64::try_from(now.duration_since(bucket.period_began).as_nanos()).unwrap_or(0);
            let period = REFILL_SECONDS * NANOS;
            Some(period.saturating_sub(passed).div_ceil(NANOS).max(1))
        };
        Taken {
            limit: quota.capacity,
            remaining: bucket.left,
            refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn start() -> Timestamp {
        "2026-08-10T03:03:05Z".parse().unwrap()
    }

    #[test]
    fn an_empty_bucket_tells_when_it_refills() {
        let mut limits = RateLimits::default();
        for _ in 0..10 {
            assert_eq!(
                limits.take(RateClass::Token, "a".into(), start()).refused,
                None
            );
        }

        let at = |seconds| start() + Duration::from_millis(seconds);
        assert_eq!(
            limits.take(RateClass::Token, "a".into(), at(0)).refused,
            Some(60)
        );
        assert_eq!(
            limits
                .take(RateClass::Token, "a".into(), at(58_500))
                .refused,
            Some(2)
        );
        assert_eq!(
            limits
                .take(RateClass::Token, "b".into(), at(58_500))
                .refused,
            None
        );
        assert_eq!(
            limits
                .take(RateClass::Token, "a".into(), at(60_000))
                .remaining,
            9
        );
    }

    proptest! {
        #[test]
        fn a_bucket_never_holds_more_than_its_capacity(pauses in prop::collection::vec(0_u64..200, 1..50)) {
            let mut limits = RateLimits::default();
            let mut now = start();
            for pause in pauses {
                now += Duration::from_secs(pause);
                let taken = limits.take(RateClass::OrganizationList, "a".into(), now);
                prop_assert!(taken.remaining < taken.limit);
            }
        }
    }
}
