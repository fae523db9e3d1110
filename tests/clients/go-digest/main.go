// The handshake over the digest transport that all official Go clients use.
// Credentials and ids are those of fixtures/default.json.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"

	"github.com/mongodb-forks/digest"
)

const (
	linkTokens    = "/api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/linkTokens"
	migrationLink = "/api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d/liveExport/migrationLink"
	versioned     = "application/vnd.atlas.2023-01-01+json"
	plain         = "application/json"
)

var (
	linkToken = regexp.MustCompile(`^[A-Za-z0-9+/]{192}$`)
	challenge = regexp.MustCompile(
		`^Digest realm="MMS Public API", domain="", nonce="[A-Za-z0-9+/]{32}", algorithm=MD5, qop="auth", stale=false$`)
)

// api calls one of the two APIs with one key.
type api struct {
	url       string
	mediaType string
	client    *http.Client
}

type answer struct {
	status int
	header http.Header
	body   string
}

func newAPI(url, mediaType, user, password string) api {
	return api{url, mediaType, &http.Client{Transport: digest.NewTransport(user, password)}}
}

// call sends a body unless it is empty.
func (a api) call(method, path, body string) answer {
	request, err := http.NewRequest(method, a.url+path, strings.NewReader(body))
	check(err)
	request.Header.Set("Accept", a.mediaType)
	if body != "" {
		request.Header.Set("Content-Type", a.mediaType)
	}
	response, err := a.client.Do(request)
	check(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	check(err)
	return answer{response.StatusCode, response.Header, string(text)}
}

// field reads one text of a JSON object.
func (a answer) field(name string) string {
	var object map[string]any
	check(json.Unmarshal([]byte(a.body), &object))
	text, _ := object[name].(string)
	return text
}

func main() {
	url := os.Getenv("ATLAS_MOCK_URL")
	if url == "" {
		fail("ATLAS_MOCK_URL: set it to the base URL of the server")
	}
	atlas := newAPI(url, versioned, "atlasown", "00000000-0000-4000-8000-000000000001")
	source := newAPI(url, plain, "cloudown", "00000000-0000-4000-8000-000000000011")
	stranger := newAPI(url, plain, "cloudown", "wrong")

	missing := atlas.call("DELETE", linkTokens, "")
	expect("DELETE linkTokens without a link", 404, missing.status)
	expect("DELETE linkTokens without a link", "UNEXPECTED_ERROR", missing.field("errorCode"))

	issued := atlas.call("POST", linkTokens, `{"accessListIps":[]}`)
	expect("POST linkTokens", 201, issued.status)
	expectMatch("POST linkTokens", linkToken, issued.field("linkToken"))

	linked := source.call("POST", migrationLink, fmt.Sprintf(`{"linkToken":%q}`, issued.field("linkToken")))
	expect("POST migrationLink", 201, linked.status)
	expect("POST migrationLink", `{"status":"SYNCED"}`, linked.body)

	status := source.call("GET", migrationLink+"/status", "")
	expect("GET status", 200, status.status)
	expect("GET status", `{"status":"SYNCED"}`, status.body)

	// The query is part of what the digest covers.
	enveloped := source.call("GET", migrationLink+"/status?envelope=true&pretty=false", "")
	expect("GET status, envelope", 200, enveloped.status)
	expect("GET status, envelope", `{"content":{"status":"SYNCED"},"status":200}`, enveloped.body)

	refused := stranger.call("GET", migrationLink+"/status", "")
	expect("wrong secret", 401, refused.status)
	expect("wrong secret", "UNEXPECTED_ERROR", refused.field("errorCode"))
	expectMatch("wrong secret", challenge, refused.header.Get("WWW-Authenticate"))

	unlinked := source.call("DELETE", migrationLink, "")
	expect("DELETE migrationLink", 204, unlinked.status)
	expect("DELETE migrationLink", "", unlinked.body)

	revoked := atlas.call("DELETE", linkTokens, "")
	expect("DELETE linkTokens", 204, revoked.status)
	expect("DELETE linkTokens", "", revoked.body)
}

func expect[T comparable](what string, expected, actual T) {
	if actual != expected {
		fail("%s: expected %v, got %v", what, expected, actual)
	}
}

func expectMatch(what string, pattern *regexp.Regexp, text string) {
	if !pattern.MatchString(text) {
		fail("%s: %q does not match %s", what, text, pattern)
	}
}

func check(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func fail(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", arguments...)
	os.Exit(1)
}
