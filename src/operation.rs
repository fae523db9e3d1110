//! The operation table: one row for each emulated operation.
//!
//! Router, headers, rate limits, documented refusals, the start-up listing and `docs/fidelity.md` are
//! derived from these rows. The rows follow section A of the project's wire facts.

use std::fmt;

use crate::error::{ErrorCode, Evidence};
use crate::model::version::VersionDate;

/// Which service answers, and so with which headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    /// The Atlas Administration API, its token endpoint included.
    Atlas,
    /// The Cloud Manager / Ops Manager API.
    CloudManager,
}

/// The prefix of a path, which also decides how versions are negotiated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// Atlas v2: dated versions.
    AtlasV2,
    /// Atlas v1.0: plain JSON. The Cloud Manager page prints its sample request with this prefix, too.
    AtlasV1,
    /// Cloud Manager / Ops Manager v1.0: plain JSON.
    PublicV1,
    /// OAuth: form in, plain JSON out.
    OAuth,
    /// What official clients send besides, unasked.
    Private,
}

impl Base {
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::AtlasV2 => "/api/atlas/v2",
            Self::AtlasV1 => "/api/atlas/v1.0",
            Self::PublicV1 => "/api/public/v1.0",
            Self::OAuth => "/api/oauth",
            Self::Private => "/api/private/v1.0",
        }
    }
}

/// The methods that the operations use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Delete,
}

impl fmt::Display for Method {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        })
    }
}

/// What a caller must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Nobody in particular: the operation checks client credentials itself.
    Open,
    /// Anybody with credentials.
    Caller,
    /// Organization Member of the organization in the path.
    OrgMember,
    /// Organization Owner of the organization in the path.
    OrgOwner,
    /// Project Read Only in the project in the path.
    GroupReadOnly,
    /// Organization Member of the organization that owns the project in the path.
    GroupOrgMember,
    /// Organization Owner of the organization that owns the project in the path.
    GroupOrgOwner,
}

/// What the request may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    None,
    Json,
    Form,
}

/// A rate limit: who shares a bucket, how many requests it holds, and how it refills.
/// Source: the rate limit table of the Atlas documentation, and the recorded headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum RateClass {
    /// Cloud Migration Service, organization scope: one bucket per organization.
    CloudMigration,
    /// One organization: one bucket per organization.
    Organization,
    /// One project: one bucket per project.
    Project,
    /// The list of organizations: one bucket per caller.
    OrganizationList,
    /// Other lists: one bucket per caller.
    Caller,
    /// Bearer tokens: one bucket per service account.
    Token,
}

/// Requests per bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quota {
    pub(crate) capacity: u64,
    pub(crate) refill: u64,
}

/// Every bucket refills once in this time.
pub(crate) const REFILL_SECONDS: u64 = 60;

impl RateClass {
    pub(crate) fn quota(self) -> Quota {
        let (capacity, refill) = match self {
            Self::CloudMigration | Self::Organization => (500, 250),
            Self::Project | Self::Caller => (1200, 500),
            Self::OrganizationList => (300, 100),
            Self::Token => (10, 10),
        };
        Quota { capacity, refill }
    }
}

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: OperationId,
    /// The operation id, as users name it.
    pub(crate) name: &'static str,
    pub(crate) api: Api,
    pub(crate) bases: &'static [Base],
    pub(crate) method: Method,
    /// The path below the base.
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) body: Body,
    /// The status of success in truth `recorded`.
    pub(crate) success: u16,
    pub(crate) evidence: Evidence,
    pub(crate) source: &'static str,
    /// The versions that the resource has, oldest first; what v1.0 paths serve is the first.
    pub(crate) versions: &'static [ResourceVersion],
    /// The recorded `X-Java-Method`.
    pub(crate) java_method: Option<&'static str>,
    pub(crate) rate: Option<RateClass>,
    /// The refusals of the operation itself, beyond those that its access, body and query bring.
    refusals: &'static [ErrorCode],
    /// More of them: rows with evidence of their own, used here because no source speaks of this operation.
    pub(crate) concluded: &'static [ErrorCode],
}

/// A version of a resource.
#[derive(Debug)]
pub(crate) struct ResourceVersion {
    pub(crate) date: VersionDate,
    pub(crate) retired: Option<Retired>,
}

