//! What a world holds, indexed for the rules that ask.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::fixture::{Fixture, Settings};
use super::random::Random;
use crate::model::credential::{
    AccessToken, ApiKey, Credential, CredentialKind, Role, ServiceAccount,
};
use crate::model::id::{ApiKeyId, GroupId, LiveMigrationId, OrgId, ValidationId};
use crate::model::ip_range::IpRange;
use crate::model::link_token::{LinkToken, TokenHash};
use crate::model::live_migration::LiveMigration;
use crate::model::migration_link::MigrationLink;
use crate::model::organization::{Organization, Side};
use crate::model::project::Project;
use crate::model::validation::Validation;

/// Who calls.
#[derive(Clone, Debug)]
pub(crate) struct Principal {
    /// The public key or the client id: what names the caller in logs and rate limits.
    pub(crate) name: String,
    /// The identifier of the key, when the caller is one.
    pub(crate) key_id: Option<ApiKeyId>,
    pub(crate) roles: Vec<Role>,
    pub(crate) access_list: Vec<IpRange>,
}

impl Principal {
    /// Whether the caller owns the organization.
    pub(crate) fn owns(&self, org: OrgId) -> bool {
        self.roles
            .iter()
            .any(|role| matches!(role, Role::OrgOwner { org_id } if *org_id == org))
    }

    /// Whether the caller is a member of the organization, or its owner.
    pub(crate) fn is_member(&self, org: OrgId) -> bool {
        let member = |role: &Role| matches!(role, Role::OrgMember { org_id } if *org_id == org);
        self.owns(org) || self.roles.iter().any(member)
    }

    /// Whether the caller may see the project.
    pub(crate) fn sees(&self, project: &Project) -> bool {
        let named = |role: &Role| matches!(role, Role::GroupOwner { group_id } | Role::GroupReadOnly { group_id } if *group_id == project.id);
        self.owns(project.org_id) || self.roles.iter().any(named)
    }
}

/// An API key with what a request needs of it at hand.
#[derive(Clone, Debug)]
pub(crate) struct StoredKey {
    pub(crate) key: ApiKey,
    pub(crate) principal: Arc<Principal>,
}

/// A service account with what a request needs of it at hand.
#[derive(Clone, Debug)]
pub(crate) struct StoredAccount {
    pub(crate) account: ServiceAccount,
    pub(crate) principal: Arc<Principal>,
}

/// Plain data; the rules about it are in the modules beside this one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    pub(crate) settings: Settings,
    pub(crate) organizations: BTreeMap<OrgId, Organization>,
    pub(crate) projects: BTreeMap<GroupId, Project>,
    pub(crate) api_keys: BTreeMap<String, StoredKey>,
    pub(crate) service_accounts: BTreeMap<String, StoredAccount>,
    pub(crate) access_tokens: HashMap<TokenHash, AccessToken>,
    pub(crate) link_tokens: HashMap<TokenHash, LinkToken>,
    /// The tokens of an organization, in the order of issue.
    pub(crate) tokens_of: BTreeMap<OrgId, Vec<TokenHash>>,
    pub(crate) migration_links: BTreeMap<OrgId, MigrationLink>,
    pub(crate) validations: BTreeMap<ValidationId, Validation>,
    pub(crate) live_migrations: BTreeMap<LiveMigrationId, LiveMigration>,
}

impl Store {
    /// The store that a checked fixture describes; what it leaves open, the generator fills in.
    pub(crate) fn new(fixture: Fixture, random: &mut Random) -> Self {
        let mut store = Self {
            settings: fixture.settings,
            ..Self::default()
        };
        store.organizations = by(fixture.organizations, |org| org.id);
        store.projects = by(fixture.projects, |project| project.id);
        for mut key in fixture.api_keys {
            let id = *key.id.get_or_insert_with(|| ApiKeyId::from(random.bytes()));
            key.private_key
                .get_or_insert_with(|| random.uuid().to_string());
            let principal = Arc::new(Principal {
                name: key.public_key.clone(),
                key_id: Some(id),
                roles: key.roles.clone(),
                access_list: key.access_list.clone(),
            });
            store
                .api_keys
                .insert(key.public_key.clone(), StoredKey { key, principal });
        }
        for mut account in fixture.service_accounts {
            account
                .secret
                .get_or_insert_with(|| format!("mdb_sa_sk_{}", random.base64_url::<30>()));
            let principal = Arc::new(Principal {
                name: account.client_id.clone(),
                key_id: None,
                roles: account.roles.clone(),
                access_list: account.access_list.clone(),
            });
            store.service_accounts.insert(
                account.client_id.clone(),
                StoredAccount { account, principal },
            );
        }
        store.access_tokens = fixture
            .access_tokens
            .into_iter()
            .map(|token| (token.token, token))
            .collect();
        for token in fixture.link_tokens {
            store.insert_link_token(token);
        }
        store.migration_links = by(fixture.migration_links, |link| link.org_id);
        store.validations = by(fixture.validations, |validation| validation.id);
        store.live_migrations = by(fixture.live_migrations, |migration| migration.id);
        store
    }

