//! How long a fault lets a client wait.

use std::time::Duration;

use jiff::fmt::serde::unsigned_duration::friendly::compact::required as span;
use serde::{Deserialize, Serialize};

use crate::world::random::Random;

/// Nobody waits longer than this for one rule.
const MAX_LATENCY: Duration = Duration::from_mins(10);

/// How long a client waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Latency {
    /// Always the same.
    Fixed(#[serde(with = "span")] Duration),
    /// Anything from the first to the second, equally likely.
    Uniform(
        #[serde(with = "span")] Duration,
        #[serde(with = "span")] Duration,
    ),
    /// Half of the requests up to the median, a few much longer, as real services do.
    #[serde(rename_all = "camelCase")]
    LogNormal {
        #[serde(with = "span")]
        median: Duration,
        sigma: f64,
    },
}

impl Latency {
    pub(super) fn sample(&self, random: &mut Random) -> Duration {
        let waits = match *self {
            Self::Fixed(span) => span,
            Self::Uniform(least, most) => {
                least.saturating_add(most.saturating_sub(least).mul_f64(random.unit()))
            }
            Self::LogNormal { median, sigma } => {
                // Box and Muller: two even numbers make one of the normal distribution.
                let radius = (-2.0 * (1.0 - random.unit()).ln()).sqrt();
                let normal = radius * (std::f64::consts::TAU * random.unit()).cos();
                let seconds = median.as_secs_f64() * (sigma * normal).exp();
                Duration::try_from_secs_f64(seconds).unwrap_or(MAX_LATENCY)
            }
        };
        waits.min(MAX_LATENCY)
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let (longest, fine, expected) = match *self {
            Self::Fixed(span) => (span, true, ""),
            Self::Uniform(least, most) => (most, least <= most, "the shorter time first"),
            Self::LogNormal { median, sigma } => {
                let fine = (0.0..=10.0).contains(&sigma);
                (median, fine, "a sigma from 0 to 10")
            }
        };
        if !fine {
            return Err(format!("latency: expected {expected}."));
        }
        if longest > MAX_LATENCY {
            return Err(format!(
                "latency: expected at most {}s.",
                MAX_LATENCY.as_secs()
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn half_of_a_log_normal_lies_below_its_median() {
        let median = Duration::from_millis(50);
        let latency = Latency::LogNormal { median, sigma: 0.5 };
        let mut random = Random::seeded(1);
        let below = (0..1000).filter(|_| latency.sample(&mut random) < median);

        assert!((450..550).contains(&below.count()));
    }

    proptest! {
        #[test]
        fn a_latency_stays_within_its_bounds(seed: u64, least in 0_u64..600, more in 0_u64..100, sigma in 0.0..10.0) {
            let (least, more) = (Duration::from_secs(least), Duration::from_secs(more));
            let mut random = Random::seeded(seed);
            let uniform = Latency::Uniform(least, least + more).sample(&mut random);
            prop_assert!((least..=least + more).contains(&uniform));
            let log_normal = Latency::LogNormal { median: least, sigma }.sample(&mut random);
            prop_assert!(log_normal <= MAX_LATENCY);
        }
    }
}
