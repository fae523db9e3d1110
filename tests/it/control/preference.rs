//! `Prefer: code=NNN` on the emulated operations.

use insta::assert_snapshot;

use crate::support::{LINK_TOKENS, MIGRATION_LINK, Mock};

#[tokio::test]
async fn every_documented_status_can_be_had_for_the_asking() {
    let mock = Mock::start().await;
    let mut lines = String::new();
    for status in [400, 401, 403, 404, 429, 500, 503] {
        let prefer = format!("code={status}");
        let create = mock
            .atlas_owner()
            .request("POST", LINK_TOKENS)
            .header("prefer", &prefer)
            .send()
            .await;
        let link = mock
            .source_owner()
            .request("POST", MIGRATION_LINK)
            .header("prefer", &prefer)
            .send()
            .await;
        let token = mock.token_request().header("prefer", &prefer).send().await;
        for reply in [create, link, token] {
            lines += &format!(
                "{:<8} {}\n",
                reply.header("preference-applied"),
                reply.line()
            );
        }
    }

    assert_snapshot!(lines, @r#"
    code=400 400 {"detail":"The request content produced the validation error: the request prefers code 400.","error":400,"errorCode":"VALIDATION_ERROR","parameters":["the request prefers code 400"],"reason":"Bad Request"}
    code=400 400 {"detail":"The request content produced the validation error: the request prefers code 400.","error":400,"errorCode":"VALIDATION_ERROR","parameters":["the request prefers code 400"],"reason":"Bad Request"}
    code=400 400 {"error_description":"The provided credentials are not valid.","error":"invalid_request"}
    code=401 401 {
      "error" : 401,
      "reason" : "Unauthorized",
      "detail" : "You are not authorized for this resource.",
      "errorCode" : "UNEXPECTED_ERROR"
    }
    code=401 401 {
      "error" : 401,
      "reason" : "Unauthorized",
      "detail" : "You are not authorized for this resource.",
      "errorCode" : "UNEXPECTED_ERROR"
    }
    code=401 401 {"error_description":"Invalid credentials provided.","error":"invalid_client"}
    code=403 403 {"detail":"IP address 127.0.0.1 is not allowed to access this resource.","error":403,"errorCode":"IP_ADDRESS_NOT_ON_ACCESS_LIST","parameters":["127.0.0.1"],"reason":"Forbidden"}
    code=403 403 {"detail":"IP address 127.0.0.1 is not allowed to access this resource.","error":403,"errorCode":"IP_ADDRESS_NOT_ON_ACCESS_LIST","parameters":["127.0.0.1"],"reason":"Forbidden"}
    code=403 403 {"error_description":"IP access list validation failed for the service account.","error":"access_denied"}
    code=404 404 {"detail":"Cannot find resource /api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/linkTokens.","error":404,"errorCode":"RESOURCE_NOT_FOUND","parameters":["/api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/linkTokens"],"reason":"Not Found"}
    code=404 404 {"detail":"Cannot find resource /api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d/liveExport/migrationLink.","error":404,"errorCode":"RESOURCE_NOT_FOUND","parameters":["/api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d/liveExport/migrationLink"],"reason":"Not Found"}
             200 {"access_token":"eyJhbGciOiJFUzUxMiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3ODYzMzQ1ODUsImlhdCI6MTc4NjMzMDk4NSwianRpIjoiNjExODMwZDMtNjQxYS00OGY5LThhNjktMGRjYzI1ZDFmNGIwIiwic3ViIjoibWRiX3NhX2lkXzAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMSJ9.2slIMlrBj23TJWQ3FzXzLFR0PcXiTSpBOxWVhMEibfbsz8TKqM17Y8fLVv9mzWC1prOzHBw_NYXqiOUnqBmwYsaASIoNdLIz3MRWaWWJ7w_xNUfPWGGE76Oa_80ClchuCUC9JCXWvDFuVBBdNd5gJMl2mjX7E23kpPRVfxf--GOiMvFO","expires_in":3600,"token_type":"Bearer"}
    code=429 429 {"detail":"Rate limit exceeded for api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/linkTokens. Please retry after 60 seconds. Request capacity: 500. Refill rate: 250 per 60 seconds. For more information, see: http://dochub.mongodb.org/core/atlas-api-rate-limit.","error":429,"errorCode":"RATE_LIMITED_TOKEN_BUCKET","parameters":["api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/linkTokens",60,500,250,60],"reason":"Too Many Requests"}
    code=429 429 {"detail":"Resource /api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d/liveExport/migrationLink is limited to 100 requests every 1 minutes.","error":429,"errorCode":"RATE_LIMITED","parameters":["/api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d/liveExport/migrationLink",100,1],"reason":"Too Many Requests"}
    code=429 429 {"error_description":"Resource /api/oauth/token is limited to 10 requests every 1 minutes.","error":"rate_limited"}
    code=500 500 {"detail":"Unexpected error.","error":500,"errorCode":"UNEXPECTED_ERROR","parameters":[],"reason":"Internal Server Error"}
    code=500 500 {"detail":"Unexpected error.","error":500,"errorCode":"UNEXPECTED_ERROR","parameters":[],"reason":"Internal Server Error"}
    code=500 500 {"error_description":"Unexpected error.","error":"server_error"}
    code=503 503 {"detail":"The service is unavailable.","error":503,"errorCode":"SERVICE_UNAVAILABLE","parameters":[],"reason":"Service Unavailable"}
    code=503 503 {"detail":"The service is unavailable.","error":503,"errorCode":"SERVICE_UNAVAILABLE","parameters":[],"reason":"Service Unavailable"}
             200 {"access_token":"eyJhbGciOiJFUzUxMiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3ODYzMzQ1ODUsImlhdCI6MTc4NjMzMDk4NSwianRpIjoiZDg3OGM4ZTEtZDlkOC00MDU0LWFkNGMtMDAwYjA4MWY1YjdkIiwic3ViIjoibWRiX3NhX2lkXzAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMSJ9.bCTDmw-EglA_kMpDA67MPvmbjfJOgfWfyLNzlpoNBfRnPvWhv0GLC9zu1B9qAPZfHlM1QyLPPoS2VqswnXf0KGZQsp1-Z0FwWsHyWcha1esFA1J5XQs_DACqJTyjBcwG9cnE9HDyaMsnCr1DvA3IS7FlGA0NIDhkBTkDozKW00xCuegw","expires_in":3600,"token_type":"Bearer"}
    "#);
}

#[tokio::test]
async fn a_preference_that_cannot_be_met_is_ignored() {
    let mock = Mock::start().await;
    for prefer in [
        "code=418",
        "code=x",
        "return=minimal",
        "respond-async, wait=10",
    ] {
        let create = mock
            .atlas_owner()
            .request("GET", "/api/atlas/v2/orgs")
            .header("prefer", prefer);
        let reply = create.send().await;
        assert_eq!(reply.status, 200, "{prefer}");
        assert_eq!(reply.header("preference-applied"), "");
    }
}

#[tokio::test]
async fn a_preferred_refusal_takes_no_effect() {
    let mock = Mock::start().await;
    mock.link_token().await;

    let refused = mock
        .atlas_owner()
        .request("DELETE", LINK_TOKENS)
        .header("prefer", "wait=1, code=\"500\"")
        .send()
        .await;
    let deleted = mock.atlas_owner().delete(LINK_TOKENS).await;

    assert_eq!(refused.status, 500);
    assert_eq!(deleted.status, 204);
}
