//! The variables that known clients read, filled in for a running server.

use clap::ValueEnum;
use serde_json::Value;

/// A client whose variables are known.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Client {
    /// The Atlas CLI
    AtlasCli,
    /// mongocli, for Cloud Manager and Ops Manager
    Mongocli,
    /// The Terraform provider
    Terraform,
    /// The `MongoDB` MCP server
    Mcp,
    /// Programs of your own, and curl
    Shell,
}

/// What a caller needs, read off an exported state.
pub(super) struct Access {
    url: String,
    atlas: Option<Owner>,
    source: Option<Owner>,
    /// The id and the secret of a service account that owns the Atlas organization.
    account: Option<(String, String)>,
    project: Option<String>,
}

/// An API key that owns an organization and may be used from everywhere.
struct Owner {
    public: String,
    private: String,
    org: String,
}

impl Access {
    pub(super) fn of(url: &str, state: &Value) -> Self {
        let atlas_org = org_of(state, "ATLAS");
        let owned = |org: &Option<String>| {
            let key = owner(&state["apiKeys"], org.as_deref()?)?;
            Some(Owner {
                public: text(&key["publicKey"])?,
                private: text(&key["privateKey"])?,
                org: org.clone()?,
            })
        };
        let account = atlas_org
            .as_deref()
            .and_then(|org| owner(&state["serviceAccounts"], org));
        let project = list(&state["projects"]).find(|project| text(&project["orgId"]) == atlas_org);
        Self {
            url: url.to_owned(),
            atlas: owned(&atlas_org),
            source: owned(&org_of(state, "CLOUD_MANAGER")),
            account: account
                .and_then(|account| Some((text(&account["clientId"])?, text(&account["secret"])?))),
            project: project.and_then(|project| text(&project["id"])),
        }
    }

    /// The variables of one client, or of all.
    pub(super) fn variables(&self, client: Option<Client>) -> Vec<(&'static str, String)> {
        let clients = client.map_or(Client::value_variants().to_vec(), |client| vec![client]);
        let mut all: Vec<(&str, String)> = Vec::new();
        for client in clients {
            for (name, value) in self.of_client(client) {
                if let Some(value) = value
                    && !all.iter().any(|(known, _)| *known == name)
                {
                    all.push((name, value));
                }
            }
        }
        all
    }

    fn of_client(&self, client: Client) -> Vec<(&'static str, Option<String>)> {
        let (atlas, source) = (self.atlas.as_ref(), self.source.as_ref());
        let (id, secret) = self.account.clone().unzip();
        // The command-line tools join paths to it as they stand.
        let slashed = Some(format!("{}/", self.url));
        let url = Some(self.url.clone());
        let public = |owner: Option<&Owner>| owner.map(|owner| owner.public.clone());
        let private = |owner: Option<&Owner>| owner.map(|owner| owner.private.clone());
        let org = |owner: Option<&Owner>| owner.map(|owner| owner.org.clone());
        match client {
            Client::AtlasCli => vec![
                ("MONGODB_ATLAS_BASE_URL", slashed.clone()),
                ("MONGODB_ATLAS_OPS_MANAGER_URL", slashed),
                ("MONGODB_ATLAS_PUBLIC_API_KEY", public(atlas)),
                ("MONGODB_ATLAS_PRIVATE_API_KEY", private(atlas)),
                ("MONGODB_ATLAS_ORG_ID", org(atlas)),
                ("MONGODB_ATLAS_PROJECT_ID", self.project.clone()),
                ("MONGODB_ATLAS_SKIP_UPDATE_CHECK", Some("yes".to_owned())),
                ("DO_NOT_TRACK", Some("1".to_owned())),
            ],
            Client::Mongocli => vec![
                ("MCLI_OPS_MANAGER_URL", slashed),
                ("MCLI_PUBLIC_API_KEY", public(source)),
                ("MCLI_PRIVATE_API_KEY", private(source)),
                ("MCLI_ORG_ID", org(source)),
            ],
            Client::Terraform => vec![
                ("MONGODB_ATLAS_BASE_URL", slashed),
                ("MONGODB_ATLAS_PUBLIC_API_KEY", public(atlas)),
                ("MONGODB_ATLAS_PRIVATE_API_KEY", private(atlas)),
            ],
            Client::Mcp => vec![
                ("MDB_MCP_API_BASE_URL", url),
                ("MDB_MCP_API_CLIENT_ID", id),
                ("MDB_MCP_API_CLIENT_SECRET", secret),
                ("MDB_MCP_TELEMETRY", Some("disabled".to_owned())),
            ],
            Client::Shell => vec![
                (URL, url),
                ("MONGODB_ATLAS_CLIENT_ID", id),
                ("MONGODB_ATLAS_CLIENT_SECRET", secret),
            ],
        }
    }
}

/// The address of the server, for programs that know the mock. It looks like a setting and is none.
pub(super) const URL: &str = "ATLAS_MOCK_URL";

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(ToOwned::to_owned)
}

fn org_of(state: &Value, side: &str) -> Option<String> {
    let found = list(&state["organizations"]).find(|organization| organization["side"] == side);
    found.and_then(|organization| text(&organization["id"]))
}

fn owner<'a>(credentials: &'a Value, org: &str) -> Option<&'a Value> {
    list(credentials).find(|credential| {
        let owns = |role: &Value| role["roleName"] == "ORG_OWNER" && role["orgId"] == org;
        list(&credential["roles"]).any(owns) && list(&credential["accessList"]).next().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(client: Option<Client>) -> String {
        let state = serde_json::from_str(include_str!("../../fixtures/default.json")).unwrap();
        let variables = Access::of("http://mock", &state).variables(client);
        let lines = variables.iter().map(|(name, value)| {
            [
                *name, "=", value, "
",
            ]
            .concat()
        });
        lines.collect()
    }

    #[test]
    fn the_tools_of_both_sides_get_their_owners_key() {
        assert_eq!(
            variables(Some(Client::Mongocli)),
            "MCLI_OPS_MANAGER_URL=http://mock/\nMCLI_PUBLIC_API_KEY=cloudown\n\
             MCLI_PRIVATE_API_KEY=00000000-0000-4000-8000-000000000011\nMCLI_ORG_ID=5f1e0c9a7b3d4e2f8a6b1c0d\n"
        );
        assert!(
            variables(Some(Client::AtlasCli)).contains("MONGODB_ATLAS_PUBLIC_API_KEY=atlasown\n")
        );
    }

    #[test]
    fn all_together_name_nothing_twice() {
        let all = variables(None);
        let mut names: Vec<_> = all
            .lines()
            .filter_map(|line| line.split('=').next())
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();

        assert_eq!(names.len(), count, "{all}");
    }
}
