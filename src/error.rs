//! The error table: every refusal of the emulated APIs, one row each, and the value that carries one.
//!
//! `wire::presentation` turns the value into bytes; nothing else builds an error body. The rows follow
//! section F of the project's wire facts, from which `source` quotes the row.

use std::fmt;

use serde::Serialize;

/// Why we believe that the real service answers so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// Seen in a stored real answer.
    Recorded,
    /// Stated in the vendor's prose.
    Documented,
    /// Stated in a published `OpenAPI` description.
    Spec,
    /// Concluded, because no source speaks.
    Inferred,
}

impl Evidence {
    /// The word used in reports.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Documented => "documented",
            Self::Spec => "spec",
            Self::Inferred => "inferred",
        }
    }
}

/// How the body of an error is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `detail`, `error`, `errorCode`, `parameters`, `reason`.
    Standard,
    /// The same with `"parameters":null`.
    NullParameters,
    /// The hand-built body that comes with an authentication challenge.
    Challenge,
    /// RFC 6749: `error_description`, `error`.
    OAuth,
}

/// One row of the table.
pub(crate) struct Row {
    pub(crate) status: u16,
    /// The `errorCode`; for [`Shape::OAuth`] the `error`.
    pub(crate) code: &'static str,
    /// The detail; each `{}` stands for the next parameter.
    detail: &'static str,
    pub(crate) shape: Shape,
    pub(crate) evidence: Evidence,
    /// Where the evidence is, or what it was concluded from.
    pub(crate) source: &'static str,
}

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $status:literal $code:literal $detail:literal $shape:ident $evidence:ident $source:literal;)*) => {
        /// Names one row of the error table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(crate) enum ErrorCode { $($(#[$doc])* $variant),* }

        impl ErrorCode {
            /// Every row, in the order of the table.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),*];

            pub(crate) const fn row(self) -> &'static Row {
                match self {
                    $(Self::$variant => &Row {
                        status: $status, code: $code, detail: $detail, shape: Shape::$shape,
                        evidence: Evidence::$evidence, source: $source,
                    }),*
                }
            }
        }
    };
}

