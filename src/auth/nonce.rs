//! The nonces that the server issued: how old each is and which counts it has seen.
//!
//! Nonces belong to the server, because a challenge is written before anybody knows whose credentials
//! will answer it; their age is read on the clock of the world that the credentials belong to.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::world::clock::real_now;
use crate::world::random::Random;

/// How long a nonce may be used.
const MAX_AGE: Duration = Duration::from_mins(1);
/// How many requests a nonce serves.
const MAX_USES: u32 = 1024;
/// How many nonces are remembered; beyond that the oldest is forgotten and answered as stale.
const CAPACITY: usize = 65_536;

/// What a nonce in a request is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Fresh,
    /// Unknown, too old or used up: the client should take the new one.
    Stale,
    /// The count was seen before.
    Replayed,
}

#[derive(Debug)]
struct Issued {
    at: Instant,
    uses: u32,
    counts: Counts,
}

/// The nonces of one server.
#[derive(Debug)]
pub(crate) struct Nonces {
    random: Random,
    issued: HashMap<String, Issued>,
    order: VecDeque<String>,
}

impl Nonces {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self {
            random: Random::seeded(seed),
            issued: HashMap::new(),
            order: VecDeque::new(),
        }
    }

    /// A new nonce: 24 random bytes in base64, as recorded.
    pub(crate) fn issue(&mut self) -> String {
        let nonce = self.random.base64::<24>();
        if self.order.len() == CAPACITY
            && let Some(oldest) = self.order.pop_front()
        {
            self.issued.remove(&oldest);
        }
        self.order.push_back(nonce.clone());
        self.issued.insert(
            nonce.clone(),
            Issued {
                at: real_now(),
                uses: 0,
                counts: Counts::default(),
            },
        );
        nonce
    }

    /// When a nonce was issued, in real time.
    pub(crate) fn issued_at(&self, nonce: &str) -> Option<Instant> {
        self.issued.get(nonce).map(|issued| issued.at)
    }

    /// Uses a nonce once. `issued` and `now` are times of the same world.
    pub(crate) fn take(
        &mut self,
        nonce: &str,
        count: Option<u32>,
        issued: Timestamp,
        now: Timestamp,
    ) -> Verdict {
        let Some(entry) = self.issued.get_mut(nonce) else {
            return Verdict::Stale;
        };
        let too_old = issued.checked_add(MAX_AGE).is_ok_and(|end| end < now);
        if too_old || entry.uses == MAX_USES {
            return Verdict::Stale;
        }
        entry.uses += 1;
        match count {
            Some(count) if !entry.counts.insert(count) => Verdict::Replayed,
            _ => Verdict::Fresh,
        }
    }
}

/// The counts that a nonce has seen. Parallel requests may overtake each other by up to 64.
///
/// The highest count says nothing by itself: some clients keep one counter for all nonces.
#[derive(Debug, Default)]
struct Counts {
    highest: u32,
    /// Bit n stands for the count `highest - n`.
    recent: u64,
}

impl Counts {
    /// Notes a count; `false` when it was there before, or lies too far back to know.
    fn insert(&mut self, count: u32) -> bool {
        if count > self.highest {
            self.recent = self.recent.checked_shl(count - self.highest).unwrap_or(0) | 1;
            self.highest = count;
            return true;
        }
        let Some(bit) = 1_u64.checked_shl(self.highest - count) else {
            return false;
        };
        let new = self.recent & bit == 0 && count > 0;
        self.recent |= bit;
        new
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn start() -> Timestamp {
        "2026-08-10T03:03:05Z".parse().unwrap()
    }

    #[test]
    fn a_nonce_serves_each_count_once() {
        let mut nonces = Nonces::seeded(1);
        let nonce = nonces.issue();

        assert_eq!(
            nonces.take(&nonce, Some(1), start(), start()),
            Verdict::Fresh
        );
        assert_eq!(
            nonces.take(&nonce, Some(3), start(), start()),
            Verdict::Fresh
        );
        assert_eq!(
            nonces.take(&nonce, Some(2), start(), start()),
            Verdict::Fresh
        );
        assert_eq!(
            nonces.take(&nonce, Some(2), start(), start()),
            Verdict::Replayed
        );
        assert_eq!(nonces.take(&nonce, None, start(), start()), Verdict::Fresh);
    }

    #[test]
    fn old_unknown_and_worn_nonces_are_stale() {
        let mut nonces = Nonces::seeded(1);
        let nonce = nonces.issue();
        let later = |seconds| start() + Duration::from_secs(seconds);

        assert_eq!(
            nonces.take("other", Some(1), start(), start()),
            Verdict::Stale
        );
        assert_eq!(
            nonces.take(&nonce, Some(1), start(), later(60)),
            Verdict::Fresh
        );
        assert_eq!(
            nonces.take(&nonce, Some(2), start(), later(61)),
            Verdict::Stale
        );
        for count in 2..=MAX_USES {
            assert_eq!(
                nonces.take(&nonce, Some(count), start(), start()),
                Verdict::Fresh
            );
        }
        assert_eq!(
            nonces.take(&nonce, Some(MAX_USES + 1), start(), start()),
            Verdict::Stale
        );
    }

    #[test]
    fn the_oldest_nonce_makes_room() {
        let mut nonces = Nonces::seeded(1);
        let first = nonces.issue();
        let second = nonces.issue();
        for _ in 0..CAPACITY - 1 {
            nonces.issue();
        }

        assert_eq!(nonces.issued_at(&first), None);
        assert!(nonces.issued_at(&second).is_some());
        assert_eq!(nonces.issued.len(), CAPACITY);
    }

    proptest! {
        #[test]
        fn no_count_is_accepted_twice(sequence in prop::collection::vec(0_u32..200, 0..100)) {
            let mut counts = Counts::default();
            let mut accepted = HashSet::new();
            for count in sequence {
                if counts.insert(count) {
                    prop_assert!(accepted.insert(count));
                }
            }
        }
    }
}
