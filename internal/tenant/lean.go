package tenant

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"

	"github.com/auth0/go-auth0/v3/management/option"
)

// lean is for lists of APIs: it takes the scopes out of those that nobody asked about. A tenant has up to a hundred APIs
// on a page with up to a thousand scopes each, Auth0's own with hundreds from the first day, and the SDK reads each scope
// by reflection, several times; of the others only the identifier matters, for near misses.
type lean struct {
	next        http.RoundTripper
	identifiers []string // whose scopes stay
}

// lean makes one list request use it.
func (c *Client) lean(identifiers []string) option.RequestOption {
	return option.WithHTTPClient(&http.Client{Transport: lean{next: &authorize{client: c, next: c.transport}, identifiers: identifiers}})
}

func (l lean) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	content = l.strip(content)
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(content)), int64(len(content))
	return resp, nil
}

// strip leaves an answer of another shape as it is: the SDK will say what is wrong with it.
func (l lean) strip(content []byte) []byte {
	var page struct {
		Start json.RawMessage              `json:"start,omitempty"`
		Limit json.RawMessage              `json:"limit,omitempty"`
		Total json.RawMessage              `json:"total,omitempty"`
		APIs  []map[string]json.RawMessage `json:"resource_servers"`
	}
	if json.Unmarshal(content, &page) != nil || page.APIs == nil {
		return content
	}
	for _, api := range page.APIs {
		var identifier string
		if json.Unmarshal(api["identifier"], &identifier) == nil && !slices.Contains(l.identifiers, identifier) {
			delete(api, "scopes")
		}
	}
	stripped, err := json.Marshal(page)
	if err != nil {
		return content
	}
	return stripped
}