// One row a line: rustfmt leaves the inside of this call alone.
error_codes! {
    Unauthenticated       = 401 "UNEXPECTED_ERROR" "You are not authorized for this resource." Challenge Recorded "F1, D.1";
    UserUnauthorized      = 401 "USER_UNAUTHORIZED" "Current user is not authorized to perform this action." Standard Recorded "F2";
    /// What the published description declares for a missing role.
    UserForbidden         = 403 "USER_UNAUTHORIZED" "Current user is not authorized to perform this action." Standard Spec "F2; the operations declare 403";
    OrgRequiresAccessList = 403 "ORG_REQUIRES_ACCESS_LIST" "This organization requires access through an access list of ip ranges." Standard Recorded "F6";
    IpNotOnAccessList     = 403 "IP_ADDRESS_NOT_ON_ACCESS_LIST" "IP address {} is not allowed to access this resource." Standard Recorded "F8";
    InvalidOrgId          = 404 "INVALID_ORG_ID" "An invalid organization ID {} was specified." Standard Recorded "F10";
    InvalidGroupId        = 404 "INVALID_GROUP_ID" "An invalid group ID {} was specified." Standard Documented "F11";
    /// What the published pattern of an id makes of a wrong one.
    IdPattern             = 400 "VALIDATION_ERROR" "The request content produced the validation error: {} does not match ^([a-f0-9]{24})$." Standard Spec "F28; the pattern of the path parameters";
    GroupNotFound         = 404 "GROUP_NOT_FOUND" "No group with ID {} exists." Standard Recorded "F12";
    OrgNotFound           = 404 "ORG_NOT_FOUND" "No organization with ID {} exists." Standard Documented "F13";
    ExpectedNonAtlasOrg   = 404 "EXPECTED_NON_ATLAS_ORG" "The organization with id {} is an Atlas organization." Standard Documented "F44";
    NotAtlasOrg           = 404 "NOT_ATLAS_ORG" "Organization {} is not an Atlas organization; use the Cloud Manager Public API at /api/public/v1.0 to access it." Standard Documented "F45";
    NotAtlasGroup         = 404 "NOT_ATLAS_GROUP" "Group {} is not an Atlas group; use the Cloud Manager Public API at /api/public/v1.0 to access it." Standard Inferred "F45, by analogy";
    ClusterNotFound       = 404 "CLUSTER_NOT_FOUND" "No cluster named {} exists in group {}." Standard Recorded "F33, recorded of clusters";
    InvalidPathParameter  = 400 "INVALID_PATH_PARAMETER" "Invalid path parameter {} specified." Standard Inferred "F14; the code is documented, the text by analogy to F31";
    InvalidEnumValue      = 400 "INVALID_ENUM_VALUE" "An invalid enumeration value {} was specified." Standard Recorded "F27";
    ActiveMigration       = 409 "CANNOT_DELETE_ORG_ACTIVE_LIVE_MIGRATION_ATLAS_ORG_LINK" "Cannot delete organization link while there is active migration in following project ids: {}" Standard Spec "F16";
    RunningLiveExport     = 409 "CANNOT_DELETE_ORG_LINK_WITH_RUNNING_LIVE_EXPORT" "Cannot delete organization link while there is active migration in following project ids: {}" Standard Spec "F17";
    ClusterHasRunningImport = 409 "CANNOT_MODIFY_CLUSTER_WITH_RUNNING_LIVE_IMPORT" "Cannot modify a cluster that is the target of a live import." Standard Inferred "F47; the code is documented, the text by analogy to its siblings";
    NoOrganizationLink    = 404 "UNEXPECTED_ERROR" "Could not find the requested external organization link." NullParameters Recorded "F15, F18";
    MalformedJson         = 400 "MALFORMED_JSON" "Received JSON is malformed." Standard Documented "F22";
    InvalidJson           = 400 "INVALID_JSON" "Received JSON does not match expected format." Standard Documented "F23";
    InvalidJsonAttribute  = 400 "INVALID_JSON_ATTRIBUTE" "Received JSON for the {} attribute does not match expected format." Standard Recorded "F24";
    InvalidAttribute      = 400 "INVALID_ATTRIBUTE" "Invalid attribute {} specified." Standard Inferred "F25, F21; the code is recorded of bad values";
    MissingAttribute      = 400 "MISSING_ATTRIBUTE" "The required attribute {} was not specified." Standard Recorded "F26";
    ValidationError       = 400 "VALIDATION_ERROR" "The request content produced the validation error: {}." Standard Recorded "F28";
    InvalidIpOrCidr       = 400 "INVALID_IP_ADDRESS_OR_CIDR_NOTATION" "The address {} must be in valid IP address or CIDR notation." Standard Documented "F30";
    InvalidQueryParameter = 400 "INVALID_QUERY_PARAMETER" "Invalid query parameter {} specified." Standard Documented "F31";
    ResourceNotFound      = 404 "RESOURCE_NOT_FOUND" "Cannot find resource {}." Standard Recorded "F34";
    MethodNotAllowed      = 405 "METHOD_NOT_ALLOWED" "Method {} is not allowed for {}." Standard Inferred "F35";
    InvalidVersionDate    = 406 "INVALID_VERSION_DATE" "Invalid accept header or version date." Standard Recorded "F36";
    PayloadTooLarge       = 413 "PAYLOAD_TOO_LARGE" "The request content is larger than {} bytes." Standard Inferred "F39";
    UnsupportedMediaType  = 415 "UNSUPPORTED_MEDIA_TYPE" "Content type {} is not supported." Standard Inferred "F38";
    RateLimitedBucket     = 429 "RATE_LIMITED_TOKEN_BUCKET" "Rate limit exceeded for {}. Please retry after {} seconds. Request capacity: {}. Refill rate: {} per {} seconds. For more information, see: http://dochub.mongodb.org/core/atlas-api-rate-limit." Standard Recorded "F40";
    /// The documentation's sample lacks the last sentence.
    RateLimitedBucketDoc  = 429 "RATE_LIMITED_TOKEN_BUCKET" "Rate limit exceeded for {}. Please retry after {} seconds. Request capacity: {}. Refill rate: {} per {} seconds." Standard Documented "F40";
    RateLimited           = 429 "RATE_LIMITED" "Resource {} is limited to {} requests every {} minutes." Standard Documented "F41";
    Unexpected            = 500 "UNEXPECTED_ERROR" "Unexpected error." Standard Recorded "F42";
    OAuthNoHeader         = 400 "invalid_request" "No Authorization header provided" OAuth Recorded "D.2";
    OAuthInvalidRequest   = 400 "invalid_request" "The provided credentials are not valid." OAuth Documented "D.2";
    OAuthUnsupportedGrant = 400 "unsupported_grant_type" "Invalid grant type." OAuth Documented "D.2";
    OAuthInvalidClient    = 401 "invalid_client" "Invalid credentials provided." OAuth Documented "D.2";
    OAuthAccessDenied     = 403 "access_denied" "IP access list validation failed for the service account." OAuth Documented "D.2";
    OAuthRateLimited      = 429 "rate_limited" "Resource {} is limited to {} requests every {} minutes." OAuth Documented "D.2";
    OAuthServerError      = 500 "server_error" "Unexpected error." OAuth Documented "D.2";
}

