//! A world: organizations, credentials, link-tokens and links with their own clock, rate limits and chance.
//!
//! Its rules are synchronous functions of state, request and now. One lock guards the state; nothing here
//! waits while holding it, and nothing here knows HTTP.

pub(crate) mod access_tokens;
pub(crate) mod clock;
pub(crate) mod coverage;
pub(crate) mod faults;
pub(crate) mod fixture;
mod handshake;
pub(crate) mod journal;
pub(crate) mod mask;
pub(crate) mod migrations;
pub(crate) mod random;
pub(crate) mod rate_limit;
pub(crate) mod registry;
pub(crate) mod store;
pub(crate) mod timeline;

use std::time::{Duration, Instant};

use jiff::Timestamp;
use parking_lot::Mutex;

use clock::Clock;
use coverage::Coverage;
use faults::Faults;
use fixture::{ClockSetting, Fixture};
use journal::{Exchange, Journal};
use mask::Masked;
use random::{Random, fresh_seed};
use rate_limit::RateLimits;
use store::Store;

/// Everything that changes, behind the world's lock.
pub(crate) struct State {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) rate_limits: RateLimits,
    pub(crate) faults: Faults,
    pub(crate) random: Random,
    pub(crate) journal: Journal,
    pub(crate) coverage: Coverage,
}

impl State {
    fn new(fixture: Fixture, seed: Option<u64>) -> Self {
        let mut random = Random::seeded(seed.unwrap_or_else(fresh_seed));
        let clock = clock_of(&fixture).unwrap_or_else(Clock::started_now);
        let store = Store::new(fixture, &mut random);
        Self {
            store,
            clock,
            rate_limits: RateLimits::default(),
            faults: Faults::default(),
            random,
            journal: Journal::default(),
            coverage: Coverage::default(),
        }
    }
}

/// One isolated universe.
pub(crate) struct World {
    name: String,
    /// When it was last used, in real time.
    used: Mutex<Instant>,
    origin: Fixture,
    /// Without one, what is random differs after a reset, too.
    seed: Option<u64>,
    state: Mutex<State>,
}

impl World {
    /// The world that a checked fixture describes.
    pub(crate) fn new(name: String, fixture: Fixture, seed: Option<u64>) -> Self {
        let clock = fixture.clock.clone();
        let state = State::new(fixture, seed);
        // With the secrets that the fixture left open: a reset must not change them.
        let origin = Fixture {
            clock,
            ..state.store.export()
        };
        Self {
            name,
            used: Mutex::new(clock::real_now()),
            origin,
            seed,
            state: Mutex::new(state),
        }
    }

    /// The name that the control API knows it by.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What a reset leads back to.
    pub(crate) fn origin(&self) -> &Fixture {
        &self.origin
    }

    /// Notes that it is in use.
    fn touch(&self) {
        *self.used.lock() = clock::real_now();
    }

    /// How long it has not been used.
    fn unused_for(&self) -> Duration {
        clock::real_now().saturating_duration_since(*self.used.lock())
    }

    /// The public keys and client ids of its credentials.
    fn credential_ids(&self) -> Vec<String> {
        self.export().credential_ids()
    }

    /// Runs one step on the state, at the world's present.
    pub(crate) fn step<T>(&self, act: impl FnOnce(&mut State, Timestamp) -> T) -> T {
        let mut state = self.state.lock();
        let now = state.clock.now();
        act(&mut state, now)
    }

    /// What the clock shows now.
    pub(crate) fn now(&self) -> Timestamp {
        self.state.lock().clock.now()
    }

    /// What the clock showed at a moment of real time.
    pub(crate) fn at(&self, moment: Instant) -> Timestamp {
        self.state.lock().clock.at(moment)
    }

    /// Makes the world what its fixture made it: data, clock, rate limits and chance, without faults. The journal is
    /// emptied, and who follows it goes on.
    fn reset(&self) {
        let fresh = State::new(self.origin.clone(), self.seed);
        let mut state = self.state.lock();
        let mut journal = std::mem::take(&mut state.journal);
        journal.clear();
        *state = State { journal, ..fresh };
    }

    /// Writes an exchange into the journal, without its secrets.
    pub(crate) fn record(&self, exchange: Exchange) {
        // Outside the lock: most of the work needs to know the exchange only.
        let mut exchange = Masked::of(exchange);
        self.step(|state, _| {
            exchange.hide(state.store.secrets());
            state.journal.push(exchange);
        });
    }

    /// The state as a fixture. It says what the clock shows if anybody has set it.
    pub(crate) fn export(&self) -> Fixture {
        self.step(|state, now| Fixture {
            clock: state.clock.was_set().then(|| ClockSetting {
                now,
                scale: state.clock.scale(),
            }),
            ..state.store.export()
        })
    }

    /// Replaces the data by those of a checked fixture, and the clock, which begins where the fixture says or in
    /// the present; the rate limits start anew, the faults stay. A reset still leads back to the fixture of the
    /// start.
    fn import(&self, fixture: Fixture) {
        self.step(|state, _| {
            state.clock = clock_of(&fixture).unwrap_or_else(Clock::started_now);
            state.store = Store::new(fixture, &mut state.random);
            state.rate_limits = RateLimits::default();
        });
    }
}

fn clock_of(fixture: &Fixture) -> Option<Clock> {
    let setting = fixture.clock.as_ref()?;
    Some(Clock::started_at(setting.now, setting.scale))
}
