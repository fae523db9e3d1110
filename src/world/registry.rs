//! The worlds of one server, and which of them a credential belongs to.
//!
//! Each world has credentials of its own, so a request belongs to the world of the credential that it
//! carries: unmodified clients work side by side on one server without seeing each other, with the same
//! organization ids.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parking_lot::RwLock;

use super::World;
use super::fixture::Fixture;
use super::random::{Random, fresh_seed};

/// The world that a server starts with. It is never dropped.
pub(crate) const DEFAULT: &str = "default";

/// Why a world was not made, filled or dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The name is not 1 to 64 letters, digits, `-` and `_`.
    InvalidName(String),
    /// A world of this name is there.
    NameTaken(String),
    /// No world of this name is there.
    Unknown(String),
    /// The default world stays.
    IsDefault,
    /// So many worlds are there as may be.
    TooMany(usize),
    /// The fixture has a credential that belongs to another world.
    CredentialTaken { id: String, world: String },
}

struct Worlds {
    by_name: BTreeMap<String, Arc<World>>,
    /// By public key and by client id.
    by_credential: HashMap<String, Arc<World>>,
}

/// The worlds of one server.
pub(crate) struct Registry {
    worlds: RwLock<Worlds>,
    default: Arc<World>,
    /// How many worlds may be there at once.
    limit: usize,
    /// How long a world may go unused, in real time, before it makes room for another.
    idle: Duration,
}

impl Registry {
    pub(crate) fn new(fixture: Fixture, seed: Option<u64>, limit: usize, idle: Duration) -> Self {
        let default = Arc::new(World::new(DEFAULT.to_owned(), fixture, seed));
        let mut worlds = Worlds {
            by_name: BTreeMap::new(),
            by_credential: HashMap::new(),
        };
        worlds.insert(default.clone());
        Self {
            worlds: RwLock::new(worlds),
            default,
            limit,
            idle,
        }
    }

    /// The world that a server starts with.
    pub(crate) fn default(&self) -> &Arc<World> {
        &self.default
    }

    /// Every world, by name.
    pub(crate) fn all(&self) -> Vec<Arc<World>> {
        self.worlds.read().by_name.values().cloned().collect()
    }

    /// The world of a name.
    pub(crate) fn named(&self, name: &str) -> Result<Arc<World>, Refusal> {
        let found = self.worlds.read().by_name.get(name).cloned();
        found
            .inspect(|world| world.touch())
            .ok_or_else(|| Refusal::Unknown(name.to_owned()))
    }

    /// The world that a public key or a client id belongs to.
    pub(crate) fn of_credential(&self, id: &str) -> Option<Arc<World>> {
        let found = self.worlds.read().by_credential.get(id).cloned();
        found.inspect(|world| world.touch())
    }

    /// The world that a bearer token belongs to: that of the service account which its claims name. A token
    /// that a fixture made up has no claims; it is looked for in the default world.
    pub(crate) fn of_bearer(&self, token: &str) -> Arc<World> {
        let world = subject(token).and_then(|client| self.of_credential(&client));
        world.unwrap_or_else(|| self.default.clone())
    }

    /// Makes a world from a checked fixture, with credentials of its own: the same roles, other keys.
    /// The second value tells for each of its credentials which one of the fixture it stands for.
    pub(crate) fn create(
        &self,
        name: Option<String>,
        fixture: Fixture,
        seed: Option<u64>,
    ) -> Result<(Arc<World>, HashMap<String, String>), Refusal> {
        let mut random = Random::seeded(seed.unwrap_or_else(fresh_seed));
        let name = name.unwrap_or_else(|| const_hex::encode(random.bytes::<8>()));
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if name.is_empty() || name.len() > 64 || !name.bytes().all(letters) {
            return Err(Refusal::InvalidName(name));
        }
        let mut worlds = self.worlds.write();
        if worlds.by_name.contains_key(&name) {
            return Err(Refusal::NameTaken(name));
        }
        if worlds.by_name.len() >= self.limit {
            worlds.drop_idle(self.idle);
        }
        if worlds.by_name.len() >= self.limit {
            return Err(Refusal::TooMany(self.limit));
        }
        let (fixture, stands_for) = fixture.with_fresh_credentials(&mut random);
        let world = Arc::new(World::new(name, fixture, seed));
        worlds.check(&world, &world.credential_ids())?;
        worlds.insert(world.clone());
        Ok((world, stands_for))
    }

    /// Drops a world; requests that are in it already end in it.
    pub(crate) fn remove(&self, name: &str) -> Result<(), Refusal> {
        if name == DEFAULT {
            return Err(Refusal::IsDefault);
        }
        let mut worlds = self.worlds.write();
        let world = worlds
            .by_name
            .remove(name)
            .ok_or_else(|| Refusal::Unknown(name.to_owned()))?;
        worlds.forget(&world);
        Ok(())
    }