impl ErrorCode {
    /// The row of this name or with this code. Of several rows with a code it is the first; but
    /// `UNEXPECTED_ERROR`, which rows of three statuses share, is the row of that name.
    pub(crate) fn named(text: &str) -> Option<Self> {
        let rows = || Self::ALL.iter().copied();
        rows().find(|code| code.name() == text).or_else(|| {
            let preferred = std::iter::once(Self::Unexpected);
            preferred.chain(rows()).find(|code| code.row().code == text)
        })
    }

    /// The name of the row, as the table has it.
    pub(crate) fn name(self) -> String {
        format!("{self:?}")
    }

    /// How many parameters the detail takes.
    pub(crate) fn places(self) -> usize {
        self.row().detail.matches("{}").count()
    }
}

/// One entry of `parameters`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Parameter {
    Text(String),
    Number(u64),
}

impl From<String> for Parameter {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Parameter {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

/// What a header of the answer needs beyond the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hint {
    /// `WWW-Authenticate`: a fresh nonce, and whether only the old one was at fault.
    Challenge { nonce: String, stale: bool },
    /// `Allow`: the methods that the path has.
    Allow(String),
    /// `Retry-After`, in seconds.
    RetryAfter(u64),
}

/// A refusal on its way to the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) code: ErrorCode,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) hint: Option<Hint>,
    /// A status instead of the row's: a fault may bring about one that no row has.
    pub(crate) forced_status: Option<u16>,
}

impl ApiError {
    /// The row with its parameters, in the order of the detail.
    pub(crate) fn new<P: Into<Parameter>>(
        code: ErrorCode,
        parameters: impl IntoIterator<Item = P>,
    ) -> Self {
        Self {
            code,
            parameters: parameters.into_iter().map(Into::into).collect(),
            hint: None,
            forced_status: None,
        }
    }

    /// The row with the one parameter that most rows take.
    pub(crate) fn of(code: ErrorCode, parameter: impl fmt::Display) -> Self {
        Self::new(code, [parameter.to_string()])
    }

    pub(crate) fn with_hint(self, hint: Hint) -> Self {
        Self {
            hint: Some(hint),
            ..self
        }
    }

    /// The status of the answer.
    pub(crate) fn status(&self) -> u16 {
        self.forced_status.unwrap_or(self.code.row().status)
    }

    /// The sentence for people, parameters filled in.
    pub(crate) fn detail(&self) -> String {
        let mut pieces = self.code.row().detail.split("{}");
        let mut detail = pieces.next().unwrap_or_default().to_owned();
        let mut parameters = self.parameters.iter();
        for piece in pieces {
            match parameters.next() {
                Some(Parameter::Text(text)) => detail.push_str(text),
                Some(Parameter::Number(number)) => detail.push_str(&number.to_string()),
                None => {}
            }
            detail.push_str(piece);
        }
        detail
    }
}

impl From<ErrorCode> for ApiError {
    fn from(code: ErrorCode) -> Self {
        Self {
            code,
            parameters: Vec::new(),
            hint: None,
            forced_status: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_fill_the_detail_in_order() {
        let parameters = [
            Parameter::from("a/b".to_owned()),
            1.into(),
            2.into(),
            3.into(),
            4.into(),
        ];
        let error = ApiError::new(ErrorCode::RateLimitedBucketDoc, parameters);

        assert_eq!(
            error.detail(),
            "Rate limit exceeded for a/b. Please retry after 1 seconds. Request capacity: 2. Refill rate: 3 per 4 seconds."
        );
    }

    #[test]
    fn a_row_is_found_by_its_name_and_by_its_code() {
        for (text, code) in [
            ("NoOrganizationLink", Some(ErrorCode::NoOrganizationLink)),
            ("UNEXPECTED_ERROR", Some(ErrorCode::Unexpected)),
            ("USER_UNAUTHORIZED", Some(ErrorCode::UserUnauthorized)),
            ("server_error", Some(ErrorCode::OAuthServerError)),
            ("NO_SUCH_CODE", None),
        ] {
            assert_eq!(ErrorCode::named(text), code, "{text}");
        }
    }

    #[test]
    fn a_parameter_with_braces_is_taken_as_it_is() {
        assert_eq!(
            ApiError::of(ErrorCode::InvalidOrgId, "{}").detail(),
            "An invalid organization ID {} was specified."
        );
    }
}
