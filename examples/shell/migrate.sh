#!/usr/bin/env bash
# A whole push live migration against a running mock, with curl and jq: link, validate, migrate, cut over.
# Five days would pass in between; here the clock jumps. Wants the default world, fresh or reset.
# Usage: migrate.sh [BASE-URL]
set -euo pipefail

mock=${1:-http://127.0.0.1:27090}
atlas_org=4888442a3354817a7320eb61 destination=32b6e34b3d91647abb20e7b8
source_org=5f1e0c9a7b3d4e2f8a6b1c0d source=6a0d3f2e9b8c7a5d4e1f0b2c

atlas() { # METHOD PATH [BODY]
  curl -sS --fail-with-body --digest -u atlasown:00000000-0000-4000-8000-000000000001 -X "$1" "$mock/api/atlas/v2$2" \
    -H 'Accept: application/vnd.atlas.2024-05-30+json' ${3:+-H 'Content-Type: application/json' -d "$3"}
}
cloud_manager() { # METHOD PATH [BODY]
  curl -sS --fail-with-body --digest -u cloudown:00000000-0000-4000-8000-000000000011 -X "$1" "$mock/api/public/v1.0$2" \
    ${3:+-H 'Content-Type: application/json' -d "$3"}
}
next_event() { curl -sS --fail-with-body "$mock/__mock/v1/clock" -d '{"next": true}' | jq -r '.events[] | "   … \(.what)"'; }

# Time passes only where the script says so.
curl -sS --fail-with-body -o /dev/null "$mock/__mock/v1/clock" -d '{"freeze": true}'

echo '1. A link-token, and the link'
token=$(atlas POST "/orgs/$atlas_org/liveMigrations/linkTokens" '{"accessListIps": []}' | jq -r .linkToken)
cloud_manager POST "/orgs/$source_org/liveExport/migrationLink" "{\"linkToken\": \"$token\"}" | jq -c .

echo '2. What can be migrated now'
atlas GET "/orgs/$atlas_org/liveMigrations/availableProjects" | jq -c '.[] | {name, deployments: [.deployments[].name], migrationHosts}'

request=$(jq -n --arg destination "$destination" --arg source "$source" '{
  destination: {clusterName: "destination", groupId: $destination, hostnameSchemaType: "PUBLIC"},
  source: {clusterName: "source", groupId: $source, managedAuthentication: true, ssl: false},
  migrationHosts: ["vm001.example.com"], dropDestinationData: true}')

echo '3. A validation'
validation=$(atlas POST "/groups/$destination/liveMigrations/validate" "$request" | jq -r ._id)
next_event
atlas GET "/groups/$destination/liveMigrations/validate/$validation" | jq -c '{status}'

echo '4. The migration'
migration=$(atlas POST "/groups/$destination/liveMigrations" "$request" | jq -r ._id)
next_event
atlas GET "/groups/$destination/liveMigrations/$migration" | jq -c '{status, readyForCutover, lagTimeSeconds}'
next_event

echo '5. The cutover'
atlas PUT "/groups/$destination/liveMigrations/$migration/cutover" >/dev/null
next_event
atlas GET "/groups/$destination/liveMigrations/$migration" | jq -c '{status}'