/// What the answers of a version say that has a successor. The day has no leading zero, as recorded.
#[derive(Debug)]
pub(crate) struct Retired {
    /// The `Deprecation` header: the date of the successor.
    pub(crate) deprecation: &'static str,
    /// The `Sunset` header.
    pub(crate) sunset: &'static str,
    /// The day from which on the version is gone: that of the header.
    pub(crate) gone: VersionDate,
}

/// The only version of most resources.
const V20230101: &[ResourceVersion] = &[ResourceVersion {
    date: VersionDate::new(2023, 1, 1),
    retired: None,
}];
/// Creating and validating a live migration. Source: section E.7 of the wire facts.
const V20240530: &[ResourceVersion] = &[
    ResourceVersion {
        date: VersionDate::new(2023, 1, 1),
        retired: Some(Retired {
            deprecation: "Thu, 30 May 2024 00:00:00 GMT",
            sunset: "Thu, 1 Jul 2027 00:00:00 GMT",
            gone: VersionDate::new(2027, 7, 1),
        }),
    },
    ResourceVersion {
        date: SINCE_20240530,
        retired: None,
    },
];
/// From this version on a migration request says `dropDestinationData` instead of `dropEnabled`.
pub(crate) const SINCE_20240530: VersionDate = VersionDate::new(2024, 5, 30);
const ATLAS: &[Base] = &[Base::AtlasV2, Base::AtlasV1];
const PUBLIC: &[Base] = &[Base::PublicV1];
const LIVE_EXPORT: &[Base] = &[Base::PublicV1, Base::AtlasV1];
const OAUTH: &[Base] = &[Base::OAuth];
const PRIVATE: &[Base] = &[Base::Private];

const LINK_TOKENS: &str = "/orgs/{orgId}/liveMigrations/linkTokens";
const LIVE_MIGRATIONS: &str = "/groups/{groupId}/liveMigrations";
const MIGRATION_LINK: &str = "/orgs/{orgId}/liveExport/migrationLink";

macro_rules! operations {
    ($($id:ident $name:literal $api:ident $bases:ident $versions:ident $method:ident $path:expr, $access:ident $body:ident $rate:expr,
       $success:literal $evidence:ident $source:literal, $java:expr, $refusals:expr, $concluded:expr;)*) => {
        /// Names one row of the operation table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(crate) enum OperationId { $($id),* }

        /// The operation table.
        pub(crate) const OPERATIONS: &[Operation] = &[$(Operation {
            id: OperationId::$id, name: $name, api: Api::$api, bases: $bases, method: Method::$method, path: $path,
            access: Access::$access, body: Body::$body, rate: $rate,
            success: $success, evidence: Evidence::$evidence, source: $source,
            versions: $versions, java_method: $java, refusals: $refusals, concluded: $concluded,
        }),*];
    };
}

