//! Timelines: what a validation, a migration and a link show is a function of what was asked, when, and the
//! clock. No task runs in the background, and reading changes nothing.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::fixture::Settings;
use super::store::Store;
use crate::model::live_migration::{LiveMigration, MigrationState};
use crate::model::validation::{Validation, ValidationState};

/// A state, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Since<S> {
    pub(crate) state: S,
    pub(crate) since: Timestamp,
}

/// A change that the passing of time brings about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Event {
    /// When it happens.
    pub(crate) at: Timestamp,
    /// What happens.
    pub(crate) what: String,
}

impl LiveMigration {
    /// The state at a time.
    pub(crate) fn at(&self, settings: &Settings, now: Timestamp) -> Since<MigrationState> {
        let stored = Since {
            state: self.state,
            since: self.since,
        };
        run(stored, now, |state| self.next(settings, state))
    }

    /// What follows a state by itself, and after how long.
    fn next(&self, settings: &Settings, state: MigrationState) -> Option<(u64, MigrationState)> {
        use MigrationState as State;
        match state {
            State::New if self.obstacle.is_some() => Some((settings.start_seconds, State::Failed)),
            State::New => Some((settings.start_seconds, State::Working)),
            State::Working => Some((settings.copy_seconds, State::ReadyForCutover)),
            State::ReadyForCutover => Some((settings.cutover_window_seconds, State::Expired)),
            State::CuttingOver => Some((settings.cutover_seconds, State::Complete)),
            State::Complete | State::Failed | State::Expired => None,
        }
    }

    /// How far the destination lags behind the source, in seconds, while it replicates.
    pub(crate) fn lag_seconds(&self, settings: &Settings, now: Timestamp) -> Option<u64> {
        let current = self.at(settings, now);
        match current.state {
            MigrationState::Working => {
                let whole = settings.copy_seconds.max(1);
                let passed = now.duration_since(current.since).as_secs();
                let left = whole.saturating_sub(u64::try_from(passed).unwrap_or(0));
                let lag =
                    u128::from(settings.initial_lag_seconds) * u128::from(left) / u128::from(whole);
                u64::try_from(lag).ok()
            }
            MigrationState::ReadyForCutover => Some(0),
            _ => None,
        }
    }
}

impl Validation {
    /// The state at a time.
    pub(crate) fn at(&self, settings: &Settings, now: Timestamp) -> Since<ValidationState> {
        let stored = Since {
            state: self.state,
            since: self.since,
        };
        run(stored, now, |state| self.next(settings, state))
    }

    fn next(&self, settings: &Settings, state: ValidationState) -> Option<(u64, ValidationState)> {
        let found = match self.error_message {
            None => ValidationState::Success,
            Some(_) => ValidationState::Failed,
        };
        (state == ValidationState::Pending).then_some((settings.validation_seconds, found))
    }
}

/// Follows a machine from a stored state to the present.
fn run<S: Copy>(
    stored: Since<S>,
    now: Timestamp,
    next: impl Fn(S) -> Option<(u64, S)>,
) -> Since<S> {
    let mut current = stored;
    while let Some((at, state)) = change(current, &next)
        && at <= now
    {
        current = Since { state, since: at };
    }
    current
}

/// When the next change comes, and to what. A time beyond the end of time never comes.
fn change<S: Copy>(
    current: Since<S>,
    next: impl Fn(S) -> Option<(u64, S)>,
) -> Option<(Timestamp, S)> {
    let (after, state) = next(current.state)?;
    Some((
        current.since.checked_add(Duration::from_secs(after)).ok()?,
        state,
    ))
}

impl Store {
    /// The next changes that the passing of time brings about in this world: all that come at one time.
    pub(crate) fn next_events(&self, now: Timestamp) -> Vec<Event> {
        let settings = &self.settings;
        let migrations = self.live_migrations.values().filter_map(|migration| {
            let (at, state) = change(migration.at(settings, now), |state| {
                migration.next(settings, state)
            })?;
            Some(Event {
                at,
                what: format!("live migration {} becomes {}", migration.id, name(state)),
            })
        });
        let validations = self.validations.values().filter_map(|validation| {
            let (at, state) = change(validation.at(settings, now), |state| {
                validation.next(settings, state)
            })?;
            Some(Event {
                at,
                what: format!("validation {} becomes {}", validation.id, name(state)),
            })
        });
        let links = self.migration_links.values().filter_map(|link| {
            let at = self.synchronized_at(link)?;
            let held = self.link_tokens.get(&link.token)?.is_valid(at);
            if link.forced_status.is_some() || !held {
                return None;
            }
            Some(Event {
                at,
                what: format!("the link of organization {} becomes SYNCED", link.org_id),
            })
        });
        let tokens = self.link_tokens.values().filter_map(|token| {
            Some(Event {
                at: token.expires_at?,
                what: format!("a link-token of organization {} expires", token.org_id),
            })
        });
        let bearers = self.access_tokens.values().map(|token| Event {
            at: token.expires_at,
            what: format!("a bearer token of {} expires", token.client_id),
        });
        let all = migrations
            .chain(validations)
            .chain(links)
            .chain(tokens)
            .chain(bearers);
        let mut coming: Vec<Event> = all.filter(|event| now < event.at).collect();
        let first = coming.iter().map(|event| event.at).min();
        coming.retain(|event| Some(event.at) == first);
        coming.sort_by(|a, b| a.what.cmp(&b.what));
        coming
    }
}

