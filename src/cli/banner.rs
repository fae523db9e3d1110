//! What a person sees at the start: the address, the credentials, and two commands to paste.

use std::fmt::Write;

use atlas_migration_mock::{Credential, CredentialKind, OrgId, Side};

use super::shell_word;

/// The banner.
pub(super) fn banner(url: &str, credentials: &[Credential]) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write_banner(&mut text, url, credentials);
    text
}

fn write_banner(out: &mut String, url: &str, credentials: &[Credential]) -> std::fmt::Result {
    writeln!(
        out,
        "atlas-migration-mock {}: both APIs at {url}\n",
        env!("CARGO_PKG_VERSION")
    )?;
    for credential in credentials {
        let kind = match credential.kind {
            CredentialKind::ApiKey => "API key        ",
            CredentialKind::ServiceAccount => "service account",
        };
        writeln!(out, "  {kind}  {}:{}", credential.id, credential.secret)?;
        writeln!(out, "                   {}", credential.description)?;
    }
    let (Some((atlas, atlas_org)), Some((source, source_org))) = (
        owner(credentials, Side::Atlas),
        owner(credentials, Side::CloudManager),
    ) else {
        return Ok(());
    };
    writeln!(
        out,
        r#"
Create a link-token, then link the source organization with it:

  TOKEN=$(curl -si --digest -u {}:{} \
    -H 'Accept: application/vnd.atlas.2023-01-01+json' -H 'Content-Type: application/json' \
    -d '{{"accessListIps":[]}}' {url}/api/atlas/v2/orgs/{atlas_org}/liveMigrations/linkTokens \
    | tee /dev/stderr | sed -n 's/.*"linkToken":"\([^"]*\)".*/\1/p')

  curl -i --digest -u {}:{} -H 'Content-Type: application/json' -d "{{\"linkToken\":\"$TOKEN\"}}" \
    {url}/api/public/v1.0/orgs/{source_org}/liveExport/migrationLink
"#,
        shell_word(&atlas.id),
        shell_word(&atlas.secret),
        shell_word(&source.id),
        shell_word(&source.secret)
    )
}

/// An API key that owns an organization of this side and works from here.
fn owner(credentials: &[Credential], side: Side) -> Option<(&Credential, OrgId)> {
    let keys = credentials
        .iter()
        .filter(|credential| credential.kind == CredentialKind::ApiKey && !credential.restricted);
    keys.into_iter().find_map(|key| {
        let organization = key
            .owns
            .iter()
            .find(|organization| organization.side == side)?;
        Some((key, organization.id))
    })
}
