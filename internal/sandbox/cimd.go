package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// documentLimit is the largest client metadata document, as the draft recommends to bound it.
const documentLimit = 5 << 10

// previewCIMD answers what registering the document would give. Documents are fetched from loopback only: a sandbox
// must not call out to the internet, and says so in the errors array, where Auth0 reports what it could not retrieve.
func (t *Tenant) previewCIMD(c *call) (reply, *apiError) {
	address := text(c.object(), "external_client_id")
	mapped, problem := fetchDocument(address)
	if problem != "" {
		return ok(object{"errors": []any{problem}})
	}
	body := object{"mapped_fields": mapped, "validation": validDocument()}
	t.store.mu.RLock()
	defer t.store.mu.RUnlock()
	if existing := t.store.byDocument(address); existing != nil {
		body["client_id"] = existing["client_id"]
	}
	return ok(body)
}

// registerCIMD adds the document's client or, if it is there, brings it up to date.
func (t *Tenant) registerCIMD(c *call) (reply, *apiError) {
	address := text(c.object(), "external_client_id")
	mapped, problem := fetchDocument(address)
	if problem != "" {
		return failed(newError(http.StatusBadRequest, "invalid_external_client_id", "%s", problem))
	}
	return t.write(func(s *store) (reply, *apiError) {
		status := http.StatusOK
		client := s.byDocument(address)
		if client == nil {
			asked := merged(mapped, object{"is_first_party": false, "external_metadata_type": "cimd", "external_metadata_created_by": "admin"})
			added, err := t.addClient(s, asked)
			if err != nil {
				return failed(err)
			}
			client, status = added, http.StatusCreated
		} else {
			client = merged(client, mapped)
			s.clients.put(client)
		}
		return reply{status, object{"client_id": client["client_id"], "mapped_fields": mapped, "validation": validDocument()}}, nil
	})
}

func (s *store) byDocument(address string) object {
	for _, client := range s.clients.list {
		if text(client, "external_client_id") == address {
			return client
		}
	}
	return nil
}

func validDocument() object {
	return object{"valid": true, "violations": []any{}, "warnings": []any{}}
}

// fetchDocument reads a client metadata document into the fields of a client; the second value says why it could not.
func fetchDocument(address string) (object, string) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Path == "" || u.Path == "/" {
		return nil, "external_client_id must be a URL with a path"
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, "the sandbox fetches client metadata documents from loopback only; " + u.Host + " was not contacted"
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil) //nolint:gosec // loopback only, as checked above
	if err != nil {
		return nil, "external_client_id is not a valid URL"
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req) //nolint:gosec // as above
	if err != nil {
		return nil, "the metadata document could not be fetched"
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Sprintf("the metadata document answers %d", res.StatusCode)
	}
	return mapDocument(address, res.Body)
}

func mapDocument(address string, body io.Reader) (object, string) {
	var document struct {
		ID        string   `json:"client_id"`
		Name      string   `json:"client_name"`
		Logo      string   `json:"logo_uri"`
		Redirects []string `json:"redirect_uris"`
		Grants    []string `json:"grant_types"`
	}
	if err := json.NewDecoder(io.LimitReader(body, documentLimit)).Decode(&document); err != nil {
		return nil, "the metadata document is not valid JSON"
	}
	if document.ID != address {
		return nil, "the document's client_id is not its URL"
	}
	if len(document.Grants) == 0 {
		document.Grants = []string{"authorization_code"}
	}
	mapped := object{
		"external_client_id": address, "name": strings.TrimSpace(document.Name), "callbacks": toAny(document.Redirects),
		"grant_types": toAny(document.Grants), "app_type": "native", "token_endpoint_auth_method": "none",
	}
	if document.Logo != "" {
		mapped["logo_uri"] = document.Logo
	}
	return mapped, ""
}