/// The name of a state, as a fixture writes it.
pub(crate) fn name(state: impl Serialize) -> String {
    let value = serde_json::to_value(state).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn start() -> Timestamp {
        "2026-08-10T03:03:05Z".parse().unwrap()
    }

    fn migration(state: MigrationState, obstacle: Option<String>) -> LiveMigration {
        LiveMigration {
            id: [1; 12].into(),
            group_id: "32b6e34b3d91647abb20e7b8".parse().unwrap(),
            cluster_name: "destination".into(),
            source_group_id: "6a0d3f2e9b8c7a5d4e1f0b2c".parse().unwrap(),
            source_cluster_name: "source".into(),
            migration_hosts: vec!["vm001.example.com".into()],
            state,
            since: start(),
            obstacle,
        }
    }

    #[test]
    fn a_migration_that_nobody_cuts_over_expires_after_five_days() {
        let (settings, migration) = (Settings::default(), migration(MigrationState::New, None));
        let at = |seconds: u64| {
            migration
                .at(&settings, start() + Duration::from_secs(seconds))
                .state
        };

        assert_eq!(at(0), MigrationState::New);
        assert_eq!(at(1), MigrationState::Working);
        assert_eq!(at(4), MigrationState::ReadyForCutover);
        assert_eq!(at(4 + 432_000 - 1), MigrationState::ReadyForCutover);
        assert_eq!(at(4 + 432_000), MigrationState::Expired);
    }

    #[test]
    fn the_lag_falls_evenly_while_it_works() {
        let (settings, migration) = (
            Settings::default(),
            migration(MigrationState::Working, None),
        );
        let lag =
            |seconds: u64| migration.lag_seconds(&settings, start() + Duration::from_secs(seconds));

        assert_eq!(
            [lag(0), lag(1), lag(2), lag(3)],
            [Some(600), Some(400), Some(200), Some(0)]
        );
        assert_eq!(lag(500_000), None);
    }

    #[test]
    fn an_obstacle_lets_a_migration_fail_when_it_starts() {
        let migration = migration(MigrationState::New, Some("no".into()));

        let state = migration
            .at(&Settings::default(), start() + Duration::from_secs(1))
            .state;

        assert_eq!(state, MigrationState::Failed);
    }

    fn rank(state: MigrationState) -> usize {
        use MigrationState as State;
        match state {
            State::New => 0,
            State::Working => 1,
            State::ReadyForCutover => 2,
            State::CuttingOver => 3,
            State::Complete | State::Failed | State::Expired => 4,
        }
    }

    proptest! {
        #[test]
        fn time_never_leads_backwards_and_the_lag_never_rises(
            durations in prop::array::uniform5(0_u64..20), window in 0_u64..50, steps in prop::collection::vec(0_u64..10, 1..30),
        ) {
            let [validation_seconds, start_seconds, copy_seconds, initial_lag_seconds, cutover_seconds] = durations;
            let settings = Settings {
                link_sync_seconds: 0, validation_seconds, start_seconds, copy_seconds, initial_lag_seconds,
                cutover_window_seconds: window, cutover_seconds,
            };
            let migration = migration(MigrationState::New, None);
            let mut now = start();
            let mut before = migration.at(&settings, now);
            let mut lag = u64::MAX;
            for step in steps {
                now += Duration::from_secs(step);
                let current = migration.at(&settings, now);
                prop_assert!(rank(before.state) <= rank(current.state));
                prop_assert!(before.since <= current.since && current.since <= now);
                if let Some(current) = migration.lag_seconds(&settings, now) {
                    prop_assert!(current <= lag);
                    lag = current;
                }
                before = current;
            }
        }
    }
}
