#!/usr/bin/env bash
# The handshake with curl, by the commands of the documentation: host, ids and payload are filled in, and no more.
# Credentials and ids are those of fixtures/default.json.
set -euo pipefail

url=${ATLAS_MOCK_URL:?set it to the base URL of the server}
atlas_org=4888442a3354817a7320eb61
source_org=5f1e0c9a7b3d4e2f8a6b1c0d
PUBLIC_KEY=atlasown
PRIVATE_KEY=00000000-0000-4000-8000-000000000001
source_key=cloudown:00000000-0000-4000-8000-000000000011
service_account=mdb_sa_id_000000000000000000000001:mdb_sa_sk_for-tests-only

# The documented commands stay as printed; only the progress meter and the carriage returns go.
curl() {
  command curl --silent --show-error "$@" | tr -d '\r'
}

challenge='Digest realm="MMS Public API", domain="", nonce="[A-Za-z0-9+/]{32}", algorithm=MD5, qop="auth", stale=false'

# expect WHAT STATUSES BODY: compares what `curl --include` left in $answer. It shows the answer to the request
# without credentials, too; the body is that of the last one. TOKEN stands for any link-token.
expect() {
  local statuses body
  statuses=$(awk '/^HTTP\// { print $2 }' <<<"$answer" | paste -sd ' ' -)
  body=$(awk '/^HTTP\// { head = 1; body = "" } !head { body = body $0 "\n" } /^$/ { head = 0 } END { printf "%s", body }' \
    <<<"$answer" | sed -E 's|"[A-Za-z0-9+/]{192}"|"TOKEN"|')
  if [[ $statuses != "$2" || $body != "$3" ]]; then
    fail "$1" "$2 $3"
  fi
  # Every client reads the challenge in this form, and some in no other.
  if [[ $(grep -c '^HTTP/1.1 401 ' <<<"$answer") != $(grep -cE "^[Ww]{3}-[Aa]uthenticate: $challenge\$" <<<"$answer") ]]; then
    fail "$1" "WWW-Authenticate: $challenge"
  fi
}

fail() {
  printf '%s: expected\n%s\ngot\n%s\n' "$1" "$2" "$answer" >&2
  exit 1
}

answer=$(
  curl --user "$PUBLIC_KEY:$PRIVATE_KEY" \
    --digest --include \
    --header "Accept: application/vnd.atlas.2023-11-15+json" \
    -X DELETE "$url/api/atlas/v2/orgs/$atlas_org/liveMigrations/linkTokens"
)
expect "DELETE linkTokens without a link" "401 404" \
  '{"detail":"Could not find the requested external organization link.","error":404,"errorCode":"UNEXPECTED_ERROR","parameters":null,"reason":"Not Found"}'

answer=$(
  curl --user "$service_account" --include \
    --header "Accept: application/json" \
    --header "Content-Type: application/x-www-form-urlencoded" \
    -X POST "$url/api/oauth/token" \
    -d grant_type=client_credentials
)
ACCESS_TOKEN=$(sed -nE 's/.*"access_token":"([^"]+)".*/\1/p' <<<"$answer")
expect "POST token" 200 "{\"access_token\":\"$ACCESS_TOKEN\",\"expires_in\":3600,\"token_type\":\"Bearer\"}"

# What a query makes of `{"NAME":"VALUE"}`, the status being 201.
queries=('' '?pretty=true' '?envelope=true' '?envelope=true&pretty=true')
created() { # QUERY NAME VALUE
  case $1 in
    '') printf '{"%s":"%s"}' "$2" "$3" ;;
    '?pretty=true') printf '{\n  "%s" : "%s"\n}' "$2" "$3" ;;
    '?envelope=true') printf '{"content":{"%s":"%s"},"status":201}' "$2" "$3" ;;
    *) printf '{\n  "content" : {\n    "%s" : "%s"\n  },\n  "status" : 201\n}' "$2" "$3" ;;
  esac
}

for query in "${queries[@]}"; do
  answer=$(
    curl --include --header "Authorization: Bearer ${ACCESS_TOKEN}" \
      --header "Accept: application/vnd.atlas.2023-11-15+json" \
      --header "Content-Type: application/json" \
      -X POST "$url/api/atlas/v2/orgs/$atlas_org/liveMigrations/linkTokens$query" \
      -d '{"accessListIps":["192.0.2.1"]}'
  )
  expect "POST linkTokens$query, bearer" 201 "$(created "$query" linkToken TOKEN)"

  answer=$(
    curl --user "${PUBLIC_KEY}:${PRIVATE_KEY}" \
      --digest --include \
      --header "Accept: application/vnd.atlas.2023-11-15+json" \
      --header "Content-Type: application/json" \
      -X POST "$url/api/atlas/v2/orgs/$atlas_org/liveMigrations/linkTokens$query" \
      -d '{"accessListIps":["192.0.2.1"]}'
  )
  expect "POST linkTokens$query, digest" "401 201" "$(created "$query" linkToken TOKEN)"
done
link_token=$(grep -oE '[A-Za-z0-9+/]{192}' <<<"$answer")

# The page's example has the Atlas path, its base URL is the other one. The same token again changes nothing.
for base in atlas/v1.0 public/v1.0; do
  for query in "${queries[@]}"; do
    answer=$(
      curl --user "$source_key" --digest \
        --header 'Accept: application/json' \
        --header 'Content-Type: application/json' \
        --include \
        --request POST "$url/api/$base/orgs/$source_org/liveExport/migrationLink$query" \
        --data '{
"linkToken": "'"$link_token"'"
}'
    )
    expect "POST $base migrationLink$query" "401 201" "$(created "$query" status SYNCED)"
  done
done

answer=$(
  curl --user "$source_key" --digest --include \
    --header 'Accept: application/json' \
    --request GET "$url/api/public/v1.0/orgs/$source_org/liveExport/migrationLink/status"
)
expect "GET status" "401 200" '{"status":"SYNCED"}'

answer=$(
  curl --user cloudown:wrong --digest --include \
    --header 'Accept: application/json' \
    --request GET "$url/api/public/v1.0/orgs/$source_org/liveExport/migrationLink/status"
)
expect "wrong secret" "401 401" '{
  "error" : 401,
  "reason" : "Unauthorized",
  "detail" : "You are not authorized for this resource.",
  "errorCode" : "UNEXPECTED_ERROR"
}'

answer=$(
  curl --user "$source_key" --digest --include \
    --header 'Accept: application/json' \
    --request DELETE "$url/api/public/v1.0/orgs/$source_org/liveExport/migrationLink"
)
expect "DELETE migrationLink" "401 204" ''

answer=$(
  curl --user "$PUBLIC_KEY:$PRIVATE_KEY" \
    --digest --include \
    --header "Accept: application/vnd.atlas.2023-11-15+json" \
    -X DELETE "$url/api/atlas/v2/orgs/$atlas_org/liveMigrations/linkTokens"
)
expect "DELETE linkTokens" "401 204" ''
