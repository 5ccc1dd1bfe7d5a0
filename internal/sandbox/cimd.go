package sandbox

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// documentLimit is the largest client metadata document that Auth0 reads.
const documentLimit = 5 << 10

// previewCIMD answers what registering the document would give. Here the sandbox is the reverse of Auth0, which fetches
// documents over https from anywhere but loopback: a sandbox must not call out to the internet, so it fetches them from
// loopback alone, and says so in the errors array, where Auth0 reports what it could not retrieve.
func (t *Tenant) previewCIMD(c *call) (reply, *apiError) {
	address := text(c.object(), "external_client_id")
	mapped, problem := fetchDocument(address)
	switch {
	case problem == nil:
	case problem.broken:
		return ok(object{"errors": []any{}, "validation": object{"valid": false, "violations": []any{problem.text}, "warnings": []any{}}})
	default:
		return ok(object{"errors": []any{problem.text}})
	}
	body := object{"mapped_fields": mapped.fields, "validation": mapped.validation()}
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
	if problem != nil {
		code := "invalid_external_client_id" // a guess
		if problem.broken {
			code = "invalid_client_metadata"
		}
		return failed(newError(http.StatusBadRequest, code, "%s", problem.text))
	}
	return t.write(func(s *store) (reply, *apiError) {
		status := http.StatusOK
		client := s.byDocument(address)
		if client == nil {
			asked := merged(mapped.fields, object{"is_first_party": false, "external_metadata_type": "cimd", "external_metadata_created_by": "admin"})
			added, err := t.addClient(s, asked)
			if err != nil {
				return failed(err)
			}
			client, status = added, http.StatusCreated
		} else {
			client = merged(client, mapped.fields)
			s.clients.put(client)
		}
		return reply{status, object{"client_id": client["client_id"], "mapped_fields": mapped.fields, "validation": mapped.validation()}}, nil
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

// documentClient takes any certificate: MCP clients name their documents over https alone, and on loopback nobody has a
// certificate that others would trust.
var documentClient = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}, //nolint:gosec // loopback only
	},
}

// fetchDocument reads a client metadata document; the second value says why it could not.
func fetchDocument(address string) (*clientDocument, *documentProblem) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Path == "" || u.Path == "/" {
		return nil, unread("external_client_id must be a URL with a path")
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, unread("the sandbox fetches client metadata documents from loopback only; " + u.Host + " was not contacted")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil) //nolint:gosec // loopback only, as checked above
	if err != nil {
		return nil, unread("external_client_id is not a valid URL")
	}
	res, err := documentClient.Do(req) //nolint:gosec // as above
	if err != nil {
		return nil, unread("the metadata document could not be fetched")
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, unread(fmt.Sprintf("the metadata document answers %d", res.StatusCode))
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, documentLimit+1))
	if err != nil || len(data) > documentLimit {
		return nil, unread("the metadata document is larger than 5 KB, or broke off")
	}
	return readDocument(address, data)
}