    /// The fixture that describes this store, in a fixed order.
    pub(crate) fn export(&self) -> Fixture {
        let mut access_tokens: Vec<_> = self.access_tokens.values().cloned().collect();
        access_tokens.sort_by_key(|token| token.token);
        Fixture {
            settings: self.settings.clone(),
            organizations: self.organizations.values().cloned().collect(),
            projects: self.projects.values().cloned().collect(),
            api_keys: self
                .api_keys
                .values()
                .map(|stored| stored.key.clone())
                .collect(),
            service_accounts: self
                .service_accounts
                .values()
                .map(|stored| stored.account.clone())
                .collect(),
            access_tokens,
            link_tokens: self
                .tokens_of
                .values()
                .flatten()
                .filter_map(|hash| self.link_tokens.get(hash))
                .cloned()
                .collect(),
            migration_links: self.migration_links.values().cloned().collect(),
            validations: self.validations.values().cloned().collect(),
            live_migrations: self.live_migrations.values().cloned().collect(),
            clock: None,
        }
    }

    /// What no record may show.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        let keys = self.api_keys.values();
        let keys = keys.filter_map(|stored| stored.key.private_key.as_deref());
        let accounts = self.service_accounts.values();
        keys.chain(accounts.filter_map(|stored| stored.account.secret.as_deref()))
    }

    /// The credentials, as somebody needs them who wants to call.
    pub(crate) fn credentials(&self) -> Vec<Credential> {
        let keys = self.api_keys.values().map(|StoredKey { key, principal }| {
            let secret = key.private_key.as_ref();
            self.credential(CredentialKind::ApiKey, secret, &key.desc, principal)
        });
        let accounts =
            self.service_accounts
                .values()
                .map(|StoredAccount { account, principal }| {
                    let secret = account.secret.as_ref();
                    self.credential(
                        CredentialKind::ServiceAccount,
                        secret,
                        &account.name,
                        principal,
                    )
                });
        keys.chain(accounts).collect()
    }

    fn credential(
        &self,
        kind: CredentialKind,
        secret: Option<&String>,
        description: &str,
        principal: &Principal,
    ) -> Credential {
        Credential {
            kind,
            id: principal.name.clone(),
            secret: secret.cloned().unwrap_or_default(),
            description: description.to_owned(),
            owns: self
                .organizations
                .values()
                .filter(|org| principal.owns(org.id))
                .cloned()
                .collect(),
            restricted: !principal.access_list.is_empty(),
        }
    }

    pub(crate) fn insert_link_token(&mut self, token: LinkToken) {
        self.tokens_of
            .entry(token.org_id)
            .or_default()
            .push(token.token);
        self.link_tokens.insert(token.token, token);
    }

    /// The organizations of one side that the caller is a member of, by name as the real lists are.
    pub(crate) fn organizations_of(&self, caller: &Principal, side: Side) -> Vec<Organization> {
        let mine = |org: &&Organization| org.side == side && caller.is_member(org.id);
        let mut all: Vec<_> = self.organizations.values().filter(mine).cloned().collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    /// The projects of one side that the caller may see, by name as the real lists are; of one
    /// organization, if one is named.
    pub(crate) fn projects_of(
        &self,
        caller: &Principal,
        side: Side,
        org: Option<OrgId>,
    ) -> Vec<Project> {
        let on_side = |project: &Project| {
            self.organizations
                .get(&project.org_id)
                .is_some_and(|org| org.side == side)
        };
        let wanted = |project: &&Project| {
            on_side(project)
                && match org {
                    Some(org) => project.org_id == org,
                    None => caller.sees(project),
                }
        };
        let mut all: Vec<_> = self.projects.values().filter(wanted).cloned().collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }
}

fn by<K: Ord, T>(all: Vec<T>, key: impl Fn(&T) -> K) -> BTreeMap<K, T> {
    all.into_iter().map(|item| (key(&item), item)).collect()
}