    /// Makes a world what its fixture made it. A request sees wholly the old or wholly the new one.
    pub(crate) fn reset(&self, world: &Arc<World>) {
        let mut worlds = self.worlds.write();
        worlds.forget(world);
        world.reset();
        worlds.index(world);
    }

    /// Replaces the data of a world by those of a checked fixture.
    pub(crate) fn import(&self, world: &Arc<World>, fixture: Fixture) -> Result<(), Refusal> {
        let mut worlds = self.worlds.write();
        worlds.check(world, &fixture.credential_ids())?;
        worlds.forget(world);
        world.import(fixture);
        worlds.index(world);
        Ok(())
    }
}

impl Worlds {
    fn insert(&mut self, world: Arc<World>) {
        self.index(&world);
        self.by_name.insert(world.name().to_owned(), world);
    }

    /// Refuses credentials that belong to another world.
    fn check(&self, world: &Arc<World>, ids: &[String]) -> Result<(), Refusal> {
        let taken = ids
            .iter()
            .find_map(|id| Some((id, self.by_credential.get(id)?)));
        match taken {
            Some((id, owner)) if !Arc::ptr_eq(owner, world) => Err(Refusal::CredentialTaken {
                id: id.clone(),
                world: owner.name().to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Notes the credentials of a world; those that another world has meanwhile stay with that one.
    fn index(&mut self, world: &Arc<World>) {
        for id in world.credential_ids() {
            self.by_credential
                .entry(id)
                .or_insert_with(|| world.clone());
        }
    }

    fn forget(&mut self, world: &Arc<World>) {
        self.by_credential
            .retain(|_, owner| !Arc::ptr_eq(owner, world));
    }

    fn drop_idle(&mut self, idle: Duration) {
        self.by_name
            .retain(|name, world| name == DEFAULT || world.unused_for() < idle);
        let kept = &self.by_name;
        self.by_credential
            .retain(|_, world| kept.contains_key(world.name()));
    }
}

/// The `sub` claim of a bearer token.
fn subject(token: &str) -> Option<String> {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
    claims["sub"].as_str().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registry(limit: usize) -> Registry {
        Registry::new(Fixture::standard(), Some(1), limit, Duration::MAX)
    }

    #[test]
    fn a_world_has_the_same_organizations_and_other_credentials() {
        let registry = registry(10);

        let (world, stands_for) = registry.create(None, Fixture::standard(), None).unwrap();

        let (own, default) = (world.export(), registry.default().export());
        assert_eq!(own.organizations, default.organizations);
        assert_eq!(
            stands_for.len(),
            default.api_keys.len() + default.service_accounts.len()
        );
        for key in &own.api_keys {
            assert!(
                registry
                    .default()
                    .credential_ids()
                    .iter()
                    .all(|id| *id != key.public_key)
            );
            let found = registry.of_credential(&key.public_key).unwrap();
            assert!(Arc::ptr_eq(&found, &world));
        }
    }

    #[test]
    fn names_and_numbers_are_bounded() {
        let registry = registry(2);
        let create = |name: &str| {
            registry
                .create(Some(name.to_owned()), Fixture::standard(), None)
                .map(|_| ())
        };

        assert_eq!(
            create("not a name"),
            Err(Refusal::InvalidName("not a name".to_owned()))
        );
        assert_eq!(create(DEFAULT), Err(Refusal::NameTaken(DEFAULT.to_owned())));
        assert_eq!(create("one"), Ok(()));
        assert_eq!(create("two"), Err(Refusal::TooMany(2)));
        assert_eq!(registry.remove("one"), Ok(()));
        assert_eq!(create("two"), Ok(()));
        assert_eq!(registry.remove(DEFAULT), Err(Refusal::IsDefault));
    }

    #[test]
    fn an_unused_world_makes_room() {
        let registry = Registry::new(Fixture::standard(), Some(1), 2, Duration::ZERO);
        let (old, _) = registry
            .create(Some("old".to_owned()), Fixture::standard(), None)
            .unwrap();

        registry
            .create(Some("new".to_owned()), Fixture::standard(), None)
            .unwrap();

        assert!(registry.named("old").is_err());
        assert!(registry.of_credential(&old.credential_ids()[0]).is_none());
    }

    #[test]
    fn a_credential_belongs_to_one_world() {
        let registry = registry(10);
        let (world, _) = registry.create(None, Fixture::standard(), None).unwrap();

        let refused = registry.import(&world, Fixture::standard());

        assert!(
            matches!(refused, Err(Refusal::CredentialTaken { .. })),
            "{refused:?}"
        );
        assert!(registry.import(&world, world.export()).is_ok());
    }
}