// Three lines a row: identity and path; access, body and rate; success, recorded method, refusals and concluded ones.
operations! {
    CreateLinkToken "createLinkToken" Atlas ATLAS V20230101 Post LINK_TOKENS,
        OrgOwner Json Some(RateClass::CloudMigration), 201 Recorded "B.1",
        Some("ApiLiveMigrationsLinkTokensResource::createLinkToken"), &[], &[ErrorCode::InvalidIpOrCidr];
    DeleteLinkTokens "deleteLinkTokens" Atlas ATLAS V20230101 Delete LINK_TOKENS,
        OrgOwner None Some(RateClass::CloudMigration), 204 Recorded "B.1",
        Some("ApiLiveMigrationsLinkTokensResource::deleteOrgLink"), &[ErrorCode::NoOrganizationLink], &[ErrorCode::ActiveMigration];
    ListAvailableProjects "listAvailableProjects" Atlas ATLAS V20230101 Get "/orgs/{orgId}/liveMigrations/availableProjects",
        OrgOwner None Some(RateClass::CloudMigration), 200 Spec "A.1",
        None, &[], &[];
    ValidateLiveMigrations "validateLiveMigrations" Atlas ATLAS V20240530 Post "/groups/{groupId}/liveMigrations/validate",
        GroupOrgOwner Json Some(RateClass::Project), 200 Spec "A.1",
        None, &[ErrorCode::MissingAttribute, ErrorCode::InvalidEnumValue], &[ErrorCode::ValidationError];
    GetMigrationValidateStatus "getMigrationValidateStatus" Atlas ATLAS V20230101 Get "/groups/{groupId}/liveMigrations/validate/{validationId}",
        GroupOrgOwner None Some(RateClass::Project), 200 Spec "A.1",
        None, &[ErrorCode::InvalidPathParameter], &[ErrorCode::ResourceNotFound];
    CreateGroupLiveMigration "createGroupLiveMigration" Atlas ATLAS V20240530 Post LIVE_MIGRATIONS,
        GroupOrgOwner Json Some(RateClass::Project), 201 Spec "A.1",
        None, &[ErrorCode::MissingAttribute, ErrorCode::InvalidEnumValue], &[ErrorCode::ValidationError, ErrorCode::NoOrganizationLink, ErrorCode::ClusterNotFound, ErrorCode::ClusterHasRunningImport];
    GetGroupLiveMigration "getGroupLiveMigration" Atlas ATLAS V20230101 Get "/groups/{groupId}/liveMigrations/{liveMigrationId}",
        GroupOrgMember None Some(RateClass::Project), 200 Spec "A.1",
        None, &[ErrorCode::InvalidPathParameter], &[ErrorCode::ResourceNotFound];
    CutoverMigration "cutoverMigration" Atlas ATLAS V20230101 Put "/groups/{groupId}/liveMigrations/{liveMigrationId}/cutover",
        GroupOrgOwner None Some(RateClass::Project), 202 Spec "A.1",
        None, &[ErrorCode::InvalidPathParameter], &[ErrorCode::ResourceNotFound, ErrorCode::ValidationError];
    GetSystemStatus "getSystemStatus" Atlas ATLAS V20230101 Get "",
        Caller None Some(RateClass::Caller), 200 Spec "A.2",
        None, &[], &[];
    ListOrgs "listOrgs" Atlas ATLAS V20230101 Get "/orgs",
        Caller None Some(RateClass::OrganizationList), 200 Recorded "B.6",
        Some("ApiOrganizationsResource::getAllOrgs"), &[], &[];
    GetOrg "getOrg" Atlas ATLAS V20230101 Get "/orgs/{orgId}",
        OrgMember None Some(RateClass::Organization), 200 Recorded "B.6",
        Some("ApiOrganizationsResource::getOrg"), &[], &[];
    GetOrgGroups "getOrgGroups" Atlas ATLAS V20230101 Get "/orgs/{orgId}/groups",
        OrgMember None Some(RateClass::Organization), 200 Spec "A.2",
        None, &[], &[];
    ListGroups "listGroups" Atlas ATLAS V20230101 Get "/groups",
        Caller None Some(RateClass::Caller), 200 Recorded "B.6",
        Some("ApiAtlasGroupsResource::getAllGroups"), &[], &[];
    GetGroup "getGroup" Atlas ATLAS V20230101 Get "/groups/{groupId}",
        GroupReadOnly None Some(RateClass::Project), 200 Recorded "B.6",
        Some("ApiAtlasGroupsResource::getGroup"), &[], &[];
    RequestToken "requestToken" Atlas OAUTH V20230101 Post "/token",
        Open Form None, 200 Documented "D.2",
        None, &[ErrorCode::OAuthNoHeader, ErrorCode::OAuthInvalidRequest, ErrorCode::OAuthUnsupportedGrant, ErrorCode::OAuthInvalidClient, ErrorCode::OAuthRateLimited], &[];
    RevokeToken "revokeToken" Atlas OAUTH V20230101 Post "/revoke",
        Open Form None, 200 Documented "D.2",
        None, &[ErrorCode::OAuthNoHeader, ErrorCode::OAuthInvalidRequest, ErrorCode::OAuthInvalidClient], &[];
    SendTelemetry "sendTelemetry" Atlas PRIVATE V20230101 Post "/telemetry/events",
        Open None None, 204 Inferred "sent by official clients, which ignore the answer",
        None, &[], &[];
    CreateMigrationLink "createMigrationLink" CloudManager LIVE_EXPORT V20230101 Post MIGRATION_LINK,
        OrgOwner Json None, 201 Documented "A.4",
        None, &[ErrorCode::MissingAttribute], &[ErrorCode::InvalidAttribute, ErrorCode::RunningLiveExport];
    DeleteMigrationLink "deleteMigrationLink" CloudManager LIVE_EXPORT V20230101 Delete MIGRATION_LINK,
        OrgOwner None None, 204 Documented "A.4",
        None, &[ErrorCode::RunningLiveExport], &[ErrorCode::NoOrganizationLink];
    GetMigrationLinkStatus "getMigrationLinkStatus" CloudManager LIVE_EXPORT V20230101 Get "/orgs/{orgId}/liveExport/migrationLink/status",
        OrgOwner None None, 200 Documented "A.4",
        None, &[], &[];
    ListCloudManagerOrgs "listCloudManagerOrgs" CloudManager PUBLIC V20230101 Get "/orgs",
        Caller None None, 200 Documented "C",
        None, &[], &[];
    GetCloudManagerOrg "getCloudManagerOrg" CloudManager PUBLIC V20230101 Get "/orgs/{orgId}",
        OrgMember None None, 200 Inferred "B.6, by analogy",
        None, &[], &[];
    ListCloudManagerGroups "listCloudManagerGroups" CloudManager PUBLIC V20230101 Get "/groups",
        Caller None None, 200 Inferred "B.6, by analogy",
        None, &[], &[];
}

impl Operation {
    /// Every refusal that the operation can answer with in truth `recorded`, in the order in which a wrong
    /// request meets them.
    pub(crate) fn refusals(&self) -> Vec<ErrorCode> {
        use ErrorCode as E;
        let mut all = Vec::new();
        if self.access != Access::Open {
            all.push(E::Unauthenticated);
        }
        all.push(E::MethodNotAllowed);
        if !self.is_oauth() {
            all.push(E::InvalidQueryParameter);
        }
        if self.bases.contains(&Base::AtlasV2) {
            all.push(E::InvalidVersionDate);
        }
        if self
            .versions
            .iter()
            .any(|version| version.retired.is_some())
        {
            all.push(E::VersionGone);
        }
        if self.body == Body::Json {
            all.push(E::UnsupportedMediaType);
        }
        all.extend_from_slice(match (self.access, self.api) {
            (Access::Open, _) => &[],
            (Access::Caller, _) => &[E::IpNotOnAccessList],
            (Access::OrgMember | Access::OrgOwner, Api::Atlas) => &[
                E::InvalidOrgId,
                E::OrgNotFound,
                E::NotAtlasOrg,
                E::UserUnauthorized,
                E::OrgRequiresAccessList,
                E::IpNotOnAccessList,
            ],
            (Access::OrgMember | Access::OrgOwner, Api::CloudManager) => &[
                E::InvalidOrgId,
                E::OrgNotFound,
                E::ExpectedNonAtlasOrg,
                E::UserUnauthorized,
                E::OrgRequiresAccessList,
                E::IpNotOnAccessList,
            ],
            (Access::GroupReadOnly | Access::GroupOrgMember | Access::GroupOrgOwner, _) => &[
                E::InvalidGroupId,
                E::GroupNotFound,
                E::NotAtlasGroup,
                E::UserUnauthorized,
                E::OrgRequiresAccessList,
                E::IpNotOnAccessList,
            ],
        });
        if self.rate.is_some() {
            all.push(E::RateLimitedBucket);
        }
        if self.body == Body::Json {
            all.push(E::PayloadTooLarge);
        }
        if self.body == Body::Json {
            all.extend([
                E::MalformedJson,
                E::InvalidJson,
                E::InvalidJsonAttribute,
                E::InvalidAttribute,
            ]);
        }
        for code in self.refusals.iter().chain(self.concluded) {
            if !all.contains(code) {
                all.push(*code);
            }
        }
        all.push(if self.is_oauth() {
            E::OAuthServerError
        } else {
            E::Unexpected
        });
        all
    }

    /// Whether it is one of the token endpoints, whose errors have a form of their own.
    pub(crate) fn is_oauth(&self) -> bool {
        self.bases == OAUTH
    }

    /// The versions of the resource, as dates.
    pub(crate) fn dates(&self) -> impl DoubleEndedIterator<Item = VersionDate> + '_ {
        self.versions.iter().map(|version| version.date)
    }

    /// What the answers of a version say that has a successor.
    pub(crate) fn retired(&self, date: VersionDate) -> Option<&'static Retired> {
        let version = self.versions.iter().find(|version| version.date == date)?;
        version.retired.as_ref()
    }

    /// Where the operation is served: its base and the whole path.
    pub(crate) fn paths(&self) -> impl Iterator<Item = (Base, String)> + '_ {
        self.bases
            .iter()
            .map(|base| (*base, format!("{}{}", base.prefix(), self.path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_rows_share_a_method_and_path() {
        let mut seen = std::collections::HashSet::new();
        for operation in OPERATIONS {
            for (_, path) in operation.paths() {
                assert!(
                    seen.insert((operation.method.to_string(), path.clone())),
                    "{} {path}",
                    operation.name
                );
            }
        }
    }
}
